"""A clause about every institution of a service: each facility is asked, those that a plan builds too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.errors import MandateError
from planner.mandates import Mandate, evaluate, read_policy, read_profile
from planner.mandates.every_institution import EveryInstitution
from planner.mandates.rows import ColumnKind, Rows
from planner.mandates.undated import with_undated_told
from planner.siting.plan import applied
from tests.small import facilities, made_of, options, view_of

ZONES = EveryInstitution(service="clinic", where={"standardised": True, "owner": "public"})
FITS = {"service": "clinic", "unit_code": "A0v0", "standardised": True, "owner": "public"}


def _mandate(predicate: EveryInstitution = ZONES) -> Mandate:
    return Mandate(mandate_id="m", quote="…", section="…", lead_department="…", strength="hard",
                   predicate_name="COUNT_PER_UNIT", predicate=predicate, service=predicate.service)  # fmt: skip


def _table(*rows: dict[str, Any]) -> pd.DataFrame:
    return facilities(*({"facility_id": f"f{n}", **FITS, **row} for n, row in enumerate(rows)))


@pytest.mark.parametrize(
    ("row", "status", "measured", "reason"),
    [
        ({}, "met", 1, ""),
        ({"standardised": False}, "gap", 0, "not_fitting"),
        ({"standardised": pd.NA}, "not_evaluable", None, "no_data"),
        ({"owner": ""}, "not_evaluable", None, "no_data"),
        ({"owner": "private", "standardised": pd.NA}, "gap", 0, "not_fitting"),
    ],
)
def test_each_is_asked_for_itself(row: dict[str, Any], status: str, measured: int | None, reason: str) -> None:
    """What is unknown is neither met nor a gap, unless something that is known decides; another one changes nothing."""
    found = ZONES.evaluate(made_of(_table(row, {}, {"service": "other"}))).set_index("unit_code")
    assert list(found.index) == ["f0", "f1"]
    one = found.loc["f0"]
    assert (one["status"], one["reason_code"], one["required"], one["evidence"]) == (status, reason, 1, "f0")
    assert (None if pd.isna(one["measured"]) else one["measured"]) == measured
    assert pd.isna(one["people_affected"]) == (status != "met")
    assert found.at["f1", "status"] == "met"


def test_a_facility_is_asked_while_it_is_open() -> None:
    """Committed: from its year; closed: no more; planned or without a year: never, and no gap depends on it."""
    table = _table(
        {"status": "在建", "opened_year": 2027, "standardised": False},
        {"closed_year": 2026},
        {"status": "规划", "opened_year": 2020},
        {"status": "在建"},
        {"standardised": False},
    )
    at = {year: made_of(table).at(year) for year in (2025, 2027)}
    told = {
        year: with_undated_told(ZONES.evaluate(where), _mandate(), where).set_index("unit_code")["status"].to_dict()
        for year, where in at.items()
    }
    assert told == {2025: {"f1": "met", "f4": "gap"}, 2027: {"f0": "gap", "f4": "gap"}}


def test_without_any_institution_one_row_says_so() -> None:
    """A service that nobody runs is not met: one row without a unit, not evaluable; siting is asked for nothing."""
    where = made_of(_table({"service": "other"}, {"status": "规划"}))
    row = evaluate([_mandate()], where).iloc[0]
    assert row[["unit_code", "unit_name", "status", "reason_code"]].tolist() == [
        "", "—", "not_evaluable", "no_institution",
    ]  # fmt: skip
    assert ZONES.rows(view_of(where, options())).findings.empty


def test_a_finding_has_the_name_and_the_county_of_its_facility() -> None:
    """Of level institution, in the county of its unit; its id where it has no name; catchments do not matter."""
    table = _table({"name": "卫生院", "unit_code": "B0"}, {"name": "", "unit_code": ""}, {"catchment_id": "f0"})
    found = evaluate([_mandate()], made_of(table)).set_index("unit_code")
    columns = ["unit_name", "unit_level", "county_code", "county_name"]
    assert found.loc["f0", columns].tolist() == ["卫生院", "institution", "B", "county B"]
    assert found.loc["f1", columns].tolist() == ["f1", "institution", "", ""]
    assert found.loc["f2", columns].tolist() == ["f2", "institution", "A", "county A"]


def test_a_facility_with_the_code_of_a_unit_is_refused() -> None:
    """Its finding could be taken for one of the unit."""
    table = facilities({"facility_id": "A0", **FITS})
    with pytest.raises(MandateError, match=r"no codes of units.*found A0: rename"):
        ZONES.evaluate(made_of(table))


def _told(rows: Rows) -> dict[str, tuple[float, dict[int, float]]]:
    """Return by finding its lower bound and the coefficients of options."""
    of_options = rows.column_kind[rows.column] == ColumnKind.OPTION
    return {
        str(code): (
            float(rows.row_lower[n]),
            {
                int(rows.column_option[rows.column[k]]): float(rows.value[k])
                for k in np.flatnonzero(of_options & (rows.row == n))
            },
        )
        for n, code in enumerate(rows.findings["unit_code"])
    }


def test_only_an_action_on_the_facility_itself_closes_its_gap() -> None:
    """An upgrade next door and a new one beside it do nothing for it; a new one that lacks something must stay away."""
    present = made_of(_table({"standardised": False}, {}, {"standardised": pd.NA}))
    table = options(
        {"option_id": "a", "action": "upgrade", "facility_id": "f0", "service": "clinic", "standardised": True},
        {"option_id": "b", "action": "upgrade", "facility_id": "f1", "service": "clinic", "owner": "private"},
        {"option_id": "c", "action": "build", "place_id": "s0", **FITS},
        {"option_id": "d", "action": "build", "place_id": "s1", **FITS, "owner": ""},
        {"option_id": "e", "action": "build", "place_id": "s2", **FITS, "service": "other", "owner": "private"},
    )
    rows = ZONES.rows(view_of(present, table))
    assert _told(rows) == {"f0": (1, {0: 1}), "f1": (0, {1: -1}), "f2": (1, {}), "d": (0, {3: -1})}
    done = table.assign(complete_year=pd.array([2026] * len(table), dtype="Int64"))
    after = ZONES.evaluate(present.at(2027).with_facilities(applied(present.facilities, done, 2027)))
    assert after.set_index("unit_code")["status"].to_dict() == {
        "c": "met", "d": "not_evaluable", "f0": "met", "f1": "gap", "f2": "not_evaluable",
    }  # fmt: skip


CLAUSE = """
[policy]
id = "p"
[[mandate]]
id = "m"
quote = "…"
section = "…"
strength = "hard"
lead_department = "…"
service = "clinic"
"""
ASKED = 'predicate = "COUNT_PER_UNIT"\nunit_set = "institutions"\nwhere = {standardised = true}\n'
ROLES = 'predicate = "NETWORK_ROLES"\nlevels = [{role = "required", level = "county", unit_set = "institutions"}]\n'


def _read(tmp_path: Path, words: str) -> Mandate:
    (tmp_path / "p.toml").write_text(CLAUSE + words, encoding="utf-8")
    (tmp_path / "n.toml").write_text('[profile]\nid = "n"\nversion = "1"\n', encoding="utf-8")
    profile = read_profile("n.toml", folder=tmp_path)
    return read_policy("p.toml", profile=profile, years=(2026,), folder=tmp_path).mandates[0]


def test_a_policy_file_says_institutions(tmp_path: Path) -> None:
    """COUNT_PER_UNIT with this unit set asks every institution, and the record of the run says so."""
    mandate = _read(tmp_path, ASKED)
    assert mandate.predicate == EveryInstitution(service="clinic", where={"standardised": True})
    assert mandate.raw["unit_set"] == {"name": "institutions", "label": "机构", "levels": ["institution"], "kinds": []}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (ASKED + "minimum = 2\n", "a minimum of 1 .* found 2: leave it out"),
        (ASKED.replace("standardised = true", ""), "what every institution must have .* found nothing"),
        (ROLES, "units of an area .* found 'institutions'"),
        (ASKED.replace("COUNT_PER_UNIT", "PROGRAMME_PER_YEAR"), "units of an area .* found 'institutions'"),
        (ASKED.replace("COUNT_PER_UNIT", "COVERAGE") + "share = 0.9\n", "units of an area .* found 'institutions'"),
    ],
)
def test_what_makes_no_sense_of_institutions_is_refused(tmp_path: Path, words: str, sentence: str) -> None:
    """More than one of an institution, nothing to ask of it, areas in which it would count: one sentence each."""
    with pytest.raises(MandateError, match=sentence) as caught:
        _read(tmp_path, words)
    assert len(caught.value.faults) == 1
