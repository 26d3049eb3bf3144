"""The two readings of a mandate agree: rows with zero slack exist exactly when evaluate says met.

Contract: on random small situations, for every plan, for every finding. Each generator must hit both answers
often, and a mutated row must be found out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.coverage import Situation
from planner.mandates import PlanView
from planner.mandates.capacity import Capacity
from planner.mandates.count_per_unit import CountPerUnit
from planner.mandates.coverage_share import CoverageShare
from planner.mandates.every_institution import EveryInstitution
from planner.mandates.mandate import Predicate
from planner.mandates.network_roles import NetworkRoles, RoleLevel
from planner.mandates.programme_per_year import ProgrammePerYear
from planner.mandates.rows import ColumnKind, Rows
from planner.mandates.unit_sets import BUILT_IN
from planner.siting.plan import applied
from planner.solver import Program, Status, minimise
from tests.small import (
    YEARS,
    anchor_table,
    every_plan,
    facilities,
    land,
    options,
    people,
    random_reaches,
    situation,
    standard,
    view_of,
)

Row = dict[str, Any]
Key = tuple[str, int]

SITUATIONS = 100
PLANS = 6

_ATTRIBUTES = ("owner", "rank", "level", "standardised", "demonstration", "capacity", "classes", "catchment_id")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Case:
    """A predicate, the situation without options, the options, and the year in which findings are measured."""

    predicate: Predicate
    present: Situation
    options: pd.DataFrame
    year: int


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Measured:
    """The rows of a case, and for each of its plans what evaluate says of each finding."""

    view: PlanView
    rows: Rows
    plans: tuple[tuple[pd.DataFrame, dict[Key, str]], ...]


def _pick(rng: np.random.Generator, values: list[Any]) -> Any:
    return values[int(rng.integers(len(values)))]


def _some(rng: np.random.Generator, make: Callable[[int], Row], low: int, high: int) -> list[Row]:
    return [make(n) for n in range(int(rng.integers(low, high + 1)))]


def _table(rows: list[Row], *attributes: str) -> pd.DataFrame:
    """Return a facility table with these attributes only: with all of them this file takes half as long again."""
    return facilities(*rows).drop(columns=[name for name in _ATTRIBUTES if name not in attributes])


def _years(rng: np.random.Generator) -> Row:
    return {
        "status": _pick(rng, ["现状", "现状", "在建", "规划"]),
        "opened_year": _pick(rng, [None, 2026, 2027]) or pd.NA,
        "closed_year": _pick(rng, [None, None, None, 2026]) or pd.NA,
    }


def _option(rng: np.random.Generator, table: pd.DataFrame, n: int, service: str, change: Row) -> Row:
    """Return an option as `make_options` does: on a standing facility that is to stay, or a build at a free place."""
    staying = list(table.index[(table["status"] == "现状") & table["closed_year"].isna()])
    common = {"option_id": f"o{n}", "service": service, "build_years": int(rng.integers(0, 2)), **change}
    if staying and rng.random() < 0.5:
        at = str(_pick(rng, staying))
        row = table.loc[at, ["place_id", "unit_code"]].to_dict()
        return {**common, **row, "action": "upgrade", "facility_id": at, "exclusive_group": f"facility:{at}"}
    site = f"s{int(rng.integers(3))}"
    unit = _pick(rng, ["A0", "A1v0", "A2v1", "B0v0"])
    return {**common, "action": "build", "place_id": site, "unit_code": unit, "exclusive_group": f"site:{site}"}


def _count_case(rng: np.random.Generator) -> Case:
    def standing(n: int) -> Row:
        return {
            "facility_id": f"f{n}",
            "service": _pick(rng, ["kindergarten", "kindergarten", "other"]),
            "unit_code": _pick(rng, ["A0v0", "A0", "A1v1", "A2", "B0"]),
            "owner": _pick(rng, ["public", "public", "private"]),
            "rank": _pick(rng, ["central", "central", ""]),
            **_years(rng),
        }

    def possible(n: int) -> Row:
        change = {"owner": _pick(rng, ["public", "private", ""]), "rank": _pick(rng, ["central", ""])}
        return _option(rng, table, n, "kindergarten", change)

    table = _table(_some(rng, standing, 6, 14), "owner", "rank")
    predicate = CountPerUnit(
        service="kindergarten",
        where={"owner": "public", "rank": "central"},
        unit_set=BUILT_IN["townships"],
        minimum=1 + int(rng.random() < 0.2),
    )
    return _without_reach(rng, predicate, table, options(*_some(rng, possible, 1, 4)))


def _institutions_case(rng: np.random.Generator) -> Case:
    def standing(n: int) -> Row:
        return {
            "facility_id": f"f{n}",
            "service": _pick(rng, ["clinic", "clinic", "clinic", "other"]),
            "unit_code": _pick(rng, ["A0v0", "A1", "B0", ""]),
            "owner": _pick(rng, ["public", "public", "private", ""]),
            "standardised": _pick(rng, [True, True, True, False, pd.NA]),
            **_years(rng),
        }

    def possible(n: int) -> Row:
        change = {
            "owner": _pick(rng, ["public", "private", ""]),
            "standardised": _pick(rng, [True, True, False, pd.NA]),
        }
        return _option(rng, table, n, _pick(rng, ["clinic", "clinic", "other"]), change)

    table = _table(_some(rng, standing, 0, 6), "owner", "standardised")
    predicate = EveryInstitution(service="clinic", where={"owner": ["public", "joint"], "standardised": True})
    return _without_reach(rng, predicate, table, options(*_some(rng, possible, 1, 4)))


def _programme_case(rng: np.random.Generator) -> Case:
    def standing(n: int) -> Row:
        return {
            "facility_id": f"f{n}",
            "service": "fitness_park",
            "unit_code": _pick(rng, ["A0", "B0"]),
            "demonstration": _pick(rng, [True, True, False, pd.NA]),
            **_years(rng),
        }

    def possible(n: int) -> Row:
        return _option(rng, table, n, "fitness_park", {"demonstration": _pick(rng, [True, True, False])})

    table = _table(_some(rng, standing, 0, 4), "demonstration")
    predicate = ProgrammePerYear(
        service="fitness_park",
        where={"demonstration": True},
        unit_set=BUILT_IN["city"],
        minimum=_pick(rng, [1, 1, 1, 2]),
        years=YEARS,
    )
    # Measured in the last year: an upgrade of a park that opens later than the year of measuring has a test of its own.
    return replace(_without_reach(rng, predicate, table, options(*_some(rng, possible, 2, 4))), year=YEARS[-1])


def _capacity_case(rng: np.random.Generator) -> Case:
    def standing(n: int) -> Row:
        return {
            "facility_id": f"f{n}",
            "service": "primary_school",
            "unit_code": "A0",
            "catchment_id": f"z{int(rng.integers(3))}",
            "classes": int(rng.integers(1, 5)),
            "largest_class": _pick(rng, [4, 6, 9, pd.NA]),
            **_years(rng),
        }

    def possible(n: int) -> Row:
        row = _option(rng, table, n, "primary_school", {})
        if row["action"] == "build":
            return {**row, "classes": int(rng.integers(1, 5)), "catchment_id": f"z{int(rng.integers(3))}"}
        return {**row, "classes": int(table.loc[row["facility_id"], "classes"]) + int(rng.integers(0, 5))}

    table = _table(_some(rng, standing, 1, 5), "classes", "catchment_id")
    size = int(rng.integers(4, 9))
    predicate = Capacity(service="primary_school", group="age_6_11", class_size=size, number_id="n")
    return _without_reach(rng, predicate, table, options(*_some(rng, possible, 1, 4)))


def _roles_case(rng: np.random.Generator) -> Case:
    def standing(n: int) -> Row:
        return {
            "facility_id": f"f{n}",
            "service": "disaster_depot",
            "unit_code": _pick(rng, ["A0v0", "A1", "B0", "A"]),
            "level": _pick(rng, ["village", "township", "county", "city"]),
            **_years(rng),
        }

    def possible(n: int) -> Row:
        return _option(rng, table, n, "disaster_depot", {"level": _pick(rng, ["village", "township", "county"])})

    table = _table(_some(rng, standing, 0, 4), "level")
    limit = standard("anchor", "disaster_depot")
    levels = (
        RoleLevel(role="required", level="city", unit_set=BUILT_IN["city"]),
        RoleLevel(role="required", level="county", unit_set=BUILT_IN["counties_and_leading_zones"]),
        RoleLevel(
            role="required_or_covered", level="township", unit_set=BUILT_IN["streets_and_townships"], standard=limit
        ),
        RoleLevel(role="covered", level="village", unit_set=BUILT_IN["communities_and_villages"], standard=limit),
    )
    chosen = options(*_some(rng, possible, 1, 4))
    units = land(townships=2)
    demand = people(rng, units, points=5)
    anchors = anchor_table(demand, units)
    reaches = random_reaches(rng, [limit], {*table["place_id"], *chosen["place_id"]}, demand, anchors)
    predicate = NetworkRoles(service="disaster_depot", levels=levels)
    present = situation(units, table, demand, anchors, reaches)
    return Case(predicate=predicate, present=present, options=chosen, year=_year(rng))


def _coverage_case(rng: np.random.Generator) -> Case:
    def standing(n: int) -> Row:
        owner = _pick(rng, ["public", "private"])
        return {"facility_id": f"f{n}", "service": "school", "unit_code": "A0", "owner": owner, **_years(rng)}

    def possible(n: int) -> Row:
        return _option(rng, table, n, "school", {"owner": _pick(rng, ["public", "public", "private"])})

    table = _table(_some(rng, standing, 1, 4), "owner")
    limit = standard("demand", "school")
    predicate = CoverageShare(
        service="school",
        where={"owner": "public"},
        standard=limit,
        group=str(_pick(rng, ["people", "places"])),
        share=float(_pick(rng, [0.1, 0.2, 0.4, 0.6])),
        unit_set=BUILT_IN["streets_and_townships"],
    )
    chosen = options(*_some(rng, possible, 1, 4))
    units = land(townships=2)
    demand = people(rng, units, points=8)
    anchors = anchor_table(demand, units)
    reaches = random_reaches(rng, [limit], {*table["place_id"], *chosen["place_id"]}, demand, anchors)
    present = situation(units, table, demand, anchors, reaches)
    return Case(predicate=predicate, present=present, options=chosen, year=_year(rng))


def _without_reach(rng: np.random.Generator, predicate: Predicate, table: pd.DataFrame, chosen: pd.DataFrame) -> Case:
    units = land()
    demand = people(rng, units)
    present = situation(units, table, demand, anchor_table(demand, units), random_reaches(rng, [], [], demand, demand))
    return Case(predicate=predicate, present=present, options=chosen, year=_year(rng))


def _year(rng: np.random.Generator) -> int:
    """Return the last year mostly: the final plan is made for it, and the schedule asks for earlier ones."""
    return int(_pick(rng, [YEARS[0], *[YEARS[-1]] * 3]))


CASES: dict[str, Callable[[np.random.Generator], Case]] = {
    "count_per_unit": _count_case,
    "every_institution": _institutions_case,
    "programme_per_year": _programme_case,
    "capacity": _capacity_case,
    "network_roles": _roles_case,
    "coverage_share": _coverage_case,
}


def _measured(case: Case) -> Measured:
    view = view_of(case.present, case.options, year=case.year)
    plans: list[tuple[pd.DataFrame, dict[Key, str]]] = []
    tried: set[tuple[Any, ...]] = set()
    for whole in every_plan(case.options, at_most=PLANS):
        plan = whole[(whole["complete_year"] <= case.year).to_numpy(dtype=bool)]
        # The same options in other years are another plan only where years are counted.
        same = (*plan.index, *(plan["complete_year"] if isinstance(case.predicate, ProgrammePerYear) else ()))
        if same in tried:
            continue
        tried.add(same)
        planned = case.present.at(case.year).with_facilities(applied(case.present.facilities, plan, case.year))
        found = case.predicate.evaluate(planned)
        plans.append((plan, dict(zip(_keys(found), found["status"], strict=True))))
    return Measured(view=view, rows=case.predicate.rows(view), plans=tuple(plans))


def _keys(table: pd.DataFrame) -> list[Key]:
    return list(zip(table["unit_code"], table["year"].fillna(0), strict=True))


@cache
def _of_seed(name: str, seed: int) -> Measured:
    return _measured(CASES[name](np.random.default_rng(seed)))


def _satisfied(rows: Rows, view: PlanView, plan: pd.DataFrame) -> list[bool]:
    """Return for each finding whether its rows can be satisfied without slack by the options of the plan."""
    taken = dict(zip(view.options.index.get_indexer(plan.index), plan["complete_year"], strict=True))
    lower, upper = rows.column_lower.copy(), rows.column_upper.copy()
    for column, kind in enumerate(rows.column_kind):
        done = taken.get(rows.column_option[column])
        if kind == ColumnKind.OPTION:
            lower[column] = upper[column] = float(done is not None)
        elif kind == ColumnKind.YEAR_OPTION:
            lower[column] = upper[column] = float(done == rows.column_year[column])
    upper[rows.column_kind == ColumnKind.SLACK] = 0.0
    whole = sp.csr_array((rows.value, (rows.row, rows.column)), shape=(len(rows.row_lower), len(lower)))
    own = [np.flatnonzero(rows.row_finding == finding) for finding in range(len(rows.findings))]
    return [_feasible(whole[at], rows.row_lower[at], rows.row_upper[at], lower, upper, rows) for at in own]


def _feasible(matrix: sp.csr_array, low: Any, high: Any, lower: Any, upper: Any, rows: Rows) -> bool:
    if (lower == upper)[np.unique(matrix.indices)].all():
        activity = matrix @ upper
        return bool(((activity >= low) & (activity <= high)).all())
    program = Program(
        matrix=matrix,
        row_lower=low,
        row_upper=high,
        column_lower=lower,
        column_upper=upper,
        integer=rows.column_integer,
    )
    return minimise(program, np.zeros(len(lower))).status is Status.OPTIMAL


def _disagreements(measured: Measured, rows: Rows) -> tuple[int, int, int]:
    """Return over all plans how often the readings disagree, and how many findings were met and unmet."""
    wrong = met = gap = 0
    for plan, status in measured.plans:
        answers = dict(zip(_keys(rows.findings), _satisfied(rows, measured.view, plan), strict=True))
        # What rows are asked for must be findings, or of an institution that another plan builds: met without it.
        # A finding without rows is one that no option can leave unmet.
        unbuilt = set(measured.view.options.index) - set(plan.index)
        wrong += sum(not answers[key] or key[0] not in unbuilt for key in answers.keys() - status.keys())
        wrong += sum(answers[key] != (said == "met") for key, said in status.items() if key in answers)
        wrong += sum(said == "gap" for key, said in status.items() if key not in answers)
        met += sum(said == "met" for said in status.values())
        gap += sum(said == "gap" for said in status.values())
    return wrong, met, gap


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_readings_agree_for_every_plan(name: str) -> None:
    """On 100 random situations, for plans spread over all, zero slack is possible exactly where a finding is met."""
    totals = np.zeros(3, dtype=int)

    @settings(max_examples=SITUATIONS)
    @given(st.integers(0, 2**32 - 1))
    def check(seed: int) -> None:
        nonlocal totals
        measured = _measured(CASES[name](np.random.default_rng(seed)))
        result = _disagreements(measured, measured.rows)
        totals += result
        assert result[0] == 0

    check()
    _, met, gap = totals
    assert min(met, gap) >= 0.2 * (met + gap), "the situations must hit both answers often"


def _drop_the_options(rows: Rows) -> Rows:
    of_options = rows.column_kind[rows.column] <= ColumnKind.YEAR_OPTION
    return replace(rows, value=np.where(of_options, 0.0, rows.value))


def _drop_one_term(rows: Rows) -> Rows:
    of_options = np.flatnonzero(rows.column_kind[rows.column] <= ColumnKind.YEAR_OPTION)
    value = rows.value.copy()
    value[of_options[:1]] = 0.0
    return replace(rows, value=value)


def _flip_the_sense(rows: Rows) -> Rows:
    return replace(rows, row_lower=-rows.row_upper, row_upper=-rows.row_lower)


def _off_by_one(rows: Rows) -> Rows:
    return replace(rows, row_lower=rows.row_lower + 1, row_upper=rows.row_upper - 1)


def _leave_a_finding_out(rows: Rows) -> Rows:
    kept = rows.row_finding != 0
    renumbered = np.flatnonzero(kept)
    chosen = np.isin(rows.row, renumbered)
    return replace(
        rows,
        findings=rows.findings.iloc[1:],
        column_finding=rows.column_finding - 1,
        row=np.searchsorted(renumbered, rows.row[chosen]),
        column=rows.column[chosen],
        value=rows.value[chosen],
        row_lower=rows.row_lower[kept],
        row_upper=rows.row_upper[kept],
        row_finding=rows.row_finding[kept] - 1,
    )


MUTATIONS = [_drop_the_options, _drop_one_term, _flip_the_sense, _off_by_one, _leave_a_finding_out]


@pytest.mark.parametrize("mutate", MUTATIONS)
@pytest.mark.parametrize("name", CASES)
def test_a_mutated_row_is_found_out(name: str, mutate: Callable[[Rows], Rows]) -> None:
    """Terms dropped, the sense flipped, a bound off by one, a finding left out: the readings disagree somewhere."""
    tried = (_of_seed(name, seed) for seed in range(60))
    assert any(_disagreements(measured, mutate(measured.rows))[0] for measured in tried)
