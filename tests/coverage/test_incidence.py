from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from planner.coverage.incidence import at_most_one, selection, weighted_columns

SEEDS = st.integers(0, 2**32 - 1)


def _sparse(rng: np.random.Generator, low: int, high: int) -> tuple[sp.csr_array, np.ndarray]:
    shape = (int(rng.integers(1, 6)), int(rng.integers(1, 7)))
    dense = rng.integers(low, high, shape) * (rng.random(shape) < 0.6)
    return sp.csr_array(dense), dense


@given(SEEDS)
def test_selection_picks_rows_in_the_order_asked(seed: int) -> None:
    """Each position takes its row, a negative one takes nothing, and a row may be taken twice."""
    rng = np.random.default_rng(seed)
    matrix, dense = _sparse(rng, 0, 3)
    positions = rng.integers(-1, dense.shape[0], int(rng.integers(0, 6)))
    picked = selection(positions, dense.shape[0]) @ matrix
    expected = np.array([dense[at] if at >= 0 else np.zeros(dense.shape[1]) for at in positions])
    assert np.array_equal(picked.toarray(), expected.reshape(len(positions), dense.shape[1]))


@given(SEEDS)
def test_columns_are_weighed_in_integers(seed: int) -> None:
    """Equal to the dense product; no zero is stored, columns ascend, and the argument stays as it was."""
    rng = np.random.default_rng(seed)
    matrix, dense = _sparse(rng, 0, 2)
    weight = rng.integers(-1, 3, dense.shape[1])
    result = weighted_columns(matrix.astype(bool), weight)
    assert np.array_equal(result.toarray(), dense * weight)
    assert result.dtype == np.int64
    assert np.all(result.data != 0)
    assert result.has_sorted_indices
    assert np.array_equal(matrix.toarray(), dense)


@given(SEEDS)
def test_at_most_one_keeps_who_not_how_often(seed: int) -> None:
    """Every positive entry becomes one, the zeros go, and the argument stays as it was."""
    rng = np.random.default_rng(seed)
    matrix, dense = _sparse(rng, 0, 4)
    result = at_most_one(matrix)
    assert np.array_equal(result.toarray(), dense > 0)
    assert np.all(result.data == 1)
    assert np.array_equal(matrix.toarray(), dense)
