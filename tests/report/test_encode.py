"""Numbers and shapes as few characters."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.report.payload.encode import PER_DEGREE, Grid, Strings, simplified, steps

CRS = "EPSG:4550"


def test_strings_stand_once() -> None:
    """A text has one number; none is 0."""
    strings = Strings()
    assert strings.puts(["a", "b", "a", None]) == [1, 2, 1, 0]
    assert strings.table == ["", "a", "b"]


def test_steps_add_up() -> None:
    """Differences lead back to the values."""
    values = [5, 3, 3, -7]
    assert np.cumsum(steps(values)).tolist() == values
    assert steps([]) == []


def test_points_within_a_metre() -> None:
    """A place on the grid lies within a metre of where it was."""
    x, y = np.array([380_000.0, 421_234.5]), np.array([4_318_000.0, 4_345_678.9])
    lon, lat = Grid(CRS).points(x, y)
    there = gpd.GeoSeries(gpd.points_from_xy(lon / PER_DEGREE, lat / PER_DEGREE), crs="EPSG:4326").to_crs(CRS)
    assert np.hypot(there.x - x, there.y - y).max() < 1


def test_lines_without_repeated_points() -> None:
    """Points that fall together on the grid are sent once; a line that shrinks to one is left out."""
    near = shapely.LineString([(380_000, 4_318_000), (380_000.1, 4_318_000), (381_000, 4_318_000)])
    tiny = shapely.LineString([(380_000, 4_318_000), (380_000.1, 4_318_000)])
    lines = Grid(CRS).lines(np.array([near, tiny, near]))
    assert [len(line) for line in lines] == [4, 4]
    assert lines[0] == lines[1]
    assert Grid(CRS).lines(np.array([], dtype=object)) == []


def test_rings_hold_holes() -> None:
    """Holes are rings like any other."""
    square = shapely.Point(380_000, 4_318_000).buffer(3_000) - shapely.Point(380_000, 4_318_000).buffer(1_000)
    assert len(Grid(CRS).rings(square)) == 2


def test_shared_borders_stay_shared() -> None:
    """Two cells thinned together leave neither slit nor overlap between them."""
    wave = [
        (
            0.0,
            y,
        )
        for y in range(0, 1001, 10)
    ]
    border = [(20 * np.sin(y / 60), y) for _, y in wave]
    left = shapely.Polygon([(-500, 0), *border, (-500, 1000)])
    right = shapely.Polygon([(500, 0), *border, (500, 1000)])
    thin = simplified(gpd.GeoDataFrame(geometry=[left, right], crs=CRS), 15.0)
    assert shapely.get_num_coordinates(thin).sum() < 100
    assert thin[0].intersection(thin[1]).area == pytest.approx(0)
    assert shapely.union_all(thin).area == pytest.approx(left.area + right.area, rel=0.02)
