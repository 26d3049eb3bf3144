"""Village tables, catchments, people by year and new residential areas in one study."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from planner.pipeline import Outcome, run
from planner.study import read_study
from planner.verify import verify
from tests.little import FILES, STUDY
from tests.pipeline.test_catchments import CATCHMENTS, POLICY, PROFILE, SCHOOLS

UNITS = "单位代码,人口\nT1,101\nT2,50\n"
LATER = "unit_code,year,group,persons,kind,source\nT1,2027,people,120,预测,甲报告\n"
AREAS = "小区编号,小区名称,经度,纬度,规划人口,交付年份,来源\nn1,新城,121.76,39.05,70,2026,控规\n"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """Run the little study with all of these tables."""
    folder = tmp_path_factory.mktemp("together")
    own = {
        "people.csv": UNITS, "schools.csv": SCHOOLS, "catchments.csv": CATCHMENTS, "policy.toml": POLICY,
        "profile.toml": PROFILE, "later.csv": LATER, "areas.csv": AREAS,
    }  # fmt: skip
    for name, text in (FILES | own).items():
        (folder / name).write_text(text, encoding="utf-8")
    text = STUDY.replace('"facilities.csv"', '"schools.csv"').replace('"dalian-2018"', '"profile.toml"')
    text = text.replace('"dazhengfa-2018-28"', '"policy.toml"').replace('"kindergarten.township-central"', '"class"')
    place = 'path = "people.csv"\ncrs = "EPSG:4326"\nx = "lon"\ny = "lat"\n'
    assert place in text
    text = text.replace(place, 'path = "people.csv"\n')
    layers = (
        '[[layers.catchments]]\npath = "catchments.csv"\n'
        '[[layers.population_by_year]]\npath = "later.csv"\n'
        '[[layers.residential_areas]]\npath = "areas.csv"\ndatum = "wgs84"\nx = "经度"\ny = "纬度"\n[standards]'
    )
    (folder / "study.toml").write_text(text.replace("[standards]", layers), encoding="utf-8")
    return run(read_study(folder / "study.toml"), out=folder / "out"), folder / "out"


def test_a_new_area_belongs_to_the_catchment_around_it(finished: tuple[Outcome, Path]) -> None:
    """Pupils of the new area count in the catchment of their township from the year of delivery on."""
    outcome, out = finished
    assert outcome.findings.set_index("unit_code").loc["z2", "measured"] == 25
    found = pd.read_csv(out / "tables" / "findings_by_year.csv", dtype=str).set_index(["situation_year", "unit_code"])
    measured = found["measured"].astype(float).to_dict()
    assert measured["2026", "z2"] == 60
    assert measured["2027", "z1"] == 60


def test_the_verifier_counts_all_of_it_again(finished: tuple[Outcome, Path]) -> None:
    """Points of units come from the run's table, new areas from their own layer: nobody is counted twice."""
    _, out = finished
    found = verify(out)
    assert found.ok, found.summary("en")
