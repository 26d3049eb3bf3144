"""Before beside after."""

from __future__ import annotations

from dataclasses import replace

from planner.report import Material
from planner.report.pairs import paired_coverage, paired_findings, plan_rows, widest_rows


def test_findings_side_by_side(material: Material) -> None:
    """Each finding stands once, with its status before and after; years pair with years."""
    both = paired_findings(material)
    assert len(both) == len(material.findings_after)
    parks = both[both["mandate_id"] == "fitness-park.per-year"]
    assert parks["year"].tolist() == [2026, 2027, 2028, 2029, 2030]
    assert parks["status_before"].tolist() == ["gap"] * 5
    assert parks["status_after"].tolist() == ["gap", "gap", "met", "met", "met"]


def test_finding_of_one_side_kept(material: Material) -> None:
    """A finding that only one side knows keeps its words, and is absent on the other."""
    both = paired_findings(replace(material, findings_after=material.findings_after.iloc[1:]))
    first = both.iloc[0]
    assert first["unit_name"] == material.findings_before.iloc[0]["unit_name"]
    assert first["status_before"] == "gap"
    assert first["status_after"] != first["status_after"]


def test_coverage_side_by_side(material: Material) -> None:
    """Coverage rows pair by standard, unit and group."""
    both = paired_coverage(material)
    assert len(both) == len(material.coverage_after)
    assert (both["covered_after"] >= both["covered_before"]).all()


def test_plan_by_year(material: Material) -> None:
    """Options come by year of completion, with the effect on the leading group."""
    plan = plan_rows(material)
    assert plan["complete_year"].is_monotonic_increasing
    assert set(plan["group"]) == {"people"}
    assert len(plan) == len(material.plan_options)


def test_coverage_of_the_whole(material: Material) -> None:
    """The whole is told by the city, or by the highest level where there is none."""
    both = paired_coverage(material)
    assert set(widest_rows(both)["unit_level"]) == {"city"}
    assert set(widest_rows(both[both["unit_level"] != "city"])["unit_level"]) == {"county"}
