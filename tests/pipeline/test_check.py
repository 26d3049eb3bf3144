"""A check: everything is read, every fault told at once, nothing is run; and a new user's way from init to run."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from planner.cli import WRONG_INPUT, main
from planner.errors import InputError
from planner.pipeline import check, run
from planner.sample import sample_study
from planner.study import read_study
from tests.little import FILES, STUDY


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a little study that runs."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path / "study.toml"


def _change(study: Path, name: str, old: str, new: str) -> None:
    text = (study.parent / name).read_text("utf-8")
    assert old in text
    (study.parent / name).write_text(text.replace(old, new), encoding="utf-8")


def _leave(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return int(left.value.code or 0)


def test_a_sound_study_would_run(study: Path) -> None:
    """Without faults a check is ok and tells rows, levels, groups, services, options and mandates."""
    found = check(study)
    assert found.ok
    text = found.summary("en")
    for words in ("boundaries: 3 rows (county 1, township 2)", "groups of people: people", "kindergarten 1",
                  "options: 1 (build 1)", "evaluable      kindergarten.township-central", "roads: none"):  # fmt: skip
        assert words in text


def test_faults_of_all_layers_and_rules_are_told_at_once(study: Path) -> None:
    """Broken facilities, people, and an unknown mandate are told together, by a check and by a run alike."""
    _change(study, "facilities.csv", "service", "servise")
    _change(study, "people.csv", "39.04,100", "39.04,-100")
    _change(study, "study.toml", "township-central", "township-centre")
    faults = check(study).faults
    for word in ("service", "persons", "township-centre"):
        assert sum(word in sentence for sentence in faults) == 1
    with pytest.raises(InputError) as told:
        run(read_study(study))
    assert told.value.faults == faults


def test_what_depends_on_broken_boundaries_is_told(study: Path) -> None:
    """Without boundaries the other layers are looked at by themselves, and it is told that this is not all."""
    _change(study, "towns.geojson", '"code":"T2"', '"code":"T1"')
    _change(study, "sites.csv", "land_use", "use")
    found = check(study)
    assert any("T1" in sentence for sentence in found.faults)
    assert any("land_use" in sentence for sentence in found.faults)
    assert found.unchecked["facilities"] == "boundaries"
    assert "因为行政区划有误" in found.summary("zh")


def test_layers_are_looked_at_although_the_study_file_is_wrong(study: Path) -> None:
    """A typo in the study file does not hide the faults of its layers."""
    _change(study, "study.toml", 'crs = "EPSG:4550"', 'krs = "EPSG:4550"')
    _change(study, "people.csv", "39.04,100", "39.04,-100")
    found = check(study)
    assert any("'krs'" in sentence for sentence in found.faults)
    assert any("persons" in sentence for sentence in found.faults)
    assert found.unchecked["mandates"] == "study"


@pytest.mark.parametrize("text", [None, "[study"])
def test_no_study_file_is_one_sentence(text: str | None, tmp_path: Path) -> None:
    """A study file that is absent or no TOML gives one fault."""
    if text:
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    assert len(check(tmp_path / "study.toml").faults) == 1


def test_numbers_that_are_missing_are_named(study: Path) -> None:
    """A mandate whose number the profile lacks is not evaluable, and the number is named."""
    _change(study, "study.toml", 'only = ["kindergarten.township-central"]', 'only = ["school.no-large-class"]')
    assert "not evaluable  school.no-large-class no oversized class: school.class_size_limit" in check(study).summary(
        "en"
    )


def test_an_empty_set_of_units_is_told(study: Path) -> None:
    """A mandate for towns is told as not evaluable where no unit is of that kind."""
    _change(study, "study.toml", 'kind = "town"', 'kind = "集镇"')
    assert "'townships' (see kind)" in check(study).summary("en")


def test_faults_of_the_data_are_told_with_their_remedy(study: Path) -> None:
    """A row outside all units is told by layer and id, and the study would run; a check of many rows is short."""
    rows = "".join(f"far{number},121.9,39.05,1\n" for number in range(9))
    (study.parent / "people.csv").write_text(FILES["people.csv"] + rows, encoding="utf-8")
    found = check(study)
    assert found.ok
    text = found.summary("zh")
    assert "people.csv | far0 | " in text
    assert "另有 4 行同样的问题" in text


def test_groups_that_objectives_or_mandates_need(study: Path) -> None:
    """A group that a mandate counts and no layer has is a fault before anything is computed."""
    _change(study, "study.toml", 'only = ["kindergarten.township-central"]', 'only = ["school.no-large-class"]')
    _change(study, "people.csv", "demand_id,", "catchment_primary_school,demand_id,")
    _change(study, "people.csv", "\nd1", "\ns1,d1")
    _change(study, "people.csv", "\nd2", "\ns1,d2")
    assert any("age_6_11 in mandate school.no-large-class" in sentence for sentence in check(study).faults)


def test_the_sample_is_sound() -> None:
    """The sample would run; its mandates are evaluable, and its roads are counted."""
    found = check(sample_study())
    assert found.ok
    text = found.summary("en")
    assert "roads: " in text
    assert "not evaluable" not in text


def test_from_an_unknown_folder_to_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Init on a folder never seen before, check tells what is missing, and after stating it the study runs."""
    folder = tmp_path / "新 图层"
    folder.mkdir()
    towns = {"区划代码": ["210283101", "210283102"], "区划名称": ["甲镇", "乙镇"]}
    shapes = [box(122.6, 39.6, 122.7, 39.7), box(122.7, 39.6, 122.8, 39.7)]
    gpd.GeoDataFrame(towns, geometry=shapes, crs=4490).to_file(folder / "乡镇.gpkg")
    people = "居住点编号,lon,lat,常住人口\np1,122.64,39.64,100\np2,122.74,39.66,50\n"
    (folder / "people.csv").write_text(people, encoding="utf-8")
    gbk = "编号,机构名称,经度,纬度,所有制,等级\nk1,第一幼儿园,122.65,39.65,public,central\n"
    (folder / "幼儿园.csv").write_bytes(gbk.encode("gbk"))
    study = tmp_path / "study.toml"
    assert _leave("--language", "zh", "init", str(folder), "-o", str(study)) == 0
    assert "幼儿园.csv → facilities\n" in capsys.readouterr().out
    assert _leave("--language", "zh", "init", str(folder), "-o", str(study)) == WRONG_INPUT
    capsys.readouterr()
    assert _leave("--language", "zh", "check", str(study)) == WRONG_INPUT
    told = capsys.readouterr().out
    for key in ("'base_year'", "'years'", "'crs'", "'policy'", "'profile'", "of people.csv", "of 幼儿园.csv"):
        assert key in told
    text = study.read_text("utf-8")
    for key in ("base_year = ", "years = ", "policy = ", "profile = ", 'crs = "', 'kind = "town"', "only = "):
        text = text.replace(f"# {key}", key)
    study.write_text(text, encoding="utf-8")
    assert _leave("--language", "zh", "check", str(study)) == WRONG_INPUT
    assert "'service'" in capsys.readouterr().out
    stated = 'x = "经度"\nvalues = { service = "kindergarten" }'
    study.write_text(text.replace('x = "经度"', stated), encoding="utf-8")
    assert _leave("--language", "zh", "check", str(study)) == 0
    assert "可以运行" in capsys.readouterr().out
    assert _leave("--language", "zh", "run", str(study), "-o", str(tmp_path / "out")) == 0
    assert "达标 1，缺口 1" in capsys.readouterr().out
