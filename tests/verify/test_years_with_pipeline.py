"""People by year, from the files to the tables of every year, and the verifier, which finds what is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from planner import read_study, run
from planner.pipeline import Outcome
from planner.verify import verify
from tests.verify.test_with_pipeline import LEVELS, POLICY, PROFILE, STUDY
from tests.verify.tiny_study import EAST, NORTH

LATER = """unit_code,year,group,persons,kind,source
V1,2027,age_6_11,60,enrolment,register
S1,2026,age_6_11,75,projection,report
S1,2027,age_6_11,100,projection,report
K1,2027,people,1000,projection,report
"""
AREAS = f"""area_id,name,unit_code,x,y,dwellings,people,persons_per_dwelling,delivery_year,source
n1,new,T2,{EAST + 1400},{NORTH + 10},100,,2.5,2027,plan
n2,late,T2,{EAST + 1400},{NORTH + 10},100,,2.5,,plan
"""
KEYS = """
[[layers.population_by_year]]
path = "later.csv"
[[layers.residential_areas]]
path = "areas.csv"
crs = "EPSG:4550"
"""
SECTION = '[years_of_people]\nbetween = "linear"\n'


@pytest.fixture
def made(tiny_run: Path) -> tuple[Outcome, Path]:
    """Return the tiny study with people that change, run."""
    study = tiny_run.parent / "study"
    levels = "".join(
        f'[[layers.boundaries]]\npath = "boundaries.csv"\nlevel = "{level}"\nwhere = {{ level = "{level}" }}\n'
        for level in LEVELS
    )
    text = STUDY.format(boundaries=levels + KEYS) + SECTION
    for name, content in (("study.toml", text), ("profile.toml", PROFILE), ("policy.toml", POLICY),
                          ("later.csv", LATER), ("areas.csv", AREAS)):  # fmt: skip
        (study / name).write_text(content, encoding="utf-8")
    out = tiny_run.parent / "real"
    return run(read_study(study / "study.toml"), out=out), out


def _table(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(out / "tables" / f"{name}.csv", encoding="utf-8-sig", keep_default_na=False)


def test_every_year_has_its_people_findings_and_classes(
    made: tuple[Outcome, Path], change: Callable[..., None]
) -> None:
    """By hand: people on the line and to the person, classes of each year's pupils, and a plan for the last year."""
    outcome, out = made
    told = verify(out)
    assert told.ok, told.summary("en")

    people = _table(out, "demand_by_year").set_index(["unit_code", "group", "year"])["persons"].sort_index()
    assert people[("V1", "age_6_11")].tolist() == [30, 45, 60]  # 45 on the line from 30 to 60
    assert people[("S1", "age_6_11")].tolist() == [45, 75, 100]
    assert people[("K1", "people")].tolist() == [140, 570, 1000]
    assert people[("T2", "people", 2027)] == 250 + 214  # the area, and d2's 40 of 140 of the 750 that are left
    assert people[("T2", "age_6_11", 2027)] == 12 + 75  # the area has the 12 in 40 of the township around it

    classes = _table(out, "findings_by_year").query("mandate_id == 'class'")
    size = classes.set_index(["unit_code", "situation_year"])["measured"]
    # z2's one class has 56 today; the 75 pupils of 2026 sit in it, the 100 of 2027 in two, which the plan makes.
    assert [float(size[("z2", year)]) for year in (2026, 2027)] == [75, 50]
    assert [float(size[("z1", year)]) for year in (2026, 2027)] == [57, 72]
    assert outcome.findings.query("mandate_id == 'class'")["measured"].tolist() == [40, 56]
    assert outcome.plan.options["complete_year"].get("more:s2") == 2027

    first = _table(out, "coverage_by_year").query("unit_code == 'K1' and standard_id == 'walk'")
    totals = first.set_index(["situation_year", "group"])["total"]
    assert totals[(2026, "people")] == 570
    assert totals[(2027, "people")] == 1000
    assert (totals[(2026, "places")], totals[(2027, "places")]) == (2, 3)

    codes = set(outcome.inputs.faults["code"])
    assert {
        "left_out_no_delivery_year",
        "groups_derived",
        "people_interpolated",
        "people_as_in_base_year",
        "area_without_catchment",
    } <= codes
    area = _table(out, "residential_areas").iloc[0]
    assert (area["people"], area["people_derived"], area["structure_of"]) == (250, True, "T2")
    assert any("2027 年" in line and "2025 年" in line for line in outcome.record["assumptions"])

    for table, column, value, where in (
        ("demand_by_year", "persons", 571, {"unit_code": "K1", "year": "2026", "group": "people"}),
        ("findings_by_year", "status", "met", {"mandate_id": "class", "unit_code": "z1", "situation_year": "2026"}),
        ("coverage_by_year", "covered", 1, {"unit_code": "K1", "group": "people", "situation_year": "2026",
                                             "standard_id": "walk"}),
    ):  # fmt: skip
        kept = (out / "tables" / f"{table}.csv").read_text("utf-8-sig")
        change(out, table, column, value, **where)
        assert table in set(verify(out).different["table"]), table
        (out / "tables" / f"{table}.csv").write_text(kept, "utf-8-sig")
    assert verify(out).ok

    document = json.loads((out / "run.json").read_text("utf-8"))
    document["settings"]["years_of_people"]["between"] = "step"
    (out / "run.json").write_text(json.dumps(document), "utf-8")
    assert "demand_by_year" in set(verify(out).different["table"])
