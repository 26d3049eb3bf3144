"""Coordinates in the statutory 3-degree zone of each place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from planner.report.zone_coordinates import zone_coordinates

STUDY = "EPSG:4550"


def _study(lon: list[float], lat: list[float]) -> tuple[pd.Series, pd.Series]:
    x, y = Transformer.from_crs("EPSG:4490", STUDY, always_xy=True).transform(lon, lat)
    return pd.Series(x), pd.Series(y)


def test_dalian_lies_in_two_zones() -> None:
    """West of 121.5° E (旅顺口) the zone is 40, east of it 41; eastings begin with the number of the zone."""
    table = zone_coordinates(*_study([121.25, 121.62, 121.5], [38.81, 38.91, 39.0]), crs=STUDY)
    assert table["zone_crs"].tolist() == ["EPSG:4528", "EPSG:4529", "EPSG:4529"]
    assert (table["zone_easting_m"] // 1_000_000).tolist() == [40, 41, 41]
    assert table["zone_northing_m"].between(4_290_000, 4_330_000).all()


def test_they_are_the_same_places() -> None:
    """Brought back to degrees, the coordinates are the places they came from, to the centimetre."""
    lon, lat = [121.25, 122.9], [38.81, 39.7]
    table = zone_coordinates(*_study(lon, lat), crs=STUDY)
    for row, (east, north) in zip(table.itertuples(), zip(lon, lat, strict=True), strict=True):
        back = Transformer.from_crs(row.zone_crs, "EPSG:4490", always_xy=True)
        assert back.transform(row.zone_easting_m, row.zone_northing_m) == pytest.approx((east, north), abs=2e-7)


def test_nothing_is_said_of_other_datums_and_countries() -> None:
    """A study in UTM of WGS84, and a place outside China, have no statutory zone: absent, not wrong."""
    x, y = pd.Series([500_000.0]), pd.Series([4_000_000.0])
    assert zone_coordinates(x, y, crs="EPSG:32633").isna().all(axis=None)
    far = zone_coordinates(*_study([140.0], [38.0]), crs=STUDY)
    assert far.isna().all(axis=None)
    assert zone_coordinates(x.iloc[:0], y.iloc[:0], crs=STUDY).empty
    assert np.array_equal(far.index, [0])
