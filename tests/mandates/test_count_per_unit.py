from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mandates.count_per_unit import CountPerUnit
from planner.mandates.rows import ColumnKind
from planner.mandates.unit_sets import BUILT_IN
from tests.small import demand_points, facilities, land, made_of, options, people, view_of

CENTRAL = {"service": "kindergarten", "owner": "public", "rank": "central"}
MANDATE = CountPerUnit(
    service="kindergarten", where={"owner": "public", "rank": "central"}, unit_set=BUILT_IN["townships"]
)


def _found(*rows: dict[str, Any], mandate: CountPerUnit = MANDATE, **more: Any) -> pd.DataFrame:
    table = facilities(*({"facility_id": f"f{n}", **row} for n, row in enumerate(rows)))
    return mandate.evaluate(made_of(table, **more)).set_index("unit_code")


def test_a_unit_with_its_facility_is_met() -> None:
    """Measured, required and evidence stand in the row; nobody is affected and no reason is given."""
    row = _found({**CENTRAL, "unit_code": "A0"}).loc["A0"]
    assert (row["status"], row["measured"], row["required"], row["shortfall"]) == ("met", 1, 1, 0)
    assert (row["evidence"], row["reason_code"], row["people_affected"]) == ("f0", "", 0)
    assert row["unit_of_measure"] == "facilities"
    assert not row["estimated"]


def test_a_unit_without_is_a_gap_for_all_its_people() -> None:
    """The shortfall is one facility, and everybody in the unit is affected."""
    demand = demand_points({"unit_code": "A0v0", "people": 3}, {"unit_code": "A0", "people": 4}, {"unit_code": "A1v0"})
    row = _found({**CENTRAL, "unit_code": "A1"}, demand=demand).loc["A0"]
    assert (row["status"], row["measured"], row["shortfall"], row["people_affected"]) == ("gap", 0, 1, 7)
    assert (row["evidence"], row["reason_code"]) == ("", "missing_facility")


def test_a_private_central_kindergarten_does_not_count() -> None:
    """Central but private, public but general, of another service, private of unknown rank: none of them counts."""
    rows = [{"owner": "private"}, {"rank": "general"}, {"service": "school"}, {"owner": "private", "rank": ""}]
    found = _found(*({**CENTRAL, "unit_code": "A0", **row} for row in rows))
    assert found.at["A0", "status"] == "gap"


@pytest.mark.parametrize("unknown", ["", None])
def test_what_may_count_is_not_counted_and_no_gap(unknown: str | None) -> None:
    """Of unknown owner: nobody can tell, so nothing is measured; what the answer hangs on is named."""
    row = _found({**CENTRAL, "unit_code": "A0", "owner": unknown}).loc["A0"]
    assert (row["status"], row["reason_code"], row["evidence"]) == ("not_evaluable", "no_data", "f0")
    assert row[["measured", "shortfall", "people_affected"]].isna().all()
    assert row["required"] == 1


@pytest.mark.parametrize(
    ("certain", "unknown", "other", "minimum", "status"),
    [
        (1, 1, 0, 1, "met"),
        (0, 1, 1, 1, "not_evaluable"),
        (1, 1, 0, 2, "not_evaluable"),
        (1, 1, 1, 3, "gap"),
        (0, 2, 0, 3, "gap"),
        (0, 0, 2, 1, "gap"),
    ],
)
def test_unknown_ones_matter_where_they_would_be_enough(
    certain: int, unknown: int, other: int, minimum: int, status: str
) -> None:
    """Enough certain ones are met whatever the others are; where even all that may count are too few it is a gap."""
    kinds = [True] * certain + [pd.NA] * unknown + [False] * other
    centre = {"service": "township_health_centre", "unit_code": "A0", "owner": "government"}
    where = {"owner": "government", "standardised": True}
    mandate = CountPerUnit(
        service="township_health_centre", where=where, unit_set=BUILT_IN["townships"], minimum=minimum
    )
    row = _found(*({**centre, "standardised": kind} for kind in kinds), mandate=mandate).loc["A0"]
    assert row["status"] == status
    if status != "not_evaluable":
        assert (row["measured"], row["evidence"].count("f")) == (certain, certain)


def test_a_facility_in_a_village_stands_in_its_township() -> None:
    """The finest code known is enough; one known only by its county stands in none of its townships."""
    found = _found({**CENTRAL, "unit_code": "A0v1"}, {**CENTRAL, "unit_code": "A"}, {**CENTRAL, "unit_code": ""})
    assert found["status"].to_dict() == {"A0": "met", "A1": "gap", "A2": "gap", "B": "not_evaluable"}


def test_a_county_without_such_units_is_never_met() -> None:
    """County B has a street and no 乡镇: one row that says so, though a kindergarten stands in the street."""
    row = _found({**CENTRAL, "unit_code": "B0"}).loc["B"]
    assert (row["status"], row["reason_code"]) == ("not_evaluable", "empty_unit_set")
    assert row[["measured", "required", "shortfall", "people_affected"]].isna().all()


def test_a_city_without_any_such_unit_is_told_county_by_county() -> None:
    """Where every town has become a street, no county is met and each says so; siting is asked for nothing."""
    situation = made_of(facilities({"facility_id": "f", **CENTRAL, "unit_code": "B0"}), units=land(townships=0))
    found = MANDATE.evaluate(situation)
    assert found[["unit_code", "status", "reason_code"]].to_numpy().tolist() == [
        [code, "not_evaluable", "empty_unit_set"] for code in ("A", "B")
    ]
    assert MANDATE.rows(view_of(situation, options())).findings.empty


def test_the_street_is_asked_where_streets_are_meant() -> None:
    """The same facilities under 街道 and 街道(乡镇): the street is a unit there, and county A lacks streets."""
    streets = CountPerUnit(service="kindergarten", where={}, unit_set=BUILT_IN["streets"])
    found = _found({**CENTRAL, "unit_code": "B0v0"}, mandate=streets)
    assert found["status"].to_dict() == {"B0": "met", "A": "not_evaluable"}
    both = CountPerUnit(service="kindergarten", where={}, unit_set=BUILT_IN["streets_and_townships"])
    found = _found({**CENTRAL, "unit_code": "B0v0"}, mandate=both)
    assert found["status"].to_dict() == {"A0": "gap", "A1": "gap", "A2": "gap", "B0": "met"}


def test_what_stands_in_the_overlap_counts_for_county_and_zone() -> None:
    """A leading zone over two counties is a unit of its own; a facility in its part of A counts for both."""
    mandate = CountPerUnit(service="kindergarten", where={}, unit_set=BUILT_IN["counties_and_leading_zones"])
    assert _found({**CENTRAL, "unit_code": "A0"}, mandate=mandate)["status"].to_dict() == {
        "A": "met",
        "B": "gap",
        "Z": "met",
    }
    assert _found({**CENTRAL, "unit_code": "A1"}, mandate=mandate)["status"].to_dict() == {
        "A": "met",
        "B": "gap",
        "Z": "gap",
    }


@pytest.mark.parametrize(
    ("status", "opened", "closed", "at_present", "in_2027"),
    [
        ("现状", None, None, "met", "met"),
        ("现状", None, 2026, "met", "gap"),
        ("在建", 2026, None, "gap", "met"),
        ("已批未建", 2027, None, "gap", "met"),
        ("已批未建", 2028, None, "gap", "gap"),
        ("在建", None, None, "gap", "gap"),
        ("规划", 2020, None, "gap", "gap"),
    ],
)
def test_a_facility_counts_from_its_year(
    status: str, opened: int | None, closed: int | None, at_present: str, in_2027: str
) -> None:
    """Under construction or approved: from the opening year; planned: never; closed: no more."""
    row = {"status": status, "opened_year": opened or pd.NA, "closed_year": closed or pd.NA}
    situation = made_of(facilities({"facility_id": "f", **CENTRAL, "unit_code": "A0", **row}))
    for year, expected in ((2025, at_present), (2027, in_2027)):
        found = MANDATE.evaluate(situation.at(year)).set_index("unit_code")
        assert found.at["A0", "status"] == expected


def test_more_than_one_may_be_required() -> None:
    """The shortfall is how many are missing."""
    mandate = CountPerUnit(service="kindergarten", where={}, unit_set=BUILT_IN["townships"], minimum=3)
    row = _found({**CENTRAL, "unit_code": "A0"}, mandate=mandate).loc["A0"]
    assert (row["status"], row["measured"], row["required"], row["shortfall"]) == ("gap", 1, 3, 2)


def test_long_evidence_is_cut_and_counted() -> None:
    """Ten ids are named, in order, and the rest counted."""
    table = facilities(*({"facility_id": f"f{n:02}", **CENTRAL, "unit_code": "A0"} for n in range(12)))
    row = MANDATE.evaluate(made_of(table)).set_index("unit_code").loc["A0"]
    assert row["measured"] == 12
    assert row["evidence"] == ";".join(f"f{n:02}" for n in range(10)) + ";+2"


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_every_unit_by_plain_loops(seed: int) -> None:
    """Counting facility by facility with the code lists gives the same findings, in any order of the rows."""
    rng = np.random.default_rng(seed)
    units = land()
    codes = [*units.units.index, "nowhere", ""]
    rows = [
        {
            "facility_id": f"f{n}",
            **CENTRAL,
            "unit_code": str(rng.choice(codes)),
            "owner": str(rng.choice(["public", "private"])),
        }
        for n in range(int(rng.integers(0, 8)))
    ]
    demand = people(rng, units)
    table = facilities(*rows)
    found = MANDATE.evaluate(made_of(table.iloc[rng.permutation(len(table))], demand=demand)).set_index("unit_code")
    for code in ("A0", "A1", "A2"):
        inside = sorted(
            str(row["facility_id"])
            for row in rows
            if row["owner"] == "public" and code in units.ancestors.get(str(row["unit_code"]), ())
        )
        here = [code in units.ancestors[at] for at in demand["unit_code"]]
        affected = int(demand["people"][here].sum())
        row = found.loc[code]
        assert (row["measured"], row["evidence"]) == (len(inside), ";".join(inside))
        assert (row["status"], row["people_affected"]) == (("met", 0) if inside else ("gap", affected))


def test_rows_leave_out_what_no_option_can_spoil() -> None:
    """A met unit has no row; an unmet one has one with a slack, and so has one whose kindergarten may be taken away."""
    standing = [
        {"facility_id": "f0", **CENTRAL, "unit_code": "A0"},
        {"facility_id": "f1", **CENTRAL, "unit_code": "A1"},
    ]
    table = options(
        {"option_id": "o0", **CENTRAL, "action": "build", "unit_code": "A2v0", "place_id": "s0"},
        {"option_id": "o1", "service": "kindergarten", "action": "upgrade", "facility_id": "f1", "owner": "private"},
    )
    rows = MANDATE.rows(view_of(made_of(facilities(*standing)), table))
    assert rows.findings["unit_code"].tolist() == ["A1", "A2"]
    assert rows.findings["required"].tolist() == [1.0, 1.0]
    dense = np.zeros((2, len(rows.column_kind)))
    dense[rows.row, rows.column] = rows.value
    is_option = rows.column_kind == ColumnKind.OPTION
    told = {
        (int(row), int(rows.column_option[column])): dense[row, column]
        for row, column in zip(*np.nonzero(dense), strict=True)
        if is_option[column]
    }
    assert told == {(0, 1): -1.0, (1, 0): 1.0}
    assert rows.row_lower.tolist() == [0.0, 1.0]
    assert (rows.column_kind == ColumnKind.SLACK).sum() == 2
