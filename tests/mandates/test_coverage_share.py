from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.coverage import Situation
from planner.mandates.coverage_share import CoverageShare, cover_change, merged
from planner.mandates.unit_sets import BUILT_IN
from tests.small import (
    demand_points,
    facilities,
    land,
    made_of,
    options,
    people,
    random_reaches,
    reaches_of,
    standard,
    view_of,
)

LIMIT = standard("demand", "school", limit=100.0)
SCHOOLS = facilities(
    {"facility_id": "f", "service": "school", "owner": "public"},
    {"facility_id": "p", "service": "school", "owner": "private"},
)


def _mandate(share: float = 0.9, **more: Any) -> CoverageShare:
    said = {"group": "people", "unit_set": BUILT_IN["townships"], "where": {"owner": "public"}, **more}
    return CoverageShare(service="school", standard=LIMIT, share=share, **said)


def _situation(*points: tuple[str, int, float], private: float = np.nan) -> Situation:
    """Return points of (unit, people, metres from the public school), all at `private` metres from the other."""
    demand = demand_points(*({"unit_code": code, "people": count} for code, count, _ in points))
    far = [[metres for *_, metres in points], [private] * len(points)]
    costs = pd.DataFrame(far, index=["f", "p"], columns=demand.index)
    return made_of(SCHOOLS, demand=demand, reaches=reaches_of((LIMIT, costs)))


def _found(mandate: CoverageShare, situation: Situation) -> pd.DataFrame:
    return mandate.evaluate(situation).set_index("unit_code")


def test_the_share_of_people_within_the_limit() -> None:
    """Eighty of a hundred are within: a gap of a tenth for twenty people; the standard is named."""
    row = _found(_mandate(), _situation(("A0v0", 80, 100.0), ("A0v1", 20, 100.001))).loc["A0"]
    assert (row["status"], row["measured"], row["required"], row["people_affected"]) == ("gap", 0.8, 0.9, 20)
    assert row["shortfall"] == pytest.approx(0.1)
    assert (row["unit_of_measure"], row["reason_code"]) == ("share", "share_below")
    assert row["standard_id"] == "school.demand"


def test_the_share_itself_is_enough() -> None:
    """Nine of ten are 0.9, exactly, and nobody is told to be affected then."""
    row = _found(_mandate(), _situation(("A0v0", 9, 10.0), ("A0v1", 1, 900.0))).loc["A0"]
    assert (row["status"], row["measured"], row["shortfall"], row["people_affected"]) == ("met", 0.9, 0, 0)
    assert row["reason_code"] == ""


def test_a_share_of_people_is_not_one_of_places() -> None:
    """Most people but half of the points, and the other way round: the group says which is meant."""
    situation = _situation(("A0v0", 9, 10.0), ("A0v1", 1, 900.0))
    places = _found(_mandate(group="places"), situation).loc["A0"]
    assert (places["status"], places["measured"], places["people_affected"]) == ("gap", 0.5, 1)


def test_a_private_school_covers_nobody() -> None:
    """Only facilities with the attributes count, though the other stands next door."""
    situation = _situation(("A0v0", 9, 900.0), private=1.0)
    assert _found(_mandate(), situation).at["A0", "measured"] == 0.0
    assert _found(_mandate(where={}), situation).at["A0", "measured"] == 1.0


def test_a_unit_without_people_is_not_evaluable() -> None:
    """Nobody lives in A1, and two empty points lie in A2: no share, and not met."""
    found = _found(_mandate(), _situation(("A0v0", 9, 10.0), ("A2v0", 0, 10.0), ("A2v1", 0, 900.0)))
    for code in ("A1", "A2"):
        row = found.loc[code]
        assert (row["status"], row["reason_code"]) == ("not_evaluable", "no_data")
        assert row[["measured", "shortfall"]].isna().all()
    assert found.at["A0", "status"] == "met"


def test_a_county_without_such_units_is_never_met() -> None:
    """County B has no 乡镇: one row that says so."""
    row = _found(_mandate(), _situation(("B0v0", 9, 10.0))).loc["B"]
    assert (row["status"], row["reason_code"]) == ("not_evaluable", "empty_unit_set")


@pytest.mark.parametrize("reason", ["standard_missing", "standard_unconfirmed"])
def test_without_a_usable_limit_nothing_is_judged(reason: str) -> None:
    """Every unit says why, county B still that it has no 乡镇, and siting is asked for nothing."""
    mandate = CoverageShare(
        service="school",
        where={},
        standard=LIMIT if reason == "standard_unconfirmed" else None,
        group="people",
        share=0.9,
        unit_set=BUILT_IN["townships"],
        missing_standard=reason,
    )
    situation = _situation(("A0v0", 9, 900.0))
    found = _found(mandate, situation)
    assert set(found["status"]) == {"not_evaluable"}
    assert found["reason_code"].to_dict() == {"A0": reason, "A1": reason, "A2": reason, "B": "empty_unit_set"}
    assert mandate.rows(view_of(situation, options())).findings.empty


@settings(max_examples=200)
@given(st.integers(1, 100), st.integers(0, 30_000_000))
def test_how_many_make_a_share_is_exact(percent: int, total: int) -> None:
    """The fewest people that make so many percent, in exact fractions, for a village as for a province."""
    required = _mandate(percent / 100)._required(np.array([total]))[0]
    assert required == -(-Fraction(percent, 100) * total // 1)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_every_unit_by_plain_loops(seed: int) -> None:
    """Counting point by point gives the same shares, covered people and verdicts."""
    rng = np.random.default_rng(seed)
    units, demand = land(), people(rng, land())
    held = random_reaches(rng, [LIMIT], ["f", "p"], demand, demand)
    situation = made_of(SCHOOLS, demand=demand, reaches=held)
    covered = situation.covered(LIMIT, {"owner": "public"})
    found = _found(_mandate(0.4), situation)
    for code in ("A0", "A1", "A2"):
        here = np.array([code in units.ancestors[at] for at in demand["unit_code"]])
        total, inside = int(demand["people"][here].sum()), int(demand["people"][here & covered].sum())
        row = found.loc[code]
        if not total:
            assert row["status"] == "not_evaluable"
            continue
        assert row["measured"] == pytest.approx(inside / total)
        assert row["status"] == ("met" if 10 * inside >= 4 * total else "gap")


def test_points_that_the_same_options_cover_share_a_column() -> None:
    """Their people are added; where nobody lives there is nothing to add; who is covered anyway stays apart."""
    demand = [("A0v0", 2, 900.0), ("A0v0", 3, 900.0), ("A0v0", 4, 10.0), ("A0v0", 0, 900.0)]
    situation = _situation(*demand)
    costs = pd.DataFrame(
        [[900.0, 900.0, 10.0, 900.0], [np.nan] * 4, [50.0, 60.0, 70.0, 80.0]],
        index=["f", "p", "s"],
        columns=situation.demand.index,
    )
    situation = made_of(SCHOOLS, demand=situation.demand, reaches=reaches_of((LIMIT, costs)))
    table = options({"option_id": "o", "service": "school", "action": "build", "place_id": "s", "owner": "public"})
    base, change = cover_change(view_of(situation, table), LIMIT, {"owner": "public"})
    assert base.tolist() == [0, 0, 1, 0]
    assert change.toarray().ravel().tolist() == [1, 1, 1, 1]
    weight = situation.demand["people"].to_numpy(dtype=np.int64)
    assert merged(np.arange(4), weight, base, change) == {(0, ((0, 1),)): 5, (1, ((0, 1),)): 4}
