"""People that change by year, from end to end: the plan serves the last year, every year is told as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from planner import check, read_study, run
from planner.errors import StudyError
from planner.pipeline import Outcome
from planner.verify import verify
from tests.little import FILES, STUDY

# d1, d2 in town T1 near its kindergarten k1, d3 in T1 far from it, d4 in T2; one site in T2, one near d3.
PEOPLE = """demand_id,lon,lat,people,0-2,女15-49
d1,121.649,39.049,100,4,30
d2,121.651,39.051,80,4,20
d3,121.61,39.01,20,0,5
d4,121.75,39.051,50,3,11
"""
SITES = "site_id,lon,lat,land_use,area_m2\ns2,121.75,39.05,080404,3000\ns3,121.611,39.011,080404,3000\n"
PROFILE = """
[profile]
id = "p"
version = "1"
[[standard]]
id = "near"
service = "kindergarten"
mode = "straight"
cost = "radius_m"
direction = "toward"
targets = "demand"
limit = "1000 m"
[[coverage]]
standard = "near"
groups = ["0-2", "女15-49"]
"""
POLICY = """
[policy]
id = "p"
title = "p"
[[mandate]]
id = "share"
quote = "…"
section = "…"
lead_department = "…"
strength = "hard"
predicate = "COVERAGE"
service = "kindergarten"
unit_set = "towns"
standard = "near"
group = "0-2"
share = 0.9
[unit_sets.towns]
levels = ["township"]
kinds = ["town"]
"""
BASE = (
    STUDY.replace('groups = ["people"]', 'groups = ["people", "0-2", "女15-49"]')
    .replace('profile = "dalian-2018"', 'profile = "profile.toml"')
    .replace('policy = "dazhengfa-2018-28"\nonly = ["kindergarten.township-central"]', 'policy = "policy.toml"')
)
YEARS = '[[layers.population_by_year]]\npath = "later.csv"\nvalues = { kind = "projection", source = "r" }\n'
AREAS = '[[layers.residential_areas]]\npath = "areas.csv"\ndatum = "wgs84"\nx = "lon"\ny = "lat"\n'
AGES = (
    '[[layers.single_ages]]\npath = "ages.csv"\n[[layers.births]]\npath = "births.csv"\n'
    '[years_of_people]\nages = { "0-2" = [0, 2] }\n'
)
Made = Callable[..., tuple[Outcome, Path]]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Return a function that runs the little study with further tables."""

    def run_with(keys: str, **files: str) -> tuple[Outcome, Path]:
        given = {f"{name}.csv": text for name, text in files.items()}
        texts = {**FILES, "people.csv": PEOPLE, "sites.csv": SITES, "profile.toml": PROFILE, "policy.toml": POLICY}
        for name, text in {**texts, **given, "study.toml": BASE.replace("[standards]", keys + "[standards]")}.items():
            (tmp_path / name).write_text(text, "utf-8")
        out = tmp_path / "out"
        return run(read_study(tmp_path / "study.toml"), out=out), out

    return run_with


def _by_year(out: Path, name: str, **where: object) -> pd.DataFrame:
    table = pd.read_csv(out / "tables" / f"{name}.csv", encoding="utf-8-sig")
    for column, value in where.items():
        table = table[table[column] == value]
    return table


def test_without_such_tables_nothing_is_said_of_years(made: Made) -> None:
    """No table of years is written, every year has the people of the base year, and groups may have any name."""
    outcome, out = made("")
    assert outcome.by_year == {}
    assert not list((out / "tables").glob("*by_year*"))
    assert outcome.record["assumptions"][0] == "人口按 2025 年数据，规划各年不变"
    assert outcome.findings["measured"].tolist() == [1.0, 0.0]
    assert outcome.plan.options["place_id"].tolist() == ["s2"]
    assert set(outcome.coverage["group"]) == {"0-2", "女15-49", "places"}
    assert verify(out).ok


def test_the_plan_serves_those_who_will_live_there(made: Made) -> None:
    """Babies leave T2 and come to far d3 in a new area beside it: the plan builds there, and T2 needs nothing more."""
    later = "unit_code,year,group,persons\nT2,2027,0-2,0\nT1,2027,0-2,12\n"
    areas = "area_id,dwellings,people,delivery_year,lon,lat\nn,50,100,2027,121.612,39.012\n"
    outcome, out = made(YEARS + AREAS, later=later, areas=areas)
    # the area has the 8 in 200 of T1: 4 of its 12 in 2027, and the 8 points near k1 have the rest: 8 of 12 covered
    findings = _by_year(out, "findings_by_year").set_index(["situation_year", "unit_code"])
    assert findings["status"].to_dict() == {
        (2026, "T1"): "met", (2026, "T2"): "gap", (2027, "T1"): "met", (2027, "T2"): "not_evaluable",
    }  # fmt: skip
    assert outcome.plan.options["place_id"].tolist() == ["s3"]
    assert outcome.plan.effects["people_gained"].tolist() == [4]
    final = findings.loc[2027]
    after = outcome.findings_after.set_index("unit_code")
    assert final["status"].to_dict() == after["status"].to_dict()
    told = verify(out)
    assert told.ok, told.summary("en")


def test_every_year_of_the_schedule_is_measured_with_its_own_people(made: Made) -> None:
    """T2's babies come in 2027 only: in 2026 nobody needs the kindergarten, in 2027 it is there for 30."""
    later = "unit_code,year,group,persons\nT2,2026,0-2,0\nT2,2027,0-2,30\n"
    outcome, out = made(YEARS, later=later)
    found = _by_year(out, "findings_by_year", unit_code="T2")
    assert found["status"].tolist() == ["not_evaluable", "met"]
    assert _by_year(out, "coverage_by_year", unit_code="T2", group="0-2")["total"].tolist() == [0, 30]
    assert outcome.findings.set_index("unit_code").loc["T2", "people_affected"] == 3
    assert verify(out).ok


def test_single_ages_and_births_give_the_groups_of_later_years(made: Made) -> None:
    """T2 has 1, 1 and 1 child of 0 to 2; 10 are born in 2026 and 20 in 2027: 12 and 31 later; others are told."""
    ages = "unit_code,age,persons,source\n" + "".join(f"T2,{age},1,r\n" for age in range(5))
    births = "unit_code,year,births,source\nT2,2026,10,r\nT2,2027,20,r\n"
    outcome, out = made(AGES, ages=ages, births=births)
    people = _by_year(out, "demand_by_year", unit_code="T2", group="0-2")
    assert people["persons"].tolist() == [3, 12, 31]
    assert people["kind"].tolist()[1:] == ["cohort", "cohort"]
    assert people["basis"].tolist() == ["base", "stated", "stated"]
    assert "分年龄人口逐年推移：存活比例 1，不计迁移" in outcome.record["assumptions"]
    faults = outcome.inputs.faults.set_index("code")
    assert "女15-49" in faults.loc["groups_not_projected", "message"]
    assert "T2" in faults.loc["base_year_differs", "message"]  # 5 people by age, 50 in the population layer
    told = verify(out)
    assert told.ok, told.summary("en")

    document = json.loads((out / "run.json").read_text("utf-8"))
    document["settings"]["bands"]["0-2"] = [0, 3]
    (out / "run.json").write_text(json.dumps(document), "utf-8")
    assert "demand_by_year" in set(verify(out).different["table"])


def test_two_numbers_for_one_thing_stop_the_run(made: Made) -> None:
    """Nobody knows which of them holds."""
    later = "unit_code,year,group,persons\nT2,2027,0-2,1\nT2,2027,0-2,2\n"
    with pytest.raises(Exception, match="one number of persons for each unit_code, group, year"):
        made(YEARS, later=later)


def test_rows_of_unknown_groups_and_past_years_are_told(made: Made) -> None:
    """A group that the study does not count and a year that is past are listed and not used."""
    outcome, _ = made(YEARS, later="unit_code,year,group,persons\nT2,2027,dogs,1\nT2,2025,0-2,9\nT2,2027,0-2,3\n")
    codes = outcome.inputs.faults["code"].tolist()
    assert {"group_unknown", "year_not_later", "base_year_differs"} <= set(codes)


def test_a_check_tells_the_tables_and_what_they_lack(made: Made, tmp_path: Path) -> None:
    """The check counts their rows; births alone are refused, for they would be read and not used."""
    made(YEARS, later="unit_code,year,group,persons\nT2,2027,0-2,3\n")
    told = check(tmp_path / "study.toml").summary("zh")
    assert "分年人口：1 行" in told
    with pytest.raises(StudyError, match="single_ages"):
        made('[[layers.births]]\npath = "births.csv"\n', births="unit_code,year,births,source\nT2,2026,10,r\n")
