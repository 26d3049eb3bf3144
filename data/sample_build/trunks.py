"""Roads between towns: a planar neighbour graph of the towns' seats, drawn as gentle curves on land."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from sample_build.cells import Cells
from sample_build.plane import Floats, Ints
from sample_build.streets import Streets
from sample_build.towns import Town

_STEP_M = 550.0
_SEA_FACTOR = 12.0
_LONG_M = 7000.0
_SHORE_M = -60.0


def build_trunks(towns: list[Town], cells: Cells, streets: Streets, rng: np.random.Generator) -> None:
    """Draw the roads that join the towns of the mainland; islands stay without."""
    codes = [code for code in cells.seats if code not in cells.islands]
    seats = np.array([cells.seats[code] for code in codes])
    land = shapely.union_all([cells.metres[code].buffer(1.0) for code in codes]).buffer(_SHORE_M)
    shapely.prepare(land)
    home = {code: number for number, town in enumerate(towns) for code in town.codes}
    pairs = _gabriel(seats)
    needed = _spanning(pairs, seats, land, np.array([home[code] for code in codes]))
    corners = streets.xy
    drawn: list[BaseGeometry] = []
    for first, second, backbone in sorted((a, b, (a, b) in needed) for a, b in pairs):
        here, there = towns[home[codes[first]]], towns[home[codes[second]]]
        if here is there:
            continue
        ends = _gates(corners, here.points, there.points, seats[first], seats[second])
        curve = _curve(corners[list(ends)], land, rng)
        on_land = bool(land.covers(LineString(curve)))
        crosses = any(line.crosses(LineString(curve)) for line in drawn)
        if backbone or (on_land and not crosses):
            drawn.append(LineString(curve))
            _draw(curve, ends, streets, backbone=backbone)


def _gabriel(points: Floats) -> list[tuple[int, int]]:
    """Return the pairs whose diametral circle holds no other point."""
    triangles = Delaunay(points).simplices
    sides = {tuple(sorted((int(t[i]), int(t[j])))) for t in triangles for i, j in ((0, 1), (1, 2), (0, 2))}
    found = []
    for a, b in sorted(sides):
        centre, radius = (points[a] + points[b]) / 2, np.hypot(*(points[a] - points[b])) / 2
        others = np.delete(points, [a, b], axis=0)
        if np.hypot(*(others - centre).T).min() >= radius:
            found.append((int(a), int(b)))
    return found


def _spanning(pairs: list[tuple[int, int]], seats: Floats, land: BaseGeometry, home: Ints) -> set[tuple[int, int]]:
    """Return the pairs that hold the mainland together, dry ones first; those within one town cost nothing."""
    weights = []
    for a, b in pairs:
        line = LineString(seats[[a, b]])
        weights.append(line.length + _SEA_FACTOR * line.difference(land).length if home[a] != home[b] else 1.0)
    first, second = np.array(pairs).T
    tree = minimum_spanning_tree(sp.csr_array((weights, (first, second)), shape=(len(seats), len(seats)))).tocoo()
    return set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))


def _gates(corners: Floats, here: Ints, there: Ints, seat: Floats, other: Floats) -> tuple[int, int]:
    """Return the two street corners that face each other, each on its seat's side of its town."""
    start = _facing(corners, here, seat, other)
    end = _facing(corners, there, other, corners[start])
    return start, end


def _facing(corners: Floats, points: Ints, seat: Floats, target: Floats) -> int:
    to_target = np.hypot(*(corners[points] - target).T)
    to_seat = np.hypot(*(corners[points] - seat).T)
    return int(points[np.argmin(to_target + 0.6 * to_seat)])


def _curve(ends: Floats, land: BaseGeometry, rng: np.random.Generator) -> Floats:
    """Return the first of a few curves that stays on land, else the straight line."""
    length = float(np.hypot(*(ends[1] - ends[0])))
    swing = min(length * rng.uniform(0.05, 0.12), 900.0) * rng.choice([-1, 1])
    wave = min(length * 0.03, 260.0) * rng.choice([-1, 1])
    for size, ripple in ((swing, wave), (-swing, wave), (swing / 3, wave / 2), (-swing / 3, wave / 2)):
        curve = bent(ends, size, ripple)
        if land.covers(LineString(curve)):
            return curve
    return bent(ends, 0.0, 0.0)


def bent(ends: Floats, swing: float, ripple: float) -> Floats:
    """Return a line between two points with a bow and a ripple, in steps of about 550 m."""
    along = ends[1] - ends[0]
    length = float(np.hypot(*along))
    t = np.linspace(0, 1, max(int(length // _STEP_M), 1) + 1)
    across = np.array([-along[1], along[0]]) / max(length, 1.0)
    offset = swing * np.sin(np.pi * t) + ripple * np.sin(3 * np.pi * t)
    return np.asarray(ends[0] + t[:, None] * along + offset[:, None] * across)


def _draw(curve: Floats, ends: tuple[int, int], streets: Streets, *, backbone: bool) -> None:
    middle = streets.add_points(curve[1:-1])
    length = LineString(curve).length
    road_class = ("trunk" if length > _LONG_M else "primary") if backbone else "secondary"
    streets.add_line([ends[0], *middle, ends[1]], road_class, "rural")
