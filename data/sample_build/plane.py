"""The plane all geometry is made in, and small shapes in it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from scipy.spatial import KDTree
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STUDY_CRS = "EPSG:4550"  # CGCS2000, 3-degree zone round 123 E
DEGREES_CRS = "EPSG:4326"
DECIMALS = 6

_TO_METRES = Transformer.from_crs(DEGREES_CRS, STUDY_CRS, always_xy=True)
_TO_DEGREES = Transformer.from_crs(STUDY_CRS, DEGREES_CRS, always_xy=True)


def to_metres(lonlat: npt.ArrayLike) -> Floats:
    """Return points (n, 2) of longitude and latitude as metres of the study CRS."""
    points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    return np.column_stack(_TO_METRES.transform(points[:, 0], points[:, 1]))


def to_degrees(xy: npt.ArrayLike) -> Floats:
    """Return points (n, 2) in metres as longitude and latitude, rounded to six decimals (0.1 m)."""
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    return np.round(np.column_stack(_TO_DEGREES.transform(points[:, 0], points[:, 1])), DECIMALS)


def shape_to_metres(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape in degrees as a shape in metres."""
    return shapely.transform(shape, to_metres)


def shape_to_degrees(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape in metres as a shape in rounded degrees."""
    return shapely.transform(shape, to_degrees)


def inside(shape: BaseGeometry, xy: Floats) -> npt.NDArray[np.bool_]:
    """Return which points lie inside a shape."""
    shapely.prepare(shape)
    return np.asarray(shapely.contains_xy(shape, xy[:, 0], xy[:, 1]), dtype=bool)


def blob(rng: np.random.Generator, centre: npt.ArrayLike, radius_m: float, *, corners: int = 11) -> Polygon:
    """Return an irregular, roughly round polygon."""
    angles = np.linspace(0.0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 2 * np.pi)
    radii = radius_m * rng.uniform(0.7, 1.25, corners)
    return Polygon(np.asarray(centre) + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)]))


def rotated(xy: Floats, angle: float) -> Floats:
    """Return points turned round the origin."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(xy @ np.array([[cos, sin], [-sin, cos]]))


def spread(rng: np.random.Generator, candidates: Floats, count: int, taken: Floats, *, tries: int = 24) -> Ints:
    """Return up to `count` rows of candidates far from each other and from `taken` (Mitchell's best candidate)."""
    chosen: list[int] = []
    distance = nearest_m(candidates, taken)
    for _ in range(min(count, len(candidates))):
        tried = rng.choice(len(candidates), size=min(tries, len(candidates)), replace=False)
        best = int(tried[np.argmax(distance[tried])])
        chosen.append(best)
        distance = np.minimum(distance, np.hypot(*(candidates - candidates[best]).T))
    return np.array(chosen, dtype=np.int64)


def nearest_m(points: Floats, others: Floats) -> Floats:
    """Return the distance of every point to the nearest of the others, inf where there are none."""
    if len(points) == 0 or len(others) == 0:
        return np.full(len(points), np.inf)
    return np.asarray(KDTree(others).query(points)[0], dtype=np.float64)


def points_within(rng: np.random.Generator, shape: BaseGeometry, count: int) -> Floats:
    """Return about `count` uniform random points of a shape (at least one draw, possibly none for a sliver)."""
    west, south, east, north = shape.bounds
    share = max(shape.area / max((east - west) * (north - south), 1.0), 0.02)
    drawn = rng.uniform((west, south), (east, north), size=(int(count / share) + 1, 2))
    return np.asarray(drawn[inside(shape, drawn)][:count])
