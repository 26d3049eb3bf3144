"""Lengths of many polylines at once."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from planner.network.compiled import I64, compiled


@compiled
def polyline_lengths(offsets: I64, coords: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the length of each polyline, to the last bit as GEOS sums it, without making one of shapely's objects.

    Parameters
    ----------
    offsets
        Polyline e has the vertices ``coords[offsets[e]:offsets[e + 1]]``.
    coords
        Shape (vertices, 2): metres.

    Returns
    -------
    numpy.ndarray
        float64, shape (polylines,): metres.
    """
    lengths = np.zeros(offsets.size - 1)
    for line in range(offsets.size - 1):
        total = 0.0
        for at in range(offsets[line] + 1, offsets[line + 1]):
            east, north = coords[at, 0] - coords[at - 1, 0], coords[at, 1] - coords[at - 1, 1]
            total += math.sqrt(east * east + north * north)
        lengths[line] = total
    return lengths
