"""One program for one year: mandates, years of completion, budget, exclusions, people covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.rates import weights_of
from planner.mandates.coverage_share import cover_change, merged
from planner.mandates.rows import ColumnKind, PlanView, Rows
from planner.siting.options import known_costs
from planner.siting.problem import PeopleCovered, SitingProblem
from planner.siting.program import ProgramBuilder
from planner.solver import Program


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Relaxation:
    """What a program leaves out, to find out what stands in the way."""

    budget: bool = False
    max_options: bool = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Covered:
    """People that a program counts as covered: `certain` plus those of the columns."""

    name: str
    certain: int
    columns: npt.NDArray[np.int64]
    people: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class YearProgram:
    """A program and what its columns mean.

    Attributes
    ----------
    program
        For the solver. Column o is 1 where option o is complete in the evaluated year.
    options
        The options, in the order of the first columns.
    year_columns
        By (position of the option, year): the column "completed exactly in that year".
    findings
        mandate_id, unit_code, year, required, strength, ``unmet`` (column).
    slacks
        column, finding (position).
    covered
        The objectives.
    rows
        The rows of each mandate, by id.
    """

    program: Program
    options: pd.DataFrame
    year_columns: Mapping[tuple[int, int], int]
    findings: pd.DataFrame
    slacks: pd.DataFrame
    covered: tuple[Covered, ...]
    rows: Mapping[str, Rows]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Schedule:
    """What is already decided when a year of a plan is scheduled.

    Attributes
    ----------
    done
        By option_id: the year in which it was completed.
    slack_limits
        By (mandate, unit, year): how much a programme may fall short; what the final plan attained.
    """

    done: Mapping[str, int]
    slack_limits: Mapping[tuple[str, str, int], float]


def assemble(
    problem: SitingProblem,
    options: pd.DataFrame,
    *,
    year: int,
    schedule: Schedule | None = None,
    relaxed: Relaxation | None = None,
) -> YearProgram:
    """Return the program of one year.

    Parameters
    ----------
    problem
        The siting problem.
    options
        The options that may be taken; with a `schedule`, that will be taken by the horizon.
    year
        The year in which findings are measured.
    schedule
        Given when the options of a final plan are scheduled: all of them get a year, and the quotas of
        later years stay within reach.
    relaxed
        What to leave out.
    """
    view = problem.view(year, options)
    rows = {mandate.mandate_id: mandate.rows(view) for mandate in problem.binding}
    builder = ProgramBuilder(len(options))
    timed = range(len(options)) if schedule is not None else sorted(_timed_options(rows))
    _add_years(builder, problem, view, timed, year=year, schedule=schedule)
    for mandate in problem.binding:
        builder.add_mandate(rows[mandate.mandate_id], strength=mandate.strength)
    _add_exclusions(builder, options)
    free = relaxed or Relaxation()
    if not free.budget:
        _add_budget(builder, problem, view)
    if problem.max_options is not None and not free.max_options:
        builder.row(np.arange(len(options)), 1.0, upper=float(problem.max_options))
    if schedule is not None:
        _add_slack_limits(builder, schedule)
    covered = tuple(_add_covered(builder, view, objective) for objective in problem.objectives)
    return YearProgram(
        program=builder.build(),
        options=options,
        year_columns=builder.year_columns,
        findings=builder.findings.reset_index(drop=True),
        slacks=builder.slacks,
        covered=covered,
        rows=rows,
    )


def _timed_options(rows: Mapping[str, Rows]) -> set[int]:
    return {
        int(option)
        for table in rows.values()
        for option in table.column_option[table.column_kind == ColumnKind.YEAR_OPTION]
    }


def _add_years(
    builder: ProgramBuilder,
    problem: SitingProblem,
    view: PlanView,
    timed: range | list[int],
    *,
    year: int,
    schedule: Schedule | None,
) -> None:
    ids = view.options.index
    for option in timed:
        years = [at for at in problem.years if at >= view.earliest_completion[option]]
        columns = builder.columns(len(years), integer=True)
        builder.year_columns.update({(option, at): int(column) for at, column in zip(years, columns, strict=True)})
        by_now = columns[np.array(years) <= year] if years else columns
        builder.row([option, *by_now], [1.0, *[-1.0] * len(by_now)], lower=0.0, upper=0.0)
        if schedule is None:
            builder.row(columns, 1.0, upper=1.0)
            continue
        builder.row(columns, 1.0, lower=1.0, upper=1.0)
        done = schedule.done.get(str(ids[option]))
        settled = [builder.year_columns[option, done]] if done is not None else columns[np.array(years) < year]
        for column in settled:
            builder.row([column], [1.0], lower=float(done is not None), upper=float(done is not None))


def _add_exclusions(builder: ProgramBuilder, options: pd.DataFrame) -> None:
    groups = options["exclusive_group"].to_numpy(dtype=object)
    for name, positions in pd.Series(np.arange(len(options))).groupby(groups):
        if name and len(positions) > 1:
            builder.row(positions.to_numpy(), 1.0, upper=1.0)


def money_unit(problem: SitingProblem) -> int:
    """Return the largest amount that divides all costs and budgets, so that coefficients stay small integers."""
    amounts = [*problem.options["cost_yuan"].dropna().tolist(), *problem.budget_yuan.values()]
    return max(1, int(np.gcd.reduce(np.array(amounts, dtype=np.int64))) if amounts else 1)


def _add_budget(builder: ProgramBuilder, problem: SitingProblem, view: PlanView) -> None:
    """Add, for every year, that what was begun by then fits into what was granted by then.

    Money is spent when work begins. An option without year columns is taken to begin as late as it may:
    if the plan fits then, a schedule exists.
    """
    unit, known = money_unit(problem), known_costs(view.options)
    if known is None:
        return  # settings prove that no money is spoken of
    cost = known / unit
    lead = view.options["build_years"].to_numpy(dtype=np.int64)
    timed = {option for option, _ in builder.year_columns}
    for year, available in zip(problem.years, problem.budget_until() / unit, strict=True):
        if not np.isfinite(available):
            continue
        terms = [
            (column, cost[option]) for (option, at), column in builder.year_columns.items() if at - lead[option] <= year
        ]
        terms += [
            (option, cost[option])
            for option in range(len(cost))
            if option not in timed and problem.horizon - lead[option] <= year
        ]
        terms = [(column, value) for column, value in terms if value]
        if terms:
            columns, values = zip(*terms, strict=True)
            builder.row(columns, values, upper=float(available))


def _add_slack_limits(builder: ProgramBuilder, schedule: Schedule) -> None:
    findings = builder.findings
    position = {
        (str(row.mandate_id), str(row.unit_code), int(row.year)): number
        for number, row in enumerate(findings.itertuples())
        if not pd.isna(row.year)
    }
    for key, limit in schedule.slack_limits.items():
        if key in position:
            columns = builder.slacks.loc[builder.slacks["finding"] == position[key], "column"].to_numpy()
            builder.row(columns, 1.0, upper=limit)


def _add_covered(builder: ProgramBuilder, view: PlanView, objective: PeopleCovered) -> Covered:
    request = objective.request
    demand = view.situation.demand
    base, change = cover_change(view, request.standard, request.where)
    groups = merged(np.arange(len(demand)), weights_of(demand, request.groups[0]), base, change)
    certain, people, links = 0, [], []
    for (count, touched), persons in sorted(groups.items()):
        if count + sum(min(0, value) for _, value in touched) > 0:
            certain += persons
        elif count or touched:
            people.append(persons)
            links.append((count, touched))
    columns = builder.columns(len(people), integer=True)
    for column, (count, touched) in zip(columns, links, strict=True):
        builder.row(
            [column, *(option for option, _ in touched)],
            [1.0, *(-float(value) for _, value in touched)],
            upper=float(count),
        )
    return Covered(name=objective.name, certain=certain, columns=columns, people=np.array(people, dtype=np.int64))
