"""The order of the stages, and what each of them decides: cases so small that the right plan is seen at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.coverage import CoverageRequest
from planner.mandates import Mandate, UnitSet
from planner.mandates.count_per_unit import CountPerUnit
from planner.mandates.every_institution import EveryInstitution
from planner.mandates.mandate import Predicate, Strength
from planner.mandates.programme_per_year import ProgrammePerYear
from planner.mandates.unit_sets import BUILT_IN
from planner.siting import PeopleCovered, Plan, SitingProblem, solve, stages
from planner.solver import Status, minimise
from tests.small import YEARS, demand_points, facilities, land, made_of, options, reaches_of, standard

NEAR = standard("demand", "kindergarten")
A0, A1 = (
    UnitSet(name=code, label=code, levels=("township",), kinds=(kind,)) for code, kind in (("A0", "x"), ("A1", "y"))
)


def _mandate(predicate: Predicate, *, strength: Strength = "hard", name: str = "m") -> Mandate:
    return Mandate(
        mandate_id=name, quote="", section="", lead_department="", strength=strength, predicate_name="",
        predicate=predicate, service="",
    )  # fmt: skip


def _count(service: str, minimum: int = 1, *, strength: Strength = "hard", units: str = "city") -> Mandate:
    predicate = CountPerUnit(service=service, where={}, unit_set=BUILT_IN[units], minimum=minimum)
    return _mandate(predicate, strength=strength, name=f"{service}.{minimum}")


def _builds(*said: Mapping[str, Any]) -> pd.DataFrame:
    """Return options that build in A0; what they serve and cost is said."""
    return options(
        *(
            {"option_id": f"o{n}", "place_id": f"s{n}", "action": "build", "unit_code": "A0", "cost_yuan": 100, **row}
            for n, row in enumerate(said)
        )
    )


def _problem(
    mandates: tuple[Mandate, ...], table: pd.DataFrame, *standing: Mapping[str, Any], **more: Any
) -> SitingProblem:
    there = facilities(*({"facility_id": f"f{n}", "unit_code": "A0", **row} for n, row in enumerate(standing)))
    people = demand_points({"unit_code": "A0v0", "people": 10})
    places = pd.Index(sorted({*there["place_id"], *table["place_id"]}))
    costs = pd.DataFrame(np.full((len(places), 1), 10.0), index=places, columns=people.index)
    given: dict[str, Any] = {
        "budget_yuan": {}, "max_options": None, "max_yuan_per_person": None, "objectives": (), "units": None, "seed": 1,
    }  # fmt: skip
    return SitingProblem(
        mandates=mandates,
        present=made_of(there, units=land(), demand=people, reaches=reaches_of((NEAR, costs))),
        options=table,
        years=YEARS,
        **{**given, **more},
    )


def _taken(plan: Plan) -> list[str]:
    return list(plan.options.index)


AIM = PeopleCovered(request=CoverageRequest(standard=NEAR, groups=("people",)))
BOTH = (_count("park"), _count("depot", strength="network"))


@pytest.mark.parametrize(("budget", "asked"), [({2026: 900}, ["covered[kindergarten.demand,people]"]), ({}, [])])
def test_stages_stand_in_their_order(budget: dict[int, int], asked: list[str]) -> None:
    """Hard before network, number before shortfall, then what is asked for (given money), then cost, then ties."""
    table = _builds({"service": "park"}, {"service": "depot"}, {"service": "kindergarten"})
    plan = solve(_problem(BOTH, table, budget_yuan=budget, objectives=(AIM,)))
    final = [stage.name.removeprefix("2027.") for stage in plan.stages if stage.name.startswith("2027.")]
    mandates = ["hard_unmet", "hard_shortfall", "network_unmet", "network_shortfall"]
    assert final == [*mandates, *asked, "cost", "options", "ties"]
    assert _taken(plan) == (["o0", "o1", "o2"] if budget else ["o0", "o1"])


def test_without_a_budget_mandates_are_met_at_least_cost() -> None:
    """Nothing is built that no mandate asks for, and of two ways the cheaper is taken."""
    table = _builds(
        {"service": "park", "cost_yuan": 300}, {"service": "park", "cost_yuan": 200}, {"service": "kindergarten"}
    )
    assert _taken(solve(_problem((_count("park"),), table, objectives=(AIM,)))) == ["o1"]


def test_one_finding_more_met_outweighs_less_shortfall() -> None:
    """With one option: closing a finding that lacks a third goes before halving one that lacks all."""
    table = _builds({"service": "park", "cost_yuan": 900}, {"service": "depot"})
    mandates = (_count("park", 3), _count("depot", 2))
    plan = solve(_problem(mandates, table, {"service": "park"}, {"service": "park"}, max_options=1))
    assert _taken(plan) == ["o0"]


def test_shortfalls_are_shares_of_what_is_required() -> None:
    """Where neither finding can be closed, one of three weighs more than one of five, although it costs more."""
    table = _builds({"service": "park", "cost_yuan": 900}, {"service": "depot"})
    plan = solve(_problem((_count("park", 3), _count("depot", 5)), table, max_options=1))
    assert _taken(plan) == ["o0"]


def test_hard_goes_before_network() -> None:
    """With money for one, the hard finding is closed, though the network one is cheaper."""
    table = _builds({"service": "park", "cost_yuan": 900}, {"service": "depot"})
    assert _taken(solve(_problem(BOTH, table, budget_yuan={2026: 900}))) == ["o0"]


def test_one_site_takes_one_build() -> None:
    """Of two options of one exclusive group one is taken, though both would be wanted."""
    table = _builds(*({"service": "park", "exclusive_group": "site:s0"} for _ in range(2)))
    assert len(solve(_problem((_count("park", 2),), table)).options) == 1


def test_stages_are_elastic() -> None:
    """What no option can close is left unmet, and the rest is planned all the same."""
    plan = solve(_problem((_count("park"), _count("depot", 4)), _builds({"service": "park"}, {"service": "depot"})))
    assert _taken(plan) == ["o0", "o1"]
    assert {stage.name: stage.objective for stage in plan.stages}["2027.hard_unmet"] == 1


EVERY = _mandate(EveryInstitution(service="park", where={"owner": "public"}), name="every")


def test_what_is_built_must_fit_where_every_institution_is_asked() -> None:
    """The dear park that fits is built, not the cheap one that does not, nor one of which nobody knows."""
    table = _builds({"service": "park", "owner": "private"}, {"service": "park"},
                    {"service": "park", "owner": "public", "cost_yuan": 900})  # fmt: skip
    assert _taken(solve(_problem((_count("park"), EVERY), table))) == ["o2"]


def test_one_institution_is_brought_up_and_no_other_in_its_place() -> None:
    """A cheap new one that fits does not close the gap of one that stands; the action on that very one does."""
    table = pd.concat([_builds({"service": "park", "owner": "public", "cost_yuan": 1}), options(
        {"option_id": "own", "action": "upgrade", "facility_id": "f0", "service": "park", "owner": "public",
         "cost_yuan": 500})])  # fmt: skip
    plan = solve(_problem((EVERY,), table, {"service": "park", "owner": "private"}))
    assert _taken(plan) == ["own"]
    assert plan.effects["closes"].tolist() == ["every|f0|"]
    lacking = solve(_problem((EVERY,), table.loc[["o0"]], {"service": "park", "owner": "private"}))
    assert _taken(lacking) == []
    assert lacking.causes[["unit_code", "cause"]].to_numpy().tolist() == [["f0", "no_option_in_unit"]]


def test_a_new_institution_that_does_not_fit_is_told_with_its_cause() -> None:
    """Where it closes more than it opens it is built all the same, and its own gap is laid to the conflict."""
    more = (_count("park"), _count("park", units="counties"))
    mandates = (more[0], replace(more[1], mandate_id="counties"), EVERY)
    plan = solve(_problem(mandates, _builds({"service": "park", "owner": "private"})))
    assert _taken(plan) == ["o0"]
    causes = plan.causes.set_index("mandate_id")
    assert causes.loc["every", ["unit_code", "cause", "verified"]].tolist() == ["o0", "conflict", True]


def test_soft_mandates_are_never_rows() -> None:
    """A soft mandate has no stage and takes no option, whatever it would cost."""
    plan = solve(_problem((_count("park", strength="soft"),), _builds({"service": "park"})))
    assert _taken(plan) == []
    assert [stage.name for stage in plan.stages] == ["2027.cost", "2027.options", "2027.ties"]


def test_of_equal_cost_the_fewest_options() -> None:
    """One option that closes two findings is taken instead of two that cost as much together."""
    both = {"owner": "public", "rank": "central"}
    mandates = tuple(
        _mandate(CountPerUnit(service="park", where={key: value}, unit_set=BUILT_IN["city"]), name=key)
        for key, value in both.items()
    )
    parts = [{"service": "park", key: value} for key, value in both.items()]
    whole = {"service": "park", **both, "cost_yuan": 200}
    for seed in range(3):
        assert _taken(solve(_problem(mandates, _builds(*parts, whole), seed=seed))) == ["o2"]


def _twins(seed: int, *, turned: bool = False) -> Plan:
    table = _builds({"service": "park"}, {"service": "park"})
    return solve(_problem((_count("park"),), table.iloc[::-1] if turned else table, seed=seed))


def test_ties_are_broken_by_id_and_seed() -> None:
    """Of twins the seed takes one, whatever the order of rows; another seed may take the other; it is unique."""
    plans = {seed: _twins(seed) for seed in range(4)}
    assert {plan.ties for plan in plans.values()} == {"unique"}
    assert all(_taken(_twins(seed, turned=True)) == _taken(plan) for seed, plan in plans.items())
    assert {tuple(_taken(plan)) for plan in plans.values()} == {("o0",), ("o1",)}


def test_a_tie_that_stays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the weights do not part the twins, the no-good cut finds the other one, and the plan says so."""
    monkeypatch.setattr(stages, "_tie_weight", lambda _seed, _name: 1)
    assert _twins(1).ties == "ties_unproven"


def test_one_stage_that_time_stopped_marks_the_plan() -> None:
    """A plan is as sure as its least sure stage."""
    calls: list[str] = []

    def hurried(program: Any, costs: Any, **more: Any) -> Any:
        calls.append("")
        found = minimise(program, costs, **more)
        return replace(found, status=Status.TIME_STOPPED) if len(calls) == 2 else found

    assert solve(_problem(BOTH, _builds({"service": "park"})), minimise=hurried).status == "time_stopped"


def test_all_aims_are_whole_numbers() -> None:
    """Costs of every stage are integers: one of three parks missing is 3,333 points of 10,000, not a third."""
    seen: list[bool] = []

    def watching(program: Any, costs: Any, **more: Any) -> Any:
        seen.append(bool(np.all(costs == np.rint(costs))))
        return minimise(program, costs, **more)

    solve(_problem((_count("park", 3),), _builds({"service": "park"}, {"service": "park"})), minimise=watching)
    assert len(seen) > 5
    assert all(seen)


def test_options_are_done_as_early_as_money_allows() -> None:
    """What is needed at the end only is built at once where it can be paid, later where money comes later."""
    closing = {"service": "park", "closed_year": 2027}
    for budget, year in (({}, 2026), ({2026: 0, 2027: 100}, 2027), ({2026: 100}, 2026)):
        plan = solve(_problem((_count("park"),), _builds({"service": "park"}), closing, budget_yuan=budget))
        assert plan.options["complete_year"].tolist() == [year]


def test_money_that_is_left_carries_over() -> None:
    """Sixty a year pay for a park of a hundred in the second year."""
    plan = solve(_problem((_count("park"),), _builds({"service": "park"}), budget_yuan={2026: 60, 2027: 60}))
    assert plan.options["complete_year"].tolist() == [2027]
    assert plan.budget["carried_yuan"].tolist() == [60, 20]


def test_early_years_keep_the_quotas_of_later_ones() -> None:
    """Two parks, one due each year: building both at once would close two findings a year earlier, and is not done."""
    programme = ProgrammePerYear(service="park", where={}, unit_set=BUILT_IN["city"], minimum=1, years=YEARS)
    two = CountPerUnit(service="park", where={}, unit_set=BUILT_IN["city"], minimum=2)
    mandates = (_mandate(programme), _mandate(two, name="once"), _mandate(two, name="again"))
    plan = solve(_problem(mandates, _builds({"service": "park"}, {"service": "park"})))
    assert sorted(plan.options["complete_year"]) == [2026, 2027]


def test_the_last_year_is_solved_first() -> None:
    """An option that is dear but lasts is chosen for the last year, not the cheap one for the first."""
    table = _builds({"service": "park", "build_years": 1, "cost_yuan": 100}, {"service": "park", "cost_yuan": 200})
    assert _taken(solve(_problem((_count("park"),), table, budget_yuan={2026: 200}))) == ["o0"]
