"""Roads made from a seed, as large as asked for and everywhere equally dense.

Crossings of a jittered lattice, a hundred metres apart. A minimum spanning tree joins them, short further streets bring
the number of streets to 1.32 for each crossing, as in towns; a fifth of the further streets are one-way; a few streets
of the tree are missing, so that there are islands. Streets are up to 30 % longer than the straight line.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import minimum_spanning_tree

from planner.network import Mode, RoadNetwork
from planner.network.hilbert import hilbert_order
from planner.units import lengths_mm

SPACING_M = 100.0
STREETS_PER_CROSSING = 1.32
WALK = Mode(name="walk", speed_kph={"street": 5.0}, access_speed_kph=5.0, obeys_oneway=False)
DRIVE = Mode(name="drive", speed_kph={"street": 30.0}, access_speed_kph=5.0, obeys_oneway=True)


def town(crossings: int, *, seed: int = 1) -> RoadNetwork:
    """Return roads with about so many crossings."""
    rng = np.random.default_rng(seed)
    x, y, u, v = lattice(rng, round(np.sqrt(crossings)))
    straight_m = np.hypot(x[u] - x[v], y[u] - y[v])
    kept, tree = streets(rng, len(x), u, v, straight_m)
    u, v, straight_m, tree = u[kept], v[kept], straight_m[kept], tree[kept]
    turned = rng.random(len(u)) < 0.5
    u, v = np.where(turned, v, u).astype(np.int32), np.where(turned, u, v).astype(np.int32)
    return RoadNetwork(
        crs="EPSG:4550",
        modes={"walk": WALK, "drive": DRIVE},
        classes=("street",),
        node_x=x,
        node_y=y,
        u=u,
        v=v,
        length_mm=np.maximum(lengths_mm(straight_m * rng.uniform(1.0, 1.3, len(u))), 1),
        class_code=np.zeros(len(u), dtype=np.int16),
        oneway=(~tree & (rng.random(len(u)) < 0.2)).astype(np.int8),
        barred={"walk": np.zeros(len(u), dtype=bool), "drive": np.zeros(len(u), dtype=bool)},
        offsets=np.arange(0, 2 * len(u) + 1, 2, dtype=np.int64),
        coords=np.column_stack((x[u], y[u], x[v], y[v])).reshape(-1, 2),
    )


def lattice(rng: np.random.Generator, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return crossings, numbered along a space-filling curve, and pairs of neighbours with some diagonals."""
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    shift = rng.uniform(-0.4, 0.4, (2, side * side))
    x, y = SPACING_M * (column + shift[0]), SPACING_M * (row + shift[1])
    order = hilbert_order(x, y)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    grid = number.reshape(side, side)
    pairs = ((grid[:, :-1], grid[:, 1:]), (grid[:-1], grid[1:]), (grid[:-1, :-1], grid[1:, 1:]))
    u, v = (np.concatenate([pair[end].ravel() for pair in pairs]) for end in (0, 1))
    return x[order], y[order], u, v


def streets(
    rng: np.random.Generator, count: int, u: np.ndarray, v: np.ndarray, length: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return which pairs become streets, and which of all belong to the tree that joins them."""
    number = sp.coo_array((length + 1e-3, (u, v)), shape=(count, count)).tocsr()
    joined = minimum_spanning_tree(number).tocoo()
    in_tree = np.isin(u * count + v, joined.row.astype(np.int64) * count + joined.col)
    kept = in_tree & (rng.random(len(u)) >= 0.002)
    score = length * rng.uniform(0.3, 1.7, len(u))
    score[in_tree] = np.inf
    more = round(STREETS_PER_CROSSING * count) - int(kept.sum())
    kept[np.argpartition(score, more)[:more]] = True
    return kept, in_tree
