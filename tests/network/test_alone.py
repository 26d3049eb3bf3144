"""Targets that lie alone at nodes are found without a second pass; whatever their order, the answers are the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.network import NetworkSettings, ReachKey, ReachLabel, router_of, sums_within
from planner.network.bounded import bounded_reach
from planner.network.landing import landing_of


@pytest.fixture
def grid(network_of):
    """Return a lattice of streets, some of them missing, and dead ends."""
    rng = np.random.default_rng(3)
    lines = [[(x, y), (x + 100, y)] for x in range(0, 600, 100) for y in range(0, 600, 100) if rng.random() < 0.7]
    lines += [[(x, y), (x, y + 100)] for x in range(0, 600, 100) for y in range(0, 600, 100) if rng.random() < 0.7]
    return network_of([[(float(x), float(y)) for x, y in line] for line in lines])


@pytest.mark.parametrize("mode", ["foot", "car"])
@pytest.mark.parametrize("direction", ["from", "toward"])
@pytest.mark.parametrize("cutoff", [0, 150_000, 400_000, 10**9])
def test_order_of_targets_changes_no_cost(grid, points_of, mode, direction, cutoff):
    """Crossings in the order of the nodes and in the reverse order, which is searched otherwise, cost the same."""
    router = router_of(
        grid,
        ReachKey(mode, "distance_m", direction),
        settings=NetworkSettings(max_snap_m=50, min_component_m=0, threads=1),
    )
    crossings = router.attach(points_of(list(zip(grid.node_x, grid.node_y, strict=True))))
    places = router.attach(points_of([(130, 3), (255, 100), (300, 300), (420, 180), (37, 500)]))
    back = crossings.take(np.arange(len(crossings.ids))[::-1])
    assert landing_of(router.roads, crossings).ends.alone.size
    assert not landing_of(router.roads, back).ends.alone.size
    label = ReachLabel(router.key, "demand", "s")
    first, second = (
        bounded_reach(label, router.roads, places, points, cutoff=cutoff).to_frame() for points in (crossings, back)
    )
    keys = list(first.columns[:2])
    pd.testing.assert_frame_equal(
        first.sort_values(keys, ignore_index=True), second.sort_values(keys, ignore_index=True)
    )
    values = pd.DataFrame({"people": np.arange(len(crossings.ids), dtype=float)}, index=crossings.ids)
    pd.testing.assert_frame_equal(
        *(sums_within(router, places, points, values, cutoff=cutoff) for points in (crossings, back))
    )
