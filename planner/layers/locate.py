"""In which unit a point lies: the finest level that has a polygon there."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.layers.source import LEVELS


def unit_codes(points: npt.NDArray[np.object_], boundaries: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the code of the unit in which each point lies, "" where no polygon holds it.

    Parameters
    ----------
    points
        Shapely points in the coordinate reference system of `boundaries`, or None.
    boundaries
        As `read_boundaries` gives. Finer levels come first; a point on a common border belongs to the
        lowest code.
    """
    codes = np.full(len(points), "", dtype=object)
    for level in reversed(LEVELS):
        polygons = with_polygons(boundaries, level)
        open_rows = np.flatnonzero(codes == "")
        if len(polygons) and len(open_rows):
            codes[open_rows] = codes_at(points[open_rows], polygons)
    return codes


def with_polygons(boundaries: pd.DataFrame, level: str | None = None) -> pd.DataFrame:
    """Return the units, of one level where one is given, that have a polygon, sorted by code."""
    if not isinstance(boundaries, gpd.GeoDataFrame):
        return boundaries.iloc[:0]
    chosen = boundaries.geometry.notna().to_numpy()
    if level is not None:
        chosen = chosen & (boundaries["level"] == level).to_numpy()
    return boundaries[chosen].sort_values("code")


def inside(points: npt.NDArray[np.object_], boundaries: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which points lie in any polygon."""
    hits = np.zeros(len(points), dtype=bool)
    polygons = with_polygons(boundaries)
    if len(polygons):
        _, columns = shapely.STRtree(points).query(polygons.geometry.to_numpy(), predicate="intersects")
        hits[columns] = True
    return hits


def codes_at(points: npt.NDArray[np.object_], polygons: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the code of the polygon that holds each point; the lowest where several do."""
    rows, columns = shapely.STRtree(points).query(polygons.geometry.to_numpy(), predicate="intersects")
    lowest = np.full(len(points), len(polygons), dtype=np.int64)
    np.minimum.at(lowest, columns, rows)
    return np.array([*polygons["code"], ""], dtype=object)[lowest]
