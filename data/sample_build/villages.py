"""Villages: communities get a seat at a street corner, villages a small street grid of their own in the country."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from sample_build.cells import Cells
from sample_build.plane import Floats, Ints, inside, points_within, rotated, spread
from sample_build.streets import Streets

_CORNERS_PER_SEAT = 4
_FROM_TOWN_M = 550.0
_FROM_EDGE_M = 260.0
_LANE_M = (150.0, 205.0)


@dataclass(frozen=True)
class Villages:
    """Where every community and village lies.

    Attributes
    ----------
    seats
        Position by code, metres.
    corners
        Numbers of the street corners of every village, by code: one for a community in a town.
    rural
        Codes of those with a street grid of their own, in code order.
    unit_of
        Township-level unit by code.
    """

    seats: dict[str, Floats]
    corners: dict[str, Ints]
    rural: tuple[str, ...]
    unit_of: dict[str, str]


def build_villages(table: pd.DataFrame, cells: Cells, streets: Streets, rng: np.random.Generator) -> Villages:
    """Place every committee of the list and draw the street grids of the rural ones."""
    corners_xy = streets.xy
    in_town = np.unique([p for line in streets.lines if line.setting == "town" for p in line.points])
    roads = KDTree(corners_xy)
    seats: dict[str, Floats] = {}
    corners: dict[str, Ints] = {}
    rural: list[str] = []
    for unit, rows in table.groupby("unit_code", sort=True):
        here = in_town[inside(cells.metres[str(unit)], corners_xy[in_town])]
        urban, country = _shared_out(rows, len(here))
        country_seats = _country_seats(cells.metres[str(unit)], len(country), roads, rng)
        urban, country = (urban, country) if len(country_seats) else ([*urban, *country], [])
        chosen = here[spread(rng, corners_xy[here], len(urban), np.zeros((0, 2)))]
        seats |= dict(zip(urban, corners_xy[chosen], strict=True))
        corners |= dict(zip(urban, chosen[:, None], strict=True))
        for code, seat in zip(country, country_seats, strict=True):
            seats[code], corners[code] = seat, _draw_grid(seat, cells.metres[str(unit)], streets, rng)
            rural.append(code)
    unit_of = dict(zip(table["code"], table["unit_code"], strict=True))
    return Villages(seats=seats, corners=corners, rural=tuple(sorted(rural)), unit_of=unit_of)


def _shared_out(rows: pd.DataFrame, corners: int) -> tuple[list[str], list[str]]:
    """Return the codes that get a seat in the town and those in the country; the town has at least one."""
    communities = list(rows.loc[rows["kind"] == "community", "code"])
    villages = list(rows.loc[rows["kind"] == "village", "code"])
    urban = communities[: max(corners // _CORNERS_PER_SEAT, 1)] or villages[:1]
    return urban, [code for code in [*communities, *villages] if code not in urban]


def _country_seats(cell: BaseGeometry, count: int, roads: KDTree, rng: np.random.Generator) -> Floats:
    """Return positions in a cell, away from its edge, from roads and from each other; none where there is no room."""
    for clear, edge in ((_FROM_TOWN_M, _FROM_EDGE_M), (430, 170), (320, 120)):
        room = cell.buffer(-edge)
        drawn = points_within(rng, room, 60 * count + 300) if count and not room.is_empty else np.zeros((0, 2))
        free = drawn[roads.query(drawn)[0] > clear] if len(drawn) else drawn
        chosen = free[spread(rng, free, count, np.zeros((0, 2)))]
        if len(chosen) == count and _smallest_gap(chosen) > 1.2 * clear:
            return np.asarray(chosen)
    return np.zeros((0, 2))


def _smallest_gap(points: Floats) -> float:
    return float(np.asarray(KDTree(points).query(points, k=2)[0])[:, 1].min()) if len(points) > 1 else np.inf


def _draw_grid(seat: Floats, cell: BaseGeometry, streets: Streets, rng: np.random.Generator) -> Ints:
    rows, columns = (int(n) for n in rng.choice([[2, 3], [3, 3], [2, 4], [3, 4]], p=[0.25, 0.35, 0.2, 0.2]))
    gaps = [np.concatenate([[0.0], np.cumsum(rng.uniform(*_LANE_M, n - 1))]) for n in (rows, columns)]
    v, u = np.meshgrid(gaps[0] - gaps[0].mean(), gaps[1] - gaps[1].mean(), indexing="ij")
    offsets = rotated(np.column_stack([u.ravel(), v.ravel()]), rng.uniform(0, np.pi))
    offsets = offsets + rng.normal(0, 7, offsets.shape)
    room = cell.buffer(-15)
    shapely.prepare(room)
    while not inside(room, seat + offsets).all():
        offsets *= 0.8
    numbers = streets.add_points(seat + offsets)
    for line in [*numbers.reshape(rows, columns), *numbers.reshape(rows, columns).T]:
        streets.add_line(line, "unclassified", "village")
    return numbers
