"""A study with a table of catchments: pupils meet the seats of their schools, and the verifier counts again."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.pipeline import check, run
from planner.study import Study, read_study
from planner.verify import verify
from tests.little import FILES, STUDY

POLICY = """
[policy]
id = "own"
title = "own"
issued = "2020"
[[mandate]]
id = "class"
quote = "…"
section = "…"
strength = "hard"
lead_department = "…"
predicate = "CAPACITY"
service = "primary_school"
group = "people"
class_size = "size"
"""
PROFILE = """
[profile]
id = "own"
[[number]]
id = "size"
service = "primary_school"
value = 45
unit = "人/班"
"""
SCHOOLS = "facility_id,service,lon,lat,classes\np1,primary_school,121.65,39.05,1\np2,primary_school,121.66,39.05,1\np3,primary_school,121.75,39.05,2\n"  # noqa: E501
CATCHMENTS = "学区编号,学段,学校编号,划片方式,区划代码\nz1,小学,p1、p2,多校划片,T1\nz2,小学,p3,单校划片,T2\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Return the little study with two catchments: 100 pupils for two classes, 50 for two classes."""
    more = {"schools.csv": SCHOOLS, "catchments.csv": CATCHMENTS, "policy.toml": POLICY, "profile.toml": PROFILE}
    for name, text in (FILES | more).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    text = STUDY.replace('"facilities.csv"', '"schools.csv"').replace('"dalian-2018"', '"profile.toml"')
    text = text.replace('"dazhengfa-2018-28"', '"policy.toml"').replace('"kindergarten.township-central"', '"class"')
    layer = '[[layers.catchments]]\npath = "catchments.csv"\n[standards]'
    (tmp_path / "study.toml").write_text(text.replace("[standards]", layer), encoding="utf-8")
    return read_study(tmp_path / "study.toml")


def test_catchments_share_the_seats_of_their_schools(study: Study, tmp_path: Path) -> None:
    """Two schools share a catchment's pupils; findings come by catchment; the run says what it read, and verifies."""
    outcome = run(study, out=tmp_path / "out")
    findings = outcome.findings.set_index("unit_code")
    assert findings["status"].to_dict() == {"z1": "gap", "z2": "met"}
    assert findings["measured"].to_dict() == {"z1": 50, "z2": 25}
    assert findings.loc["z1", "evidence"] == "p1;p2"
    assert any(entry["path"] == "catchments.csv" for entry in outcome.record["inputs"])
    found = verify(tmp_path / "out")
    assert found.ok, found.summary("en")
    assert "学区：2 行" in check(study.path).summary()


def test_a_school_that_was_moved_to_another_catchment_is_noticed(study: Study, tmp_path: Path) -> None:
    """A run whose table of facilities says another catchment than the layers does not verify."""
    run(study, out=tmp_path / "out")
    path = tmp_path / "out" / "tables" / "facilities.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("z1", "z2", 1), encoding="utf-8-sig")
    assert not verify(tmp_path / "out").ok
