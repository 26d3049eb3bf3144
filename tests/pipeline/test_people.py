"""People of a study: whole persons, unit by unit, told in the record and counted again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from planner.pipeline import read_inputs, run
from planner.study import Study, read_study
from planner.verify import verify
from tests.little import FILES, STUDY

PEOPLE = """demand_id,lon,lat,people,age_3_5
a,121.64,39.04,1.4,1.4
b,121.64,39.05,5.2,0.3
c,121.64,39.06,5.2,0.3
d,121.74,39.06,50.5,0.0
"""
PROFILE = """
[profile]
id = "own"
[[standard]]
id = "kindergarten.radius"
service = "kindergarten"
mode = "straight"
cost = "radius_m"
direction = "toward"
targets = "demand"
limit = "2000 m"
[[coverage]]
standard = "kindergarten.radius"
groups = ["people", "age_3_5"]
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Return the little study with fractions of people."""
    for name, text in (FILES | {"people.csv": PEOPLE, "profile.toml": PROFILE}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    text = STUDY.replace('groups = ["people"]', 'groups = ["people", "age_3_5"]')
    text = text.replace('profile = "dalian-2018"', 'profile = "profile.toml"')
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    return read_study(tmp_path / "study.toml")


def test_units_keep_their_people(study: Study) -> None:
    """Fractions become whole persons with the totals of units kept, children stay among people, and it is told."""
    inputs = read_inputs(study)
    totals = inputs.demand.groupby("unit_code")[["people", "age_3_5"]].sum()
    assert totals.to_dict("index") == {"T1": {"people": 12, "age_3_5": 2}, "T2": {"people": 51, "age_3_5": 0}}
    assert inputs.demand.loc["a", ["people", "age_3_5"]].to_list() in ([1, 1], [2, 2])
    assert (inputs.demand["age_3_5"] <= inputs.demand["people"]).all()
    told = inputs.faults[inputs.faults["code"] == "fractional_persons"]["message_en"].item()
    assert told.startswith("persons are not whole at 4 points")
    assert "each of 2 units keeps the rounded total" in told


def test_a_run_with_fractions_is_counted_again(study: Study, tmp_path: Path) -> None:
    """The record says which group is part of which; the verifier makes people whole by itself and agrees."""
    outcome = run(study, out=tmp_path / "out")
    assert outcome.record["settings"]["groups_within"] == {"people": "", "age_3_5": "people"}
    found = verify(tmp_path / "out")
    assert found.ok, found.summary("en")
    coverage = pd.read_csv(tmp_path / "out" / "tables" / "coverage_before.csv", encoding="utf-8-sig")
    in_town = coverage[coverage["unit_code"] == "T1"].set_index("group")["total"]
    assert in_town[["people", "age_3_5"]].to_list() == [12, 2]
