"""Total lengths of real extracts against osmnx, for the same roads."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import osmnx
import pytest
from osmium.osm.mutable import Node, Way
from pyproj import Geod

from planner.network import RoadSource, default_modes, read_network
from planner.network.graph import BACKWARD, FORWARD

FOLDER = Path(os.environ.get("PLANNER_REAL_DATA", "missing"))
EXTRACTS = {
    "helsinki": ("osm-helsinki-centre/helsinki_centre.osm.pbf", "EPSG:32635"),
    "liechtenstein": ("osm-liechtenstein/liechtenstein.osm.pbf", "EPSG:32632"),
    "malta": ("osm-malta/malta.osm.pbf", "EPSG:32633"),
}
WUHAN = FOLDER / "china-wuhan-osm" / "wuhan_fua8989_roads_original.parquet"

pytestmark = pytest.mark.real_data


def filtered(source, target, mode):
    """Write the ways that the mode's classes and access tags admit, by words of this test, as XML.

    What an extract lacks is cut out: osmnx refuses ways without all of their nodes.
    """
    ways, places = [], {}
    for way in osmium.FileProcessor(str(source)).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
        tags = {tag.k: tag.v for tag in way.tags}
        said = next((tags[key] for key in mode.access_tags if key in tags), "yes")
        if not way.is_way() or tags["highway"] not in mode.speed_kph or tags.get("area") == "yes":
            continue
        for there, nodes in groupby(way.nodes, key=lambda node: node.location.valid()):
            if there and said not in ("no", "private"):
                stretch = [(node.ref, (node.lon, node.lat)) for node in nodes]
                places.update(stretch)
                ways.append(Way(id=1 + len(ways), nodes=[ref for ref, _ in stretch], tags=tags, version=1))
    with osmium.SimpleWriter(str(target)) as writer:
        for node, place in sorted(places.items()):
            writer.add_node(Node(id=node, location=place, version=1))
        for way in ways:
            writer.add_way(way)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["walk", "cycle", "drive"])
@pytest.mark.parametrize("extract", list(EXTRACTS))
def test_total_length_is_that_of_osmnx(extract, mode, tmp_path):
    """Kilometres of road, and of ways to travel it, differ by less than 0.5 %.

    What differs: osmnx measures great circles on a sphere, the planner the plane of the study CRS (UTM: 0.04 % short on
    its meridian); osmnx knows neither ``oneway:bicycle`` nor motorways that are one-way without a tag, and takes
    ``oneway=reversible`` for one-way.
    """
    path, crs = FOLDER / EXTRACTS[extract][0], EXTRACTS[extract][1]
    if not path.is_file():
        pytest.skip("PLANNER_REAL_DATA names no folder with this extract")
    modes = {mode: default_modes()[mode]}
    network = read_network(RoadSource(path=path, kind="osm"), crs=crs, modes=modes)
    filtered(path, tmp_path / "roads.osm", modes[mode])
    graph = osmnx.graph_from_xml(tmp_path / "roads.osm", simplify=False, retain_all=True)
    lengths = np.array([data["length"] for _, _, data in graph.edges(data=True)])
    oneway = np.array([data["oneway"] for _, _, data in graph.edges(data=True)], dtype=bool)
    bits = network.permitted(mode)
    used = bits > 0
    assert network.length_mm[used].sum() / 1000 == pytest.approx(
        lengths[oneway].sum() + lengths[~oneway].sum() / 2, rel=0.005
    )
    if modes[mode].obeys_oneway:
        both = used & (bits == FORWARD | BACKWARD)
        directed = (network.length_mm[used].sum() + network.length_mm[both].sum()) / 1000
        assert directed == pytest.approx(lengths.sum(), rel=0.005)


def test_wuhan_as_a_line_layer(tmp_path):
    """The roads of Wuhan, handed over as lines, keep their length on the ground, their nodes and one component.

    The layer was made by osmnx: its end nodes are those of the graph, and the description counts 82,891 and 7,185 km.
    """
    if not WUHAN.is_file():
        pytest.skip("PLANNER_REAL_DATA names no folder with china-wuhan-osm")
    pytest.importorskip("pyarrow", reason="pyarrow reads the layer")
    roads = gpd.read_parquet(WUHAN).to_crs("EPSG:4326")
    roads["road_class"] = "road"
    roads[["road_class", "geometry"]].to_file(tmp_path / "roads.gpkg")
    network = read_network(RoadSource(path=tmp_path / "roads.gpkg"), crs="EPSG:32650", modes=default_modes())
    ground = Geod(ellps="WGS84").geometry_length
    assert network.length_mm.sum() / 1000 == pytest.approx(sum(map(ground, roads.geometry)), rel=0.005)
    assert network.length_mm.sum() / 1e6 == pytest.approx(7_185, rel=0.005)
    assert network.node_count == pytest.approx(82_891, rel=0.005)
    assert len(network.component_summary("walk")) == 1
