"""A run: the whole story, from a study to findings, a plan, the plan measured again, and a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from planner.coverage import Situation, coverage_by_unit, gap_areas, unreachable
from planner.mandates import evaluate
from planner.pipeline.by_year import tables_by_year
from planner.pipeline.clock import Clock
from planner.pipeline.finished import Finished, beside
from planner.pipeline.inputs import Inputs
from planner.pipeline.material import material_of
from planner.pipeline.measure import Rules, present_situation, siting_problem, with_complete_nearest
from planner.pipeline.outcome import Outcome
from planner.pipeline.proposed import asks_for_clusters, with_clusters
from planner.pipeline.reading import read_everything
from planner.pipeline.record import effort, run_record
from planner.report import write_report
from planner.siting import Plan, solve
from planner.study import Study

Progress = Callable[[str, float], None]


def run(study: Study, *, out: Path | str | None = None, progress: Progress | None = None) -> Outcome:
    """Run a study; with `out`, write its report there.

    Parameters
    ----------
    study
        As `planner.read_study` gives.
    out
        A folder that is made whole at the end; what a previous run left there is replaced. Until then finished
        stages are kept beside it, so that the same run, interrupted, goes on where it was.
    progress
        Told the name of each part as it begins, and the share done.

    Raises
    ------
    InputError
        If layers, the roads, the standards or the mandates are wrong: all faults of all of them at once.
    OutputError
        If `out` cannot be written; it is then as it was.
    """
    clock, finished = Clock(progress), Finished(beside(out))
    clock.enter("layers")
    rules, inputs, options = read_everything(study).complete()
    mandates, coverage = rules.policy.mandates, rules.profile.coverage

    if asks_for_clusters(study):
        clock.enter("unserved")
        inputs, options = with_clusters(study, rules, inputs, options, finished)
    clock.enter("reach")
    present = present_situation(study, inputs, rules, options, finished)
    clock.enter("findings")
    findings = evaluate(mandates, present, profile=rules.profile)
    clock.enter("siting")
    problem = siting_problem(study, inputs, rules, present, options)
    plan = finished.once(
        "siting",
        [problem, coverage],
        lambda: solve(problem, requests=coverage, minimise=finished.minimise, watch=clock.tell),
    )
    clock.enter("measuring again")
    outcome = _measured_again(study, inputs, rules, options, plan, present, findings)
    if out is not None:
        clock.enter("report")
        write_report(material_of(outcome, at_the_end=lambda: effort(clock, finished)), out, progress=clock.tell)
        finished.clear()
    clock.enter("done")
    return replace(outcome, record={**outcome.record, **effort(clock, finished)})


def _measured_again(
    study: Study,
    inputs: Inputs,
    rules: Rules,
    options: pd.DataFrame,
    plan: Plan,
    present: Situation,
    findings: pd.DataFrame,
) -> Outcome:
    """Return the outcome: the plan applied, and everything measured before and after by the same functions."""
    mandates, coverage = rules.policy.mandates, rules.profile.coverage
    planned = with_complete_nearest(plan.apply(present, study.years[-1]), study, inputs, rules, options)
    outcome = Outcome(
        study=study,
        inputs=inputs,
        rules=rules,
        options=options,
        plan=plan,
        present=present,
        planned=planned,
        findings=findings,
        findings_after=evaluate(mandates, planned, profile=rules.profile),
        coverage=coverage_by_unit(present, coverage),
        coverage_after=coverage_by_unit(planned, coverage),
        gap_areas=gap_areas(present, coverage).areas,
        gap_areas_after=gap_areas(planned, coverage).areas,
        unreached=unreachable(present, coverage),
        by_year=tables_by_year(study, inputs, rules, options, plan, planned),
    )
    return replace(outcome, record=run_record(outcome))
