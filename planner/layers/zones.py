"""Gauss-Krüger zones of CGCS2000: which is the statutory one of a place, and what a code's zone is.

Codes of EPSG: 3-degree zone *n* (25-45) is 4488 + n with the zone in front of the easting and 4509 + n without;
6-degree zone *n* (13-23) is 4478 + n with and 4489 + n without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from planner.errors import LayerError, fault

_FIRST, _LAST = 25, 45  # 3-degree zones of China, central meridians 75 to 135 degrees east
_MILLION = 1_000_000.0
_HALF = 500_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A 3-degree Gauss-Krüger zone of CGCS2000.

    Attributes
    ----------
    number
        25 to 45.
    central_meridian
        Degrees east: three times the number.
    epsg
        Code whose eastings have no zone in front (500,000 m on the meridian).
    epsg_prefixed
        Code whose eastings begin with the zone (40,500,000 m).
    """

    number: int
    central_meridian: int
    epsg: int
    epsg_prefixed: int


def zone_numbers(lon: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the number of the 3-degree zone of each longitude (degrees east, finite).

    A meridian half-way between two central ones, such as 121.5° E in Dalian, begins the eastern zone.
    """
    return np.floor((np.asarray(lon, dtype=np.float64) + 1.5) / 3.0).astype(np.int64)


def zone(number: int) -> Zone:
    """Return a 3-degree zone.

    Raises
    ------
    LayerError
        If China has no such zone.
    """
    if not _FIRST <= number <= _LAST:
        do = "check the longitude: zones are for places between 73.5 and 136.5 degrees east"
        raise LayerError(fault(f"a 3-degree zone from {_FIRST} to {_LAST}", str(number), do))
    return Zone(number=number, central_meridian=3 * number, epsg=4509 + number, epsg_prefixed=4488 + number)


def statutory_zone(lon: float) -> Zone:
    """Return the 3-degree zone in which coordinates of a place are recorded.

    Parameters
    ----------
    lon
        Longitude in CGCS2000 or WGS84, degrees east.

    Raises
    ------
    LayerError
        If China has no zone there.
    """
    return zone(int(zone_numbers(np.array([lon]))[0]))


def easting_fault(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], crs: CRS) -> tuple[str, str] | None:
    """Return what is wrong with Gauss-Krüger coordinates, and the remedy; None where nothing is to be seen.

    Parameters
    ----------
    x, y
        Finite metres as given: east, north.
    crs
        Declared; anything that is no transverse Mercator of CGCS2000 has no fault.
    """
    false_easting = _false_easting(crs)
    if false_easting is None or not len(x):
        return None
    middle_x, middle_y = float(np.median(x)), float(np.median(y))
    found = f"x = {x[0]:.0f}, y = {y[0]:.0f}"
    if _is_northing(middle_x) and not _is_northing(middle_y) and _is_easting(middle_y):
        return f"{found}: northing first", "swap x and y (the column called X of a survey is north)"
    if not _is_easting(middle_x) or _fits(middle_x, false_easting):
        return None
    given = int(middle_x // _MILLION)
    if given == 0:
        bare = _counterpart(crs, prefixed=False)
        return f"{found}: an easting without the zone in front", f'write crs = "{bare}"'
    if false_easting == _HALF and given == _number(crs):
        return f"{found}: an easting with zone {given} in front", f'write crs = "{_counterpart(crs, prefixed=True)}"'
    base = 4488 if given >= _FIRST else 4478
    return f"{found}: an easting of zone {given}", f'write crs = "EPSG:{base + given}"'


def _false_easting(crs: CRS) -> float | None:
    parameters = _parameters(crs)
    easting = parameters.get("False easting")
    north = parameters.get("False northing", 0.0)
    if easting is None or north != 0 or "2000" not in (crs.geodetic_crs.name if crs.geodetic_crs else ""):
        return None
    return easting if easting == _HALF or easting % _MILLION == _HALF else None


def _parameters(crs: CRS) -> dict[str, float]:
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return {}
    return {one.name: float(one.value) for one in operation.params}


def _number(crs: CRS) -> int:
    """Return the number of a code's zone, 3 degrees wide or 6."""
    code, meridian = crs.to_epsg(), _parameters(crs)["Longitude of natural origin"]
    wide = code is not None and (4491 <= code <= 4512)
    return round((meridian + 3) / 6) if wide else round(meridian / 3)


def _counterpart(crs: CRS, *, prefixed: bool) -> str:
    """Return the code of the same zone with or without the zone in front of its eastings."""
    code, number = crs.to_epsg(), _number(crs)
    wide = code is not None and (4491 <= code <= 4512)
    return f"EPSG:{(4478 if wide else 4488) + number if prefixed else (4489 if wide else 4509) + number}"


def _is_northing(metres: float) -> bool:
    """Return whether metres can be a northing in China, 3 to 54 degrees north, and no bare easting."""
    return _MILLION <= metres <= 6 * _MILLION


def _is_easting(metres: float) -> bool:
    zone_in_front, rest = divmod(metres, _MILLION)
    return (zone_in_front == 0 or 13 <= zone_in_front <= _LAST) and 100_000 <= rest <= 900_000


def _fits(easting: float, false_easting: float) -> bool:
    return abs(easting - false_easting) <= 400_000
