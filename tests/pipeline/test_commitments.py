"""Facilities that do not stand yet: what counts, from when, and that nothing is proposed twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner import read_study, run
from planner.pipeline import Outcome
from planner.verify import verify
from tests.little import FILES, STUDY

HEAD = "facility_id,service,lon,lat,owner,rank,status,opened_year\nk1,kindergarten,121.65,39.05,public,central,,\n"
Made = Callable[..., tuple[Outcome, Path]]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Return a function that runs the little study with one more facility in the second town."""

    def run_with(place: str, status: str, year: object) -> tuple[Outcome, Path]:
        row = f"k2,kindergarten,{place},public,central,{status},{year}\n"
        for name, text in {**FILES, "facilities.csv": HEAD + row}.items():
            (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / "study.toml").write_text(STUDY, "utf-8")
        out = tmp_path / "out"
        return run(read_study(tmp_path / "study.toml"), out=out), out

    return run_with


def _status(outcome: Outcome) -> list[str]:
    return [
        str(table.set_index("unit_code").loc["T2", "status"]) for table in (outcome.findings, outcome.findings_after)
    ]


ELSEWHERE, ON_THE_SITE = "121.72,39.02", "121.75,39.05"


@pytest.mark.parametrize(
    ("status", "year", "found", "built"),
    [
        ("在建", 2026, ["gap", "met"], 0),
        ("已批未建", 2027, ["gap", "met"], 0),
        ("在建", 2028, ["gap", "met"], 1),
        ("在建", "", ["not_evaluable", "met"], 1),
        ("规划", 2026, ["gap", "met"], 1),
        ("现状", "", ["met", "met"], 0),
    ],
)
def test_nothing_is_built_for_what_a_commitment_meets_by_then(
    made: Made, status: str, year: object, found: list[str], built: int
) -> None:
    """A commitment that opens within the plan's years closes the gap; a later one, or a mere plan, does not."""
    outcome, out = made(ELSEWHERE, status, year)
    assert _status(outcome) == found
    assert len(outcome.plan.options) == built
    assert verify(out).ok


@pytest.mark.parametrize(("status", "year"), [("在建", 2026), ("在建", 2030), ("已批未建", "")])
def test_no_option_repeats_a_commitment_on_its_land(made: Made, status: str, year: object) -> None:
    """Where a kindergarten is committed none is proposed, whatever its year, and the record says which one was not."""
    outcome, out = made(ON_THE_SITE, status, year)
    assert outcome.options.empty
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert record["commitments"]["not_proposed"] == {"build:s2": "k2"}
    assert any("在建和已批未建设施 1 处" in line for line in record["assumptions"])
    assert verify(out).ok


def test_the_record_says_that_a_mere_plan_counts_nowhere(made: Made) -> None:
    """规划 is named in the record and counts in no year."""
    outcome, _ = made(ON_THE_SITE, "规划", 2026)
    record: dict[str, Any] = dict(outcome.record)
    assert record["commitments"]["planned_not_counted"] == ["k2"]
    assert "仅列入规划的设施 1 处：任何年份都不计入" in record["assumptions"]
    assert outcome.plan.options["place_id"].tolist() == ["s2"]


def test_the_verifier_finds_a_plan_that_repeats_a_commitment(made: Made) -> None:
    """A run whose tables say that the kindergarten is under way where the plan builds one is not verified."""
    _, out = made(ON_THE_SITE, "规划", 2026)
    path = out / "tables" / "facilities.csv"
    path.write_text(path.read_text("utf-8-sig").replace("规划", "在建"), "utf-8-sig")
    assert "where k2 is promised" in verify(out).summary("en")


def test_a_date_of_completion_gives_a_commitment_its_year(tmp_path: Path) -> None:
    """建成日期 alone: the commitment counts from that year, which is told; 验收日期 makes it accepted."""
    head = "facility_id,service,lon,lat,owner,rank,状态,建成日期,验收日期\n"
    rows = "k1,kindergarten,121.65,39.05,public,central,现状,2020-05-01,2020-06-01\n"
    rows += "k2,kindergarten,121.72,39.02,public,central,在建,2026-09-01,\n"
    for name, text in {**FILES, "facilities.csv": head + rows, "study.toml": STUDY}.items():
        (tmp_path / name).write_text(text, "utf-8")
    outcome = run(read_study(tmp_path / "study.toml"), out=tmp_path / "out")
    assert outcome.inputs.facilities["opened_year"].tolist() == [pd.NA, 2026]
    assert outcome.inputs.facilities["accepted"].tolist() == [True, pd.NA]
    assert "opening_derived" in set(outcome.inputs.faults["code"])
    assert _status(outcome) == ["gap", "met"]
    assert verify(tmp_path / "out").ok
