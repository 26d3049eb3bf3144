"""Land along roads: what lies within a distance of pieces of edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from planner.network.cutting import Pieces, piece_lines
from planner.network.graph import RoadNetwork

_QUARTER = 4
"""Straight pieces that stand for a quarter circle; they lie inside it."""

_SIZES = (4096, 512, 64, 8)
"""Edges whose land is drawn once for all areas that hold them whole. Edges with neighbouring numbers lie near each
other, and each size divides the one before."""


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
    """

    def __init__(self, network: RoadNetwork, mode: str, width_m: float) -> None:
        self._network = network
        self._lines = network.lines()
        self._open = np.flatnonzero(network.permitted(mode) > 0)
        """Edges open to the mode: groups are of consecutive ones."""
        self._width_m = width_m
        self._kept: dict[tuple[int, int], shapely.Geometry] = {}

    def of(self, pieces: Pieces) -> shapely.Geometry:
        """Return the land along some pieces, as one polygon or several."""
        whole = (pieces.start_mm == 0) & (pieces.stop_mm == self._network.length_mm[pieces.edge])
        parts = [*piece_lines(self._network, self._lines, Pieces(*(array[~whole] for array in pieces)))]
        land = [self._buffered(np.array(parts, dtype=object))]
        left = np.searchsorted(self._open, pieces.edge[whole])
        for size in _SIZES:
            groups, count = np.unique(left // size, return_counts=True)
            groups = groups[count == size]
            land.extend(self._group(size, group) for group in groups.tolist())
            left = left[~np.isin(left // size, groups)]
        return shapely.union_all([*land, self._buffered(self._lines[self._open[left]])])

    def _group(self, size: int, group: int) -> shapely.Geometry:
        key = size, group
        if key not in self._kept:
            first = group * size
            if size == _SIZES[-1]:
                land = self._buffered(self._lines[self._open[first : first + size]])
            else:
                smaller = _SIZES[_SIZES.index(size) + 1]
                parts = size // smaller
                land = shapely.union_all([self._group(smaller, group * parts + part) for part in range(parts)])
            self._kept[key] = land
        return self._kept[key]

    def _buffered(self, lines: npt.NDArray[np.object_]) -> shapely.Geometry:
        return shapely.union_all(shapely.buffer(lines, self._width_m, quad_segs=_QUARTER))
