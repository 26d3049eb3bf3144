from __future__ import annotations

import os
import runpy
import shutil
from pathlib import Path

import pandas as pd
import pytest

from planner.mandates import read_policy, read_profile
from planner.pipeline import Outcome, run
from planner.study import read_study
from planner.verify import verify

EXAMPLE = Path(__file__).parent.parent / "examples" / "dalian-health"
POLICY_TEXT = Path(__file__).parent / "references" / "dazhengfa-2018-28.txt"
LAYERS = (
    Path("dalian-facilities-2022") / "dalian_covid_points_2022.csv",
    Path("dalian-districts") / "dalian_districts_amap_wgs84.geojson",
)
STANDARDISED = "health-center.township-standardised"
LISTED = "health-center.township-listed"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """Place the list and run a copy of the example beside copies of the real layers, once."""
    if not os.environ.get("PLANNER_REAL_DATA"):
        pytest.skip("PLANNER_REAL_DATA is unset: no real layers to read")
    folder = tmp_path_factory.mktemp("dalian-health") / "example"
    left = shutil.ignore_patterns("dalian-*", "placed.csv", "out*", "__pycache__")
    shutil.copytree(EXAMPLE, folder, ignore=left)
    for layer in LAYERS:
        (folder / layer).parent.mkdir()
        shutil.copy(Path(os.environ["PLANNER_REAL_DATA"]) / layer, folder / layer)
    runpy.run_path(str(folder / "place.py"), run_name="__main__")
    return run(read_study(folder / "study.toml"), out=folder.parent / "out"), folder.parent / "out"


def _table(ran: tuple[Outcome, Path], name: str) -> pd.DataFrame:
    return pd.read_csv(ran[1] / "tables" / f"{name}.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")


def _findings(ran: tuple[Outcome, Path], mandate: str) -> pd.DataFrame:
    found = _table(ran, "findings_before")
    return found[(found["mandate_id"] == mandate) & (found["unit_level"] == "township")].set_index("unit_code")


# ------------------------------------------------------------------------------------ without the real layers


def test_quotes_are_words_of_the_text_and_radii_are_not() -> None:
    """Every quote stands in the policy text; both radii are invented, and the mandate that reads one is soft."""
    profile = read_profile("profile.toml", folder=EXAMPLE)
    policy = read_policy("policy.toml", profile=profile, years=(2023,), folder=EXAMPLE)
    text = POLICY_TEXT.read_text(encoding="utf-8")
    assert [mandate.mandate_id for mandate in policy.mandates if mandate.quote not in text] == []
    assert all(entry.invented and not entry.confirmed for entry in profile.entries.values())
    assert {m.strength for m in policy.mandates if m.predicate_name == "COVERAGE"} == {"soft"}


def test_the_list_of_units_is_whole_and_aliases_are_of_their_county() -> None:
    """152 units; a name in another spelling points to the unit of that county."""
    units = pd.read_csv(EXAMPLE / "units.csv", dtype="str", keep_default_na=False).set_index("code")
    aliases = pd.read_csv(EXAMPLE / "aliases.csv", dtype="str", keep_default_na=False)
    assert (len(units), units.index.is_unique) == (152, True)
    assert aliases["name"].tolist() == units.loc[aliases["code"], "name"].tolist()
    assert aliases["county_code"].tolist() == units.loc[aliases["code"], "parent_code"].tolist()


def test_the_example_names_no_place_outside_its_folder() -> None:
    """Its files can be copied anywhere."""
    assert [file.name for file in EXAMPLE.iterdir() if file.is_file() and ".." + "/" in file.read_text("utf-8")] == []


# --------------------------------------------------------------------------------------- with the real layers


@pytest.mark.real_data
@pytest.mark.slow
def test_the_list_is_placed_by_position_and_name(ran: tuple[Outcome, Path]) -> None:
    """133 of 134 have the code of a unit; one lies in another county than it reports, and is left out by name."""
    inputs = ran[0].inputs
    assert inputs.facilities["service"].value_counts().to_dict() == {
        "township_health_centre": 69,
        "community_health_service": 64,
    }
    levels = inputs.boundaries.set_index("code")["level"]
    assert set(levels[inputs.facilities["unit_code"]]) == {"township"}
    lost = inputs.faults[inputs.faults["code"].eq("left_out_no_position") & inputs.faults["layer"].eq("placed.csv")]
    assert lost["row_id"].tolist() == ["medical_public-0280"]
    assert inputs.facilities[["owner", "standardised"]].replace("", pd.NA).isna().all(axis=None)


@pytest.mark.real_data
@pytest.mark.slow
def test_unknown_attributes_are_neither_met_nor_a_gap(ran: tuple[Outcome, Path]) -> None:
    """A town whose health centre may be standardised cannot be told; the reference says where the list has one."""
    standardised, listed = _findings(ran, STANDARDISED), _findings(ran, LISTED)
    assert standardised["status"].value_counts().to_dict() == {"not_evaluable": 34, "gap": 13}
    assert listed["status"].value_counts().to_dict() == {"met": 34, "gap": 13}
    unknown = standardised.index[standardised["status"] == "not_evaluable"]
    assert set(unknown) == set(listed.index[listed["status"] == "met"])
    assert set(standardised.loc[unknown, "reason_code"]) == {"no_data"}
    assert (standardised.loc[unknown, ["measured", "shortfall", "people_affected"]] == "").all(axis=None)
    assert standardised.loc[unknown, "evidence"].tolist() == listed.loc[unknown, "evidence"].tolist()


@pytest.mark.real_data
@pytest.mark.slow
def test_counties_without_towns_are_told(ran: tuple[Outcome, Path]) -> None:
    """Seven districts have no 乡镇: one line each that says so, never a met one."""
    found = _table(ran, "findings_before")
    empty = found[(found["mandate_id"] == STANDARDISED) & (found["reason_code"] == "empty_unit_set")]
    assert sorted(empty["unit_name"]) == sorted(
        ["中山区", "西岗区", "沙河口区", "甘井子区", "旅顺口区", "金州区", "普兰店区"]
    )


@pytest.mark.real_data
@pytest.mark.slow
def test_nothing_is_proposed_and_only_gaps_have_causes(ran: tuple[Outcome, Path]) -> None:
    """Without land there is no plan; what is not evaluable is given no cause."""
    assert ran[0].plan.options.empty
    keys = ["mandate_id", "unit_code"]
    after, causes = _table(ran, "findings_after"), _table(ran, "plan_causes")
    gaps = after[(after["status"] == "gap") & (after["strength"] != "soft")]
    assert set(map(tuple, causes[keys].to_numpy())) == set(map(tuple, gaps[keys].to_numpy()))
    assert set(causes["cause"]) == {"no_option_in_unit"}


@pytest.mark.real_data
@pytest.mark.slow
def test_radii_are_straight_lines_over_points_of_units(ran: tuple[Outcome, Path]) -> None:
    """149 units have a rough point; 70 are within 5 km of a health centre, 40 within 3 km of a community service."""
    assert ran[0].inputs.network is None
    table = _table(ran, "coverage_before")
    of_city = table[(table["unit_level"] == "city") & (table["group"] == "unit_points")].set_index("standard_id")
    assert of_city["total"].astype(int).tolist() == [149, 149]
    covered = of_city["covered"].astype(int).to_dict()
    assert covered == {"health-centre.radius": 70, "community-health.radius": 40}
    assert set(of_city["cost_kind"]) == {"radius_m"}


@pytest.mark.real_data
@pytest.mark.slow
def test_measured_again_every_figure_is_equal(ran: tuple[Outcome, Path]) -> None:
    """The verifier, from the files alone, finds every figure; the map says what a gap means here."""
    verification = verify(ran[1])
    assert verification.ok, verification.summary("en")
    assert verification.agreeing > 7_000
    assert "缺口只表示名单中没有" in (ran[1] / "map.html").read_text(encoding="utf-8")
