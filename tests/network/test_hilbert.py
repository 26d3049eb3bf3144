"""Order along a space-filling curve."""

from __future__ import annotations

import numpy as np

from planner.network.hilbert import hilbert_order


def test_neighbours_on_the_curve_are_neighbours_in_space():
    """On a grid of 16 x 16 every step of the curve leads to an adjacent cell."""
    x, y = (axis.ravel().astype(np.float64) for axis in np.meshgrid(np.arange(16), np.arange(16)))
    order = hilbert_order(x, y)
    assert sorted(order) == list(range(256))
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    np.testing.assert_array_equal(steps, 1.0)


def test_order_does_not_depend_on_the_order_of_the_points():
    """Permuted points are sorted into the same sequence; points on one spot or none are no trouble."""
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 100, (500, 2))
    mixed = xy[rng.permutation(500)]
    np.testing.assert_array_equal(xy[hilbert_order(*xy.T)], mixed[hilbert_order(*mixed.T)])
    assert hilbert_order(np.zeros(3), np.zeros(3)).tolist() == [0, 1, 2]
    assert hilbert_order(np.zeros(0), np.zeros(0)).tolist() == []
