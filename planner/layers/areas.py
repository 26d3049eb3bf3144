"""Polygons that can be measured: mended where they are invalid, each change told."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.layers.log import FaultLog

_POLYGON, _MULTIPOLYGON = 3, 6
_SMALL_M2 = 1.0  # mending that changes less is not worth a line


def mended(table: pd.DataFrame, id_column: str, layer: str, log: FaultLog) -> npt.NDArray[np.object_]:
    """Return the polygons of a table, mended where invalid; None where a row has none.

    Mending keeps the even-odd area of a ring that crosses itself; a bow tie, whose signed area is 0, gets
    the area of both halves. Each change of more than a square metre is told, as are geometries that
    are no polygons.
    """
    if not isinstance(table, gpd.GeoDataFrame):
        return np.full(len(table), None, dtype=object)
    shapes = table.geometry.to_numpy()
    labels = table[id_column] if id_column else table.index.map("row {}".format)
    valid = shapely.is_valid(shapes) | shapely.is_missing(shapes)
    sound = np.full(len(shapes), None, dtype=object)
    sound[:] = [shape if ok else _areal(shapely.make_valid(shape)) for shape, ok in zip(shapes, valid, strict=True)]
    areal = np.isin(shapely.get_type_id(sound), [_POLYGON, _MULTIPOLYGON]) & ~shapely.is_empty(sound)
    before, after = shapely.area(shapes), shapely.area(sound)
    for label, was, now, ok, polygon, missing in zip(
        labels, before, after, valid, areal, shapely.is_missing(shapes), strict=True
    ):
        if not polygon and not missing:
            _tell_not_areal(label, layer, log)
        elif not ok and abs(now - was) > _SMALL_M2:
            _tell_mended(label, was, now, layer, log)
    sound[~areal] = None
    return np.asarray(sound, dtype=np.object_)


def _areal(shape: object) -> object:
    """Return only the polygons of what mending made."""
    parts = shapely.get_parts(shape)
    parts = shapely.get_parts(parts)  # a collection may hold multipolygons
    polygons = parts[shapely.get_type_id(parts) == _POLYGON]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _tell_not_areal(label: str, layer: str, log: FaultLog) -> None:
    log.add(
        layer,
        label,
        "geometry_not_areal",
        "几何不是面，按无面处理",
        "The geometry is no polygon; the row is kept without one",
        "请改用面图层",
    )


def _tell_mended(label: str, was: float, now: float, layer: str, log: FaultLog) -> None:
    log.add(
        layer,
        label,
        "geometry_mended",
        f"面自相交，已修复，面积 {was:.0f} → {now:.0f} m²",
        f"The polygon crosses itself; mended, area {was:.0f} to {now:.0f} m2",
        "请在源数据中修正该面",
    )
