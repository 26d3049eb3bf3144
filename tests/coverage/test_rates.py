from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.coverage import CoverageRequest, coverage_by_unit
from planner.coverage.rates import weights_of
from tests.small import demand_points, facilities, land, made_of, people, random_reaches, reaches_of, standard

LIMIT = standard("demand", "school", limit=100.0)
REQUEST = CoverageRequest(standard=LIMIT, groups=("people", "age_6_11"), where={"owner": "public"})


def _two_schools() -> pd.DataFrame:
    public = {"service": "school", "owner": "public"}
    return facilities(
        {"facility_id": "f", **public},
        {"facility_id": "g", **public},
        {"facility_id": "p", "service": "school", "owner": "private"},
    )


def _table(metres: pd.DataFrame, *rows: dict[str, object]) -> pd.DataFrame:
    present = made_of(_two_schools(), demand=demand_points(*rows), reaches=reaches_of((LIMIT, metres)))
    return coverage_by_unit(present, [REQUEST]).set_index(["unit_code", "group"])


def test_people_and_places_side_by_side() -> None:
    """Three of four people but one of two points: both rates stand in the table, each under its name."""
    metres = pd.DataFrame([[50.0, 500.0]], index=["f"], columns=["d00", "d01"])
    table = _table(metres, {"unit_code": "A0v0", "people": 3}, {"unit_code": "A0v0", "people": 1})
    assert table.loc[("A0", "people"), ["total", "covered", "uncovered", "share"]].tolist() == [4, 3, 1, 0.75]
    assert table.loc[("A0", "places"), ["total", "covered", "uncovered", "share"]].tolist() == [2, 1, 1, 0.5]


def test_overlaps_count_once() -> None:
    """Somebody near two schools is one person covered."""
    metres = pd.DataFrame([[50.0], [60.0]], index=["f", "g"], columns=["d00"])
    assert _table(metres, {"unit_code": "A0v0", "people": 5}).at[("C", "people"), "covered"] == 5


def test_a_private_school_covers_nobody_where_public_is_asked() -> None:
    """Only facilities with the request's attributes count."""
    metres = pd.DataFrame([[50.0]], index=["p"], columns=["d00"])
    assert _table(metres, {"unit_code": "A0v0", "people": 5}).at[("C", "people"), "covered"] == 0


def test_the_cost_is_named_in_every_row() -> None:
    """Standard, service, mode, kind of cost, direction and limit stand beside each number."""
    metres = pd.DataFrame([[50.0]], index=["f"], columns=["d00"])
    table = _table(metres, {"unit_code": "A0v0", "people": 5})
    named = table[["standard_id", "service", "mode", "cost_kind", "direction", "limit"]].drop_duplicates()
    assert named.to_numpy().tolist() == [["school.demand", "school", "straight", "radius_m", "toward", 100.0]]


def test_a_unit_without_people_has_no_share() -> None:
    """Nobody of nobody is no share: neither 0 nor 1."""
    metres = pd.DataFrame([[50.0]], index=["f"], columns=["d00"])
    table = _table(metres, {"unit_code": "A0v0", "people": 5})
    assert table.loc[("A1", "people"), ["total", "covered", "uncovered"]].tolist() == [0, 0, 0]
    assert np.isnan(table.at[("A1", "people"), "share"])
    assert np.isnan(table.at[("A0", "age_6_11"), "share"])


def test_the_zone_is_counted_beside_its_counties() -> None:
    """People in the overlap stand in their county and in the zone, and once in the city."""
    metres = pd.DataFrame([[50.0, 50.0, 50.0]], index=["f"], columns=["d00", "d01", "d02"])
    rows = [{"unit_code": code, "people": count} for code, count in (("A0v0", 1), ("A1v0", 2), ("B0v0", 4))]
    covered = _table(metres, *rows)["covered"].xs("people", level="group")
    assert covered[["A", "B", "Z", "C"]].tolist() == [3, 4, 5, 7]


def test_nothing_asked_nothing_told() -> None:
    """Without requests the table is empty and has its columns."""
    table = coverage_by_unit(made_of(facilities()), [])
    assert table.empty
    asked = _table(pd.DataFrame([[1.0]], index=["f"], columns=["d00"]), {"unit_code": "A0v0"}).reset_index()
    assert set(table.columns) == set(asked.columns)


def test_places_weigh_one_each() -> None:
    """A group weighs its persons, places weigh one, in integers."""
    demand = demand_points({"unit_code": "A0v0", "people": 3}, {"unit_code": "A0v0"})
    assert weights_of(demand, "people").tolist() == [3, 0]
    assert weights_of(demand, "places").tolist() == [1, 1]
    assert weights_of(demand, "people").dtype == np.int64


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_every_number_by_plain_loops(seed: int) -> None:
    """For each unit, level and group total and covered equal a count point by point, whatever the order of the rows."""
    rng = np.random.default_rng(seed)
    units, demand = land(), people(rng, land())
    held = random_reaches(rng, [LIMIT], ["f", "g", "p"], demand, demand)
    present = made_of(_two_schools(), demand=demand, reaches=held)
    table = coverage_by_unit(present, [REQUEST])
    inside = dict(zip(demand.index, present.covered(LIMIT, {"owner": "public"}), strict=True))
    expected = {}
    for code in units.units.index[units.units["level"] != "village"]:
        here = [name for name in demand.index if code in units.ancestors[demand.at[name, "unit_code"]]]
        for group in ("people", "age_6_11", "places"):
            weight = {name: 1 if group == "places" else demand.at[name, group] for name in here}
            expected[code, group] = (sum(weight.values()), sum(weight[name] for name in here if inside[name]))
    told = {(row.unit_code, row.group): (row.total, row.covered) for row in table.itertuples()}
    assert told == expected
    assert (table["uncovered"] == table["total"] - table["covered"]).all()
    assert list(zip(table["unit_code"], table["group"], strict=True)) == sorted(expected)
