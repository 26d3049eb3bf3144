"""Road fragments that hang on nothing: points must be snapped past them, or be told that they stand on one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString

from sample_build.cells import Cells
from sample_build.plane import Floats, Ints, points_within
from sample_build.streets import Streets

_NEAR_UNITS = ("210213022", "210214009", "210281205", "210283110")  # a fragment close to the roads
_FAR_UNITS = ("210214012", "210283109")  # a fragment with people and nothing else within 500 m
_CLEAR_M = {"near": (170.0, 260.0), "far": (800.0, 4000.0)}


@dataclass(frozen=True)
class Fragment:
    """One fragment: the unit it lies in, whether the roads are far, its points."""

    unit: str
    far: bool
    points: Ints


def build_fragments(cells: Cells, streets: Streets, rng: np.random.Generator) -> list[Fragment]:
    """Draw the fragments and return them."""
    xy = streets.xy
    starts, ends, _ = streets.segments()
    roads = shapely.STRtree(shapely.linestrings(xy[np.column_stack([starts, ends])]))
    kinds = [(unit, "near") for unit in _NEAR_UNITS] + [(unit, "far") for unit in _FAR_UNITS]
    return [_draw(unit, kind, cells, roads, streets, rng) for unit, kind in kinds]


def distance_to_roads(points: Floats, roads: shapely.STRtree) -> Floats:
    """Return the distance of every point to the nearest road, metres."""
    return np.asarray(roads.query_nearest(shapely.points(points), return_distance=True, all_matches=False)[1])


def _draw(
    unit: str, kind: str, cells: Cells, roads: shapely.STRtree, streets: Streets, rng: np.random.Generator
) -> Fragment:
    lowest, highest = _CLEAR_M[kind]
    for _ in range(400):
        centre = points_within(rng, cells.metres[unit].buffer(-400), 40)
        gaps = distance_to_roads(centre, roads)
        for spot in centre[(gaps > lowest + 130) & (gaps < highest + 250)]:
            angle = rng.uniform(0, np.pi)
            line = (
                spot
                + np.outer([-130.0, -40.0, 60.0, 140.0], [np.cos(angle), np.sin(angle)])
                + rng.normal(0, 12, (4, 2))
            )
            gap = float(shapely.distance(LineString(line), roads.geometries[roads.nearest(LineString(line))]))
            if lowest < gap < highest:
                numbers = streets.add_points(line)
                streets.add_line(numbers, "residential", "fragment")
                return Fragment(unit, kind == "far", numbers)
    raise RuntimeError(f"expected room for a road fragment in {unit}, found none.")
