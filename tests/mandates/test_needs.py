from __future__ import annotations

from dataclasses import replace

from planner.coverage import CoverageRequest
from planner.mandates import Mandate, needs, readings, standards_of
from planner.mandates.count_per_unit import CountPerUnit
from planner.mandates.coverage_share import CoverageShare
from planner.mandates.mandate import Predicate
from planner.mandates.needs import anchor_levels
from planner.mandates.network_roles import NetworkRoles, RoleLevel
from planner.mandates.unit_sets import BUILT_IN
from planner.network.reach import ReachKey
from tests.small import facilities, options, standard

NEAR = standard("demand", "school", limit=500.0)
FAR = replace(NEAR, standard_id="far", limit=2000.0)
DEPOT = standard("anchor", "disaster_depot", limit=3000.0)
VILLAGE = replace(DEPOT, standard_id="depot.village", limit=5000.0)


def _mandate(predicate: Predicate) -> Mandate:
    return Mandate(
        mandate_id="m",
        quote="q",
        section="s",
        lead_department="l",
        strength="hard",
        predicate_name="p",
        predicate=predicate,
        service="school",
    )


SHARE = _mandate(
    CoverageShare(
        service="school",
        where={"owner": "public"},
        standard=FAR,
        group="people",
        share=0.9,
        unit_set=BUILT_IN["townships"],
    )
)
ROLES = _mandate(
    NetworkRoles(
        service="disaster_depot",
        levels=(
            RoleLevel(role="required", level="county", unit_set=BUILT_IN["counties"]),
            RoleLevel(role="required_or_covered", level="township", unit_set=BUILT_IN["townships"], standard=DEPOT),
            RoleLevel(role="covered", level="village", unit_set=BUILT_IN["villages"], standard=VILLAGE),
        ),
    )
)
COUNT = _mandate(CountPerUnit(service="school", where={}, unit_set=BUILT_IN["townships"]))
TABLE = CoverageRequest(standard=NEAR, groups=("people",), where={"owner": ["public"]})


def test_standards_are_those_that_somebody_reads() -> None:
    """Of coverage tables, of shares, and of the levels of a network that have one; each once, by id."""
    found = standards_of([SHARE, ROLES, COUNT, SHARE], [TABLE, TABLE])
    assert [item.standard_id for item in found] == [
        "depot.village",
        "disaster_depot.anchor",
        "far",
        "school.demand",
    ]
    assert standards_of([COUNT], []) == []


def test_each_reading_says_which_facilities_count() -> None:
    """A limit read for some schools and for all is two readings; a level of depots counts itself and all above."""
    assert readings([SHARE, ROLES, COUNT], [TABLE]) == [
        (NEAR, {"owner": ["public"]}),
        (FAR, {"owner": "public"}),
        (DEPOT, {"level": ["township", "county", "city"]}),
        (VILLAGE, {"level": ["village", "township", "county", "city"]}),
    ]


def test_a_standard_that_cannot_be_used_is_not_read() -> None:
    """Where the profile has none there is nothing to compute."""
    predicate = CoverageShare(
        service="school",
        where={},
        standard=None,
        group="people",
        share=0.9,
        unit_set=BUILT_IN["townships"],
        missing_standard="standard_missing",
    )
    assert readings([_mandate(predicate)], []) == []


def test_anchors_are_needed_where_a_limit_is_read() -> None:
    """A level that asks for a facility in the unit needs none."""
    assert anchor_levels([ROLES]) == ("township", "village")
    assert anchor_levels([SHARE, COUNT]) == ()


def test_the_cutoff_is_the_largest_limit_that_is_read() -> None:
    """Two limits on the same cost share one reach; another key, target or service has its own."""
    driven = replace(NEAR, standard_id="driven", key=ReachKey("drive", "travel_time_s", "toward"), limit=60.0)
    found = {need.label: need.cutoff for need in needs([NEAR, FAR, DEPOT, driven], facilities(), options())}
    assert found == {NEAR.label: 2_000_000, DEPOT.label: 3_000_000, driven.label: 60_000}


def test_all_places_of_the_service_are_held() -> None:
    """Where a school stands or may stand, each place once and sorted; other services add nothing."""
    standing = facilities(
        {"facility_id": "b", "service": "school"},
        {"facility_id": "c", "service": "school", "place_id": "b"},
        {"facility_id": "p", "service": "park"},
    )
    possible = options(
        {"option_id": "o", "service": "school", "place_id": "a"},
        {"option_id": "u", "service": "school", "place_id": "b"},
        {"option_id": "q", "service": "park", "place_id": "z"},
    )
    assert needs([NEAR], standing, possible)[0].place_ids == ("a", "b")
    assert needs([DEPOT], standing, possible)[0].place_ids == ()


def test_needs_do_not_depend_on_the_order_asked() -> None:
    """The same reaches in the same order, whichever standard is named first."""
    asked = [NEAR, FAR, DEPOT]
    assert needs(asked, facilities(), options()) == needs(asked[::-1], facilities(), options())
