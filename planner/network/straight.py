"""Straight-line reach: the same tables, from planar distances."""

from __future__ import annotations

from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from planner.network.bounded import require_cutoff
from planner.network.nearest import list_length
from planner.network.reach import Nearest, Reach, ReachLabel
from planner.network.snapping import coordinates
from planner.units import MM_PER_M, lengths_mm

_SLACK_M = 0.01
"""Metres by which a search is widened, so that rounding to millimetres is decided on exact costs."""

_BLOCK = 256

Points = npt.NDArray[np.float64]


def straight_reach(
    label: ReachLabel, places: pd.DataFrame, targets: pd.DataFrame, *, cutoff: int, threads: int
) -> Reach:
    """Return all planar distances up to a cutoff.

    Parameters
    ----------
    label
        What is measured.
    places, targets
        Indexed by id, with x, y in metres of the study CRS.
    cutoff
        Largest distance held, millimetres. A pair is held when its distance, rounded to millimetres, is at most this.
    threads
        How many threads search.
    """
    require_cutoff(cutoff)
    here, there = coordinates(places), coordinates(targets)
    tree = cKDTree(there)
    blocks = (slice(first, first + _BLOCK) for first in range(0, len(here), _BLOCK))
    parts = [_rows_within(tree, here[block], there, cutoff, threads) for block in blocks]
    counts = np.concatenate([np.zeros(1, dtype=np.int64), *(part[0] for part in parts)])
    return Reach(
        label=label,
        cutoff=cutoff,
        place_ids=places.index,
        target_ids=targets.index,
        indptr=np.cumsum(counts),
        indices=np.concatenate([np.zeros(0, dtype=np.int32), *(part[1] for part in parts)]),
        costs=np.concatenate([np.zeros(0, dtype=np.int32), *(part[2] for part in parts)]),
    )


def _rows_within(
    tree: cKDTree, here: Points, there: Points, cutoff: int, threads: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    radius = cutoff / MM_PER_M + _SLACK_M
    found = np.asarray(tree.query_ball_point(here, radius, return_sorted=True, workers=threads), dtype=object)
    lists: list[list[int]] = found.tolist()
    row = np.repeat(np.arange(len(here)), [len(row) for row in lists])
    column = np.fromiter(chain.from_iterable(lists), dtype=np.int32, count=len(row))
    cost = _costs(here[row], there[column])
    kept = cost <= cutoff
    return np.bincount(row[kept], minlength=len(here)), column[kept], cost[kept].astype(np.int32)


def straight_nearest(
    label: ReachLabel, places: pd.DataFrame, targets: pd.DataFrame, *, k: int, threads: int
) -> Nearest:
    """Return the k nearest places of every target in a straight line.

    Parameters
    ----------
    label
        What is measured.
    places
        Indexed by id, ascending, with x, y in metres of the study CRS.
    targets
        Indexed by id, with x, y.
    k
        Length of the lists; as many as there are places, if these are fewer.
    threads
        How many threads search.
    """
    here, there = coordinates(places), coordinates(targets)
    kept = list_length(k, len(here))
    place = np.full((len(there), kept), -1, dtype=np.int32)
    cost = np.full((len(there), kept), -1, dtype=np.int64)
    if len(here) and len(there):
        place, cost = _nearest(cKDTree(here), here, there, kept, threads)
    return Nearest(label=label, place_ids=places.index, target_ids=targets.index, place=place, costs=cost)


def _nearest(
    tree: cKDTree, here: Points, there: Points, k: int, threads: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    asked = min(k + 4, len(here))
    _, column = tree.query(there, k=np.arange(1, asked + 1), workers=threads)
    cost = _costs(here[column], there[:, None, :])
    order = np.lexsort((column, cost), axis=1)
    column, cost = np.take_along_axis(column, order, axis=1), np.take_along_axis(cost, order, axis=1)
    if asked < len(here):  # a place that was not asked for may cost as much as the last of the list
        for row in np.flatnonzero(cost[:, -1] <= cost[:, k - 1] + 1):
            radius = cost[row, k - 1] / MM_PER_M + _SLACK_M
            near = np.array(tree.query_ball_point(there[row], radius, return_sorted=True))
            costs = _costs(here[near], there[row])
            best = np.lexsort((near, costs))[:k]
            column[row, :k], cost[row, :k] = near[best], costs[best]
    return column[:, :k].astype(np.int32), np.ascontiguousarray(cost[:, :k])


def _costs(here: Points, there: Points) -> npt.NDArray[np.int64]:
    return lengths_mm(np.hypot(here[..., 0] - there[..., 0], here[..., 1] - there[..., 1]))
