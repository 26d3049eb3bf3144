"""Bounded reach: from every place, all targets up to a cutoff."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import NetworkError, fault
from planner.network.blocks import blocks_of, in_order
from planner.network.bounded_search import bounded_rows
from planner.network.compiled import MAX_CUTOFF, Buckets, Direct, Ends, Links, Starts, queue_of
from planner.network.desks import Desk, Desks, Shape, shape_of, written
from planner.network.landing import Landing, landing_of, starts_of
from planner.network.legs import Roads, direct_pairs
from planner.network.reach import Reach, ReachLabel
from planner.network.snapping import Attachments

_BLOCK = 64
"""Places per task of a thread. A constant: what a thread gets must not depend on how many there are."""

_FAR_BLOCK = 2_000
"""Places per task of an executor of the caller's: the roads travel with each task."""

_AHEAD = 16
"""Blocks that may be finished and not yet taken."""

Part = tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]
"""Some rows of a reach: number of targets in each row, targets, costs."""


class BoundedWork(NamedTuple):
    """A bounded search made ready: all that its rows are computed from.

    Attributes
    ----------
    links
        Arcs leading away from the places.
    starts, direct
        One row per place.
    legs, ends
        The targets, by target and by node.
    cutoff
        Largest cost held.
    buckets
        Shape of the queue.
    """

    links: Links
    starts: Starts
    direct: Direct
    legs: Starts
    ends: Ends
    cutoff: int
    buckets: Buckets

    @property
    def shape(self) -> Shape:
        """Of the desks that the search needs."""
        return shape_of(
            len(self.links.indptr) - 1, len(self.legs.node), self.buckets, alone=bool(len(self.ends.alone))
        )  # fmt: skip

    def taken(self, block: slice) -> BoundedWork:
        """Return the work for some of the places."""
        direct = Direct(self.direct.indptr[block.start : block.stop + 1], self.direct.other, self.direct.cost)
        return self._replace(starts=Starts(self.starts.node[block], self.starts.cost[block]), direct=direct)


def bounded_reach(
    label: ReachLabel,
    roads: Roads,
    places: Attachments,
    targets: Attachments,
    *,
    cutoff: int,
    threads: int = 1,
    executor: Executor | None = None,
    landing: Landing | None = None,
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
        How many threads search, where no executor is given.
    executor
        Computes blocks of places instead: of processes, or of a cluster. It stays open.
    landing
        The targets made ready, where they are.

    Raises
    ------
    NetworkError
        If the cutoff is negative or does not fit into 32 bits.
    """
    work = bounded_work(roads, places, targets, cutoff, landing=landing)
    parts = list(bounded_parts(work, roads.desks, threads=threads, executor=executor))
    return joined(label, places.ids, targets.ids, cutoff, parts)


def bounded_work(
    roads: Roads, places: Attachments, targets: Attachments, cutoff: int, *, landing: Landing | None = None
) -> BoundedWork:
    """Return a bounded search made ready.

    Raises
    ------
    NetworkError
        If the cutoff is negative or does not fit into 32 bits.
    """
    require_cutoff(cutoff)
    landing = landing or landing_of(roads, targets)
    links, legs, ends, along, span = landing
    starts = starts_of(roads, links, places)
    direct = direct_pairs(roads, places, targets, along=along)
    return BoundedWork(links, starts, direct, legs, ends, cutoff, queue_of(span, starts, cutoff))


def bounded_parts(work: BoundedWork, desks: Desks, *, threads: int, executor: Executor | None) -> Iterator[Part]:
    """Yield the rows of all places, block after block.

    Parameters
    ----------
    work
        What is searched.
    desks
        What the threads here write on.
    threads, executor
        As in `bounded_reach`.
    """
    count = len(work.starts.node)
    if executor is not None:
        yield from in_order(
            lambda block: executor.submit(rows_alone, work.taken(block)), blocks_of(count, _FAR_BLOCK), ahead=_AHEAD
        )
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        yield from in_order(
            lambda block: pool.submit(_rows, work.taken(block), desks), blocks_of(count, _BLOCK), ahead=_AHEAD * threads
        )


def rows_alone(work: BoundedWork) -> Part:
    """Return the rows of all places of a piece of work: what a process or a cluster's worker is sent to do."""
    return _rows(work, Desks())


def _rows(work: BoundedWork, desks: Desks) -> Part:
    """Return the rows of all places of a piece of work."""
    links, starts, direct, legs, ends, cutoff, buckets = work

    def at(desk: Desk) -> tuple[Part, Desk | None]:
        part = bounded_rows(links, starts, legs, ends, direct, cutoff, buckets.shift, desk)
        spoilt = len(part[0]) > 0 and part[0][0] < 0
        return part, None if spoilt else written(desk, len(part[1]))

    return desks.served(work.shape, at)


def joined(label: ReachLabel, place_ids: pd.Index, target_ids: pd.Index, cutoff: int, parts: list[Part]) -> Reach:
    """Return the reach that has these rows, and empty the list: the rows are not held twice."""
    counts = np.concatenate([np.zeros(1, dtype=np.int64), *(part[0] for part in parts)])
    indices = np.concatenate([np.zeros(0, dtype=np.int32), *(part[1] for part in parts)])
    only_costs = [part[2] for part in parts]
    parts.clear()
    return Reach(
        label=label,
        cutoff=cutoff,
        place_ids=place_ids,
        target_ids=target_ids,
        indptr=np.cumsum(counts),
        indices=indices,
        costs=np.concatenate([np.zeros(0, dtype=np.int32), *only_costs]),
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
