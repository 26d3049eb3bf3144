"""Where in their units people may live: the rows of a spread layer, their units and their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.errors import Faults, LayerError, fault, shortened
from planner.layers.guard import Format, format_of
from planner.layers.locate import unit_codes_xy
from planner.layers.log import FaultLog
from planner.layers.read import read_source
from planner.layers.source import SpreadSource
from planner.layers.unit_people import above_of
from planner.layers.values import as_numbers, as_texts

AREA, EQUAL, CELLS = "area", "equal", "band_1"
"""What weighs where a study names nothing: the area of polygons, all points alike, the first band of a raster."""


def read_weights(
    source: SpreadSource, units: Sequence[str], boundaries: pd.DataFrame, *, crs: str, log: FaultLog
) -> pd.DataFrame:
    """Return the rows of a spread layer that lie in some units.

    Parameters
    ----------
    source
        Points, polygons (a point inside each) or a raster.
    units
        Codes of the units whose people are spread.
    boundaries
        As `read_boundaries` gives.
    crs
        Of the study.
    log
        Gets a line for rows without a position, without a weight, and outside all units.

    Returns
    -------
    DataFrame
        Indexed by the id of the row (column ``id``, a raster's cell, else the number of the feature), sorted: ``unit``
        (one of `units`), ``unit_code`` (the finest unit there), x, y (metres), ``weight`` (absent where it is to
        be learned), and the covariates, as float64.

    Raises
    ------
    LayerError
        If the layer cannot be read, or a weight or covariate is no number, or negative.
    """
    frame = read_source(source, crs=crs, log=log, positions=True)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise LayerError(fault(f"positions in {source.name}", "none", "export the layer with geometries"))
    numbers = _numbers(frame, source, log)
    points = _inner_points(frame)
    known = ~shapely.is_missing(points)
    x, y = shapely.get_x(points), shapely.get_y(points)
    table = pd.DataFrame({"x": x, "y": y, **numbers}, index=_ids(frame, source))[known].sort_index()
    codes = unit_codes_xy(table["x"].to_numpy(), table["y"].to_numpy(), boundaries)
    parents = dict(zip(boundaries["code"], boundaries["parent_code"], strict=True))
    inside = _members(codes, set(units), parents)
    placed = table.assign(unit=inside, unit_code=codes.astype(str))
    _tell_unused(source, len(frame), int(known.sum()), int((inside != "").sum()), log)
    return placed[placed["unit"] != ""]


def weighing(source: SpreadSource) -> str:
    """Return by what people of a unit are shared out: a column, ``area``, ``equal``, or ``learned``."""
    return "learned" if source.covariates else source.weight or ""


def _numbers(frame: gpd.GeoDataFrame, source: SpreadSource, log: FaultLog) -> dict[str, npt.NDArray[np.float64]]:
    names = list(source.covariates) or [source.weight or _default(frame, source)]
    if not source.covariates and not source.weight:
        log.remember("spread_by", {"layer": source.name, "weight": names[0]})
        if names[0] in (AREA, EQUAL):
            values = frame.geometry.area.to_numpy() if names[0] == AREA else np.ones(len(frame))
            return {"weight": np.asarray(values, dtype=np.float64)}
    faults = Faults()
    found = {name: _column(frame, name, source, log, faults) for name in names}
    faults.raise_if_any(LayerError)
    return found if source.covariates else {"weight": found[names[0]]}


def _default(frame: gpd.GeoDataFrame, source: SpreadSource) -> str:
    if format_of(source.path) is Format.TIFF:
        return CELLS
    return AREA if (frame.geom_type.isin(["Polygon", "MultiPolygon"])).all() else EQUAL


def _column(
    frame: gpd.GeoDataFrame, name: str, source: SpreadSource, log: FaultLog, faults: Faults
) -> npt.NDArray[np.float64]:
    if name not in frame.columns:
        known = shortened((str(column) for column in frame.columns if column != "geometry"), limit=8)
        faults.add(f"a column {name!r} in {source.name}", known, "correct 'weight' or 'covariates' of 'spread'")
        return np.zeros(len(frame))
    values = as_numbers(frame[name], column=name, layer=source.name, faults=faults)
    if (values < 0).any():
        faults.add(f"0 or more in column {name!r} of {source.name}", f"{np.nanmin(values):g}", "correct these cells")
    lacking = int(np.isnan(values).sum())
    if lacking:
        log.add(
            source.name, "", "weight_missing",
            f"{lacking} 行的 {name} 为空，按 0 计", f"{name} is empty in {lacking} rows; they count as 0", "请补充",
        )  # fmt: skip
    return np.nan_to_num(values, nan=0.0)


def _inner_points(frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    points = frame.geometry.to_numpy().copy()
    extended = shapely.get_type_id(points) > 0
    points[extended] = shapely.point_on_surface(points[extended])
    points[shapely.is_empty(points)] = None
    return np.asarray(points, dtype=np.object_)


def _ids(frame: gpd.GeoDataFrame, source: SpreadSource) -> pd.Index:
    ids = as_texts(frame["id"]) if "id" in frame.columns else as_texts(pd.Series(frame.index.astype(str)))
    if (ids == "").any() or ids.duplicated().any():
        found = shortened(ids[ids.duplicated(keep=False) | (ids == "")].unique())
        raise LayerError(fault(f"each id in column 'id' of {source.name} once", found, "give each row its own id"))
    return pd.Index(ids.to_numpy(), dtype="str")


def _members(codes: npt.NDArray[np.object_], units: set[str], parents: Mapping[str, str]) -> npt.NDArray[np.object_]:
    """Return for each finest unit the one of `units` that it is or lies in, "" where there is none."""
    found = {code: next((one for one in (code, *above_of(code, parents)) if one in units), "") for code in set(codes)}
    return np.array([found[code] for code in codes], dtype=object)


def _tell_unused(source: SpreadSource, rows: int, placed: int, inside: int, log: FaultLog) -> None:
    if inside < rows:
        log.add(
            source.name, "", "spread_unused",
            f"共 {rows} 行，{rows - placed} 行没有位置，{placed - inside} 行不在有人口数的单位内，未用于分配人口",
            f"Of {rows} rows {rows - placed} have no position and {placed - inside} lie in no unit with people; "
            "not used",
            "请核对范围与坐标系",
        )  # fmt: skip
