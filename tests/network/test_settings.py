"""Settings of the room."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import NetworkError
from planner.network import NetworkSettings, RoadSource


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"max_snap_m": 0.0}, "max_snap_m"),
        ({"max_snap_m": float("inf")}, "max_snap_m"),
        ({"min_component_m": -1.0}, "min_component_m"),
        ({"min_component_m": float("nan")}, "min_component_m"),
        ({"threads": -1}, "threads"),
    ],
)
def test_values_out_of_range_are_refused(values, words):
    """A setting that means nothing is named when it is made."""
    with pytest.raises(NetworkError, match=words):
        NetworkSettings(**values)


def test_thread_count_is_at_least_one():
    """0 threads mean all processors, any other number itself."""
    assert NetworkSettings().thread_count >= 1
    assert NetworkSettings(threads=3).thread_count == 3


def test_road_source_takes_text_for_a_path():
    """A path may be given as text; an unknown kind is refused."""
    assert RoadSource(path="roads.gpkg").path == Path("roads.gpkg")
    with pytest.raises(NetworkError, match="'raster'"):
        RoadSource(path="roads.tif", kind="raster")
