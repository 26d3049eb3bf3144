"""From ways to a network: cut where ways share a vertex, as OpenStreetMap means it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from planner.errors import NetworkError, fault
from planner.layers.crs import study_crs, transformed
from planner.network.graph import RoadNetwork, edge_lines
from planner.network.hilbert import hilbert_order
from planner.network.modes import Mode
from planner.units import lengths_mm


class Ways(NamedTuple):
    """Roads as sequences of shared vertices, before they are cut.

    Attributes
    ----------
    offsets
        int64, shape (ways + 1,): way w is ``vertex[offsets[w]:offsets[w + 1]]``.
    vertex
        int64: numbers of vertices. Ways that meet share a number.
    x, y
        float64, shape (vertices,): metres.
    road_class
        Class of each way.
    oneway
        int8: 1 along the way only, -1 against it only, 0 both.
    barred
        By mode: bool, closed by access tags.
    """

    offsets: npt.NDArray[np.int64]
    vertex: npt.NDArray[np.int64]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    road_class: npt.NDArray[np.object_]
    oneway: npt.NDArray[np.int8]
    barred: Mapping[str, npt.NDArray[np.bool_]]


def projected(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], *, source: CRS, crs: str, layer: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return coordinates in the metric study CRS.

    Raises
    ------
    NetworkError
        If some lie where it is not defined.
    LayerError
        If it is not metric.
    """
    target = study_crs(crs)
    east, north = transformed(x, y, source=source, target=target)
    lost = ~(np.isfinite(east) & np.isfinite(north))
    if lost.any():
        at = int(np.flatnonzero(lost)[0])
        found = f"{int(lost.sum())} vertices outside, the first at ({x[at]:.6g}, {y[at]:.6g}) in {source.name}"
        do = "check the CRS and the order of the coordinates"
        raise NetworkError(fault(f"{layer} within the area of {target.name}", found, do))
    return east, north


def without_repeats(ways: Ways) -> Ways:
    """Return the ways without immediately repeated vertices, and without those left with fewer than two."""
    way = np.repeat(np.arange(len(ways.offsets) - 1), np.diff(ways.offsets))
    kept = np.ones(len(way), dtype=bool)
    kept[1:] = (way[1:] != way[:-1]) | (ways.vertex[1:] != ways.vertex[:-1])
    drawn = np.bincount(way[kept], minlength=len(ways.offsets) - 1) >= 2
    kept &= drawn[way]
    counts = np.bincount(way[kept], minlength=len(drawn))[drawn]
    return Ways(
        offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        vertex=ways.vertex[kept],
        x=ways.x,
        y=ways.y,
        road_class=ways.road_class[drawn],
        oneway=ways.oneway[drawn],
        barred={mode: flags[drawn] for mode, flags in ways.barred.items()},
    )


def build_network(ways: Ways, *, crs: str, modes: Mapping[str, Mode]) -> RoadNetwork:
    """Return the network of these ways.

    A vertex is a node where a way ends or where it occurs more than once, in one way or several. Ways are cut there.
    Two roads that cross without a shared vertex (a bridge) stay apart.

    Parameters
    ----------
    ways
        Roads, without immediately repeated vertices.
    crs
        Metric reference system of their coordinates.
    modes
        Modes the roads are read for, by name.
    """
    start, stop, way = _cuts(ways)
    counts = stop - start + 1
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    at = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - start, counts)
    coords = np.column_stack((ways.x, ways.y))[ways.vertex[at]]
    nodes, ends = np.unique(ways.vertex[np.concatenate((start, stop))], return_inverse=True)
    order = hilbert_order(ways.x[nodes], ways.y[nodes])
    number = np.empty(len(nodes), dtype=np.int32)
    number[order] = np.arange(len(nodes), dtype=np.int32)
    classes, class_code = np.unique(ways.road_class.astype(str), return_inverse=True)
    u, v = number[ends].reshape(2, -1)
    length = lengths_mm(shapely.length(edge_lines(offsets, coords)))
    network = RoadNetwork(
        crs=crs,
        modes=dict(modes),
        classes=tuple(classes.tolist()),
        node_x=ways.x[nodes][order],
        node_y=ways.y[nodes][order],
        u=u,
        v=v,
        length_mm=np.where(u == v, length, np.maximum(length, 1)),
        class_code=class_code.astype(np.int16)[way],
        oneway=ways.oneway[way],
        barred={mode: flags[way] for mode, flags in ways.barred.items()},
        offsets=offsets,
        coords=coords,
    )
    return _renumbered(network)


def _cuts(ways: Ways) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return positions in `Ways.vertex` where edges start and stop, and the way of each edge."""
    way = np.repeat(np.arange(len(ways.offsets) - 1), np.diff(ways.offsets))
    is_node = np.bincount(ways.vertex, minlength=len(ways.x))[ways.vertex] > 1
    is_node[ways.offsets[:-1]] = True
    is_node[ways.offsets[1:] - 1] = True
    cuts = np.flatnonzero(is_node)
    within = way[cuts[:-1]] == way[cuts[1:]]
    return cuts[:-1][within], cuts[1:][within], way[cuts[:-1]][within]


def _renumbered(network: RoadNetwork) -> RoadNetwork:
    """Return the network with its edges in an order that does not depend on the order of the ways.

    Two edges between the same nodes never share their second vertex unless both are straight: it would be a node.
    """
    second = network.coords[network.offsets[:-1] + 1]
    order = np.lexsort(
        (
            *(network.barred[mode] for mode in sorted(network.barred, reverse=True)),
            network.oneway,
            network.class_code,
            second[:, 1],
            second[:, 0],
            network.length_mm,
            network.v,
            network.u,
        )
    )
    counts = np.diff(network.offsets)[order]
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    at = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - network.offsets[:-1][order], counts)
    return RoadNetwork(
        crs=network.crs,
        modes=network.modes,
        classes=network.classes,
        node_x=network.node_x,
        node_y=network.node_y,
        u=network.u[order],
        v=network.v[order],
        length_mm=network.length_mm[order],
        class_code=network.class_code[order],
        oneway=network.oneway[order],
        barred={mode: flags[order] for mode, flags in network.barred.items()},
        offsets=offsets,
        coords=network.coords[at],
    )
