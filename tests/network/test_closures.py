"""Closed edges and nodes."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from planner.errors import NetworkError
from planner.network import RoadNetwork, load_network, save_network, simplified, with_closures


@pytest.mark.parametrize("seed", range(10))
def test_closed_roads_are_as_if_they_were_not_there(seed, random_network):
    """The graph of a mode is that of the open network without the edges, and without those of the nodes."""
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    edges = rng.choice(network.edge_count, 3, replace=False).tolist()
    node = int(rng.integers(network.node_count))
    closed = with_closures(with_closures(network, edges=edges[:2]), edges=edges[1:], nodes=[node])
    for mode in ("foot", "car"):
        expected = network.to_networkx(mode)
        arcs = list(expected.edges(keys=True))
        expected.remove_edges_from([arc for arc in arcs if arc[2] in edges or node in arc[:2]])
        assert set(closed.to_networkx(mode).edges(keys=True)) == set(expected.edges(keys=True))
    assert not len(network.closed_edges)
    assert closed.closed_edges.tolist() == sorted(edges)


def test_all_arrays_are_shared(random_network):
    """Nothing is copied but the short list of what is closed, and that cannot be changed."""
    network = random_network(np.random.default_rng(0))
    closed = with_closures(network, edges=[3])
    for name in ("u", "v", "length_mm", "coords", "offsets", "node_x", "barred", "modes"):
        assert getattr(closed, name) is getattr(network, name)
    with pytest.raises(ValueError, match="read-only"):
        closed.closed_edges[0] = 1


def test_closing_takes_as_long_in_a_large_network_as_in_a_small_one(empty_network):
    """Closing ten edges of two million takes less than a millisecond; proving the arrays alone takes many."""
    count = 2_000_000
    network = replace(
        empty_network,
        classes=("street",),
        node_x=np.arange(count + 1.0),
        node_y=np.zeros(count + 1),
        u=np.arange(count, dtype=np.int32),
        v=np.arange(1, count + 1, dtype=np.int32),
        length_mm=np.full(count, 1000),
        class_code=np.zeros(count, dtype=np.int16),
        oneway=np.zeros(count, dtype=np.int8),
        barred={"foot": np.zeros(count, dtype=bool), "car": np.zeros(count, dtype=bool)},
        offsets=2 * np.arange(count + 1),
        coords=np.zeros((2 * count, 2)),
    )
    taken = []
    for first in range(10):
        start = time.perf_counter()
        closed = with_closures(network, edges=range(first, first + 10), nodes=[first])
        taken.append(time.perf_counter() - start)
    assert isinstance(closed, RoadNetwork)
    assert min(taken) < 0.001


@pytest.mark.parametrize("wrong", [{"edges": [-1]}, {"edges": [2, 0]}, {"nodes": [3]}])
def test_unknown_numbers_are_told(wrong, network_of):
    """Edges and nodes that are not there: one sentence."""
    with pytest.raises(NetworkError, match=r"(edges from 0 to 1|nodes from 0 to 2), found (-1|2|3):"):
        with_closures(network_of([[(0, 0), (1, 0)], [(1, 0), (2, 0)]]), **wrong)


def test_a_network_with_impossible_closures_is_refused(network_of):
    """Closures that are unsorted, repeated or unknown: the network is not made."""
    network = network_of([[(0, 0), (1, 0)], [(1, 0), (2, 0)]])
    for closed in ([1, 0], [0, 0], [2]):
        with pytest.raises(ValueError, match="closures of known edges"):
            replace(network, closed_edges=np.array(closed, dtype=np.int32))


def test_closures_are_saved_and_survive_simplification(tmp_path, network_of):
    """A closed part stays apart from its open neighbours; a closed node stays a node."""
    row = [[(float(x), 0.0), (x + 1.0, 0.0)] for x in range(6)]
    closed = with_closures(network_of(row), edges=[2], nodes=[5])
    save_network(closed, tmp_path / "row")
    again = load_network(tmp_path / "row")
    assert (again.closed_edges.tolist(), again.closed_nodes.tolist()) == ([2], [5])
    found = simplified(closed)
    assert found.network.length_mm.tolist() == [2000, 1000, 2000, 1000]
    assert found.network.closed_edges.tolist() == [1]
    assert found.network.closed_nodes.tolist() == [3]
    assert found.network.permitted("foot").tolist() == [3, 0, 0, 0]
