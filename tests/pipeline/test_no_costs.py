"""A study that supplies no costs: nowhere do they become 0."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from planner import read_study, run
from planner.pipeline import Outcome
from planner.verify import verify
from tests.little import FILES, STUDY

TOLD = "研究未提供费用：以最少项目数满足要求，费用不作比较"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """Run the little study without a cost."""
    folder = tmp_path_factory.mktemp("no-costs")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "study.toml").write_text(STUDY.replace("cost_yuan = 1000\n", ""), "utf-8")
    out = folder / "out"
    return run(read_study(folder / "study.toml"), out=out), out


def test_the_plan_says_that_its_cost_is_not_supplied(finished: tuple[Outcome, Path]) -> None:
    """Plan, summary and record say that costs are absent, and no solve is about cost."""
    outcome, out = finished
    assert outcome.plan.cost_yuan is None
    assert [stage.name for stage in outcome.plan.stages if "cost" in stage.name] == []
    assert "费用未提供" in outcome.summary("zh")
    assert "cost not supplied" in outcome.summary("en")
    assert "cost not supplied" in outcome.plan.summary()
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert record["plan"]["cost_yuan"] is None
    assert TOLD in record["assumptions"]


def test_tables_and_workbook_leave_the_cell_empty(finished: tuple[Outcome, Path]) -> None:
    """Neither the tables nor the workbook show a 0 for a cost that nobody supplied."""
    _, out = finished
    options = pd.read_csv(out / "tables" / "plan_options.csv", dtype=str, keep_default_na=False)
    assert options["cost_yuan"].tolist() == [""]
    budget = pd.read_csv(out / "tables" / "plan_budget.csv", dtype=str, keep_default_na=False)
    assert budget["spent_yuan"].tolist() == ["", "0"]
    sheet = load_workbook(next(out.glob("*.xlsx")))["分年计划"]
    column = next(cell.column for cell in sheet[4] if str(cell.value).startswith("费用"))
    assert [sheet.cell(row, column).value for row in range(5, sheet.max_row + 1)] == [None]


def test_the_verifier_agrees_and_finds_a_cost_that_was_put_in(finished: tuple[Outcome, Path]) -> None:
    """What a run without costs says is verified; a cost that appears in its table is told."""
    _, out = finished
    assert verify(out).ok
    table = out / "tables" / "plan_options.csv"
    kept = table.read_text("utf-8")
    lines = kept.splitlines()
    cells = lines[1].split(",")
    cells[lines[0].split(",").index("cost_yuan")] = "7"
    table.write_text("\n".join([lines[0], ",".join(cells)]) + "\n", "utf-8")
    told = verify(out).summary("en")
    table.write_text(kept, "utf-8")
    assert "cost_yuan 7" in told
