"""The full reach over contraction hierarchies against one search per place, and against scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from planner.network import NetworkSettings, ReachKey, ReachLabel
from planner.network.bounded import bounded_reach
from planner.network.compiled import MAX_CUTOFF, UNSEEN, Links, Starts, links_of
from planner.network.full import WORTH_A_HIERARCHY, full_costs, full_reach, hierarchy_of
from planner.network.router import router_of
from planner.network.views import Arcs

ANYWHERE = NetworkSettings(max_snap_m=400.0, min_component_m=0.0, threads=1)
KEYS = [
    ReachKey(mode, kind, direction)
    for mode, kind in (("foot", "distance_m"), ("car", "travel_time_s"))
    for direction in ("toward", "from")
]


@pytest.mark.parametrize("seed", range(40))
def test_hierarchies_give_the_costs_of_plain_searches(seed, random_network, random_points):
    """On random multigraphs the full reach over a hierarchy is the bounded reach with the largest cutoff."""
    rng = np.random.default_rng(6000 + seed)
    network = random_network(rng)
    router = router_of(network, KEYS[seed % 4], settings=ANYWHERE)
    places = random_points(rng, network, 40 if seed % 3 else 5, "p")
    targets = random_points(rng, network, 20, "d")
    found = full_reach(router, places, targets, hierarchy=hierarchy_of(links_of(router.roads.arcs)))
    label = ReachLabel(router.key, "demand", "")
    plain = bounded_reach(label, router.roads, router.attach(places), router.attach(targets), cutoff=MAX_CUTOFF)
    for name in ("indptr", "indices", "costs"):
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))


def test_many_places_make_a_hierarchy(random_network, random_points, monkeypatch):
    """From so many places on a hierarchy is made, with fewer it is not; threads change nothing."""
    rng = np.random.default_rng(1)
    network = random_network(rng)
    targets = random_points(rng, network, 30, "d")
    made = []
    monkeypatch.setattr(
        "planner.network.full.hierarchy_of", lambda links: made.append(1) or hierarchy_of(links)
    )  # fmt: skip
    for count, expected in ((WORTH_A_HIERARCHY - 1, 0), (WORTH_A_HIERARCHY, 1)):
        places = random_points(rng, network, count, "p")
        one, three = (
            full_reach(router_of(network, KEYS[0], settings=NetworkSettings(threads=n)), places, targets)
            for n in (1, 3)
        )
        np.testing.assert_array_equal(one.costs, three.costs)
        assert len(made) == 2 * expected


@pytest.mark.parametrize("seed", range(4))
def test_hierarchies_of_random_arcs_equal_scipy(seed):
    """On sparse random digraphs with costs of zero and up to 2^20, all pairs of nodes equal scipy."""
    rng = np.random.default_rng(seed)
    count = 120
    tails, heads = rng.integers(0, count, (2, 260))
    kept = tails != heads
    pattern = pd.DataFrame({"tail": tails[kept], "head": heads[kept]}).drop_duplicates().sort_values(["tail", "head"])
    costs = rng.integers(1, 1 << 20, len(pattern))
    indptr = np.concatenate(([0], np.cumsum(np.bincount(pattern["tail"], minlength=count)))).astype(np.int64)
    arcs = Arcs(indptr=indptr, heads=pattern["head"].to_numpy(np.int32), costs=costs.astype(np.int32))
    matrix = sp.csr_array((costs.astype(float), arcs.heads, indptr), shape=(count, count))
    expected = dijkstra(matrix)
    points = Starts(
        np.column_stack((np.arange(count), np.full(count, -1))).astype(np.int32), np.zeros((count, 2), dtype=np.int64)
    )
    found = full_costs(hierarchy_of(links_of(arcs)), points, points, threads=1)
    np.testing.assert_array_equal(np.where(found == UNSEEN, np.inf, found), expected)


def test_dense_networks_are_contracted():
    """Where everything is joined to everything, every node still gets a position of its own."""
    rng = np.random.default_rng(3)
    heads = np.array([[b for b in range(60) if b != a] for a in range(60)], dtype=np.int32).ravel()
    link = np.column_stack((heads, rng.integers(1, 1000, len(heads)))).astype(np.int32)
    links = Links(indptr=np.arange(0, len(heads) + 1, 59, dtype=np.int64), link=link)
    levels = hierarchy_of(links)
    assert sorted(levels.position) == list(range(60))


def test_shortcuts_find_room(random_network):
    """With too little room for shortcuts at first, the hierarchy is the same."""
    network = random_network(np.random.default_rng(3))
    links = links_of(router_of(network, KEYS[0], settings=ANYWHERE).roads.arcs)
    wide, narrow = hierarchy_of(links), hierarchy_of(links, room=1)
    np.testing.assert_array_equal(wide.position, narrow.position)
    np.testing.assert_array_equal(wide.up.link, narrow.up.link)
