"""Slopes of sites, from elevations: degrees, mean and steepest.

At points of a grid as fine as the cells of the model: the rise between the elevations a cell to the east and to the
west, and a cell to the north and to the south (central differences), as the angle of the steepest descent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from planner.errors import LayerError, NetworkError
from planner.network.terrain import Terrain, read_terrain

F64 = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

MOST_POINTS = 10_000
"""Of one site; the grid of a larger one is coarser by a power of two."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Slopes:
    """Slopes of sites, in degrees, to a hundredth.

    Attributes
    ----------
    mean, steepest
        NaN where no elevation is known.
    known_share
        Of the grid's points at which there are elevations.
    """

    mean: F64
    steepest: F64
    known_share: F64


def site_slopes(dem: Path, shapes: Shapes, *, crs: str) -> Slopes:
    """Return the slopes of some sites.

    Parameters
    ----------
    dem
        GeoTIFF of elevations in metres.
    shapes
        Points or polygons, study CRS; at a point the slope there.
    crs
        Of the study.

    Raises
    ------
    LayerError
        If the model cannot be used, or none of the sites is in it.
    """
    if not len(shapes):
        nothing = np.empty(0)
        return Slopes(mean=nothing, steepest=nothing, known_share=nothing)
    bounds = shapely.bounds(shapes)
    try:
        terrain = read_terrain(dem, crs=crs, x=bounds[:, [0, 2]].ravel(), y=bounds[:, [1, 3]].ravel(), what="the sites")
    except NetworkError as error:
        raise LayerError(error.faults) from None
    step = terrain.cell_mm / 1000
    found = [_slopes(terrain, *grid_in(shape, step), step) for shape in shapes]
    return Slopes(
        mean=np.array([_rounded(degrees, np.mean) for degrees in found]),
        steepest=np.array([_rounded(degrees, np.max) for degrees in found]),
        known_share=np.array([float(np.isfinite(degrees).mean()) for degrees in found]),
    )


def grid_in(shape: shapely.Geometry, step: float) -> tuple[F64, F64]:
    """Return the points of a grid in a shape, at multiples of `step`; where none is, a point inside."""
    west, south, east, north = shapely.bounds(shape)
    while (1 + (east - west) / step) * (1 + (north - south) / step) > MOST_POINTS:
        step *= 2
    across = np.arange(np.ceil(west / step), np.floor(east / step) + 1) * step
    up = np.arange(np.ceil(south / step), np.floor(north / step) + 1) * step
    x, y = (axis.ravel() for axis in np.meshgrid(across, up))
    inside = shapely.intersects_xy(shape, x, y)
    if not inside.any():
        point = shapely.point_on_surface(shape)
        return np.array([point.x]), np.array([point.y])
    return x[inside], y[inside]


def _slopes(terrain: Terrain, x: F64, y: F64, step: float) -> F64:
    east, west = terrain.elevations(x + step, y), terrain.elevations(x - step, y)
    north, south = terrain.elevations(x, y + step), terrain.elevations(x, y - step)
    return np.asarray(np.degrees(np.arctan(np.hypot(east - west, north - south) / (2 * step))))


def _rounded(degrees: F64, how: object) -> float:
    known = degrees[np.isfinite(degrees)]
    return round(float(how(known)), 2) if len(known) else float("nan")  # type: ignore[operator]
