"""The table of modes."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from planner.errors import NetworkError
from planner.network import DRIVE, WALK, Mode, default_modes


def test_default_modes():
    """Walkers use paths and ignore one-way streets, drivers neither."""
    assert list(default_modes()) == ["walk", "cycle", "drive", "school_strict", "school_penalised"]
    assert "footway" in WALK.speed_kph
    assert "footway" not in DRIVE.speed_kph
    assert "motorway" not in WALK.speed_kph
    assert (WALK.obeys_oneway, DRIVE.obeys_oneway) == (False, True)


def test_overrides_make_a_new_mode():
    """Speeds are replaced or added, 0 closes a class, and the mode overridden stays as it is."""
    slower = DRIVE.with_overrides(speed_kph={"residential": 12.0, "track": 8.0, "motorway": 0}, access_speed_kph=4.0)
    assert slower.speed_kph["residential"] == 12.0
    assert slower.speed_kph["track"] == 8.0
    assert "motorway" not in slower.speed_kph
    assert slower.access_speed_kph == 4.0
    assert slower.obeys_oneway
    assert DRIVE.speed_kph["residential"] == 25.0
    assert not DRIVE.with_overrides(obeys_oneway=False).obeys_oneway


def test_modes_can_be_written_into_a_run():
    """A mode becomes plain JSON, so that a run can state the speeds it used."""
    assert json.loads(json.dumps(asdict(WALK)))["speed_kph"]["steps"] == 2.5


@pytest.mark.parametrize("speed", [-5.0, float("nan"), float("inf"), 5000.0])
def test_impossible_speeds_are_refused(speed):
    """A negative, missing, infinite or absurd speed is named with its class."""
    with pytest.raises(NetworkError, match=r"speed_kph\.residential"):
        WALK.with_overrides(speed_kph={"residential": speed})
    with pytest.raises(NetworkError, match="access_speed_kph"):
        WALK.with_overrides(access_speed_kph=speed)


@pytest.mark.parametrize("name", ["", "straight"])
def test_names_that_mean_something_else_are_refused(name):
    """The straight line is no mode of the roads."""
    with pytest.raises(NetworkError, match="mode name"):
        Mode(name=name, speed_kph={}, access_speed_kph=5.0, obeys_oneway=False)
