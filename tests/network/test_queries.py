"""Pairs, routes, trees and sums against the reach, which is tested against networkx, and against geometry."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from planner.errors import NetworkError
from planner.network import NetworkSettings, ReachKey, ReachLabel
from planner.network.bounded import bounded_reach
from planner.network.compiled import MAX_CUTOFF
from planner.network.pairs import pairs
from planner.network.router import router_of
from planner.network.sums import sums_within
from planner.network.tree import routes, tree_edges

ANYWHERE = NetworkSettings(max_snap_m=400.0, min_component_m=0.0, threads=1)
KEYS = [
    ReachKey(mode, kind, direction)
    for mode, kind in (("foot", "distance_m"), ("car", "travel_time_s"), ("car", "distance_m"))
    for direction in ("toward", "from")
]


def costs_of(router, places, targets, cutoff=MAX_CUTOFF):
    """Return the bounded reach as a matrix of integers, -1 where there is none."""
    label = ReachLabel(router.key, "demand", "s")
    found = bounded_reach(label, router.roads, router.attach(places), router.attach(targets), cutoff=cutoff)
    costs = np.full((len(places), len(targets)), -1, dtype=np.int64)
    costs[np.repeat(np.arange(len(places)), np.diff(found.indptr)), found.indices] = found.costs
    return costs


@pytest.fixture(params=range(12))
def drawn(request, random_network, random_points):
    """Draw a network, places, and targets."""
    rng = np.random.default_rng(4000 + request.param)
    network = random_network(rng)
    router = router_of(network, KEYS[request.param % len(KEYS)], settings=ANYWHERE)
    return rng, router, random_points(rng, network, 7, "p"), random_points(rng, network, 11, "d")


def test_pairs_equal_the_reach(drawn):
    """The cost of every pair is that of the reach, whatever the order and however often a place is asked for."""
    rng, router, places, targets = drawn
    rows, columns = (axis.ravel() for axis in np.indices((len(places), len(targets))))
    order = rng.permutation(len(rows))
    rows, columns = rows[order], columns[order]
    for cutoff in (None, 700_000):
        expected = costs_of(router, places, targets, cutoff or MAX_CUTOFF)[rows, columns]
        here, there = (router.attach(table).take(taken) for table, taken in ((places, rows), (targets, columns)))
        found = pairs(router, here, there, cutoff=cutoff)
        np.testing.assert_array_equal(found[router.key.cost_kind].mul(1000).round().fillna(-1).astype(int), expected)
        assert ((found["reason"] == "reached") == (expected >= 0)).all()
        unfound = set(found["reason"]) - {"reached", "off_network", "place_off_network", "other_component"}
        assert unfound <= ({"no_way"} if cutoff is None else {"beyond_cutoff"})
        assert found["place_id"].tolist() == places.index[rows].tolist()


def test_other_cost_is_that_of_the_best_path(drawn):
    """Beside the least cost stands the least other cost among the paths that have it (networkx, pairs of costs)."""
    rng, router, *_ = drawn
    network, kind = router.network, router.key.cost_kind
    graph = network.to_networkx(router.key.mode)
    graph = graph if router.key.direction == "from" else graph.reverse(copy=True)
    names = ("length_mm", "time_ms") if kind == "distance_m" else ("time_ms", "length_mm")
    for *_, data in graph.edges(data=True):
        data["both"] = (data[names[0]] << 40) + data[names[1]]
    nodes = np.flatnonzero(network.components(router.key.mode).of_node >= 0)
    chosen = rng.choice(nodes, min(6, len(nodes)), replace=False)
    table = pd.DataFrame({"x": network.node_x[chosen], "y": network.node_y[chosen]}, index=[f"n{n}" for n in chosen])
    at = router.attach(table)
    fits = [
        n in ((network.u[e],) if a == 0 else (network.v[e],) if r == 0 else ())
        for n, e, a, r in zip(chosen, at.edge, at.along_mm, at.rest_mm, strict=True)
    ]
    chosen, at = chosen[fits], at.take(np.flatnonzero(fits))
    other = "travel_time_s" if kind == "distance_m" else "distance_m"
    for position, start in enumerate(chosen):
        best = nx.single_source_dijkstra_path_length(graph, int(start), weight="both")
        found = pairs(router, at.take(np.full(len(chosen), position)), at)
        for end, least, more in zip(chosen, found[kind], found[other], strict=True):
            if int(end) not in best:
                assert np.isnan(least)
                continue
            cost = best[int(end)]
            assert (round(least * 1000), round(more * 1000)) == (cost >> 40, cost & (2**40 - 1))


def test_routes_are_as_long_as_they_cost(drawn):
    """A route's line runs from the place's spot on the road to the target's, and its length is the distance given."""
    _, router, places, targets = drawn
    network = router.network
    lines, here, there = network.lines(), router.attach(places), router.attach(targets)
    for number in range(3):
        found = routes(router, places.iloc[[number]], targets)
        asked = pairs(router, here.take(np.full(len(targets), number)), there)
        np.testing.assert_array_equal(found["distance_m"], asked["distance_m"])
        np.testing.assert_array_equal(found["travel_time_s"], asked["travel_time_s"])
        for target, (line, distance) in enumerate(zip(found.geometry, found["distance_m"], strict=True)):
            if line is None:
                assert np.isnan(distance)
                continue
            legs = (here.access_mm[number] + there.access_mm[target]) / 1000
            bends = shapely.get_num_coordinates(line)
            assert line.length == pytest.approx(distance - legs, abs=0.003 * bends + 0.01)
            if not line.is_empty:
                ends = [
                    lines[at.edge[n]].interpolate(
                        at.along_mm[n] / max(network.length_mm[at.edge[n]], 1), normalized=True
                    )
                    for at, n in ((here, number), (there, target))
                ]
                ends = ends if router.key.direction == "from" else ends[::-1]
                assert shapely.Point(line.coords[0]).distance(ends[0]) < 0.01
                assert shapely.Point(line.coords[-1]).distance(ends[1]) < 0.01


def test_tree_edges_join_what_is_within_the_cutoff(drawn):
    """The tree has one edge for every node but those it starts from, and none farther than the cutoff."""
    _, router, places, _ = drawn
    network = router.network
    whole = tree_edges(router, places.iloc[[0]])
    part = tree_edges(router, places.iloc[[0]], cutoff=600_000)
    kind = router.key.cost_kind
    assert (part[kind] <= 600).all()
    assert part["edge"].isin(whole["edge"]).all()
    used = whole["edge"].to_numpy()
    forest = nx.MultiGraph(list(zip(network.u[used].tolist(), network.v[used].tolist(), strict=True)))
    assert len(used) == len(set(used.tolist()))
    assert not used.size or nx.is_forest(forest)


def test_sums_are_those_of_the_reach(drawn):
    """A sum within a cutoff is the reach's pattern times the values, each target once."""
    rng, router, places, targets = drawn
    values = pd.DataFrame(rng.integers(0, 99, (len(targets), 2)) / 4, columns=["people", "pupils"], index=targets.index)
    for cutoff in (0, 300_000, MAX_CUTOFF):
        expected = (costs_of(router, places, targets, cutoff) >= 0) @ values.to_numpy()
        found = sums_within(router, places, targets, values.sample(frac=1, random_state=1), cutoff=cutoff)
        np.testing.assert_array_equal(found.to_numpy(), expected)
        assert found.index.equals(places.index)
        assert found.columns.tolist() == ["people", "pupils"]


def test_sums_of_many_do_not_depend_on_threads(random_network, random_points):
    """More places than fit in one task, on one thread and three: the same sums."""
    rng = np.random.default_rng(5)
    network = random_network(rng)
    places, targets = random_points(rng, network, 5000, "p"), random_points(rng, network, 40, "d")
    values = pd.DataFrame({"people": rng.uniform(0, 9, 40)}, index=targets.index)
    one, three = (
        sums_within(
            router_of(network, KEYS[0], settings=NetworkSettings(threads=n)), places, targets, values, cutoff=400_000
        )
        for n in (1, 3)
    )
    pd.testing.assert_frame_equal(one, three)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"people": [1.0]}, "none for"),
        ({"people": [1.0, np.nan]}, "finite values"),
        ({"people": [1e13, 1.0]}, "sums below"),
    ],
)
def test_values_that_cannot_be_summed(values, message, network_of, points_of):
    """Missing rows, missing numbers and sums that do not fit are one sentence each."""
    router = router_of(network_of([[(0, 0), (1000, 0)]]), KEYS[0], settings=ANYWHERE)
    targets = points_of([(1, 0), (2, 0)])
    table = pd.DataFrame(values, index=targets.index[: len(values["people"])])
    with pytest.raises(NetworkError, match=message):
        sums_within(router, targets, targets, table, cutoff=10)


def test_questions_that_cannot_be_asked(network_of, points_of):
    """Unequal numbers of places and targets, several places of a tree, repeated ids, straight lines: one sentence."""
    network = network_of([[(0, 0), (1000, 0)]])
    router, two = router_of(network, KEYS[0], settings=ANYWHERE), points_of([(1, 0), (2, 0)])
    with pytest.raises(NetworkError, match="as many places as targets"):
        pairs(router, two, two.iloc[:1])
    with pytest.raises(NetworkError, match="one place"):
        tree_edges(router, two)
    with pytest.raises(NetworkError, match="twice"):
        pairs(router, two.iloc[[0, 0]], two)
    with pytest.raises(NetworkError, match="a cutoff from 0"):
        pairs(router, two, two, cutoff=-1)
    with pytest.raises(NetworkError, match="by a mode of the roads"):
        router_of(network, ReachKey("straight", "radius_m", "toward"))
