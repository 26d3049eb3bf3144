"""Attaching points to the network: to the nearest permitted edge, at a fraction of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.errors import NetworkError, fault, shortened
from planner.network.graph import RoadNetwork
from planner.network.hilbert import hilbert_order
from planner.network.settings import NetworkSettings
from planner.network.sides import right_lanes
from planner.units import MM_PER_M, lengths_mm

STATUSES: Final = ("attached", "off_network", "on_fragment")
ATTACHED, OFF_NETWORK, ON_FRAGMENT = 0, 1, 2
"""Positions in `STATUSES`."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Attachments:
    """How points attach to the network of a mode.

    Attributes
    ----------
    ids
        The points.
    status
        int8, shape (points,): position in `STATUSES`. ``off_network``: no permitted road within
        `NetworkSettings.max_snap_m`. ``on_fragment``: only roads of components with less than
        `NetworkSettings.min_component_m` are.
    edge
        int32: number of the edge; -1 where not attached, as in all that follow but `access_mm`. For modes that roads
        sever the number of the lane: the side of the road on which the point lies (`planner.network.lanes.Lanes`).
    along_mm, rest_mm
        int64: millimetres along the edge from its first node to the point, and from there to its last.
    access_mm
        int64: millimetres of the access leg; 0 where not attached.
    component
        int32: number of the component.
    """

    ids: pd.Index
    status: npt.NDArray[np.int8]
    edge: npt.NDArray[np.int32]
    along_mm: npt.NDArray[np.int64]
    rest_mm: npt.NDArray[np.int64]
    access_mm: npt.NDArray[np.int64]
    component: npt.NDArray[np.int32]

    def to_frame(self) -> pd.DataFrame:
        """Return the attachments as a table indexed by id.

        Returns
        -------
        pandas.DataFrame
            status (word), access_m (metres; NaN where not attached), component, and as integers edge, along_mm,
            rest_mm, access_mm.
        """
        attached = self.status == ATTACHED
        return pd.DataFrame(
            {
                "status": pd.array(np.array(STATUSES, dtype=object)[self.status], dtype="str"),
                "access_m": np.where(attached, self.access_mm / MM_PER_M, np.nan),
                "component": self.component,
                "edge": self.edge,
                "along_mm": self.along_mm,
                "rest_mm": self.rest_mm,
                "access_mm": self.access_mm,
            },
            index=self.ids,
        )

    @classmethod
    def from_frame(cls, table: pd.DataFrame) -> Attachments:
        """Return the attachments that `to_frame` made a table of."""
        status = pd.Index(STATUSES).get_indexer(pd.Index(table["status"])).astype(np.int8)
        columns = ("edge", "along_mm", "rest_mm", "access_mm", "component")
        return cls(ids=table.index, status=status, **{name: table[name].to_numpy() for name in columns})

    def take(self, positions: npt.NDArray[np.integer]) -> Attachments:
        """Return the attachments of some of the points."""
        return Attachments(
            ids=self.ids[positions],
            status=self.status[positions],
            edge=self.edge[positions],
            along_mm=self.along_mm[positions],
            rest_mm=self.rest_mm[positions],
            access_mm=self.access_mm[positions],
            component=self.component[positions],
        )


class Snapper:
    """Attaches points to the network of one mode.

    Parameters
    ----------
    network
        Roads.
    mode
        Name of one of their modes.
    settings
        How far, and to which components.
    """

    def __init__(self, network: RoadNetwork, mode: str, settings: NetworkSettings) -> None:
        components = network.components(mode)
        edges = np.flatnonzero(network.permitted(mode) > 0)
        component = components.of_edge[edges]
        eligible = components.road_mm[component] >= settings.min_component_m * MM_PER_M
        lines = network.lines()
        self._network = network
        self._settings = settings
        self._right = right_lanes(network, mode) if network.mode(mode).severed_by else None
        self._component = components.of_edge
        self._edges, self._fragments = edges[eligible], edges[~eligible]
        self._lines = lines[self._edges]
        self._tree = shapely.STRtree(self._lines)
        self._fragment_tree = shapely.STRtree(lines[self._fragments])

    def attach(self, points: pd.DataFrame) -> Attachments:
        """Return how points attach.

        To the nearest edge, planar; of equally near ones to the one with the lowest number.

        Parameters
        ----------
        points
            Indexed by id, with x, y in metres of the study CRS.

        Raises
        ------
        NetworkError
            If a coordinate is missing.
        """
        drawn = point_geometries(points)
        position, distance = self._nearest(self._tree, drawn)
        attached = position >= 0
        near_fragment = np.zeros(len(drawn), dtype=bool)
        near_fragment[~attached] = self._nearest(self._fragment_tree, drawn[~attached])[0] >= 0
        edge, along, length = self._along(position, drawn)
        component = np.full(len(drawn), -1, dtype=np.int32)
        component[attached] = self._component[edge[attached]]
        access = lengths_mm(np.where(attached, distance, 0.0))
        if self._right is not None:
            edge = self._on_its_side(edge, position, drawn, access, right=self._right)
        return Attachments(
            ids=points.index,
            status=np.where(attached, ATTACHED, np.where(near_fragment, ON_FRAGMENT, OFF_NETWORK)).astype(np.int8),
            edge=edge,
            along_mm=along,
            rest_mm=np.where(attached, length - along, -1),
            access_mm=access,
            component=component,
        )

    def _along(
        self, position: npt.NDArray[np.int64], drawn: npt.NDArray[np.object_]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the edge of each point, how far along it the point lies, and how long the edge is; -1 for none."""
        attached = position >= 0
        edge = np.full(len(drawn), -1, dtype=np.int32)
        along, length = edge.astype(np.int64), edge.astype(np.int64)
        edge[attached] = self._edges[position[attached]]
        length[attached] = self._network.length_mm[edge[attached]]
        fraction = shapely.line_locate_point(self._lines[position[attached]], drawn[attached], normalized=True)
        along[attached] = np.rint(fraction * length[attached]).astype(np.int64)
        return edge, along, length

    def _on_its_side(
        self,
        edge: npt.NDArray[np.int32],
        position: npt.NDArray[np.int64],
        drawn: npt.NDArray[np.object_],
        access: npt.NDArray[np.int64],
        *,
        right: npt.NDArray[np.int32],
    ) -> npt.NDArray[np.int32]:
        """Return the lane of each point: that on the right where the edge has one and the point lies there.

        Left and right of the chord over a metre of road about the foot of the point. On the road itself is on the left.
        """
        other = np.where(edge >= 0, right[edge], -1)
        asked = np.flatnonzero((other >= 0) & (access > 0))
        lines, points = self._lines[position[asked]], drawn[asked]
        foot = shapely.line_locate_point(lines, points)
        behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(foot - 0.5, 0.0)))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, foot + 0.5))
        there = shapely.get_coordinates(points)
        turn = (ahead[:, 0] - behind[:, 0]) * (there[:, 1] - behind[:, 1])
        turn -= (ahead[:, 1] - behind[:, 1]) * (there[:, 0] - behind[:, 0])
        lane = edge.copy()
        lane[asked] = np.where(turn < 0, other[asked], edge[asked])
        return lane

    def _nearest(
        self, tree: shapely.STRtree, drawn: npt.NDArray[np.object_]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Return the position in the tree of the nearest line of each point (-1 for none), and its distance."""
        nearest = np.full(len(drawn), -1, dtype=np.int64)
        distance = np.full(len(drawn), np.inf)
        if len(tree) and len(drawn):
            near_first = hilbert_order(shapely.get_x(drawn), shapely.get_y(drawn))  # twice as fast as any order
            (asked, line), reach = tree.query_nearest(
                drawn[near_first], max_distance=self._settings.max_snap_m, return_distance=True, all_matches=True
            )
            point = near_first[asked]
            order = np.lexsort((line, point))
            point, line, reach = point[order], line[order], reach[order]
            first = np.ones(len(point), dtype=bool)
            first[1:] = point[1:] != point[:-1]
            nearest[point[first]] = line[first]
            distance[point[first]] = reach[first]
        return nearest, distance


def point_geometries(points: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the points of a table as shapely points.

    Raises
    ------
    NetworkError
        If a coordinate is missing.
    """
    return np.asarray(shapely.points(coordinates(points)), dtype=np.object_)


def coordinates(points: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return x, y of a table of points, shape (points, 2).

    Raises
    ------
    NetworkError
        If a coordinate is missing.
    """
    xy = points[["x", "y"]].to_numpy(dtype=np.float64, na_value=np.nan)
    lost = ~np.isfinite(xy).all(axis=1)
    if lost.any():
        found = f"{int(lost.sum())} without ({shortened(points.index[lost])})"
        raise NetworkError(fault("x and y for every point", found, "give them a position or leave them out"))
    return np.ascontiguousarray(xy)
