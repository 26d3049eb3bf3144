"""What searches write on: made once, handed from search to search and from call to call."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from planner.network.compiled import I32, UNSEEN, Buckets

U64 = npt.NDArray[np.uint64]

_ROOM = 1 << 12
"""Entries of a queue beyond three for every two nodes."""

_PAIRS = 1 << 10
"""Pairs a new desk has room for; rows that are longer move to longer arrays."""

_T = TypeVar("_T")


class Desk(NamedTuple):
    """What one thread's searches write on. Between searches it is as `desk_of` made it.

    Attributes
    ----------
    cost
        int32, shape (nodes,): UNSEEN.
    touched
        int32, shape (nodes + 1,): anything.
    head
        int32, shape (buckets,): -1.
    entries
        int32, shape (room, 2): what has been queued in this search; anything.
    best
        int32, shape (targets,): UNSEEN.
    found, groups
        uint64: one bit for every target, or every node where targets lie alone at nodes; and one for every word of
        `found`: 0.
    targets, costs
        int32, of one length: rows that are being written; anything.
    """

    cost: I32
    touched: I32
    head: I32
    entries: I32
    best: I32
    found: U64
    groups: U64
    targets: I32
    costs: I32


class Shape(NamedTuple):
    """How large a desk is.

    Attributes
    ----------
    nodes, targets
        How many there are; no targets where they lie alone at nodes: these need no place of their own.
    buckets
        Length of the queue.
    """

    nodes: int
    targets: int
    buckets: int


def desk_of(shape: Shape, *, room: int = 0) -> Desk:
    """Return what one thread's searches write on; `room` for so many entries of the queue, if it must be more."""
    words = max(shape.nodes, shape.targets) // 64 + 1
    return Desk(
        cost=np.full(shape.nodes, UNSEEN, dtype=np.int32),
        touched=np.empty(shape.nodes + 1, dtype=np.int32),
        head=np.full(shape.buckets, -1, dtype=np.int32),
        entries=np.empty((max(room, shape.nodes + shape.nodes // 2 + _ROOM), 2), dtype=np.int32),
        best=np.full(shape.targets, UNSEEN, dtype=np.int32),
        found=np.zeros(words, dtype=np.uint64),
        groups=np.zeros(words // 64 + 1, dtype=np.uint64),
        targets=np.empty(_PAIRS, dtype=np.int32),
        costs=np.empty(_PAIRS, dtype=np.int32),
    )


class Desks:
    """Desks that nobody sits at, kept for who comes next: as many as ever were in use at one time, of one shape.

    Roads have them, and they go with the roads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shape: Shape | None = None
        self._free: list[Desk] = []

    def served(self, shape: Shape, work: Callable[[Desk], tuple[_T, Desk | None]]) -> _T:
        """Return what work makes at a desk, again at one with more room as long as it had too little.

        Parameters
        ----------
        shape
            Of the desk.
        work
            Returns what it made, and the desk, as it found it; or None, where there was too little room.
        """
        desk = self._taken(shape)
        while True:
            made, left = work(desk)
            if left is not None:
                self._given(shape, left)
                return made
            desk = desk_of(shape, room=2 * len(desk.entries))

    def _taken(self, shape: Shape) -> Desk:
        with self._lock:
            if self._shape == shape and self._free:
                return self._free.pop()
        return desk_of(shape)

    def _given(self, shape: Shape, desk: Desk) -> None:
        with self._lock:
            if self._shape != shape:
                self._shape, self._free = shape, []
            self._free.append(desk)


def written(desk: Desk, count: int) -> Desk:
    """Return the desk with room for as many pairs as were written now, so that they need not be moved next time."""
    if count <= len(desk.targets):
        return desk
    return desk._replace(
        targets=np.empty(count + count // 4, dtype=np.int32), costs=np.empty(count + count // 4, dtype=np.int32)
    )


def shape_of(node_count: int, target_count: int, buckets: Buckets, *, alone: bool) -> Shape:
    """Return the shape of the desk that a search needs; `alone` where targets lie alone at nodes."""
    return Shape(nodes=node_count, targets=0 if alone else target_count, buckets=buckets.length)
