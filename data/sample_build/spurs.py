"""Country roads: every village joins what is already joined, nearest first, and a few neighbours join each other."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import KDTree
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from sample_build.cells import Cells
from sample_build.plane import Floats, Ints, inside
from sample_build.streets import Streets
from sample_build.trunks import bent
from sample_build.villages import Villages

_LOOP_SHARE = 0.55
_LOOP_MAX_M = 4200.0
_NEAREST_TRIED = 6
_NEAREST_POINTS = 40


def build_spurs(villages: Villages, cells: Cells, streets: Streets, rng: np.random.Generator) -> None:
    """Join every rural village to the roads of its own land, nearest first, then add loops between neighbours."""
    own = np.zeros(streets.count, dtype=bool)
    own[np.concatenate([villages.corners[code] for code in villages.rural])] = True
    xy = streets.xy
    lands = _lands(cells)
    for land in lands:
        main = np.flatnonzero(~own & inside(land, xy))
        codes = [code for code in villages.rural if land.contains(shapely.Point(villages.seats[code]))]
        distance = np.asarray(
            KDTree(xy[main]).query(np.array([villages.seats[code] for code in codes]).reshape(-1, 2))[0]
        )
        _join_all([codes[n] for n in np.argsort(distance, kind="stable")], main, villages, land, streets, rng)
    _add_loops(villages, lands, streets, rng)


def _lands(cells: Cells) -> list[BaseGeometry]:
    """Return the mainland, slivers at county lines closed, and every island."""
    mainland = shapely.union_all([cell.buffer(2.0) for code, cell in cells.metres.items() if code not in cells.islands])
    lands = [mainland, *[cells.metres[code] for code in cells.islands]]
    for land in lands:
        shapely.prepare(land)
    return lands


def _join_all(
    codes: list[str], main: Ints, villages: Villages, land: BaseGeometry, streets: Streets, rng: np.random.Generator
) -> None:
    xy = streets.xy
    joined_xy, joined = [xy[main]], [main]
    for code in codes:
        points, numbers = np.concatenate(joined_xy), np.concatenate(joined)
        start, target = _ends(xy[villages.corners[code]], points, land)
        ends = np.array([xy[villages.corners[code]][start], points[target]])
        middle, middle_xy = _draw(int(villages.corners[code][start]), int(numbers[target]), ends, land, streets, rng)
        joined += [villages.corners[code], middle]
        joined_xy += [xy[villages.corners[code]], middle_xy]


def _ends(corners: Floats, points: Floats, land: BaseGeometry) -> tuple[int, int]:
    """Return the village corner and the point it joins: the nearest that is reached without crossing water."""
    gaps = np.hypot(*(points - corners.mean(axis=0)).T)
    last = min(_NEAREST_POINTS, len(gaps)) - 1
    farthest = np.partition(gaps, last)[last]
    near = np.flatnonzero(gaps <= farthest)
    pairs = []
    for target in near[np.argsort(gaps[near], kind="stable")]:
        start = int(np.argmin(np.hypot(*(corners - points[target]).T)))
        pairs.append((start, int(target)))
        if land.covers(LineString([corners[start], points[target]])):
            return pairs[-1]
    return pairs[0]


def _draw(
    start: int, end: int, ends: Floats, land: BaseGeometry, streets: Streets, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Draw a slightly bent road, straight where the bend would leave the land; return its inner points."""
    swing = float(np.hypot(*(ends[1] - ends[0])) * rng.uniform(-0.07, 0.07))
    curve = bent(ends, swing, 0.0)
    curve = curve if land.covers(LineString(curve)) else bent(ends, 0.0, 0.0)
    middle = streets.add_points(curve[1:-1])
    streets.add_line([start, *middle, end], "tertiary", "rural")
    return middle, curve[1:-1]


def _add_loops(villages: Villages, lands: list[BaseGeometry], streets: Streets, rng: np.random.Generator) -> None:
    seats = np.array([villages.seats[code] for code in villages.rural])
    xy = streets.xy
    starts, ends, _ = streets.segments()
    tree = shapely.STRtree(shapely.linestrings(xy[np.column_stack([starts, ends])]))
    near = np.asarray(KDTree(seats).query(seats, k=_NEAREST_TRIED)[1])
    pairs = sorted({(min(a, int(b)), max(a, int(b))) for a, row in enumerate(near) for b in row[1:]})
    added: list[LineString] = []
    for a, b in [pair for pair in pairs if rng.random() < _LOOP_SHARE]:
        start, end = _closest(villages.corners[villages.rural[a]], villages.corners[villages.rural[b]], xy)
        line = LineString(xy[[start, end]])
        dry = any(land.covers(line) for land in lands)
        if dry and line.length < _LOOP_MAX_M and not _meets(line, tree, added):
            streets.add_line([start, end], "unclassified", "rural")
            added.append(line)


def _closest(here: Ints, there: Ints, xy: Floats) -> tuple[int, int]:
    gaps = np.hypot(*(xy[here][:, None] - xy[there][None]).transpose(2, 0, 1))
    row, column = np.unravel_index(np.argmin(gaps), gaps.shape)
    return int(here[row]), int(there[column])


def _meets(line: LineString, tree: shapely.STRtree, added: list[LineString]) -> bool:
    """Whether a line meets another anywhere but at its own two ends."""
    inner = shapely.line_interpolate_point(line, [0.02, 0.98], normalized=True)
    core = LineString([inner[0], inner[1]])
    return bool(len(tree.query(core, predicate="intersects"))) or any(core.intersects(other) for other in added)
