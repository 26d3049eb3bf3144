"""Small operations on incidence matrices (who lies in what, what covers whom)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp


def selection(positions: npt.NDArray[np.int64], width: int) -> sp.csr_array:
    """Return the int64 matrix that picks these positions, one per row; a negative position picks nothing.

    Parameters
    ----------
    positions
        int64, shape (rows,).
    width
        How many there are to pick from.
    """
    known = np.flatnonzero(positions >= 0)
    ones = np.ones(len(known), dtype=np.int64)
    return sp.csr_array((ones, (known, positions[known])), shape=(len(positions), width))


def weighted_columns(matrix: sp.csr_array, weight: npt.NDArray[np.int64]) -> sp.csr_array:
    """Return the matrix with each column multiplied by its integer weight, zeros dropped, columns ascending."""
    data = matrix.data.astype(np.int64) * weight[matrix.indices]
    result = sp.csr_array((data, matrix.indices.copy(), matrix.indptr.copy()), shape=matrix.shape)
    result.eliminate_zeros()
    result.sort_indices()
    return result


def at_most_one(matrix: sp.csr_array) -> sp.csr_array:
    """Return the matrix with every positive entry set to 1, zeros dropped, columns ascending."""
    result = sp.csr_array(matrix).astype(np.int64)
    result.data[:] = np.minimum(result.data, 1)
    result.eliminate_zeros()
    result.sort_indices()
    return result
