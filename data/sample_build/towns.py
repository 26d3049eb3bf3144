"""Towns: one gently warped street lattice per cluster of units whose built-up areas touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from shapely import Polygon

from sample_build.cells import Cells
from sample_build.plane import Floats, Ints, inside, rotated
from sample_build.sources import CENTRAL_DISTRICTS
from sample_build.streets import Streets

BLOCK_M = (158.0, 242.0)
_LARGE = {  # units with a town much larger than their neighbours', in street corners
    "210211": 420, "210213": 400,
    "210214001": 330, "210214002": 240, "210214003": 280, "210214005": 230, "210214006": 190,
    "210281002": 230, "210281003": 220, "210281004": 230, "210281005": 200, "210281006": 230, "210281007": 200,
    "210281009": 290, "210281101": 170, "210283001": 300, "210283002": 300, "210283003": 270, "210283004": 230,
    "210283005": 200, "210283101": 140, "210212001": 230, "210212003": 240, "210212005": 240, "210212014": 220,
    "210212012": 180, "210212006": 190,
}  # fmt: skip
_FARMING = {
    "210213012", "210213014", "210213016", "210213017", "210213019", "210213020", "210213021", "210213022", "210213023",
    "210213024", "210213025", "210213027", "210213028", "210213029", "210213030", "210211400", "210211020",
}  # fmt: skip
_FARMING_CORNERS = 170
_SMALL_CORNERS = 112
_SHORE_M = 70.0
_DROPPED_SHARE = 0.07
_SMALLEST_PIECE = 20


@dataclass(frozen=True)
class Town:
    """The built-up area of one cluster of units.

    Attributes
    ----------
    codes
        Units whose built-up areas it joins.
    points
        Numbers of its street corners.
    """

    codes: tuple[str, ...]
    points: Ints


@dataclass(frozen=True)
class _Plan:
    codes: tuple[str, ...]
    wanted: Callable[[Floats], npt.NDArray[np.bool_]]
    centre: Floats
    reach: float


def build_towns(units: pd.DataFrame, cells: Cells, streets: Streets, rng: np.random.Generator) -> list[Town]:
    """Draw the streets of every town and return the towns, largest first."""
    radius = {code: np.sqrt(_corners(code) * 200.0**2 / np.pi) for code in units["code"]}
    towns = [
        t for codes in _clusters(cells, radius) for t in _draw(_plan(codes, radius, cells, rng), cells, streets, rng)
    ]
    return sorted(towns, key=lambda town: (-len(town.points), town.codes))


def _corners(code: str) -> int:
    if code in _FARMING:
        return _FARMING_CORNERS
    return _LARGE.get(code, _LARGE.get(code[:6], _SMALL_CORNERS))


def _clusters(cells: Cells, radius: dict[str, float]) -> list[tuple[str, ...]]:
    codes = sorted(cells.seats)
    seats = np.array([cells.seats[code] for code in codes])
    reach = np.array([radius[code] for code in codes])
    distance = np.hypot(*(seats[:, None] - seats[None]).transpose(2, 0, 1))
    central = np.array([code[:6] in CENTRAL_DISTRICTS for code in codes])
    near = (distance < reach[:, None] + reach[None] + 150) | (central[:, None] & central[None])
    apart = np.array([code in cells.islands for code in codes])
    near &= ~apart[:, None] & ~apart[None]
    labels = connected_components(sp.csr_array(near), directed=False)[1]
    of_label = [np.flatnonzero(labels == number) for number in range(labels.max() + 1)]
    return [tuple(codes[n] for n in members) for members in of_label]


def _plan(codes: tuple[str, ...], radius: dict[str, float], cells: Cells, rng: np.random.Generator) -> _Plan:
    seats = np.array([cells.seats[code] for code in codes])
    reach = np.array([radius[code] for code in codes])
    phase = rng.uniform(0, 2 * np.pi, size=(len(codes), 2))
    full = shapely.union_all([cells.metres[c] for c in codes if c[:6] in CENTRAL_DISTRICTS] or [Polygon()])
    hills = _hills(full, seats, rng)

    def wanted(xy: Floats) -> npt.NDArray[np.bool_]:
        offset = xy[:, None] - seats[None]
        angle = np.arctan2(offset[..., 1], offset[..., 0])
        edge = reach * (1 + 0.16 * np.sin(2 * angle + phase[:, 0]) + 0.10 * np.sin(3 * angle + phase[:, 1]))
        built = (np.hypot(offset[..., 0], offset[..., 1]) < edge).any(axis=1)
        return np.asarray((built | (inside(full, xy) if not full.is_empty else False)) & ~_any_hill(hills, xy))

    centre = np.asarray((seats.min(axis=0) + seats.max(axis=0)) / 2)
    span = max(np.hypot(*(seats - centre).T).max() + 1.5 * reach.max(), 9000.0 if not full.is_empty else 0.0)
    return _Plan(codes, wanted, centre, float(span))


def _hills(full: Polygon, seats: Floats, rng: np.random.Generator) -> Floats:
    """Return circles (x, y, radius) without streets, none on a seat."""
    if full.is_empty:
        return np.zeros((0, 3))
    west, south, east, north = full.bounds
    circles = np.column_stack([rng.uniform((west, south), (east, north), (40, 2)), rng.uniform(350, 900, 40)])
    gaps = np.hypot(*(circles[:, None, :2] - seats[None]).transpose(2, 0, 1)).min(axis=1)
    return np.asarray(circles[gaps > circles[:, 2] + 250])


def _any_hill(hills: Floats, xy: Floats) -> npt.NDArray[np.bool_]:
    within = [np.hypot(xy[:, 0] - x, xy[:, 1] - y) < r for x, y, r in hills]
    return np.any(within, axis=0) if within else np.zeros(len(xy), dtype=bool)


def _draw(plan: _Plan, cells: Cells, streets: Streets, rng: np.random.Generator) -> list[Town]:
    xy, shape = _lattice(plan, rng)
    land = shapely.union_all([cells.metres[code] for code in _around(plan, cells)]).buffer(-_SHORE_M)
    pieces = _pieces_of_seats(xy, plan.wanted(xy) & inside(land, xy), shape, plan.codes, cells)
    across, down = _kept_pieces(np.any([piece for piece, _ in pieces], axis=0), shape, rng)
    numbers = np.full(len(xy), -1, dtype=np.int64)
    used = _touched(across, down)
    numbers[used] = streets.add_points(xy[used])
    grid = numbers.reshape(shape)
    _draw_lines(grid, across, streets, large=used.sum() > 1500)
    _draw_lines(grid.T, down.T, streets, large=used.sum() > 1500)
    return [Town(codes, numbers[piece & used]) for piece, codes in pieces]


def _pieces_of_seats(
    xy: Floats, present: npt.NDArray[np.bool_], shape: tuple[int, int], codes: tuple[str, ...], cells: Cells
) -> list[tuple[npt.NDArray[np.bool_], tuple[str, ...]]]:
    """Return the connected pieces of the built-up area that hold a seat, each with the units seated there."""
    labels = _pieces(present, shape)
    sizes = np.bincount(labels[present])
    solid = np.flatnonzero(present & (sizes[np.minimum(labels, len(sizes) - 1)] >= _SMALLEST_PIECE))
    home = {code: int(labels[solid[np.argmin(np.hypot(*(xy[solid] - cells.seats[code]).T))]]) for code in codes}
    return [(present & (labels == n), tuple(c for c in codes if home[c] == n)) for n in sorted(set(home.values()))]


def _around(plan: _Plan, cells: Cells) -> list[str]:
    """Return the units on the same land within reach: streets run on into a neighbour's cell, not into the sea."""
    if plan.codes[0] in cells.islands:
        return list(plan.codes)
    circle = shapely.Point(plan.centre).buffer(plan.reach)
    return [code for code, cell in cells.metres.items() if code not in cells.islands and cell.intersects(circle)]


def _lattice(plan: _Plan, rng: np.random.Generator) -> tuple[Floats, tuple[int, int]]:
    lines = [np.cumsum(rng.uniform(*BLOCK_M, int(2 * plan.reach / 200) + 2)) for _ in range(2)]
    v, u = np.meshgrid(lines[1] - plan.reach, lines[0] - plan.reach, indexing="ij")
    length, bend = rng.uniform(5000, 8000, 2), rng.uniform(0.10, 0.17, 2)
    phase = rng.uniform(0, 2 * np.pi, 2)
    warped_u = u + bend[0] * length[0] / (2 * np.pi) * np.sin(2 * np.pi * v / length[0] + phase[0])
    warped_v = v + bend[1] * length[1] / (2 * np.pi) * np.sin(2 * np.pi * u / length[1] + phase[1])
    flat = np.column_stack([warped_u.ravel(), warped_v.ravel()])
    jitter = rng.normal(0, 5, flat.shape)
    return np.asarray(plan.centre + rotated(flat, rng.uniform(-0.7, 0.7)) + jitter), u.shape


def _pieces(present: npt.NDArray[np.bool_], shape: tuple[int, int]) -> Ints:
    grid = present.reshape(shape)
    starts, ends = _neighbours(grid)
    return np.asarray(connected_components(_graph(starts, ends, grid.size), directed=False)[1], dtype=np.int64)


def _neighbours(grid: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    number = np.arange(grid.size).reshape(grid.shape)
    across, down = grid[:, 1:] & grid[:, :-1], grid[1:] & grid[:-1]
    starts = np.concatenate([number[:, :-1][across], number[:-1][down]])
    return starts, np.concatenate([number[:, 1:][across], number[1:][down]])


def _graph(starts: Ints, ends: Ints, size: int, weights: Floats | None = None) -> sp.csr_array:
    values = np.ones(len(starts)) if weights is None else weights
    return sp.csr_array((values, (starts, ends)), shape=(size, size))


def _kept_pieces(
    present: npt.NDArray[np.bool_], shape: tuple[int, int], rng: np.random.Generator
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which pieces between neighbours exist, across (rows, columns-1) and down (rows-1, columns).

    A few pieces are dropped for irregularity; a random spanning tree keeps the town in one piece.
    """
    grid = present.reshape(shape)
    starts, ends = _neighbours(grid)
    tree = minimum_spanning_tree(_graph(starts, ends, grid.size, rng.uniform(0.5, 1.5, len(starts)))).tocoo()
    needed = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    in_tree = [pair in needed for pair in zip(starts.tolist(), ends.tolist(), strict=True)]
    keep = (rng.random(len(starts)) >= _DROPPED_SHARE) | in_tree
    across = np.zeros((shape[0], shape[1] - 1), dtype=bool)
    down = np.zeros((shape[0] - 1, shape[1]), dtype=bool)
    sideways = ends == starts + 1
    across[np.unravel_index(starts[keep & sideways], shape)] = True
    down[np.unravel_index(starts[keep & ~sideways], shape)] = True
    return across, down


def _touched(across: npt.NDArray[np.bool_], down: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    used = np.zeros((across.shape[0], down.shape[1]), dtype=bool)
    used[:, :-1] |= across
    used[:, 1:] |= across
    used[:-1] |= down
    used[1:] |= down
    return used.ravel()


def _draw_lines(grid: Ints, pieces: npt.NDArray[np.bool_], streets: Streets, *, large: bool) -> None:
    for number, (row, kept) in enumerate(zip(grid, pieces, strict=True)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], kept.astype(np.int8), [0]])))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            streets.add_line(row[start : stop + 1], _class_of(number, large=large), "town")


def _class_of(number: int, *, large: bool) -> str:
    if large and number % 12 == 6:
        return "primary"
    if number % 6 == 3:
        return "secondary"
    return "tertiary" if number % 3 == 0 else "residential"
