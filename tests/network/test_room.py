"""The public face of the room."""

from __future__ import annotations

import planner.network


def test_exports_are_sorted_and_there():
    """Every exported name exists and is listed once."""
    names = planner.network.__all__
    assert len(set(names)) == len(names)
    assert all(hasattr(planner.network, name) for name in names)
    assert {"RoadNetwork", "read_network", "reaches", "grow_nearest"} <= set(names)
