from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from planner.errors import StudyError
from planner.mandates import read_policy, read_profile
from planner.pipeline import Outcome, run
from planner.study import read_study
from planner.verify import verify

EXAMPLE = Path(__file__).parent.parent / "examples" / "liechtenstein"
EXTRACT = Path("osm-liechtenstein") / "liechtenstein.osm.pbf"
WITHOUT_KINDERGARTEN = ["Gamprin", "Mauren", "Planken", "Ruggell", "Triesenberg"]


def _copy(folder: Path) -> Path:
    """Copy the example without what may stand beside it, and return its study file."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("osm-liechtenstein", "out*"))
    return folder / "study.toml"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """Run a copy of the example beside a copy of the extract, once; return what it found and where it wrote it."""
    if not os.environ.get("PLANNER_REAL_DATA"):
        pytest.skip("PLANNER_REAL_DATA is unset: no real layers to read")
    study = _copy(tmp_path_factory.mktemp("liechtenstein") / "example")
    (study.parent / EXTRACT).parent.mkdir()
    shutil.copy(Path(os.environ["PLANNER_REAL_DATA"]) / EXTRACT, study.parent / EXTRACT)
    out = study.parent.parent / "out"
    return run(read_study(study), out=out), out


def _table(ran: tuple[Outcome, Path], name: str) -> pd.DataFrame:
    return pd.read_csv(ran[1] / "tables" / f"{name}.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")


def _units(table: pd.DataFrame, mandate: str, status: str) -> list[str]:
    return sorted(table.loc[(table["mandate_id"] == mandate) & (table["status"] == status), "unit_name"])


# ------------------------------------------------------------------------------------- without the extract


def test_the_study_names_the_file_it_lacks(tmp_path: Path) -> None:
    """Without the extract the study is refused with a sentence that names the file, and with no other fault."""
    with pytest.raises(StudyError) as told:
        read_study(_copy(tmp_path / "example"))
    assert {sentence.split(" for ")[0] for sentence in told.value.faults} == {f"expected a file {EXTRACT.as_posix()}"}


def test_policy_and_profile_say_that_they_are_invented() -> None:
    """Three mandates, a programme among them, and no number or quote claims a source."""
    profile = read_profile("profile.toml", folder=EXAMPLE)
    policy = read_policy("policy.toml", profile=profile, years=(2022, 2023), folder=EXAMPLE)
    assert {mandate.predicate_name: mandate.strength for mandate in policy.mandates} == {
        "COUNT_PER_UNIT": "hard",
        "PROGRAMME_PER_YEAR": "hard",
        "COVERAGE": "network",
    }
    assert all("虚构" in mandate.section and "虚构" in mandate.note for mandate in policy.mandates)
    assert all(entry.invented and not entry.confirmed for entry in profile.entries.values())


def test_the_example_names_no_place_outside_its_folder() -> None:
    """Its files can be copied anywhere."""
    assert [file.name for file in EXAMPLE.iterdir() if file.is_file() and ".." + "/" in file.read_text("utf-8")] == []


# ---------------------------------------------------------------------------------------- with the extract


@pytest.mark.real_data
@pytest.mark.slow
def test_all_layers_are_read(ran: tuple[Outcome, Path]) -> None:
    """Eleven municipalities in two districts of one country; what stands beyond the border is told and left out."""
    inputs = ran[0].inputs
    assert inputs.boundaries["level"].value_counts().to_dict() == {"township": 11, "county": 2, "city": 1}
    assert set(inputs.boundaries.loc[inputs.boundaries["level"] != "city", "parent_code"]) == {
        "r1155955",
        "r1156141",
        "r1156142",
    }
    assert inputs.facilities["service"].value_counts().to_dict() == {
        "fitness_station": 33,
        "school": 22,
        "kindergarten": 18,
    }
    assert (len(inputs.demand), int(inputs.demand["buildings"].sum())) == (15_808, 15_808)
    assert int(inputs.faults["code"].eq("left_out_no_unit").sum()) == 38 + 31


@pytest.mark.real_data
@pytest.mark.slow
def test_protected_meadows_are_no_candidates(ran: tuple[Outcome, Path]) -> None:
    """Eleven of 150 sites lie in nature reserves, by both tags, and no option stands on them."""
    sites = ran[0].inputs.sites
    assert (len(sites), int(sites["excluded"].sum())) == (150, 11)
    assert set(sites.loc[sites["excluded"], "excluded_by"]) == {"nature-reserve;protected-area"}
    assert set(sites.loc[sites["excluded"], "land_use"]) == {"meadow"}
    assert not set(ran[0].options["place_id"]) & set(sites.index[sites["excluded"]])


@pytest.mark.real_data
@pytest.mark.slow
def test_every_municipality_gets_a_kindergarten(ran: tuple[Outcome, Path]) -> None:
    """Five have none in the extract; each gets one, and all six others have theirs."""
    before, after = (_table(ran, f"findings_{when}") for when in ("before", "after"))
    assert _units(before, "kindergarten.per-municipality", "gap") == WITHOUT_KINDERGARTEN
    assert len(_units(after, "kindergarten.per-municipality", "met")) == 11


@pytest.mark.real_data
@pytest.mark.slow
def test_two_stations_are_completed_in_each_year(ran: tuple[Outcome, Path]) -> None:
    """The 33 that stand have no year and count in none; the plan completes two in 2022 and two in 2023."""
    programme = [
        table[table["mandate_id"] == "fitness-station.per-year"].set_index("year")["measured"].astype(float).to_dict()
        for table in (_table(ran, "findings_before"), _table(ran, "findings_after"))
    ]
    assert programme == [{"2022": 0, "2023": 0}, {"2022": 2, "2023": 2}]
    stations = ran[0].plan.options.query("service == 'fitness_station'")
    assert stations["complete_year"].value_counts().to_dict() == {2022: 2, 2023: 2}


@pytest.mark.real_data
@pytest.mark.slow
def test_schools_by_road(ran: tuple[Outcome, Path]) -> None:
    """One school can be built: Balzers reaches its share, six municipalities do not, each with a verified cause."""
    before, after = (_table(ran, f"findings_{when}") for when in ("before", "after"))
    gaps = [_units(table, "school.buildings-within-walk", "gap") for table in (before, after)]
    assert (len(gaps[0]), sorted(set(gaps[0]) - set(gaps[1]))) == (7, ["Balzers"])
    covered = [_table(ran, f"coverage_{when}") for when in ("before", "after")]
    of_country = [table[(table["unit_level"] == "city") & (table["group"] == "buildings")] for table in covered]
    assert [int(table["covered"].iloc[0]) for table in of_country] == [8_636, 8_983]
    causes = _table(ran, "plan_causes")
    assert causes["cause"].value_counts().to_dict() == {"limit": 5, "capacity": 1}
    assert causes["verified"].eq("True").all()


@pytest.mark.real_data
@pytest.mark.slow
def test_the_plan_is_proven(ran: tuple[Outcome, Path]) -> None:
    """Ten options, every stage solved to proof, and no other plan is as good."""
    plan = ran[0].plan
    assert (len(plan.options), plan.ties) == (10, "unique")
    assert ({stage.status for stage in plan.stages}, max(stage.gap for stage in plan.stages)) == ({"optimal"}, 0.0)


@pytest.mark.real_data
@pytest.mark.slow
def test_measured_again_every_figure_is_equal(ran: tuple[Outcome, Path]) -> None:
    """The verifier, from the extract and the files alone, finds every figure of the run; the map says whose data."""
    verification = verify(ran[1])
    assert verification.ok, verification.summary("en")
    assert verification.agreeing > 3_000
    assert "© OpenStreetMap contributors" in (ran[1] / "map.html").read_text(encoding="utf-8")
