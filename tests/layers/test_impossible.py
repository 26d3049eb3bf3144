from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from planner.layers.impossible import impossible_values, missing_values
from planner.layers.off_road import far_from_roads
from planner.layers.quality import MOST_LINES, Doubts

GOOD = {"x": 0.0, "y": 0.0, "status": "现状", "service": "s", "opened_year": 2000, "closed_year": pd.NA,
        "capacity": 90.0, "largest_class": 30, "pupils": 80}  # fmt: skip


def _facilities(**changed: object) -> pd.DataFrame:
    table = pd.DataFrame([GOOD | changed], index=["f"])
    whole = dict.fromkeys(("opened_year", "closed_year", "largest_class", "pupils"), "Int64")
    return table.astype({**whole, "capacity": "Float64"})


def _told(table: pd.DataFrame, name: str) -> list[str]:
    doubts = Doubts(name)
    impossible_values(table, name, doubts, base_year=2025)
    return doubts.to_frame()["code"].to_list()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"opened_year": 20015}, ["not_yet_open", "year_impossible"]),
        ({"opened_year": 15}, ["year_impossible"]),
        ({"closed_year": 1999}, ["years_reversed"]),
        ({"opened_year": 2030}, ["not_yet_open"]),
        ({"status": "在建", "opened_year": 2020}, ["already_open"]),
        ({"status": "规划", "opened_year": pd.NA}, ["year_missing"]),
        ({"capacity": 0.0}, ["capacity_zero"]),
        ({"largest_class": 900}, ["class_impossible", "class_over_pupils"]),
        ({"largest_class": pd.NA, "capacity": pd.NA, "pupils": pd.NA, "opened_year": pd.NA}, []),
    ],
)
def test_facilities(changed: dict[str, object], told: list[str]) -> None:
    """Years, capacities and classes that cannot be are told; what is not known is not."""
    assert _told(_facilities(**changed), "facilities") == told


def test_people() -> None:
    """A group larger than all people, and a point where nobody lives."""
    table = pd.DataFrame({"x": 0.0, "y": 0.0, "people": [10, 10, 0], "age_3_5": [10, 11, 0]}, index=list("abc"))
    assert _told(table, "population") == ["group_over_people", "nobody"]


def test_an_area_in_another_unit_shows() -> None:
    """A parcel of 10,000 m2 that says 1 (hectares) or 15 (mu) is told; a point has only its number."""
    shapes = [box(0, 0, 100, 100)] * 3 + [Point(0, 0)]
    table = gpd.GeoDataFrame({"x": 0.0, "y": 0.0, "area_m2": [1.0, 15.0, 10_200.0, 3000.0]}, geometry=shapes,
                             index=list("abcd"), crs="EPSG:4550")  # fmt: skip
    assert _told(table, "sites") == ["area_differs", "area_differs", "area_impossible"]


def test_missing_values_are_counted_per_service() -> None:
    """A column that only one service uses is not missing in the other."""
    table = pd.concat([_facilities(), _facilities(capacity=pd.NA), _facilities(service="t", capacity=pd.NA)])
    table.index = pd.Index(list("abc"))
    doubts = Doubts("facilities")
    missing_values(table, "facilities", doubts)
    assert doubts.to_frame()[["message", "others"]].to_numpy().tolist() == [["capacity（s） 有 1 / 2 行为空", "b"]]


def test_far_from_roads() -> None:
    """The distance to the nearest line counts, not to its ends; without roads nothing is said."""
    lines = np.array([LineString([(-5000, 0), (5000, 0)])], dtype=object)
    table = pd.DataFrame({"x": [0.0, 0.0], "y": [499.0, 501.0]}, index=["near", "far"])
    doubts = Doubts("facilities")
    far_from_roads(table, lines, doubts, limit_m=500)
    far_from_roads(table, lines[:0], doubts, limit_m=500)
    found = doubts.to_frame()
    assert found["row_id"].to_list() == ["far"]
    assert "501 m" in found["message"].iloc[0]


def test_very_many_rows_are_one_line() -> None:
    """A raster with a thousand empty cells is told once, with every cell."""
    count = MOST_LINES + 1
    table = pd.DataFrame({"x": 0.0, "y": 0.0, "people": 0}, index=[f"d{number}" for number in range(count)])
    doubts = Doubts("population")
    impossible_values(table, "population", doubts)
    assert doubts.to_frame()["message"].to_list() == [f"{count} 行：总人口为 0（首行）"]
