from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.coverage import territory
from tests.small import land


def _boundaries(parents: dict[str, str], level: str = "township") -> pd.DataFrame:
    rows = [(code, code, level, "town", above) for code, above in parents.items()]
    return pd.DataFrame(rows, columns=["code", "name", "level", "kind", "parent_code"])


def test_a_unit_lies_in_all_that_is_above_it() -> None:
    """A village lies in itself, its township, county and city, and in the zone that its township belongs to."""
    assert land().ancestors["A0v0"] == ("A0v0", "A0", "A", "C", "Z")
    assert land().ancestors["A1v0"] == ("A1v0", "A1", "A", "C")


def test_a_leading_zone_overlaps_counties() -> None:
    """The zone holds a township of one county and the street of the other, and is a unit beside them."""
    units = land()
    assert units.units.loc["Z", ["name", "level", "parent_code"]].tolist() == ["zone", "leading_zone", ""]
    assert units.membership(pd.Index(["Z"]), ["A0", "A0v1", "A1", "B0", "B0v0", "A", "C"]).toarray().tolist() == [
        [True, True, False, True, True, False, False]
    ]


def test_a_zone_with_a_county_and_its_township_holds_each_once() -> None:
    """Naming both a county and a unit within it makes nobody count twice."""
    boundaries = _boundaries({"A": "", "A0": "A"})
    zones = pd.DataFrame({"zone_code": ["Z", "Z"], "zone_name": ["z", "z"], "unit_code": ["A", "A0"]})
    held = territory(boundaries, zones)
    assert held.ancestors["A0"] == ("A0", "A", "Z")
    assert held.membership(pd.Index(["Z"]), ["A0"]).sum() == 1


def test_a_unit_may_belong_to_two_zones() -> None:
    """Both zones stand among its ancestors."""
    zones = pd.DataFrame({"zone_code": ["Y", "Z"], "zone_name": ["y", "z"], "unit_code": ["A", "A"]})
    assert territory(_boundaries({"A": ""}), zones).ancestors["A"] == ("A", "Y", "Z")


@pytest.mark.parametrize("zones", [None, pd.DataFrame({"zone_code": [], "zone_name": [], "unit_code": []})])
def test_there_may_be_no_zones(zones: pd.DataFrame | None) -> None:
    """No table and an empty one are the same."""
    held = territory(_boundaries({"A": ""}), zones, listed="2023-06-30")
    assert held.units.index.tolist() == ["A"]
    assert held.listed == "2023-06-30"


def test_codes_are_chosen_by_level_and_kind_and_sorted() -> None:
    """A level alone takes all its kinds; a kind narrows it; the order is that of the codes."""
    units = land()
    assert units.select(("township",)).tolist() == ["A0", "A1", "A2", "B0"]
    assert units.select(("township",), ("town",)).tolist() == ["A0", "A1", "A2"]
    assert units.select(("county", "leading_zone")).tolist() == ["A", "B", "Z"]
    assert units.select(("village",), ("community", "no such kind")).tolist() == ["B0v0"]
    assert units.select(()).empty


def test_names_and_parents_are_found() -> None:
    """A unit's name, and the unit above it at a level, where there is one."""
    units = land()
    assert units.name("A0v1") == "village 0.1"
    assert units.parent_at("A0v1", "county") == "A"
    assert units.parent_at("A", "county") == "A"
    assert units.parent_at("C", "county") == ""
    assert units.parent_at("Z", "county") == ""


def test_a_code_that_no_list_knows_lies_nowhere() -> None:
    """A facility in an unknown unit is in no unit, and stays a column of its own."""
    member = land().membership(pd.Index(["A", "C"]), ["A0", "nowhere", ""])
    assert member.toarray().tolist() == [[True, False, False], [True, False, False]]


def test_a_parent_that_is_not_listed_ends_the_chain() -> None:
    """A unit whose parent is missing lies in itself only; units that are each other's parents do not hang."""
    assert territory(_boundaries({"A": "missing"})).ancestors["A"] == ("A",)
    assert territory(_boundaries({"A": "B", "B": "A"})).ancestors["A"] == ("A", "B")


@given(st.integers(0, 2**32 - 1))
def test_membership_is_what_following_parents_says(seed: int) -> None:
    """On random trees with random zones, in any row order, a row lies in a unit exactly when a walk up meets it."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 9))
    codes = [f"u{number}" for number in range(count)]
    parents = {code: codes[int(rng.integers(n))] if n and rng.random() < 0.8 else "" for n, code in enumerate(codes)}
    zones = pd.DataFrame(
        [("Z", "z", code) for code in codes if rng.random() < 0.3], columns=["zone_code", "zone_name", "unit_code"]
    )
    table = _boundaries(parents)
    shuffled = table.iloc[rng.permutation(count)]
    rows = [str(code) for code in rng.choice([*codes, "nowhere"], 6)]
    units = pd.Index([*codes, "Z"])
    member = territory(shuffled, zones).membership(units, rows).toarray()
    for column, code in enumerate(rows):
        chain, at = [], code
        while at in parents:
            chain.append(at)
            at = parents[at]
        inside = [unit in chain or (unit == "Z" and bool(set(chain) & set(zones["unit_code"]))) for unit in units]
        assert member[:, column].tolist() == inside
    same = territory(table, zones)
    assert dict(territory(shuffled, zones).ancestors) == dict(same.ancestors)
    assert territory(shuffled, zones).units.equals(same.units)
