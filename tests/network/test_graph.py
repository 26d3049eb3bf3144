"""The road network as arrays."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csgraph

from planner.errors import NetworkError
from planner.network.graph import BACKWARD, FORWARD
from planner.network.views import mode_view


def test_permitted_follows_class_one_way_and_access(network_of):
    """A class without a speed and a barred edge are closed; one-way binds cars, not walkers."""
    line = [(0, 0), (100, 0)]
    network = network_of(
        [line] * 5,
        classes=["street", "street", "street", "path", "street"],
        oneway=[0, 1, -1, 0, 0],
        barred=[False, False, False, False, True],
    )
    both = FORWARD | BACKWARD
    assert network.permitted("car").tolist() == [both, FORWARD, BACKWARD, 0, 0]
    assert network.permitted("foot").tolist() == [both] * 5


def test_arrays_cannot_be_changed(network_of):
    """A network is not changed in place."""
    network = network_of([[(0, 0), (100, 0)]])
    with pytest.raises(ValueError, match="read-only"):
        network.length_mm[0] = 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"u": np.array([7], dtype=np.int32)},
        {"length_mm": np.array([0])},
        {"length_mm": np.array([-5])},
        {"length_mm": np.array([1, 2])},
        {"coords": np.array([[0.0, 0.0], [np.nan, 0.0]])},
        {"node_x": np.array([0.0, np.inf])},
        {"offsets": np.array([0, 1])},
        {"offsets": np.array([1, 2])},
        {"class_code": np.array([3], dtype=np.int16)},
        {"length_mm": np.array([100.5])},
        {"barred": {}},
    ],
)
def test_impossible_networks_are_refused(wrong, network_of):
    """Unknown nodes or classes, lengths below a millimetre, missing coordinates or shapes, other types: not made."""
    with pytest.raises(ValueError, match="expected"):
        replace(network_of([[(0, 0), (100, 0)]]), **wrong)


def test_unknown_mode_is_named(network_of):
    """A mode the roads were not read for is named with those they were."""
    with pytest.raises(NetworkError, match=r"foot, car.*'boat'"):
        network_of([[(0, 0), (100, 0)]]).permitted("boat")


def test_frame_draws_every_edge(network_of):
    """The table for maps has one line per edge, in the study CRS, with class, direction and length."""
    frame = network_of([[(0, 0), (30, 40)], [(30, 40), (30, 90)]], classes=["street", "path"], oneway=[1, 0]).to_frame()
    assert frame.crs.to_string() == "EPSG:4550"
    assert frame["road_class"].tolist() == ["street", "path"]
    assert frame["oneway"].tolist() == [1, 0]
    assert frame["length_m"].tolist() == [50.0, 50.0]
    assert frame.geometry.length.tolist() == [50.0, 50.0]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("mode", ["foot", "car"])
def test_networkx_and_views_agree(seed, mode, random_network):
    """All shortest paths of the networkx graph equal scipy's over the arcs of the mode, forward and reversed."""
    network = random_network(np.random.default_rng(seed))
    graph = network.to_networkx(mode)
    assert graph.graph["crs"] == "EPSG:4550"
    for kind, weight in (("distance_m", "length_mm"), ("travel_time_s", "time_ms")):
        view = mode_view(network, mode, kind)
        expected = dict(nx.all_pairs_dijkstra_path_length(graph, weight=weight))
        for arcs, turned in ((view.outgoing, False), (view.incoming, True)):
            # scipy drops arcs that cost nothing, so every arc costs one more step of a tiny unit
            size = network.node_count
            matrix = csgraph.csgraph_from_dense(np.full((size, size), np.inf), null_value=np.inf).tolil()
            for tail in range(size):
                for arc in range(arcs.indptr[tail], arcs.indptr[tail + 1]):
                    matrix[tail, arcs.heads[arc]] = arcs.costs[arc] + 1e-6
            costs = csgraph.dijkstra(matrix.tocsr())
            for start in range(size):
                for end in range(size):
                    found = costs[end, start] if turned else costs[start, end]
                    assert np.isfinite(found) == (end in expected[start])
                    if np.isfinite(found):
                        assert round(found) == expected[start][end]


def test_networkx_graph_is_in_the_manner_of_osmnx(network_of):
    """Each permitted direction is an arc with length, time and class; nodes have x and y."""
    graph = network_of([[(0, 0), (1000, 0)]], oneway=[-1]).to_networkx("car")
    ((tail, head, key, data),) = graph.edges(keys=True, data=True)
    assert (graph.nodes[tail]["x"], graph.nodes[head]["x"], key) == (1000.0, 0.0, 0)
    assert data["length"] == 1000.0
    assert data["time_ms"] == round(1_000_000 * 3.6 / 37)
    assert data["travel_time"] == data["time_ms"] / 1000
    assert data["highway"] == "street"


def test_an_edge_too_long_for_the_searches_is_told(network_of):
    """Lengths that do not fit into 32 bits stop the view with a sentence, not with a wrong number."""
    network = network_of([[(0, 0), (3e6, 0)]])
    with pytest.raises(NetworkError, match="2,000 km"):
        mode_view(network, "foot", "distance_m")


def test_repr_states_counts(network_of):
    """The text of a network says how large it is and for which modes."""
    assert repr(network_of([[(0, 0), (5000, 0)]])) == "RoadNetwork(2 nodes, 1 edges, 5 km, foot, car)"
