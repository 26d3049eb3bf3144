"""Layers of points (facilities, sites, demand): every row gets a position and a unit, or a line says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from planner.errors import Faults, LayerError, fault
from planner.layers.checking import check_unique, checked
from planner.layers.crosswalk import reconciled
from planner.layers.crs import MissingCrsError, study_crs, swapped
from planner.layers.evidence import named_units, tell_datum, tell_outside, undeclared
from planner.layers.guard import Format, format_of
from planner.layers.locate import inside, unit_codes_xy, with_polygons
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.made_groups import with_groups
from planner.layers.read import in_crs, points_in, read_native
from planner.layers.row_units import with_units
from planner.layers.schema import Schema
from planner.layers.source import LayerSource

_SAMPLE = 1_000  # points that are tried with x and y swapped
_MARGIN = 0.2  # of the boundaries' extent; farther away, the coordinate reference system must be wrong


def read_points(
    sources: Sequence[tuple[LayerSource, Schema]],
    boundaries: pd.DataFrame,
    *,
    crs: str,
    log: FaultLog,
    crosswalk: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return all rows of some sources that have a position in a unit.

    Parameters
    ----------
    sources
        At least one, each with the schema of its table.
    boundaries
        As `read_boundaries` gives.
    crs
        Of the study.
    log
        Gets a line (code ``left_out_…``) for every row that is not in the result.
    crosswalk
        As `read_crosswalk` gives: codes of an older list of units.

    Returns
    -------
    GeoDataFrame
        Columns of the schema, further columns of the files, ``x`` and ``y`` (metres, study crs), geometry as
        the file has it; sorted by id, which is a column still.

    Raises
    ------
    LayerError
        With the faults of all sources at once.
    """
    faults = Faults()
    tables = []
    for source, wanted in sources:
        try:
            tables.append(_read_one(source, wanted, boundaries, crs=study_crs(crs), log=log, crosswalk=crosswalk))
        except LayerError as error:
            if len(sources) == 1:
                raise
            faults.extend(error)
    faults.raise_if_any(LayerError)
    table = joined(tables)
    id_column = sources[0][1].id_column
    _check_ids(table, id_column, " + ".join(dict.fromkeys(source.name for source, _ in sources)), faults)
    faults.raise_if_any(LayerError)
    return table.drop(columns=["_row", "_layer"]).sort_values(id_column, ignore_index=True)


def _check_ids(table: pd.DataFrame, id_column: str, names: str, faults: Faults) -> None:
    """Add a fault if an id occurs twice, in one source or in two."""
    twice = table.loc[table[id_column].duplicated(keep=False), [id_column, "_row", "_layer"]]
    at = [f"{row} of {layer}" for row, layer in zip(twice["_row"], twice["_layer"], strict=True)]
    check_unique(twice[id_column].set_axis(at), layer=names, faults=faults)


def joined(tables: Sequence[pd.DataFrame]) -> Any:
    """Return tables one below the other; texts that one of them lacks are ""."""
    if len(tables) == 1:
        return tables[0]
    table = pd.concat(tables, ignore_index=True)
    texts = [name for name in table.columns if any(name in one and one[name].dtype == "str" for one in tables)]
    return table.assign(**{name: table[name].fillna("").astype("str") for name in texts})


def with_osm_id(frame: pd.DataFrame, source: LayerSource, id_column: str) -> pd.DataFrame:
    """Return the table with the id of the feature or the raster's cell as its id, where the study names no other."""
    if format_of(source.path) in (Format.PBF, Format.TIFF) and id_column not in frame.columns:
        return frame.rename(columns={"id": id_column})
    return frame


def _read_one(
    source: LayerSource,
    wanted: Schema,
    boundaries: pd.DataFrame,
    *,
    crs: CRS,
    log: FaultLog,
    crosswalk: pd.DataFrame | None,
) -> gpd.GeoDataFrame:
    # One name for all stages, so that none of them is kept: of two million rows each takes hundreds of megabytes.
    frame: Any = with_osm_id(_read_native(source, wanted, boundaries, crs, log), source, wanted.id_column)
    frame = with_groups(frame, source, log)
    frame = checked(frame, wanted, layer=source.name, log=log)
    if not isinstance(frame, gpd.GeoDataFrame):
        do = "export the layer with geometries, or as a table with x and y"
        raise LayerError(fault(f"positions in {source.name}", "none", do))
    _check_swapped(frame, boundaries, crs, source.name)
    tell_datum(frame, source, boundaries, crs, log)
    frame = _with_positions(in_crs(frame, crs), wanted.id_column, source.name, log)
    log.place(source.name, frame[wanted.id_column], frame[["x", "y"]])
    _check_near(frame, boundaries, source.name)
    _tell_outside(frame, source, boundaries, wanted.id_column, log)
    if crosswalk is not None:
        frame = reconciled(frame, crosswalk, boundaries, layer=source.name, log=log)
    frame = with_units(frame, boundaries, wanted.id_column, source.name, log)
    return frame.assign(_row=frame.index.to_numpy(), _layer=source.name).reset_index(drop=True)


def _read_native(
    source: LayerSource, wanted: Schema, boundaries: pd.DataFrame, crs: CRS, log: FaultLog
) -> pd.DataFrame:
    """Return a source in its own reference system; where nobody declares one, say what speaks for which datum."""
    try:
        return read_native(source, log=log, positions=True, wanted=wanted)
    except MissingCrsError as error:
        stopped = error
    try:
        as_degrees = read_native(replace(source, datum="wgs84"), log=FaultLog(), positions=True, wanted=wanted)
    except LayerError:
        raise stopped from None
    raise undeclared(gpd.GeoDataFrame(as_degrees), source, boundaries, crs)


def _tell_outside(
    frame: gpd.GeoDataFrame, source: LayerSource, boundaries: pd.DataFrame, id_column: str, log: FaultLog
) -> None:
    """Tell of each row that does not lie in the unit that it names."""
    named = named_units(frame, source, boundaries)
    if named is None:
        return
    x, y = frame["x"].to_numpy(dtype=np.float64), frame["y"].to_numpy(dtype=np.float64)
    away = named.known & ~named.holds(x, y)
    if not away.any():
        return
    names = dict(zip(boundaries["code"], boundaries.get("name", boundaries["code"]), strict=True))
    codes = unit_codes_xy(x[away], y[away], boundaries)
    words = [named.words[number] for number in named.which[away]]
    units = [names.get(code) or code for code in codes]
    tell_outside(frame.loc[away, id_column], words, units, layer=source.name, log=log)


def _inner_points(frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return a point inside every geometry; a point stands for itself, None stays None."""
    points = frame.geometry.to_numpy().copy()
    extended = shapely.get_type_id(points) > 0
    points[extended] = shapely.point_on_surface(points[extended])
    points[shapely.is_empty(points)] = None
    return np.asarray(points, dtype=np.object_)


def _check_swapped(frame: gpd.GeoDataFrame, boundaries: pd.DataFrame, crs: CRS, layer: str) -> None:
    """Raise if most points lie outside the boundaries, but would lie inside with x and y swapped."""
    if with_polygons(boundaries).empty:
        return
    points = _inner_points(frame.iloc[:: max(1, len(frame) // _SAMPLE)])
    x, y = shapely.get_x(points), shapely.get_y(points)
    known = np.isfinite(x) & np.isfinite(y)
    source = CRS(frame.crs)
    as_read = _share_inside(x[known], y[known], source, boundaries, crs)
    if as_read < 0.5 and (other := _share_inside(y[known], x[known], source, boundaries, crs)) > 0.5:
        found = f"{as_read:.0%} of the points inside the boundaries, and {other:.0%} if they were swapped"
        raise swapped(layer, found)


def _share_inside(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], source: CRS, boundaries: pd.DataFrame, crs: CRS
) -> float:
    return float(inside(points_in(x, y, source=source, target=crs), boundaries).mean()) if len(x) else 1.0


def _with_positions(frame: gpd.GeoDataFrame, id_column: str, layer: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Return the rows that have a position, with x and y."""
    points = _inner_points(frame)
    known = ~shapely.is_missing(points)
    for row in frame.loc[~known, id_column]:
        log.add(
            layer,
            row,
            f"{LEFT_OUT}no_position",
            "没有坐标（或坐标超出坐标系范围），未读入",
            "The row has no position in the study's coordinate reference system; left out",
            "请补充坐标",
        )
    kept, at = (frame, points) if known.all() else (frame[known], points[known])
    return kept.drop(columns=["x", "y"], errors="ignore").assign(x=shapely.get_x(at), y=shapely.get_y(at))


def _check_near(frame: gpd.GeoDataFrame, boundaries: pd.DataFrame, layer: str) -> None:
    """Raise if no row is anywhere near the boundaries."""
    polygons = with_polygons(boundaries)
    if polygons.empty or frame.empty:
        return
    west, south, east, north = polygons.total_bounds
    margin = _MARGIN * max(east - west, north - south)
    near = frame["x"].between(west - margin, east + margin) & frame["y"].between(south - margin, north + margin)
    if not near.any():
        found = f"none of {len(frame)}, the first at x = {frame['x'].iloc[0]:.0f}, y = {frame['y'].iloc[0]:.0f} m"
        do = "check the crs of the layer and of the boundaries"
        raise LayerError(fault(f"rows of {layer} inside the boundaries", found, do))
