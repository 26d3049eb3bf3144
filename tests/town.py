"""A made-up town that is hard to repeat: a street grid with ties everywhere, borders through houses, twin sites."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

EAST, NORTH, STEP, SIDE = 500_000, 4_300_000, 400, 6
_CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4550"}}

STUDY = """
[study]
name = "town"
base_year = 2025
years = [2026, 2027, 2028]
seed = 1
crs = "EPSG:4550"
notice = "invented"
[[layers.boundaries]]
path = "boundaries.csv"
level = "city"
where = { level = "city" }
[[layers.boundaries]]
path = "boundaries.csv"
level = "county"
where = { level = "county" }
[[layers.boundaries]]
path = "towns.geojson"
level = "township"
[[layers.boundaries]]
path = "boundaries.csv"
level = "village"
where = { level = "village" }
[layers.leading_zones]
path = "zones.csv"
[[layers.facilities]]
path = "facilities.csv"
crs = "EPSG:4550"
[[layers.population]]
path = "population.csv"
crs = "EPSG:4550"
groups = ["people", "age_6_11"]
[[layers.sites]]
path = "sites.csv"
crs = "EPSG:4550"
[[layers.exclusions]]
path = "farmland.geojson"
rule_id = "farmland"
[roads]
path = "roads.geojson"
[modes.drive]
speed_kph = { residential = 30, primary = 50 }
[network]
max_snap_m = 500
[standards]
profile = "profile.toml"
[mandates]
policy = "policy.toml"
[siting]
budget_yuan = { 2026 = 400, 2027 = 300, 2028 = 300 }
[[siting.objectives]]
kind = "people_covered"
standard = "walk"
group = "people"
[[siting.options]]
id = "kg"
action = "build"
service = "kindergarten"
land_uses = ["A"]
set = { owner = "public", rank = "central" }
cost_yuan = 100
build_years = 0
[[siting.options]]
id = "more"
action = "expand"
service = "primary_school"
add_classes = 1
cost_yuan = 50
build_years = 1
[[siting.options]]
id = "park"
action = "build"
service = "fitness_park"
land_uses = ["G"]
set = { owner = "public", demonstration = true }
cost_yuan = 60
build_years = 0
[[siting.options]]
id = "depot"
action = "build"
service = "disaster_depot"
land_uses = ["A", "G"]
set = { owner = "government", level = "township" }
cost_yuan = 40
build_years = 0
"""

PROFILE = """
[profile]
id = "town"
version = "1"
[[standard]]
id = "walk"
service = "kindergarten"
mode = "walk"
cost = "distance_m"
direction = "toward"
targets = "demand"
limit = "600 m"
[[standard]]
id = "depot.near"
service = "disaster_depot"
mode = "drive"
cost = "travel_time_s"
direction = "from"
targets = "anchor"
limit = "420 s"
[[number]]
id = "size"
service = "primary_school"
value = 45
unit = "persons"
[[coverage]]
standard = "walk"
"""

_CLAUSE = '[[mandate]]\nquote = "…"\nsection = "…"\nlead_department = "…"\nstrength = "hard"\n'
POLICY = f"""
[policy]
id = "town"
{_CLAUSE}
id = "central"
predicate = "COUNT_PER_UNIT"
service = "kindergarten"
unit_set = "townships"
where = {{ owner = "public", rank = "central" }}
{_CLAUSE}
id = "class"
predicate = "CAPACITY"
service = "primary_school"
group = "age_6_11"
class_size = "size"
{_CLAUSE}
id = "park"
predicate = "PROGRAMME_PER_YEAR"
service = "fitness_park"
unit_set = "city"
where = {{ demonstration = true }}
{_CLAUSE}
id = "near"
predicate = "COVERAGE"
service = "kindergarten"
unit_set = "counties"
standard = "walk"
share = 0.6
{_CLAUSE}
id = "depots"
predicate = "NETWORK_ROLES"
service = "disaster_depot"
[[mandate.levels]]
role = "required"
level = "county"
unit_set = "counties_and_leading_zones"
[[mandate.levels]]
role = "required_or_covered"
level = "township"
unit_set = "streets_and_townships"
standard = "depot.near"
[[mandate.levels]]
role = "covered"
level = "village"
unit_set = "communities_and_villages"
standard = "depot.near"
"""

BOUNDARIES = """level,code,name,kind,parent_code
city,C,市,city,
county,K1,甲县,county,C
county,K2,乙区,district,C
village,V1,一村,village,T1
village,V2,二村,village,T2
village,V3,三村,community,S1
"""
ZONES = "zone_code,zone_name,unit_code\nZ,先导区,T2\nZ,先导区,K2\nY,新区,T2\n"
TOWNS = (("T1", "K1", "town", 0, 2), ("T2", "K1", "township", 2, 4), ("S1", "K2", "subdistrict", 4, 6))
"""Code, county, kind, first and last street from the west: three strips, whose borders are streets."""


def write_town(folder: Path) -> Path:
    """Write the study into a folder that exists, and return the study file."""
    files = {
        "study.toml": STUDY, "profile.toml": PROFILE, "policy.toml": POLICY, "boundaries.csv": BOUNDARIES,
        "zones.csv": ZONES, "towns.geojson": _towns(), "roads.geojson": _roads(), "population.csv": _population(),
        "facilities.csv": _facilities(), "sites.csv": _sites(), "farmland.geojson": _farmland(),
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "study.toml"


def _at(column: float, row: float) -> list[float]:
    return [EAST + STEP * column, NORTH + STEP * row]


def _geojson(features: Sequence[tuple[str, Any, Mapping[str, str]]]) -> str:
    drawn = [
        {"type": "Feature", "properties": said, "geometry": {"type": kind, "coordinates": at}}
        for kind, at, said in features
    ]
    return json.dumps({"type": "FeatureCollection", "crs": _CRS, "features": drawn}, ensure_ascii=False)


def _box(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[_at(*corner) for corner in ((west, south), (east, south), (east, north), (west, north), (west, south))]]


def _towns() -> str:
    return _geojson(
        [
            (
                "Polygon",
                _box(west, -1, east, SIDE + 1),
                {"code": code, "name": code, "kind": kind, "parent_code": county},
            )
            for code, county, kind, west, east in TOWNS
        ]
    )


def _roads() -> str:
    """Return a grid of streets, block by block, some one way and some fast; two of them drawn twice."""
    found = []
    for one in range(SIDE + 1):
        for two in range(SIDE):
            for ends in ((_at(one, two), _at(one, two + 1)), (_at(two, one), _at(two + 1, one))):
                kind = "primary" if one % 3 == 0 else "residential"
                found.append(
                    ("LineString", list(ends), {"road_class": kind, "oneway": ("", "yes", "")[(one + two) % 3]})
                )
    return _geojson([*found, *found[:2]])


def _population() -> str:
    """People in the middle of every block, as far from each of its four streets, and on the borders, without code."""
    lines = ["demand_id,unit_code,x,y,people,age_6_11,catchment_primary_school"]
    for column in range(SIDE):
        for row in range(SIDE):
            x, y = _at(column + 0.5, row + 0.5)
            village = f"V{column // 2 + 1}" if row % 2 else ""
            lines.append(f"d{column}{row},{village},{x},{y},{20 + row % 3},{10},z{column // 2}")
        x, y = _at(column or 0.25, 2.5)
        lines.append(f"b{column},,{x},{y},15,5,z{column // 2}")
    return "\n".join(lines) + "\n"


def _facilities() -> str:
    lines = [
        "facility_id,service,x,y,status,opened_year,owner,rank,level,demonstration,classes,largest_class,catchment_id"
    ]
    for name, column, more in (
        ("k1", 1.5, "现状,,public,central,,,,,"), ("k2", 2.0, "现状,,private,central,,,,,"),
        ("k3", 2.0, "现状,,private,central,,,,,"),
    ):  # fmt: skip
        x, y = _at(column, 1.5)
        lines.append(f"{name},kindergarten,{x},{y},{more}")
    for number in range(3):
        x, y = _at(2 * number + 1, 4.5)
        lines.append(f"s{number},primary_school,{x},{y},现状,,public,,,,2,{44 + 2 * number},z{number}")
        lines.append(f"t{number},primary_school,{x},{y},现状,,public,,,,2,{44 + 2 * number},z{number}")
    x, y = _at(5, 5)
    lines += [f"dep{n},disaster_depot,{x},{y},现状,,government,,county,,,," for n in (1, 2)]
    return "\n".join(lines) + "\n"


def _sites() -> str:
    """Twin sites, alike but for their id, in every second block; those in the north-east are on farmland."""
    lines = ["site_id,x,y,land_use,area_m2"]
    for column in range(0, SIDE, 2):
        for row in range(0, SIDE, 2):
            x, y = _at(column + 0.5, row + 0.5)
            use = "AG"[(column + row) // 2 % 2]
            lines += [f"{twin}{column}{row},{x},{y},{use},3000" for twin in "pq"]
    return "\n".join(lines) + "\n"


def _farmland() -> str:
    return _geojson([("Polygon", _box(4, 4, 6, 6), {}), ("Polygon", _box(4.2, 4.2, 5, 5), {})])
