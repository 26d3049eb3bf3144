"""Two islands and a stub of road, in km.

::

11 +-------------+      +-----+
   |  A1    A2   |      |  B1 |     county A (townships A1 west, A2 east): a road of 20 km, half in each;
 9 +-------------+      +-----+     county B (township B1): one of 12 km; and 1 km of it in A, apart.
   0     10     20      30    42
"""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, box, mapping

from planner.network import RoadNetwork, RoadSource, default_modes, read_network
from planner.pipeline.road_parts import road_parts

CRS = "EPSG:4550"
EAST, NORTH = 400_000.0, 4_300_000.0
ROADS = ([(0, 10), (10, 10)], [(10, 10), (20, 10)], [(30, 10), (42, 10)], [(5, 10.5), (6, 10.5)])


@pytest.fixture
def network(tmp_path: Path) -> RoadNetwork:
    """Return the roads."""
    lines = [LineString([(EAST + 1000 * x, NORTH + 1000 * y) for x, y in road]) for road in ROADS]
    features = [
        {"type": "Feature", "properties": {"road_class": "primary"}, "geometry": mapping(line)} for line in lines
    ]
    crs = {"type": "name", "properties": {"name": CRS}}
    path = tmp_path / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")
    return read_network(RoadSource(path=path), crs=CRS, modes=default_modes(), log=None)


def _units(*rows: tuple[str, str, tuple[float, float] | None]) -> gpd.GeoDataFrame:
    areas = [
        box(EAST + 1000 * x[0], NORTH + 9_000, EAST + 1000 * x[1], NORTH + 11_000) if x else None for *_, x in rows
    ]
    table = {
        "code": [row[0] for row in rows],
        "name": [f"name {row[0]}" for row in rows],
        "level": [row[1] for row in rows],
    }
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(areas, crs=CRS))


UNITS = (
    ("A", "county", (0.0, 20.0)),
    ("B", "county", (30.0, 42.0)),
    ("A1", "township", (0.0, 10.0)),
    ("A2", "township", (10.0, 20.0)),
    ("B1", "township", (30.0, 42.0)),
    ("V", "village", None),
)


def test_parts_are_named_by_the_units_that_hold_them(network: RoadNetwork) -> None:
    """The whole of A, and B with its only township; what is shorter than 10 km is counted."""
    told = road_parts(network, "walk", _units(*UNITS))
    assert [part["name"] for part in told["large"]] == ["name A", "name B · name B1"]
    assert [part["road_m"] for part in told["large"]] == [20_000.0, 12_000.0]
    assert (told["components"], told["fragments"], told["fragments_road_m"]) == (3, 1, 1_000.0)
    assert [unit["share"] for unit in told["large"][0]["units"]["township"]] == [0.5, 0.5]
    assert json.loads(json.dumps(told)) == told


def test_a_part_that_no_unit_holds_has_the_names_of_the_coarse_ones(network: RoadNetwork) -> None:
    """Without counties the road of A is named by both its townships."""
    told = road_parts(network, "walk", _units(*(unit for unit in UNITS if unit[1] == "township")))
    assert [part["name"] for part in told["large"]] == ["name A1、name A2", "name B1"]


def test_parts_without_polygons_have_no_name(network: RoadNetwork) -> None:
    """Units without polygons, and a level with a single one, tell nothing apart."""
    told = road_parts(network, "drive", _units(("C", "city", (0.0, 42.0)), ("V", "village", None)))
    assert [(part["name"], part["units"]) for part in told["large"]] == [("", {}), ("", {})]
