from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, Point, Polygon

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source
from planner.layers.datum import (
    DATUMS,
    Datum,
    bd09_to_gcj02,
    from_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_shifted_area,
    to_wgs84,
    unshifted,
    wgs84_to_gcj02,
)

LON, LAT = st.floats(73.5, 135.1), st.floats(3.8, 53.6)  # China
MICROMETRE_DEG = 1e-6 / 111_320
GEOD = Geod(ellps="WGS84")


def published_gcj02(lng: float, lat: float) -> tuple[float, float]:
    """Return GCJ-02 as the public scripts compute it, number by number, one point at a time."""
    a, ee = 6378245.0, 0.00669342162296594323
    if lng < 72.004 or lng > 137.8347 or lat < 0.8293 or lat > 55.8271:
        return lng, lat
    x, y, pi = lng - 105.0, lat - 35.0, math.pi
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    d_lat += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lat += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * math.sin(y / 12.0 * pi) + 320 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lng = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    d_lng += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lng += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lng += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    rad_lat = lat / 180.0 * pi
    magic = 1 - ee * math.sin(rad_lat) * math.sin(rad_lat)
    d_lat = (d_lat * 180.0) / ((a * (1 - ee)) / (magic * math.sqrt(magic)) * pi)
    d_lng = (d_lng * 180.0) / (a / math.sqrt(magic) * math.cos(rad_lat) * pi)
    return lng + d_lng, lat + d_lat


def published_bd09(lng: float, lat: float) -> tuple[float, float]:
    """Return BD-09 of GCJ-02 as the public scripts compute it."""
    x_pi = math.pi * 3000.0 / 180.0
    z = math.sqrt(lng * lng + lat * lat) + 0.00002 * math.sin(lat * x_pi)
    theta = math.atan2(lat, lng) + 0.000003 * math.cos(lng * x_pi)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


def _metres(one: tuple[Any, Any], other: tuple[Any, Any]) -> float:
    values = [float(np.asarray(value).ravel()[0]) for value in (*one, *other)]
    return float(GEOD.inv(*values)[2])


def _arrays(lon: float, lat: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([lon]), np.array([lat])


@given(LON, LAT)
def test_forward_agrees_with_the_published_formulas(lon: float, lat: float) -> None:
    """GCJ-02 and BD-09 are those of the public scripts, to less than a centimetre, over all of China."""
    gcj, expected = wgs84_to_gcj02(*_arrays(lon, lat)), published_gcj02(lon, lat)
    assert _metres(gcj, expected) < 0.01
    assert _metres(gcj02_to_bd09(*gcj), published_bd09(*expected)) < 0.01


@given(LON, LAT, st.sampled_from(DATUMS))
def test_round_trips_stay_within_a_micrometre(lon: float, lat: float, datum: Datum) -> None:
    """To a datum and back, and from it and back, gives the same degrees within a micrometre."""
    start = _arrays(lon, lat)
    for there, back in ((from_wgs84, to_wgs84), (to_wgs84, from_wgs84)):
        again = back(*there(*start, datum), datum)
        np.testing.assert_allclose(np.concatenate(again), np.concatenate(start), atol=MICROMETRE_DEG, rtol=0)


@given(LON, LAT)
def test_each_inverse_undoes_its_own_step(lon: float, lat: float) -> None:
    """GCJ-02 and BD-09 are inverted by themselves too, not only one after the other."""
    start = _arrays(lon, lat)
    for there, back in ((wgs84_to_gcj02, gcj02_to_wgs84), (gcj02_to_bd09, bd09_to_gcj02)):
        np.testing.assert_allclose(np.concatenate(back(*there(*start))), [lon, lat], atol=MICROMETRE_DEG, rtol=0)


def test_shifts_in_dalian_are_as_large_as_measured() -> None:
    """GCJ-02 lies 420-534 m from WGS84 in Dalian, BD-09 1,212-1,364 m."""
    random = np.random.default_rng(1)
    lon, lat = random.uniform(121.0, 123.5, 500), random.uniform(38.7, 40.2, 500)
    for datum, low, high in (("gcj02", 420, 534), ("bd09", 1_212, 1_364)):
        far = GEOD.inv(lon, lat, *from_wgs84(lon, lat, datum))[2]  # type: ignore[arg-type]
        assert low - 1 <= far.min() <= far.max() <= high + 1


@pytest.mark.parametrize(("lon", "lat"), [(72.003, 30.0), (137.9, 30.0), (100.0, 0.8), (100.0, 56.0), (-0.1, 51.5)])
def test_the_public_rule_leaves_points_abroad(lon: float, lat: float) -> None:
    """Outside the box of the public rule GCJ-02 is WGS84, both ways; inside it is not."""
    assert not in_shifted_area(*_arrays(lon, lat))[0]
    for step in (wgs84_to_gcj02, gcj02_to_wgs84):
        assert np.concatenate(step(*_arrays(lon, lat))).tolist() == [lon, lat]
    assert published_gcj02(lon, lat) == (lon, lat)


def test_points_do_not_depend_on_each_other() -> None:
    """A point's result is the same to the last bit alone, among others, and in another order; NaN stays NaN."""
    random = np.random.default_rng(2)
    lon, lat = random.uniform(74, 135, 200), random.uniform(4, 53, 200)
    whole = np.column_stack(to_wgs84(lon, lat, "bd09"))
    backwards = np.column_stack(to_wgs84(lon[::-1], lat[::-1], "bd09"))[::-1]
    assert np.array_equal(whole, backwards)
    assert np.isnan(np.concatenate(to_wgs84(*_arrays(np.nan, np.nan), "bd09"))).all()


def _layer(geojson: Callable[..., Path], datum: Datum) -> Path:
    """Write a point, a line and a polygon of Dalian whose vertices are in a datum."""
    shapes = [Point(121.6, 38.9), LineString([(121.6, 38.9), (121.7, 39.0)]), Polygon(_ring())]
    moved = [_shifted(shape, datum) for shape in shapes]
    return geojson(f"{datum}.geojson", [(shape, {"a": n}) for n, shape in enumerate(moved)], crs=None)


def _ring() -> list[tuple[float, float]]:
    return [(121.6, 38.9), (121.7, 38.9), (121.7, 39.0), (121.6, 38.9)]


def _shifted(shape: Any, datum: Datum) -> Any:
    import shapely

    return shapely.transform(shape, lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], datum)))


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_every_vertex_of_a_layer_is_moved_back(datum: Datum, geojson: Callable[..., Path], log: FaultLog) -> None:
    """Points, lines and polygons in GCJ-02 or BD-09 come out where the same layer in WGS84 does."""
    read = read_source(LayerSource(path=_layer(geojson, datum), datum=datum), crs="EPSG:4550", log=log)
    right = read_source(LayerSource(path=_layer(geojson, "wgs84"), datum="wgs84"), crs="EPSG:4550", log=log)
    assert read.geometry.hausdorff_distance(right.geometry).max() < 1e-5
    assert len(log) == 0


@pytest.mark.parametrize(("datum", "crs"), [("gcj02", "EPSG:4326"), ("gcj02", "EPSG:4490"), ("bd09", None)])
def test_tables_are_read_in_a_declared_datum(
    datum: Datum, crs: str | None, write: Callable[..., Path], log: FaultLog
) -> None:
    """A datum alone is enough; beside it a crs says what the exporting program called the degrees."""
    lon, lat = from_wgs84(*_arrays(121.6, 38.9), datum)
    path = write("a.csv", f"id,x,y\n1,{lon[0]:.12f},{lat[0]:.12f}\n")
    frame = read_source(LayerSource(path=path, datum=datum, crs=crs), crs="EPSG:4550", log=log, positions=True)
    right = gpd.GeoSeries([Point(121.6, 38.9)], crs="EPSG:4326").to_crs("EPSG:4550")
    assert frame.geometry.iloc[0].distance(right.iloc[0]) < 1e-3


def test_degrees_that_were_projected_are_taken_back_first(log: FaultLog) -> None:
    """A GCJ-02 layer that somebody projected to a CGCS2000 zone is unprojected before it is moved."""
    lon, lat = from_wgs84(*_arrays(121.6, 38.9), "gcj02")
    called = gpd.GeoDataFrame(geometry=[Point(lon[0], lat[0])], crs="EPSG:4490")
    moved = unshifted(called.to_crs("EPSG:4550"), "gcj02", layer="a", log=log)
    assert moved.crs == "EPSG:4326"
    assert _metres((moved.geometry.x, moved.geometry.y), (121.6, 38.9)) < 1e-3


def test_points_abroad_are_told(write: Callable[..., Path], log: FaultLog) -> None:
    """A point outside the box is not moved, and a line says so."""
    path = write("a.csv", "id,x,y\n1,121.6,38.9\n2,140.5,38.9\n")
    read_source(LayerSource(path=path, datum="gcj02"), crs="EPSG:4550", log=log, positions=True)
    assert log.to_frame()["code"].to_list() == ["datum_not_applied"]
    assert "1 coordinates" in log.to_frame()["message_en"].iloc[0]


@pytest.mark.parametrize(
    ("settings", "row", "message"),
    [
        ({"datum": "cgcs2000", "crs": "EPSG:4326"}, "121.6,38.9", r"in the datum cgcs2000 as declared, found WGS 84"),
        ({"datum": "wgs84", "crs": "EPSG:4549"}, "500000,4300000", r"in the datum wgs84 as declared, found CGCS2000"),
        ({"datum": "gcj02", "crs": "EPSG:27700"}, "121.6,38.9", r"in the datum gcj02 as declared, found OSGB36"),
        ({"datum": "bd09"}, "13535000,4680000", "bd09mc"),
        ({"datum": "gcj02"}, "38.9,121.6", "swap x and y"),
        ({"datum": "cgcs2000"}, "41378000,4307000", 'crs = "EPSG:4529"'),
    ],
)
def test_contradictions_are_refused(
    settings: dict[str, Any], row: str, message: str, write: Callable[..., Path], log: FaultLog
) -> None:
    """A crs of another datum, Baidu's metres, swapped degrees and metres called degrees are one sentence each."""
    source = LayerSource(path=write("a.csv", f"id,x,y\n1,{row}\n"), **settings)
    with pytest.raises(LayerError, match=message) as caught:
        read_source(source, crs="EPSG:4550", log=log, positions=True)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("datum", ["xian80", "beijing54", "GCJ02"])
def test_other_datums_are_no_choice(datum: Any) -> None:
    """A datum that is none of the four is a fault of the study, with the four named."""
    with pytest.raises(ValueError, match="one of wgs84, cgcs2000, gcj02, bd09"):
        LayerSource(path=Path("a.csv"), datum=datum)
