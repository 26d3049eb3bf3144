"""The whole verification on a run whose every figure is known."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import planner.verify
from planner.errors import VerificationError
from planner.verify import verify


def test_a_true_run_is_confirmed(tiny_run: Path) -> None:
    """Every figure that was worked out by hand is what the verifier measures."""
    outcome = verify(tiny_run)
    assert outcome.summary("en") == f"verified: all {outcome.agreeing} figures are equal."
    assert outcome.ok
    assert outcome.equal
    assert outcome.agreeing > 17 * 3 * 2 + 28 * 3 * 2


@pytest.mark.parametrize(
    ("table", "column", "value", "where"),
    [
        ("findings_before", "status", "met", {"mandate_id": "class", "unit_code": "z2"}),
        ("findings_before", "status", "not_evaluable", {"mandate_id": "central", "unit_code": "T1"}),
        ("findings_before", "status", "met", {"mandate_id": "depots", "unit_code": "S1"}),
        ("findings_before", "measured", "1.0", {"mandate_id": "depots", "unit_code": "T2"}),
        ("findings_before", "required", "50.0", {"mandate_id": "class", "unit_code": "z1"}),
        ("findings_before", "unit_code", "K1", {"mandate_id": "central", "unit_code": "K2"}),
        ("findings_after", "status", "gap", {"mandate_id": "park", "year": "2027"}),
        ("findings_after", "measured", "0.99", {"mandate_id": "near", "unit_code": "K1"}),
        ("findings_after", "year", "2028", {"mandate_id": "park", "year": "2027"}),
        ("coverage_before", "covered", "199", {"standard_id": "walk", "unit_code": "C", "group": "people"}),
        ("coverage_before", "total", "281", {"standard_id": "circle", "unit_code": "C", "group": "people"}),
        ("coverage_before", "covered", "4", {"standard_id": "walk", "unit_code": "C", "group": "places"}),
        ("coverage_after", "share", "0.5", {"standard_id": "circle", "unit_code": "Z", "group": "people"}),
        ("facilities", "x", "500001.0", {"facility_id": "k1"}),
        ("facilities", "largest_class", "55", {"facility_id": "s2"}),
        ("facilities", "facility_id", "k9", {"facility_id": "k1"}),
        ("options", "option_id", "kg:site9", {"option_id": "kg:site1"}),
        ("plan_options", "cost_yuan", "99", {"option_id": "kg:site1"}),
        ("plan_options", "place_id", "site3", {"option_id": "kg:site1"}),
        ("plan_options", "option_id", "kg:site3", {"option_id": "kg:site1"}),
        ("plan_options", "facility_id", "s9", {"option_id": "more:s2"}),
        ("plan_options", "complete_year", "2026", {"option_id": "more:s2"}),
        ("plan_options", "complete_year", "2028", {"option_id": "park:site2"}),
        ("plan_options", "start_year", "2025", {"option_id": "kg:site1"}),
        ("plan_options", "exclusive_group", "g1", {"option_id": "park:site2"}),
        ("plan_budget", "spent_yuan", "59", {"year": "2027"}),
        ("plan_options", "x", "501501.0", {"option_id": "kg:site1"}),
        ("sites", "excluded", "True", {"site_id": "site1"}),
        ("sites", "excluded", "False", {"site_id": "site3"}),
    ],
)
def test_a_planted_error_is_found(
    tiny_run: Path, change, table: str, column: str, value: str, where: dict[str, str]
) -> None:
    """One wrong cell in any table is told, by the table and the row it stands in."""
    change(tiny_run, table, column, value, **where)
    outcome = verify(tiny_run)
    assert not outcome.ok
    told = outcome.summary("en")
    assert next(iter(where.values())) in told or "site1" in told or "kg:" in told or "2027" in told


@pytest.mark.parametrize(
    ("keys", "value", "words"),
    [
        (("plan", "cost_yuan"), 211, "211 yuan"),
        (("plan", "options"), 4, "4 options"),
        (("findings", "before", "met"), 8, "7 findings met before"),
        (("settings", "siting", "budget_yuan", "2026"), 149, "1 yuan more"),
        (("settings", "siting", "budget_yuan", "2027"), 49, "budget of 2027"),
        (("settings", "siting", "max_options"), 2, "at most 2 options"),
        (("settings", "standards", 0, "limit"), "1 km", "coverage_before walk C"),
        (("settings", "modes", "drive", "obeys_oneway"), False, "findings_before depots S1"),
        (("settings", "network", "min_component_m"), 10_000.0, "findings_before depots V1"),
        (("settings", "numbers", 0, "value"), 56, "findings_before class z2"),
        (("settings", "forbid_unconfirmed"), True, "findings_before depots T1, status: met in the run, not_evaluable"),
        (("settings", "siting", "options", 0, "cost_yuan"), 99, "kg:site1 as its template says, found cost_yuan 100"),
        (("settings", "siting", "options", 0, "land_uses"), ["R22"], "land use A33"),
        (("settings", "siting", "options", 1, "add_classes"), 2, "found classes 2"),
        (("settings", "siting", "options", 2, "min_area_m2"), 6000.0, "5000.0 m2"),
        (("settings", "siting", "options", 2, "set"), {"demonstration": False}, "demonstration True"),
    ],
)
def test_a_setting_that_does_not_fit_is_found(tiny_run: Path, change_run, keys, value, words: str) -> None:
    """Figures that the settings of run.json do not lead to are told."""
    change_run(tiny_run, *keys, value=value)
    outcome = verify(tiny_run)
    assert not outcome.ok
    assert words in outcome.summary("en")


def test_spending_over_the_budget_is_found(tiny_run: Path, change, change_run) -> None:
    """A plan that spends more than there is is told, also when every table says the same."""
    for table in ("plan_options", "options"):
        change(tiny_run, table, "cost_yuan", 111, option_id="kg:site1")
    change_run(tiny_run, "settings", "siting", "options", 0, "cost_yuan", value=111)
    for column, value, year in (
        ("spent_yuan", 161, "2026"),
        ("carried_yuan", -1, "2026"),
        ("carried_yuan", -6, "2027"),
    ):
        change(tiny_run, "plan_budget", column, value, year=year)
    change_run(tiny_run, "plan", "cost_yuan", value=221)
    outcome = verify(tiny_run)
    assert outcome.different.empty
    assert any("the budget of 2026" in sentence and "1 yuan more" in sentence for sentence in outcome.faults)


def test_a_changed_input_is_told_and_nothing_else(tiny_run: Path) -> None:
    """A layer that is not what the run read is named, and nothing is measured."""
    layer = tiny_run.parent / "study" / "population.csv"
    layer.write_text(layer.read_text(encoding="utf-8").replace(",100,30", ",101,30"), encoding="utf-8")
    outcome = verify(tiny_run)
    assert outcome.agreeing == 0
    assert [sentence for sentence in outcome.faults if "population.csv" in sentence] == list(outcome.faults)
    assert len(outcome.faults) == 1


def test_a_missing_input_is_told(tiny_run: Path) -> None:
    """A layer that is gone is named."""
    (tiny_run.parent / "study" / "roads.geojson").unlink()
    assert "roads.geojson, found no such file" in verify(tiny_run).summary("en")


def test_a_study_that_was_moved_is_found(tiny_run: Path) -> None:
    """The folder of the layers can be given anew."""
    moved = (tiny_run.parent / "study").rename(tiny_run.parent / "elsewhere")
    assert not verify(tiny_run).ok
    assert verify(tiny_run, study_folder=moved).ok


def test_progress_goes_from_nothing_to_all(tiny_run: Path) -> None:
    """Progress is told in [0, 1], ascending."""
    seen: list[float] = []
    verify(tiny_run, progress=lambda _stage, share: seen.append(share))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("name", ["run.json", "tables/findings_after.csv"])
def test_a_folder_that_is_no_run_is_refused(tiny_run: Path, name: str) -> None:
    """A missing file of the run is one sentence."""
    (tiny_run / name).unlink()
    with pytest.raises(VerificationError, match=r"expected .* found .*"):
        verify(tiny_run)


def test_a_run_that_lacks_a_setting_or_a_column_is_refused(tiny_run: Path, change_run) -> None:
    """What is needed and absent is named, in run.json and in a table."""
    table = tiny_run / "tables" / "plan_budget.csv"
    table.write_text("year,budget_yuan\n", encoding="utf-8-sig")
    with pytest.raises(
        VerificationError, match=r"expected spent_yuan, carried_yuan in plan_budget\.csv, found no such column"
    ):
        verify(tiny_run)
    change_run(tiny_run, "settings", "study", value={"years": [2026]})
    with pytest.raises(VerificationError, match=r"base_year, settings\.study\.crs in run\.json, found none"):
        verify(tiny_run)


def test_the_verifier_shares_no_code_with_what_it_verifies() -> None:
    """Of this package only the layer readers, the units and the errors are imported, and itself."""
    allowed = ("planner.verify", "planner.layers", "planner.units", "planner.errors")
    for path in Path(planner.verify.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert all(name.startswith(allowed) for name in names if name.startswith("planner")), path
            assert not (isinstance(node, ast.ImportFrom) and node.level), path
