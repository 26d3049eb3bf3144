"""The outcome of a run: what was asked, read, found, proposed and measured again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from planner.coverage import Situation
from planner.mandates import count_statuses
from planner.pipeline.inputs import Inputs
from planner.pipeline.measure import Rules
from planner.siting import Plan
from planner.study import Study

_SUMMARY = {
    "zh": (
        "{title}\n{notice}\n"
        "现状（{base}年）：达标 {b[met]}，缺口 {b[gap]}，无法评估 {b[not_evaluable]}\n"
        "方案：{options} 项，{cost}；求解 {status}\n"
        "实施后（{last}年）：达标 {a[met]}，缺口 {a[gap]}，无法评估 {a[not_evaluable]}\n"
        "仍未达标的原因：{why}"
    ),
    "en": (
        "{title}\n{notice}\n"
        "at present ({base}): {b[met]} met, {b[gap]} gap, {b[not_evaluable]} not evaluable\n"
        "plan: {options} options, {cost}; {status}\n"
        "with the plan ({last}): {a[met]} met, {a[gap]} gap, {a[not_evaluable]} not evaluable\n"
        "why the rest stays unmet: {why}"
    ),
}

_NO_COST = {"zh": "费用未提供", "en": "cost not supplied"}


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Outcome:
    """What a run found.

    Attributes
    ----------
    study, inputs, rules
        What was asked, read, and held to.
    options, plan
        What could be done, and what is proposed.
    present, planned
        The situation of the base year, and of the last year with the plan.
    findings, findings_after
        What they mean for the mandates.
    coverage, coverage_after, gap_areas, gap_areas_after
        Who is covered, by unit and group; where those live who are not.
    unreached
        Uncovered people at present, by reason.
    by_year
        Tables of the years of the plan, where people change by year (`planner.pipeline.by_year.tables_by_year`).
    record
        What goes into run.json.
    """

    study: Study
    inputs: Inputs
    rules: Rules
    options: pd.DataFrame
    plan: Plan
    present: Situation
    planned: Situation
    findings: pd.DataFrame
    findings_after: pd.DataFrame
    coverage: pd.DataFrame
    coverage_after: pd.DataFrame
    gap_areas: pd.DataFrame
    gap_areas_after: pd.DataFrame
    unreached: pd.DataFrame
    by_year: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)

    def summary(self, language: str = "zh") -> str:
        """Return a few lines: findings before and after, the plan, what stays unmet and why."""
        cost, causes = self.plan.cost_yuan, self.plan.causes["cause"].value_counts().sort_index()
        return _SUMMARY[language].format(
            title=self.study.title,
            notice=self.study.notice,
            base=self.study.base_year,
            last=self.study.years[-1],
            b=count_statuses(self.findings),
            a=count_statuses(self.findings_after),
            options=len(self.plan.options),
            cost=_NO_COST[language] if cost is None else f"{cost / 10_000:,.0f} 万元",
            status=self.plan.status,
            why=", ".join(f"{cause} {count}" for cause, count in causes.items()) or "—",
        )
