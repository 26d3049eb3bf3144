"""Counting rules, one by one."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.verify.costs import Ruler
from planner.verify.recount import Scene, findings
from planner.verify.world import World, anchors, containment, open_facilities, with_plan

UNITS = pd.DataFrame(
    [
        ("C", "city", "city", ""),
        ("K", "county", "district", "C"),
        ("L", "county", "county", "C"),
        ("T", "township", "town", "K"),
    ],
    columns=["code", "level", "kind", "parent_code"],
).set_index("code")
FACILITY = {
    "service": "school", "unit_code": "T", "x": "0", "y": "0", "status": "现状", "opened_year": "", "closed_year": "",
    "classes": "", "largest_class": "", "catchment_id": "z", "level": "", "owner": "",
}  # fmt: skip


def facilities(**rows: dict[str, str]) -> pd.DataFrame:
    """Facilities by id, with only what differs given."""
    table = pd.DataFrame([{"facility_id": name, **FACILITY, **row} for name, row in rows.items()])
    return table.set_index("facility_id", drop=False)


def world(demand: pd.DataFrame, mandate: dict[str, object]) -> World:
    """Two counties, of which one has a town, and one mandate."""
    settings = {
        "mandates": [{"id": "m", **mandate}],
        "study": {"years": [2026, 2027]},
        "numbers": [{"id": "size", "value": 45}],
        "standards": [{"id": "near", "service": "school", "limit": "500 m", "mode": "straight", "cost": "radius_m",
                       "direction": "toward", "targets": "demand"}],
        "layers": {"population": [{"groups": ["people"]}]},
    }  # fmt: skip
    ruler = Ruler(modes={}, targets={"demand": demand})
    return World(units=UNITS, above=containment(UNITS, None), demand=demand, ruler=ruler, settings=settings)


def people(*rows: tuple[str, float, float, float, str]) -> pd.DataFrame:
    """Residential points: unit, x, y, people, catchment."""
    names = ["unit_code", "x", "y", "people", "catchment_school"]
    return pd.DataFrame(rows, columns=names, index=[f"d{number}" for number in range(len(rows))])


@pytest.mark.parametrize(
    ("status", "opened", "closed", "year", "counts"),
    [
        ("现状", "", "", 2025, True),
        ("现状", "2026", "", 2025, False),
        ("现状", "", "2026", 2025, True),
        ("现状", "", "2026", 2026, False),
        ("在建", "2026", "", 2025, False),
        ("在建", "2026.0", "", 2026, True),
        ("已批未建", "", "", 2030, False),
        ("规划", "2020", "", 2030, False),
    ],
)
def test_when_a_facility_counts(status: str, opened: str, closed: str, year: int, counts: bool) -> None:
    """What exists counts unless it opens later; what is committed from a stated year; a plan never."""
    table = facilities(f={"status": status, "opened_year": opened, "closed_year": closed})
    assert len(open_facilities(table, year, "school")) == counts


CAPACITY = {"predicate": "CAPACITY", "service": "school", "group": "people", "class_size": "size"}


@pytest.mark.parametrize(
    ("pupils", "schools", "expected"),
    [
        (90, [{"classes": "2", "largest_class": "45"}], ("met", 45, 45)),
        (90, [{"classes": "2", "largest_class": "46"}], ("gap", 46, 45)),
        (91, [{"classes": "2"}], ("gap", 46, 45)),
        (90, [{"classes": "2"}], ("met", 45, 45)),
        (90, [{"classes": "1", "largest_class": "20"}, {"classes": "1"}], ("met", 45, 45)),
        (10, [{"classes": "1", "largest_class": "50"}, {"classes": "1"}], ("gap", 50, 45)),
        (90, [{"classes": ""}], ("not_evaluable", None, None)),
        (90, [{"classes": "0"}], ("not_evaluable", None, None)),
        (90, [], ("gap", None, 45)),
        (0, [], ("not_evaluable", None, None)),
    ],
)
def test_class_sizes(
    pupils: int, schools: list[dict[str, str]], expected: tuple[str, float | None, float | None]
) -> None:
    """A stated largest class speaks; else pupils are spread evenly; what is unknown is not guessed."""
    rows = {f"s{number}": row for number, row in enumerate(schools)} | {
        "other": {"service": "park", "catchment_id": ""}
    }
    table = with_plan(facilities(**rows), pd.DataFrame(), 2025)
    found = findings(Scene(world(people(("T", 0, 0, pupils, "z")), CAPACITY), table, 2025))
    assert found[["unit_code", "status", "measured", "required"]].to_numpy().tolist() == [["z", *expected]]


def test_after_an_expansion_the_class_size_is_reckoned() -> None:
    """The largest class of a school that was acted upon is no longer known, from the year it is complete."""
    option = {
        "option_id": "more:s",
        "action": "expand",
        "facility_id": "s",
        "complete_year": "2027",
        "classes": "3",
        "owner": "",
    }
    before = facilities(s={"classes": "2", "largest_class": "50", "owner": "public"})
    scenes = [with_plan(before, pd.DataFrame([option]), year) for year in (2026, 2027)]
    counted = [findings(Scene(world(people(("T", 0, 0, 99, "z")), CAPACITY), table, 2027)) for table in scenes]
    assert [found["measured"].item() for found in counted] == [50, 33]
    assert scenes[1].at["s", "owner"] == "public"


def test_an_empty_set_of_units_is_told_by_county() -> None:
    """A county without a town is not evaluable, never met."""
    mandate = {
        "predicate": "COUNT_PER_UNIT",
        "service": "school",
        "unit_set": {"levels": ["township"], "kinds": ["town"]},
    }
    found = findings(Scene(world(people(), mandate), with_plan(facilities(s={}), pd.DataFrame(), 2025), 2025))
    assert dict(zip(found["unit_code"], found["status"], strict=True)) == {"T": "met", "L": "not_evaluable"}


@pytest.mark.parametrize(
    ("owners", "minimum", "expected"),
    [
        (["public", ""], 1, ("met", 1, 1)),
        (["private", ""], 1, ("not_evaluable", None, None)),
        (["public", ""], 2, ("not_evaluable", None, None)),
        (["public", ""], 3, ("gap", 1, 3)),
        (["private"], 1, ("gap", 0, 1)),
        ([], 1, ("gap", 0, 1)),
    ],
)
def test_an_unknown_owner_decides_nothing(
    owners: list[str], minimum: int, expected: tuple[str, float | None, float | None]
) -> None:
    """What may be public is not counted; where it would be enough, the unit is neither met nor a gap."""
    mandate = {
        "predicate": "COUNT_PER_UNIT",
        "service": "school",
        "where": {"owner": "public"},
        "minimum": minimum,
        "unit_set": {"levels": ["township"], "kinds": ["town"]},
    }
    rows = {f"s{number}": {"owner": owner} for number, owner in enumerate(owners)} | {"other": {"service": "park"}}
    found = findings(Scene(world(people(), mandate), with_plan(facilities(**rows), pd.DataFrame(), 2025), 2025))
    of_town = found[found["unit_code"] == "T"]
    assert of_town[["status", "measured", "required"]].to_numpy().tolist() == [[*expected]]


@pytest.mark.parametrize(
    ("facility", "expected"),
    [
        ({"owner": "public", "level": "x"}, ("met", 1, 1)),
        ({"owner": "private", "level": "x"}, ("gap", 0, 1)),
        ({"owner": "private"}, ("gap", 0, 1)),
        ({"owner": "public"}, ("not_evaluable", None, None)),
        ({"level": "z"}, ("gap", 0, 1)),
    ],
)
def test_every_institution_is_asked(facility: dict[str, str], expected: tuple[str, float | None, float | None]) -> None:
    """One that has another value is a gap, whatever is unknown; one that may be right is neither met nor a gap."""
    mandate = {"predicate": "COUNT_PER_UNIT", "service": "school", "where": {"owner": "public", "level": ["x", "y"]},
               "minimum": 1, "unit_set": {"name": "institutions", "levels": ["institution"], "kinds": []}}  # fmt: skip
    rows = {"a": facility, "park": {"service": "park"}, "later": {"status": "在建", "opened_year": "2027"}}
    build = {"option_id": "new:1", "action": "build", "service": "school", "unit_code": "T", "facility_id": "",
             "complete_year": "2026", "owner": "private", "level": ""}  # fmt: skip
    seen = with_plan(facilities(**rows), pd.DataFrame([build]), 2026)
    found = findings(Scene(world(people(), mandate), seen, 2026))
    columns = ["unit_code", "status", "measured", "required"]
    assert found[columns].to_numpy().tolist() == [["a", *expected], ["new:1", "gap", 0, 1]]
    nobody = with_plan(facilities(park={"service": "park"}), pd.DataFrame(), 2026)
    none = findings(Scene(world(people(), mandate), nobody, 2026))
    assert none[["unit_code", "status"]].to_numpy().tolist() == [["", "not_evaluable"]]


def test_a_share_is_of_people_and_exact_at_its_limit() -> None:
    """90 of 100 is nine tenths; nobody at all is not evaluable."""
    mandate = {"predicate": "COVERAGE", "service": "school", "standard": "near", "group": "people", "share": 0.9,
               "unit_set": {"levels": ["county"]}}  # fmt: skip
    demand = people(("T", 500, 0, 90, ""), ("T", 500.001, 0, 10, ""))
    found = findings(Scene(world(demand, mandate), with_plan(facilities(s={}), pd.DataFrame(), 2025), 2025))
    assert found[["unit_code", "status"]].to_numpy().tolist() == [["K", "met"], ["L", "not_evaluable"]]


def test_a_standard_that_is_missing_makes_nothing_met() -> None:
    """Without its number a mandate is not evaluable in any unit."""
    mandate = {"predicate": "COVERAGE", "service": "school", "standard": "unknown", "group": "people", "share": 0.9,
               "unit_set": {"levels": ["county"]}}  # fmt: skip
    found = findings(Scene(world(people(), mandate), with_plan(facilities(s={}), pd.DataFrame(), 2025), 2025))
    assert found["status"].tolist() == ["not_evaluable"] * 2


def test_anchors_are_weighted_medoids() -> None:
    """The point nearest to most people stands for a unit; among equals the smallest id; nobody: all weigh the same."""
    demand = people(
        ("T", 0, 0, 5, ""), ("T", 10, 0, 4, ""), ("T", 30, 0, 2, ""), ("L", 7, 7, 0, ""), ("L", 9, 9, 0, "")
    )
    found = anchors(world(demand, {}), ["L", "T", "C"])
    assert found.loc["T"].tolist() == [10.0, 0.0]
    assert found.loc["L"].tolist() == [7.0, 7.0]
    assert list(found.index) == ["L", "T", "C"]


def test_a_zone_holds_what_its_members_hold() -> None:
    """A leading zone over a county holds the county's towns; units lie in themselves and all above."""
    above = containment(UNITS, pd.DataFrame({"zone_code": ["Z"], "unit_code": ["K"]}))
    assert above == {"C": {"C"}, "K": {"K", "C", "Z"}, "L": {"L", "C"}, "T": {"T", "K", "C", "Z"}}
