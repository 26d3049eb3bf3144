"""Straight-line reach against looking at every pair."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.network import Need, NetworkSettings, ReachKey, ReachLabel, reaches

LABEL = ReachLabel(ReachKey("straight", "radius_m", "toward"), "demand", "park")
NO_ANCHORS = pd.DataFrame({"x": [], "y": []}, dtype=np.float64)


def straight(places, demand, *, cutoff, k=4, threads=1):
    """Return the bounded reach and the nearest places."""
    found = reaches(
        None,
        places=places,
        demand=demand,
        anchors=NO_ANCHORS,
        needs=[Need(LABEL, cutoff, tuple(places.index))],
        settings=NetworkSettings(threads=threads),
        k=k,
    )
    return found.bounded[LABEL], found.nearest[LABEL]


def grid_points(rng, count, prefix):
    """Return points, many on whole metres, so that many distances are equal."""
    xy = np.where(rng.random((count, 1)) < 0.7, rng.integers(0, 12, (count, 2)), rng.uniform(0, 12, (count, 2)))
    index = pd.Index([f"{prefix}{number:03d}" for number in rng.permutation(count)], dtype="str")
    return pd.DataFrame(xy + 4_300_000.0, columns=["x", "y"], index=index)


@pytest.mark.parametrize("seed", range(20))
def test_equals_every_pair(seed):
    """Bounded pairs and nearest places equal sorting all distances in millimetres, ties by place id."""
    rng = np.random.default_rng(seed)
    places, demand = grid_points(rng, int(rng.integers(1, 60)), "p"), grid_points(rng, 40, "d")
    cutoff = int(rng.integers(0, 9) * 1000)
    bounded, nearest = straight(places, demand, cutoff=cutoff, k=int(rng.integers(1, 7)))
    ordered = places.sort_index()
    offset = ordered.to_numpy()[:, None, :] - demand.to_numpy()[None, :, :]
    cost = np.rint(np.hypot(offset[..., 0], offset[..., 1]) * 1000).astype(np.int64)
    held = np.full(cost.shape, -1)
    rows = np.repeat(np.arange(len(places)), np.diff(bounded.indptr))
    held[rows, bounded.indices] = bounded.costs
    np.testing.assert_array_equal(held, np.where(cost <= cutoff, cost, -1))
    assert bounded.place_ids.tolist() == ordered.index.tolist()
    best = np.argsort(cost, axis=0, kind="stable").T[:, : nearest.place.shape[1]]
    np.testing.assert_array_equal(nearest.place, best)
    np.testing.assert_array_equal(nearest.costs, np.take_along_axis(cost.T, best, axis=1))


def test_many_equal_distances_fall_to_the_lowest_ids():
    """Of thirty places on one spot, and thirty as far on the other side, the first ids are the nearest."""
    names = np.random.default_rng(2).permutation([f"p{number:02d}" for number in range(60)])
    places = pd.DataFrame({"x": [3.0] * 30 + [-3.0] * 30, "y": 4.0}, index=pd.Index(names, dtype="str"))
    demand = pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 0.0]}, index=["a", "b"])
    _, nearest = straight(places, demand, cutoff=1, k=3)
    assert nearest.place_ids[nearest.place[0]].tolist() == ["p00", "p01", "p02"]
    assert nearest.place_ids[nearest.place[1]].tolist() == sorted(names[:30])[:3]


def test_a_limit_met_exactly_is_met():
    """A distance that rounds to the cutoff is held; the next millimetre is not."""
    places = pd.DataFrame({"x": [0.0], "y": [0.0]}, index=["p"])
    demand = pd.DataFrame({"x": [300.0, 300.0003, 300.0012], "y": [400.0] * 3}, index=["a", "b", "c"])
    bounded, _ = straight(places, demand, cutoff=500_000)
    assert bounded.to_frame()["target_id"].tolist() == ["a", "b"]
    assert bounded.to_frame()["radius_m"].tolist() == [500.0, 500.0]


def test_threads_do_not_change_anything():
    """One thread and three give the same arrays."""
    rng = np.random.default_rng(1)
    places, demand = grid_points(rng, 700, "p"), grid_points(rng, 500, "d")
    (first, a), (second, b) = (straight(places, demand, cutoff=4_000, threads=n) for n in (1, 3))
    for name in ("indptr", "indices", "costs"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    np.testing.assert_array_equal(a.place, b.place)
