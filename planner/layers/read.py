"""One source to one table: the right rows, our column names, the study's coordinate reference system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from planner.errors import Faults, LayerError, fault, shortened
from planner.layers.aliases import with_aliases
from planner.layers.archives import unpacked
from planner.layers.assumed import tell_map_service
from planner.layers.crs import accepted, check_range, missing, parsed, study_crs, transformed
from planner.layers.datum import SHIFTED, crs_of, unshifted
from planner.layers.delimited import read_csv
from planner.layers.example import without_example
from planner.layers.guard import Format, guarded
from planner.layers.log import FaultLog
from planner.layers.osm import read_osm
from planner.layers.parquet import read_parquet
from planner.layers.raster import read_raster
from planner.layers.schema import Schema
from planner.layers.source import LayerSource
from planner.layers.totals import without_totals
from planner.layers.values import as_numbers
from planner.layers.vector import read_gdal, read_geojson
from planner.layers.workbook import read_xlsx


class NoPositionsError(LayerError):
    """A table has no coordinates, and nobody names any."""


_WHOLE = re.compile(r"^(-?\d+)\.0+$")


def read_source(
    source: LayerSource, *, crs: str, log: FaultLog, positions: bool = False, wanted: Schema | None = None
) -> pd.DataFrame:
    """Return one source with our column names, in the study's coordinate reference system.

    Parameters
    ----------
    source
        The file, and what its columns mean.
    crs
        Of the study, projected, in metres.
    log
        Where faults are told that do not stop the reading.
    positions
        Whether every row should have a position: a table must then have x and y.
    wanted
        Schema by whose synonyms columns are found that the source does not name.

    Returns
    -------
    DataFrame or GeoDataFrame
        Indexed by the line of the table or the number of the feature. A GeoDataFrame where there are
        geometries or coordinates; a row without a position has None there.

    Raises
    ------
    LayerError
        If the file is refused or damaged, columns are missing, no row matches, or positions cannot be
        trusted.
    """
    frame = read_native(source, log=log, positions=positions, wanted=wanted)
    return in_crs(frame, study_crs(crs)) if isinstance(frame, gpd.GeoDataFrame) else frame


def read_native(source: LayerSource, *, log: FaultLog, positions: bool, wanted: Schema | None = None) -> pd.DataFrame:
    """Return one source with our column names, in its own coordinate reference system; as `read_source`.

    Degrees of GCJ-02 and BD-09 are degrees of WGS84 in the result.
    """
    declared = declared_crs(source)
    raw = read_raw(source, declared, log)
    if raw.empty:
        raise LayerError(fault(f"rows in {source.name}", "none", "check the layer that was exported"))
    if source.datum is None:
        tell_map_service(raw.columns, source.name, log)
    if wanted is not None:
        source = with_aliases(source, raw, wanted, log)
    rows = _selected(raw, source)
    log.read(source.name, rows=len(raw), chosen=len(rows))
    rows = without_totals(rows, source.name, log)
    if wanted is not None:
        rows = without_example(rows, wanted, source, log)
    if positions or (source.x is not None and source.y is not None):
        rows = _positioned(rows, source, declared)
    if isinstance(rows, gpd.GeoDataFrame):
        rows = _with_crs(rows, declared, source)
        if source.datum not in SHIFTED or not CRS(rows.crs).is_geographic:
            check_positions(rows, source.name)
        if source.datum is not None:
            rows = unshifted(rows, source.datum, layer=source.name, log=log)
    return _renamed(rows, source)


def declared_crs(source: LayerSource) -> CRS | None:
    """Return the reference system that the study declares for a source, in words or by its datum.

    Raises
    ------
    LayerError
        If it is unknown or refused, or crs and datum contradict each other.
    """
    if source.crs is None:
        return None if source.datum is None or source.datum in SHIFTED else crs_of(source.datum)
    crs = parsed(source.crs, layer=source.name)
    check_datum(crs, source)
    return crs


def check_datum(crs: CRS, source: LayerSource) -> None:
    """Raise if a reference system is of another datum than the one that is declared.

    Programs that export GCJ-02 or BD-09 call the degrees WGS84 or CGCS2000, so these two go with them.
    """
    if source.datum is None or crs.geodetic_crs is None:
        return
    of = crs.geodetic_crs.name.lower().replace("_", " ")
    wgs84, cgcs2000 = "wgs 84" in of or "wgs84" in of or "wgs 1984" in of or "crs84" in of, "2000" in of
    fits = {"wgs84": wgs84, "cgcs2000": cgcs2000}.get(source.datum, wgs84 or cgcs2000)
    if not fits:
        do = "correct datum or crs of the layer in the study file"
        raise LayerError(fault(f"{source.name} in the datum {source.datum} as declared", crs.name, do))


def check_positions(frame: gpd.GeoDataFrame, layer: str) -> None:
    """Raise if the coordinates of a layer cannot be what its reference system says."""
    bounds = frame.geometry.bounds.to_numpy(dtype=np.float64)
    check_range(bounds[:, [0, 2]].ravel(), bounds[:, [1, 3]].ravel(), CRS(frame.crs), layer=layer)


def in_crs(frame: gpd.GeoDataFrame, target: CRS) -> gpd.GeoDataFrame:
    """Return a layer in another coordinate reference system; None where a position has no place in it."""
    shapes = frame.geometry.to_numpy()
    if (shapely.get_type_id(shapes) == 0).all():  # points alone need no object in between
        moved = points_in(shapely.get_x(shapes), shapely.get_y(shapes), source=CRS(frame.crs), target=target)
        return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=target))
    moved = shapely.force_2d(frame.geometry.to_crs(target).to_numpy())
    moved[~np.isfinite(shapely.bounds(moved)).all(axis=1)] = None
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=target))


def points_in(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], *, source: CRS, target: CRS
) -> npt.NDArray[np.object_]:
    """Return points in another coordinate reference system; None where one has no place in it."""
    east, north = transformed(x, y, source=source, target=target)
    points = shapely.points(east, north)
    points[~(np.isfinite(east) & np.isfinite(north))] = None
    return np.asarray(points, dtype=np.object_)


def read_raw(source: LayerSource, declared: CRS | None, log: FaultLog) -> pd.DataFrame:
    """Return a source as its file has it: all rows and columns, in its own names and reference system."""
    kind = guarded(source.path)
    path, name = source.path, source.name
    if source.osm and kind is not Format.PBF:
        raise LayerError(fault("an .osm.pbf file for the tags in 'osm'", path.name, "use 'where' instead"))
    if kind in (Format.CSV, Format.XLSX):
        return _read_table(source, kind, log)
    if kind is Format.GEOJSON:
        return read_geojson(path, declared=declared, layer=name, log=log, datum_stated=source.datum is not None)
    if kind is Format.PBF:
        columns = [*source.columns.values(), *source.where]
        return read_osm(path, tags=source.osm, columns=columns, layer=name, log=log)
    if kind is Format.TIFF:
        return read_raster(path, declared=declared, layer=name, log=log)
    return read_parquet(path, layer=name) if kind is Format.PARQUET else _read_gdal(source, kind, log)


def _read_table(source: LayerSource, kind: Format, log: FaultLog) -> pd.DataFrame:
    if kind is Format.XLSX:
        return read_xlsx(source.path, sheet=source.layer, layer=source.name, log=log)
    return read_csv(source.path, encoding=source.encoding, layer=source.name, log=log)


def _read_gdal(source: LayerSource, kind: Format, log: FaultLog) -> pd.DataFrame:
    name, encoding = source.name, source.encoding
    if kind is not Format.ZIP:
        return read_gdal(source.path, kind=kind, name=source.layer, encoding=encoding, layer=name, log=log)
    with unpacked(source.path, layer=source.layer) as (path, inner):
        return read_gdal(path, kind=guarded(path), name=inner, encoding=encoding, layer=name, log=log)


def _with_crs(frame: gpd.GeoDataFrame, declared: CRS | None, source: LayerSource) -> gpd.GeoDataFrame:
    """Return the layer with the coordinate reference system it carries, or the declared one."""
    layer = source.name
    if frame.crs is None:
        if declared is None and source.datum is None:
            raise missing(layer)
        return frame.set_crs(declared or crs_of(source.datum or "wgs84"))
    carried = accepted(CRS(frame.crs), layer=layer)
    if source.crs is None:
        check_datum(carried, source)
    elif declared is not None and not carried.equals(declared, ignore_axis_order=True):
        do = "remove crs from the layer in the study file, or export the layer with the right one"
        raise LayerError(
            fault(f"{layer} in {declared.to_string()} as declared", f"{carried.to_string()} in the file", do)
        )
    return frame


def _selected(frame: pd.DataFrame, source: LayerSource) -> pd.DataFrame:
    """Return the rows that `where` chooses."""
    faults = Faults()
    chosen = np.ones(len(frame), dtype=bool)
    for column, wanted in source.where.items():
        if column in frame.columns:
            chosen &= _equal(frame[column], wanted)
        else:
            _unknown_column(faults, frame, column, source.name, "where")
    faults.raise_if_any(LayerError)
    if not chosen.any():
        asked = ", ".join(f"{column} = {wanted!r}" for column, wanted in source.where.items())
        raise LayerError(fault(f"rows with {asked} in {source.name}", f"none of {len(frame)}", "correct 'where'"))
    return frame[chosen]


def _equal(values: pd.Series, wanted: object) -> npt.NDArray[np.bool_]:
    options = wanted if isinstance(wanted, list | tuple) else [wanted]
    texts = {_text(option) for option in options}
    return np.asarray(values.map(_text).isin(texts), dtype=bool)


def _text(value: object) -> str:
    """Return how a value is compared: 8, 8.0 and "8" are equal, and so are true and "true"."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = _WHOLE.sub(r"\1", str(value).strip())
    return text.lower() if text.lower() in ("true", "false") else text


def _positioned(frame: pd.DataFrame, source: LayerSource, declared: CRS | None) -> gpd.GeoDataFrame:
    """Return a table with a point per row; a layer that has geometries stays as it is."""
    if isinstance(frame, gpd.GeoDataFrame):
        return frame
    faults = Faults()
    names = {axis: getattr(source, axis) or source.columns.get(axis) or axis for axis in ("x", "y")}
    for axis, name in names.items():
        if name not in frame.columns:
            _unknown_column(faults, frame, name, source.name, axis)
    if declared is None and source.datum is None:
        if not len(faults):
            raise missing(source.name)
        faults.extend(missing(source.name))
    faults.raise_if_any(LayerError if _has_positions(frame, source) else NoPositionsError)
    crs = declared or crs_of(source.datum or "wgs84")
    x, y = (as_numbers(frame[name], column=name, layer=source.name, faults=faults) for name in names.values())
    faults.raise_if_any(LayerError)
    points = shapely.points(x, y)
    points[~(np.isfinite(x) & np.isfinite(y))] = None
    return gpd.GeoDataFrame(frame.drop(columns=list(names.values())), geometry=points, crs=crs)


def _has_positions(frame: pd.DataFrame, source: LayerSource) -> bool:
    """Return whether a table has, or the study names, a column of coordinates."""
    return any(
        getattr(source, axis) is not None or axis in source.columns or axis in frame.columns for axis in ("x", "y")
    )


def _renamed(frame: pd.DataFrame, source: LayerSource) -> pd.DataFrame:
    """Return the table with our column names and constant columns."""
    faults = Faults()
    wanted = {ours: theirs for ours, theirs in source.columns.items() if ours not in ("x", "y")}
    for ours, theirs in wanted.items():
        if theirs not in frame.columns:
            _unknown_column(faults, frame, theirs, source.name, f"columns.{ours}")
    faults.raise_if_any(LayerError)
    used = set(wanted.values()) - set(wanted)
    beside = {ours: f"{ours}_in_file" for ours in wanted if ours in frame.columns and wanted[ours] != ours}
    taken = {ours: frame[theirs] for ours, theirs in wanted.items()}
    out = frame.rename(columns=beside).drop(columns=[name for name in used if name not in beside])
    return out.assign(**taken).assign(**_constants(source.values))


def _constants(values: Mapping[str, object]) -> dict[str, object]:
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()}


def _unknown_column(faults: Faults, frame: pd.DataFrame, name: str, layer: str, key: str) -> None:
    known = [str(column) for column in frame.columns if column != "geometry"]
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    do = f"write {near[0]!r} in '{key}'" if near else f"correct '{key}' in the study file"
    faults.add(f"a column {name!r} in {layer}", shortened(known, limit=8), do)
