from __future__ import annotations

import pandas as pd
import pytest

from planner.coverage import territory
from planner.mandates import UnitSet
from planner.mandates.unit_sets import BUILT_IN
from tests.small import land

CODES = {
    "city": ["C"],
    "counties": ["A", "B"],
    "counties_and_leading_zones": ["A", "B", "Z"],
    "leading_zones": ["Z"],
    "rural_counties": ["A"],
    "townships": ["A0", "A1", "A2"],
    "streets": ["B0"],
    "streets_and_townships": ["A0", "A1", "A2", "B0"],
    "communities": ["B0v0"],
    "villages": ["A0v0", "A0v1", "A1v0", "A1v1", "A2v0", "A2v1"],
    "communities_and_villages": ["A0v0", "A0v1", "A1v0", "A1v1", "A2v0", "A2v1", "B0v0"],
    "institutions": [],  # facilities, of which no territory has a list
}
"""By name the units of `land()`: county A of towns, district B with a street only, zone Z over both."""

NOBODY_IN = {"townships": ["B"], "streets": ["A"], "communities": ["A"], "villages": ["B"]}
"""By name the counties that have no such unit."""


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_set_holds_what_its_words_say(name: str) -> None:
    """乡镇 holds no 街道 and 区市县 no 先导区, unless the longer word is used."""
    assert BUILT_IN[name].codes(land()).tolist() == CODES[name]
    assert BUILT_IN[name].name == name


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_county_without_such_units_is_found(name: str) -> None:
    """A district of streets only has no 乡镇; sets of counties, zones or the city have no parent."""
    assert BUILT_IN[name].empty_parents(land()).tolist() == NOBODY_IN.get(name, [])


@pytest.mark.parametrize(
    ("kind", "sets"),
    [
        ("town", {"townships", "streets_and_townships"}),
        ("township", {"townships", "streets_and_townships"}),
        ("subdistrict", {"streets", "streets_and_townships"}),
        ("other", {"streets_and_townships"}),
    ],
)
def test_every_kind_of_township_level_unit_has_its_sets(kind: str, sets: set[str]) -> None:
    """镇 and 乡 are 乡镇, 街道 are not, and a farm or a park is under the clause that names the level only."""
    rows = [("A", "a", "county", "county", ""), ("A0", "a", "township", kind, "A")]
    units = territory(pd.DataFrame(rows, columns=["code", "name", "level", "kind", "parent_code"]))
    at_level = ("townships", "streets", "streets_and_townships")
    assert {name for name in at_level if len(BUILT_IN[name].codes(units))} == sets


def test_without_counties_the_city_stands_for_them() -> None:
    """A study of one city with its townships only still tells that a set is empty."""
    rows = [("C", "c", "city", "city", ""), ("A0", "a", "township", "subdistrict", "C")]
    units = territory(pd.DataFrame(rows, columns=["code", "name", "level", "kind", "parent_code"]))
    assert BUILT_IN["townships"].empty_parents(units).tolist() == ["C"]
    assert BUILT_IN["streets"].empty_parents(units).tolist() == []


def test_a_set_of_ones_own() -> None:
    """Levels and kinds in the study's own words; a kind that nobody has leaves every county empty."""
    own = UnitSet(name="own", label="x", levels=("township", "village"), kinds=("town", "community"))
    assert own.codes(land()).tolist() == ["A0", "A1", "A2", "B0v0"]
    assert own.empty_parents(land()).tolist() == []
    nobody = UnitSet(name="nobody", label="x", levels=("township",), kinds=("council",))
    assert nobody.codes(land()).empty
    assert nobody.empty_parents(land()).tolist() == ["A", "B"]
