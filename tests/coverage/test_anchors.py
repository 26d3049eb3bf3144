from __future__ import annotations

import math
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.coverage import anchors, territory
from tests.small import demand_points, land, people


def _by_hand(demand: pd.DataFrame, inside: list[str], group: str = "people") -> str:
    """Return the id of the medoid by plain loops; the smallest id among equals."""
    points = [(str(name), demand.loc[name]) for name in sorted(inside)]
    everybody = sum(row[group] for _, row in points)
    totals = []
    for name, row in points:
        parts = [
            (other[group] if everybody else 1.0) * math.hypot(row["x"] - other["x"], row["y"] - other["y"])
            for _, other in points
        ]
        totals.append((round(math.fsum(parts) * 1000), name))
    return min(totals)[1]


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_anchor_is_the_medoid_by_people(seed: int, on_a_grid: bool) -> None:
    """By plain loops no point has a smaller sum of people times distance; among equals the smallest id is taken."""
    rng = np.random.default_rng(seed)
    units, demand = land(), people(np.random.default_rng(seed), land(), points=int(rng.integers(1, 16)))
    if on_a_grid:
        demand = demand.assign(x=rng.integers(0, 3, len(demand)) * 100.0, y=rng.integers(0, 2, len(demand)) * 100.0)
        demand["people"] = rng.integers(0, 2, len(demand))
    found = anchors(units, demand.iloc[rng.permutation(len(demand))], levels=("township", "village"))
    for code in units.select(("township", "village")):
        inside = [str(name) for name, at in demand["unit_code"].items() if code in units.ancestors[at]]
        assert (code in found.index) == bool(inside)
        if inside:
            name = _by_hand(demand, inside)
            assert found.loc[code].tolist() == [name, demand.at[name, "x"], demand.at[name, "y"]]


def test_people_pull_the_anchor() -> None:
    """The point where most live wins over the one in the middle; who is counted may be another group."""
    row = {"unit_code": "A0v0"}
    demand = demand_points(
        {**row, "x": 0.0, "people": 1, "age_6_11": 9}, {**row, "x": 50.0, "people": 1}, {**row, "x": 100.0, "people": 9}
    )
    assert anchors(land(), demand, levels=("village",)).at["A0v0", "demand_id"] == "d02"
    assert anchors(land(), demand, levels=("village",), people="age_6_11").at["A0v0", "demand_id"] == "d00"


def test_where_nobody_is_counted_every_point_weighs_the_same() -> None:
    """A unit of empty points has its middle one as anchor, not its first."""
    row = {"unit_code": "A0v0"}
    demand = demand_points({**row, "x": 0.0}, {**row, "x": 50.0}, {**row, "x": 100.0})
    assert anchors(land(), demand, levels=("village",)).at["A0v0", "demand_id"] == "d01"


def test_only_the_levels_asked_for_have_anchors() -> None:
    """Units at other levels and units without a residential point are absent; the rest are sorted by code."""
    demand = demand_points({"unit_code": "B0v0"}, {"unit_code": "A1v0"})
    assert anchors(land(), demand, levels=("township",)).index.tolist() == ["A1", "B0"]
    assert anchors(land(), demand, levels=("city", "county")).index.tolist() == ["A", "B", "C"]


def test_without_residential_points_there_is_no_anchor() -> None:
    """The table is empty and has its columns."""
    found = anchors(land(), demand_points({"unit_code": "A0v0"}).iloc[:0], levels=("township",))
    assert found.empty
    assert list(found.columns) == ["demand_id", "x", "y"]


def test_a_large_unit_is_worked_off_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The block that bounds memory changes nothing in the answer."""
    rng = np.random.default_rng(1)
    units = territory(land().units.reset_index().query("code != 'Z'"))
    demand = people(rng, units, points=60)
    whole = anchors(units, demand, levels=("county", "township"))
    monkeypatch.setattr(import_module("planner.coverage.anchors"), "_PAIRS_AT_ONCE", 7)
    assert anchors(units, demand, levels=("county", "township")).equals(whole)
