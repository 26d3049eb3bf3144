"""What the compiled searches share: how they are compiled, and the tables they read.

Costs are integers, so that equal means equal. Numba compiles a search when it is first called; importing compiles
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

from planner.network.views import Arcs

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

Whole = int | np.integer[Any]
"""An integer in a compiled function."""

UNSEEN = np.int32(2**31 - 1)
"""Cost of a node or target that was not reached."""

MAX_CUTOFF = 2**31 - 2
"""Largest cutoff of a bounded search: 2,147 km, or 24 days."""

_LARGEST_QUEUE = 1 << 16

_FINENESS = 3
"""A bucket is this many powers of two narrower than the mean arc: fewer nodes are taken from it too early."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Starts(NamedTuple):
    """Where a search starts: up to two nodes per place, the ends of its edge.

    Attributes
    ----------
    node
        int32, shape (places, 2); -1 for none.
    cost
        int64, shape (places, 2): what it costs to get there from the place.
    """

    node: I32
    cost: I64


class Ends(NamedTuple):
    """Which targets hang on a node: those of node n are at ``indptr[n]:indptr[n + 1]``.

    Attributes
    ----------
    indptr, target, cost
        int64, shape (nodes + 1,); int32; int64: what it costs to get from the node to the target.
    """

    indptr: I64
    target: I32
    cost: I64


class Direct(NamedTuple):
    """Pairs that need no node because they lie on one edge: those of row r are at ``indptr[r]:indptr[r + 1]``.

    Attributes
    ----------
    indptr, other, cost
        int64; int32: the target of a place, or the place of a target; int64.
    """

    indptr: I64
    other: I32
    cost: I64


class Links(NamedTuple):
    """Arcs as the searches read them, head and cost side by side: those of node n are at ``indptr[n]:indptr[n + 1]``.

    Attributes
    ----------
    indptr, link
        int64, shape (nodes + 1,); int32, shape (arcs, 2): the node an arc leads to, and its cost.
    """

    indptr: I64
    link: I32


class Buckets(NamedTuple):
    """Shape of the bucket queue.

    Attributes
    ----------
    shift
        A bucket is ``2 ** shift`` wide.
    length
        Number of buckets, a power of two; all costs in the queue at one time lie within ``length - 1`` buckets.
    """

    shift: int
    length: int


def links_of(arcs: Arcs) -> Links:
    """Return arcs as the searches read them."""
    return Links(indptr=arcs.indptr, link=np.column_stack((arcs.heads, arcs.costs)))


def queue_of(arcs: Arcs, starts: Starts, cutoff: int, *, together: bool = False) -> Buckets:
    """Return a bucket queue that holds all costs a search can have waiting at one time.

    Parameters
    ----------
    arcs
        Where the search goes.
    starts
        One row per search, or, if they start `together`, all of one search.
    cutoff
        Largest cost that waits.
    """
    cost = starts.cost
    if together:
        held = cost[starts.node >= 0]
        spread = int(held.max(initial=0) - held.min(initial=held.max(initial=0)))
    else:
        both = (starts.node >= 0).all(axis=1)
        spread = int(np.abs(cost[both, 0] - cost[both, 1]).max(initial=0))
    widest = min(max(int(arcs.costs.max(initial=0)), spread), cutoff)
    typical = int(arcs.costs.mean()) if len(arcs.costs) else 1
    shift = max(typical.bit_length() - _FINENESS, 0)
    while (widest >> shift) + 2 > _LARGEST_QUEUE:
        shift += 1
    return Buckets(shift=shift, length=1 << ((widest >> shift) + 1).bit_length())


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile on first call, without the GIL; kept on disk where a folder can be written."""
    try:
        dispatcher = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # nowhere to keep it
        dispatcher = numba.njit(nogil=True)(function)
    return cast(Callable[_P, _R], dispatcher)


@compiled
def trimmed(links: Links, legs: Starts, arriving: bool) -> Starts:
    """Return legs without those that are never shorter, because an arc joins the two ends of the edge.

    A point at a crossing has one leg left, of no length, where it had two.

    Parameters
    ----------
    links
        The arcs of the search.
    legs
        One row per point.
    arriving
        Whether the search comes to the points by these legs; else it leaves them.
    """
    node = legs.node.copy()
    for point in range(node.shape[0]):
        for end in range(2):
            near, far = legs.node[point, end], legs.node[point, 1 - end]
            if near < 0 or far < 0 or legs.cost[point, end] >= legs.cost[point, 1 - end]:
                continue
            tail, head = (far, near) if arriving else (near, far)
            more = legs.cost[point, 1 - end] - legs.cost[point, end]
            for arc in range(links.indptr[tail], links.indptr[tail + 1]):
                if links.link[arc, 0] == head and links.link[arc, 1] <= more:
                    node[point, 1 - end] = -1
    return Starts(node=node, cost=legs.cost)
