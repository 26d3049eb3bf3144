"""Connected components."""

from __future__ import annotations

import numpy as np
import pytest


def test_components_are_numbered_by_their_road(network_of):
    """The component with most road is 0, nodes without road of the mode are in none, one-way streets connect.

    0---1---2 one-way, 300 m     3---4  1,000 m     5---6 not for cars
    """
    network = network_of(
        [[(0, 0), (100, 0)], [(100, 0), (300, 0)], [(0, 500), (1000, 500)], [(0, 900), (50, 900)]],
        oneway=[1, -1, 0, 0],
        classes=["street", "street", "street", "path"],
    )
    summary = network.component_summary("car")
    assert summary["road_m"].tolist() == [1000.0, 300.0]
    assert summary["nodes"].tolist() == [2, 3]
    assert summary[["x", "y"]].to_numpy().tolist() == [[500.0, 500.0], [pytest.approx(400 / 3), 0.0]]
    assert sorted(network.components("car").of_node.tolist()) == [-1, -1, 0, 0, 1, 1, 1]
    assert network.component_summary("foot")["component"].tolist() == [0, 1, 2]


def test_equal_components_are_ordered_by_their_lowest_node(network_of):
    """Of two components with as much road the one with the lowest node comes first."""
    network = network_of([[(0, 500), (100, 500)], [(0, 0), (100, 0)]])
    of_node = network.components("foot").of_node
    assert of_node[0] == 0
    assert np.bincount(of_node).tolist() == [2, 2]


def test_loops_and_parallel_edges_count_their_road_once_each(network_of):
    """A loop is a component of its own; parallel edges all count, and an edge in both directions counts once."""
    loop = [(0, 0), (10, 0), (10, 10), (0, 0)]
    network = network_of([loop, [(100, 0), (200, 0)], [(100, 0), (200, 0)]])
    assert network.component_summary("foot")["road_m"].tolist() == [200.0, pytest.approx(20 + 200**0.5, abs=1e-3)]


def test_a_mode_without_roads_has_no_components(network_of):
    """Where nothing is open to a mode there is nothing to summarise."""
    network = network_of([[(0, 0), (100, 0)]], classes=["path"])
    assert network.component_summary("car").empty
