"""What must not change, or must change in step, when the roads are scaled, turned round or renumbered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.network import Attachments, NetworkSettings, ReachKey, ReachLabel, full_reach, pairs, router_of
from planner.network.bounded import bounded_reach
from planner.network.compiled import MAX_CUTOFF, links_of
from planner.network.full import hierarchy_of
from planner.network.nearest import nearest_places

ANYWHERE = NetworkSettings(max_snap_m=400.0, min_component_m=0.0, threads=1)


@pytest.fixture(params=range(15))
def drawn(request, random_network, random_points):
    """Draw a network, and how places and targets attach to it."""
    rng = np.random.default_rng(7000 + request.param)
    network = random_network(rng)
    router = router_of(network, ReachKey("car", "distance_m", "from"), settings=ANYWHERE)
    places, targets = (random_points(rng, network, count, prefix) for count, prefix in ((6, "p"), (9, "d")))
    return rng, network, router.attach(places), router.attach(targets)


def answers(network, places, targets, direction="from", cutoff=MAX_CUTOFF):
    """Return all answers that are costs: bounded, nearest, full, pairs."""
    router = router_of(network, ReachKey("car", "distance_m", direction), settings=ANYWHERE)
    label = ReachLabel(router.key, "demand", "s")
    bounded = bounded_reach(label, router.roads, places, targets, cutoff=cutoff)
    nearest = nearest_places(label, router.roads, places, targets, k=3)
    full = full_reach(router, places, targets, hierarchy=hierarchy_of(links_of(router.roads.arcs)))
    count = min(len(places.ids), len(targets.ids))
    both = (points.take(np.arange(count)) for points in (places, targets))
    return {
        "bounded": bounded.costs.astype(np.int64),
        "columns": bounded.indices,
        "nearest": nearest.costs,
        "place": nearest.place,
        "full": full.costs.astype(np.int64),
        "pairs": pairs(router, *both)["distance_m"].mul(1000).round().fillna(-1).to_numpy(np.int64),
    }


def assert_equal(one, other, names=("bounded", "columns", "nearest", "place", "full", "pairs")):
    """Assert that answers are equal."""
    for name in names:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_three_times_the_length_is_three_times_the_cost(drawn):
    """Costs scale with lengths and access legs; who is nearest stays, and so does who is within the scaled cutoff."""
    _, network, places, targets = drawn

    def scaled(points: Attachments) -> Attachments:
        stretched = {
            name: np.where(points.edge >= 0, 3 * getattr(points, name), getattr(points, name))
            for name in ("along_mm", "rest_mm", "access_mm")
        }
        return replace(points, **stretched)

    one = answers(network, places, targets, cutoff=400_000)
    three = answers(
        replace(network, length_mm=3 * network.length_mm), scaled(places), scaled(targets), cutoff=1_200_000
    )
    assert_equal(one, three, ("columns", "place"))
    for name in ("bounded", "nearest", "full", "pairs"):
        np.testing.assert_array_equal(np.where(one[name] >= 0, 3 * one[name], -1), three[name])


def test_turned_streets_and_turned_direction_cancel(drawn):
    """With every one-way street turned round, costs toward are what costs from were."""
    _, network, places, targets = drawn
    turned = replace(network, oneway=(-network.oneway).astype(np.int8))
    assert_equal(answers(network, places, targets), answers(turned, places, targets, "toward"))


def test_numbers_of_nodes_do_not_matter(drawn):
    """The same roads with nodes numbered in another order give the same answers, ties included."""
    rng, network, places, targets = drawn
    order = rng.permutation(network.node_count)
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    renumbered = replace(
        network,
        node_x=network.node_x[order],
        node_y=network.node_y[order],
        u=number[network.u],
        v=number[network.v],
    )
    assert_equal(answers(network, places, targets), answers(renumbered, places, targets))


def test_reversed_edges_do_not_matter(drawn):
    """Edges drawn the other way round, with their one-way flags and the points on them, give the same answers."""
    _, network, places, targets = drawn
    lengths = np.diff(network.offsets)
    last = np.repeat(network.offsets[1:] - 1, lengths)
    within = np.arange(len(last)) - np.repeat(network.offsets[:-1], lengths)
    drawn_back = replace(
        network,
        u=network.v.copy(),
        v=network.u.copy(),
        oneway=(-network.oneway).astype(np.int8),
        coords=network.coords[last - within],
    )
    back = (replace(points, along_mm=points.rest_mm, rest_mm=points.along_mm) for points in (places, targets))
    assert_equal(answers(network, places, targets), answers(drawn_back, *back))
