"""Land, run and verified: what screening, proposals and templates say, and what a wrong cell does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from planner import run
from planner.study import read_study
from planner.verify import verify
from planner.verify.files import read_run
from planner.verify.inputs import read_inputs
from planner.verify.land import check_land
from planner.verify.proposed import check_proposals
from planner.verify.recount import Scene
from planner.verify.world import with_plan
from tests.land_town import write_land_town


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output of a run of the town with land; its study lies beside it."""
    folder = tmp_path_factory.mktemp("land")
    (folder / "study").mkdir()
    run(read_study(write_land_town(folder / "study")), out=folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def again(out: Path):
    """Return a function that verifies the land of a changed copy of the run; the layers are read once."""
    held = read_inputs(read_run(out))

    def faults(copy: Path) -> str:
        found = read_run(copy)
        now = found.settings["study"]["base_year"]
        facilities = found.tables["facilities"].set_index("facility_id", drop=False)
        scene = Scene(held.world, with_plan(facilities, found.tables["plan_options"].iloc[:0], now), now)
        land = {"boundaries": held.boundaries, "exclusions": held.exclusions, "permitted": held.permitted}
        both = [check_land(found, held.sites, held.exclusions), check_proposals(found, scene, held.sites, land)]
        return "" if all(one.ok for one in both) else "\n".join(one.summary("en") for one in both)

    return faults


def _table(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(out / "tables" / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")


def test_each_parcel_gets_its_verdict(out: Path) -> None:
    """Red line, exception, growth boundary, village boundary, village plan, fuel station, flood, slope: one each."""
    sites = _table(out, "sites").set_index("site_id")
    assert sites.loc["red1", ["excluded_by", "eligibility"]].tolist() == ["ecological-red-line", "excluded"]
    assert sites.loc[["red2", "half", "rural", "plan"], "eligibility"].unique().tolist() == ["eligible"]
    assert sites.loc["lost", ["eligibility", "adjustment_by", "excluded"]].tolist() == [
        "needs_plan_adjustment", "urban-growth-boundary", "False",
    ]  # fmt: skip
    assert sites.loc["fuel", "excluded_by"] == "hazardous-site"
    assert sites.loc["wet", ["eligibility", "excluded_for"]].tolist() == ["eligible", "disaster_depot"]
    assert sites.loc["steep", "excluded_by"] == "slope"
    log = _table(out, "screening").set_index(["site_id", "rule_id"])
    assert log.loc[("red2", "ecological-red-line"), "exception"] == "示例省厅，示例〔2025〕1号，2025-03-01"
    assert log.loc[("lost", "slope"), "outcome"] == "unknown"
    assert log.loc[("steep", "slope"), ["measured", "limit", "unit"]].tolist() == ["26.57", "10.0", "degrees"]


def test_needs_are_told_of_each_parcel(out: Path) -> None:
    """Farmland of a collective that the state supplies is converted and expropriated; what is not known is empty."""
    sites = _table(out, "sites").set_index("site_id")
    names = ["conversion_needed", "conversion_basis", "expropriation_needed", "expropriation_basis"]
    assert sites.loc["red1", names].tolist() == ["True", "derived", "True", "derived"]
    assert sites.loc["red2", names].tolist() == ["False", "derived", "False", "derived"]
    assert sites.loc["rural", names].tolist() == ["", "no_current_use", "", "supply_open"]


def test_proposed_sites_have_no_parcel_and_only_willing_templates_use_them(out: Path) -> None:
    """Village centres, a grid and clusters are there; depots may use them, kindergartens may not."""
    sites, options = _table(out, "sites"), _table(out, "options")
    made = sites[sites["origin"] != "supplied"]
    assert set(made["origin"]) == {"village_centres", "grid", "unserved_clusters"}
    assert (made[["land_use", "area_m2"]] == "").all(axis=None)
    assert set(made.loc[made["origin"] == "village_centres", "site_id"]) == {"vc-V1", "vc-V2", "vc-V3"}
    used = options[options["place_id"].isin(made["site_id"])]
    assert set(used["template_id"]) == {"depot"}
    fits = _table(out, "site_services").set_index(["template_id", "site_id"])
    assert fits.loc[("kg", "vc-V1"), ["verdict", "usable"]].tolist() == ["parcel_unknown", "False"]
    assert fits.loc[("kg", "lost"), ["verdict", "usable"]].tolist() == ["needs_plan_adjustment", "False"]
    assert fits.loc[("depot", "lost"), "usable"] == "True"


def test_the_whole_run_is_verified(out: Path) -> None:
    """Everything that the run says of land, the verifier finds again by itself."""
    outcome = verify(out)
    assert outcome.ok, outcome.summary("en")


@pytest.mark.parametrize(
    ("table", "where", "column", "value"),
    [
        ("screening", {"site_id": "red1", "rule_id": "ecological-red-line"}, "measured", "1.0"),
        ("screening", {"site_id": "red1", "rule_id": "ecological-red-line"}, "outcome", "exception"),
        ("screening", {"site_id": "red2", "rule_id": "ecological-red-line"}, "exception", "某厅"),
        ("screening", {"site_id": "lost", "rule_id": "urban-growth-boundary"}, "outcome", "met"),
        ("screening", {"site_id": "steep", "rule_id": "slope"}, "measured", "9.0"),
        ("screening", {"site_id": "fuel", "rule_id": "hazardous-site"}, "measured", "60"),
        ("screening", {"site_id": "fuel", "rule_id": "hazardous-site"}, "limit", "30.0"),
        ("sites", {"site_id": "lost"}, "eligibility", "eligible"),
        ("sites", {"site_id": "wet"}, "excluded_for", ""),
        ("sites", {"site_id": "red1"}, "conversion_needed", "False"),
        ("sites", {"site_id": "rural"}, "expropriation_needed", "False"),
        ("sites", {"site_id": "vc-V1"}, "x", "500001.0"),
        ("sites", {"site_id": "vc-V2"}, "area_m2", "500"),
        ("sites", {"site_id": "left-1"}, "x", "500001.0"),
        ("sites", {"site_id": "left-1"}, "unserved", "3"),
        ("sites", {"site_id": "left-2"}, "centre_x", "500500.0"),
        ("sites", {"site_id": "left-2"}, "proposed_by", "other"),
        ("site_services", {"template_id": "kg", "site_id": "lost"}, "usable", "True"),
        ("site_services", {"template_id": "depot", "site_id": "wet"}, "verdict", "usable"),
        ("options", {"option_id": "depot:lost"}, "option_id", "depot:wet"),
    ],
)
def test_a_wrong_cell_is_found(
    out: Path, again: Callable[[Path], str], tmp_path: Path, table: str, where: dict[str, str], column: str, value: str
) -> None:
    """One wrong cell about land is told."""
    copy = shutil.copytree(out, tmp_path / "out")
    frame = _table(copy, table)
    hit = frame[list(where)].eq(list(where.values())).all(axis=1)
    assert hit.any()
    frame.loc[hit, column] = value
    frame.to_csv(copy / "tables" / f"{table}.csv", index=False, encoding="utf-8-sig")
    assert again(copy)


@pytest.mark.parametrize("missing", ["grid", "vc", "left"])
def test_a_lacking_proposal_is_found(out: Path, again: Callable[[Path], str], tmp_path: Path, missing: str) -> None:
    """A proposed site that the run leaves out is missed; nothing else is wrong before."""
    copy = shutil.copytree(out, tmp_path / "out")
    assert again(copy) == ""
    frame = _table(copy, "sites")
    gone = frame.index[frame["proposed_by"] == missing][0]
    frame.drop(index=gone).to_csv(copy / "tables" / "sites.csv", index=False, encoding="utf-8-sig")
    assert f"'{missing}'" in again(copy)


def test_the_record_holds_the_rules(out: Path) -> None:
    """run.json says which rules were in effect, with source and strength."""
    rules = {
        rule["rule_id"]: rule for rule in json.loads((out / "run.json").read_text("utf-8"))["settings"]["land_rules"]
    }
    assert rules["slope"]["strength"] == "study"
    assert rules["basic-farmland"]["strength"] == "seen"
    assert rules["farmland"]["effect"] == "exclude"


def test_the_land_of_the_plan_is_told(out: Path) -> None:
    """Every build of the plan has a row with its site's attributes, in the table and in the GeoPackage."""
    plan, land = _table(out, "plan_options"), _table(out, "plan_sites").set_index("option_id")
    built = plan[plan["action"] == "build"]
    assert len(built)
    assert set(land.index) == set(built["option_id"])
    assert land["site_id"].to_dict() == dict(zip(built["option_id"], built["place_id"], strict=True))
    drawn = gpd.read_file(out / "plan.gpkg", layer="proposed_sites").set_index("option_id")
    for name in ("eligibility", "tenure", "conversion_basis", "origin"):
        assert drawn.loc[land.index, name].fillna("").tolist() == land[name].tolist()
    proposed = land[land["origin"] != "supplied"]
    assert proposed["remark"].str.contains("需落实地块").all()
