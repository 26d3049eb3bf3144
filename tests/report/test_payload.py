"""The data of the map, against the tables they come from."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from planner.report import Material
from planner.report.payload import payload
from planner.report.payload.findings import STATUSES


@pytest.fixture(scope="module")
def data(material: Material) -> dict[str, Any]:
    """Return the payload of the made-up study."""
    return payload(material)


def _words(data: dict[str, Any], numbers: list[int]) -> list[str]:
    return [data["strings"][number] for number in numbers]


def test_every_row_is_there(data: dict[str, Any], material: Material) -> None:
    """No unit, point, facility, site, option or finding is lost."""
    assert len(data["units"]["code"]) == len(material.boundaries)
    assert len(data["demand"]["people"]) == len(material.demand)
    assert len(data["facilities"]["id"]) == len(material.facilities)
    assert len(data["sites"]["id"]) == len(material.sites)
    assert len(data["plan"]["id"]) == len(material.plan_options)
    assert len(data["findings"]["view"]) == len(material.findings_after)


def test_covered_people_match_the_table(data: dict[str, Any], material: Material) -> None:
    """The dots drawn as covered hold as many people as the coverage table says."""
    people = np.array(data["demand"]["people"])
    for number, request in enumerate(material.coverage_requests):
        here = f"standard_id == '{request['standard_id']}' and unit_level == 'city' and group == 'people'"
        digits = np.array([int(digit) for digit in data["demand"]["covered"][number]])
        for bit, table in ((1, material.coverage_before), (2, material.coverage_after)):
            assert people[(digits & bit) > 0].sum() == table.query(here)["covered"].item()


def test_statuses_match_the_tables(data: dict[str, Any], material: Material) -> None:
    """Findings carry the status of the tables, and each view counts them."""
    for side, table in (("before", material.findings_before), ("after", material.findings_after)):
        drawn = Counter(STATUSES[number] for number in data["findings"][f"status_{side}"])
        assert drawn == Counter(table["status"])
        counted = np.sum([view[side] for view in data["views"]], axis=0)
        assert counted.tolist() == [drawn[status] for status in STATUSES]


def test_findings_are_drawn_somewhere(data: dict[str, Any]) -> None:
    """A village is drawn by its township, the city by its counties, a catchment at its school."""
    level = [data["strings"][data["views"][view]["level"]] for view in data["findings"]["view"]]
    shapes, places = data["findings"]["shape"], data["findings"]["facility"]
    unit_level = _words(data, data["units"]["level"])
    assert {unit_level[shape] for name, shape in zip(level, shapes, strict=True) if name == "village"} == {"township"}
    assert {unit_level[shape] for name, shape in zip(level, shapes, strict=True) if name == "city"} == {"city"}
    assert min(place for name, place in zip(level, places, strict=True) if name == "catchment") >= 0


def test_closed_findings_are_found(data: dict[str, Any], material: Material) -> None:
    """What an option closes points at findings of its mandate."""
    closed = [finding for closes in data["plan"]["closes"] for finding in closes]
    mandates = {data["strings"][data["views"][data["findings"]["view"][finding]]["mandate"]] for finding in closed}
    assert mandates == {"kindergarten.township-central"}


def test_unpublished_land_is_absent(data: dict[str, Any], material: Material) -> None:
    """Land that must not be published is in no form in the page; neither is its outline."""
    assert _words(data, data["exclusions"]["rule"]) == ["水域"]
    assert "永久基本农田（涉密）" not in data["strings"]
    assert payload(replace(material, publish_exclusions=()))["exclusions"] == {"rule": [], "rings": []}


def test_row_order_does_not_matter(data: dict[str, Any], material: Material) -> None:
    """Tables in another order give the same page."""
    order = np.random.default_rng(1).permutation(len(material.demand))
    mixed = replace(
        material,
        facilities=material.facilities.iloc[::-1],
        sites=material.sites.iloc[::-1],
        boundaries=material.boundaries.iloc[::-1],
        demand=material.demand.iloc[order],
        covered_before={name: flags[order] for name, flags in material.covered_before.items()},
        covered_after={name: flags[order] for name, flags in material.covered_after.items()},
    )
    assert payload(mixed) == data


def test_gap_people_are_of_the_leading_group(material: Material) -> None:
    """A gap area's persons are of the group that leads its standard, not of whichever column comes first."""
    requests = [{**request, "group": "age_3_5"} for request in material.coverage_requests]
    gaps = material.gap_areas_before.assign(age_3_5=7)
    data = payload(replace(material, coverage_requests=requests, gap_areas_before=gaps))
    assert set(data["gaps"][0]["people"]) == {7}


def test_bare_study(material: Material) -> None:
    """A study with neither roads, plan, coverage nor findings still has a map."""
    bare = replace(
        material,
        roads=None,
        exclusions=None,
        coverage_requests=(),
        plan_options=material.plan_options[:0],
        plan_effects=material.plan_effects[:0],
        findings_before=material.findings_before[:0],
        findings_after=material.findings_after[:0],
        gap_areas_before=pd.DataFrame(),
        gap_areas_after=pd.DataFrame(),
        sites=material.sites[:0],
    )
    data = payload(bare)
    assert data["roads"] == []
    assert data["views"] == []
    assert data["meta"]["projects"] == 0


def test_unknown_road_class_is_other(material: Material) -> None:
    """A class that nobody knows is drawn as other; links belong to their class; duplicates are drawn once."""
    assert material.roads is not None
    line = material.roads.geometry.iloc[:1]
    again = pd.concat([line, line.reverse()], ignore_index=True)
    roads = gpd.GeoDataFrame({"road_class": ["cart_track", "primary_link"]}, geometry=again, crs=material.crs)
    drawn = payload(replace(material, roads=pd.concat([roads, roads], ignore_index=True)))["roads"]
    assert [(entry["class"], len(entry["lines"])) for entry in drawn] == [("primary", 1), ("other", 1)]


def test_people_of_two_years_have_two_denominators(material: Material) -> None:
    """Where people change by year the map gets both totals and the year that its dots are of; else the one it had."""
    after = material.coverage_after.assign(total=material.coverage_before["total"].round().to_numpy() * 2)
    both = payload(replace(material, coverage_after=after, by_year={"demand_by_year": pd.DataFrame({"year": [2030]})}))
    assert [2 * total for total in both["coverage"]["total_before"]] == both["coverage"]["total"]
    assert both["meta"]["people_year"] == material.base_year
    alike = payload(material)
    assert "total_before" not in alike["coverage"]
    assert "people_year" not in alike["meta"]
