"""Every year of a plan, measured: findings and coverage with the people and the facilities of that year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from planner.coverage import Situation, coverage_by_unit
from planner.mandates import evaluate
from planner.pipeline.inputs import Inputs
from planner.pipeline.measure import Rules, with_complete_nearest
from planner.siting import Plan
from planner.study import Study

SITUATION_YEAR = "situation_year"


def tables_by_year(
    study: Study, inputs: Inputs, rules: Rules, options: pd.DataFrame, plan: Plan, planned: Situation
) -> Mapping[str, pd.DataFrame]:
    """Return the tables of a study in which people change by year; none where they stay as they are.

    Parameters
    ----------
    study, inputs, rules, options
        As for a run.
    plan
        What is built, and when.
    planned
        The situation of the last year with the plan, whose lists of nearest places are complete.

    Returns
    -------
    Mapping
        ``demand_by_year``, ``residential_areas``; ``findings_by_year`` and ``coverage_by_year``: those of every year of
        the plan with the options complete by then, the year in ``situation_year``.
    """
    if not inputs.people.demands:
        return {}
    present = replace(planned.at(study.base_year), facilities=inputs.facilities)
    findings, coverage = [], []
    for year in study.years:
        then = with_complete_nearest(plan.apply(present, year), study, inputs, rules, options)
        findings.append(_of(year, evaluate(rules.policy.mandates, then, profile=rules.profile)))
        coverage.append(_of(year, coverage_by_unit(then, rules.profile.coverage)))
    return {
        "demand_by_year": inputs.people.table,
        "residential_areas": inputs.people.areas,
        "findings_by_year": pd.concat(findings, ignore_index=True),
        "coverage_by_year": pd.concat(coverage, ignore_index=True),
    }


def _of(year: int, table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({SITUATION_YEAR: year}, index=table.index).join(table)
