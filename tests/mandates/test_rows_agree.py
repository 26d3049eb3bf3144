"""The two readings of a mandate agree: rows with zero slack exist exactly when evaluate says met.

Contract: on random small situations, for every plan, for every finding. Each generator must hit both answers
often, and a mutated row must be found out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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

Case = tuple[Predicate, Situation, pd.DataFrame]
SITUATIONS = 100
PLANS = 6


def _pick(rng: np.random.Generator, values: list[Any]) -> Any:
    return values[int(rng.integers(len(values)))]


def _some(rng: np.random.Generator, make: Callable[[int], dict[str, Any]], low: int, high: int) -> list[dict[str, Any]]:
    return [make(n) for n in range(int(rng.integers(low, high + 1)))]


def _years(rng: np.random.Generator) -> dict[str, Any]:
    status = _pick(rng, ["现状", "现状", "在建", "规划"])
    return {
        "status": status,
        "opened_year": _pick(rng, [None, 2026, 2027]) or pd.NA,
        "closed_year": _pick(rng, [None, None, None, 2026]) or pd.NA,
    }


def _acting(
    rng: np.random.Generator, table: pd.DataFrame, n: int, service: str, change: dict[str, Any]
) -> dict[str, Any]:
    """Return an option that acts on a standing facility that is to stay, as `make_options` does, or builds at a free place."""
    staying = list(table.index[(table["status"] == "现状") & table["closed_year"].isna()])
    common = {"option_id": f"o{n}", "service": service, "build_years": int(rng.integers(0, 2)), **change}
    if staying and rng.random() < 0.5:
        at = str(_pick(rng, staying))
        row = table.loc[at]
        return {
            **common,
            "action": "upgrade",
            "facility_id": at,
            "place_id": row["place_id"],
            "unit_code": row["unit_code"],
            "exclusive_group": f"facility:{at}",
        }
    site = f"s{int(rng.integers(3))}"
    return {
        **common,
        "action": "build",
        "place_id": site,
        "unit_code": _pick(rng, ["A0", "A1v0", "A2v1", "B0v0"]),
        "exclusive_group": f"site:{site}",
    }


def _count_case(rng: np.random.Generator) -> Case:
    units = land()
    table = facilities(*_some(rng, lambda n: {
        "facility_id": f"f{n}", "service": _pick(rng, ["kindergarten", "kindergarten", "other"]), "unit_code": _pick(rng, ["A0v0", "A0", "A1v1", "A2", "B0"]),
        "owner": _pick(rng, ["public", "public", "private"]), "rank": _pick(rng, ["central", "central", ""]), **_years(rng)}, 6, 14))  # fmt: skip
    chosen = options(
        *_some(
            rng,
            lambda n: _acting(
                rng,
                table,
                n,
                "kindergarten",
                {"owner": _pick(rng, ["public", "private", ""]), "rank": _pick(rng, ["central", ""])},
            ),
            1,
            4,
        )
    )
    demand = people(rng, units)
    present = situation(units, table, demand, anchor_table(demand, units), random_reaches(rng, [], [], demand, demand))
    predicate = CountPerUnit(
        service="kindergarten",
        where={"owner": "public", "rank": "central"},
        unit_set=BUILT_IN["townships"],
        minimum=1 + int(rng.random() < 0.2),
    )
    return predicate, present, chosen


def _programme_case(rng: np.random.Generator) -> Case:
    units = land()
    table = facilities(*_some(rng, lambda n: {
        "facility_id": f"f{n}", "service": "fitness_park", "unit_code": _pick(rng, ["A0", "B0"]),
        "demonstration": _pick(rng, [True, True, False, pd.NA]), **_years(rng)}, 0, 4))  # fmt: skip
    chosen = options(
        *_some(
            rng,
            lambda n: _acting(rng, table, n, "fitness_park", {"demonstration": _pick(rng, [True, True, False])}),
            2,
            4,
        )
    )
    demand = people(rng, units)
    present = situation(units, table, demand, anchor_table(demand, units), random_reaches(rng, [], [], demand, demand))
    predicate = ProgrammePerYear(
        service="fitness_park",
        where={"demonstration": True},
        unit_set=BUILT_IN["city"],
        minimum=int(rng.integers(1, 3)),
        years=YEARS,
    )
    return predicate, present, chosen


def _school(n: int, rng: np.random.Generator) -> dict[str, Any]:
    classes = int(rng.integers(1, 5))
    return {
        "facility_id": f"f{n}", "service": "primary_school", "unit_code": "A0", "catchment_id": f"z{int(rng.integers(3))}",
        "classes": classes, "largest_class": _pick(rng, [4, 6, 9, pd.NA]), **_years(rng),
    }  # fmt: skip


def _capacity_case(rng: np.random.Generator) -> Case:
    units = land()
    table = facilities(*_some(rng, lambda n: _school(n, rng), 1, 5))

    def option(n: int) -> dict[str, Any]:
        row = _acting(rng, table, n, "primary_school", {})
        if row["action"] == "build":
            return {**row, "classes": int(rng.integers(1, 5)), "catchment_id": f"z{int(rng.integers(3))}"}
        return {**row, "classes": int(table.loc[row["facility_id"], "classes"]) + int(rng.integers(0, 5))}

    demand = people(rng, units)
    present = situation(units, table, demand, anchor_table(demand, units), random_reaches(rng, [], [], demand, demand))
    predicate = Capacity(service="primary_school", group="age_6_11", class_size=int(rng.integers(4, 9)), number_id="n")
    return predicate, present, options(*_some(rng, option, 1, 4))


def _depot_table(rng: np.random.Generator) -> pd.DataFrame:
    return facilities(*_some(rng, lambda n: {
        "facility_id": f"f{n}", "service": "disaster_depot", "unit_code": _pick(rng, ["A0v0", "A1", "B0", "A"]),
        "level": _pick(rng, ["village", "township", "county", "city"]), **_years(rng)}, 0, 4))  # fmt: skip


def _roles_case(rng: np.random.Generator) -> Case:
    units, table = land(townships=2), _depot_table(rng)
    chosen = options(
        *_some(
            rng,
            lambda n: _acting(
                rng, table, n, "disaster_depot", {"level": _pick(rng, ["village", "township", "county"])}
            ),
            1,
            4,
        )
    )
    demand = people(rng, units, points=5)
    anchors = anchor_table(demand, units)
    limit = standard("anchor", "disaster_depot")
    reaches = random_reaches(rng, [limit], {*table["place_id"], *chosen["place_id"]}, demand, anchors)
    predicate = NetworkRoles(service="disaster_depot", levels=(
        RoleLevel(role="required", level="city", unit_set=BUILT_IN["city"]),
        RoleLevel(role="required", level="county", unit_set=BUILT_IN["counties_and_leading_zones"]),
        RoleLevel(role="required_or_covered", level="township", unit_set=BUILT_IN["streets_and_townships"], standard=limit),
        RoleLevel(role="covered", level="village", unit_set=BUILT_IN["communities_and_villages"], standard=limit),
    ))  # fmt: skip
    return predicate, situation(units, table, demand, anchors, reaches), chosen


def _coverage_case(rng: np.random.Generator) -> Case:
    units = land(townships=2)
    table = facilities(*_some(rng, lambda n: {
        "facility_id": f"f{n}", "service": "school", "unit_code": "A0", "owner": _pick(rng, ["public", "private"]), **_years(rng)}, 0, 3))  # fmt: skip
    chosen = options(
        *_some(
            rng,
            lambda n: _acting(rng, table, n, "school", {"owner": _pick(rng, ["public", "public", "private"])}),
            1,
            4,
        )
    )
    demand = people(rng, units, points=8)
    limit = standard("demand", "school")
    reaches = random_reaches(
        rng, [limit], {*table["place_id"], *chosen["place_id"]}, demand, anchor_table(demand, units)
    )
    predicate = CoverageShare(service="school", where={"owner": "public"}, standard=limit, group=str(_pick(rng, ["people", "places"])),
                              share=float(_pick(rng, [0.2, 0.4, 0.6])), unit_set=BUILT_IN["streets_and_townships"])  # fmt: skip
    return predicate, situation(units, table, demand, anchor_table(demand, units), reaches), chosen


CASES = {
    "count_per_unit": _count_case,
    "programme_per_year": _programme_case,
    "capacity": _capacity_case,
    "network_roles": _roles_case,
    "coverage_share": _coverage_case,
}


def _satisfied(rows: Rows, view: PlanView, plan: pd.DataFrame) -> list[bool]:
    """Return for each finding whether its rows can be satisfied without slack when the options are those of the plan."""
    taken = dict(zip(view.options.index.get_indexer(plan.index), plan["complete_year"], strict=True))
    lower, upper = rows.column_lower.copy(), rows.column_upper.copy()
    is_option, is_year = rows.column_kind == ColumnKind.OPTION, rows.column_kind == ColumnKind.YEAR_OPTION
    complete = np.array([option in taken for option in rows.column_option])
    exactly = np.array(
        [taken.get(option) == year for option, year in zip(rows.column_option, rows.column_year, strict=True)],
        dtype=bool,
    )
    value = np.where(is_option, complete, exactly & is_year).astype(float)
    fixed = is_option | is_year
    lower[fixed] = upper[fixed] = value[fixed]
    upper[rows.column_kind == ColumnKind.SLACK] = 0.0
    answers = []
    whole = sp.csr_array((rows.value, (rows.row, rows.column)), shape=(len(rows.row_lower), len(lower)))
    for finding in range(len(rows.findings)):
        own = rows.row_finding == finding
        matrix = whole[np.flatnonzero(own)]
        if (lower == upper)[np.unique(matrix.indices)].all():
            activity = matrix @ upper
            answers.append(bool(((activity >= rows.row_lower[own]) & (activity <= rows.row_upper[own])).all()))
            continue
        program = Program(matrix=matrix, row_lower=rows.row_lower[own], row_upper=rows.row_upper[own],
                          column_lower=lower, column_upper=upper, integer=rows.column_integer)  # fmt: skip
        answers.append(minimise(program, np.zeros(len(lower))).status is Status.OPTIMAL)
    return answers


def _disagreements(case: Case, mutate: Callable[[Rows], Rows] | None = None) -> tuple[int, int, int]:
    """Return over all plans how often the readings disagree, and how many findings were met and unmet."""
    predicate, present, table = case
    view = view_of(present, table)
    rows = predicate.rows(view)
    rows = mutate(rows) if mutate else rows
    keys = list(zip(rows.findings["unit_code"], rows.findings["year"].fillna(0), strict=True))
    wrong = met_count = gap_count = 0
    for plan in every_plan(table, at_most=PLANS):
        planned = present.at(YEARS[-1]).with_facilities(applied(present.facilities, plan, YEARS[-1]))
        found = predicate.evaluate(planned)
        status = dict(zip(zip(found["unit_code"], found["year"].fillna(0), strict=True), found["status"], strict=True))
        answers = dict(zip(keys, _satisfied(rows, view, plan), strict=True))
        for key, said in status.items():
            if said == "not_evaluable":
                continue
            met_count, gap_count = met_count + (said == "met"), gap_count + (said == "gap")
            # A finding without rows is one that no option can leave unmet.
            wrong += answers.get(key, True) != (said == "met") if key in answers or said == "gap" else 0
    return wrong, met_count, gap_count


@pytest.mark.parametrize("name", CASES)
def test_readings_agree_for_every_plan(name: str) -> None:
    """On 100 random situations and plans spread over all of each, zero slack is possible exactly when the finding is met; both happen often."""
    totals = np.zeros(3, dtype=int)

    @settings(max_examples=SITUATIONS)
    @given(st.integers(0, 2**32 - 1))
    def check(seed: int) -> None:
        nonlocal totals
        result = _disagreements(CASES[name](np.random.default_rng(seed)))
        totals += result
        assert result[0] == 0

    check()
    _, met, gap = totals
    assert min(met, gap) >= 0.2 * (met + gap)


def _drop_a_term(rows: Rows) -> Rows:
    options_in = rows.column_kind[rows.column] <= ColumnKind.YEAR_OPTION
    value = rows.value.copy()
    value[options_in] = 0.0
    return replace(rows, value=value)


def _flip_the_sense(rows: Rows) -> Rows:
    return replace(rows, row_lower=-rows.row_upper, row_upper=-rows.row_lower)


def _off_by_one(rows: Rows) -> Rows:
    return replace(rows, row_lower=rows.row_lower + 1, row_upper=rows.row_upper - 1)


@pytest.mark.parametrize("mutate", [_drop_a_term, _flip_the_sense, _off_by_one])
@pytest.mark.parametrize("name", CASES)
def test_a_mutated_row_is_found_out(name: str, mutate: Callable[[Rows], Rows]) -> None:
    """Dropping the options, flipping the sense, or being off by one makes the readings disagree somewhere."""
    assert any(_disagreements(CASES[name](np.random.default_rng(seed)), mutate)[0] for seed in range(60))
