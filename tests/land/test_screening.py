from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry

from planner.land import screen_sites
from planner.land.screening import LOG_COLUMNS

CRS = "EPSG:4550"


def _sites(**shapes: BaseGeometry) -> gpd.GeoDataFrame:
    index = pd.Index(list(shapes), name="site_id", dtype="str")
    return gpd.GeoDataFrame({"name": list(shapes)}, index=index, geometry=list(shapes.values()), crs=CRS)


def _exclusions(*rules: tuple[str, BaseGeometry]) -> gpd.GeoDataFrame:
    names = [rule for rule, _ in rules]
    columns = {"rule_id": names, "rule_name": names, "layer": "x.gpkg", "source": "s"}
    return gpd.GeoDataFrame(columns, geometry=[shape for _, shape in rules], crs=CRS)


def test_points_inside_are_excluded() -> None:
    """A point in an area, or on its border, is excluded; one outside is not; the overlap of a point is unknown.

    ::

        +-----+
        |  a  b  c
        +-----+
    """
    sites, log = screen_sites(
        _sites(a=Point(5, 5), b=Point(10, 5), c=Point(15, 5)), _exclusions(("r", box(0, 0, 10, 10)))
    )
    assert sites["excluded"].to_dict() == {"a": True, "b": True, "c": False}
    assert sites["excluded_by"].to_dict() == {"a": "r", "b": "r", "c": ""}
    assert log["site_id"].to_list() == ["a", "b"]
    assert log["overlap_m2"].isna().all()


def test_parcels_are_excluded_by_more_than_a_square_metre() -> None:
    """An overlap of 1 m2 is drawing, of more is land; both are in the log with their measure."""
    sites, log = screen_sites(_sites(a=box(0, 0, 10, 10), b=box(0, 0, 10, 20)), _exclusions(("r", box(9.9, 0, 20, 20))))
    assert sites["excluded"].to_dict() == {"a": False, "b": True}
    assert log["overlap_m2"].to_list() == pytest.approx([1.0, 2.0])
    assert log["excluded"].to_list() == [False, True]


def test_overlapping_areas_of_one_rule_are_counted_once() -> None:
    """Two areas of a rule that overlap on the site take its land once; each rule has its own row."""
    areas = _exclusions(("r", box(0, 0, 6, 10)), ("r", box(4, 0, 10, 10)), ("q", box(0, 0, 5, 10)))
    sites, log = screen_sites(_sites(a=box(0, 0, 10, 10)), areas)
    assert sites.loc["a", "excluded_by"] == "q;r"
    assert log.set_index("rule_id")["overlap_m2"].to_dict() == pytest.approx({"q": 50.0, "r": 100.0})


def test_nothing_excludes_nothing() -> None:
    """Without areas every site is permitted and the log is empty, with its columns and types."""
    sites, log = screen_sites(_sites(a=Point(0, 0)), _exclusions())
    assert sites["excluded"].to_list() == [False]
    assert list(log.columns) == list(LOG_COLUMNS)
    empty, log = screen_sites(_sites(a=Point(0, 0)).iloc[:0], _exclusions(("r", box(0, 0, 1, 1))))
    assert (len(empty), len(log), empty["excluded"].dtype) == (0, 0, np.dtype(bool))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=12), st.integers(1, 10))
def test_every_site_is_screened_like_by_hand(corners: list[tuple[int, int]], size: int) -> None:
    """The screened sites are exactly those that meet an area by more than the tolerance, one by one."""
    sites = _sites(**{f"s{number}": box(x, y, x + size, y + size) for number, (x, y) in enumerate(corners)})
    area = box(10, 10, 20, 20)
    screened, _ = screen_sites(sites, _exclusions(("r", area)))
    assert screened["excluded"].to_list() == [shape.intersection(area).area > 1.0 for shape in sites.geometry]
    assert screened.index.equals(sites.index)
