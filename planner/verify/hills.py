"""Slopes once more: the whole raster, one road after the other, Tobler's function as he wrote it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
import shapely

from planner.errors import VerificationError
from planner.units import lengths_mm
from planner.verify.ways import Ints

Floats = npt.NDArray[np.float64]
Height = Callable[[Floats], Floats]
"""Elevations of positions, in metres to the millimetre; NaN where there is none."""

_STEEPEST = 1.0


def slower(
    dem: Path, crs: str, lines: npt.NDArray[np.object_], ends: Ints, spans: Sequence[bool], level: Sequence[bool]
) -> Floats:
    """Return how many times as long as on the flat each edge takes on foot, from tail to head and back.

    Parameters
    ----------
    dem
        GeoTIFF of elevations.
    crs
        Study CRS.
    lines, ends
        Polylines of the edges, and their nodes, shape (edges, 2).
    spans, level
        Whether each is a bridge or tunnel, or a ferry.
    """
    height, cell_mm = raster_of(dem, crs, shapely.get_coordinates(lines))
    decks = _decks(lines, ends, spans, height)
    table = np.ones((len(lines), 2))
    for edge, line in enumerate(lines):
        if level[edge]:
            continue
        if spans[edge]:
            metres = max(1, int(lengths_mm(shapely.length(line)))) / 1000
            profile = [(metres, decks[int(ends[edge, 1])] - decks[int(ends[edge, 0])])]
        else:
            profile = _profile(shapely.get_coordinates(line), height, cell_mm)
        total = sum(run for run, _ in profile)
        if total > 0:
            table[edge] = [sum(run / _share(sign * rise / run) for run, rise in profile if run) / total
                           for sign in (1, -1)]  # fmt: skip
    return np.round(table, 6)


def _share(slope: float) -> float:
    """Return the speed at a slope by that on the flat: Tobler's W = 6 exp(-3.5 |S + 0.05|)."""
    if math.isnan(slope):
        return 1.0
    steep = max(-_STEEPEST, min(_STEEPEST, slope))
    return math.exp(-3.5 * abs(steep + 0.05)) / math.exp(-3.5 * 0.05)


def _profile(vertices: Floats, height: Height, cell_mm: int) -> list[tuple[float, float]]:
    """Return run and rise of the equal pieces, none longer than a cell, of a road."""
    spots, runs = [vertices[:1]], []
    for here, there in pairwise(vertices):
        metres = math.dist(here, there)
        count = max(1, math.ceil(int(lengths_mm(metres)) / cell_mm))
        spots.append(here + (there - here) * (np.arange(1, count + 1) / count)[:, None])
        runs.extend([metres / count] * count)
    return list(zip(runs, np.diff(height(np.concatenate(spots))).tolist(), strict=True))


def raster_of(dem: Path, crs: str, vertices: Floats) -> tuple[Height, int]:
    """Return what looks elevations up, and the shorter side of a cell in the study CRS, in millimetres."""
    beside = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"}
    with rasterio.Env(**beside), rasterio.open(dem, driver="GTiff") as raster:
        if raster.crs is None:
            raise VerificationError(f"expected a CRS in {dem.name}, found none: restore the file that was read.")
        known = raster.read_masks(1) > 0
        grid = np.where(known, raster.read(1).astype(np.float64), np.nan) * raster.scales[0] + raster.offsets[0]
        forward, wkt = raster.transform, raster.crs.to_wkt()
    grid[~np.isfinite(grid)] = np.nan
    turn = pyproj.Transformer.from_crs(crs, wkt, always_xy=True)
    corner, sides = np.array([forward.c, forward.f]), np.array([[forward.a, forward.b], [forward.d, forward.e]])

    def height(xy: Floats) -> Floats:
        there = np.column_stack(turn.transform(xy[:, 0], xy[:, 1])) - corner
        there[~np.isfinite(there).all(axis=1)] = np.finfo(np.float64).max / 1e9
        cells = np.linalg.solve(sides, there.T).T[:, ::-1]  # row, column
        outside = ((cells < 0) | (cells > grid.shape)).any(axis=1)
        cells = np.clip(cells - 0.5, 0, np.array(grid.shape) - 1)
        low = cells.astype(np.int64)
        high = np.minimum(low + 1, np.array(grid.shape) - 1)
        part = cells - low
        four = sum(
            grid[rows, columns] * wide * tall
            for rows, tall in ((low[:, 0], 1 - part[:, 0]), (high[:, 0], part[:, 0]))
            for columns, wide in ((low[:, 1], 1 - part[:, 1]), (high[:, 1], part[:, 1]))
        )
        return np.where(outside, np.nan, np.round(four, 3))

    box = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    origin = np.array(turn.transform(box[0], box[1]))
    corners = np.vstack((origin, origin + sides.T))
    middle, *others = np.column_stack(turn.transform(corners[:, 0], corners[:, 1], direction="INVERSE"))
    shorter = min(math.dist(middle, other) for other in others)
    return height, max(1, round(shorter * 1000))


def _decks(lines: npt.NDArray[np.object_], ends: Ints, spans: Sequence[bool], height: Height) -> dict[int, float]:
    """Return the height of every node of bridges and tunnels.

    As the ground where another road ends; between those as a net of evenly rising bridges hangs: at each node, what
    rises to it equals what rises from it. A net that no road meets lies on the ground.
    """
    next_to: dict[int, list[tuple[int, float]]] = defaultdict(list)
    spot: dict[int, Floats] = {}
    for edge in np.flatnonzero(np.asarray(spans, dtype=bool)).tolist():
        one, other = (int(node) for node in ends[edge])
        vertices = shapely.get_coordinates(lines[edge])
        spot[one], spot[other] = vertices[0], vertices[-1]
        if one != other:
            pull = 1000 / max(1, int(lengths_mm(shapely.length(lines[edge]))))
            next_to[one].append((other, pull))
            next_to[other].append((one, pull))
    ground = dict(zip(spot, height(np.array(list(spot.values()))).tolist(), strict=True)) if spot else {}
    landed = set(ends[~np.asarray(spans, dtype=bool)].ravel().tolist())
    firm = {node for node in ground if node in landed and not math.isnan(ground[node])}
    seen: set[int] = set()
    for start in sorted(ground):
        if start in seen:
            continue
        net, waiting = {start}, [start]
        while waiting:
            fresh = {other for other, _ in next_to[waiting.pop()]} - net
            net |= fresh
            waiting.extend(fresh)
        seen |= net
        if net & firm:
            ground.update(_hung(sorted(net - firm), next_to, ground))
    return ground


def _hung(free: list[int], next_to: dict[int, list[tuple[int, float]]], ground: dict[int, float]) -> dict[int, float]:
    place = {node: n for n, node in enumerate(free)}
    matrix, given = np.zeros((len(free), len(free))), np.zeros(len(free))
    for node, row in place.items():
        for other, pull in next_to[node]:
            matrix[row, row] += pull
            if other in place:
                matrix[row, place[other]] -= pull
            else:
                given[row] += pull * ground[other]
    return dict(zip(free, np.round(np.linalg.solve(matrix, given), 3).tolist(), strict=True)) if free else {}
