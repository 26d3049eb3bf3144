"""Why a finding stays unmet: cheap exact checks first, then the plan solved again without what may stand in the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
import shapely

from planner.coverage.situation import Situation
from planner.mandates.evaluation import evaluate, finding_keys
from planner.mandates.findings import NOT_EVALUABLE
from planner.mandates.rows import ColumnKind, Rows
from planner.siting.assemble import Relaxation, YearProgram, assemble
from planner.siting.effects import supports
from planner.siting.options import known_costs
from planner.siting.problem import SitingProblem
from planner.siting.stages import mandate_aims, run_stages, slack_by_finding
from planner.solver import Minimise, Program, Solution, Status

CAUSE_COLUMNS = (
    "mandate_id", "unit_code", "year", "cause", "reason", "reason_en", "nearest_site_id", "nearest_m",
    "cheapest_yuan", "left_yuan", "verified",
)  # fmt: skip

_SLACK_LEFT = 0.5


def causes(
    problem: SitingProblem,
    year_program: YearProgram,
    values: npt.NDArray[np.float64],
    planned: Situation,
    *,
    minimise: Minimise,
) -> pd.DataFrame:
    """Return the cause of every hard or network finding that the final year leaves a gap.

    What is not evaluable for lack of data has its reason, and no cause.

    ``no_option_in_unit``, ``no_option_in_reach``: no option stands where it must, or none is within the limit
    (with the nearest option of the service elsewhere). ``capacity``: all
    options for it together are not enough. ``budget``, ``limit``: it closes when the budget, or the number
    of options, is not limited. ``conflict``: it closes only at the cost of findings that come before it.
    Each is verified by solving, not guessed.

    Parameters
    ----------
    problem, year_program, values
        The problem, the program of its final year, and the point that was chosen.
    planned
        The situation with the plan applied, at the horizon.
    minimise
        Solves; what it does not prove is not verified.
    """
    left = slack_by_finding(year_program, values)
    unmet = left.index[left > _SLACK_LEFT]
    if len(unmet):
        found = evaluate(problem.binding, planned)
        unknown = finding_keys(found[found["status"] == NOT_EVALUABLE])
        unmet = unmet[~finding_keys(year_program.findings.loc[unmet]).isin(unknown)]
    if not len(unmet):
        return pd.DataFrame(columns=list(CAUSE_COLUMNS))
    costs = known_costs(year_program.options)
    spent = 0.0 if costs is None else float(costs[values[: len(costs)] > 0.5].sum())
    remaining = sum(problem.budget_yuan.values()) - spent if problem.budget_yuan else np.inf
    described = {int(number): _alone(problem, year_program, int(number), minimise=minimise) for number in unmet}
    open_questions = [number for number, row in described.items() if row["cause"] == ""]
    if open_questions:
        _ask_relaxed(problem, year_program, described, open_questions, minimise=minimise)
    rows = [_row(year_program, number, row, remaining) for number, row in described.items()]
    return pd.DataFrame(rows, columns=list(CAUSE_COLUMNS)).astype({"year": "Int64"})


def _alone(problem: SitingProblem, year_program: YearProgram, number: int, *, minimise: Minimise) -> dict[str, Any]:
    """Look at one finding by itself: does any option help, do all together, what does that cost at least."""
    rows, finding = _rows_of(year_program, number)
    helpful = _helpful(rows, finding)
    if not len(helpful) and not _met_alone(rows, finding):
        return {"verified": True, **_nearest(problem, year_program, number)}
    alone = _cheapest(year_program.options, rows, finding, minimise=minimise)
    if alone.status is Status.INFEASIBLE:
        return {"cause": "capacity", "verified": True, "options": len(helpful)}
    proven = alone.status is Status.OPTIMAL and known_costs(year_program.options) is not None
    return {"cause": "", "cheapest_yuan": round(alone.objective) if proven else None, "verified": False}


def _rows_of(year_program: YearProgram, number: int) -> tuple[Rows, int]:
    """Return the rows that hold a finding, and its position among their findings."""
    finding = year_program.findings.iloc[number]
    before = year_program.findings.iloc[:number]
    return year_program.rows[finding["mandate_id"]], int((before["mandate_id"] == finding["mandate_id"]).sum())


def _entries(rows: Rows, finding: int) -> npt.NDArray[np.bool_]:
    return np.asarray(rows.row_finding[rows.row] == finding)


def _helpful(rows: Rows, finding: int) -> npt.NDArray[np.int64]:
    own = _entries(rows, finding) & supports(rows)
    option = rows.column_option[rows.column[own]]
    return np.unique(option[(option >= 0) & (rows.column_kind[rows.column[own]] <= ColumnKind.YEAR_OPTION)])


def _met_alone(rows: Rows, finding: int) -> bool:
    """Return whether a finding is met where nothing is done: what the plan does elsewhere has spoilt it."""
    own = rows.row_finding == finding
    return bool(((rows.row_lower[own] <= 0) & (rows.row_upper[own] >= 0)).all())


def _cheapest(options: pd.DataFrame, rows: Rows, finding: int, *, minimise: Minimise) -> Solution:
    """Return the cheapest way to close the finding if nothing else mattered; infeasible where nothing closes it."""
    own = np.flatnonzero(rows.row_finding == finding)
    inside = _entries(rows, finding)
    used, columns = np.unique(rows.column[inside], return_inverse=True)
    position = np.full(len(rows.row_finding), -1)
    position[own] = np.arange(len(own))
    matrix = sp.coo_array((rows.value[inside], (position[rows.row[inside]], columns)), shape=(len(own), len(used)))
    upper = np.where(rows.column_kind[used] == ColumnKind.SLACK, 0.0, rows.column_upper[used])
    option = rows.column_option[used]
    program = Program(
        matrix=sp.csr_array(matrix), row_lower=rows.row_lower[own], row_upper=rows.row_upper[own],
        column_lower=rows.column_lower[used], column_upper=upper, integer=rows.column_integer[used],
    )  # fmt: skip
    program = _with_groups(program, options, option)
    known = known_costs(options)
    cost = np.zeros(len(options)) if known is None else known
    return minimise(program, np.where(option >= 0, cost[np.maximum(option, 0)], 0.0))


def _with_groups(program: Program, options: pd.DataFrame, option: npt.NDArray[np.int64]) -> Program:
    groups = options["exclusive_group"].to_numpy(dtype=object)
    names = np.array([groups[number] if number >= 0 else "" for number in option], dtype=object)
    for name in sorted(set(names) - {""}):
        if (names == name).sum() > 1:
            program = program.with_row((names == name).astype(np.float64), upper=1.0)
    return program


def _ask_relaxed(
    problem: SitingProblem,
    year_program: YearProgram,
    described: dict[int, dict[str, Any]],
    numbers: list[int],
    *,
    minimise: Minimise,
) -> None:
    """Solve the mandates again without the budget, then without the limit on options, and see what closes."""
    tries = []
    if problem.budget_yuan:
        tries.append(("budget", Relaxation(budget=True)))
    if problem.max_options is not None:
        tries.append(("limit", Relaxation(max_options=True)))
    if len(tries) == 2:
        tries.append(("budget_and_limit", Relaxation(budget=True, max_options=True)))
    for cause, relaxed in tries:
        again = assemble(problem, year_program.options, year=problem.horizon, relaxed=relaxed)
        staged = run_stages(again, mandate_aims(again), label=cause, minimise=minimise, seed=problem.seed)
        proven = all(stage.status == "optimal" for stage in staged.stages)
        slack = slack_by_finding(again, staged.values)
        for number in numbers:
            if described[number]["cause"] == "" and slack[number] < _SLACK_LEFT:
                described[number] |= {"cause": cause, "verified": proven}
    for number in numbers:
        if described[number]["cause"] == "":
            described[number] |= {"cause": "conflict", "verified": not tries}


def _nearest(problem: SitingProblem, year_program: YearProgram, number: int) -> dict[str, Any]:
    """Return the nearest option of the mandate's service and how far outside the unit it stands."""
    finding = year_program.findings.iloc[number]
    code = str(finding["unit_code"])
    mandate = next(mandate for mandate in problem.mandates if mandate.mandate_id == finding["mandate_id"])
    by_reach = mandate.predicate.reach_standard(code, problem.present.territory) is not None
    cause = {"cause": "no_option_in_reach" if by_reach else "no_option_in_unit"}
    options = year_program.options[(year_program.options["service"] == mandate.service).to_numpy()]
    area = None if by_reach else _polygon(problem, code)
    target = area or _anchor(problem, code) or _polygon(problem, code)
    if target is None or options.empty:
        return cause
    away = shapely.distance(shapely.points(options["x"], options["y"]), target)
    at = int(np.argmin(np.rint(away * 1000)))
    nearest = {
        "nearest_site_id": str(options["place_id"].iloc[at]),
        "nearest_name": str(options["name"].iloc[at] or options["place_id"].iloc[at]),
        "nearest_m": float(round(away[at])),
    }
    return {**cause, **nearest, "from_boundary": area is not None}


def _polygon(problem: SitingProblem, code: str) -> shapely.Geometry | None:
    if problem.units is None:
        return None
    shape = problem.units.set_index("code").geometry.get(code)
    return None if shape is None or shape.is_empty else shape


def _anchor(problem: SitingProblem, code: str) -> shapely.Geometry | None:
    anchors = problem.present.anchors
    return shapely.Point(anchors.at[code, "x"], anchors.at[code, "y"]) if code in anchors.index else None


def _row(year_program: YearProgram, number: int, row: dict[str, Any], remaining: float) -> dict[str, Any]:
    finding = year_program.findings.iloc[number]
    cheapest = row.get("cheapest_yuan")
    texts = _sentence(row, remaining)
    return {
        "mandate_id": finding["mandate_id"], "unit_code": finding["unit_code"], "year": finding["year"],
        "cause": row["cause"], "reason": texts[0], "reason_en": texts[1],
        "nearest_site_id": row.get("nearest_site_id", ""), "nearest_m": row.get("nearest_m", np.nan),
        "cheapest_yuan": cheapest if cheapest is not None else np.nan,
        "left_yuan": remaining if np.isfinite(remaining) else np.nan, "verified": bool(row["verified"]),
    }  # fmt: skip


def _no_option_sentence(row: dict[str, Any]) -> tuple[str, str]:
    inside = row["cause"] == "no_option_in_unit"
    zh = "本单元范围内没有可选方案" if inside else "时限或距离以内没有可选方案"
    en = "no option lies in the unit" if inside else "no option is within the limit"
    if "nearest_m" not in row:
        return zh, en
    name, metres = row["nearest_name"], f"{row['nearest_m']:,.0f}"
    if row["from_boundary"]:
        return (
            f"{zh}，最近的同类方案「{name}」在界外 {metres} 米",
            f"{en}; the nearest of the service, {name}, is {metres} m outside",
        )
    return (
        f"{zh}，最近的同类方案「{name}」距居住中心直线 {metres} 米",
        f"{en}; the nearest of the service, {name}, is {metres} m from the centre as the crow flies",
    )


def _sentence(row: dict[str, Any], remaining: float) -> tuple[str, str]:
    cause = row["cause"]
    if cause.startswith("no_option"):
        return _no_option_sentence(row)
    if cause == "capacity":
        return (
            f"全部 {row['options']} 个可选方案合计仍不能满足要求",
            f"all {row['options']} options for it together are not enough",
        )
    wan = "—" if row.get("cheapest_yuan") is None else f"{row['cheapest_yuan'] / 10_000:,.0f}"
    left = f"{remaining / 10_000:,.0f}"
    return {
        "budget": (
            f"预算不足：单独满足至少需 {wan} 万元，规划期末余 {left} 万元",
            f"the budget is short: alone it takes at least {wan} 万元, {left} 万元 remain",
        ),
        "limit": ("方案数量上限不足", "the limit on the number of options is too low"),
        "budget_and_limit": ("预算与方案数量上限均不足", "both the budget and the limit on options are too low"),
        "conflict": (
            "与更优先的要求争用同一候选地或设施",
            "it competes with what comes first for the same site or facility",
        ),
    }[cause]
