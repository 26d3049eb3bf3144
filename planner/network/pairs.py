"""Pairs: from place i to target i, time and distance at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import NetworkError, fault
from planner.network.blocks import blocks_of, in_order
from planner.network.bounded import require_cutoff
from planner.network.compiled import MAX_CUTOFF, Starts, queue_of
from planner.network.graph import BACKWARD, FORWARD
from planner.network.legs import access_costs
from planner.network.reasons import REASONS, reasons_of
from planner.network.router import Points, Router
from planner.network.snapping import Attachments
from planner.network.trace_search import NO_LABEL, trace_desk, trace_pairs
from planner.network.two_costs import LOW, Traced, arriving_both, leaving_both, other_kind, traced
from planner.units import MM_PER_M

_BLOCK = 32
"""Places per task."""


def pairs(router: Router, places: Points, targets: Points, *, cutoff: int | None = None) -> pd.DataFrame:
    """Return the cost between place i and target i, for every i, by both costs at once.

    The path is the one that costs least by the router's cost kind, and of equally good ones the one that costs least by
    the other: the distance given with a travel time is that of the quickest path. Places that attach at the same spot
    are searched from once.

    Parameters
    ----------
    router
        Roads by mode, cost and direction.
    places, targets
        As many of the one as of the other.
    cutoff
        Largest cost that is looked for, millimetres or milliseconds; `MAX_CUTOFF` where it is not given.

    Returns
    -------
    pandas.DataFrame
        One row per pair: place_id, target_id, distance_m, travel_time_s (NaN where there is no path up to the cutoff)
        and reason, one of `planner.network.reasons.REASONS` ("reached" where there is a path).

    Raises
    ------
    NetworkError
        If there are more places than targets, or fewer, or the cutoff is not possible.
    """
    limit = MAX_CUTOFF if cutoff is None else cutoff
    require_cutoff(limit)
    here, there = router.attach(places), router.attach(targets)
    if len(here.ids) != len(there.ids):
        found = f"{len(here.ids)} and {len(there.ids)}"
        raise NetworkError(fault("as many places as targets", found, "give both the same rows"))
    labels = _labels(traced(router.roads, router.network.length_mm), here, there, limit, router.settings.thread_count)
    return _table(router, here, there, labels, limit)


def _table(
    router: Router, here: Attachments, there: Attachments, labels: npt.NDArray[np.int64], limit: int
) -> pd.DataFrame:  # fmt: skip
    reached = labels != NO_LABEL
    costs = {
        router.key.cost_kind: np.where(reached, (labels >> 32) / MM_PER_M, np.nan),
        other_kind(router.key.cost_kind): np.where(reached, (labels & LOW) / MM_PER_M, np.nan),
    }
    reason = np.where(reached, 0, reasons_of(here, there, unbounded=limit == MAX_CUTOFF))
    return pd.DataFrame(
        {
            "place_id": here.ids.to_numpy(),
            "target_id": there.ids.to_numpy(),
            "distance_m": costs["distance_m"],
            "travel_time_s": costs["travel_time_s"],
            "reason": pd.array(np.array(REASONS, dtype=object)[reason], dtype="str"),
        }
    )


def _labels(
    roads: Traced, here: Attachments, there: Attachments, limit: int, threads: int
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Return the label of every pair."""
    leaves = leaving_both(roads, here)
    arrives = arriving_both(roads, there)
    direct = along_one_edge(roads, here, there)
    spots = np.column_stack((here.edge.astype(np.int64), here.along_mm, here.access_mm))
    _, first, group = np.unique(spots, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    rows = np.searchsorted(group.ravel()[order], np.arange(len(first) + 1))
    starts = Starts(leaves.node[first], leaves.cost[first])
    search = _searcher(roads, starts, Starts(arrives.node[order], arrives.cost[order]), rows, direct[order], limit)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        parts = list(in_order(lambda b: pool.submit(search, b), blocks_of(len(first), _BLOCK), ahead=4 * threads))
    labels = np.empty(len(order), dtype=np.int64)
    labels[order] = np.concatenate([np.zeros(0, dtype=np.int64), *parts])
    return labels


def _searcher(
    roads: Traced,
    starts: Starts,
    ends: Starts,
    rows: npt.NDArray[np.int64],
    direct: npt.NDArray[np.int64],
    limit: int,
) -> Callable[[slice], npt.NDArray[np.int64]]:
    queue = queue_of(roads.roads.span, Starts(starts.node, starts.cost >> 32), limit)
    nodes = len(roads.links.indptr) - 1

    def search(block: slice) -> npt.NDArray[np.int64]:
        pair = slice(rows[block.start], rows[block.stop])
        some, there = Starts(starts.node[block], starts.cost[block]), Starts(ends.node[pair], ends.cost[pair])
        own = rows[block.start : block.stop + 1] - rows[block.start]
        room, enough = nodes + 1024, False
        while not enough:
            desk = trace_desk(nodes, queue.length, room=room)
            found, enough = trace_pairs(roads.links, some, there, own, direct[pair], limit, queue.shift, desk)
            room *= 2
        return found

    return search


def along_one_edge(roads: Traced, here: Attachments, there: Attachments) -> npt.NDArray[np.int64]:
    """Return the label of place i and target i along the edge that both lie on; `NO_LABEL` where there is none."""
    labels = np.full(len(here.ids), NO_LABEL, dtype=np.int64)
    both = np.flatnonzero((here.edge >= 0) & (here.edge == there.edge))
    edge, ahead = here.edge[both], there.along_mm[both] - here.along_mm[both]
    bits = roads.roads.permitted[edge]
    open_ = (ahead == 0) | ((ahead > 0) & ((bits & FORWARD) > 0)) | ((ahead < 0) & ((bits & BACKWARD) > 0))
    cost, more = (
        access_costs(side, here)[both]
        + access_costs(side, there)[both]
        + side.costs_of(np.abs(ahead), edge, backward=ahead < 0)
        for side in (roads.roads, roads.other)
    )
    labels[both[open_]] = ((cost << 32) | more)[open_]
    return labels
