from __future__ import annotations

from typing import Any

import pytest

from planner.coverage import Situation
from planner.mandates import evaluate
from planner.mandates.count_per_unit import CountPerUnit
from planner.mandates.mandate import Mandate
from planner.mandates.unit_sets import BUILT_IN
from tests.small import facilities, made_of

MANDATE = Mandate(
    mandate_id="m", quote="", section="", lead_department="", strength="hard", predicate_name="COUNT_PER_UNIT",
    predicate=CountPerUnit(service="clinic", where={}, unit_set=BUILT_IN["townships"]), service="clinic",
)  # fmt: skip


def _present(*rows: dict[str, Any]) -> Situation:
    return made_of(
        facilities(
            *({"facility_id": f"f{n}", "service": "clinic", "unit_code": "A0", **row} for n, row in enumerate(rows))
        )
    )


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({"status": "在建"}, "not_evaluable"),
        ({"status": "已批未建"}, "not_evaluable"),
        ({"status": "在建", "closed_year": 2020}, "gap"),
        ({"status": "在建", "opened_year": 2027}, "gap"),
        ({"status": "在建", "opened_year": 2025}, "met"),
        ({"status": "规划"}, "gap"),
        ({"status": "规划", "opened_year": 2020}, "gap"),
        ({"status": "现状"}, "met"),
        ({"status": "在建", "service": "school"}, "gap"),
    ],
)
def test_a_commitment_without_a_year_decides_nothing(row: dict[str, Any], status: str) -> None:
    """Where it alone would meet a mandate nobody can tell; a mere plan, or another service, changes nothing."""
    found = evaluate([MANDATE], _present(row)).set_index("unit_code")
    assert found.loc["A0", "status"] == status
    assert found.loc["A1", "status"] == "gap"


def test_what_is_certain_stays_certain() -> None:
    """Beside an open clinic an undated one changes nothing; the finding it would decide names it and no measure."""
    found = evaluate([MANDATE], _present({}, {"status": "在建"}, {"status": "在建", "unit_code": "A1"}))
    found = found.set_index("unit_code")
    assert found.loc["A0", ["status", "evidence"]].tolist() == ["met", "f0"]
    assert found.loc["A1", ["status", "evidence", "reason_code"]].tolist() == ["not_evaluable", "f2", "date_missing"]
    assert found.loc["A1", ["measured", "shortfall", "people_affected"]].isna().all()


def test_a_year_by_which_it_opens_meets_the_mandate_from_then_on() -> None:
    """The same commitment with a year: a gap before it, met from it on, and no option is needed for that."""
    present = _present({"status": "在建", "opened_year": 2027})
    statuses = [
        evaluate([MANDATE], present.at(year)).set_index("unit_code").loc["A0", "status"] for year in (2026, 2027)
    ]
    assert statuses == ["gap", "met"]
