from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from planner.mandates.programme_per_year import ProgrammePerYear
from planner.mandates.rows import ColumnKind, Rows
from planner.mandates.unit_sets import BUILT_IN
from tests.small import YEARS, facilities, made_of, options, view_of

PARK = {"service": "fitness_park", "demonstration": True, "unit_code": "A0"}
MANDATE = ProgrammePerYear(
    service="fitness_park", where={"demonstration": True}, unit_set=BUILT_IN["city"], minimum=2, years=YEARS
)


def _parks(*rows: dict[str, Any]) -> pd.DataFrame:
    return facilities(*({"facility_id": f"f{n}", **PARK, **row} for n, row in enumerate(rows)))


def _found(*rows: dict[str, Any], mandate: ProgrammePerYear = MANDATE) -> pd.DataFrame:
    return mandate.evaluate(made_of(_parks(*rows))).set_index(["unit_code", "year"])


def test_each_year_is_a_finding_of_its_own() -> None:
    """Two parks opened in 2026 meet 2026 and leave 2027 two short; the evidence names them."""
    found = _found({"opened_year": 2026}, {"opened_year": 2026})
    assert found.index.tolist() == [("C", 2026), ("C", 2027)]
    columns = ["status", "measured", "required", "shortfall", "evidence", "reason_code"]
    assert found.loc[("C", 2026), columns].tolist() == ["met", 2, 2, 0, "f0;f1", ""]
    assert found.loc[("C", 2027), columns].tolist() == ["gap", 0, 2, 2, "", "not_completed"]


def test_a_surplus_of_one_year_does_not_count_for_another() -> None:
    """Four parks in one year and none in the next: the next year is a gap."""
    assert _found(*[{"opened_year": 2026}] * 4)["status"].tolist() == ["met", "gap"]


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({"opened_year": 2026}, True),
        ({"opened_year": 2026, "status": "在建"}, True),
        ({"opened_year": 2026, "status": "已批未建"}, True),
        ({"opened_year": 2026, "status": "规划"}, False),
        ({"opened_year": 2025}, False),
        ({"opened_year": pd.NA}, False),
        ({"opened_year": 2026, "demonstration": False}, False),
        ({"opened_year": 2026, "demonstration": pd.NA}, False),
        ({"opened_year": 2026, "service": "fitness_square"}, False),
        ({"opened_year": 2026, "closed_year": 2027}, True),
    ],
)
def test_what_is_completed_in_a_year(row: dict[str, Any], counts: bool) -> None:
    """What stands or is committed counts in its opening year, if it is a demonstration park; a plan does not."""
    assert _found(row).loc[("C", 2026), "measured"] == int(counts)


def test_the_year_of_the_situation_does_not_matter() -> None:
    """The findings of all years are the same whenever they are asked for."""
    present = made_of(_parks({"opened_year": 2026}, {"opened_year": 2027, "status": "在建"}))
    assert MANDATE.evaluate(present).equals(MANDATE.evaluate(present.at(2030)))


def test_each_unit_is_counted_for_itself() -> None:
    """Asked of counties and zones, a park in the overlap counts for both; asked of the city, once."""
    mandate = ProgrammePerYear(
        service="fitness_park", where={}, unit_set=BUILT_IN["counties_and_leading_zones"], minimum=1, years=(2026,)
    )
    found = _found({"opened_year": 2026}, mandate=mandate)["status"]
    assert found.to_dict() == {("A", 2026): "met", ("B", 2026): "gap", ("Z", 2026): "met"}
    assert _found({"opened_year": 2026}).loc[("C", 2026), "measured"] == 1


def test_without_years_nothing_is_found() -> None:
    """No programme, no finding."""
    never = ProgrammePerYear(service="fitness_park", where={}, unit_set=BUILT_IN["city"], minimum=1, years=())
    assert _found(mandate=never).empty


def test_a_county_without_such_units_is_told() -> None:
    """Asked of every 乡镇, county B has none: a finding that cannot be evaluated, not silence."""
    mandate = ProgrammePerYear(
        service="fitness_park", where={}, unit_set=BUILT_IN["townships"], minimum=1, years=(2026,)
    )
    found = mandate.evaluate(made_of(_parks())).set_index("unit_code")
    assert found.loc["B", ["status", "reason_code"]].tolist() == ["not_evaluable", "empty_unit_set"]


def _terms(rows: Rows) -> dict[tuple[str, int], list[tuple[str, int, int, float]]]:
    """Return by finding its terms: kind, option, year, value (slacks left out)."""
    keys = list(zip(rows.findings["unit_code"], rows.findings["year"].astype("int64"), strict=True))
    found: dict[tuple[str, int], list[tuple[str, int, int, float]]] = {key: [] for key in keys}
    for row, column, value in zip(rows.row, rows.column, rows.value, strict=True):
        kind = ColumnKind(int(rows.column_kind[column]))
        if kind is not ColumnKind.SLACK:
            at = (kind.name, int(rows.column_option[column]), int(rows.column_year[column]), float(value))
            found[keys[rows.row_finding[row]]].append(at)
    return found


def test_a_build_counts_in_the_year_it_is_completed() -> None:
    """Its column stands in the row of every year from the first in which it can be ready, and in no earlier one."""
    table = options(
        {"option_id": "o0", **PARK, "action": "build", "place_id": "s0"},
        {"option_id": "o1", **PARK, "action": "build", "place_id": "s1", "build_years": 1},
        {"option_id": "o2", **PARK, "action": "build", "place_id": "s2", "build_years": 2},
        {"option_id": "o3", **PARK, "action": "build", "place_id": "s3", "demonstration": False},
    )
    assert _terms(MANDATE.rows(view_of(made_of(_parks()), table))) == {
        ("C", 2026): [("YEAR_OPTION", 0, 2026, 1.0)],
        ("C", 2027): [("YEAR_OPTION", 0, 2027, 1.0), ("YEAR_OPTION", 1, 2027, 1.0)],
    }


def test_an_upgrade_counts_in_the_year_its_park_was_opened() -> None:
    """Made a demonstration park, one that opens in 2026 counts in 2026 whenever it is done; made none, it is lost."""
    parks = _parks({"opened_year": 2026, "demonstration": False}, {"opened_year": 2027}, {"opened_year": 2027})
    act = {"service": "fitness_park", "action": "upgrade"}
    table = options(
        {"option_id": "o0", **act, "facility_id": "f0", "demonstration": True},
        {"option_id": "o1", **act, "facility_id": "f1", "demonstration": False},
    )
    assert _terms(MANDATE.rows(view_of(made_of(parks).at(2027), table, year=2027))) == {
        ("C", 2026): [("OPTION", 0, -1, 1.0)],
        ("C", 2027): [("OPTION", 1, -1, -1.0)],
    }


def test_an_upgrade_counts_for_a_year_to_come() -> None:
    """Seen from 2026, a park that opens in 2027 and is made a demonstration park before it opens counts in 2027."""
    parks = _parks({"opened_year": 2027, "demonstration": False})
    act = {"service": "fitness_park", "action": "upgrade", "facility_id": "f0", "demonstration": True}
    view = view_of(made_of(parks).at(2026), options({"option_id": "o0", **act}), year=2026)
    assert _terms(MANDATE.rows(view))["C", 2027] == [("OPTION", 0, -1, 1.0)]


def test_a_year_that_is_met_whatever_happens_has_no_row() -> None:
    """Two parks committed for 2026 leave rows for 2027 only."""
    committed = _parks({"opened_year": 2026, "status": "在建"}, {"opened_year": 2026})
    table = options({"option_id": "o0", **PARK, "action": "build", "place_id": "s0"})
    rows = MANDATE.rows(view_of(made_of(committed), table))
    assert rows.findings["year"].tolist() == [2027]
    assert rows.findings["required"].tolist() == [2.0]


def _completed(*rows: dict[str, Any], accepted: bool = False, minimum: int = 1) -> pd.DataFrame:
    """Return the findings of a programme over parks that have dates of completion and acceptance."""
    table = _parks(*({key: row[key] for key in row if key not in ("completed", "accepted")} for row in rows))
    table["completed"] = pd.array([row.get("completed", "") for row in rows], dtype="str")
    table["accepted"] = pd.array([row.get("accepted", pd.NA) for row in rows], dtype="boolean")
    mandate = replace(MANDATE, accepted=accepted, minimum=minimum)
    return mandate.evaluate(made_of(table)).set_index(["unit_code", "year"])


def test_a_stated_date_of_completion_wins_over_the_opening_year() -> None:
    """A park finished in December 2026 that opens in 2027 is a completion of 2026, and of no other year."""
    found = _completed({"opened_year": 2027, "completed": "2026-12-30"})
    assert found["measured"].tolist() == [1, 0]


def test_a_completion_that_stands_counts_towards_the_target_of_its_year() -> None:
    """One of the two parks that 2026 asks for is already there: one is left to build."""
    found = _completed({"opened_year": 2026, "completed": "2026-03-01"}, minimum=2)
    assert found.loc[("C", 2026), ["measured", "shortfall"]].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({"accepted": True}, "met"),
        ({"accepted": False}, "gap"),
        ({}, "not_evaluable"),
        ({"status": "在建"}, "met"),
        ({"status": "在建", "opened_year": pd.NA}, "not_evaluable"),
        ({"status": "规划", "accepted": True}, "gap"),
    ],
)
def test_acceptance_where_the_mandate_asks_for_it(row: dict[str, Any], status: str) -> None:
    """Accepted counts, refused does not, unknown decides nothing; what is being built is expected to be accepted."""
    assert _completed({"opened_year": 2026, **row}, accepted=True).loc[("C", 2026), "status"] == status


def test_acceptance_does_not_matter_where_nobody_asks_for_it() -> None:
    """Without `accepted` in the mandate a refused park counts."""
    assert _completed({"opened_year": 2026, "accepted": False}).loc[("C", 2026), "status"] == "met"


def test_a_commitment_without_a_year_decides_no_year() -> None:
    """It may be any year's: a year that lacks one is not evaluable, a year that lacks two is a gap still."""
    rows = ({"opened_year": 2026}, {"status": "已批未建"})
    found = _completed(*rows, minimum=2)
    assert found["status"].tolist() == ["not_evaluable", "gap"]
    assert found["reason_code"].tolist() == ["date_missing", "not_completed"]
    assert pd.isna(found.loc[("C", 2026), "measured"])
    assert found.loc[("C", 2026), "evidence"] == "f0;f1"
