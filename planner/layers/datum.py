"""Shifted datums of Chinese web maps: GCJ-02 (Amap, Tencent) and BD-09 (Baidu), to WGS84 and back.

The official algorithm of GCJ-02 is not public. What is here is the approximation that every open program
uses (first published as ``EvilTransform``, 2010); treat positions as good to about a metre. CGCS2000 and
WGS84 differ by centimetres and are exchanged by PROJ.

Each inverse is a fixed-point iteration with a fixed number of steps, so that a point's result does not depend
on the points beside it: the shift varies by less than 1 % over its own length (GCJ-02) and 2 % (BD-09), so
six steps bring it from hundreds of metres under a micrometre.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from planner.errors import LayerError, fault
from planner.layers.log import FaultLog

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
DATUMS: tuple[Datum, ...] = ("wgs84", "cgcs2000", "gcj02", "bd09")
SHIFTED: tuple[Datum, ...] = ("gcj02", "bd09")

_Floats = npt.NDArray[np.float64]
_Pair = tuple[_Floats, _Floats]

# Krassovsky's ellipsoid, as in all published versions of GCJ-02.
_A = 6_378_245.0
_E2 = 0.00669342162296594323
# Where the public rule applies GCJ-02: a box around China, wider than its borders.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_BD = 3000.0 * np.pi / 180.0
_BD_LON, _BD_LAT = 0.0065, 0.006
_STEPS = 6
_WGS84, _CGCS2000 = CRS.from_epsg(4326), CRS.from_epsg(4490)


def in_shifted_area(lon: _Floats, lat: _Floats) -> npt.NDArray[np.bool_]:
    """Return where the public rule of GCJ-02 shifts coordinates at all; elsewhere they are WGS84."""
    return np.asarray((lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH), dtype=np.bool_)


def wgs84_to_gcj02(lon: _Floats, lat: _Floats) -> _Pair:
    """Return GCJ-02 degrees of WGS84 degrees; NaN stays NaN, points outside the rule's box stay."""
    there = in_shifted_area(lon, lat)
    shift_lon, shift_lat = _gcj_shift(lon, lat)
    return np.where(there, lon + shift_lon, lon), np.where(there, lat + shift_lat, lat)


def gcj02_to_wgs84(lon: _Floats, lat: _Floats) -> _Pair:
    """Return WGS84 degrees of GCJ-02 degrees; the inverse of `wgs84_to_gcj02` within a micrometre.

    Within 700 m of the edge of the rule's box, which lies at sea and abroad, there may be no inverse.
    """
    there = in_shifted_area(lon, lat)
    found_lon, found_lat = _inverse(_gcj_shift, lon, lat)
    return np.where(there, found_lon, lon), np.where(there, found_lat, lat)


def gcj02_to_bd09(lon: _Floats, lat: _Floats) -> _Pair:
    """Return BD-09 degrees (bd09ll) of GCJ-02 degrees."""
    shift_lon, shift_lat = _bd_shift(lon, lat)
    return lon + shift_lon, lat + shift_lat


def bd09_to_gcj02(lon: _Floats, lat: _Floats) -> _Pair:
    """Return GCJ-02 degrees of BD-09 degrees; the inverse of `gcj02_to_bd09` within a micrometre."""
    return _inverse(_bd_shift, lon, lat)


def to_wgs84(lon: _Floats, lat: _Floats, datum: Datum) -> _Pair:
    """Return WGS84 degrees of degrees in a datum; those in ``cgcs2000`` stay, as PROJ has them.

    Parameters
    ----------
    lon, lat
        float64 degrees, same shape.
    datum
        One of `DATUMS`.
    """
    if datum == "bd09":
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    return gcj02_to_wgs84(lon, lat) if datum == "gcj02" else (lon, lat)


def from_wgs84(lon: _Floats, lat: _Floats, datum: Datum) -> _Pair:
    """Return degrees in a datum of WGS84 degrees; the inverse of `to_wgs84`."""
    if datum == "bd09":
        return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))
    return wgs84_to_gcj02(lon, lat) if datum == "gcj02" else (lon, lat)


def _gcj_shift(lon: _Floats, lat: _Floats) -> _Pair:
    x, y = lon - 105.0, lat - 35.0
    root, waves = 0.1 * np.sqrt(np.abs(x)), 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 2 * root
    north += (waves + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + root
    east += (waves + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    phi = np.radians(lat)
    magic = 1 - _E2 * np.sin(phi) ** 2
    meridian = _A * (1 - _E2) / (magic * np.sqrt(magic))
    parallel = _A / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _bd_shift(lon: _Floats, lat: _Floats) -> _Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD)
    return radius * np.cos(angle) + _BD_LON - lon, radius * np.sin(angle) + _BD_LAT - lat


def _inverse(shift: Callable[[_Floats, _Floats], _Pair], lon: _Floats, lat: _Floats) -> _Pair:
    """Return where a point was before the shift: the place whose shift leads here."""
    at_lon, at_lat = lon, lat
    for _ in range(_STEPS):
        by_lon, by_lat = shift(at_lon, at_lat)
        at_lon, at_lat = lon - by_lon, lat - by_lat
    return at_lon, at_lat


def crs_of(datum: Datum) -> CRS:
    """Return the geographic reference system in which degrees of a datum stand once they are shifted back."""
    return _CGCS2000 if datum == "cgcs2000" else _WGS84


def unshifted(frame: gpd.GeoDataFrame, datum: Datum, *, layer: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Return a layer with every vertex moved from GCJ-02 or BD-09 to WGS84; other datums stay as they are.

    Parameters
    ----------
    frame
        In any reference system: what the file calls its degrees, or what it was projected to. A vertex is
        taken back to degrees first.
    datum
        In which those degrees are.
    layer, log
        How many vertices lie outside the box of the public rule, and so were not moved, is told here.

    Raises
    ------
    LayerError
        If BD-09 is not in degrees but in Baidu's own metres (bd09mc).
    """
    if datum not in SHIFTED:
        return frame
    carried = CRS(frame.crs)
    degrees = frame if carried.is_geographic else frame.to_crs(carried.geodetic_crs)
    shapes = shapely.force_2d(degrees.geometry.to_numpy())
    lonlat = shapely.get_coordinates(shapes)
    _check_degrees(lonlat, layer)
    lon, lat = to_wgs84(lonlat[:, 0], lonlat[:, 1], datum)
    _tell_abroad(lonlat, layer, log)
    moved = shapely.set_coordinates(shapes.copy(), np.column_stack([lon, lat]))
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=_WGS84))


def _check_degrees(lonlat: npt.NDArray[np.float64], layer: str) -> None:
    beyond = (np.abs(lonlat[:, 0]) > 180) | (np.abs(lonlat[:, 1]) > 90)
    if beyond.any():
        x, y = lonlat[np.flatnonzero(beyond)[0]]
        do = "swap x and y if they are degrees; export metres of Baidu (bd09mc) as longitude and latitude (bd09ll)"
        raise LayerError(fault(f"degrees of longitude and latitude in {layer}", f"x = {x:g}, y = {y:g}", do))


def _tell_abroad(lonlat: npt.NDArray[np.float64], layer: str, log: FaultLog) -> None:
    abroad = int((~in_shifted_area(lonlat[:, 0], lonlat[:, 1])).sum())
    if abroad:
        log.add(
            layer,
            "",
            "datum_not_applied",
            f"{abroad} 个坐标点在加密范围（中国周边矩形）之外，视为 WGS84，未偏移",
            f"{abroad} coordinates lie outside the box in which GCJ-02 shifts anything; they are taken as WGS84",
            "请核对坐标与 datum",
        )
