"""Coordinate reference systems: what is accepted, what is refused, and what looks swapped."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from planner.errors import LayerError, fault
from planner.layers.zones import easting_fault

# PROJ turns these into CGCS2000 by a null step without a warning: errors of 50-150 m.
_REFUSED = {4610: "Xian 1980", 4214: "Beijing 1954", 4555: "New Beijing"}
_REFUSED_NAMES = ("xian 1980", "xian_1980", "beijing 1954", "beijing_1954", "new beijing", "new_beijing")
_WEB_MERCATOR = 3857
_EARTH_A = 6_378_137.0  # semi-major axis of CGCS2000 and WGS84, metres
_PRJ_BYTES = 100_000
# Codes, well-known text and PROJ strings; PROJ would open the files that +init and +…grids name.
_TEXT = re.compile(r"^\s*(?:(?:EPSG|OGC|ESRI|urn:ogc:def:crs):|[A-Z_]{5,}\s*\[|\+proj=|\{\s*\")", re.IGNORECASE)
_OPENS_FILES = re.compile(r"\+(?:init|\w*grids|file)\s*=|PROJ4_GRIDS|NTv2|gridshift|PARAMETERFILE", re.IGNORECASE)


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

    Parameters
    ----------
    text
        A code (``"EPSG:4490"``), well-known text, or the path of a .prj file that holds it (as for a local
        city grid).
    layer
        What the fault names.

    Raises
    ------
    LayerError
        If it is unknown, or one that cannot be transformed without local parameters.
    """
    stated = prj_text(text, layer=layer)
    crs = _known(stated)
    if crs is None:
        do = 'write a code, for example crs = "EPSG:4490", or the path of a .prj file'
        found = repr(stated if len(stated) <= 60 else f"{stated[:57]}...")
        raise LayerError(fault(f"a known coordinate reference system for {layer}", found, do))
    return accepted(crs, layer=layer)


def _known(text: str) -> CRS | None:
    if not _TEXT.match(text) or _OPENS_FILES.search(text):
        return None
    try:
        return CRS.from_user_input(text)
    except CRSError:
        return None


def prj_text(text: str, *, layer: str, folder: Path | None = None) -> str:
    """Return the well-known text in the .prj file that is named; any other text as it is.

    Raises
    ------
    LayerError
        If there is no such file, or it is no small text.
    """
    if not text.lower().endswith(".prj") or "[" in text:
        return text
    path = (folder or Path()) / text
    expected = f"a .prj file {text} for the crs of {layer}"
    try:
        content = path.read_bytes() if path.is_file() and path.stat().st_size <= _PRJ_BYTES else b""
        stated = content.decode("utf-8-sig").strip()
    except (OSError, ValueError):
        stated = ""
    if not stated:
        raise LayerError(fault(expected, "none that holds text", "correct the path, or write the EPSG code"))
    return stated


def accepted(crs: CRS, *, layer: str) -> CRS:
    """Return `crs` if positions in it can be trusted.

    Raises
    ------
    LayerError
        For Xian80, Beijing54 and every other datum from which PROJ knows no way to WGS84, unless the text
        brings its own parameters (TOWGS84); for a plane without a datum.
    """
    if crs.is_bound and _OPENS_FILES.search(crs.to_wkt()):
        do = "write the parameters of the transformation (TOWGS84), or have the survey office convert the layer"
        raise LayerError(fault(f"{layer} in a coordinate reference system that needs no other file", "a grid file", do))
    if crs.is_bound and _has_parameters(crs):
        return crs
    plain = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    if not (plain.is_geographic or plain.is_projected or plain.is_compound):
        do = "get the parameters of the local grid from the survey office, or have it convert the layer to CGCS2000"
        raise LayerError(fault(f"{layer} in degrees or a projection of them", f"{crs.name}, a plane of its own", do))
    if lost := _lost_datum(plain):
        raise LayerError(
            fault(
                f"{layer} in a coordinate reference system that can be transformed",
                f"{crs.name} ({lost}), which PROJ would silently misplace by up to 150 m",
                "have the survey office convert it to CGCS2000 (EPSG:4490 or its Gauss-Krüger zones)",
            )
        )
    return crs


def _has_parameters(crs: CRS) -> bool:
    operation = crs.coordinate_operation
    return operation is not None and any(value != 0 for value in operation.towgs84)


def _lost_datum(crs: CRS) -> str:
    """Return the name of a datum that PROJ would take for WGS84 by a null step, "" where there is none."""
    geodetic = crs.geodetic_crs
    name = (geodetic.name if geodetic is not None else crs.name).lower()
    code = geodetic.to_epsg() if geodetic is not None else None
    if code in _REFUSED or any(refused in name for refused in _REFUSED_NAMES):
        return _REFUSED.get(code or 0, name)
    ellipsoid = crs.ellipsoid
    if geodetic is None or ellipsoid is None or abs(ellipsoid.semi_major_metre - _EARTH_A) < 1:
        return ""
    step = Transformer.from_crs(geodetic, "EPSG:4326", always_xy=True).description
    return f"an unknown datum on {ellipsoid.name}" if "allpark" in step else ""


def missing(layer: str) -> LayerError:
    """Return the error of a layer without a coordinate reference system."""
    do = 'add crs = "EPSG:4490" (or the one it is in) to the layer in the study file'
    return MissingCrsError(fault(f"a coordinate reference system for {layer}", "none", do))


class MissingCrsError(LayerError):
    """Nobody says in which reference system, and datum, a layer is."""


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
    elif wrong := easting_fault(x, y, crs):
        raise LayerError(fault(f"eastings as x and northings as y of {crs.name} in {layer}", *wrong))


def _check_degrees(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], crs: CRS, layer: str) -> None:
    wrong = (np.abs(y) > 90) | (np.abs(x) > 180)
    if not wrong.any():
        return
    at = int(np.flatnonzero(wrong)[0])
    found = f"x = {x[at]:g}, y = {y[at]:g}"
    if np.all(np.abs(x[wrong]) <= 90) and np.all(np.abs(y[wrong]) <= 180):
        raise swapped(layer, found)
    do = f"write the projected crs that the coordinates are in{_suggested(x[at], y[at])}"
    raise LayerError(fault(f"degrees of longitude and latitude in {layer} ({crs.name})", found, do))


def _suggested(x: float, y: float) -> str:
    """Return a remark on metres with a zone in front; only then do they say which reference system they need."""
    for east, order in ((x, ""), (y, ", and swap x and y")):
        if 25_000_000 <= east < 46_000_000:
            return f' (the zone in front says crs = "EPSG:{4488 + int(east // 1_000_000)}"{order})'
    return ""


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
