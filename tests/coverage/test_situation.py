from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.coverage.situation import is_open, matches
from tests.small import demand_points, facilities, land, made_of, people, random_reaches, reaches_of, standard

LIMIT = standard("demand", "school", limit=100.0)


def _counts(status: str, opened: int | None, closed: int | None, year: int) -> bool:
    """Return the rule in plain words."""
    if status not in ("现状", "在建", "已批未建"):
        return False
    begun = status == "现状" if opened is None else opened <= year
    return begun and not (closed is not None and closed <= year)


CALENDAR = list(
    product(["现状", "在建", "已批未建", "规划", "拟建", ""], [None, 2024, 2025, 2026], [None, 2024, 2025, 2026])
)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_what_counts_in_a_year(year: int) -> None:
    """What exists counts unless it opens later, what is committed from its year, a plan never, what closed no more."""
    table = facilities(
        *(
            {
                "facility_id": f"f{number:02}",
                "status": status,
                "opened_year": opened or pd.NA,
                "closed_year": closed or pd.NA,
            }
            for number, (status, opened, closed) in enumerate(CALENDAR)
        )
    )
    assert is_open(table, year).tolist() == [_counts(*row, year) for row in CALENDAR]


def test_a_school_under_construction_counts_from_its_year() -> None:
    """The same table at a later year has one school more; neither situation changes the other."""
    rows = [{"facility_id": "now", "service": "school"}]
    rows.append({"facility_id": "soon", "service": "school", "status": "在建", "opened_year": 2027})
    present = made_of(facilities(*rows))
    later = present.at(2027)
    assert present.open_facilities("school").index.tolist() == ["now"]
    assert later.open_facilities("school").index.tolist() == ["now", "soon"]
    assert (present.year, later.year) == (2025, 2027)
    assert later.facilities is present.facilities


def test_attributes_must_be_known_to_match() -> None:
    """Equal or one of a list; a missing value is never a match, also where false is asked for."""
    table = facilities(
        {"facility_id": "a", "owner": "public", "standardised": True, "classes": 3},
        {"facility_id": "b", "owner": "private", "standardised": False},
        {"facility_id": "c"},
    )
    assert matches(table, {}).tolist() == [True, True, True]
    assert matches(table, {"owner": "public"}).tolist() == [True, False, False]
    assert matches(table, {"owner": ["public", "private"]}).tolist() == [True, True, False]
    assert matches(table, {"standardised": True}).tolist() == [True, False, False]
    assert matches(table, {"standardised": False}).tolist() == [False, True, False]
    assert matches(table, {"classes": 3, "owner": ("public",)}).tolist() == [True, False, False]
    assert matches(table, {"owner": []}).tolist() == [False, False, False]


def test_only_the_service_asked_for_is_open() -> None:
    """A service and attributes are both required."""
    present = made_of(
        facilities(
            {"facility_id": "a", "service": "school", "owner": "public"},
            {"facility_id": "b", "service": "school", "owner": "private"},
            {"facility_id": "c", "service": "park", "owner": "public"},
        )
    )
    assert present.open_facilities("school").index.tolist() == ["a", "b"]
    assert present.open_facilities("school", {"owner": "public"}).index.tolist() == ["a"]


def test_the_limit_is_within() -> None:
    """A cost equal to the limit is covered, a millimetre more is not, and a cost of zero is."""
    metres = pd.DataFrame([[100.0, 100.001, 0.0, np.nan]], index=["f"], columns=["d00", "d01", "d02", "d03"])
    wide = standard("demand", "school", limit=200.0)
    present = made_of(
        facilities({"facility_id": "f", "service": "school"}),
        demand=demand_points(*[{"unit_code": "A0v0"}] * 4),
        reaches=reaches_of((wide, metres)),
    )
    assert present.covered(LIMIT).tolist() == [True, False, True, False]
    assert present.covered(wide).tolist() == [True, True, True, False]


def test_a_limit_beyond_what_was_computed_is_refused() -> None:
    """A reach that was cut at 100 m cannot say who lives within 200 m, and does not."""
    metres = pd.DataFrame([[50.0]], index=["f"], columns=["d00"])
    present = made_of(facilities({"facility_id": "f", "service": "school"}), reaches=reaches_of((LIMIT, metres)))
    with pytest.raises(ValueError, match=r"expected a limit up to the cutoff 100000, found 200000"):
        present.covered(standard("demand", "school", limit=200.0))


def test_demand_in_another_order_than_its_reach_is_refused() -> None:
    """People and costs are matched by position, so that another order would count the wrong people in silence."""
    metres = pd.DataFrame([[50.0, 500.0]], index=["f"], columns=["d00", "d01"])
    demand = demand_points({"unit_code": "A0v0", "people": 1}, {"unit_code": "A0v0", "people": 9})
    with pytest.raises(ValueError, match="order"):
        made_of(facilities(), demand=demand.iloc[::-1], reaches=reaches_of((LIMIT, metres)))


def test_a_place_that_the_reach_does_not_hold_covers_nobody() -> None:
    """An unknown place is no error and no cover."""
    metres = pd.DataFrame([[50.0]], index=["f"], columns=["d00"])
    cover = made_of(facilities(), reaches=reaches_of((LIMIT, metres))).covers(LIMIT)
    assert cover.rows_of(pd.Index(["nowhere", "f"])).tolist() == [-1, 0]
    assert cover.times_covered(pd.Index(["nowhere", "f", "f"])).tolist() == [2]
    assert cover.covered_by(pd.Index(["nowhere"])).tolist() == [False]
    assert cover.covered_by(pd.Index([], dtype="str")).tolist() == [False]


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_who_is_covered_by_plain_loops(seed: int) -> None:
    """A point is covered when an open facility with the attributes stands at a place within the limit."""
    rng = np.random.default_rng(seed)
    demand = people(rng, land())
    table = facilities(
        *(
            {
                "facility_id": f"f{n}",
                "place_id": f"p{int(rng.integers(4))}",
                "service": str(rng.choice(["school", "park"])),
                "owner": str(rng.choice(["public", "private"])),
                "status": str(rng.choice(["现状", "规划"])),
            }
            for n in range(int(rng.integers(0, 6)))
        )
    )
    held = random_reaches(rng, [LIMIT], [f"p{n}" for n in range(4)], demand, demand)
    present = made_of(table, demand=demand, reaches=held)
    near = {
        (str(row.place_id), str(row.target_id))
        for row in held.bounded[LIMIT.label].to_frame().itertuples()
        if row.radius_m <= LIMIT.limit
    }
    standing = [
        str(row.place_id)
        for row in table.itertuples()
        if row.service == "school" and row.owner == "public" and row.status == "现状"
    ]
    times = [sum((place, str(name)) in near for place in standing) for name in demand.index]
    assert present.covered(LIMIT, {"owner": "public"}).tolist() == [count > 0 for count in times]
    open_now = present.open_facilities("school", {"owner": "public"})["place_id"]
    assert present.covers(LIMIT).times_covered(open_now).tolist() == times
