"""Roads read from an OpenStreetMap file and from a line layer."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.errors import VerificationError
from planner.verify.edges import edges_of
from planner.verify.roads import roads_of_mode
from planner.verify.ways import line_chains, osm_chains

CRS = "EPSG:4550"
WALK = {"speed_kph": {"residential": 5.0, "footway": 5.0}, "access_speed_kph": 5.0, "obeys_oneway": False,
        "access_tags": ["foot", "access"]}  # fmt: skip
DRIVE = {"speed_kph": {"residential": 30.0, "motorway": 90.0}, "access_speed_kph": 5.0, "obeys_oneway": True,
         "access_tags": ["motorcar", "motor_vehicle", "vehicle", "access"]}  # fmt: skip
MODES = {"walk": WALK, "drive": DRIVE}
NETWORK = {"max_snap_m": 500.0, "min_component_m": 0.0}


def osm_file(path: Path, ways: dict[int, tuple[list[int], dict[str, str]]], *, nodes: int = 6) -> Path:
    """Write an OSM XML file with nodes 1.. on a line to the east, and ways through them."""
    lines = ['<?xml version="1.0"?><osm version="0.6">']
    lines += [f'<node id="{n}" lat="39.0" lon="{123.0 + n / 100}" version="1"/>' for n in range(1, nodes + 1)]
    for name, (refs, tags) in ways.items():
        lines.append(f'<way id="{name}" version="1">' + "".join(f'<nd ref="{ref}"/>' for ref in refs))
        lines.append("".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()) + "</way>")
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("tags", "walk", "drive"),
    [
        ({}, True, "both"),
        ({"access": "private"}, False, ""),
        ({"access": "private", "foot": "yes"}, True, ""),
        ({"foot": "no"}, False, "both"),
        ({"access": "no", "motor_vehicle": "yes"}, False, "both"),
        ({"vehicle": "no"}, True, ""),
        ({"vehicle": "no", "motorcar": "destination"}, True, "both"),
        ({"oneway": "yes"}, True, "forward"),
        ({"oneway": "-1"}, True, "backward"),
        ({"oneway": "no", "junction": "roundabout"}, True, "both"),
        ({"junction": "roundabout"}, True, "forward"),
        ({"highway": "motorway"}, False, "forward"),
        ({"highway": "footway"}, True, ""),
        ({"oneway": "reversible"}, True, "both"),
    ],
)
def test_who_may_use_an_osm_way(tmp_path: Path, tags: dict[str, str], walk: bool, drive: str) -> None:
    """The most specific access tag decides; one-way streets bind drivers only."""
    path = osm_file(tmp_path / "roads.osm", {1: ([1, 2], {"highway": "residential"} | tags)})
    edges = edges_of(osm_chains(path, CRS, MODES))
    ahead = roads_of_mode(edges, "walk", WALK, NETWORK)
    assert (ahead.forward.tolist(), ahead.backward.tolist()) == ([walk], [walk])
    driven = roads_of_mode(edges, "drive", DRIVE, NETWORK)
    # The edge is numbered by its nodes but drawn as the way is.
    west_to_east = shapely.get_coordinates(edges.lines[0])[0, 0] < shapely.get_coordinates(edges.lines[0])[-1, 0]
    assert west_to_east
    may = {(True, True): "both", (True, False): "forward", (False, True): "backward", (False, False): ""}
    assert may[bool(driven.forward[0]), bool(driven.backward[0])] == drive


def test_ways_are_cut_where_they_share_a_node(tmp_path: Path) -> None:
    """A way is cut where another meets it and where it meets itself, and nowhere else."""
    ways = {
        1: ([1, 2, 3, 4], {"highway": "residential"}),
        2: ([3, 5], {"highway": "footway"}),
        3: ([2, 6], {"highway": "proposed"}),
    }
    edges = edges_of(osm_chains(osm_file(tmp_path / "roads.osm", ways), CRS, MODES))
    assert sorted(shapely.get_num_points(edges.lines).tolist()) == [2, 2, 3]
    assert np.all(edges.length_mm > 0)


def test_a_way_is_broken_at_a_missing_node(tmp_path: Path) -> None:
    """Where the extract lacks a node there is no road; areas are no roads."""
    ways = {
        1: ([1, 2, 99, 3, 4], {"highway": "residential"}),
        2: ([1, 4, 5, 1], {"highway": "residential", "area": "yes"}),
    }
    edges = edges_of(osm_chains(osm_file(tmp_path / "roads.osm", ways), CRS, MODES))
    assert len(edges.length_mm) == 2
    assert len({*edges.tail.tolist(), *edges.head.tolist()}) == 4


def test_a_file_without_roads_is_refused(tmp_path: Path) -> None:
    """No usable way is an error, not an empty network."""
    with pytest.raises(VerificationError, match="found none"):
        osm_chains(osm_file(tmp_path / "roads.osm", {1: ([1, 2], {"highway": "proposed"})}), CRS, MODES)


def test_lines_meet_at_shared_vertices_only() -> None:
    """Lines that cross without a common vertex (a bridge) do not meet; a vertex in the middle does."""
    lines = gpd.GeoDataFrame(
        {"kind": ["a", "footway", "a"], "one": [1.0, None, "-1"]},
        geometry=[
            shapely.LineString([(0, 0), (50, 0), (50, 0), (100, 0)]),
            shapely.LineString([(50, 0), (50, 80)]),
            shapely.MultiLineString([[(10, -10), (10, 10)], [(20, 20), (20, 30)]]),
        ],
        crs=CRS,
    )
    source = {"class_column": "kind", "class_map": {"a": "residential"}, "oneway_column": "one"}
    edges = edges_of(line_chains(lines, source, MODES))
    table = sorted(zip(edges.length_mm.tolist(), edges.road_class, edges.oneway.tolist(), strict=True))
    assert table == [
        (10_000, "residential", -1),
        (20_000, "residential", -1),
        (50_000, "residential", 1),
        (50_000, "residential", 1),
        (80_000, "footway", 0),
    ]


def test_the_number_of_an_edge_does_not_depend_on_the_order_of_the_file() -> None:
    """Turning the file round changes no edge's number."""
    rng = np.random.default_rng(5)
    shapes = [shapely.LineString(rng.integers(0, 9, size=(2, 2)) * 100.0 + [[0, 0], [1, 1]]) for _ in range(40)]
    lines = gpd.GeoDataFrame({"road_class": "residential"}, index=range(40), geometry=shapes, crs=CRS)
    one, other = (edges_of(line_chains(table, {}, MODES)) for table in (lines, lines[::-1]))
    assert [line.wkt for line in one.lines] == [line.wkt for line in other.lines]
    assert np.array_equal(one.tail, other.tail)
