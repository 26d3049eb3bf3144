"""What tags mean, one rule at a time."""

from __future__ import annotations

import math

import pytest

from planner.network.modes import CYCLE, DRIVE, WALK
from planner.network.osm_tags import (
    class_of,
    duration_s,
    is_blocked,
    is_crossing,
    is_crossing_way,
    oneway_of,
    tagged_speed,
    zone_of,
)
from planner.network.rules import RURAL, URBAN
from planner.verify import tags as again


@pytest.mark.parametrize(
    ("tags", "cycle", "drive"),
    [
        ({"oneway": "yes"}, 1, 1),
        ({"oneway": "yes", "oneway:bicycle": "no"}, 0, 1),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, 0, 1),
        ({"oneway": "yes", "cycleway": "lane"}, 1, 1),
        ({"oneway:bicycle": "yes"}, 1, 0),
        ({"oneway:bicycle": "-1"}, -1, 0),
        ({"junction": "roundabout"}, 1, 1),
        ({"junction": "roundabout", "oneway:bicycle": "no"}, 0, 1),
    ],
)
def test_one_way_streets_of_cyclists(tags, cycle, drive):
    """Bicycles follow their own tags first, then those of all."""
    for mode, expected in ((CYCLE, cycle), (DRIVE, drive)):
        assert oneway_of(tags, mode.oneway_tags) == expected
        assert again.way_direction(tags, mode.oneway_tags) == expected


@pytest.mark.parametrize(
    ("tags", "walk", "cycle", "drive"),
    [
        ({}, False, False, False),
        ({"access": "no"}, False, False, False),
        ({"barrier": "bollard"}, False, False, True),
        ({"barrier": "gate"}, False, False, True),
        ({"barrier": "gate", "motor_vehicle": "yes"}, False, False, False),
        ({"barrier": "gate", "access": "private"}, True, True, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, False, True, True),
        ({"barrier": "lift_gate"}, False, False, False),
        ({"barrier": "lift_gate", "vehicle": "no"}, False, True, True),
        ({"barrier": "stile"}, False, True, True),
        ({"barrier": "toll_booth"}, False, False, False),
    ],
)
def test_barriers(tags, walk, cycle, drive):
    """A barrier stops a mode by its access tags, else by its kind; walkers only by access tags."""
    for mode, expected in ((WALK, walk), (CYCLE, cycle), (DRIVE, drive)):
        assert is_blocked(tags, mode) == expected
        settings = {"access_tags": list(mode.access_tags), "barriers": list(mode.barriers)}
        assert again.stops(tags, settings) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, False),
        ({"highway": "crossing"}, True),
        ({"highway": "crossing", "crossing": "zebra"}, True),
        ({"highway": "crossing", "crossing": "no"}, False),
        ({"highway": "crossing", "crossing": "unmarked"}, False),
        ({"highway": "traffic_signals"}, True),
        ({"highway": "stop"}, False),
        ({"railway": "level_crossing"}, True),
        ({"railway": "switch"}, False),
    ],
)
def test_crossings(tags, expected):
    """Marked and signalled crossings count, level crossings too."""
    assert is_crossing(tags) == again.crossing_node(tags) == expected


def test_ways_that_are_crossings():
    """A footway across a road is a crossing all along, unless it is said to be unmarked."""
    for tags, expected in (
        ({"highway": "footway", "footway": "crossing"}, True),
        ({"highway": "cycleway", "cycleway": "crossing", "crossing": "marked"}, True),
        ({"highway": "footway", "footway": "crossing", "crossing": "unmarked"}, False),
        ({"highway": "footway", "footway": "sidewalk"}, False),
    ):
        assert is_crossing_way(tags) == again.crossing_way(tags) == expected


@pytest.mark.parametrize(
    ("text", "speed", "possible"),
    [
        ("50", 50.0, True),
        ("50 km/h", 50.0, True),
        ("30 mph", 30 * 1.609344, True),
        ("none", math.nan, True),
        ("CN:urban", math.nan, True),
        ("50;30", math.nan, True),
        ("", math.nan, True),
        ("0", math.nan, False),
        ("-50", math.nan, False),
        ("5000", math.nan, False),
        ("nan", math.nan, True),
    ],
)
def test_tagged_speeds(text, speed, possible):
    """Numbers with or without a unit are speeds; those outside (0, 300] km/h are impossible."""
    assert tagged_speed(text) == (pytest.approx(speed, nan_ok=True), possible)
    assert (again.limit_kph({"maxspeed": text}) or math.nan) == pytest.approx(speed, nan_ok=True)


def test_zones():
    """Whether a road lies in a built-up area is read from the tags that say so, with any country's code."""
    for tags, zone, word in (
        ({"maxspeed:type": "CN:urban"}, URBAN, "urban"),
        ({"source:maxspeed": "DE:rural"}, RURAL, "rural"),
        ({"zone:traffic": "FI:urban", "source:maxspeed": "FI:rural"}, URBAN, "urban"),
        ({"maxspeed": "RU:urban"}, URBAN, "urban"),
        ({"source:maxspeed": "sign"}, 0, ""),
        ({"zone:maxspeed": "30"}, 0, ""),
        ({}, 0, ""),
    ):
        assert (zone_of(tags), again.setting(tags)) == (zone, word)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("45", 2700), ("0:45", 2700), ("1:05:30", 3930), ("PT1H5M", 3900), ("0:00", math.nan), ("soon", math.nan)],
)
def test_how_long_a_ferry_takes(text, seconds):
    """Hours and minutes, a bare number of minutes, or ISO 8601."""
    assert duration_s(text) == pytest.approx(seconds, nan_ok=True)
    assert (again.minutes({"duration": text}) or math.nan) * 60 == pytest.approx(seconds, nan_ok=True)


def test_ferries_are_a_class_of_their_own():
    """A ferry route is a road for those who take ferries; a bus route is none."""
    for tags, kind in (({"route": "ferry"}, "ferry"), ({"route": "bus"}, ""), ({"highway": "path"}, "path")):
        assert class_of(tags) == again.kind(tags) == kind
