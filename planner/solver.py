"""The only file that talks to HiGHS: mixed-integer programs as sparse arrays, solved and checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from highspy import _core

from planner.errors import SolverError

_TOLERANCE = 1e-6


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    STOPPED = "stopped"
    TIME_STOPPED = "time_stopped"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """When to stop without a proof.

    Attributes
    ----------
    nodes
        Branch-and-bound nodes: deterministic work, the default stop.
    time_s
        Seconds; a run that this stops is marked ``time_stopped`` and promises no repeatability.
    """

    nodes: int = 100_000
    time_s: float = math.inf


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Program:
    """``lower <= A z <= upper`` with bounded columns.

    Attributes
    ----------
    matrix
        CSR, rows x columns.
    row_lower, row_upper, column_lower, column_upper
        float64; infinities allowed.
    integer
        bool, one per column.
    """

    matrix: sp.csr_array
    row_lower: npt.NDArray[np.float64]
    row_upper: npt.NDArray[np.float64]
    column_lower: npt.NDArray[np.float64]
    column_upper: npt.NDArray[np.float64]
    integer: npt.NDArray[np.bool_]

    def with_row(self, terms: npt.NDArray[np.float64], *, lower: float = -math.inf, upper: float = math.inf) -> Program:
        """Return the program with one more row; `terms` has one coefficient per column."""
        return Program(
            matrix=sp.csr_array(sp.vstack([self.matrix, sp.csr_array(terms[None, :])], format="csr")),
            row_lower=np.append(self.row_lower, lower),
            row_upper=np.append(self.row_upper, upper),
            column_lower=self.column_lower,
            column_upper=self.column_upper,
            integer=self.integer,
        )


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Solution:
    """What a solve found.

    Attributes
    ----------
    status
        `Status`; ``optimal`` only when proven.
    values
        float64, one per column, integer columns exactly integral; None where no point was found.
    objective, bound, gap
        Recomputed from `values`; the proven lower bound; their difference over max(1, |objective|). NaN where
        there is no point.
    """

    status: Status
    values: npt.NDArray[np.float64] | None
    objective: float
    bound: float
    gap: float


class Minimise(Protocol):
    """A `minimise` whose stopping rule is settled: siting is given one, so that its caller may keep answers."""

    def __call__(
        self,
        program: Program,
        costs: npt.NDArray[np.float64],
        *,
        start: npt.NDArray[np.float64] | None = None,
        seed: int = 0,
    ) -> Solution:
        """Minimise ``costs @ z``."""


def minimise(
    program: Program,
    costs: npt.NDArray[np.float64],
    *,
    start: npt.NDArray[np.float64] | None = None,
    stop: Stop | None = None,
    seed: int = 0,
) -> Solution:
    """Minimise ``costs @ z``.

    Parameters
    ----------
    program
        The constraints.
    costs
        One per column. Where all are integers on integer columns, the bound is rounded up to an integer.
    start
        A point that is feasible; the solver begins from it.
    stop, seed
        When to stop without proof; the solver's seed. Threads are fixed at one: the plan must not depend on them.

    Raises
    ------
    SolverError
        If the solver fails, or its point does not satisfy the rows when they are checked here.
    """
    if not len(costs):
        return _empty(program)
    rule = stop or Stop()
    solver = _run(_loaded(program, costs, rule, seed), start)
    if start is not None and not _tells_one_objective(solver, program, costs):
        # HiGHS 1.16 sometimes hands back the starting point with the objective of a better one.
        solver = _run(_loaded(program, costs, rule, seed), None)
    if not _tells_one_objective(solver, program, costs):
        raise SolverError("expected the solver's point to have its objective, found another: report this study.")
    return _checked(solver, program, costs)


def _empty(program: Program) -> Solution:
    """Return the answer of a program without columns: the empty point, if every row admits zero."""
    admits = bool(np.all((program.row_lower <= 0) & (program.row_upper >= 0)))
    if not admits:
        return Solution(status=Status.INFEASIBLE, values=None, objective=math.nan, bound=math.nan, gap=math.nan)
    return Solution(status=Status.OPTIMAL, values=np.zeros(0), objective=0.0, bound=0.0, gap=0.0)


def _run(solver: Any, start: npt.NDArray[np.float64] | None) -> Any:
    if start is not None:
        guess = highspy.HighsSolution()
        guess.col_value = start.tolist()
        solver.setSolution(guess)
    if solver.run() == highspy.HighsStatus.kError:
        raise SolverError("expected the solver to end, found an error inside it: report this study.")
    return solver


def _tells_one_objective(solver: Any, program: Program, costs: npt.NDArray[np.float64]) -> bool:
    """Return whether the objective the solver tells is that of the point it hands back (or there is no point)."""
    info = solver.getInfo()
    if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return True
    values = np.asarray(solver.getSolution().col_value, dtype=np.float64)
    told, own = info.objective_function_value, float(costs @ np.where(program.integer, np.rint(values), values))
    return bool(abs(told - own) <= (0.25 if _integral(program, costs) else _TOLERANCE * max(1.0, abs(own))))


def _loaded(program: Program, costs: npt.NDArray[np.float64], stop: Stop, seed: int) -> Any:
    solver: Any = _core._Highs()  # noqa: SLF001 - its Python wrapper prints a banner on stdout, for callbacks not used here
    for name, value in (
        ("output_flag", False), ("threads", 1), ("random_seed", seed), ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.5 if _integral(program, costs) else 1e-6), ("mip_max_nodes", stop.nodes),
        ("primal_feasibility_tolerance", 1e-7), ("mip_feasibility_tolerance", 1e-7),
    ):  # fmt: skip
        solver.setOptionValue(name, value)
    if math.isfinite(stop.time_s):
        solver.setOptionValue("time_limit", stop.time_s)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(costs), program.matrix.shape[0]
    model.col_cost_ = np.asarray(costs, dtype=np.float64)
    model.col_lower_, model.col_upper_ = program.column_lower, program.column_upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = program.matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = program.matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = program.matrix.data.astype(np.float64)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[int(flag)] for flag in program.integer]
    if solver.passModel(model) == highspy.HighsStatus.kError:
        raise SolverError("expected a valid program, found one the solver refuses: report this study.")
    return solver


def _integral(program: Program, costs: npt.NDArray[np.float64]) -> bool:
    used = costs != 0
    return bool(np.all(program.integer[used]) and np.all(costs[used] == np.rint(costs[used])))


def _checked(solver: Any, program: Program, costs: npt.NDArray[np.float64]) -> Solution:
    ended = solver.getModelStatus()
    status = _STATUS.get(ended, Status.STOPPED)
    info = solver.getInfo()
    has_point = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    if status is Status.INFEASIBLE or not has_point:
        bad = status is Status.OPTIMAL
        if bad:
            raise SolverError("expected a point from a solved program, found none: report this study.")
        return Solution(status=status, values=None, objective=math.nan, bound=math.nan, gap=math.nan)
    values = np.asarray(solver.getSolution().col_value, dtype=np.float64)
    values = np.where(program.integer, np.rint(values), values)
    _check(program, values)
    objective = float(costs @ values)
    bound = _bound(
        float(info.mip_dual_bound),
        objective,
        integral=_integral(program, costs),
        proven=status is Status.OPTIMAL,
        any_integer=bool(program.integer.any()),
    )
    gap = max(0.0, objective - bound) / max(1.0, abs(objective))
    if status is Status.OPTIMAL and gap > 0:
        status = Status.STOPPED
    return Solution(status=status, values=values, objective=objective, bound=bound, gap=gap)


_STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME_STOPPED,
}


def _bound(dual: float, objective: float, *, integral: bool, proven: bool, any_integer: bool) -> float:
    """Return the proven lower bound: rounded up where the objective can only be an integer."""
    if not any_integer or not math.isfinite(dual):
        return objective if proven else -math.inf
    if integral:
        return min(float(math.ceil(dual - _TOLERANCE)), objective)
    return objective if proven and objective - dual <= _TOLERANCE * max(1.0, abs(objective)) else min(dual, objective)


def _check(program: Program, values: npt.NDArray[np.float64]) -> None:
    activity = program.matrix @ values
    scale = np.maximum(1.0, abs(program.matrix) @ np.abs(values)) * _TOLERANCE
    below = activity < program.row_lower - scale
    above = activity > program.row_upper + scale
    outside = (values < program.column_lower - _TOLERANCE) | (values > program.column_upper + _TOLERANCE)
    if below.any() or above.any() or outside.any():
        raise SolverError(
            "expected the solver's point to satisfy every row, found one that does not: report this study."
        )
