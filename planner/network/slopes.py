"""Slopes on foot: how many times as long as on the flat an edge takes uphill and downhill.

Tobler, W. (1993). Three presentations on geographical analysis and modeling. Technical report 93-1, National Center for
Geographic Information and Analysis: the hiking function, 6 exp(-3.5 |s + 0.05|) km/h at a slope of s. It gives 5.04
km/h on the flat and most at 5 % downhill. Here only its shape is used: what it gives at a slope, by what it gives on
the flat.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from planner.layers.log import FaultLog
from planner.network.graph import RoadNetwork
from planner.network.mode import FERRY
from planner.network.terrain import Terrain, read_terrain
from planner.units import MM_PER_M, lengths_mm

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

STEEPNESS, BEST_SLOPE = 3.5, -0.05

MAX_SLOPE = 1.0
"""Steeper parts count as this steep, 45 degrees: beyond, the function was never meant, and the model is wrong."""


def slowness_of(slope: F64) -> F64:
    """Return how many times as long as on the flat one walks at slopes (rise by run); 1 at 0, unknown slopes are 0."""
    known = np.clip(np.nan_to_num(slope, nan=0.0), -MAX_SLOPE, MAX_SLOPE)
    return np.exp(STEEPNESS * (np.abs(known - BEST_SLOPE) - abs(BEST_SLOPE)))


def with_slopes(network: RoadNetwork, dem: Path, *, spans: Flags, log: FaultLog | None = None) -> RoadNetwork:
    """Return the network with the slowness of its edges, up and down.

    Elevations are taken at every vertex and between them at least once per cell of the model; each piece has one slope,
    and an edge the mean slowness of its pieces by length, for each direction, to six decimals. Bridges and tunnels rise
    evenly from end to end: nodes at which only such edges meet are as high as the way between the others makes them. A
    part of an edge takes its share of the edge's time by length. Ferries are level; so is what the model does not
    cover, which is told. Lengths stay planar, as Tobler's speeds are.

    Parameters
    ----------
    network
        Roads. It is not changed.
    dem
        A GeoTIFF (`planner.network.terrain.read_terrain`).
    spans
        bool, shape (edges,): bridges and tunnels.
    log
        Where it is told what the model lacks.

    Raises
    ------
    NetworkError
        If the model cannot be used.
    """
    x, y = network.coords.T
    terrain = read_terrain(dem, crs=network.crs, x=x, y=y)
    pieces = _pieces(network, terrain)
    run, slope = pieces.run, pieces.rise / np.where(pieces.run > 0, pieces.run, 1.0)
    span = np.flatnonzero(spans)
    height = _node_heights(network, terrain, spans)
    rise = height[network.v[span]] - height[network.u[span]]
    metres = np.maximum(network.length_mm[span], 1) / MM_PER_M
    slope = np.where(spans[pieces.edge], 0.0, slope)
    total = np.bincount(pieces.edge, weights=run, minlength=network.edge_count)
    slowness = np.ones((network.edge_count, 2))
    for way, sign in enumerate((1.0, -1.0)):
        spent = np.bincount(pieces.edge, weights=run * slowness_of(sign * slope), minlength=network.edge_count)
        slowness[total > 0, way] = spent[total > 0] / total[total > 0]
        slowness[span, way] = slowness_of(sign * rise / metres)
    level = np.array([name == FERRY for name in network.classes], dtype=bool)[network.class_code]
    slowness[level] = 1.0
    if log is not None:
        land = ~level[pieces.edge] & ~spans[pieces.edge]
        _tell(run[land], slope[land], dem.name, log)
    return replace(network, rules=replace(network.rules, slowness=np.round(slowness, 6)))


class _Pieces(NamedTuple):
    """Pieces of edges: edge, metres along it, metres of rise (NaN for unknown)."""

    edge: npt.NDArray[np.int64]
    run: F64
    rise: F64


def _pieces(network: RoadNetwork, terrain: Terrain) -> _Pieces:
    """Cut every stretch between two vertices into equal pieces no longer than a cell."""
    last = network.offsets[1:] - 1
    first = np.delete(np.arange(len(network.coords)), last)
    (x, y), (dx, dy) = network.coords[first].T, (network.coords[first + 1] - network.coords[first]).T
    metres = np.hypot(dx, dy)
    count = np.maximum(1, -(-lengths_mm(metres) // terrain.cell_mm))
    of = np.repeat(np.arange(len(first)), count)
    share = (np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)) / count[of]
    begin = terrain.elevations(x[of] + dx[of] * share, y[of] + dy[of] * share)
    edge = np.repeat(np.arange(network.edge_count), np.diff(network.offsets) - 1)[of]
    end = np.append(begin[1:], np.nan)
    ends = np.searchsorted(edge, np.arange(network.edge_count), side="right") - 1
    end[ends] = terrain.elevations(*network.coords[last].T)
    return _Pieces(edge, (metres / count)[of], end - begin)


def _node_heights(network: RoadNetwork, terrain: Terrain, spans: Flags) -> F64:
    """Return the elevation of every node; NaN where it is unknown.

    That of the model where another road than a bridge or tunnel ends. At the others, and where the model knows none,
    the mean of the next nodes along bridges and tunnels by one over their distance: what lies between two known nodes
    rises evenly, what leads on to none is level. Bridges that no other road meets are as high as the model where they
    end.
    """
    height = terrain.elevations(network.node_x, network.node_y)
    ends = np.column_stack((network.u, network.v))
    on_land = np.bincount(ends[~spans].ravel(), minlength=network.node_count) > 0
    used = ends[spans & (network.u != network.v)]
    weight = 1.0 / network.length_mm[spans & (network.u != network.v)]
    known = on_land & ~np.isnan(height)
    size = network.node_count
    pattern = coo_array((weight, (used[:, 0], used[:, 1])), shape=(size, size))
    part = connected_components(pattern, directed=False)[1]
    is_fixed = np.isin(part, part[known])
    free = np.flatnonzero(is_fixed & ~known & (np.bincount(used.ravel(), minlength=size) > 0))
    if not len(free):
        return height
    both = (pattern + pattern.T).tocsr()
    rows = both[free]
    given = rows[:, np.flatnonzero(known)] @ height[known]
    pull = coo_array((np.asarray(rows.sum(axis=1)).ravel(), (np.arange(len(free)),) * 2)).tocsc()
    height[free] = np.rint(spsolve(pull - rows[:, free].tocsc(), given) * 1000) / 1000
    return height


def _tell(run: F64, slope: F64, layer: str, log: FaultLog) -> None:
    unknown, steep = run[np.isnan(slope)].sum() / 1000, run[np.abs(slope) > MAX_SLOPE].sum() / 1000
    if unknown > 0:
        log.add(
            layer,
            "",
            "elevation_unknown",
            f"{unknown:.3f} km 道路在高程模型中没有高程，按平地计",
            f"{unknown:.3f} km of road have no elevation in the model; they are taken as level",
            "请提供覆盖全部道路的高程模型",
        )
    if steep > 0:
        log.add(
            layer,
            "",
            "elevation_steep",
            f"{steep:.3f} km 道路的坡度超过 {MAX_SLOPE:.0%}，按 {MAX_SLOPE:.0%} 计",
            f"{steep:.3f} km of road are steeper than {MAX_SLOPE:.0%} in the model; they are taken as that steep",
            "请检查高程模型，以及桥梁和隧道的标记",
        )
