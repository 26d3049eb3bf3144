"""Reaches made of reaches, against the dense matrices they stand for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import NetworkError
from planner.network import Reach, ReachKey, ReachLabel
from planner.network.rearranging import combined, restricted, transposed

CUTOFF = 50


def reach_of(costs, *, mode="walk", cutoff=CUTOFF, direction="toward"):
    """Return the reach of a dense matrix, -1 for none."""
    label = ReachLabel(ReachKey(mode, "distance_m", direction), "demand", "s")
    held = costs >= 0
    return Reach(
        label=label,
        cutoff=cutoff,
        place_ids=pd.Index([f"p{n}" for n in range(costs.shape[0])], dtype="str"),
        target_ids=pd.Index([f"d{n}" for n in range(costs.shape[1])], dtype="str"),
        indptr=np.concatenate(([0], np.cumsum(held.sum(axis=1)))).astype(np.int64),
        indices=np.nonzero(held)[1].astype(np.int32),
        costs=costs[held].astype(np.int32),
    )


def dense(reach):
    """Return a reach as a dense matrix, -1 for none."""
    costs = np.full((len(reach.place_ids), len(reach.target_ids)), -1, dtype=np.int64)
    costs[np.repeat(np.arange(len(costs)), np.diff(reach.indptr)), reach.indices] = reach.costs
    return costs


@st.composite
def matrices(draw, count=1):
    """Draw matrices of one shape, some cells empty, some rows and columns too, or no rows at all."""
    shape = (draw(st.integers(0, 5)), draw(st.integers(0, 5)))
    cells = st.integers(-30, CUTOFF)
    return [
        np.array(draw(st.lists(cells, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])), dtype=np.int64)
        .reshape(shape)
        .clip(-1)
        for _ in range(count)
    ]


@given(matrices(), st.randoms(use_true_random=False))
def test_restricted_takes_rows_and_columns_in_the_order_asked(drawn, random):
    """Any places and targets in any order give those cells and no others."""
    (costs,) = drawn
    rows = random.sample(range(costs.shape[0]), random.randint(0, costs.shape[0]))
    columns = random.sample(range(costs.shape[1]), random.randint(0, costs.shape[1]))
    found = restricted(reach_of(costs), places=[f"p{n}" for n in rows], targets=[f"d{n}" for n in columns])
    np.testing.assert_array_equal(dense(found), costs[np.ix_(rows, columns)])
    assert found.place_ids.tolist() == [f"p{n}" for n in rows]
    np.testing.assert_array_equal(dense(restricted(reach_of(costs))), costs)


@given(matrices())
def test_transposed_twice_is_the_reach(drawn):
    """Rows become columns and the direction turns; turned again, the costs are the first ones."""
    (costs,) = drawn
    turned = transposed(reach_of(costs))
    np.testing.assert_array_equal(dense(turned), costs.T)
    assert turned.label.key.direction == "from"
    assert turned.label.targets == "place"
    np.testing.assert_array_equal(dense(transposed(turned)), costs)


@given(matrices(count=3))
def test_combined_is_the_least_cost_up_to_the_smallest_cutoff(drawn):
    """The least of all modes, as far as every mode was looked for."""
    cutoffs = (CUTOFF, CUTOFF, 20)
    parts = [
        reach_of(np.where(costs <= cutoff, costs, -1), mode=mode, cutoff=cutoff)
        for costs, cutoff, mode in zip(drawn, cutoffs, ("walk", "cycle", "drive"), strict=True)
    ]
    found = combined(*parts)
    least = np.min([np.where(costs >= 0, costs, 99) for costs in drawn], axis=0)
    np.testing.assert_array_equal(dense(found), np.where(least <= 20, least, -1))
    assert found.cutoff == 20
    assert found.label.key.mode == "walk+cycle+drive"


def test_straight_lines_have_no_direction():
    """A transposed straight-line reach stays toward."""
    reach = reach_of(np.array([[1]]))
    label = reach.label._replace(key=ReachKey("straight", "radius_m", "toward"))
    straight = Reach(**{name: getattr(reach, name) for name in reach.__slots__ if name != "label"}, label=label)
    assert transposed(straight).label.key.direction == "toward"


def test_what_does_not_fit_together_is_told():
    """Unknown ids, repeated ids, other directions, other places, nothing at all: one sentence each."""
    reach = reach_of(np.array([[1, 2]]))
    with pytest.raises(NetworkError, match="ids of the reach"):
        restricted(reach, places=["p7"])
    with pytest.raises(NetworkError, match="every id once"):
        restricted(reach, targets=["d0", "d0"])
    with pytest.raises(NetworkError, match="one reach or more"):
        combined()
    with pytest.raises(NetworkError, match="differ in their mode only"):
        combined(reach, reach_of(np.array([[1, 2]]), direction="from"))
    with pytest.raises(NetworkError, match="the same places and targets"):
        combined(reach, restricted(reach, targets=["d0"]))
