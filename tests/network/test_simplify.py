"""Junction to junction: what is merged, and that nothing costs more or less."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely

from planner.network import NetworkSettings, Snapper, simplified
from planner.units import lengths_mm


def test_a_road_in_parts_becomes_one(network_of):
    """Parts of equal kind between junction and dead end become one edge that has their shape, drawn as the first is.

    (0,0) -> (100,0) <- (100,50) -> (200,50)     the middle part is drawn against the others
    """
    network = network_of([[(0, 0), (100, 0)], [(100, 50), (100, 0)], [(100, 50), (150, 60), (200, 50)]])
    found = simplified(network)
    assert (found.network.node_count, found.network.edge_count) == (2, 1)
    drawn = [(0, 0), (100, 0), (100, 50), (150, 60), (200, 50)]
    assert shapely.get_coordinates(found.network.lines()).tolist() == [list(map(float, spot)) for spot in drawn]
    assert found.network.length_mm.tolist() == [network.length_mm.sum()]
    assert found.turned.tolist() == [False, True, False]
    assert found.along_mm.tolist() == [0, 100_000, 150_000]
    assert found.node.tolist() == [0, -1, -1, 1]


@pytest.mark.parametrize(
    ("other", "merged"),
    [
        ({"classes": ["street", "street"]}, True),
        ({"classes": ["street", "path"]}, False),
        ({"oneway": [1, 1]}, True),
        ({"oneway": [1, -1]}, False),
        ({"oneway": [1, 0]}, False),
        ({"barred": [True, True]}, True),
        ({"barred": [False, True]}, False),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_only_equal_parts_are_merged(other, merged, turned, network_of):
    """A change of class, one-way rule or access stays a node, whichever way the second part is drawn."""
    second = [(100, 0), (200, 0)]
    if turned:
        second.reverse()
        other = {**other, "oneway": [other["oneway"][0], -other["oneway"][1]]} if "oneway" in other else other
    network = network_of([[(0, 0), (100, 0)], second], **other)
    found = simplified(network).network
    assert found.edge_count == (1 if merged else 2)
    if merged and "oneway" in other:
        assert found.oneway.tolist() == [1]


def test_rings_loops_and_lollipops_stay(network_of):
    """A ring keeps one node and is a loop there; a loop at a junction is a loop of that; parallel ways stay two."""
    ring = [[(0, 0), (10, 0)], [(10, 0), (10, 10)], [(10, 10), (0, 0)]]
    found = simplified(network_of(ring)).network
    assert (found.node_count, found.edge_count) == (1, 1)
    assert found.u.tolist() == found.v.tolist()
    lollipop = simplified(network_of([[(-50, 0), (0, 0)], *ring])).network
    assert (lollipop.node_count, lollipop.edge_count) == (2, 2)
    assert (lollipop.u == lollipop.v).sum() == 1
    twins = [[(0, 0), (50, 9)], [(50, 9), (100, 0)], [(0, 0), (50, -9)], [(50, -9), (100, 0)]]
    found = simplified(network_of([*twins, [(-50, 0), (0, 0)], [(100, 0), (150, 0)]])).network
    assert (found.node_count, found.edge_count) == (4, 4)


def in_parts(network_of, random_network, rng):
    """Return a network by chance and the same with its edges cut into parts, some drawn backwards."""
    whole = random_network(rng)
    shapes, classes, oneway, barred = [], [], [], []
    for edge, line in enumerate(whole.lines()):
        spots = shapely.get_coordinates(line)
        cuts = np.unique([0, *rng.uniform(0, 1, rng.integers(0, 4)), 1.0])
        parts = [shapely.ops.substring(line, a, b, normalized=True) for a, b in pairwise(cuts)]
        coords = [shapely.get_coordinates(part) for part in parts] if line.length > 1 else [spots]
        if len(coords) > 1:
            coords[0][0], coords[-1][-1] = spots[0], spots[-1]
        for part in coords:
            back = rng.random() < 0.3
            shapes.append([tuple(spot) for spot in (part[::-1] if back else part).tolist()])
            classes.append(whole.classes[whole.class_code[edge]])
            oneway.append(int(whole.oneway[edge]) * (-1 if back else 1))
            barred.append(bool(whole.barred["car"][edge]))
    return whole, network_of(shapes, classes=classes, oneway=oneway, barred=barred)


@pytest.mark.parametrize("seed", range(30))
def test_distances_between_kept_nodes_are_the_same_to_the_millimetre(seed, network_of, random_network):
    """All distances that networkx finds are equal before and after; times by half a millisecond per edge on the way."""
    _, network = in_parts(network_of, random_network, np.random.default_rng(seed))
    found = simplified(network)
    kept = np.flatnonzero(found.node >= 0)
    assert found.network.node_count == len(kept) < network.node_count
    np.testing.assert_array_equal(found.network.node_x, network.node_x[kept])
    for mode in ("foot", "car"):
        before, after = network.to_networkx(mode), found.network.to_networkx(mode)
        for start in kept.tolist()[:8]:
            for weight in ("length_mm", "time_ms"):
                old = nx.single_source_dijkstra_path_length(before, start, weight=weight)
                new = nx.single_source_dijkstra_path_length(after, int(found.node[start]), weight=weight)
                expected = {int(found.node[node]): cost for node, cost in old.items() if found.node[node] >= 0}
                if weight == "length_mm":
                    assert new == expected
                else:
                    assert new.keys() == expected.keys()
                    assert all(abs(cost - expected[node]) <= network.edge_count for node, cost in new.items())


@pytest.mark.parametrize("seed", range(20))
def test_every_part_lies_where_the_tables_say(seed, network_of, random_network):
    """Each edge before is found on its edge after, from `along_mm`, turned or not; lengths add up; nothing is left."""
    _, network = in_parts(network_of, random_network, np.random.default_rng(seed))
    found = simplified(network)
    after = found.network
    np.testing.assert_array_equal(np.bincount(found.edge, weights=network.length_mm), after.length_mm)
    np.testing.assert_array_equal(simplified(after).edge, np.arange(after.edge_count))
    lines, parts = after.lines(), network.lines()
    for edge, (part, merged) in enumerate(zip(parts, found.edge, strict=True)):
        assert after.class_code[merged] == network.class_code[edge]
        assert after.barred["car"][merged] == network.barred["car"][edge]
        assert after.oneway[merged] == network.oneway[edge] * (-1 if found.turned[edge] else 1)
        begin = found.along_mm[edge] / 1000
        piece = shapely.ops.substring(lines[merged], begin, begin + network.length_mm[edge] / 1000)
        drawn = shapely.reverse(part) if found.turned[edge] else part
        assert shapely.hausdorff_distance(piece, drawn) < 0.01
        ends = (network.u[edge], network.v[edge])
        for end, node in zip(
            ends[::-1] if found.turned[edge] else ends, (after.u[merged], after.v[merged]), strict=True
        ):
            assert found.node[end] in (-1, node)
    shapes = lengths_mm(shapely.length(lines))
    assert (np.abs(shapes - after.length_mm) <= np.bincount(found.edge)).all()


@pytest.mark.parametrize("seed", range(10))
def test_points_attach_at_the_same_spots(seed, network_of, random_network, random_points):
    """The access leg is the same to the millimetre, on the edge that the one before became part of.

    Where several roads are as near, it may be another of these.
    """
    rng = np.random.default_rng(seed)
    _, network = in_parts(network_of, random_network, rng)
    found = simplified(network)
    points = random_points(rng, network, 50, "p")
    settings = NetworkSettings(max_snap_m=300, min_component_m=100)
    before, after = (Snapper(roads, "car", settings).attach(points) for roads in (network, found.network))
    np.testing.assert_array_equal(before.status, after.status)
    np.testing.assert_array_equal(before.access_mm, after.access_mm)
    held = np.flatnonzero(before.edge >= 0)
    same = held[found.edge[before.edge[held]] == after.edge[held]]
    begin, turned = found.along_mm[before.edge[same]], found.turned[before.edge[same]]
    expected = begin + np.where(turned, before.rest_mm[same], before.along_mm[same])
    assert (np.abs(expected - after.along_mm[same]) <= 4).all()
    lines = found.network.lines()
    drawn = shapely.points(points[["x", "y"]].to_numpy())
    for row in np.setdiff1d(held, same):
        other = lines[found.edge[before.edge[row]]]
        assert abs(other.distance(drawn[row]) - lines[after.edge[row]].distance(drawn[row])) < 1e-6


def test_an_empty_network_is_simple(empty_network):
    """Nothing to merge: nothing changes."""
    found = simplified(empty_network)
    assert (found.network.node_count, found.network.edge_count) == (0, 0)
    assert len(found.edge) == len(found.node) == 0
