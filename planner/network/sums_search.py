"""What lies within a cutoff of every place, added up. Compiled."""

from __future__ import annotations

import numpy as np

from planner.network.bounded_search import lowered, search
from planner.network.compiled import I64, UNSEEN, Direct, Ends, Links, Starts, Whole, compiled
from planner.network.desks import Desk


@compiled
def _add(sums: I64, row: int, values: I64, target: Whole) -> None:
    """Add the values of a target to a row of sums."""
    for column in range(values.shape[1]):
        sums[row, column] += values[target, column]


@compiled
def _add_nodes(sums: I64, row: int, values: I64, ends: Ends, desk: Desk, size: int) -> None:
    """Add the values of the targets alone at reached nodes to a row of sums, and clean the nodes."""
    for position in range(size):
        node = np.uint32(desk.touched[position])
        desk.cost[node] = UNSEEN
        if ends.alone[node] >= 0:
            _add(sums, row, values, ends.alone[node])


@compiled
def sum_rows(
    links: Links, starts: Starts, ends: Ends, direct: Direct, values: I64, cutoff: int, shift: int, desk: Desk
) -> tuple[I64, bool]:
    """Return, row by row of `starts`, the sums of the values of all targets within the cutoff.

    Parameters
    ----------
    links, starts, ends, direct, cutoff, shift, desk
        As `planner.network.bounded_search.bounded_rows`.
    values
        int64, shape (targets, columns).

    Returns
    -------
    tuple
        Sums (int64, shape (places, columns)), and whether the queue had room enough (else the desk is spoilt).
    """
    sums = np.zeros((starts.node.shape[0], values.shape[1]), dtype=np.int64)
    for row in range(starts.node.shape[0]):
        mark = -1 - row  # no cost is negative, so what is marked was counted in this row
        size = search(links, starts.node[row], starts.cost[row], cutoff, shift, desk)
        if size < 0:
            return sums, False
        if ends.alone.size:
            _add_nodes(sums, row, values, ends, desk, lowered(ends, direct, row, cutoff, desk, size))
            continue
        for pair in range(direct.indptr[row], direct.indptr[row + 1]):
            target = direct.other[pair]
            if direct.cost[pair] <= cutoff and desk.best[target] != mark:
                _add(sums, row, values, target)
                desk.best[target] = mark
        for position in range(size):
            node = np.uint32(desk.touched[position])
            left = np.int64(cutoff) - desk.cost[node]
            desk.cost[node] = UNSEEN
            for end in range(np.uint64(ends.indptr[node]), np.uint64(ends.indptr[node + np.uint32(1)])):
                target = np.uint32(ends.link[end, 0])
                if ends.link[end, 1] <= left and desk.best[target] != mark:
                    _add(sums, row, values, target)
                    desk.best[target] = mark
    if not ends.alone.size:
        desk.best[:] = UNSEEN
    return sums, True
