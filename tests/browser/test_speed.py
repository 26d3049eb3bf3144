"""A large study is painted quickly, and a bare one at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from planner.report import write_report
from tests.browser.conftest import opened
from tests.report.synthetic import Size, synthetic

SLOWEST_MS = 4_000  # on a machine that does other things at the same time; alone it takes about one


def test_large_study(browser: Any, tmp_path: Path) -> None:
    """45,000 points and 60,000 road nodes are on the screen within seconds, and painted again at once."""
    write_report(synthetic(size=Size(points=45_000, blocks=40, sites=1_500)), tmp_path / "out")
    with browser.new_context(viewport={"width": 1360, "height": 860}, offline=True) as context:
        visit = opened(context, tmp_path / "out" / "map.html")
        assert visit.drawn()["coverage"] == 45_000
        assert int(visit.run("document.documentElement.dataset.painted")) < SLOWEST_MS
        again = visit.run(
            "(function () { const t = performance.now(); plannerMap.board.paint(); return performance.now() - t; })()"
        )
        assert again < SLOWEST_MS / 4
        assert visit.messages == []


def test_bare_study(browser: Any, tmp_path: Path) -> None:
    """A study without roads, plan, coverage and findings has a map all the same."""
    material = synthetic()
    bare = replace(
        material,
        roads=None,
        exclusions=None,
        coverage_requests=(),
        plan_options=material.plan_options[:0],
        plan_effects=material.plan_effects[:0],
        findings_before=material.findings_before[:0],
        findings_after=material.findings_after[:0],
        gap_areas_before=pd.DataFrame(),
        gap_areas_after=pd.DataFrame(),
        sites=material.sites[:0],
        facilities=material.facilities[:0],
    )
    write_report(bare, tmp_path / "out")
    with browser.new_context(offline=True) as context:
        visit = opened(context, tmp_path / "out" / "map.html")
        assert visit.page.locator("section.layer").count() == 1
        visit.page.click("#map", position={"x": 400, "y": 300})
        visit.page.click("#side-0")
        visit.page.click("#language")
        assert visit.messages == []


def test_study_without_a_city(browser: Any, tmp_path: Path) -> None:
    """Where no unit stands for the whole, the few highest ones are told instead, by name; buildings are no persons."""
    material = synthetic()
    renamed = {"people": "buildings"}
    islands = replace(
        material,
        boundaries=material.boundaries[material.boundaries["level"] != "city"],
        demand=material.demand.rename(columns=renamed),
        coverage_before=material.coverage_before.query("unit_level != 'city'").replace({"group": renamed}),
        coverage_after=material.coverage_after.query("unit_level != 'city'").replace({"group": renamed}),
    )
    write_report(islands, tmp_path / "out")
    with browser.new_context(offline=True) as context:
        visit = opened(context, tmp_path / "out" / "map.html")
        legend = visit.page.inner_text("section:has(#layer-coverage)")
        assert "滨海区" in legend
        assert "建筑（人口代用）" in legend
        assert " 人" not in legend
        assert visit.messages == []
