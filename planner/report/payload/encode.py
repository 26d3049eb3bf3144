"""Numbers and shapes as few characters: integers of 1e-5 degree, each as the difference to the one before."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from planner.report.plain import plain

PER_DEGREE = 100_000
"""1e-5 degree is about a metre."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Strings:
    """A table of texts in which each stands once; the page gets numbers in their place."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {"": 0}

    def put(self, value: object) -> int:
        """Return the number of a text, 0 for none."""
        return self._number.setdefault(plain(value), len(self._number))

    def puts(self, values: Iterable[object]) -> list[int]:
        """Return the numbers of several texts."""
        return [self.put(value) for value in values]

    @property
    def table(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self._number)


class Grid:
    """From metres of the study CRS to integers of 1e-5 degree.

    Parameters
    ----------
    crs
        The study CRS.
    """

    def __init__(self, crs: str) -> None:
        self._to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

    def points(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Ints, Ints]:
        """Return longitudes and latitudes as integers."""
        lon, lat = self._to_degrees.transform(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
        return _grid(lon), _grid(lat)

    def lines(self, shapes: npt.NDArray[np.object_]) -> list[list[int]]:
        """Return each line as ``[x, y, dx, dy, …]``; lines that shrink to a point are left out."""
        coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
        if not len(coordinates):
            return []
        pairs = np.column_stack(self.points(coordinates[:, 0], coordinates[:, 1]))
        first = np.diff(owner, prepend=-1) != 0
        moved = np.diff(pairs, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        moved[first] = pairs[first]
        kept = first | moved.any(axis=1)  # repeated points are left out
        numbers = moved[kept].ravel().tolist()
        ends = [*(2 * np.flatnonzero(first[kept])).tolist(), len(numbers)]
        runs = [numbers[start:end] for start, end in pairwise(ends)]
        return [run for run in runs if len(run) > 2]

    def rings(self, shape: shapely.Geometry) -> list[list[int]]:
        """Return all rings of a polygon or of several, holes among them: fill them by the even-odd rule."""
        polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
        rings = shapely.get_rings(np.array(polygons, dtype=object)) if polygons else np.array([], dtype=object)
        return [ring for ring in self.lines(rings) if len(ring) >= 6]


def steps(values: npt.ArrayLike) -> list[int]:
    """Return integers as the first one and the differences that follow."""
    numbers = np.asarray(values, dtype=np.int64)
    found: list[int] = np.diff(numbers, prepend=0).tolist()
    return found


def simplified(frame: gpd.GeoDataFrame, tolerance_m: float) -> Floats:
    """Return the polygons of one level with fewer points, borders still shared where they were.

    Parameters
    ----------
    frame
        Polygons of one level, in metres; none may be missing.
    tolerance_m
        How far a border may move.
    """
    shapes = np.asarray(shapely.make_valid(frame.geometry.to_numpy()), dtype=object)
    if len(shapes) > 1 and shapely.coverage_is_valid(shapes):
        return np.asarray(shapely.coverage_simplify(shapes, tolerance_m))
    return np.asarray(shapely.simplify(shapes, tolerance_m))


def _grid(degrees: npt.ArrayLike) -> Ints:
    rounded: Ints = np.rint(np.asarray(degrees, dtype=np.float64) * PER_DEGREE).astype(np.int64)
    return rounded
