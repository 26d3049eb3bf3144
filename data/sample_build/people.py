"""Residential points with people by age that add up to the county totals, to the person."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import KDTree

from sample_build.cells import Cells
from sample_build.fragments import Fragment, distance_to_roads
from sample_build.plane import Floats, Ints, inside, points_within
from sample_build.streets import Streets
from sample_build.villages import Villages

AGES = ("age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_15_59", "age_60_plus")
CHILD_SHARE = 0.1165  # ages 0-14 of all people, city
ELDERLY_SHARE = 0.2471  # 60 and over
_CHILD_SPLIT = np.array([0.17, 0.195, 0.425, 0.21])
_COUNTRY_SHARE = {  # of a county's people, in villages
    "210211": 0.035, "210212": 0.22, "210213": 0.16, "210214": 0.45, "210224": 0.38, "210281": 0.46, "210283": 0.52,
}  # fmt: skip
_OFFSET_M = (14.0, 48.0)
_SECOND_POINT_SHARE = 0.13
_OFF_NETWORK_UNITS = (
    "210214016", "210214017", "210281103", "210281108", "210281206", "210283107", "210283108", "210283209", "210283211",
    "210213024", "210212007", "210281205",
)  # fmt: skip
_OFF_NETWORK_M = (560.0, 1600.0)


def build_demand(
    population: pd.Series,
    cells: Cells,
    villages: Villages,
    streets: Streets,
    fragments: list[Fragment],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return one row per residential point: demand_id, x, y, unit_code, town, note, people, ages."""
    points = pd.concat(
        [
            _beside_streets(cells, villages, streets, rng),
            _on_fragments(fragments, villages, streets),
            _off_network(cells, villages, streets, rng),
        ],
        ignore_index=True,
    )
    points = points.sort_values(["unit_code", "x", "y"], ignore_index=True)
    points.insert(0, "demand_id", [f"D{number:05d}" for number in range(1, len(points) + 1)])
    return points.join(_people(points, population, cells, rng))


def _beside_streets(cells: Cells, villages: Villages, streets: Streets, rng: np.random.Generator) -> pd.DataFrame:
    corner, code, town = _corners(cells, villages, streets, rng)
    xy = _doorsteps(corner, [cells.metres[villages.unit_of[c]] for c in code], streets, rng)
    return pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "unit_code": code, "town": town, "note": ""})


def _corners(
    cells: Cells, villages: Villages, streets: Streets, rng: np.random.Generator
) -> tuple[Ints, list[str], npt.NDArray[np.bool_]]:
    """Return the street corner of every point, the village it belongs to, and whether it lies in a town."""
    xy = streets.xy
    in_town = np.unique([p for line in streets.lines if line.setting == "town" for p in line.points])
    rural = set(villages.rural)
    corners: list[Ints] = []
    codes: list[str] = []
    for unit, cell in cells.metres.items():
        urban = [code for code in villages.seats if villages.unit_of[code] == unit and code not in rural]
        here = in_town[inside(cell, xy[in_town])]
        nearest = np.asarray(KDTree(np.array([villages.seats[code] for code in urban])).query(xy[here])[1])
        corners.append(here)
        codes += [urban[n] for n in nearest]
    town = np.arange(len(codes) + sum(len(villages.corners[code]) for code in villages.rural)) < len(codes)
    for code in villages.rural:
        corners.append(villages.corners[code])
        codes += [code] * len(villages.corners[code])
    copies = 1 + (rng.random(len(codes)) < _SECOND_POINT_SHARE).astype(np.int64)
    return np.repeat(np.concatenate(corners), copies), list(np.repeat(codes, copies)), np.repeat(town, copies)


def _doorsteps(corner: Ints, cell: list[shapely.Polygon], streets: Streets, rng: np.random.Generator) -> Floats:
    """Return a spot beside one of the streets that meet at each corner, inside its own cell."""
    xy = streets.xy
    starts, ends, owner = streets.segments()
    local = np.array([line.setting in ("town", "village") for line in streets.lines])[owner]
    ends_of = _adjacent(starts[local], ends[local], streets.count)
    spots = xy[corner].copy()
    waiting = np.arange(len(corner))
    for _ in range(8):
        drawn = _beside(xy, corner[waiting], ends_of, rng)
        pairs = zip(waiting, drawn, strict=True)
        good = np.array([shapely.contains_xy(cell[n], *spot) for n, spot in pairs], dtype=bool)
        spots[waiting[good]] = drawn[good]
        waiting = waiting[~good]
    return spots


def _adjacent(starts: Ints, ends: Ints, count: int) -> tuple[Ints, Ints]:
    """Return neighbours of every point as (offsets, neighbours)."""
    tails, heads = np.concatenate([starts, ends]), np.concatenate([ends, starts])
    order = np.lexsort((heads, tails))
    return np.searchsorted(tails[order], np.arange(count + 1)), heads[order]


def _beside(xy: Floats, corner: Ints, ends_of: tuple[Ints, Ints], rng: np.random.Generator) -> Floats:
    offsets, neighbours = ends_of
    degree = offsets[corner + 1] - offsets[corner]
    other = neighbours[offsets[corner] + (rng.random(len(corner)) * degree).astype(np.int64)]
    along = xy[other] - xy[corner]
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    side = rng.choice([-1.0, 1.0], len(corner)) * rng.uniform(*_OFFSET_M, len(corner))
    return np.asarray(xy[corner] + rng.uniform(0.12, 0.5, (len(corner), 1)) * along + side[:, None] * across)


def _on_fragments(fragments: list[Fragment], villages: Villages, streets: Streets) -> pd.DataFrame:
    xy = streets.xy
    rows = []
    for fragment in (f for f in fragments if f.far):
        for point in fragment.points[1:3]:
            spot = xy[point] + 20.0
            rows.append((*spot, _nearest_village(fragment.unit, spot, villages), False, "on_fragment"))
    return pd.DataFrame(rows, columns=["x", "y", "unit_code", "town", "note"])


def _off_network(cells: Cells, villages: Villages, streets: Streets, rng: np.random.Generator) -> pd.DataFrame:
    xy = streets.xy
    starts, ends, _ = streets.segments()
    roads = shapely.STRtree(shapely.linestrings(xy[np.column_stack([starts, ends])]))
    rows = []
    for unit in _OFF_NETWORK_UNITS:
        drawn = points_within(rng, cells.metres[unit].buffer(-100), 1500)
        gaps = distance_to_roads(drawn, roads)
        lonely = drawn[(gaps > _OFF_NETWORK_M[0]) & (gaps < _OFF_NETWORK_M[1])][:2]
        rows += [(*spot, _nearest_village(unit, spot, villages), False, "off_network") for spot in lonely]
    return pd.DataFrame(rows, columns=["x", "y", "unit_code", "town", "note"])


def _nearest_village(unit: str, spot: Floats, villages: Villages) -> str:
    codes = [code for code in villages.seats if villages.unit_of[code] == unit]
    return min(codes, key=lambda code: float(np.hypot(*(villages.seats[code] - spot))))


def _people(points: pd.DataFrame, population: pd.Series, cells: Cells, rng: np.random.Generator) -> pd.DataFrame:
    county = points["unit_code"].str[:6].to_numpy()
    people = np.zeros(len(points), dtype=np.int64)
    weights = _weights(points, cells, rng)
    for code, total in population.items():
        rows = county == code
        people[rows] = apportioned(weights[rows] / weights[rows].sum() * int(total), int(total))
    ages = _ages(people, points["town"].to_numpy(dtype=bool), rng)
    return pd.DataFrame({"people": people, **{age: ages[:, n] for n, age in enumerate(AGES)}})


def _weights(points: pd.DataFrame, cells: Cells, rng: np.random.Generator) -> Floats:
    """Return how many people a point holds in proportion to others of its county."""
    county, town = points["unit_code"].str[:6], points["town"].to_numpy(dtype=bool)
    seat = np.array([cells.seats[code[:9]] for code in points["unit_code"]])
    away = np.hypot(points["x"] - seat[:, 0], points["y"] - seat[:, 1]).to_numpy()
    weights = rng.lognormal(0.0, 0.45, len(points)) * np.where(town, 0.45 + np.exp(-((away / 1200.0) ** 2)), 1.0)
    weights[(points["note"] != "").to_numpy()] = 0.05
    for code, share in _COUNTRY_SHARE.items():
        rows = (county == code).to_numpy()
        for part, part_share in ((rows & ~town, share), (rows & town, 1 - share)):
            weights[part] *= part_share / max(weights[part].sum(), 1e-9)
    return weights


def apportioned(shares: Floats, total: int) -> Ints:
    """Return integers near `shares` (which sum to `total`) that sum to `total`: largest remainders."""
    floor = np.floor(shares).astype(np.int64)
    order = np.argsort(-(shares - floor), kind="stable")
    floor[order[: total - int(floor.sum())]] += 1
    return floor


def _ages(people: Ints, town: npt.NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    """Return people by age (n, 6): rows sum to `people`, columns to the city's shares."""
    child = np.where(town, 0.122, 0.101) * rng.uniform(0.88, 1.12, len(people))
    elderly = np.where(town, 0.228, 0.305) * rng.uniform(0.9, 1.1, len(people))
    total = int(people.sum())
    child *= CHILD_SHARE * total / (child @ people)
    elderly *= ELDERLY_SHARE * total / (elderly @ people)
    shares = np.column_stack([child[:, None] * _CHILD_SPLIT, 1 - child - elderly, elderly])
    exact = np.asarray(shares * people[:, None], dtype=np.float64)
    wanted = apportioned(exact.sum(axis=0), total)
    return _balanced(_rounded_rows(exact, people), wanted)


def _rounded_rows(exact: Floats, people: Ints) -> Ints:
    """Round every row to its sum, handing what is left to the columns that lag most so far."""
    whole = np.floor(exact).astype(np.int64)
    lag = np.zeros(exact.shape[1])
    for row, left in enumerate(people - whole.sum(axis=1)):
        lag += exact[row] - whole[row]
        for column in np.argsort(-lag, kind="stable")[:left]:
            whole[row, column] += 1
            lag[column] -= 1
    return whole


def _balanced(ages: Ints, wanted: Ints) -> Ints:
    """Move single persons in the largest rows until the columns have the wanted sums."""
    ages = ages.copy()
    rows = iter(np.argsort(-ages.sum(axis=1), kind="stable"))
    while (surplus := ages.sum(axis=0) - wanted).any():
        row = next(rows)
        ages[row, int(np.argmax(surplus))] -= 1
        ages[row, int(np.argmin(surplus))] += 1
    return ages
