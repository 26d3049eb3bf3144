from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from planner.errors import StudyError
from planner.layers import FaultLog
from planner.layers.osm import read_osm
from planner.mandates import read_policy, read_profile
from planner.pipeline import Outcome, run
from planner.study import read_study
from planner.verify import verify

EXAMPLE = Path(__file__).parent.parent / "examples" / "malta"
EXTRACT = Path("osm-malta") / "malta.osm.pbf"
ISLANDS = ["Comino", "Gozo", "Malta"]
ABSENT = [
    "Birżebbuġa",
    "Marsa",
    "Munxar",
    "Naxxar",
    "Qrendi",
    "Santa Venera",
    "Siġġiewi",
    "St Paul's Bay (San Pawl il-Baħar)",
    "Żebbuġ (Għawdex)",
]
SITES = {
    "r6311965": "Għajnsielem",
    "w327301354": "Floriana",
    "w351203578": "Pieta",
    "w354759221": "Qala",
    "w395357540": "Mdina",
}


def _copy(folder: Path) -> Path:
    """Copy the example without what may stand beside it, and return its study file."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("osm-malta", "out*"))
    return folder / "study.toml"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """Run a copy of the example beside a copy of the extract, once; return what it found and where it wrote it."""
    if not os.environ.get("PLANNER_REAL_DATA"):
        pytest.skip("PLANNER_REAL_DATA is unset: no real layers to read")
    study = _copy(tmp_path_factory.mktemp("malta") / "example")
    (study.parent / EXTRACT).parent.mkdir()
    shutil.copy(Path(os.environ["PLANNER_REAL_DATA"]) / EXTRACT, study.parent / EXTRACT)
    out = study.parent.parent / "out"
    return run(read_study(study), out=out), out


def _table(ran: tuple[Outcome, Path], name: str) -> pd.DataFrame:
    return pd.read_csv(ran[1] / "tables" / f"{name}.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")


# ------------------------------------------------------------------------------------- without the extract


def test_the_study_names_the_file_it_lacks(tmp_path: Path) -> None:
    """Without the extract the study is refused with a sentence that names the file, and with no other fault."""
    with pytest.raises(StudyError) as told:
        read_study(_copy(tmp_path / "example"))
    assert {sentence.split(" for ")[0] for sentence in told.value.faults} == {f"expected a file {EXTRACT.as_posix()}"}


def test_policy_and_profile_say_that_they_are_invented() -> None:
    """Both mandates are bound to the example's own profile and unit set, and no number or quote claims a source."""
    profile = read_profile("profile.toml", folder=EXAMPLE)
    policy = read_policy("policy.toml", profile=profile, years=(2017, 2018), folder=EXAMPLE)
    assert {mandate.predicate_name: mandate.strength for mandate in policy.mandates} == {
        "COUNT_PER_UNIT": "hard",
        "COVERAGE": "network",
    }
    assert all("虚构" in mandate.section and "虚构" in mandate.note for mandate in policy.mandates)
    assert all(entry.invented and not entry.confirmed for entry in profile.entries.values())


def test_the_list_of_councils_is_whole() -> None:
    """Malta's 68 local councils, each once; nine of them without an outline."""
    listed = pd.read_csv(EXAMPLE / "councils.csv", dtype="str", keep_default_na=False)
    assert (len(listed), listed["name"].nunique()) == (68, 68)
    assert sorted(listed.loc[listed["code"] == "", "name"]) == ABSENT
    assert listed.loc[listed["code"] != "", "code"].is_unique


def test_nothing_of_the_real_data_is_in_the_project(checkout: Path) -> None:
    """Git holds no file of the extract, and the example names no place outside its folder."""
    git = shutil.which("git")
    if git is None or not (checkout / ".git").exists():
        pytest.skip("no git checkout")
    listed = subprocess.run([git, "ls-files"], cwd=checkout, check=True, capture_output=True, text=True).stdout
    assert [name for name in listed.splitlines() if "osm-malta" in name or name.endswith(".pbf")] == []
    assert [file.name for file in EXAMPLE.iterdir() if file.is_file() and ".." + "/" in file.read_text("utf-8")] == []


# ---------------------------------------------------------------------------------------- with the extract


@pytest.mark.real_data
@pytest.mark.slow
def test_councils_are_units_and_absent_ones_are_told(ran: tuple[Outcome, Path]) -> None:
    """59 councils are units on their islands; the nine that have no outline are listed by name."""
    units = ran[0].inputs.boundaries
    councils = units[units["kind"] == "council"]
    assert (len(councils), councils["parent_code"].eq("").sum()) == (59, 0)
    assert sorted(units.loc[units["kind"] == "island", "name"]) == ISLANDS
    faults = _table(ran, "data_faults")
    assert sorted(faults.loc[faults["code"] == "unit_absent", "row_id"]) == ABSENT


@pytest.mark.real_data
@pytest.mark.slow
def test_the_sixtieth_outline_is_no_council(ran: tuple[Outcome, Path]) -> None:
    """Of 60 outlines one has no name: it is that of Għajnsielem without Comino, and would count its people twice."""
    tags = {"boundary": "administrative", "admin_level": "8"}
    outlines = read_osm(ran[0].study.folder / EXTRACT, tags=tags, columns=[], layer="", log=FaultLog()).set_index("id")
    assert len(outlines) == 60
    (nameless,) = outlines.index[outlines["name"] == ""]
    ring, council = outlines.geometry[nameless], outlines.geometry["r6311965"]
    assert any(part.equals(ring) for part in council.geoms)


@pytest.mark.real_data
@pytest.mark.slow
def test_every_school_and_building_is_read(ran: tuple[Outcome, Path]) -> None:
    """127 schools, and all buildings (57 nodes, 9,704 ways, 28 relations) but the three that a line tells."""
    inputs = ran[0].inputs
    assert len(inputs.facilities) == 127
    left_out = inputs.faults["code"].eq("left_out_no_unit").sum()
    assert (len(inputs.demand) + left_out, left_out) == (57 + 9_704 + 28, 3)
    assert inputs.demand["buildings"].eq(1).all()


@pytest.mark.real_data
@pytest.mark.slow
def test_sites_are_parks_and_playgrounds_with_an_area(ran: tuple[Outcome, Path]) -> None:
    """478 areas; the 43 playgrounds that are drawn as points are no candidates. 172 are large enough."""
    sites = ran[0].inputs.sites
    assert (len(sites), set(sites["osm_type"]), set(sites["land_use"])) == (
        478,
        {"way", "relation"},
        {"park", "playground"},
    )
    assert len(ran[0].options) == sites["area_m2"].ge(1_500).sum() == 172


@pytest.mark.real_data
@pytest.mark.slow
def test_five_sites_are_proposed_and_proven(ran: tuple[Outcome, Path]) -> None:
    """Five parks, in councils without a school; every stage is solved to proof, and the plan is the only best one."""
    plan = ran[0].plan
    names = ran[0].inputs.boundaries.set_index("code")["name"]
    assert {code: names[code] for code in plan.options["unit_code"]} == SITES
    assert (plan.options["action"].eq("build").all(), plan.options["land_m2"].ge(1_500).all()) == (True, True)
    assert ({stage.status for stage in plan.stages}, max(stage.gap for stage in plan.stages)) == ({"optimal"}, 0.0)
    assert plan.ties == "unique"


@pytest.mark.real_data
@pytest.mark.slow
def test_the_plan_closes_what_it_says(ran: tuple[Outcome, Path]) -> None:
    """What options are said to close is met afterwards and was not before; all else that is unmet has its cause."""
    keys = ["mandate_id", "unit_code", "year"]
    before, after = (_table(ran, f"findings_{when}").set_index(keys)["status"] for when in ("before", "after"))
    closed = {key for told in _table(ran, "plan_effects")["closes"] for key in told.split(";") if key}
    assert closed == {"|".join(key) for key in before.index[(before == "gap") & (after == "met")]}
    assert len(closed) == 7
    causes = _table(ran, "plan_causes")
    assert set(map(tuple, causes[keys].to_numpy())) == set(after.index[after == "gap"])
    assert causes["verified"].eq("True").all()
    assert set(causes["cause"]) == {"no_option_in_unit", "no_option_in_reach", "capacity", "limit"}


@pytest.mark.real_data
@pytest.mark.slow
def test_coverage_grows(ran: tuple[Outcome, Path]) -> None:
    """Buildings within 1 km of a school: 3,888 of 9,786, and 4,134 with the plan; those on Comino can reach none."""
    before, after = (_table(ran, f"coverage_{when}") for when in ("before", "after"))
    islands = [table[(table["unit_level"] == "county") & (table["group"] == "buildings")] for table in (before, after)]
    assert [table["covered"].astype(int).sum() for table in islands] == [3_888, 4_134]
    assert islands[0]["total"].astype(int).sum() == 9_786
    gaps = _table(ran, "gap_areas_before")
    cut_off = gaps[gaps["reason"] == "unreachable"]
    assert cut_off["buildings"].astype(int).sum() == 70
    assert set(cut_off["unit_name"]) == {"Għajnsielem"}


@pytest.mark.real_data
@pytest.mark.slow
def test_islands_are_components_with_names(ran: tuple[Outcome, Path]) -> None:
    """Gozo and Comino are parts of the walking network by name; the other fragments are counted.

    Roads behind gates that are tagged private (0.8 km on Malta, 1.4 km on Gozo) are fragments of their own.
    """
    parts = json.loads((ran[1] / "run.json").read_text(encoding="utf-8"))["network"]["modes"]["walk"]
    assert [part["name"] for part in parts["large"]] == ["Malta", "Gozo", "Comino · Għajnsielem"]
    assert [round(part["road_m"] / 1_000) for part in parts["large"]] == [2_950, 517, 20]
    assert (parts["components"], parts["fragments"]) == (399, 396)
    assert parts["fragments_road_m"] == pytest.approx(76_227, abs=1)


@pytest.mark.real_data
@pytest.mark.slow
def test_the_report_says_whose_data_it_is(ran: tuple[Outcome, Path]) -> None:
    """Map and record carry the attribution of OpenStreetMap, and that buildings stand for people."""
    told = ("© OpenStreetMap contributors", "ODbL", "以建筑物代人口")
    for name in ("map.html", "run.json"):
        text = (ran[1] / name).read_text(encoding="utf-8")
        assert [words for words in told if words not in text] == []


@pytest.mark.real_data
@pytest.mark.slow
def test_measured_again_every_figure_is_equal(ran: tuple[Outcome, Path]) -> None:
    """The verifier, from the extract and the files alone, finds every figure of the run."""
    verification = verify(ran[1])
    assert verification.ok, verification.summary("en")
    assert verification.agreeing > 7_000
