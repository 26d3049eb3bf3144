from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.coverage import Situation, nearest_open
from planner.network.reach import Nearest
from tests.small import demand_points, facilities, land, made_of, people, reaches_of, standard

LIMIT = standard("demand", "school", limit=100.0)


def _with_lists_of(situation: Situation, k: int) -> Situation:
    """Return the situation with only the k nearest places of every target."""
    table = situation.reaches.nearest[LIMIT.label]
    cut = Nearest(
        label=table.label,
        place_ids=table.place_ids,
        target_ids=table.target_ids,
        place=table.place[:, :k].copy(),
        costs=table.costs[:, :k].copy(),
    )
    reaches = replace(situation.reaches, nearest=MappingProxyType({LIMIT.label: cut}))
    return replace(situation, reaches=reaches)


def _by_hand(metres: pd.DataFrame, standing: set[str], target: str) -> tuple[str, int]:
    """Return the nearest open place and its cost in millimetres; the smallest id among equals; ("", -1) where none."""
    reached = [(round(cost * 1000), place) for place, cost in metres[target].items() if place in standing and cost >= 0]
    cost, place = min(reached, default=(-1, ""))
    return str(place), cost


def _chance(seed: int) -> tuple[Situation, pd.DataFrame, set[str]]:
    rng = np.random.default_rng(seed)
    demand = people(rng, land(), points=5)
    places = [f"p{n}" for n in range(int(rng.integers(1, 7)))]
    metres = pd.DataFrame(rng.integers(0, 6, (len(places), 5)) * 100.0, index=places, columns=demand.index)
    metres = metres.mask(rng.random(metres.shape) < 0.3)

    def row(number: int) -> dict[str, Any]:
        return {
            "facility_id": f"f{number}",
            "place_id": str(rng.choice(places)),
            "service": str(rng.choice(["school", "park"])),
            "owner": str(rng.choice(["public", "private"])),
            "status": str(rng.choice(["现状", "规划"])),
        }

    table = facilities(*(row(number) for number in range(int(rng.integers(0, 6)))))
    counts = (table["service"] == "school") & (table["owner"] == "public") & (table["status"] == "现状")
    return made_of(table, demand=demand, reaches=reaches_of((LIMIT, metres))), metres, set(table["place_id"][counts])


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_the_nearest_open_place_by_plain_loops(seed: int) -> None:
    """From whole lists the nearest open place, its cost, or none at all, is what trying every place gives."""
    situation, metres, standing = _chance(seed)
    found = nearest_open(situation, LIMIT, {"owner": "public"})
    assert found["known"].all()
    for target, row in found.iterrows():
        assert (row["place_id"], row["cost"]) == _by_hand(metres, standing, str(target))


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_a_list_that_ran_out_says_so(seed: int, k: int) -> None:
    """From the k nearest places: what is known is right; unknown is exactly a full list without an open place."""
    situation, metres, standing = _chance(seed)
    found = nearest_open(_with_lists_of(situation, k), LIMIT, {"owner": "public"})
    for target, row in found.iterrows():
        reachable = metres[target].dropna().sort_values(kind="stable").index[:k]
        ran_out = k < len(metres) and len(reachable) == k and not standing & set(reachable)
        assert row["known"] == (not ran_out)
        expected = ("", -1) if ran_out else _by_hand(metres, standing, str(target))
        assert (row["place_id"], row["cost"]) == expected


def test_a_place_that_is_planned_or_closed_is_passed_over() -> None:
    """The nearest open school is taken, however many that do not count stand before it."""
    metres = pd.DataFrame([[10.0], [20.0], [30.0]], index=["a", "b", "c"], columns=["d00"])
    table = facilities(
        {"facility_id": "a", "service": "school", "status": "规划"},
        {"facility_id": "b", "service": "school", "closed_year": 2026},
        {"facility_id": "c", "service": "school"},
    )
    present = made_of(table, demand=demand_points({"unit_code": "A0v0"}), reaches=reaches_of((LIMIT, metres)))
    assert nearest_open(present, LIMIT).loc["d00"].tolist() == ["b", 20_000, True]
    assert nearest_open(present.at(2026), LIMIT).loc["d00"].tolist() == ["c", 30_000, True]


def test_a_cost_of_zero_is_a_cost() -> None:
    """Somebody who lives at the school has it at no cost, which is not the same as having none."""
    metres = pd.DataFrame([[0.0, np.nan]], index=["a"], columns=["d00", "d01"])
    demand = demand_points({"unit_code": "A0v0"}, {"unit_code": "A0v0"})
    table = facilities({"facility_id": "a", "service": "school"})
    found = nearest_open(made_of(table, demand=demand, reaches=reaches_of((LIMIT, metres))), LIMIT)
    assert found["cost"].tolist() == [0, -1]
    assert found["place_id"].tolist() == ["a", ""]


def test_without_any_place_nothing_is_near_and_that_is_known() -> None:
    """A service that stands nowhere and may be built nowhere is unreachable for everybody."""
    label = LIMIT.label
    none = Nearest(
        label=label,
        place_ids=pd.Index([], dtype="str"),
        target_ids=pd.Index(["d00"], dtype="str"),
        place=np.full((1, 1), -1, dtype=np.int32),
        costs=np.full((1, 1), -1, dtype=np.int64),
    )
    present = made_of(facilities())
    present = replace(present, reaches=replace(present.reaches, nearest=MappingProxyType({label: none})))
    assert nearest_open(present, LIMIT).loc["d00"].tolist() == ["", -1, True]
