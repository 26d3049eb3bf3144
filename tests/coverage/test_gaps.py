from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.coverage import CoverageRequest, Situation, gap_areas, unreachable
from planner.coverage.gaps import uncovered_reason
from tests.small import demand_points, facilities, land, made_of, reaches_of, standard

LIMIT = standard("demand", "school", limit=100.0)
REQUEST = CoverageRequest(standard=LIMIT, groups=("people", "age_6_11"))
SCHOOL = facilities({"facility_id": "f", "service": "school"})


def _scattered(*rows: dict[str, Any], metres: list[float]) -> Situation:
    """Return points in A0v0 unless said, at these distances from the school; NaN: no way."""
    demand = demand_points(*({"unit_code": "A0v0", **row} for row in rows))
    table = pd.DataFrame([metres], index=["f"], columns=demand.index)
    return made_of(SCHOOL, demand=demand, reaches=reaches_of((LIMIT, table)))


def _attached(situation: Situation, status: list[str]) -> Situation:
    access = pd.DataFrame({"status": status}, index=situation.demand.index)
    held = replace(situation.reaches, access=MappingProxyType({("straight", "demand"): access}))
    return replace(situation, reaches=held)


def _chance(seed: int, *, turned: bool = False) -> Situation:
    """Return a random situation; `turned`: the same one with its demand points in another order."""
    rng = np.random.default_rng(seed)
    units, count = land(), int(rng.integers(1, 25))
    demand = demand_points(
        *(
            {
                "unit_code": str(rng.choice(units.select(("village",)))),
                "x": float(rng.integers(0, 30) * 100),
                "y": float(rng.integers(0, 30) * 100),
                "people": int(rng.integers(0, 4)),
                "age_6_11": int(rng.integers(0, 4)),
            }
            for _ in range(count)
        )
    )
    metres = pd.DataFrame(rng.choice([50.0, 150.0, 250.0, np.nan], (2, count)), index=["f", "g"], columns=demand.index)
    order = demand.index[rng.permutation(count)] if turned else demand.index
    schools = facilities({"facility_id": "f", "service": "school"}, {"facility_id": "g", "service": "school"})
    return made_of(schools, demand=demand.loc[order], reaches=reaches_of((LIMIT, metres[order])))


def _by_township(graph: nx.Graph, points: pd.DataFrame, situation: Situation) -> list[list[str]]:
    """Return the connected components of a graph of points, each cut into its townships."""
    parts: dict[tuple[int, str], list[str]] = {}
    for number, component in enumerate(nx.connected_components(graph)):
        for name in component:
            township = situation.territory.parent_at(points.at[name, "unit_code"], "township")
            parts.setdefault((number, township), []).append(name)
    return list(parts.values())


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_gap_areas_are_the_components_of_uncovered_neighbours(seed: int) -> None:
    """Networkx finds the same groups of uncovered points up to 500 m apart, cut by township, with the same people."""
    situation = _chance(seed)
    demand, covered = situation.demand, situation.covered(LIMIT)
    left = demand[~covered]
    graph = nx.Graph()
    graph.add_nodes_from(left.index)
    graph.add_edges_from(
        (one, other)
        for one in left.index
        for other in left.index
        if one < other
        and (left.at[one, "x"] - left.at[other, "x"]) ** 2 + (left.at[one, "y"] - left.at[other, "y"]) ** 2 <= 500**2
    )
    found = gap_areas(situation, [REQUEST])
    groups = {gap: set(part["demand_id"]) for gap, part in found.members.groupby("gap_id")}
    assert sorted(map(sorted, groups.values())) == sorted(map(sorted, _by_township(graph, left, situation)))
    assert len(found.areas) == len(groups)
    for row in found.areas.itertuples():
        inside = left.loc[sorted(groups[row.gap_id])]
        assert (row.points, row.people, row.age_6_11) == (len(inside), inside["people"].sum(), inside["age_6_11"].sum())
        mass = inside["people"] if inside["people"].sum() else pd.Series(1, index=inside.index)
        assert row.x == pytest.approx(np.average(inside["x"], weights=mass))
        assert row.y == pytest.approx(np.average(inside["y"], weights=mass))
        living = mass.groupby(inside["unit_code"]).sum()
        assert row.unit_code == min(living.index[living == living.max()])
        assert row.unit_name == situation.territory.name(row.unit_code)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_most_people_come_first_and_names_do_not_depend_on_order(seed: int) -> None:
    """Gap areas are numbered by their people, and named the same whatever the order of the rows."""
    found = gap_areas(_chance(seed), [REQUEST])
    assert found.areas["gap_id"].tolist() == [f"school.demand#{n + 1}" for n in range(len(found.areas))]
    assert found.areas["people"].is_monotonic_decreasing or found.areas.empty
    turned = gap_areas(_chance(seed, turned=True), [REQUEST])
    assert turned.areas.equals(found.areas)
    assert turned.members.equals(found.members)


def test_five_hundred_metres_join_and_a_millimetre_more_does_not() -> None:
    """Neighbours at the distance itself are one gap area."""
    joined = _scattered({"x": 0.0}, {"x": 500.0}, metres=[200.0, 200.0])
    assert len(gap_areas(joined, [REQUEST]).areas) == 1
    apart = _scattered({"x": 0.0}, {"x": 500.001}, metres=[200.0, 200.0])
    assert len(gap_areas(apart, [REQUEST]).areas) == 2


def test_a_gap_area_has_one_township_that_answers_for_it() -> None:
    """Neighbours on both sides of a boundary are two gap areas; villages of one township are one."""
    sides = _scattered({"unit_code": "A0v0"}, {"unit_code": "A1v0"}, {"unit_code": "A0v1"}, metres=[200.0] * 3)
    groups = gap_areas(sides, [REQUEST]).members.groupby("gap_id")["demand_id"].agg(list)
    assert sorted(groups) == [["d00", "d02"], ["d01"]]


def test_a_gap_area_tells_its_nearest_facility() -> None:
    """The cost is that of the point that is nearest, in metres; covered points are no members."""
    found = gap_areas(_scattered({"people": 1}, {"people": 2}, {"people": 4}, metres=[340.0, 170.5, 100.0]), [REQUEST])
    row = found.areas.iloc[0]
    assert (row["people"], row["points"], row["reason"]) == (3, 2, "beyond_limit")
    assert (row["nearest_place_id"], row["nearest_cost"]) == ("f", 170.5)
    assert found.members["demand_id"].tolist() == ["d00", "d01"]


def test_a_gap_area_that_nobody_can_leave_has_no_nearest_facility() -> None:
    """Where no point can reach any facility there is a reason and no number."""
    row = gap_areas(_scattered({"people": 3}, metres=[np.nan]), [REQUEST]).areas.iloc[0]
    assert (row["nearest_place_id"], row["reason"]) == ("", "unreachable")
    assert np.isnan(row["nearest_cost"])


def test_a_gap_area_where_nobody_lives_is_still_there() -> None:
    """Empty points weigh the same, so that the centre and the unit are known."""
    row = gap_areas(_scattered({"x": 0.0}, {"x": 200.0}, metres=[200.0, 200.0]), [REQUEST]).areas.iloc[0]
    assert (row["people"], row["points"], row["x"], row["unit_code"]) == (0, 2, 100.0, "A0v0")


def test_where_everybody_is_covered_there_is_no_gap_area() -> None:
    """The tables are empty, keep their columns, and join with those of another standard."""
    covered = _scattered({"people": 3}, metres=[10.0])
    found = gap_areas(covered, [REQUEST])
    assert found.areas.empty
    assert {"gap_id", "people", "nearest_cost", "reason"} <= set(found.areas.columns)
    assert list(found.members.columns) == ["gap_id", "demand_id", "reason", "standard_id"]
    assert unreachable(covered, [REQUEST]).empty


def test_gap_areas_of_several_standards_stand_below_one_another() -> None:
    """A nearer limit leaves more; each gap area names its standard; one without gaps adds nothing."""
    wide = replace(LIMIT, standard_id="wide", limit=1000.0)
    metres = pd.DataFrame([[200.0, 600.0]], index=["f"], columns=["d00", "d01"])
    demand = demand_points({"unit_code": "A0v0", "x": 0.0}, {"unit_code": "A0v0", "x": 9000.0})
    present = made_of(SCHOOL, demand=demand, reaches=reaches_of((wide, metres)))
    requests = [CoverageRequest(standard=item, groups=("people",)) for item in (LIMIT, wide)]
    requests.append(CoverageRequest(standard=replace(LIMIT, standard_id="middle", limit=400.0), groups=("people",)))
    assert gap_areas(present, requests).areas["gap_id"].tolist() == ["school.demand#1", "school.demand#2", "middle#1"]


def test_nothing_asked_no_gap_areas() -> None:
    """Without requests both tables are empty."""
    areas, members = gap_areas(made_of(SCHOOL), [])
    assert areas.empty
    assert members.empty


def test_each_point_has_its_own_reason() -> None:
    """Covered, too far, cut off, off the network, on a fragment: five points, five answers."""
    metres = [50.0, 150.0, np.nan, np.nan, np.nan]
    status = ["attached", "attached", "attached", "off_network", "on_fragment"]
    situation = _attached(_scattered(*({"people": 2**n} for n in range(5)), metres=metres), status)
    told = uncovered_reason(situation, REQUEST)
    assert told.tolist() == ["", "beyond_limit", "unreachable", "off_network", "on_fragment"]
    table = unreachable(situation, [REQUEST]).set_index("reason")
    assert table["persons"].to_dict() == {"beyond_limit": 2, "off_network": 8, "on_fragment": 16, "unreachable": 4}
    assert table["points"].tolist() == [1, 1, 1, 1]
    assert set(table["group"]) == {"people"}


def test_a_list_that_ran_out_is_not_unreachable() -> None:
    """The nearest school of a short list has closed; that the next one is 300 m away is not known, but possible."""
    metres = pd.DataFrame([[200.0], [300.0]], index=["f", "g"], columns=["d00"])
    table = facilities(
        {"facility_id": "f", "service": "school", "closed_year": 2028}, {"facility_id": "g", "service": "school"}
    )
    situation = made_of(table, demand=demand_points({"unit_code": "A0v0"}), reaches=reaches_of((LIMIT, metres)))
    whole = situation.reaches.nearest[LIMIT.label]
    short = replace(whole, place=whole.place[:, :1].copy(), costs=whole.costs[:, :1].copy())
    held = replace(situation.reaches, nearest=MappingProxyType({LIMIT.label: short}))
    with pytest.raises(ValueError, match="grow"):
        uncovered_reason(replace(situation, year=2030, reaches=held), REQUEST)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_reasons_add_up_to_all_who_are_not_covered(seed: int) -> None:
    """Persons and points over all reasons are those of the uncovered, no more and no fewer."""
    situation = _chance(seed)
    table, left = unreachable(situation, [REQUEST]), situation.demand[~situation.covered(LIMIT)]
    assert (table["persons"].sum(), table["points"].sum()) == (left["people"].sum(), len(left))
