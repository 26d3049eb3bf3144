from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from planner.layers.locate import inside, unit_codes

E, N = 400_000, 4_300_000


def _points(*places: tuple[float, float]) -> np.ndarray:
    return np.array([Point(E + x, N + y) for x, y in places], dtype=object)


def test_the_finest_polygon_wins(town: gpd.GeoDataFrame) -> None:
    """A point in a township of a county is in the township."""
    assert list(unit_codes(_points((500, 500), (1500, 500)), town)) == ["T1", "T2"]


def test_a_common_border_belongs_to_the_lowest_code(town: gpd.GeoDataFrame) -> None:
    """A point on the line between T1 and T2 is in T1, whatever the order of rows."""
    for boundaries in (town, town.iloc[::-1]):
        assert list(unit_codes(_points((1000, 500)), boundaries)) == ["T1"]


def test_outside_all_polygons_is_nowhere(town: gpd.GeoDataFrame) -> None:
    """A point outside is in no unit; so is a row without a point, and everything where there are no polygons."""
    points = np.array([Point(E - 1, N), None], dtype=object)
    assert list(unit_codes(points, town)) == ["", ""]
    assert list(unit_codes(points, pd.DataFrame(town.drop(columns="geometry")))) == ["", ""]
    assert list(inside(points, town)) == [False, False]


def test_a_coarser_unit_takes_what_finer_ones_leave(town: gpd.GeoDataFrame) -> None:
    """Where a township has no polygon, the county that holds the point is the finest unit known."""
    lacking = town.assign(geometry=town.geometry.where(town["code"] != "T2"))
    assert list(unit_codes(_points((500, 500), (1500, 500)), lacking)) == ["T1", "K1"]
