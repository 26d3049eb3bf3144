"""The effective settings of the tiny study, as run.json holds them."""

from __future__ import annotations

from typing import Any

from tests.verify.tiny_study import CRS

TEMPLATES = [
    {"id": "kg", "action": "build", "service": "kindergarten", "cost_yuan": 100, "build_years": 0,
     "land_uses": ["A33"], "min_area_m2": 2500, "set": {"owner": "public", "rank": "central"}},
    {"id": "more", "action": "expand", "service": "primary_school", "cost_yuan": 50, "build_years": 1,
     "add_classes": 1},
    {"id": "park", "action": "build", "service": "fitness_park", "cost_yuan": 60, "build_years": 0,
     "land_uses": [], "set": {"demonstration": True}},
]  # fmt: skip

TOWNSHIPS = {"name": "townships", "levels": ["township"], "kinds": ["town", "township"]}
COUNTIES = {"name": "counties", "levels": ["county"], "kinds": []}
CITY = {"name": "city", "levels": ["city"], "kinds": []}
TOWNSHIP_LEVEL = {"levels": ["township"]}
VILLAGES = {"levels": ["village"]}
COUNTIES_AND_ZONES = {"levels": ["county", "leading_zone"]}
ROLES = [
    {"role": "required", "level": "city", "unit_set": CITY},
    {"role": "required", "level": "county", "unit_set": COUNTIES_AND_ZONES},
    {"role": "required_or_covered", "level": "township", "unit_set": TOWNSHIP_LEVEL, "standard": "depot.near"},
    {"role": "covered", "level": "village", "unit_set": VILLAGES, "standard": "depot.near"},
]
MANDATES: list[dict[str, Any]] = [
    {"id": "central", "predicate": "COUNT_PER_UNIT", "service": "kindergarten", "minimum": 1,
     "where": {"owner": "public", "rank": "central"}, "unit_set": TOWNSHIPS},
    {"id": "class", "predicate": "CAPACITY", "service": "primary_school", "group": "age_6_11", "class_size": "size",
     "catchment_service": "primary_school", "where": {}, "unit_set": None},
    {"id": "park", "predicate": "PROGRAMME_PER_YEAR", "service": "fitness_park", "minimum": 1,
     "where": {"demonstration": True}, "unit_set": CITY},
    {"id": "depots", "predicate": "NETWORK_ROLES", "service": "disaster_depot", "where": {}, "levels": ROLES},
    {"id": "near", "predicate": "COVERAGE", "service": "kindergarten", "where": {"owner": "public"},
     "standard": "walk", "group": "people", "share": 0.9, "unit_set": COUNTIES},
]  # fmt: skip
STANDARDS = [
    {"id": "walk", "service": "kindergarten", "mode": "walk", "cost": "distance_m", "direction": "toward",
     "targets": "demand", "limit": "1.2 km", "confirmed": False},
    {"id": "circle", "service": "kindergarten", "mode": "straight", "cost": "radius_m", "direction": "toward",
     "targets": "demand", "limit": "1000 m", "confirmed": False},
    {"id": "depot.near", "service": "disaster_depot", "mode": "drive", "cost": "travel_time_s", "direction": "from",
     "targets": "anchor", "limit": "200 s", "confirmed": False},
]  # fmt: skip
SETTINGS: dict[str, Any] = {
    "study": {"base_year": 2025, "years": [2026, 2027], "crs": CRS},
    "layers": {
        "boundaries": [
            {"path": "boundaries.csv", "level": level, "kind": None, "where": {"level": level}}
            for level in ("city", "county", "township", "village")
        ],
        "leading_zones": {"path": "zones.csv"},
        "facilities": [{"path": "facilities.csv", "crs": CRS}],
        "population": [{"path": "population.csv", "crs": CRS, "groups": ["people", "age_6_11"]}],
        "sites": [{"path": "sites.csv", "crs": CRS}],
        "exclusions": [{"path": "farmland.geojson", "rule_id": "farmland", "rule_name": "", "source": ""}],
    },
    "roads": {
        "path": "roads.geojson",
        "kind": "lines",
        "crs": CRS,
        "class_column": "road_class",
        "oneway_column": "oneway",
    },
    "modes": {
        "walk": {"speed_kph": {"residential": 5.0}, "access_speed_kph": 5.0, "obeys_oneway": False},
        "drive": {"speed_kph": {"residential": 36.0}, "access_speed_kph": 5.0, "obeys_oneway": True},
    },
    "network": {"max_snap_m": 500.0, "min_component_m": 1000.0},
    "standards": STANDARDS,
    "numbers": [{"id": "size", "value": 55, "confirmed": False}],
    "coverage": [
        {"standard": "walk", "groups": ["people"], "where": {}},
        {"standard": "circle", "groups": ["people"], "where": {}},
    ],
    "mandates": MANDATES,
    "siting": {"budget_yuan": {"2026": 160, "2027": 55}, "options": TEMPLATES},
}
