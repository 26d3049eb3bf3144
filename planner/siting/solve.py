"""Solve: the final year first, then its options year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.request import CoverageRequest
from planner.siting.assemble import Schedule, YearProgram, assemble
from planner.siting.causes import causes
from planner.siting.effects import effects
from planner.siting.plan import Plan, applied
from planner.siting.problem import SitingProblem, usable
from planner.siting.stages import Stage, Watch, aims_of, run_stages, schedule_aims, slack_by_finding
from planner.solver import Minimise, minimise


def solve(
    problem: SitingProblem,
    *,
    requests: Sequence[CoverageRequest] = (),
    minimise: Minimise = minimise,
    watch: Watch | None = None,
) -> Plan:
    """Return the plan: lexicographically best in the final year, its options then scheduled forward.

    Each year of the schedule is lexicographically best given what was completed before it, among the
    schedules that still reach the final set, the quotas of later years and the budget.

    Parameters
    ----------
    problem
        The siting problem.
    requests
        Coverage tables, to tell what each option gains.
    minimise
        Solves each stage; by default `planner.solver.minimise`, which stops without proof after 100,000 nodes.
    watch
        Told the name of every stage as it begins.
    """
    options = usable(problem.options, problem.years)
    final = assemble(problem, options, year=problem.horizon)
    staged = run_stages(
        final, aims_of(problem, final), label=str(problem.horizon), minimise=minimise, seed=problem.seed, watch=watch
    )
    chosen = options[staged.values[: len(options)] > 0.5]
    done, stages, unique = _schedule(problem, chosen, _programme_slack(final, staged.values), minimise, watch)
    dated = _dated(chosen, done)
    planned = problem.present.at(problem.horizon).with_facilities(
        applied(problem.present.facilities, dated, problem.horizon)
    )
    return Plan(
        options=dated,
        stages=(*staged.stages, *stages),
        effects=effects(problem, dated, planned, requests),
        causes=causes(problem, final, staged.values, planned, minimise=minimise),
        budget=_budget(problem, dated),
        ties="unique" if staged.unique and unique else "ties_unproven",
        seed=problem.seed,
    )


def _programme_slack(final: YearProgram, values: npt.NDArray[np.float64]) -> dict[tuple[str, str, int], float]:
    slack = slack_by_finding(final, values)
    return {
        (str(row.mandate_id), str(row.unit_code), int(row.year)): float(np.rint(slack[number]))
        for number, row in enumerate(final.findings.itertuples())
        if not pd.isna(row.year)
    }


def _schedule(
    problem: SitingProblem,
    chosen: pd.DataFrame,
    slack_limits: Mapping[tuple[str, str, int], float],
    minimise: Minimise,
    watch: Watch | None,
) -> tuple[dict[str, int], list[Stage], bool]:
    """Return the year in which each option is complete, the stages that decided it, and whether that is unique."""
    done: dict[str, int] = {}
    stages: list[Stage] = []
    unique = True
    for year in problem.years:
        if len(done) == len(chosen):
            break
        program = assemble(problem, chosen, year=year, schedule=Schedule(done=done, slack_limits=slack_limits))
        staged = run_stages(
            program, schedule_aims(problem, program), label=str(year), minimise=minimise, seed=problem.seed, watch=watch
        )
        complete = chosen.index[staged.values[: len(chosen)] > 0.5]
        done |= {str(name): year for name in complete if str(name) not in done}
        stages.extend(_renamed(staged.stages, "schedule"))
        unique &= staged.unique
    return done, stages, unique


def _renamed(stages: Sequence[Stage], prefix: str) -> list[Stage]:
    return [
        Stage(
            name=f"{prefix}.{stage.name}",
            status=stage.status,
            objective=stage.objective,
            bound=stage.bound,
            gap=stage.gap,
            seconds=stage.seconds,
        )
        for stage in stages
    ]


def _dated(chosen: pd.DataFrame, done: Mapping[str, int]) -> pd.DataFrame:
    complete = pd.array([done[str(name)] for name in chosen.index], dtype="Int64")
    dated = chosen.assign(complete_year=complete)
    return dated.assign(start_year=dated["complete_year"] - dated["build_years"])


def _budget(problem: SitingProblem, dated: pd.DataFrame) -> pd.DataFrame:
    spent = dated.groupby("start_year")["cost_yuan"].sum(min_count=1) if len(dated) else pd.Series(dtype="Int64")
    rows, carried = [], 0
    for year in problem.years:
        paid = spent.get(year, 0)
        granted = problem.budget_yuan.get(year, 0) if problem.budget_yuan else pd.NA
        carried = carried + granted - paid if problem.budget_yuan else pd.NA
        rows.append((year, granted, paid, carried))
    return pd.DataFrame(rows, columns=["year", "budget_yuan", "spent_yuan", "carried_yuan"]).astype("Int64")
