from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from planner.study import Study, read_study


def test_each_room_gets_its_settings(study: Study, tmp_path: Path) -> None:
    """Paths start in the study's folder; lists are tuples; what is not said has its default."""
    assert (study.name, study.title, study.language, study.seed) == ("t", "t", "zh", 1)
    assert (study.base_year, study.years, study.unit_list_date) == (2025, (2026, 2027), "2023-06-30")
    assert study.folder == tmp_path
    assert study.layers.boundaries[0].path == tmp_path / "data" / "units.csv"
    assert study.layers.boundaries[0].expected == tmp_path / "data" / "people.csv"
    assert study.layers.population[0].groups == ("people", "age_3_5")
    assert study.layers.exclusions[0].rule_id == "farmland"
    assert (study.layers.sites, study.layers.leading_zones) == ((), None)
    assert study.roads is not None
    assert study.roads.path == tmp_path / "data" / "units.csv"
    assert study.network.max_snap_m > 0
    assert study.mandates.only == ("a", "b")
    assert study.siting.budget_yuan == {2026: 5_000_000}
    assert study.siting.options[1].where == {"rank": ["a", "b"]}
    assert study.report.labels == {"park": ("公园", "park")}


def test_modes_are_the_defaults_with_overrides(study: Study) -> None:
    """One class of one mode differs; everything else is as by default."""
    from planner.network.modes import DRIVE, WALK

    assert study.modes["walk"].speed_kph == {**WALK.speed_kph, "residential": 4.0}
    assert study.modes["drive"] == DRIVE


def test_a_mode_of_ones_own(make: Callable[[str], Path], good: str) -> None:
    """A new mode says everything about itself."""
    text = good + "\n[modes.bus]\nspeed_kph = { primary = 20 }\naccess_speed_kph = 5\nobeys_oneway = true\n"
    assert read_study(make(text)).modes["bus"].speed_kph == {"primary": 20.0}


def test_the_report_says_what_the_study_says(make: Callable[[str], Path], good: str) -> None:
    """Title, notice and language of [study] hold unless [report] has its own."""
    report = read_study(make(good)).report
    assert (report.title, report.notice, report.language) == ("t", "示例", "zh")
    own = read_study(make(good.replace("[report]", '[report]\ntitle = "own"\nlanguage = "en"'))).report
    assert (own.title, own.notice, own.language) == ("own", "示例", "en")


def test_a_study_is_frozen(study: Study) -> None:
    """Nothing is changed in place; a copy with another value is made."""
    with pytest.raises(FrozenInstanceError):
        study.seed = 2  # type: ignore[misc]
    assert replace(study, seed=2).seed == 2
    with pytest.raises(ValueError, match="seed"):
        replace(study, seed="2")  # type: ignore[arg-type]


def test_effective_settings_are_json_and_stay_the_same(study: Study, make: Callable[[str], Path], good: str) -> None:
    """All settings in effect, paths relative to the study's folder, equal from run to run."""
    effective = study.effective()
    assert json.loads(json.dumps(effective)) == effective
    assert effective["layers"]["population"][0]["path"] == "data/people.csv"
    assert effective["study"]["years"] == [2026, 2027]
    assert effective["modes"]["walk"]["access_speed_kph"] == study.modes["walk"].access_speed_kph
    assert str(study.folder) not in json.dumps(effective)
    assert read_study(make(good)).effective() == effective


def test_a_byte_order_mark_is_forgiven(make: Callable[[str], Path], good: str) -> None:
    """A file saved by an editor that adds a mark is read."""
    assert read_study(make("\ufeff" + good)).name == "t"


def test_a_date_may_be_a_date(make: Callable[[str], Path], good: str) -> None:
    """TOML's own dates are read like texts."""
    assert read_study(make(good.replace('"2023-06-30"', "2023-06-30"))).unit_list_date == "2023-06-30"


def test_the_sample_is_a_good_study(checkout: Path) -> None:
    """The embedded sample's study file loads, and its options are those it lists."""
    path = checkout / "data" / "study.toml"
    if not path.is_file():
        pytest.skip("the sample is not here")
    study = read_study(path)
    assert study.crs == "EPSG:4550"
    assert {option.action for option in study.siting.options} == {"build", "upgrade", "expand"}


def test_a_study_overrides_what_stops_a_mode(make, good) -> None:
    """Barriers, restrictions, tagged speeds, urban speeds, ferries and the cost of crossing can be the study's own."""
    text = good.replace("[modes.walk]", "[modes.walk]\nobeys_oneway = true") + (
        "\n[modes.drive]\nbarriers = ['bollard']\nrestriction_tags = []\ntagged_speeds = true\n"
        "urban_kph = { primary = 40 }\nu_turns = false\n"
        "[modes.school_penalised]\ncrossing_s = 60\ncrossing_m = 90\n"
        "[modes.cycle]\nspeed_kph = { ferry = 15 }\n"
    )
    modes = read_study(make(text)).modes
    assert (modes["drive"].barriers, modes["drive"].restriction_tags) == (("bollard",), ())
    assert (modes["drive"].tagged_speeds, modes["drive"].u_turns) == (True, False)
    assert modes["drive"].urban_kph == {"primary": 40.0}
    assert modes["school_penalised"].crossing_m == 90.0
    assert modes["cycle"].speed_kph["ferry"] == 15.0
    effective = read_study(make(text)).effective()["modes"]
    assert effective["drive"]["barriers"] == ["bollard"]
    assert effective["school_strict"]["severed_by"][-1] == "railway"
    assert effective["school_strict"]["crossing_s"] is None
