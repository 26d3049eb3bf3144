"""What restrictions forbid, in ends of edges: turns at one node, and sequences of edges.

An end is twice the number of its edge, plus 1 for the end at v; whoever comes off an edge at an end has travelled it
from the other one. A sequence is the ends at which one comes off one edge after the other, and then the end by which
one may not go on: where that is all at one node it is a turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.restrictions import Restriction

I32 = npt.NDArray[np.int32]
Sequence = tuple[int, ...]

_MOST_PATHS = 64
"""Paths along the ways of one restriction that are looked at: beyond that it is not clear which is meant."""


class Ends(NamedTuple):
    """Ends of edges, as restrictions see them.

    Attributes
    ----------
    at
        int32, shape (2 * edges,): the node of each end.
    way
        int64, shape (edges,): number of the way of each edge.
    may_arrive, may_depart
        bool, shape (2 * edges,): whether one may come off the edge there, and go on it.
    """

    at: I32
    way: npt.NDArray[np.int64]
    may_arrive: npt.NDArray[np.bool_]
    may_depart: npt.NDArray[np.bool_]


def forbidden_sequences(
    restrictions: Iterable[Restriction], node_of: I32, ends: Ends
) -> tuple[set[Sequence], int]:  # fmt: skip
    """Return the sequences that restrictions forbid, and how many restrictions cannot be applied.

    A restriction that names a way which passes through the node, instead of ending there, applies where only one of its
    two arms can be meant: that on which the mode may come, or go on. To turn round on the way one came by names both.

    One by way of ways speaks of who comes from the first way and travels those ways, one after the other, to where the
    last way goes on. If it is an ``only``, nothing else may follow on that; to leave these ways before, or not to take
    them, stays free. It applies where exactly one path along them can be meant; if several can, that along whole ways.

    Parameters
    ----------
    restrictions
        Of one mode.
    node_of
        Node by vertex.
    ends
        Ends of all edges, and what the mode may do there.
    """
    arms = _Arms(ends)
    found: set[Sequence] = set()
    left_out = 0
    for one in restrictions:
        for here, there in product(one.here, one.there):
            if one.ways:
                meant, is_clear = arms.by_ways(here, one.ways, there, only=one.only)
            else:
                meant, is_clear = arms.at_node(int(node_of[one.via]), here, there, only=one.only)
            left_out += not is_clear
            found |= arms.all_but(meant) if one.only else meant
    return found, left_out


def as_table(sequences: Iterable[Sequence]) -> I32:
    """Return sequences as rows, sorted, the shorter ones followed by -1: int32, shape (sequences, longest)."""
    rows = sorted(sequences)
    table = np.full((len(rows), max(map(len, rows), default=2)), -1, dtype=np.int32)
    for row, sequence in zip(table, rows, strict=True):
        row[: len(sequence)] = sequence
    return table


def tables_of(sequences: Mapping[str, set[Sequence]], *, at_one_node: bool) -> dict[str, I32]:
    """Return by mode the table of those that are turns at one node, or of the others; nothing of modes without any."""
    chosen = {mode: {one for one in some if (len(one) == 2) == at_one_node} for mode, some in sequences.items()}
    return {mode: as_table(some) for mode, some in chosen.items() if some}


class _Arms:
    """Ends by their node, and edges by their way."""

    def __init__(self, ends: Ends) -> None:
        self.ends = ends
        self.order = np.argsort(ends.at, kind="stable")
        self.first = np.searchsorted(ends.at[self.order], np.arange(int(ends.at.max(initial=-1)) + 2))
        self.by_way = np.argsort(ends.way, kind="stable")
        self.ways = ends.way[self.by_way]

    def around(self, node: int) -> npt.NDArray[np.int64]:
        """Return the ends at a node."""
        return self.order[self.first[node] : self.first[node + 1]]

    def edges(self, way: int) -> list[int]:
        """Return the edges of a way."""
        first, past = np.searchsorted(self.ways, [way, way + 1])
        return [int(edge) for edge in self.by_way[first:past]]

    def all_but(self, meant: set[Sequence]) -> set[Sequence]:
        """Return what may not follow where only these may."""
        to = {(sequence[:-1], sequence[-1]) for sequence in meant}
        others = ((before, int(end)) for before, go in to for end in self.around(int(self.ends.at[go])))
        return {(*before, end) for before, end in others if (before, end) not in to}

    def at_node(self, node: int, here: int, there: int, *, only: bool) -> tuple[set[Sequence], bool]:
        """Return the turns from one way to another at a node, and whether it is clear which are meant."""
        around, ends = self.around(node), self.ends
        come, go = (around[ends.way[around // 2] == way] for way in (here, there))
        arriving, departing = come[ends.may_arrive[come]], go[ends.may_depart[go]]
        if here == there and len(arriving):
            return {(int(end), int(end)) for end in come}, True
        if len(arriving) == 1 and len(departing) == 1:
            return {(int(arriving[0]), int(departing[0]))}, True
        return set(), bool(len(come) and len(go)) and (not len(arriving) or not (only or len(departing)))

    def by_ways(self, here: int, ways: Sequence, there: int, *, only: bool) -> tuple[set[Sequence], bool]:
        """Return the sequence from one way by way of others to another, and whether it is clear which is meant."""
        orders = (ways, ways[::-1])  # members need not be in the order in which they are travelled
        ways = next((order for order in orders if any(self._paths(here, order, there, permitted=False))), ())
        open_ = list(self._paths(here, ways, there, permitted=True)) if ways else []
        wanted = sum(len(self.edges(way)) for way in set(ways))
        whole = [path for path in open_ if len(path) == wanted + 2]
        chosen = whole if len(whole) == 1 else open_
        if len(chosen) == 1:
            return set(chosen), True
        return set(), bool(ways) and not chosen and not only  # one-way streets and access forbid it anyway

    def _paths(self, here: int, ways: Sequence, there: int, *, permitted: bool) -> Iterator[Sequence]:
        """Yield the sequences from way to way, no edge twice, that the mode may travel or anybody could."""
        ends, found = self.ends, 0
        edges = [set(self.edges(way)) for way in ways]
        inner = set().union(*edges)
        starts = {int(ends.at[end]) for edge in edges[0] for end in (2 * edge, 2 * edge + 1)}
        waiting: list[tuple[Sequence, int]] = [
            ((int(end),), 0)
            for node in sorted(starts)
            for end in self.around(node)
            if ends.way[end // 2] == here and int(end) // 2 not in inner and (ends.may_arrive[end] or not permitted)
        ]
        while waiting and found < _MOST_PATHS:
            path, place = waiting.pop()
            for end in map(int, self.around(int(ends.at[path[-1]]))):
                edge = end // 2
                if not (ends.may_depart[end] or not permitted) or any(edge == gone // 2 for gone in path):
                    continue
                if len(path) > 1 and place + 1 == len(ways) and ends.way[edge] == there and edge not in inner:
                    found += 1
                    yield (*path, end)
                if edge in edges[place]:
                    waiting.append(((*path, end ^ 1), place))
                elif len(path) > 1 and place + 1 < len(ways) and edge in edges[place + 1]:
                    waiting.append(((*path, end ^ 1), place + 1))
