"""People of a study: whole persons, unit by unit, told in the record and counted again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
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


UNITS = """区划代码,常住人口,3岁,4-6岁
T1,1001,20,61
T2,500,7,24
"""
BUILDINGS = "id,lon,lat,floor\n" + "".join(
    f"b{n},{121.61 + n / 500},{39.02 + n % 7 / 100},{50 + 37 * n % 91}\n" for n in range(40)
)
SPREAD = """
groups = ["people", "age_3_5"]
basis = "registered"
spread = { path = "buildings.csv", crs = "EPSG:4326", x = "lon", y = "lat", weight = "floor" }
"""


@pytest.fixture
def units(tmp_path: Path) -> Study:
    """Return the little study with people counted by town and spread over invented buildings, all in the first town."""
    files = FILES | {"people.csv": UNITS, "profile.toml": PROFILE, "buildings.csv": BUILDINGS}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    layer = STUDY[STUDY.index("[[layers.population]]") : STUDY.index("[[layers.sites]]")]
    text = STUDY.replace(layer, f'[[layers.population]]\npath = "people.csv"{SPREAD}')
    text = text.replace('profile = "dalian-2018"', 'profile = "profile.toml"')
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    return read_study(tmp_path / "study.toml")


def test_people_of_units_are_told_and_counted_again(units: Study, tmp_path: Path) -> None:
    """Units keep their people; record and report say whom they count and what is derived; the run verifies."""
    outcome = run(units, out=tmp_path / "out")
    demand = outcome.inputs.demand
    assert demand.groupby(demand.index.str.partition(":").get_level_values(0))[["people", "age_3_5"]].sum().to_dict(
        "index"
    ) == {"T1": {"people": 1001, "age_3_5": 61}, "T2": {"people": 500, "age_3_5": 23}}
    people = outcome.record["population"]
    assert people["derived_groups"] == ["age_3_5"]
    (layer,) = people["layers"]
    assert (layer["basis"], layer["counted_at"], layer["units_at_one_point"]) == ("registered", "units", 1)
    assert people["words"]["zh"][0] == "人口口径：户籍人口（people.csv）"
    assert "age_3_5（people.csv，年龄段内按均匀分布切分）" in people["words"]["zh"][1]
    assert set(people["words"]["zh"]) <= set(outcome.record["assumptions"])
    book = openpyxl.load_workbook(tmp_path / "out" / "findings.xlsx", read_only=True)
    assert all("人口口径：户籍人口（people.csv）" in str(sheet["A3"].value) for sheet in book.worksheets)
    assert "Groups of people that are derived" in (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    found = verify(tmp_path / "out")
    assert found.ok, found.summary("en")


@pytest.mark.parametrize(("column", "row", "change"), [("people", "T2", 1), ("people", "T1:b3", 5), ("x", "T1:b3", 9)])
def test_people_who_were_moved_are_noticed(column: str, row: str, change: int, units: Study, tmp_path: Path) -> None:
    """One person too many in a unit, a share that is not its weight's, a building elsewhere: the verifier says so."""
    run(units, out=tmp_path / "out")
    path = tmp_path / "out" / "tables" / "demand.csv"
    table = pd.read_csv(path, encoding="utf-8-sig").set_index("demand_id")
    table.loc[row, column] += change
    if row == "T1:b3" and column == "people":
        table.loc["T1:b4", column] -= change
    table.to_csv(path, encoding="utf-8-sig")
    found = verify(tmp_path / "out")
    assert not found.ok
    assert found.faults
