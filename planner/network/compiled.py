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

_FINENESS = 2
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
    indptr, link
        int32, shape (nodes + 1,); int32, shape (ends, 2): the target, and what it costs to get there from the node (at
        most `UNSEEN`, which is beyond every cutoff).
    alone
        int32, shape (nodes,): where every target lies at a node, no two at the same, in ascending order of the nodes:
        the target at each node, -1 for none. Shape (0,) where they lie otherwise.
    spot
        int32, shape (targets,): the node of each target, -1 for none, where they lie so; else shape (0,).
    """

    indptr: I32
    link: I32
    alone: I32
    spot: I32


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
        int32 (int64 in hierarchies), shape (nodes + 1,); int32, shape (arcs, 2): the node an arc leads to, its cost.
        A node from which no arc leads on, but back to where the arc came from, is written as its complement (``~node``,
        below 0): no search has to go there to go on.
    """

    indptr: I32 | I64
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


class Span(NamedTuple):
    """The longest arc and the mean of all, in whole millimetres or milliseconds."""

    longest: int
    mean: int


def links_of(arcs: Arcs) -> Links:
    """Return arcs as the searches read them."""
    heads = np.where(_ends_there(arcs), ~arcs.heads, arcs.heads)
    return Links(indptr=arcs.indptr.astype(np.int32), link=np.column_stack((heads, arcs.costs)))


def _ends_there(arcs: Arcs) -> npt.NDArray[np.bool_]:
    """Return whether an arc leads to a node from which no arc leads on, but back."""
    degree = np.diff(arcs.indptr)
    tails = np.repeat(np.arange(len(degree), dtype=np.int32), degree)
    only = np.full(len(degree), -1, dtype=np.int32)
    only[tails] = arcs.heads
    forked = np.zeros(len(degree), dtype=bool)
    forked[tails[arcs.heads != only[tails]]] = True
    there = only[arcs.heads]
    ends: npt.NDArray[np.bool_] = ((there == tails) | (there < 0)) & ~forked[arcs.heads]
    return ends


def span_of(arcs: Arcs) -> Span:
    """Return the longest arc and the mean of all."""
    mean = int(arcs.costs.mean()) if len(arcs.costs) else 1
    return Span(longest=int(arcs.costs.max(initial=0)), mean=mean)


def queue_of(span: Span, starts: Starts, cutoff: int, *, together: bool = False) -> Buckets:
    """Return a bucket queue that holds all costs a search can have waiting at one time.

    Parameters
    ----------
    span
        Of the arcs that are searched.
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
    widest = min(max(span.longest, spread), cutoff)
    shift = max(span.mean.bit_length() - _FINENESS, 0)
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
                leads_to = links.link[arc, 0]
                if max(leads_to, ~leads_to) == head and links.link[arc, 1] <= more:
                    node[point, 1 - end] = -1
    return Starts(node=node, cost=legs.cost)
