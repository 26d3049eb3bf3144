"""In which unit a point lies: the finest level that has a polygon there."""

from __future__ import annotations

from typing import Literal

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
        As for `unit_codes_xy`.
    """
    return unit_codes_xy(shapely.get_x(points), shapely.get_y(points), boundaries)


def unit_codes_xy(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], boundaries: pd.DataFrame
) -> npt.NDArray[np.object_]:
    """Return the code of the unit in which each position lies, "" where no polygon holds it.

    Parameters
    ----------
    x, y
        In the coordinate reference system of `boundaries`; NaN lies nowhere.
    boundaries
        As `read_boundaries` gives. Finer levels come first; a point on a common border belongs to the
        lowest code.
    """
    codes = np.full(len(x), "", dtype=object)
    for level in reversed(LEVELS):
        polygons = with_polygons(boundaries, level)
        open_rows = np.flatnonzero(codes == "")
        if len(polygons) and len(open_rows):
            codes[open_rows] = _codes_at(x[open_rows], y[open_rows], polygons)
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
    return _codes_at(shapely.get_x(points), shapely.get_y(points), polygons)


def _codes_at(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], polygons: pd.DataFrame
) -> npt.NDArray[np.object_]:
    """Return the code of the polygon at each position, by a sweep from west to east: no object per point."""
    order = np.argsort(x, kind="stable")  # NaN last
    east, north = x[order], y[order]
    lowest = np.full(len(x), len(polygons), dtype=np.int64)
    shapes = polygons.geometry.to_numpy()
    shapely.prepare(shapes)
    starts, ends = (np.searchsorted(east, bound, side) for bound, side in _sides(shapes))
    bounds = shapely.bounds(shapes)
    for row in reversed(range(len(shapes))):  # the lowest code is written last
        there = slice(starts[row], ends[row])
        near = np.flatnonzero((north[there] >= bounds[row, 1]) & (north[there] <= bounds[row, 3])) + starts[row]
        lowest[near[shapely.intersects_xy(shapes[row], east[near], north[near])]] = row
    found = np.empty(len(x), dtype=np.int64)
    found[order] = lowest
    return np.array([*polygons["code"], ""], dtype=object)[found]


def _sides(shapes: npt.NDArray[np.object_]) -> list[tuple[npt.NDArray[np.float64], Literal["left", "right"]]]:
    bounds = shapely.bounds(shapes)
    return [(bounds[:, 0], "left"), (bounds[:, 2], "right")]
