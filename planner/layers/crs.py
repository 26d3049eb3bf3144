"""Coordinate reference systems: what is accepted, what is refused, and what looks swapped."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from planner.errors import LayerError, fault

# PROJ turns these into CGCS2000 by a null step without a warning: errors of 50-150 m.
_REFUSED = {4610: "Xian 1980", 4214: "Beijing 1954", 4555: "New Beijing"}
_REFUSED_NAMES = ("xian 1980", "xian_1980", "beijing 1954", "beijing_1954", "new beijing", "new_beijing")
_WEB_MERCATOR = 3857


def study_crs(text: str) -> CRS:
    """Return the coordinate reference system in which a study measures.

    Parameters
    ----------
    text
        For example ``"EPSG:4550"`` (CGCS2000, 3-degree Gauss-Krüger, central meridian 123° E).

    Raises
    ------
    LayerError
        If it is unknown, refused, geographic, not in metres, or Web Mercator (which stretches lengths).
    """
    crs = parsed(text, layer="the study")
    expected = "a projected coordinate reference system in metres for the study"
    do = 'write for example crs = "EPSG:4550"'
    if crs.is_geographic or not crs.is_projected:
        raise LayerError(fault(expected, f"{text} ({crs.name}), which is not projected", do))
    units = {axis.unit_name for axis in crs.axis_info[:2]}
    if units != {"metre"}:
        raise LayerError(fault(expected, f"{text}, in {', '.join(sorted(units))}", do))
    if crs.to_epsg() == _WEB_MERCATOR or "pseudo-mercator" in crs.name.lower():
        raise LayerError(fault(expected, f"{text}, in which a kilometre in Dalian reads 1284 m", do))
    return crs


def parsed(text: str, *, layer: str) -> CRS:
    """Return a declared coordinate reference system.

    Raises
    ------
    LayerError
        If it is unknown, or one that cannot be transformed without local parameters.
    """
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        do = 'write a code, for example crs = "EPSG:4490"'
        raise LayerError(fault(f"a known coordinate reference system for {layer}", repr(text), do)) from None
    return accepted(crs, layer=layer)


def accepted(crs: CRS, *, layer: str) -> CRS:
    """Return `crs` if positions in it can be trusted.

    Raises
    ------
    LayerError
        For Xian80 and Beijing54 and everything projected from them.
    """
    geodetic = crs.geodetic_crs
    name = (geodetic.name if geodetic is not None else crs.name).lower()
    code = geodetic.to_epsg() if geodetic is not None else None
    if code in _REFUSED or any(refused in name for refused in _REFUSED_NAMES):
        datum = _REFUSED.get(code or 0, name)
        raise LayerError(
            fault(
                f"{layer} in a coordinate reference system that can be transformed",
                f"{crs.name} ({datum}), which PROJ would silently misplace by up to 150 m",
                "have the survey office convert it to CGCS2000 (EPSG:4490 or its Gauss-Krüger zones)",
            )
        )
    return crs


def missing(layer: str) -> LayerError:
    """Return the error of a layer without a coordinate reference system."""
    do = 'add crs = "EPSG:4490" (or the one it is in) to the layer in the study file'
    return LayerError(fault(f"a coordinate reference system for {layer}", "none", do))


def check_range(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], crs: CRS, *, layer: str) -> None:
    """Check that coordinates can be what their reference system says.

    Raises
    ------
    LayerError
        If degrees are out of range (swapped where the other order fits), or metres look like degrees.
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if not len(x):
        return
    if crs.is_geographic:
        _check_degrees(x, y, crs, layer)
    elif np.all(np.abs(x) <= 180) and np.all(np.abs(y) <= 180):
        found = f"values such as {x[0]:g}, {y[0]:g}, which look like degrees"
        do = 'write crs = "EPSG:4490" (CGCS2000) or "EPSG:4326" (WGS84) for the layer'
        raise LayerError(fault(f"metres in {layer} ({crs.name})", found, do))


def _check_degrees(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], crs: CRS, layer: str) -> None:
    wrong = (np.abs(y) > 90) | (np.abs(x) > 180)
    if not wrong.any():
        return
    at = int(np.flatnonzero(wrong)[0])
    found = f"x = {x[at]:g}, y = {y[at]:g}"
    if np.all(np.abs(x[wrong]) <= 90) and np.all(np.abs(y[wrong]) <= 180):
        raise swapped(layer, found)
    do = "write the projected crs that the coordinates are in"
    raise LayerError(fault(f"degrees of longitude and latitude in {layer} ({crs.name})", found, do))


def swapped(layer: str, found: str) -> LayerError:
    """Return the error of a layer whose x and y stand in each other's place."""
    return LayerError(fault(f"longitude (east) as x and latitude (north) as y in {layer}", found, "swap x and y"))


def transformed(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], *, source: CRS, target: CRS
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return coordinates in another reference system (x is east in both); inf where they have none."""
    transformer = Transformer.from_crs(source, target, always_xy=True)
    east, north = transformer.transform(x, y)
    return np.asarray(east, dtype=np.float64), np.asarray(north, dtype=np.float64)
