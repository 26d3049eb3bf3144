"""Bounded reach: from every place, all targets up to a cutoff."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError, fault
from planner.network.bounded_search import bounded_rows
from planner.network.compiled import MAX_CUTOFF, Buckets, Direct, Starts
from planner.network.legs import Roads, arriving, direct_pairs, hanging, leaving
from planner.network.reach import Reach, ReachLabel
from planner.network.snapping import Attachments
from planner.network.views import Arcs

_BLOCK = 64
"""Places per task. A constant: what a thread gets must not depend on how many there are."""

_LARGEST_QUEUE = 1 << 16


def bounded_reach(
    label: ReachLabel, roads: Roads, places: Attachments, targets: Attachments, *, cutoff: int, threads: int
) -> Reach:
    """Return all costs up to a cutoff, access legs included.

    Parameters
    ----------
    label
        What is measured.
    roads
        The network by the label's mode, cost and direction.
    places, targets
        How they attach to it; their ids label rows and columns.
    cutoff
        Largest cost held; millimetres or milliseconds.
    threads
        How many threads search.

    Raises
    ------
    NetworkError
        If the cutoff is negative or does not fit into 32 bits.
    """
    require_cutoff(cutoff)
    starts = leaving(roads, places)
    legs = arriving(roads, targets)
    ends = hanging(legs, len(roads.arcs.indptr) - 1)
    direct, _ = direct_pairs(roads, places, targets)
    buckets = queue_of(roads.arcs, starts, cutoff)
    blocks = [slice(first, first + _BLOCK) for first in range(0, len(places.ids), _BLOCK)]

    def search(block: slice) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        rows = Starts(node=starts.node[block], cost=starts.cost[block])
        own = Direct(indptr=direct.indptr[block.start : block.stop + 1], other=direct.other, cost=direct.cost)
        return bounded_rows(roads.arcs, rows, legs, ends, own, cutoff, buckets)

    with ThreadPoolExecutor(max_workers=threads) as executor:
        parts = list(executor.map(search, blocks))
    counts = np.concatenate([np.zeros(1, dtype=np.int64), *(part[0] for part in parts)])
    return Reach(
        label=label,
        cutoff=cutoff,
        place_ids=places.ids,
        target_ids=targets.ids,
        indptr=np.cumsum(counts),
        indices=np.concatenate([np.zeros(0, dtype=np.int32), *(part[1] for part in parts)]),
        costs=np.concatenate([np.zeros(0, dtype=np.int32), *(part[2] for part in parts)]),
    )


def require_cutoff(cutoff: int) -> None:
    """Check a cutoff.

    Raises
    ------
    NetworkError
        If it is negative or does not fit into 32 bits.
    """
    if not 0 <= cutoff <= MAX_CUTOFF:
        do = "use the nearest places, which have no cutoff"
        raise NetworkError(fault("a cutoff from 0 to 2,147 km or 24 days", f"{cutoff} mm or ms", do))


def queue_of(arcs: Arcs, starts: Starts, cutoff: int) -> Buckets:
    """Return a bucket queue that holds all costs a search can have waiting at one time."""
    both = (starts.node >= 0).all(axis=1)
    spread = int(np.abs(starts.cost[both, 0] - starts.cost[both, 1]).max(initial=0))
    widest = min(max(int(arcs.costs.max(initial=0)), spread), cutoff)
    typical = int(arcs.costs.mean()) if len(arcs.costs) else 1
    shift = max(typical.bit_length() - 1, 0)
    while (widest >> shift) + 2 > _LARGEST_QUEUE:
        shift += 1
    return Buckets(shift=shift, length=1 << ((widest >> shift) + 1).bit_length())
