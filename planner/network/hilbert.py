"""Order of points along a Hilbert curve, so that what is near in space is near in memory.

Hilbert, D. (1891). Ueber die stetige Abbildung einer Linie auf ein Flächenstück. Mathematische Annalen 38, 459-460.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_BITS = 16


def hilbert_order(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the permutation that sorts points along a Hilbert curve over their bounding square.

    Points in one cell of the curve (1 / 65,536 of the square's side) are sorted by x, then y.
    """
    if not len(x):
        return np.zeros(0, dtype=np.int64)
    side = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9)
    last = (1 << _BITS) - 1
    column = np.minimum((x - x.min()) / side * last, last).astype(np.int64)
    row = np.minimum((y - y.min()) / side * last, last).astype(np.int64)
    return np.lexsort((y, x, _curve_position(column, row)))


def _curve_position(column: npt.NDArray[np.int64], row: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    position = np.zeros_like(column)
    for bit in reversed(range(_BITS)):
        right = (column >> bit) & 1
        upper = (row >> bit) & 1
        position = (position << 2) | ((3 * right) ^ upper)
        flipped = (upper == 0) & (right == 1)
        column = np.where(flipped, ~column, column)
        row = np.where(flipped, ~row, row)
        swapped = upper == 0
        column, row = np.where(swapped, row, column), np.where(swapped, column, row)
    return position
