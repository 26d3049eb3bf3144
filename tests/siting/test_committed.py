from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from planner.siting import not_proposed, taken_sites
from tests.small import facilities, options

SITES = gpd.GeoDataFrame(
    {"name": ["point", "parcel"]}, index=["s1", "s2"], geometry=[Point(0, 0), box(100, 0, 200, 100)], crs="EPSG:4550"
)


def _taken(**row: Any) -> list[tuple[str, str, str]]:
    given = {"facility_id": "f", "service": "clinic", "status": "在建", "x": 5_000.0, **row}
    return list(taken_sites(SITES, facilities(given)).itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("row", "site"),
    [
        ({"x": 0.5}, "s1"),
        ({"x": 1.5}, ""),
        ({"x": 150.0, "y": 50.0}, "s2"),
        ({"x": 200.5, "y": 50.0}, "s2"),
        ({"place_id": "s2"}, "s2"),
        ({"x": 0.0, "opened_year": 2030}, "s1"),
        ({"x": 0.0, "status": "已批未建"}, "s1"),
        ({"x": 0.0, "status": "规划"}, ""),
        ({"x": 0.0, "status": "现状"}, ""),
    ],
)
def test_a_site_is_taken_by_what_is_committed_on_it(row: dict[str, Any], site: str) -> None:
    """By place, by parcel, or within a metre; with a year or without; a plan alone takes nothing."""
    assert _taken(**row) == ([(site, "clinic", "f")] if site else [])


def test_only_builds_of_the_same_service_are_not_proposed() -> None:
    """On the land of a committed clinic no clinic is proposed; a school there, and an upgrade elsewhere, are."""
    taken = taken_sites(
        SITES, facilities({"facility_id": "f", "service": "clinic", "status": "在建", "place_id": "s1"})
    )
    table = options(
        {"option_id": "clinic:s1", "place_id": "s1", "service": "clinic", "action": "build"},
        {"option_id": "clinic:s2", "place_id": "s2", "service": "clinic", "action": "build"},
        {"option_id": "school:s1", "place_id": "s1", "service": "school", "action": "build"},
        {"option_id": "up:s1", "place_id": "s1", "service": "clinic", "action": "upgrade"},
    )
    assert list(not_proposed(table, taken).itertuples(index=False, name=None)) == [("clinic:s1", "f")]
