"""The demonstration: what it must find, propose, and leave unmet, and each trap of its sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from planner import run
from planner.mandates import finding_keys
from planner.pipeline import Outcome
from planner.study import read_study
from planner.verify import verify

pytestmark = pytest.mark.slow

NOTICE = "示例数据：区市县轮廓为概化示意，其余道路、人口、设施、地块均为虚构，不得作为规划依据"
KINDERGARTEN, HEALTH, SCHOOL, PARK, DEPOT = (
    "kindergarten.township-central",
    "health-center.township-standardised",
    "school.no-large-class",
    "fitness-park.per-year",
    "disaster-depot.roles",
)


def _status(findings: pd.DataFrame, mandate: str, unit: str) -> str:
    chosen = findings[(findings["mandate_id"] == mandate) & (findings["unit_code"] == unit)]
    return str(chosen["status"].item())


def test_five_mandates_are_evaluated_for_all_their_units(demo: Outcome) -> None:
    """47 townships; depots 1 + 10 + zones + 152 + 1,832; five years of parks; one finding per catchment."""
    evaluable = demo.findings[demo.findings["reason_code"] != "empty_unit_set"]
    counts = evaluable.groupby("mandate_id").size()
    zones = (demo.present.territory.units["level"] == "leading_zone").sum()
    assert counts[KINDERGARTEN] == counts[HEALTH] == 47
    assert counts[DEPOT] == 1 + 10 + zones + 152 + 1832
    assert counts[PARK] == 5
    assert counts[SCHOOL] == demo.inputs.demand["catchment_primary_school"].nunique()


def test_every_stage_is_proven(demo: Outcome) -> None:
    """No stage of the final year or of the schedule has a gap, and the choice is unique."""
    assert {stage.status for stage in demo.plan.stages} == {"optimal"}
    assert max(stage.gap for stage in demo.plan.stages) == 0
    assert demo.plan.ties == "unique"


def test_three_findings_stay_unmet_for_three_true_causes(demo: Outcome) -> None:
    """No option in a township, no room in a catchment, a remedy beyond the budget: each is verified by solving."""
    causes = demo.plan.causes
    assert {"no_option_in_unit", "capacity", "budget"} <= set(causes["cause"])
    assert causes["verified"].all()
    unmet = demo.findings_after[(demo.findings_after["status"] == "gap") & (demo.findings_after["strength"] != "soft")]
    assert set(finding_keys(causes)) == set(finding_keys(unmet))


def test_plan_measured_again_closes_what_it_says(demo: Outcome) -> None:
    """Every finding an option is said to close is a gap at present and met with the plan."""
    before = demo.findings.set_axis(finding_keys(demo.findings))["status"]
    after = demo.findings_after.set_axis(finding_keys(demo.findings_after))["status"]
    closed = {key for keys in demo.plan.effects["closes"] for key in keys.split(";") if key}
    assert len(closed) > 100
    assert (before[sorted(closed)] == "gap").all()
    assert (after[sorted(closed)] == "met").all()


def test_budget_is_kept_with_carry_over(demo: Outcome) -> None:
    """In no year is more begun than was granted by then."""
    assert (demo.plan.budget["carried_yuan"] >= 0).all()
    assert demo.plan.budget["spent_yuan"].sum() == demo.plan.cost_yuan


def test_verify_agrees(demo: Outcome, demo_out: Path) -> None:
    """The independent program finds every figure of the report equal."""
    del demo
    verification = verify(demo_out)
    assert verification.ok, verification.summary("en")
    assert verification.agreeing > 70_000


def test_every_output_carries_the_notice(demo: Outcome, demo_out: Path) -> None:
    """Map, run record and the texts of the workbook say that the sample is invented."""
    del demo
    assert json.loads((demo_out / "run.json").read_text("utf-8"))["notice"] == NOTICE
    assert NOTICE in (demo_out / "map.html").read_text("utf-8")


def test_run_record_tells_effort(demo: Outcome, demo_out: Path) -> None:
    """run.json holds hashes of all inputs, findings before and after, stages, seconds, and memory below 2 GiB."""
    record = json.loads((demo_out / "run.json").read_text("utf-8"))
    assert record["peak_memory_mib"] < 2048
    assert {"layers", "reach", "siting", "report", "total"} <= record["timings_s"].keys()
    assert all(len(entry["sha256"]) == 64 for entry in record["inputs"])
    assert record["findings"]["after"]["met"] > record["findings"]["before"]["met"]
    assert len(record["plan"]["stages"]) == len(demo.plan.stages)


def test_private_central_kindergarten_does_not_count(demo: Outcome, traps: dict[str, list[str]]) -> None:
    """A township whose only central kindergarten is private is a gap."""
    facility = demo.inputs.facilities.loc[traps["private_central_kindergarten"][0]]
    assert (facility["owner"], facility["rank"]) == ("private", "central")
    assert (
        _status(demo.findings, KINDERGARTEN, demo.present.territory.parent_at(facility["unit_code"], "township"))
        == "gap"
    )


def test_class_of_56_is_a_gap_although_the_average_is_fine(demo: Outcome, traps: dict[str, list[str]]) -> None:
    """A school that reports a class of 56 is a gap with measured 56, though its pupils fit its classes."""
    school = demo.inputs.facilities.loc[traps["class_of_56"][0]]
    finding = demo.findings[demo.findings["unit_code"] == school["catchment_id"]].iloc[0]
    pupils = demo.inputs.demand.loc[
        demo.inputs.demand["catchment_primary_school"] == school["catchment_id"], "age_6_11"
    ].sum()
    assert (finding["status"], finding["measured"], finding["reason_code"]) == ("gap", 56, "class_too_large")
    assert pupils / school["classes"] <= 55


def test_site_in_basic_farmland_is_excluded_and_told(demo: Outcome, traps: dict[str, list[str]]) -> None:
    """The obvious site lies in basic farmland: it is no option, the log names the rule, another site is one."""
    site = traps["farmland_site"][0]
    assert bool(demo.inputs.sites.loc[site, "excluded"])
    assert "basic-farmland" in set(demo.inputs.screening.loc[demo.inputs.screening["site_id"] == site, "rule_id"])
    assert site not in set(demo.options["place_id"])
    assert traps["farmland_site_alternative"][0] in set(demo.options["place_id"])


def test_units_of_one_name_are_kept_apart(demo: Outcome) -> None:
    """得胜街道 and 新华街道 exist twice, and every finding knows them by code."""
    depots = demo.findings[demo.findings["mandate_id"] == DEPOT]
    for name in ("得胜街道", "新华街道"):
        assert depots.loc[depots["unit_name"] == name, "unit_code"].nunique() == 2


def test_counties_without_townships_are_not_met(demo: Outcome) -> None:
    """金州区 and 普兰店区 have no 乡镇: the township mandates are not evaluable there, never met."""
    for county in ("210213", "210214"):
        assert _status(demo.findings, KINDERGARTEN, county) == "not_evaluable"
        assert _status(demo.findings_after, KINDERGARTEN, county) == "not_evaluable"


def test_leading_zone_over_two_counties_is_one_unit(demo: Outcome) -> None:
    """The zone that overlaps two counties has a finding of its own, and members in both."""
    member = [code for code, above in demo.present.territory.ancestors.items() if "LZ-GX" in above and len(code) == 9]
    assert len({code[:6] for code in member}) == 2
    assert ((demo.findings["mandate_id"] == DEPOT) & (demo.findings["unit_code"] == "LZ-GX")).sum() == 1


def test_facility_under_construction_counts_from_its_year(demo: Outcome, traps: dict[str, list[str]]) -> None:
    """A kindergarten that opens in 2027 leaves a gap at present, closes it later, and nothing is built beside it."""
    facility = demo.inputs.facilities.loc[traps["kindergarten_under_construction"][0]]
    township = demo.present.territory.parent_at(facility["unit_code"], "township")
    assert (facility["status"], facility["opened_year"]) == ("在建", 2027)
    assert _status(demo.findings, KINDERGARTEN, township) == "gap"
    assert _status(demo.findings_after, KINDERGARTEN, township) == "met"
    keys = [key for keys in demo.plan.effects["closes"] for key in keys.split(";")]
    assert f"{KINDERGARTEN}|{township}|" not in keys


def test_committed_parks_count_for_their_year(demo: Outcome, traps: dict[str, list[str]]) -> None:
    """A park under construction counts in its opening year; one that is only planned never does."""
    parks = demo.findings[demo.findings["mandate_id"] == PARK].set_index("year")
    assert traps["park_under_construction"][0] in str(parks.loc[2026, "evidence"])
    assert not parks["evidence"].str.contains(traps["park_only_planned"][0]).any()


@pytest.mark.slow
def test_one_closed_kindergarten_changes_its_unit_only_and_is_mended(
    demo: Outcome, traps: dict[str, list[str]], changed_study: Callable[..., Path]
) -> None:
    """Close a township's only one: findings differ in that row, coverage in its unit only, the new plan mends it."""
    closed = traps["lone_kindergarten"][0]
    township = demo.present.territory.parent_at(str(demo.inputs.facilities.loc[closed, "unit_code"]), "township")

    def close(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[table["facility_id"] == closed, "closed_year"] = "2025"
        return table

    again = run(read_study(changed_study("facilities/facilities.csv", close)))
    keys, columns = finding_keys(demo.findings), ["status", "measured", "shortfall", "reason_code", "people_affected"]
    old, new = (table[columns].astype("str").fillna("") for table in (demo.findings, again.findings))
    differs = (old != new).any(axis=1)
    assert list(keys[differs]) == [f"{KINDERGARTEN}|{township}|"]
    assert _status(again.findings, KINDERGARTEN, township) == "gap"
    assert _status(again.findings_after, KINDERGARTEN, township) == "met"
    figures = demo.coverage[["covered", "total"]] != again.coverage[["covered", "total"]]
    rows = demo.coverage[figures.any(axis=1)]
    assert set(rows["service"]) == {"kindergarten"}
    assert set(rows.loc[rows["unit_level"] == "township", "unit_code"]) == {township}
    county, city = (
        demo.present.territory.parent_at(township, "county"),
        demo.present.territory.parent_at(township, "city"),
    )
    assert set(rows["unit_code"]) <= set(demo.present.territory.ancestors[township]) | {county, city}


def test_names_of_stages_say_year_and_aim(demo: Outcome) -> None:
    """Stages of the final year come first, those of the schedule carry its name."""
    names = [stage.name for stage in demo.plan.stages]
    assert names[:2] == ["2030.hard_unmet", "2030.hard_shortfall"]
    assert any(name.startswith("schedule.2026.") for name in names)


def test_every_finding_carries_its_clause(demo: Outcome) -> None:
    """Each finding has a quote, a section and a lead department; each that is not met has a reason."""
    for column in ("quote", "section", "lead_department"):
        assert (demo.findings[column] != "").all()
    assert (demo.findings.loc[demo.findings["status"] != "met", "reason"] != "").all()
