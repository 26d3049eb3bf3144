"""Land along roads: what lies within a distance of pieces of edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from planner.network.cutting import Pieces, piece_lines
from planner.network.graph import RoadNetwork

_QUARTER = 4
"""Straight pieces that stand for a quarter circle; they lie inside it."""

_SIZES = (1024, 256, 64, 32, 16, 8, 4, 2)
"""Edges whose land is drawn once for all areas that hold them whole. Edges with neighbouring numbers lie near each
other, and each size divides the one before."""

_STRAIGHTENED = 16
"""Size of the groups whose outline is straightened: the larger ones are made of these."""


class Margins:
    """Draws land along pieces of edges; what it has drawn of whole edges it keeps.

    Parameters
    ----------
    network
        Roads.
    mode
        Name of one of their modes; pieces are of edges open to it.
    width_m
        Metres to either side, and around the ends.
    straighten_m
        Metres by which outlines of groups of edges may be moved, outward too: fewer vertices have to be united then.
    """

    def __init__(self, network: RoadNetwork, mode: str, width_m: float, *, straighten_m: float = 0.0) -> None:
        self._network = network
        self._lines = network.lines()
        edges = np.flatnonzero(network.permitted(mode) > 0)
        self._open = edges[np.argsort(network.components(mode).of_edge[edges], kind="stable")]
        """Edges open to the mode, one component after the other, since none is reached with another: groups are of
        consecutive ones."""
        self._place = np.zeros(network.edge_count, dtype=np.int64)
        self._place[self._open] = np.arange(len(self._open))
        self._width_m, self._straighten_m = width_m, straighten_m
        self._kept: dict[tuple[int, int], shapely.Geometry] = {}

    def of(self, pieces: Pieces) -> shapely.Geometry:
        """Return the land along some pieces, as one polygon or several."""
        whole = (pieces.start_mm == 0) & (pieces.stop_mm == self._network.length_mm[pieces.edge])
        parts = piece_lines(self._network, self._lines, Pieces(*(array[~whole] for array in pieces)))
        land: list[shapely.Geometry] = []
        left = np.sort(self._place[pieces.edge[whole]])
        for size in _SIZES:
            groups, count = np.unique(left // size, return_counts=True)
            groups = groups[count == size]
            land.extend(self._group(size, group) for group in groups.tolist())
            left = left[~np.isin(left // size, groups)]
        return shapely.union_all([*land, *self._buffers(np.concatenate((parts, self._lines[self._open[left]])))])

    def _group(self, size: int, group: int) -> shapely.Geometry:
        key = size, group
        if key not in self._kept:
            if size == _SIZES[-1]:
                land = shapely.union_all(self._buffers(self._lines[self._open[group * size : (group + 1) * size]]))
            else:
                smaller = _SIZES[_SIZES.index(size) + 1]
                parts = size // smaller
                land = shapely.union_all([self._group(smaller, group * parts + part) for part in range(parts)])
            if size == _STRAIGHTENED and self._straighten_m:
                land = shapely.simplify(land, self._straighten_m)
            self._kept[key] = land
        return self._kept[key]

    def _buffers(self, lines: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        return np.asarray(shapely.buffer(lines, self._width_m, quad_segs=_QUARTER), dtype=np.object_)
