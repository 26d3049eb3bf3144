from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry

from planner.land import LandException, LandRule, LandSettings, rules_in_effect, screen_sites, screened_rules
from planner.land.screening import LOG_COLUMNS
from planner.layers import ExclusionSource

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


RED, CITED = "ecological-red-line", "省厅，示例〔2025〕1号，2025-03-01"
BOUNDARY, VILLAGE, PLAN = "urban-growth-boundary", "village-construction-boundary", "village-plan"


def _rules(*ids: str, **own: object) -> tuple[LandRule, ...]:
    layers = [ExclusionSource(path=Path("x.gpkg"), rule_id=name, source="s") for name in ids]
    return rules_in_effect(LandSettings(**own), layers)


def test_the_red_line_yields_to_a_cited_exception_only() -> None:
    """Two sites in the red line, one with an exception: it stays, with who, document and date in the log."""
    granted = LandException(
        site_id="a", rule_id=RED, granted_by="省厅", document="示例〔2025〕1号", date=dt.date(2025, 3, 1)
    )
    sites, log = screen_sites(
        _sites(a=box(0, 0, 10, 10), b=box(0, 0, 10, 10)), _exclusions((RED, box(0, 0, 5, 10))), rules=_rules(RED),
        exceptions=[granted],
    )  # fmt: skip
    assert sites["excluded"].to_dict() == {"a": False, "b": True}
    assert log["outcome"].to_list() == ["exception", "excluded"]
    assert log["exception"].to_list() == [CITED, ""]
    assert log["measured"].to_list() == [50.0, 50.0]


def test_the_growth_boundary_is_a_condition() -> None:
    """Outside it a site needs the village's boundary or plan; without either, an adjustment of the plan.

    ::

        |<- growth boundary ->|  c: outside
        |  a        |    b    |  d: in the village boundary    e: a village plan
    """
    shapes = {
        "a": box(0, 0, 10, 10), "b": box(95, 0, 105, 10), "c": box(200, 0, 210, 10), "d": box(300, 0, 310, 10),
        "e": box(200, 20, 210, 30), "f": Point(205, 5), "g": Point(5, 5), "h": Point(305, 5),
    }  # fmt: skip
    made = _sites(**shapes).assign(village_plan=["", "", "", "", "某村规划（示例）", "", "", ""])
    areas = _exclusions((BOUNDARY, box(0, 0, 100, 100)), (VILLAGE, box(300, 0, 400, 100)))
    sites, log = screen_sites(made, areas, rules=_rules(BOUNDARY, VILLAGE))
    told = log[log["rule_id"] == BOUNDARY].set_index("site_id")
    elsewhere = "met_elsewhere"
    assert told["outcome"].to_dict() == {
        "a": "met", "b": "not_met", "c": "not_met", "d": elsewhere, "e": elsewhere, "f": "not_met", "g": "met",
        "h": elsewhere,
    }  # fmt: skip
    assert told["measured"].dropna().to_dict() == {"a": 0.0, "b": 50.0, "c": 100.0, "d": 100.0, "e": 100.0}
    assert not sites["excluded"].any()
    assert sites.index[sites["eligibility"] == "needs_plan_adjustment"].to_list() == ["b", "c", "f"]
    assert "某村规划" in told.loc["e", "note"]


def test_half_in_the_town_and_half_in_the_village_is_inside() -> None:
    """Land on both sides of a common border meets the condition by both together."""
    areas = _exclusions((BOUNDARY, box(0, 0, 100, 100)), (VILLAGE, box(100, 0, 200, 100)))
    _, log = screen_sites(_sites(a=box(95, 0, 105, 10)), areas, rules=_rules(BOUNDARY, VILLAGE))
    assert log.set_index("rule_id")["outcome"].to_dict() == {BOUNDARY: "met_elsewhere", VILLAGE: "told"}


def test_distance_is_kept_from_points_lines_and_areas() -> None:
    """Nearer than the limit excludes, at the limit does not; from a point site it is told that it is one."""
    sites, log = screen_sites(
        _sites(a=box(0, 0, 10, 10), b=box(0, 0, 9, 10), c=Point(20, 5)), _exclusions(("hazardous-site", Point(60, 5))),
        rules=_rules("hazardous-site"),
    )  # fmt: skip
    assert sites["excluded"].to_dict() == {"a": False, "b": False, "c": True}
    assert log[["site_id", "measured", "limit", "unit"]].to_numpy().tolist() == [["c", 40.0, 50.0, "m"]]
    assert log["note_en"].item() == "the site is a point: the distance is measured from it"


def test_a_rule_of_one_service_excludes_for_it_alone() -> None:
    """The highest flood bars depots, not kindergartens; the four lines need an adjustment of the plan."""
    areas = _exclusions(("flood", box(0, 0, 5, 10)), ("green-line", box(0, 0, 5, 10)))
    sites, _ = screen_sites(_sites(a=box(0, 0, 10, 10)), areas, rules=_rules("flood", "green-line"))
    verdict = sites.loc["a", ["excluded", "excluded_for", "eligibility", "adjustment_by"]].to_list()
    assert verdict == [False, "disaster_depot", "needs_plan_adjustment", "green-line"]


def test_no_layer_is_no_pass() -> None:
    """Every rule is listed, and what had no layer is told as not screened."""
    rules = _rules(RED)
    areas = _exclusions((RED, box(0, 0, 5, 10)))
    _, log = screen_sites(_sites(a=box(0, 0, 10, 10)), areas, rules=rules)
    table = screened_rules(rules, areas, log).set_index("rule_id")
    assert len(table) == len(rules)
    assert table.loc[table["layers"] == "", "sites_excluded"].isna().all()
    assert table.loc[RED, ["screened", "layers", "sites_excluded"]].to_list() == [True, "x.gpkg", 1]
    assert not table.loc["blue-line", "screened"]
    assert table.loc["blue-line", "why"] == "未提供图层，未筛查"
    assert table.loc["slope", "why_en"] == "no elevations were supplied: not screened"
