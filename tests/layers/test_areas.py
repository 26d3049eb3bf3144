from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon

from planner.layers import FaultLog
from planner.layers.areas import mended

BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def _mended(*shapes: object) -> tuple[np.ndarray, FaultLog]:
    log = FaultLog()
    frame = gpd.GeoDataFrame({"code": [str(number) for number in range(len(shapes))]}, geometry=list(shapes))
    return mended(frame, "code", "x.shp", log), log


def test_a_bow_tie_gets_both_halves() -> None:
    """The signed area of a bow tie is 0; mended it is that of two triangles, and the change is told."""
    shapes, log = _mended(BOW_TIE)
    assert shapely.area(shapes[0]) == pytest.approx(5000)
    assert "0 → 5000" in log.to_frame()["message"].iloc[0]


def test_sound_polygons_and_gaps_stay_as_they_are() -> None:
    """A valid polygon is the same object's equal, None stays None, and nothing is told."""
    sound = Polygon([(0, 0), (1, 0), (1, 1)])
    shapes, log = _mended(sound, None)
    assert shapes[0].equals(sound)
    assert shapes[1] is None
    assert len(log) == 0


def test_lines_are_no_areas() -> None:
    """A line in a polygon layer is kept as a row without a polygon, and told."""
    shapes, log = _mended(LineString([(0, 0), (1, 1)]))
    assert shapes[0] is None
    assert list(log.to_frame()["code"]) == ["geometry_not_areal"]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=12))
def test_any_ring_becomes_valid_or_nothing(corners: list[tuple[int, int]]) -> None:
    """Whatever a ring does, the result is a valid polygon of the same even-odd area, or none."""
    shapes, _ = _mended(Polygon(corners))
    if shapes[0] is not None:
        assert shapes[0].is_valid
        assert shapes[0].geom_type in ("Polygon", "MultiPolygon")
        assert shapes[0].area == pytest.approx(shapely.make_valid(Polygon(corners)).area)
