"""Plans against brute force: every plan of a small study is tried, and none is better in any stage."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.coverage import CoverageRequest, Situation
from planner.mandates import Mandate
from planner.mandates.capacity import Capacity
from planner.mandates.count_per_unit import CountPerUnit
from planner.mandates.mandate import Predicate, Strength
from planner.mandates.network_roles import NetworkRoles, RoleLevel
from planner.mandates.programme_per_year import ProgrammePerYear
from planner.mandates.unit_sets import BUILT_IN
from planner.siting import PeopleCovered, SitingProblem, solve
from planner.siting.options import earliest_completion
from planner.siting.plan import applied
from tests.small import YEARS, anchor_table, facilities, land, options, people, random_reaches, situation, standard

FAR = standard("anchor", "disaster_depot")
NEAR = standard("demand", "kindergarten")


def _mandate(name: str, strength: Strength, service: str, predicate: Predicate) -> Mandate:
    return Mandate(
        mandate_id=name,
        quote="",
        section="",
        lead_department="",
        strength=strength,
        predicate_name=name,
        predicate=predicate,
        service=service,
    )


MANDATES = (
    _mandate(
        "count",
        "hard",
        "kindergarten",
        CountPerUnit(service="kindergarten", where={"owner": "public"}, unit_set=BUILT_IN["townships"]),
    ),
    _mandate(
        "capacity",
        "hard",
        "primary_school",
        Capacity(service="primary_school", group="age_6_11", class_size=8, number_id="n"),
    ),
    _mandate(
        "parks",
        "hard",
        "fitness_park",
        ProgrammePerYear(
            service="fitness_park", where={"demonstration": True}, unit_set=BUILT_IN["city"], minimum=1, years=YEARS
        ),
    ),
    _mandate(
        "depots",
        "network",
        "disaster_depot",
        NetworkRoles(
            service="disaster_depot",
            levels=(
                RoleLevel(role="covered", level="village", unit_set=BUILT_IN["communities_and_villages"], standard=FAR),
            ),
        ),
    ),
)


def _random_problem(seed: int) -> SitingProblem:
    rng = np.random.default_rng(seed)
    units = land(townships=2)
    table = facilities(
        {"facility_id": "k0", "service": "kindergarten", "unit_code": "A0", "owner": "private"},
        {
            "facility_id": "p0",
            "service": "primary_school",
            "unit_code": "A0",
            "catchment_id": "z0",
            "classes": 2,
            "largest_class": 9,
        },
        {
            "facility_id": "p1",
            "service": "primary_school",
            "unit_code": "A1",
            "catchment_id": "z1",
            "classes": 2,
            "largest_class": int(rng.integers(5, 12)),
        },
        {
            "facility_id": "f0",
            "service": "fitness_park",
            "unit_code": "B0",
            "demonstration": True,
            "status": "在建",
            "opened_year": int(rng.integers(2026, 2029)),
        },
    )
    make = [
        lambda n: {
            "option_id": f"o{n}",
            "service": "kindergarten",
            "action": "upgrade",
            "facility_id": "k0",
            "place_id": "k0",
            "unit_code": "A0",
            "owner": "public",
            "exclusive_group": "facility:k0",
        },
        lambda n: {
            "option_id": f"o{n}",
            "service": "kindergarten",
            "action": "build",
            "place_id": f"s{n}",
            "unit_code": str(rng.choice(["A0", "A1"])),
            "owner": "public",
            "exclusive_group": f"site:{rng.integers(3)}",
        },
        lambda n: {
            "option_id": f"o{n}",
            "service": "primary_school",
            "action": "expand",
            "facility_id": "p0",
            "place_id": "p0",
            "unit_code": "A0",
            "classes": int(rng.integers(3, 8)),
            "exclusive_group": "facility:p0",
        },
        lambda n: {
            "option_id": f"o{n}",
            "service": "fitness_park",
            "action": "build",
            "place_id": f"s{n}",
            "unit_code": "A1",
            "demonstration": True,
            "exclusive_group": f"site:{rng.integers(3)}",
        },
        lambda n: {
            "option_id": f"o{n}",
            "service": "disaster_depot",
            "action": "build",
            "place_id": f"s{n}",
            "unit_code": "A1",
            "level": "village",
            "exclusive_group": f"site:{rng.integers(3)}",
        },
    ]
    chosen = options(
        *(
            {
                **make[int(rng.integers(len(make)))](n),
                "cost_yuan": int(rng.integers(1, 6)) * 100,
                "build_years": int(rng.integers(0, 2)),
            }
            for n in range(int(rng.integers(2, 6)))
        )
    )
    demand = people(rng, units, points=8, catchments=2)
    anchors = anchor_table(demand, units)
    places = {*table["place_id"], *chosen["place_id"]}
    reaches = random_reaches(rng, [FAR, NEAR], places, demand, anchors, near=0.4)
    budget = {year: int(rng.integers(0, 10)) * 100 for year in YEARS} if rng.random() < 0.7 else {}
    return SitingProblem(
        mandates=MANDATES,
        present=situation(units, table, demand, anchors, reaches),
        options=chosen,
        years=YEARS,
        budget_yuan=budget,
        max_options=int(rng.integers(1, 4)) if rng.random() < 0.3 else None,
        max_yuan_per_person=None,
        objectives=(
            PeopleCovered(request=CoverageRequest(standard=NEAR, groups=("people",), where={"owner": "public"})),
        ),
        units=None,
        seed=1,
    )


def _plans(problem: SitingProblem) -> list[pd.DataFrame]:
    """Return every plan that keeps budget, limit and exclusive groups, with the years in which options are complete."""
    table = problem.options
    first = earliest_completion(table)
    choices = [[None, *(year for year in problem.years if year >= at)] for at in first]
    return [plan for years in product(*choices) if (plan := _admissible(problem, table, years)) is not None]


def _admissible(problem: SitingProblem, table: pd.DataFrame, years: tuple[int | None, ...]) -> pd.DataFrame | None:
    taken = [number for number, year in enumerate(years) if year is not None]
    plan = table.iloc[taken].assign(complete_year=pd.array([years[number] for number in taken], dtype="Int64"))
    plan = plan.assign(start_year=plan["complete_year"] - plan["build_years"])
    groups = [name for name in plan["exclusive_group"] if name]
    if len(groups) != len(set(groups)) or (problem.max_options is not None and len(plan) > problem.max_options):
        return None
    granted = np.cumsum([problem.budget_yuan.get(year, 0) for year in problem.years])
    spent = [
        int(plan.loc[(plan["start_year"] <= year).to_numpy(dtype=bool), "cost_yuan"].sum()) for year in problem.years
    ]
    return None if problem.budget_yuan and (np.array(spent) > granted).any() else plan


def _measured(
    problem: SitingProblem, plan: pd.DataFrame, year: int
) -> tuple[Situation, dict[str, list[tuple[str, bool, float]]]]:
    planned = problem.present.at(year).with_facilities(applied(problem.present.facilities, plan, year))
    found: dict[str, list[tuple[str, bool, float]]] = {"hard": [], "network": []}
    for mandate in problem.mandates:
        for row in mandate.predicate.evaluate(planned).itertuples():
            if row.status != "not_evaluable":
                key = f"{mandate.mandate_id}|{row.unit_code}|{row.year}"
                found[mandate.strength].append((key, row.status == "gap", row.shortfall))
    return planned, found


def _unmet(found: Mapping[str, list[tuple[str, bool, float]]], strength: str) -> int:
    return sum(gap for _, gap, _ in found[strength])


@pytest.mark.slow
@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_no_plan_leaves_fewer_findings_unmet_or_covers_more(seed: int) -> None:
    """Of all plans there are none leaves fewer hard findings unmet, or as many and fewer network ones."""
    problem = _random_problem(seed)
    plan = solve(problem)
    assert plan.status == "optimal"
    assert max(stage.gap for stage in plan.stages) == 0
    _, own = _measured(problem, plan.options, problem.horizon)
    counts = (_unmet(own, "hard"), _unmet(own, "network"))
    every = [_measured(problem, other, problem.horizon)[1] for other in _plans(problem)]
    assert counts == min((_unmet(found, "hard"), _unmet(found, "network")) for found in every)
    told = {stage.name: stage.objective for stage in plan.stages}
    assert told.get("2027.hard_unmet", 0) == counts[0]
    assert told.get("2027.network_unmet", 0) == counts[1]


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_plan_keeps_budget_limit_and_groups(seed: int) -> None:
    """The scheduled plan keeps budget with carry-over, number of options, exclusive groups and building time."""
    problem = _random_problem(seed)
    plan = solve(problem)
    key = lambda table: sorted(zip(table.index, table["complete_year"], strict=True))  # noqa: E731
    assert key(plan.options) in [key(other) for other in _plans(problem)]


@settings(max_examples=6)
@given(st.integers(0, 2**32 - 1))
def test_plan_does_not_depend_on_row_order(seed: int) -> None:
    """Shuffled options and demand give the same plan, where the choice is told to be unique."""
    problem = _random_problem(seed)
    plan = solve(problem)
    rng = np.random.default_rng(seed)
    shuffled = SitingProblem(
        mandates=problem.mandates,
        present=problem.present,
        options=problem.options.iloc[rng.permutation(len(problem.options))],
        years=problem.years,
        budget_yuan=problem.budget_yuan,
        max_options=problem.max_options,
        max_yuan_per_person=None,
        objectives=problem.objectives,
        units=None,
        seed=1,
    )
    again = solve(shuffled)
    if plan.ties == "unique":
        assert set(again.options.index) == set(plan.options.index)
        assert again.options["complete_year"].sort_index().equals(plan.options["complete_year"].sort_index())


def test_causes_name_what_stands_in_the_way() -> None:
    """No option, a catchment no expansion saves, a remedy beyond the budget: three causes, each verified."""
    units = land(townships=2)
    table = facilities(
        {
            "facility_id": "p0",
            "service": "primary_school",
            "unit_code": "A0",
            "catchment_id": "z0",
            "classes": 1,
            "largest_class": 99,
        },
        {
            "facility_id": "f0",
            "service": "fitness_park",
            "unit_code": "A0",
            "demonstration": True,
            "status": "在建",
            "opened_year": 2026,
        },
        {
            "facility_id": "f1",
            "service": "fitness_park",
            "unit_code": "A0",
            "demonstration": True,
            "status": "在建",
            "opened_year": 2027,
        },
    )
    demand = people(np.random.default_rng(0), units, points=30, catchments=1)
    chosen = options(
        {
            "option_id": "expand",
            "service": "primary_school",
            "action": "expand",
            "facility_id": "p0",
            "place_id": "p0",
            "unit_code": "A0",
            "classes": 2,
        },
        {
            "option_id": "build",
            "service": "kindergarten",
            "action": "build",
            "place_id": "s0",
            "unit_code": "A1",
            "owner": "public",
            "cost_yuan": 5000,
        },
    )
    present = situation(
        units,
        table,
        demand,
        anchor_table(demand, units),
        random_reaches(np.random.default_rng(0), [], [], demand, demand),
    )
    problem = SitingProblem(
        mandates=MANDATES[:3],
        present=present,
        options=chosen,
        years=YEARS,
        budget_yuan={2026: 1000},
        max_options=None,
        max_yuan_per_person=None,
        objectives=(),
        units=None,
        seed=1,
    )
    causes = solve(problem).causes.set_index("unit_code")
    assert causes["cause"].to_dict() == {"A0": "no_option_in_unit", "A1": "budget", "z0": "capacity"}
    assert causes["verified"].all()
    assert causes.loc["A1", "cheapest_yuan"] == 5000


@pytest.mark.parametrize(("price", "taken"), [(10.0, 0), (1000.0, 1)])
def test_price_of_a_person_decides(price: float, taken: int) -> None:
    """Without a budget, a site that covers people is taken exactly when each costs less than the study allows."""
    units = land(townships=1)
    demand = people(np.random.default_rng(3), units, points=6)
    table = facilities({"facility_id": "k0", "service": "kindergarten", "unit_code": "A0", "owner": "private"})
    chosen = options(
        {
            "option_id": "o",
            "service": "kindergarten",
            "action": "build",
            "place_id": "s0",
            "unit_code": "A0",
            "owner": "public",
            "cost_yuan": 1000,
        }
    )
    reaches = random_reaches(np.random.default_rng(0), [NEAR], ["k0", "s0"], demand, demand, near=1.0)
    present = situation(units, table, demand, anchor_table(demand, units), reaches)
    aim = PeopleCovered(request=CoverageRequest(standard=NEAR, groups=("people",), where={"owner": "public"}))
    problem = SitingProblem(
        mandates=(),
        present=present,
        options=chosen,
        years=YEARS,
        budget_yuan={},
        max_options=None,
        max_yuan_per_person=price,
        objectives=(aim,),
        units=None,
        seed=1,
    )
    assert len(solve(problem).options) == taken
