"""Simplification, files, service areas and OSMnx on real roads, where the layers are at hand."""

from __future__ import annotations

import os
import time
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmium.filter
import osmnx
import pandas as pd
import pytest
import shapely

from planner.network import (
    NetworkSettings,
    ReachKey,
    RoadSource,
    default_modes,
    from_networkx,
    load_network,
    network_key,
    read_network,
    save_network,
    service_areas,
    simplified,
)

FOLDER = os.environ.get("PLANNER_REAL_DATA", "")
MALTA = Path(FOLDER) / "osm-malta" / "malta.osm.pbf"
HELSINKI = Path(FOLDER) / "osm-helsinki-centre" / "helsinki_centre.osm.pbf"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not FOLDER or not (MALTA.is_file() and HELSINKI.is_file()),
        reason="PLANNER_REAL_DATA names no folder with osm-malta and osm-helsinki-centre",
    ),
]


@pytest.fixture(scope="module")
def malta():
    """Malta's roads in UTM 33N, and the seconds it took to read them."""
    start = time.perf_counter()
    network = read_network(RoadSource(path=MALTA, kind="osm"), crs="EPSG:32633", modes=default_modes())
    return network, time.perf_counter() - start


def test_simplification_changes_little_on_osm_and_nothing_in_millimetres(malta):
    """Roads cut where ways meet have few chains: some 4 % of the edges go; distances between nodes stay the same."""
    network, _ = malta
    found = simplified(network)
    assert 0.03 < 1 - found.network.edge_count / network.edge_count < 0.07
    assert found.network.length_mm.sum() == network.length_mm.sum()
    before, after = network.to_networkx("walk"), found.network.to_networkx("walk")
    starts = np.random.default_rng(0).choice(np.flatnonzero(found.node >= 0), 5).tolist()
    for start in starts:
        old = nx.single_source_dijkstra_path_length(before, start, weight="length_mm")
        new = nx.single_source_dijkstra_path_length(after, int(found.node[start]), weight="length_mm")
        assert new == {int(found.node[node]): cost for node, cost in old.items() if found.node[node] >= 0}


def test_a_saved_network_loads_faster_than_it_is_read(malta, tmp_path):
    """Four megabytes, read, compared and checked in a small part of the time that the extract takes."""
    network, seconds = malta
    key = network_key(RoadSource(path=MALTA, kind="osm"), crs="EPSG:32633", modes=default_modes())
    save_network(network, tmp_path / "malta", key=key)
    assert (tmp_path / "malta").stat().st_size < 6e6
    start = time.perf_counter()
    again = load_network(tmp_path / "malta", key=key)
    assert time.perf_counter() - start < seconds / 5
    np.testing.assert_array_equal(again.coords, network.coords)


def test_graphs_survive_the_round_trip(malta):
    """Malta as a networkx graph with shapes and back: as many edges for cars, the same distances and times."""
    network, _ = malta
    graph = network.to_networkx("drive", geometry=True)
    found = from_networkx(graph, crs=network.crs, modes={"drive": network.modes["drive"]})
    assert found.network.edge_count == np.count_nonzero(network.permitted("drive"))
    again = found.network.to_networkx("drive")
    start = int(found.labels[1000])
    for weight in ("length_mm", "time_ms"):
        old = nx.single_source_dijkstra_path_length(graph, start, weight=weight)
        new = nx.single_source_dijkstra_path_length(again, 1000, weight=weight)
        assert {found.labels[node]: cost for node, cost in new.items()} == old


def test_areas_of_malta_are_never_overstated(malta):
    """Every vertex of 5, 10 and 15 minutes' walk, and points inside, lie within 50 m of a road within the limit.

    The roads within the limit are networkx's: cost at a junction, and what is left along the roads that meet there.
    """
    network, _ = malta
    graph = network.to_networkx("walk")
    rng = np.random.default_rng(5)
    nodes = rng.choice(np.flatnonzero(network.components("walk").of_node == 0), 4, replace=False).tolist()
    places = pd.DataFrame(
        {"x": network.node_x[nodes], "y": network.node_y[nodes]}, index=[f"n{node}" for node in nodes]
    )
    key = ReachKey("walk", "travel_time_s", "toward")
    settings = NetworkSettings(max_snap_m=0.001)
    areas = service_areas(network, places, key=key, cutoffs=[300.0, 600.0, 900.0], bands=True, settings=settings)
    assert areas.geometry.is_valid.all()
    assert (areas["area_m2"] > 0).all()
    lines, speed = network.lines(), network.edge_speeds("walk")
    tree = shapely.STRtree(lines)
    for row in areas.itertuples():
        costs = nx.single_source_dijkstra_path_length(graph, int(row.place_id[1:]), weight="time_ms")
        spots = shapely.get_coordinates(row.geometry)
        west, south, east, north = row.geometry.bounds
        inside = np.column_stack((rng.uniform(west, east, 400), rng.uniform(south, north, 400)))
        inside = inside[shapely.contains_xy(row.geometry, inside)]
        points = shapely.points(np.concatenate((spots[rng.choice(len(spots), min(len(spots), 200))], inside)))
        point, edge = tree.query(points, predicate="dwithin", distance=row.buffer_m + 0.01)
        reached = np.zeros(len(points), dtype=bool)
        for at, road in zip(point.tolist(), edge.tolist(), strict=True):
            if np.isnan(speed[road]) or reached[at]:
                continue
            part = _part_within(network, lines[road], road, costs, row.cutoff_s, speed[road] / 3.6)
            reached[at] = not part.is_empty and part.distance(points[at]) <= row.buffer_m + 0.01
        assert reached.all()


def _part_within(network, line, edge, costs, cutoff, metres_per_s):
    """Return what of a two-way road lies within the cutoff, from its two ends."""
    parts = []
    for node, turned in ((int(network.u[edge]), False), (int(network.v[edge]), True)):
        left = cutoff - costs.get(node, np.inf) / 1000 + 0.001
        if left >= 0:
            drawn = shapely.reverse(line) if turned else line
            parts.append(shapely.ops.substring(drawn, 0, left * metres_per_s))
    return shapely.union_all(parts)


def test_osmnx_and_we_agree_on_helsinki(tmp_path):
    """Distances by car between junctions of OSMnx's own graph of central Helsinki equal ours, to rounding."""
    graph = osmnx.graph_from_xml(_as_xml(tmp_path / "helsinki.osm"), retain_all=True, simplify=False)
    modes = default_modes()
    found = from_networkx(graph, crs="EPSG:32635", modes=modes)
    ours = found.network.to_networkx("drive")
    closed = [
        arc
        for *arc, held in graph.edges(keys=True, data=True)
        if held["highway"] not in modes["drive"].speed_kph or held.get("access") in ("no", "private")
    ]
    graph.remove_edges_from(closed)
    for start in np.random.default_rng(2).choice(len(found.labels), 20).tolist():
        expected = nx.single_source_dijkstra_path_length(graph, found.labels[start], weight="length")
        costs = nx.single_source_dijkstra_path_length(ours, start, weight="length")
        assert {found.labels[node] for node in costs} == set(expected)
        for node, cost in costs.items():
            assert cost == pytest.approx(expected[found.labels[node]], abs=0.25)
    lengths = sum(length for *_, length in graph.edges(data="length"))
    directed = sum(length for *_, length in ours.edges(data="length"))
    assert directed == pytest.approx(lengths, rel=1e-5)


def _as_xml(path: Path) -> Path:
    """Write central Helsinki's roads whose nodes are all there as XML, which OSMnx reads."""
    there = {node.id for node in osmium.FileProcessor(str(HELSINKI), osmium.osm.NODE)}
    roads = osmium.FileProcessor(str(HELSINKI), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    kept = {way.id: [node.ref for node in way.nodes] for way in roads}
    kept = {way: nodes for way, nodes in kept.items() if there.issuperset(nodes)}
    used = {node for nodes in kept.values() for node in nodes}
    with osmium.SimpleWriter(str(path)) as writer:
        for item in osmium.FileProcessor(str(HELSINKI)):
            if (item.is_node() and item.id in used) or (item.is_way() and item.id in kept):
                writer.add(item)
    return path
