from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.coverage import Situation
from planner.mandates.network_roles import NetworkRoles, RoleLevel
from planner.mandates.unit_sets import BUILT_IN
from tests.small import (
    anchor_table,
    demand_points,
    facilities,
    land,
    made_of,
    options,
    people,
    random_reaches,
    reaches_of,
    standard,
    view_of,
)

LIMIT = standard("anchor", "disaster_depot", limit=100.0)
CITY = RoleLevel(role="required", level="city", unit_set=BUILT_IN["city"])
COUNTY = RoleLevel(role="required", level="county", unit_set=BUILT_IN["counties_and_leading_zones"])
TOWNSHIP = RoleLevel(
    role="required_or_covered", level="township", unit_set=BUILT_IN["streets_and_townships"], standard=LIMIT
)
VILLAGE = RoleLevel(role="covered", level="village", unit_set=BUILT_IN["communities_and_villages"], standard=LIMIT)
UNITS = ["A0", "A1", "A2", "B0", "A0v0", "A1v0", "A2v0", "B0v0"]


def _situation(metres: dict[str, dict[str, float]], *rows: dict[str, Any]) -> Situation:
    """Return depots f0, f1 … and, by depot, how far the anchors of units are; a unit that is not named is cut off."""
    table = facilities(*({"facility_id": f"f{n}", "service": "disaster_depot", **row} for n, row in enumerate(rows)))
    costs = pd.DataFrame(metres, index=UNITS, dtype="float64").T.reindex(table.index)
    demand = demand_points(*({"unit_code": code, "people": 2} for code in ("A0v0", "A1v0", "A2v0", "B0v0")))
    anchors = anchor_table(demand, land()).loc[UNITS]
    return made_of(table, demand=demand, anchors=anchors, reaches=reaches_of((LIMIT, costs)))


def _found(level: RoleLevel, situation: Situation) -> pd.DataFrame:
    return NetworkRoles(service="disaster_depot", levels=(level,)).evaluate(situation).set_index("unit_code")


def test_a_required_level_needs_its_own_depot_in_the_unit() -> None:
    """A county depot meets its county and the zone it stands in; one of another level meets neither."""
    situation = _situation({}, {"level": "county", "unit_code": "A0"}, {"level": "city", "unit_code": "B0"})
    assert _found(COUNTY, situation)["status"].to_dict() == {"A": "met", "B": "gap", "Z": "met"}
    assert _found(CITY, situation)["status"].to_dict() == {"C": "met"}
    assert _found(CITY, _situation({}, {"level": "county", "unit_code": "A0"}))["status"].to_dict() == {"C": "gap"}


def test_a_required_level_asks_for_no_distance() -> None:
    """Its gap is a missing facility, for all people of the unit, and names no standard."""
    row = _found(COUNTY, _situation({})).loc["A"]
    assert (row["status"], row["reason_code"], row["shortfall"], row["people_affected"]) == (
        "gap",
        "missing_facility",
        1,
        6,
    )
    assert (row["required"], row["standard_id"], row["unit_of_measure"]) == (1, "", "facilities")


def test_required_or_covered_takes_either() -> None:
    """A depot of the level in the unit, or one of this or a higher level within the limit of the anchor."""
    near = {"f1": {"A1": 100.0, "A2": 100.001}}
    situation = _situation(near, {"level": "township", "unit_code": "A0"}, {"level": "county", "unit_code": "B"})
    found = _found(TOWNSHIP, situation)
    assert found["status"].to_dict() == {"A0": "met", "A1": "met", "A2": "gap", "B0": "gap"}
    assert found["evidence"].to_dict() == {"A0": "f0", "A1": "f1", "A2": "", "B0": ""}
    assert found["reason_code"].to_dict() == {"A0": "", "A1": "", "A2": "beyond_limit", "B0": "unreachable"}
    assert set(found["standard_id"]) == {"disaster_depot.anchor"}


def test_a_lower_level_does_not_stand_in_for_a_higher() -> None:
    """A village depot next door is no township depot, neither standing in the unit nor within the limit."""
    situation = _situation({"f0": {"A0": 1.0}}, {"level": "village", "unit_code": "A0"})
    assert _found(TOWNSHIP, situation).at["A0", "status"] == "gap"


def test_a_depot_of_a_higher_level_in_the_unit_counts_by_its_distance_only() -> None:
    """A county depot in a township beyond the limit is no township depot standing there."""
    far = _situation({"f0": {"A0": 500.0}}, {"level": "county", "unit_code": "A0"})
    assert _found(TOWNSHIP, far).loc["A0", ["status", "reason_code"]].tolist() == ["gap", "beyond_limit"]
    near = _situation({"f0": {"A0": 50.0}}, {"level": "county", "unit_code": "A0"})
    assert _found(TOWNSHIP, near).at["A0", "status"] == "met"


def test_covered_takes_any_level_within_the_limit_and_nothing_else() -> None:
    """A village depot of its own does not help if it is too far from the anchor; the city's does if it is near."""
    near = {"f0": {"A0v0": 500.0}, "f1": {"A1v0": 100.0}}
    situation = _situation(near, {"level": "village", "unit_code": "A0v0"}, {"level": "city", "unit_code": "C"})
    found = _found(VILLAGE, situation)
    assert found.loc[["A0v0", "A1v0"], "status"].tolist() == ["gap", "met"]
    assert found.at["A0v0", "reason_code"] == "beyond_limit"


def test_a_unit_without_an_anchor_cannot_be_measured() -> None:
    """Nobody lives in A0v1: not evaluable where a distance is asked; met where a depot of its own stands there."""
    row = _found(VILLAGE, _situation({}, {"level": "village", "unit_code": "A0v1"})).loc["A0v1"]
    assert (row["status"], row["reason_code"]) == ("not_evaluable", "no_data")
    either = RoleLevel(role="required_or_covered", level="village", unit_set=VILLAGE.unit_set, standard=LIMIT)
    found = _found(either, _situation({}, {"level": "village", "unit_code": "A0v1"}))
    assert found.loc[["A0v1", "A1v1"], "status"].tolist() == ["met", "not_evaluable"]


def test_a_depot_counts_once_and_from_its_year() -> None:
    """Standing in the unit and within the limit is one depot; under construction it counts from its year."""
    situation = _situation({"f0": {"A0": 1.0}}, {"level": "township", "unit_code": "A0"})
    assert _found(TOWNSHIP, situation).at["A0", "measured"] == 1
    later = {"level": "township", "unit_code": "A0", "status": "在建", "opened_year": 2027}
    situation = _situation({"f0": {"A0": 1.0}}, later)
    assert _found(TOWNSHIP, situation).at["A0", "status"] == "gap"
    assert _found(TOWNSHIP, situation.at(2027)).at["A0", "status"] == "met"


@pytest.mark.parametrize("reason", ["standard_missing", "standard_unconfirmed"])
def test_without_a_usable_limit_the_level_is_not_evaluable(reason: str) -> None:
    """Every unit of the level says why, none is met, siting is asked for nothing, and other levels stay as they are."""
    level = RoleLevel(role="covered", level="village", unit_set=VILLAGE.unit_set, missing_standard=reason)
    situation = _situation({}, {"level": "county", "unit_code": "A0"})
    found = _found(level, situation)
    assert set(found["status"]) == {"not_evaluable"}
    assert set(found["reason_code"]) == {reason}
    assert len(found) == 7
    whole = NetworkRoles(service="disaster_depot", levels=(COUNTY, level))
    assert set(whole.rows(view_of(situation, options())).findings["unit_code"]) == {"B"}
    assert whole.evaluate(situation)["status"].value_counts().to_dict() == {"not_evaluable": 7, "met": 2, "gap": 1}


def test_each_unit_of_each_level_is_a_finding() -> None:
    """City, counties and zone, 街道 and 乡镇, communities and villages: 1 + 3 + 4 + 7."""
    whole = NetworkRoles(service="disaster_depot", levels=(CITY, COUNTY, TOWNSHIP, VILLAGE))
    found = whole.evaluate(_situation({}))
    assert len(found) == 15
    assert found["unit_code"].is_unique


def test_a_county_without_units_of_a_level_is_told() -> None:
    """Where the list has no villages in county B, that is a finding that cannot be evaluated, not silence."""
    rural = RoleLevel(role="covered", level="village", unit_set=BUILT_IN["villages"], standard=LIMIT)
    row = _found(rural, _situation({})).loc["B"]
    assert (row["status"], row["reason_code"]) == ("not_evaluable", "empty_unit_set")


def test_the_limit_of_a_unit_is_that_of_its_level() -> None:
    """Where a depot must stand in the unit there is none."""
    whole = NetworkRoles(service="disaster_depot", levels=(CITY, COUNTY, TOWNSHIP, VILLAGE))
    assert whole.reach_standard("A", land()) is None
    assert whole.reach_standard("B0", land()) is LIMIT
    assert whole.reach_standard("nowhere", land()) is None


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_every_unit_by_plain_loops(seed: int) -> None:
    """Asking depot by depot whether it stands in the unit or reaches its anchor gives the same counts."""
    rng = np.random.default_rng(seed)
    units, demand = land(), people(rng, land(), points=5)
    anchors = anchor_table(demand, units)
    rows = [
        {
            "facility_id": f"f{n}",
            "service": "disaster_depot",
            "unit_code": str(rng.choice(["A0v0", "A1", "B0", "A", ""])),
            "level": str(rng.choice(["village", "township", "county", "city", ""])),
        }
        for n in range(int(rng.integers(0, 5)))
    ]
    held = random_reaches(rng, [LIMIT], [row["facility_id"] for row in rows], demand, anchors)
    situation = made_of(facilities(*rows), demand=demand, anchors=anchors, reaches=held)
    near = {
        (row.place_id, row.target_id)
        for row in held.bounded[LIMIT.label].to_frame().itertuples()
        if row.radius_m <= LIMIT.limit
    }
    order = ["village", "township", "county", "city"]
    for level in (COUNTY, TOWNSHIP, VILLAGE):
        found = _found(level, situation)
        for code, told in found.iterrows():
            count = 0
            for row in rows:
                inside = row["level"] == level.level and code in units.ancestors.get(row["unit_code"], ())
                high = row["level"] in order[order.index(level.level) :]
                reaches = level.standard is not None and high and (row["facility_id"], code) in near
                count += (inside and level.role != "covered") or reaches
            assert told["measured"] == count
            unknown = level.standard is not None and code not in anchors.index
            assert told["status"] == ("met" if count else "not_evaluable" if unknown else "gap")
