"""Stages: one aim after another, each as good as it can be without harming those before it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import SolverError
from planner.siting.assemble import YearProgram, money_unit
from planner.siting.options import known_costs
from planner.siting.problem import SitingProblem
from planner.solver import Minimise, Program, Status

SHORTFALL_SCALE = 10_000
"""Shortfalls are weighed as integers: this many points for a finding that lacks all it requires."""

_TIE_WEIGHTS = 9_973

Watch = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What one stage minimises.

    Attributes
    ----------
    name
        Of the stage.
    costs
        Integers, one per column.
    constant, sign
        The value that is told is constant + sign * (costs @ z): people covered are maximised.
    """

    name: str
    costs: npt.NDArray[np.float64]
    constant: float = 0.0
    sign: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How one stage ended.

    Attributes
    ----------
    name
        Year and aim.
    status
        ``optimal`` only when proven, else ``stopped`` or ``time_stopped``.
    objective, bound, gap
        The value reached, the proven limit of what could be reached, their relative difference.
    seconds
        Time taken.
    """

    name: str
    status: str
    objective: float
    bound: float
    gap: float
    seconds: float


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Staged:
    """The point after the last stage.

    Attributes
    ----------
    values
        One per column.
    stages
        How each ended.
    unique
        Whether no other choice of options does equally well in every stage, ties included; proven by
        excluding the choice and solving again.
    """

    values: npt.NDArray[np.float64]
    stages: tuple[Stage, ...]
    unique: bool


def aims_of(problem: SitingProblem, year_program: YearProgram) -> list[Aim]:
    """Return the aims of the final year, most important first.

    Unmet hard findings, their shortfall, the same for network findings; then what the study asks for; then
    cost where it is known, number of options, and seeded weights that break ties.
    """
    aims = mandate_aims(year_program)
    people = [_people_aim(year_program, number) for number in range(len(year_program.covered))]
    costs, unit = known_costs(year_program.options), money_unit(problem)
    cost = [] if costs is None else [_option_aim(year_program, "cost", costs / unit, scale=unit)]
    if problem.max_yuan_per_person is not None and people:
        aims.extend(_priced_aim(problem, people, aim) for aim in cost)
    elif problem.budget_yuan or problem.max_options is not None:
        aims.extend(people)
    aims.extend(cost)
    return [*aims, *tie_aims(problem, year_program)]


def schedule_aims(problem: SitingProblem, year_program: YearProgram) -> list[Aim]:
    """Return the aims of one year of a schedule: mandates, people, then as much as possible done early."""
    aims = mandate_aims(year_program)
    aims.extend(_people_aim(year_program, number) for number in range(len(year_program.covered)))
    early = _option_aim(year_program, "done_early", -np.ones(len(year_program.options)), scale=-1)
    return [*aims, early, *tie_aims(problem, year_program)[1:]]


def mandate_aims(year_program: YearProgram) -> list[Aim]:
    """Return how many findings stay unmet and by how much, hard before network."""
    width = year_program.program.matrix.shape[1]
    findings, slacks = year_program.findings, year_program.slacks
    aims = []
    for strength in ("hard", "network"):
        chosen = (findings["strength"] == strength).to_numpy(dtype=bool)
        if not chosen.any():
            continue
        unmet, short = np.zeros(width), np.zeros(width)
        unmet[findings.loc[chosen, "unmet"].to_numpy(dtype=np.int64)] = 1.0
        own = slacks[chosen[slacks["finding"].to_numpy()]]
        required = findings["required"].to_numpy(dtype=np.float64)[own["finding"].to_numpy()]
        short[own["column"].to_numpy()] = np.maximum(1.0, np.rint(SHORTFALL_SCALE / required))
        aims += [Aim(name=f"{strength}_unmet", costs=unmet), Aim(name=f"{strength}_shortfall", costs=short)]
    return aims


def tie_aims(problem: SitingProblem, year_program: YearProgram) -> list[Aim]:
    """Return the two aims that make the choice unique: fewest options, then seeded weights by option id."""
    weights = np.array([_tie_weight(problem.seed, str(name)) for name in year_program.options.index], dtype=np.float64)
    return [_option_aim(year_program, "options", np.ones(len(weights))), _option_aim(year_program, "ties", weights)]


def _tie_weight(seed: int, name: str) -> int:
    digest = hashlib.sha256(f"{seed}|{name}".encode()).digest()
    return 1 + int.from_bytes(digest[:8], "big") % _TIE_WEIGHTS


def _option_aim(year_program: YearProgram, name: str, values: npt.NDArray[np.float64], *, scale: int = 1) -> Aim:
    costs = np.zeros(year_program.program.matrix.shape[1])
    costs[: len(values)] = values
    return Aim(name=name, costs=costs, sign=scale)


def _people_aim(year_program: YearProgram, number: int) -> Aim:
    covered = year_program.covered[number]
    costs = np.zeros(year_program.program.matrix.shape[1])
    costs[covered.columns] = -covered.people.astype(np.float64)
    return Aim(name=covered.name, costs=costs, constant=float(covered.certain), sign=-1)


def _priced_aim(problem: SitingProblem, people: Sequence[Aim], cost: Aim) -> Aim:
    """Return cost less what the covered people are worth, in yuan."""
    worth = float(round(problem.max_yuan_per_person or 0.0))
    total = sum((aim.costs * worth for aim in people), start=cost.costs * cost.sign)
    return Aim(name="cost_less_worth", costs=np.asarray(total))


def run_stages(
    year_program: YearProgram,
    aims: Sequence[Aim],
    *,
    label: str,
    minimise: Minimise,
    seed: int,
    watch: Watch | None = None,
) -> Staged:
    """Solve one aim after another, each bound to what those before it reached.

    Raises
    ------
    SolverError
        If a stage finds no point at all: every program here can be satisfied with slack, so that is a fault.
    """
    program, values = year_program.program, None
    stages = []
    for aim in aims:
        if watch is not None:
            watch(f"{label}.{aim.name}")
        begun = time.perf_counter()
        found = minimise(program, aim.costs, start=values, seed=seed)
        if found.values is None:
            raise SolverError(f"expected a plan at stage {label}.{aim.name}, found {found.status}: report this study.")
        values = found.values
        ends = sorted((aim.constant + aim.sign * found.objective, aim.constant + aim.sign * found.bound))
        objective, bound = (ends[1], ends[0]) if aim.sign > 0 else (ends[0], ends[1])
        stages.append(
            Stage(name=f"{label}.{aim.name}", status=str(found.status), objective=objective, bound=bound,
                  gap=abs(objective - bound) / max(1.0, abs(objective)),
                  seconds=round(time.perf_counter() - begun, 3))
        )  # fmt: skip
        program = program.with_row(aim.costs, upper=found.objective)
    if values is None:
        raise SolverError(f"expected at least one stage for {label}, found none: report this study.")
    unique = _is_unique(year_program, program, values, minimise=minimise, seed=seed)
    return Staged(values=values, stages=tuple(stages), unique=unique)


def _is_unique(
    year_program: YearProgram, program: Program, values: npt.NDArray[np.float64], *, minimise: Minimise, seed: int
) -> bool:
    """Return whether no other choice of options satisfies all that the stages bound."""
    count = len(year_program.options)
    taken = values[:count] > 0.5
    cut = np.zeros(len(values))
    cut[:count] = np.where(taken, -1.0, 1.0)
    other = minimise(program.with_row(cut, lower=1.0 - float(taken.sum())), np.zeros(len(values)), seed=seed)
    return other.status is Status.INFEASIBLE


def slack_by_finding(year_program: YearProgram, values: npt.NDArray[np.float64]) -> pd.Series:
    """Return the total slack of every finding, by position."""
    total = np.zeros(len(year_program.findings))
    np.add.at(total, year_program.slacks["finding"].to_numpy(), values[year_program.slacks["column"].to_numpy()])
    return pd.Series(total, index=year_program.findings.index)
