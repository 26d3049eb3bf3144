"""Graphs of NetworkX and OSMnx, to a network and back."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import osmnx
import pytest
import shapely

from planner.errors import NetworkError
from planner.layers import FaultLog
from planner.network import FromGraph, RoadNetwork, default_modes, from_networkx

CRS = "EPSG:32633"

TOWN = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="35.9000" lon="14.5000"/><node id="2" lat="35.9010" lon="14.5005"/>
 <node id="3" lat="35.9020" lon="14.5000"/><node id="4" lat="35.9020" lon="14.5020"/>
 <node id="5" lat="35.9000" lon="14.5020"/><node id="6" lat="35.9005" lon="14.5010"/>
 <node id="7" lat="35.9030" lon="14.5010"/>
 <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
 <way id="11"><nd ref="3"/><nd ref="4"/><tag k="highway" v="tertiary"/><tag k="oneway" v="yes"/></way>
 <way id="12"><nd ref="4"/><nd ref="5"/><tag k="highway" v="service"/></way>
 <way id="13"><nd ref="5"/><nd ref="6"/><tag k="highway" v="residential"/></way>
 <way id="14"><nd ref="6"/><nd ref="1"/><tag k="highway" v="living_street"/></way>
 <way id="15"><nd ref="3"/><nd ref="7"/><nd ref="4"/><tag k="highway" v="residential"/><tag k="oneway" v="-1"/></way>
 <way id="16"><nd ref="1"/><nd ref="5"/><tag k="highway" v="residential"/><tag k="access" v="private"/></way>
</osm>
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Seven streets, read by OSMnx; ways 13 and 14, of two classes, are one edge once it has simplified."""
    path = tmp_path_factory.mktemp("town") / "town.osm"
    path.write_text(TOWN)
    return osmnx.graph_from_xml(path, retain_all=True, simplify=False)


def costs(graph: nx.MultiDiGraph, weight: str) -> dict[object, dict[object, float]]:
    """Return all shortest paths."""
    return dict(nx.all_pairs_dijkstra_path_length(graph, weight=weight))


def renamed(found: FromGraph, mode: str) -> nx.MultiDiGraph:
    """Return the network as a graph with the names of the graph it came from."""
    return nx.relabel_nodes(found.network.to_networkx(mode), dict(enumerate(found.labels)))


@pytest.mark.parametrize("geometry", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_costs_survive_the_round_trip(seed, geometry, random_network):
    """Network, graph, network: all shortest paths are equal, lengths and times, with shapes or without.

    With shapes, two-way edges are one edge again.
    """
    network = random_network(np.random.default_rng(seed))
    for mode in ("foot", "car"):
        graph = network.to_networkx(mode, geometry=geometry)
        if graph.number_of_edges() == 0:
            continue
        found = from_networkx(graph, crs=network.crs, modes={mode: network.modes[mode]})
        again = renamed(found, mode)
        for weight in ("length_mm", "time_ms"):
            assert costs(graph, weight) == costs(again, weight)
        used = network.permitted(mode) > 0
        assert found.network.edge_count <= np.count_nonzero(used) * (1 if geometry else 2)
        if geometry:
            before, after = (
                shapely.union_all(shapely.normalize(lines)) for lines in (network.lines()[used], found.network.lines())
            )
            assert shapely.hausdorff_distance(before, after) < 1e-6


@pytest.mark.parametrize("simplify", [False, True])
@pytest.mark.parametrize("project", [False, True])
def test_graphs_of_osmnx_keep_their_costs(simplify, project, town):
    """Lengths between all nodes are OSMnx's, whether it has simplified or projected the graph or neither.

    Private roads are closed, as in OpenStreetMap data.
    """
    graph = osmnx.simplify_graph(town) if simplify else town
    graph = osmnx.project_graph(graph, to_crs=CRS) if project else graph
    found = from_networkx(graph, crs=CRS, modes=default_modes())
    opened = graph.copy()
    opened.remove_edges_from(
        [edge for edge, tag in nx.get_edge_attributes(graph, "access").items() if tag == "private"]
    )
    expected = costs(opened, "length")
    again = costs(renamed(found, "drive"), "length")
    assert again.keys() == expected.keys()
    for start, others in expected.items():
        assert again[start].keys() == others.keys()
        for end, length in others.items():
            assert again[start][end] == pytest.approx(length, abs=0.005)
    lengths = shapely.length(found.network.lines())
    np.testing.assert_allclose(lengths, found.network.length_mm / 1000, rtol=0.003)
    assert (found.network.oneway != 0).sum() == (2 if simplify else 3)
    assert found.network.edge_count == (5 + 1 if simplify else 9)


def test_several_classes_are_the_least_open_and_told(town):
    """An edge that OSMnx merged of residential and living street is the slower; the log says so."""
    log = FaultLog()
    found = from_networkx(osmnx.simplify_graph(town), crs=CRS, modes=default_modes(), log=log)
    assert "living_street" in found.network.classes
    (row,) = log.to_frame().itertuples()
    assert row.code == "class_list"
    assert "living_street, residential" in row.message_en


def test_our_graphs_are_graphs_for_osmnx(random_network):
    """OSMnx routes on our graph, projects it and makes tables of it."""
    network = random_network(np.random.default_rng(3))
    graph = network.to_networkx("foot", geometry=True)
    start, end = max(graph.edges)[:2]
    path = osmnx.shortest_path(graph, start, end, weight="length")
    assert nx.path_weight(graph, path, "length") == nx.dijkstra_path_length(graph, start, end, weight="length")
    nodes, edges = osmnx.graph_to_gdfs(osmnx.project_graph(graph, to_latlong=True))
    assert (len(nodes), len(edges)) == (graph.number_of_nodes(), graph.number_of_edges())


def drawn(kind: type[nx.Graph], **more: object) -> nx.Graph:
    """Return a graph of three nodes in a row, a, b and c, 100 m and 200 m apart."""
    graph = kind(crs=CRS)
    graph.add_node("a", x=400_000.0, y=4_000_000.0)
    graph.add_node("b", x=400_100.0, y=4_000_000.0)
    graph.add_node("c", x=400_300.0, y=4_000_000.0)
    graph.add_edge("a", "b", **{"length": 100.0, "highway": "residential", **more})
    graph.add_edge("b", "c", length=200.0, highway="residential")
    return graph


@pytest.mark.parametrize("kind", [nx.Graph, nx.MultiGraph, nx.DiGraph, nx.MultiDiGraph])
def test_every_kind_of_graph_is_read(kind):
    """Edges of undirected graphs lead both ways, of directed ones as drawn; names of nodes are kept."""
    found = from_networkx(drawn(kind), crs=CRS, modes=default_modes())
    assert sorted(found.labels) == ["a", "b", "c"]
    assert set(found.network.oneway) == ({1} if kind in (nx.DiGraph, nx.MultiDiGraph) else {0})
    assert found.network.length_mm.tolist() in ([100_000, 200_000], [200_000, 100_000])


def test_shapes_run_along_their_edges():
    """A shape drawn from the end of an edge is turned, so that what is along it is along the edge."""
    bend = shapely.LineString([(400_100, 4_000_000), (400_050, 4_000_040), (400_000, 4_000_000)])
    network = from_networkx(drawn(nx.MultiDiGraph, geometry=bend), crs=CRS, modes=default_modes()).network
    for edge, line in enumerate(network.lines()):
        first, last = line.coords[0], line.coords[-1]
        assert first == (network.node_x[network.u[edge]], network.node_y[network.u[edge]])
        assert last == (network.node_x[network.v[edge]], network.node_y[network.v[edge]])


def test_the_order_of_the_graph_does_not_matter():
    """The same edges added in another order make the same network."""
    graph = drawn(nx.MultiDiGraph)
    turned = nx.MultiDiGraph(**graph.graph)
    turned.add_nodes_from(reversed(list(graph.nodes(data=True))))
    turned.add_edges_from(reversed(list(graph.edges(data=True))))
    one, other = (from_networkx(each, crs=CRS, modes=default_modes()) for each in (graph, turned))
    assert one.labels.tolist() == other.labels.tolist()
    for name in ("u", "v", "length_mm", "coords", "node_x"):
        np.testing.assert_array_equal(getattr(one.network, name), getattr(other.network, name))


@pytest.mark.parametrize("length", [None, -1.0, math.nan, math.inf, -math.inf, "far", [1.0], 1e300])
def test_impossible_lengths_are_told(length):
    """Missing, negative, NaN, infinite, no number: one sentence that names the edge."""
    with pytest.raises(NetworkError, match=r"a length from 0 up .* \(a-b: ") as caught:
        from_networkx(drawn(nx.MultiDiGraph, length=length), crs=CRS, modes=default_modes())
    assert len(caught.value.faults) == 1
    with pytest.raises(NetworkError, match="a length from 0 up"):
        from_networkx(drawn(nx.MultiDiGraph, length_mm=1e40), crs=CRS, modes=default_modes())


def test_zero_length_between_two_nodes_is_a_millimetre():
    """As everywhere: two nodes are at least 1 mm apart."""
    network = from_networkx(drawn(nx.MultiDiGraph, length=0.0), crs=CRS, modes=default_modes()).network
    assert sorted(network.length_mm.tolist()) == [1, 200_000]


def test_graphs_that_are_no_roads_are_told():
    """No edges, no CRS, no position, no class, no modes: one sentence each."""
    modes = default_modes()
    with pytest.raises(NetworkError, match="a graph with edges, found 0 nodes"):
        from_networkx(nx.MultiDiGraph(crs=CRS), crs=CRS, modes=modes)
    graph = drawn(nx.MultiDiGraph)
    del graph.graph["crs"]
    with pytest.raises(NetworkError, match="carries its CRS"):
        from_networkx(graph, crs=CRS, modes=modes)
    assert isinstance(from_networkx(graph, crs=CRS, graph_crs=CRS, modes=modes).network, RoadNetwork)
    graph.nodes["c"]["x"] = math.nan
    with pytest.raises(NetworkError, match=r"x and y for every node of the graph, found 1 without \(c\)"):
        from_networkx(graph, crs=CRS, graph_crs=CRS, modes=modes)
    with pytest.raises(NetworkError, match=r"a highway class .*a-b"):
        from_networkx(drawn(nx.MultiDiGraph, highway=None), crs=CRS, modes=modes)
    named = from_networkx(drawn(nx.Graph, highway=None), crs=CRS, modes=modes, default_class="tertiary").network
    assert named.classes == ("residential", "tertiary")
    with pytest.raises(NetworkError, match="modes to read roads for"):
        from_networkx(drawn(nx.Graph), crs=CRS, modes={})
    with pytest.raises(NetworkError, match="not projected"):
        from_networkx(drawn(nx.Graph), crs="EPSG:4326", modes=modes)
