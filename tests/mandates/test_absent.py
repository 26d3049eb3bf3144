"""A clause about units that the list does not have is told, and the verifier tells the same."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.coverage import Territory, territory
from planner.mandates import UnitSet
from planner.mandates.absent import absent_units
from planner.mandates.capacity import Capacity
from planner.mandates.count_per_unit import CountPerUnit
from planner.mandates.coverage_share import CoverageShare
from planner.mandates.mandate import Predicate
from planner.mandates.network_roles import NetworkRoles, RoleLevel
from planner.mandates.programme_per_year import ProgrammePerYear
from planner.mandates.unit_sets import BUILT_IN
from tests.small import demand_points, facilities, land, made_of

CITY, COUNTIES = BUILT_IN["city"], BUILT_IN["counties"]


def _without_city() -> Territory:
    rows = [("A", "a", "county", "county", ""), ("A0", "a0", "township", "town", "A")]
    return territory(pd.DataFrame(rows, columns=["code", "name", "level", "kind", "parent_code"]))


def _roles(*sets: tuple[str, UnitSet]) -> NetworkRoles:
    levels = tuple(RoleLevel(role="required", level=level, unit_set=units) for level, units in sets)
    return NetworkRoles(service="depot", levels=levels)


PREDICATES = {
    "count": CountPerUnit(service="park", where={}, unit_set=CITY),
    "programme": ProgrammePerYear(service="park", where={}, unit_set=CITY, minimum=5, years=(2026, 2027)),
    "coverage": CoverageShare(
        service="park", where={}, standard=None, missing_standard="standard_missing", group="people", share=0.9,
        unit_set=CITY,
    ),
    "roles": _roles(("city", CITY), ("county", COUNTIES)),
}  # fmt: skip


@pytest.mark.parametrize("name", PREDICATES)
def test_a_city_clause_without_a_city_is_one_row_that_is_not_evaluable(name: str) -> None:
    """Without a city in the study its clause is not passed over in silence: one row, and the reason."""
    predicate: Predicate = PREDICATES[name]
    where = made_of(facilities(), units=_without_city(), demand=demand_points({"unit_code": "A0"}))
    found = predicate.evaluate(where)
    told = found[found["unit_code"] == ""]
    assert told[["status", "reason_code"]].to_numpy().tolist() == [["not_evaluable", "no_such_unit"]]
    assert not found.duplicated(["unit_code", "year"]).any()


def test_school_classes_without_any_city_or_county_are_told() -> None:
    """A study of one township and no catchments still has a row that says it cannot be judged."""
    rows = [("A0", "a0", "township", "town", "")]
    units = territory(pd.DataFrame(rows, columns=["code", "name", "level", "kind", "parent_code"]))
    people = demand_points({"unit_code": "A0"}).drop(columns="catchment_primary_school")
    capacity = Capacity(service="primary_school", group="age_6_11", class_size=55, number_id="size")
    found = capacity.evaluate(made_of(facilities(), units=units, demand=people))
    assert found[["unit_code", "reason_code"]].to_numpy().tolist() == [["", "no_data"]]


def test_counties_speak_first() -> None:
    """Where counties can say that they have no such unit, they do, and no row without a unit is added."""
    councils = UnitSet(name="councils", label="x", levels=("township",), kinds=("council",))
    assert absent_units([councils], land())["unit_code"].tolist() == ["A", "B"]
    assert absent_units([councils], land(), told=["A"])["unit_code"].tolist() == ["B"]
    assert absent_units([councils], land(), told=["A", "B"])["unit_code"].tolist() == [""]
    assert absent_units([CITY, COUNTIES], land()).empty
