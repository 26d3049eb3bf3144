"""Shortest-path trees and routes, as lines for pictures."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from planner.errors import NetworkError, fault
from planner.network.bounded import require_cutoff
from planner.network.compiled import MAX_CUTOFF, Starts, queue_of
from planner.network.graph import RoadNetwork
from planner.network.pairs import along_one_edge
from planner.network.router import Points, Router
from planner.network.snapping import Attachments
from planner.network.trace_search import NO_LABEL, TraceDesk, trace, trace_desk
from planner.network.two_costs import LOW, Traced, arriving_both, leaving_both, other_kind, traced
from planner.network.views import passing
from planner.units import MM_PER_M

_NOWHERE = np.zeros(0, dtype=np.int32)


def tree_edges(router: Router, place: Points, *, cutoff: int | None = None) -> gpd.GeoDataFrame:
    """Return the edges of the shortest-path tree of one place.

    Parameters
    ----------
    router
        Roads by mode, cost and direction. Toward the place, the edges lead to it.
    place
        A table of one point.
    cutoff
        Largest cost at the far end of an edge, millimetres or milliseconds; `MAX_CUTOFF` where it is not given.

    Returns
    -------
    geopandas.GeoDataFrame
        One line per edge, in ascending order of edges: edge, distance_m and travel_time_s at the end that is farther
        from the place by the tree, and the edge's geometry.

    Raises
    ------
    NetworkError
        If it is not one point, or the cutoff is not possible.
    """
    roads = traced(router.roads, router.network.length_mm)
    desk = _searched(roads, _only(router, place), MAX_CUTOFF if cutoff is None else cutoff, _NOWHERE)
    nodes = np.flatnonzero(desk.arc >= 0)
    nodes = nodes[roads.lane[desk.arc[nodes]] >= 0]
    edge = roads.roads.view.lanes.edge[roads.lane[desk.arc[nodes]]]
    order = np.lexsort((desk.label[nodes], edge))
    edge, first = np.unique(edge[order], return_index=True)  # both ways, or both sides, may be in the tree
    label = desk.label[nodes][order][first]
    columns = {"edge": edge, **_columns(router, label)}
    return gpd.GeoDataFrame(columns, geometry=router.network.lines()[edge], crs=router.network.crs)


def routes(router: Router, place: Points, targets: Points) -> gpd.GeoDataFrame:
    """Return the paths between one place and targets, along the roads.

    The access legs are counted in the costs and not drawn. The path is that of `planner.network.pairs.pairs`.

    Parameters
    ----------
    router
        Roads by mode, cost and direction. Toward the place, lines run from the target to it.
    place
        A table of one point.
    targets
        The others.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per target, indexed by its id: distance_m, travel_time_s and a line; NaN and None where there is no path
        (`pairs` tells why). The line of a path of no length is an empty one.

    Raises
    ------
    NetworkError
        If it is not one place.
    """
    roads = traced(router.roads, router.network.length_mm)
    here, there = _only(router, place), router.attach(targets)
    ends = arriving_both(roads, there)
    desk = _searched(roads, here, MAX_CUTOFF, ends.node.ravel())
    direct = along_one_edge(roads, here.take(np.zeros(len(there.ids), dtype=np.int64)), there)
    by_node = np.where(ends.node >= 0, desk.label[ends.node], NO_LABEL)
    held = by_node != NO_LABEL
    totals = np.column_stack((direct, np.where(held, by_node + np.where(held, ends.cost, 0), NO_LABEL)))
    best, way = totals.min(axis=1), totals.argmin(axis=1)
    paths = _Paths(router.network, roads, desk, here, there)
    lines = [
        paths.line(target, int(way[target]) - 1) if label != NO_LABEL else None for target, label in enumerate(best)
    ]
    if router.key.direction == "toward":
        lines = [None if line is None else shapely.reverse(line) for line in lines]
    return gpd.GeoDataFrame(_columns(router, best), geometry=lines, index=there.ids, crs=router.network.crs)


def _only(router: Router, place: Points) -> Attachments:
    attached = router.attach(place)
    if len(attached.ids) != 1:
        raise NetworkError(fault("one place", str(len(attached.ids)), "ask for one after the other"))
    return attached


def _columns(router: Router, label: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.float64]]:
    kind, reached = router.key.cost_kind, label != NO_LABEL
    found = {kind: label >> 32, other_kind(kind): label & LOW}
    return {name: np.where(reached, found[name] / MM_PER_M, np.nan) for name in ("distance_m", "travel_time_s")}


def _searched(roads: Traced, place: Attachments, cutoff: int, goals: npt.NDArray[np.int32]) -> TraceDesk:
    """Return the desk of a search from one place."""
    require_cutoff(cutoff)
    starts = leaving_both(roads, place)
    queue = queue_of(roads.roads.span, Starts(starts.node, starts.cost >> 32), cutoff)
    nodes = len(roads.links.indptr) - 1
    room = nodes + 1024
    while True:
        desk = trace_desk(nodes, queue.length, room=room)
        if trace(roads.links, starts.node[0], starts.cost[0], goals, cutoff, queue.shift, desk) >= 0:
            return desk
        room *= 2


class _Paths(NamedTuple):
    """What lines of paths are drawn from."""

    network: RoadNetwork
    roads: Traced
    desk: TraceDesk
    here: Attachments
    there: Attachments

    def line(self, target: int, end: int) -> shapely.LineString:
        """Return the path to a target by one end of its edge (0 or 1), or along the edge that both lie on (-1)."""
        edge, along = int(self.there.edge[target]), int(self.there.along_mm[target])
        if end < 0:
            return _joined([self._stretch(edge, int(self.here.along_mm[0]), along)])
        pieces = [self._stretch(edge, self._end(edge, end), along)]
        node = int(self.roads.roads.enter[edge, end])
        onto, _ = passing(self.roads.roads.view, self.roads.roads.arcs)
        while self.desk.arc[node] >= 0:
            arc = int(self.desk.arc[node])
            node = int(np.searchsorted(self.roads.links.indptr, arc, side="right")) - 1
            step = int(self.roads.lane[arc])
            if step >= 0:
                first = int(onto[step, 0] != node)
                pieces.append(self._stretch(step, self._end(step, first), self._end(step, 1 - first)))
        edge, along = int(self.here.edge[0]), int(self.here.along_mm[0])
        pieces.append(self._stretch(edge, along, self._end(edge, self._start(node))))
        return _joined(pieces[::-1])

    def _start(self, node: int) -> int:
        """Return by which end of its edge the place was left for a node."""
        starts = leaving_both(self.roads, self.here)
        label = np.where(starts.node[0] == node, starts.cost[0], NO_LABEL)
        return int(label.argmin())

    def _end(self, lane: int, end: int) -> int:
        return end * self._length_mm(lane)

    def _length_mm(self, lane: int) -> int:
        return int(self.network.length_mm[self.roads.roads.view.lanes.edge[lane]])

    def _stretch(self, lane: int, first_mm: int, last_mm: int) -> npt.NDArray[np.float64]:
        """Return the coordinates of a lane between two places of it, from the first to the last."""
        offsets, edge = self.network.offsets, int(self.roads.roads.view.lanes.edge[lane])
        length = max(self._length_mm(lane), 1)
        drawn = shapely.LineString(self.network.coords[offsets[edge] : offsets[edge + 1]])
        part = substring(drawn, first_mm / length, last_mm / length, normalized=True)
        return np.asarray(shapely.get_coordinates(part), dtype=np.float64)


def _joined(pieces: list[npt.NDArray[np.float64]]) -> shapely.LineString:
    coords = np.concatenate(pieces)
    moved = np.ones(len(coords), dtype=bool)
    moved[1:] = (coords[1:] != coords[:-1]).any(axis=1)
    return shapely.LineString(coords[moved]) if moved.sum() > 1 else shapely.LineString()
