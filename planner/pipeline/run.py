"""A run: the whole story, from a study to findings, a plan, the plan measured again, and a report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.coverage import Situation, coverage_by_unit, gap_areas, unreachable
from planner.mandates import count_statuses, evaluate
from planner.pipeline.inputs import Inputs, read_inputs
from planner.pipeline.material import material_of
from planner.pipeline.measure import Rules, present_situation, read_rules, siting_problem, study_options
from planner.pipeline.record import run_record
from planner.report import Material, write_report
from planner.siting import Plan, solve
from planner.study import Study

Progress = Callable[[str, float], None]

_SHARES = {"layers": 0.0, "reach": 0.15, "findings": 0.4, "siting": 0.45, "measuring again": 0.8, "report": 0.85, "done": 1.0}
"""Where each part of a run begins, as a share of its usual time."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Outcome:
    """What a run found.

    Attributes
    ----------
    study, inputs, rules
        What was asked, read, and held to.
    present, planned
        The situation of the base year, and of the last year with the plan.
    findings, findings_after
        What they mean for the mandates.
    options, plan
        What could be done, and what is proposed.
    material
        All tables of the report.
    """

    study: Study
    inputs: Inputs
    rules: Rules
    present: Situation
    planned: Situation
    findings: pd.DataFrame
    findings_after: pd.DataFrame
    options: pd.DataFrame
    plan: Plan
    material: Material

    def summary(self, language: str = "zh") -> str:
        """Return a few lines: findings before and after, the plan, what stays unmet and why."""
        before, after = count_statuses(self.findings), count_statuses(self.findings_after)
        causes = self.plan.causes["cause"].value_counts().sort_index()
        why = ", ".join(f"{cause} {count}" for cause, count in causes.items())
        if language == "zh":
            return (
                f"{self.study.title}\n{self.study.notice}\n"
                f"核查结果（{self.study.base_year} 年现状）：达标 {before['met']}，缺口 {before['gap']}，无法评估 {before['not_evaluable']}\n"
                f"规划：{len(self.plan.options)} 项，{self.plan.cost_yuan / 10_000:,.0f} 万元；求解 {self.plan.status}\n"
                f"规划后（{self.study.years[-1]} 年）：达标 {after['met']}，缺口 {after['gap']}，无法评估 {after['not_evaluable']}\n"
                f"仍未达标的原因：{why or '无'}"
            )
        return (
            f"{self.study.title}\n{self.study.notice}\n"
            f"findings at present ({self.study.base_year}): {before['met']} met, {before['gap']} gap, {before['not_evaluable']} not evaluable\n"
            f"plan: {len(self.plan.options)} options, {self.plan.cost_yuan / 10_000:,.0f} 万元; {self.plan.status}\n"
            f"with the plan ({self.study.years[-1]}): {after['met']} met, {after['gap']} gap, {after['not_evaluable']} not evaluable\n"
            f"why the rest stays unmet: {why or 'nothing does'}"
        )


class _Clock:
    """Tells progress and keeps the seconds of each part."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._part, self._begun = "", time.perf_counter()
        self.seconds: dict[str, float] = {}

    def enter(self, part: str) -> None:
        """Begin the next part."""
        self._close()
        self._part, self._begun = part, time.perf_counter()
        self.tell(part)

    def tell(self, name: str) -> None:
        """Tell the part that runs, or a stage within it."""
        if self._progress is not None:
            self._progress(name, _SHARES[self._part])

    def so_far(self) -> dict[str, float]:
        """Return the seconds of all parts, the present one included."""
        self._close()
        self._begun = time.perf_counter()
        return {**self.seconds, "total": sum(self.seconds.values())}

    def _close(self) -> None:
        if self._part:
            self.seconds[self._part] = self.seconds.get(self._part, 0.0) + time.perf_counter() - self._begun


def run(study: Study, *, out: Path | str | None = None, progress: Progress | None = None) -> Outcome:
    """Run a study; with `out`, write its report there.

    Parameters
    ----------
    study
        As `planner.read_study` gives.
    out
        A folder that is made whole at the end; what a previous run left there is replaced.
    progress
        Told the name of each part as it begins, and the share done.

    Raises
    ------
    InputError
        If a layer, the roads, the standards or the mandates are wrong: all faults of it at once.
    OutputError
        If `out` cannot be written; it is then as it was.
    """
    clock = _Clock(progress)
    clock.enter("layers")
    rules = read_rules(study)
    inputs = read_inputs(study)
    options = study_options(study, inputs)
    clock.enter("reach")
    present = present_situation(study, inputs, rules, options)
    clock.enter("findings")
    findings = evaluate(rules.policy.mandates, present, profile=rules.profile)
    clock.enter("siting")
    problem = siting_problem(study, inputs, rules, present, options)
    plan = solve(problem, requests=rules.profile.coverage, watch=clock.tell)
    clock.enter("measuring again")
    planned = plan.apply(present, study.years[-1])
    after = evaluate(rules.policy.mandates, planned, profile=rules.profile)
    tables = {
        "coverage_before": coverage_by_unit(present, rules.profile.coverage),
        "coverage_after": coverage_by_unit(planned, rules.profile.coverage),
        "gap_areas_before": gap_areas(present, rules.profile.coverage).areas,
        "gap_areas_after": gap_areas(planned, rules.profile.coverage).areas,
    }
    unreached = unreachable(present, rules.profile.coverage)
    record = run_record(
        study, rules, before=findings, after=after, plan=plan, network=inputs.network, unreached=unreached,
        timings_s=clock.so_far(), rows={"demand": len(inputs.demand), "facilities": len(inputs.facilities), "sites": len(inputs.sites), "options": len(options)},
    )  # fmt: skip
    material = material_of(study, inputs, rules, present=present, planned=planned, findings=findings, after=after, plan=plan, options=options, tables=tables, record=record)
    if out is not None:
        clock.enter("report")
        write_report(material, out, progress=clock.tell)
    clock.enter("done")
    return Outcome(
        study=study, inputs=inputs, rules=rules, present=present, planned=planned, findings=findings, findings_after=after,
        options=options, plan=plan, material=material,
    )  # fmt: skip
