from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.coverage import Situation
from planner.mandates.capacity import Capacity
from planner.mandates.rows import ColumnKind
from planner.siting.plan import applied
from tests.small import demand_points, facilities, made_of, options, view_of

MANDATE = Capacity(service="primary_school", group="age_6_11", class_size=55, number_id="school.class_size_limit")
SCHOOL = {"service": "primary_school", "unit_code": "A0", "catchment_id": "z1"}


def _town(pupils: dict[str, int], *rows: dict[str, Any]) -> Situation:
    """Return schools f0, f1 … of catchment z1 unless said, and so many pupils in each catchment."""
    table = facilities(*({"facility_id": f"f{n}", **SCHOOL, **row} for n, row in enumerate(rows)))
    homes = [
        {"unit_code": "A0v0", "age_6_11": count, "catchment_primary_school": name} for name, count in pupils.items()
    ]
    return made_of(table, demand=demand_points(*homes))


def _found(pupils: dict[str, int], *rows: dict[str, Any], mandate: Capacity = MANDATE) -> pd.DataFrame:
    return mandate.evaluate(_town(pupils, *rows)).set_index("unit_code")


def test_one_class_of_fifty_six_is_a_gap_although_the_average_is_fine() -> None:
    """What the school reports speaks for the present: 80 pupils in two classes are 40 on average, one class has 56."""
    row = _found({"z1": 80}, {"classes": 2, "largest_class": 56}).loc["z1"]
    assert (row["status"], row["measured"], row["required"], row["shortfall"]) == ("gap", 56, 55, 1)
    assert (row["reason_code"], row["people_affected"], row["evidence"]) == ("class_too_large", 80, "f0")
    assert (row["unit_of_measure"], row["standard_id"]) == ("persons_per_class", "school.class_size_limit")
    assert not row["estimated"]


def test_the_limit_itself_is_no_large_class() -> None:
    """Fifty-five is met, also where there are more pupils than the classes could hold on average."""
    row = _found({"z1": 500}, {"classes": 2, "largest_class": 55}).loc["z1"]
    assert (row["status"], row["measured"], row["shortfall"], row["reason_code"]) == ("met", 55, 0, "")
    assert row["people_affected"] == 0


def test_after_an_expansion_the_measure_is_the_estimate() -> None:
    """A school acted upon has no reported class any more: pupils per class, rounded up, flagged as estimated."""
    school = {"classes": 2, "largest_class": 56, "catchment_id": "z1"}
    for classes, pupils, status, size in ((3, 160, "met", 54), (3, 166, "gap", 56), (2, 110, "met", 55)):
        situation = _town({"z1": pupils}, school)
        table = options(
            {"option_id": "o", "service": "primary_school", "action": "expand", "facility_id": "f0", "classes": classes}
        ).assign(complete_year=2026)
        after = situation.at(2026).with_facilities(applied(situation.facilities, table, 2026))
        row = MANDATE.evaluate(after).set_index("unit_code").loc["z1"]
        assert (row["status"], row["measured"], row["estimated"]) == (status, size, True)
        assert row["reason_code"] == ("" if status == "met" else "seats_short")


def test_two_schools_of_one_catchment_count_together() -> None:
    """Their classes are added where they report none, and the larger of their reported classes speaks for both."""
    row = _found({"z1": 110}, {"classes": 1}, {"classes": 1}).loc["z1"]
    assert (row["status"], row["measured"], row["estimated"], row["evidence"]) == ("met", 55, True, "f0;f1")
    assert _found({"z1": 111}, {"classes": 1}, {"classes": 1}).at["z1", "status"] == "gap"
    reported = _found({"z1": 10}, {"classes": 1, "largest_class": 30}, {"classes": 1, "largest_class": 60})
    assert (reported.at["z1", "status"], reported.at["z1", "measured"]) == ("gap", 60)


def test_a_school_that_reports_and_one_that_does_not() -> None:
    """The larger of the reported class and the average counts, and the average only is an estimate."""
    both = ({"classes": 1, "largest_class": 56}, {"classes": 1})
    columns = ["status", "measured", "estimated", "reason_code"]
    assert _found({"z1": 60}, *both).loc["z1", columns].tolist() == ["gap", 56, False, "class_too_large"]
    assert _found({"z1": 130}, *both).loc["z1", columns].tolist() == ["gap", 65, True, "seats_short"]


def test_one_school_of_a_catchment_acted_upon_makes_all_of_it_an_estimate() -> None:
    """Pupils move between the schools of a catchment, so that the other's reported class says nothing any more."""
    row = _found({"z1": 100}, {"classes": 1, "largest_class": 60}, {"classes": 1, "planned": True}).loc["z1"]
    assert (row["status"], row["measured"], row["estimated"]) == ("met", 50, True)


def test_a_catchment_without_a_school_is_a_gap_for_all_its_pupils() -> None:
    """Nobody's class can be measured, and everybody is affected; a school of 在建 counts from its year only."""
    row = _found({"z1": 40}).loc["z1"]
    assert (row["status"], row["reason_code"], row["shortfall"], row["people_affected"]) == (
        "gap",
        "missing_facility",
        40,
        40,
    )
    assert pd.isna(row["measured"])
    situation = _town({"z1": 40}, {"classes": 1, "status": "在建", "opened_year": 2026})
    assert MANDATE.evaluate(situation)["status"].tolist() == ["gap"]
    assert MANDATE.evaluate(situation.at(2026))["status"].tolist() == ["met"]


@pytest.mark.parametrize("row", [{}, {"classes": 0}])
def test_a_school_without_numbers_is_not_evaluable(row: dict[str, Any]) -> None:
    """Neither a reported class nor classes to divide by: not evaluable, and never met."""
    found = _found({"z1": 40}, row).loc["z1"]
    assert (found["status"], found["reason_code"]) == ("not_evaluable", "no_data")


def test_a_school_without_classes_keeps_its_report() -> None:
    """The reported class is enough where the number of classes is unknown."""
    assert _found({"z1": 40}, {"largest_class": 40}).at["z1", "status"] == "met"


def test_each_catchment_is_a_finding() -> None:
    """Catchments of schools and of homes, each once, sorted; a school or a home without one makes none."""
    rows = ({"classes": 1}, {"catchment_id": "z2", "classes": 1}, {"catchment_id": "", "classes": 1})
    found = _found({"z0": 5, "z1": 60, "": 99}, *rows)
    assert found["status"].to_dict() == {"z0": "gap", "z1": "gap", "z2": "met"}


def test_other_schools_do_not_matter() -> None:
    """A closed school and one of another service have no say."""
    rows = ({"classes": 1}, {"classes": 9, "closed_year": 2025}, {"classes": 9, "service": "middle_school"})
    assert _found({"z1": 56}, *rows).loc["z1", ["status", "measured"]].tolist() == ["gap", 56]


def test_demand_without_catchments_leaves_the_schools_reports() -> None:
    """Where no home names a catchment, a school's own report can still be judged."""
    table = facilities({"facility_id": "f", **SCHOOL, "largest_class": 56})
    demand = demand_points({"unit_code": "A0v0", "age_6_11": 9}).drop(columns="catchment_primary_school")
    found = MANDATE.evaluate(made_of(table, demand=demand))
    assert found[["unit_code", "status"]].to_numpy().tolist() == [["z1", "gap"]]


def test_without_catchments_the_mandate_is_not_silently_absent() -> None:
    """Schools without any catchment cannot be judged yet: a finding that says so, not an empty table."""
    found = _found({"": 400}, {"catchment_id": "", "classes": 1, "largest_class": 80})
    assert found["status"].tolist() == ["not_evaluable"]


@pytest.mark.parametrize("reason", ["standard_missing", "standard_unconfirmed"])
def test_without_a_usable_number_nothing_is_judged(reason: str) -> None:
    """Every catchment is not evaluable, says why, and asks nothing of siting."""
    value = None if reason == "standard_missing" else 55
    mandate = Capacity(
        service="primary_school", group="age_6_11", class_size=value, number_id="n", missing_number=reason
    )
    row = _found({"z1": 400}, {"classes": 1, "largest_class": 80}, mandate=mandate).loc["z1"]
    assert (row["status"], row["reason_code"]) == ("not_evaluable", reason)
    situation = _town({"z1": 400}, {"classes": 1, "largest_class": 80})
    assert mandate.rows(view_of(situation, options())).findings.empty


@given(st.integers(0, 2000), st.integers(1, 40))
def test_the_estimate_is_rounded_up(pupils: int, classes: int) -> None:
    """No class is larger than the estimate if pupils are spread evenly, and one is exactly as large."""
    sizes = [pupils // classes + (number < pupils % classes) for number in range(classes)]
    assert _found({"z1": pupils}, {"classes": classes}).at["z1", "measured"] == max(sizes)


def test_rows_ask_for_seats_and_for_an_act() -> None:
    """A class reported too large is closed by acting and by seats for all; its slack is measured against the pupils."""
    situation = _town({"z1": 100}, {"classes": 2, "largest_class": 60})
    table = options(
        {"option_id": "o", "service": "primary_school", "action": "expand", "facility_id": "f0", "classes": 3}
    )
    rows = MANDATE.rows(view_of(situation, table))
    assert rows.findings[["unit_code", "required"]].to_numpy().tolist() == [["z1", 100.0]]
    kinds = rows.column_kind[rows.column]
    assert rows.value[kinds == ColumnKind.OPTION].tolist() == [55.0, 1.0]
    assert rows.row_lower.tolist() == [100.0 - 110.0, 1.0]


def test_rows_do_not_promise_what_cannot_be_measured() -> None:
    """One school's classes are unknown: after acting on the other nothing can be evaluated, and no row is met."""
    situation = _town({"z1": 100}, {"largest_class": 60}, {"classes": 2, "largest_class": 40})
    act = {"service": "primary_school", "action": "expand", "facility_id": "f1", "classes": 9}
    table = options({"option_id": "o", **act})
    done = applied(situation.facilities, table.assign(complete_year=2026), 2026)
    after = MANDATE.evaluate(situation.at(2026).with_facilities(done))
    assert after["status"].tolist() == ["not_evaluable"]
    assert MANDATE.rows(view_of(situation, table)).findings.empty


def test_a_catchment_that_is_fine_and_that_no_option_touches_has_no_rows() -> None:
    """Nor has one that is not evaluable."""
    situation = _town({"z1": 40, "z2": 40}, {"largest_class": 40}, {"catchment_id": "z2"})
    assert MANDATE.rows(view_of(situation, options())).findings.empty
