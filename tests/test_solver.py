"""The solver's answers against scipy's, and what it may call proven."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from planner import solver
from planner.errors import SolverError
from planner.solver import Program, Solution, Status, Stop, _loaded, minimise

Numbers = np.ndarray[Any, np.dtype[np.float64]]


def _program(matrix: Any, lower: Any, upper: Any, *, low: Any = 0.0, high: Any = 1.0, integer: Any = True) -> Program:
    dense = np.atleast_2d(np.asarray(matrix, dtype=np.float64))
    rows, columns = dense.shape
    return Program(
        matrix=sp.csr_array(dense),
        row_lower=np.broadcast_to(np.asarray(lower, dtype=np.float64), (rows,)).copy(),
        row_upper=np.broadcast_to(np.asarray(upper, dtype=np.float64), (rows,)).copy(),
        column_lower=np.broadcast_to(np.asarray(low, dtype=np.float64), (columns,)).copy(),
        column_upper=np.broadcast_to(np.asarray(high, dtype=np.float64), (columns,)).copy(),
        integer=np.broadcast_to(np.asarray(integer, dtype=bool), (columns,)).copy(),
    )


def _random(rng: np.random.Generator, *, mixed: bool) -> tuple[Program, Numbers]:
    """Return a small program, feasible or not, with rows of every kind: at least, at most, equal, between, free."""
    rows, columns = int(rng.integers(1, 6)), int(rng.integers(1, 7))
    matrix = rng.integers(-4, 5, (rows, columns)) * (rng.random((rows, columns)) < 0.7)
    middle = matrix @ rng.integers(0, 3, columns)
    kind = rng.integers(0, 5, rows)
    lower = np.where(np.isin(kind, [0, 2, 3]), middle - (kind == 3), -np.inf)
    upper = np.where(np.isin(kind, [1, 2, 3]), middle + (kind == 3), np.inf)
    integer = rng.random(columns) < 0.6 if mixed else np.ones(columns, dtype=bool)
    program = _program(matrix, lower, upper, high=rng.integers(1, 4, columns), integer=integer)
    costs = rng.normal(size=columns).round(3) * 10 if mixed else rng.integers(-9, 10, columns)
    return program, costs.astype(np.float64)


def _by_scipy(program: Program, costs: Numbers) -> Any:
    return milp(
        costs,
        integrality=program.integer.astype(int),
        bounds=Bounds(program.column_lower, program.column_upper),
        constraints=LinearConstraint(program.matrix.toarray(), program.row_lower, program.row_upper),
        options={"mip_rel_gap": 0.0},
    )


def _assert_holds(program: Program, found: Solution) -> None:
    assert found.values is not None
    activity = program.matrix @ found.values
    assert np.all(activity >= program.row_lower - 1e-6)
    assert np.all(activity <= program.row_upper + 1e-6)
    assert np.all(found.values >= program.column_lower - 1e-6)
    assert np.all(found.values <= program.column_upper + 1e-6)
    whole = found.values[program.integer]
    assert np.array_equal(whole, np.rint(whole))


@settings(max_examples=200)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_same_answer_as_scipy(seed: int, mixed: bool) -> None:
    """On random programs feasibility, optimum and bound are scipy's, and the point satisfies every row."""
    program, costs = _random(np.random.default_rng(seed), mixed=mixed)
    found, other = minimise(program, costs), _by_scipy(program, costs)
    assert (found.status is Status.INFEASIBLE) == (other.status == 2)
    if found.status is Status.INFEASIBLE:
        return
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(other.fun, rel=1e-6, abs=1e-6)
    assert found.objective == pytest.approx(float(costs @ found.values), rel=1e-12)
    assert (found.bound, found.gap) == (found.objective, 0.0)
    _assert_holds(program, found)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_the_same_answer_as_trying_everything(seed: int) -> None:
    """On small integer programs no point that is tried by hand is better, and none exists where none is found."""
    program, costs = _random(np.random.default_rng(seed), mixed=False)
    best = math.inf
    for point in product(*(range(int(high) + 1) for high in program.column_upper)):
        activity = program.matrix @ np.array(point, dtype=np.float64)
        if np.all((activity >= program.row_lower) & (activity <= program.row_upper)):
            best = min(best, float(costs @ point))
    found = minimise(program, costs)
    assert found.objective == best if math.isfinite(best) else found.status is Status.INFEASIBLE


def _covering(rng: np.random.Generator, *, columns: int = 40, rows: int = 14) -> tuple[Program, Numbers]:
    """Return a covering program that takes many nodes to prove."""
    weights = rng.integers(1, 100, (rows, columns))
    costs = rng.integers(20, 50, columns).astype(np.float64)
    return _program(weights, weights.sum(axis=1) // 2, np.inf), costs


def test_stopped_by_nodes_is_never_called_optimal() -> None:
    """A solve cut short says so; what is best lies between its bound and its objective."""
    ended = set()
    for seed in range(3):
        program, costs = _covering(np.random.default_rng(seed), columns=34, rows=12)
        cut, proven = minimise(program, costs, stop=Stop(nodes=1)), minimise(program, costs)
        assert proven.status is Status.OPTIMAL
        assert cut.bound <= proven.objective <= cut.objective
        assert (cut.status is Status.OPTIMAL) == (cut.gap == 0.0) == (cut.bound == cut.objective)
        assert cut.gap == pytest.approx((cut.objective - cut.bound) / cut.objective)
        assert cut.bound == int(cut.bound)
        _assert_holds(program, cut)
        ended.add(cut.status)
    assert Status.STOPPED in ended


def test_stopped_before_any_point_has_no_numbers() -> None:
    """Where no point was found there is no objective, no bound and no gap to believe."""
    program, costs = _covering(np.random.default_rng(0))
    found = minimise(program, costs, stop=Stop(nodes=0))
    assert found.status is Status.STOPPED
    assert found.values is None
    assert all(math.isnan(number) for number in (found.objective, found.bound, found.gap))


def test_the_default_stop_is_work_and_not_time() -> None:
    """Without a word from the study a solve ends after so many nodes, on every machine the same."""
    assert Stop() == Stop(nodes=100_000, time_s=math.inf)


def test_the_solver_runs_on_one_thread() -> None:
    """The point must not depend on how many cores a machine has."""
    program, costs = _covering(np.random.default_rng(0), columns=4, rows=2)
    assert _loaded(program, costs, Stop(), 1).getOptionValue("threads")[1] == 1


def test_stopped_by_time_is_marked() -> None:
    """A run that a clock ended promises no repeatability, and is told apart."""
    program, costs = _covering(np.random.default_rng(0))
    assert minimise(program, costs, stop=Stop(time_s=1e-4)).status is Status.TIME_STOPPED


@pytest.mark.parametrize("integer", [True, False])
def test_infeasible_has_no_numbers(integer: bool) -> None:
    """What cannot be satisfied is infeasible, with whole or with continuous columns, never stopped or optimal."""
    found = minimise(_program([[1.0, 1.0]], 3.0, np.inf, integer=integer), np.array([1.0, 2.0]))
    assert found.status is Status.INFEASIBLE
    assert found.values is None
    assert all(math.isnan(number) for number in (found.objective, found.bound, found.gap))


@pytest.mark.parametrize("integer", [True, False])
def test_unbounded_is_never_called_optimal(integer: bool) -> None:
    """Where the objective has no end nothing is proven, and no bound is told."""
    program = _program([[1.0, -1.0]], 0.0, 0.0, high=np.inf, integer=integer)
    found = minimise(program, np.array([-1.0, -2.0]))
    assert found.status is Status.STOPPED
    assert not math.isfinite(found.bound)


def test_half_a_unit_is_enough_for_whole_costs_and_not_for_others() -> None:
    """The bound is rounded up only where the objective can be nothing but an integer."""
    program = _program([[2.0, 2.0, 2.0]], 3.0, np.inf)
    whole = minimise(program, np.array([3.0, 4.0, 5.0]))
    assert (whole.objective, whole.bound) == (7.0, 7.0)
    broken = minimise(program, np.array([0.3, 0.4, 0.5]))
    assert broken.objective == pytest.approx(0.7)
    assert broken.bound == broken.objective
    close = minimise(_program([[1.0, 1.0, 1.0]], 1.0, np.inf), np.array([0.1, 0.10001, 0.2]))
    assert close.values is not None
    assert close.values.tolist() == [1.0, 0.0, 0.0]


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_a_starting_point_changes_nothing_but_the_way(seed: int) -> None:
    """From any feasible point, whatever the solver's seed, the same optimum is reached."""
    rng = np.random.default_rng(seed)
    program, costs = _random(rng, mixed=False)
    start = minimise(program, rng.integers(-9, 10, len(costs)).astype(np.float64))
    if start.values is None:
        return
    free, begun = minimise(program, costs), minimise(program, costs, start=start.values, seed=int(rng.integers(1000)))
    assert begun.status is Status.OPTIMAL
    assert begun.objective == free.objective == float(costs @ begun.values)
    _assert_holds(program, begun)


def test_a_starting_point_is_kept_when_nothing_better_is_found_in_time() -> None:
    """A stage that stops at once is no worse than what the stage before it handed on."""
    program, costs = _covering(np.random.default_rng(1))
    start = minimise(program, np.ones(len(costs)), stop=Stop(nodes=1)).values
    found = minimise(program, costs, start=start, stop=Stop(nodes=0))
    assert found.values is not None
    assert found.status is Status.STOPPED
    assert found.objective <= float(costs @ start)
    assert (found.bound, found.gap) == (-math.inf, math.inf)
    _assert_holds(program, found)


def test_the_same_program_gives_the_same_point() -> None:
    """Two solves of one program end in the same bytes, also when they are cut short."""
    program, costs = _covering(np.random.default_rng(2), columns=30)
    for stop in (Stop(), Stop(nodes=1)):
        first, second = minimise(program, costs, seed=3, stop=stop), minimise(program, costs, seed=3, stop=stop)
        assert first.values is not None
        assert second.values is not None
        assert first.values.tobytes() == second.values.tobytes()
        assert first.bound == second.bound


def test_a_program_without_rows_is_solved_by_its_bounds() -> None:
    """Each column goes to the end of its range that costs least."""
    program = _program(np.zeros((0, 3)), [], [], low=[-2.0, 0.0, 0.0], high=[5.0, 4.0, 1.0])
    found = minimise(program, np.array([1.0, -1.0, 0.0]))
    assert (found.status, found.objective) == (Status.OPTIMAL, -6.0)


def test_a_program_without_columns_has_one_point() -> None:
    """A study in which nothing is demanded and nothing may be done has the empty plan, not an error."""
    found = minimise(_program(np.zeros((0, 0)), [], []), np.zeros(0))
    assert (found.status, found.objective, found.bound) == (Status.OPTIMAL, 0.0, 0.0)
    never = _program(np.zeros((1, 0)), 1.0, np.inf)
    assert minimise(never, np.zeros(0)).status is Status.INFEASIBLE


def test_one_more_row_leaves_the_program_as_it_was() -> None:
    """The row bounds the new program only, on the side that is given."""
    program = _program([[1.0, 1.0]], 1.0, np.inf)
    costs = np.array([1.0, 2.0])
    bound = program.with_row(np.array([1.0, 0.0]), upper=0.0)
    assert (program.matrix.shape, bound.matrix.shape) == ((1, 2), (2, 2))
    assert (minimise(program, costs).objective, minimise(bound, costs).objective) == (1.0, 2.0)
    assert minimise(bound.with_row(np.array([0.0, 1.0]), upper=0.0), costs).status is Status.INFEASIBLE
    assert minimise(program.with_row(np.ones(2), lower=2.0), costs).objective == 3.0


@pytest.mark.parametrize("point", [[0.0, 0.0], [1.0, 1.0], [2.0, -1.0], [-1.0, 2.0]])
def test_a_point_that_breaks_a_row_or_a_bound_is_not_believed(point: list[float]) -> None:
    """Too little, too much, or outside a column's range: the solver's own word is not enough."""
    program = _program([[1.0, 1.0]], 1.0, 1.0)
    solver._check(program, np.array([1.0, 0.0]))
    with pytest.raises(SolverError, match=r"expected .* found .*: report this study"):
        solver._check(program, np.array(point))


def test_an_objective_that_is_not_the_points_own_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the solver keeps telling another objective than its point has, there is no answer but an error."""
    program, costs = _program([[1.0, 1.0]], 1.0, np.inf), np.array([1.0, 2.0])
    monkeypatch.setattr(solver, "_tells_one_objective", lambda *_: False)
    with pytest.raises(SolverError, match="found another"):
        minimise(program, costs, start=np.array([1.0, 0.0]))
