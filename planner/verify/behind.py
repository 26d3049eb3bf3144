"""Turns that depend on what lies behind: restrictions by way of ways, as lists of ends of edges.

A road is held once more for every way to have come onto it that forbids something later on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from planner.verify.told import Turn

End = tuple[int, int]
"""A lane and which end of it: 0 at the tail, 1 at the head."""

Way = tuple[End, ...]
"""Ends at which roads were left, one after the other."""


def long_turns(
    turns: list[Turn], ends: npt.NDArray[np.int64], way: npt.NDArray[np.int64], open_to: npt.NDArray[np.bool_]
) -> set[Way]:
    """Return what restrictions by way of ways forbid: where roads are left, and last where one may not go on.

    Parameters
    ----------
    turns
        Restrictions of a mode; those at one node are passed over.
    ends, way, open_to
        Of every edge: its nodes; number of its way; whether it may be travelled forward and backward.
    """
    asked = {number for turn in turns for number in turn.by}
    if not asked:
        return set()
    about: dict[int, list[End]] = defaultdict(list)
    parts: dict[int, set[int]] = {number: set(np.flatnonzero(way == number).tolist()) for number in asked}
    near = {int(node) for some in parts.values() for edge in some for node in ends[edge]}
    for edge, end in np.argwhere(np.isin(ends, sorted(near))).tolist():
        about[int(ends[edge, end])].append((edge, end))
    search = _Search(ends, way, open_to, about, parts)
    banned: set[Way] = set()
    for turn in turns:
        for here in turn.here if turn.by else ():
            for there in turn.there:
                meant = search.meant(here, turn.by, there)
                if meant and turn.only:
                    node = int(ends[meant[-1]])
                    banned |= {(*meant[:-1], end) for end in about[node] if end != meant[-1]}
                elif meant:
                    banned.add(meant)
    return banned


class _Search:
    """Finds the one path that a restriction can mean."""

    def __init__(
        self,
        ends: npt.NDArray[np.int64],
        way: npt.NDArray[np.int64],
        open_to: npt.NDArray[np.bool_],
        about: dict[int, list[End]],
        parts: dict[int, set[int]],
    ) -> None:
        self.ends, self.way, self.open_to, self.about, self.parts = ends, way, open_to, about, parts

    def meant(self, here: int, by: tuple[int, ...], there: int) -> Way:
        """Return the only path, or the only one along the whole of all ways; () where there is no such."""
        if not list(self.paths(here, by, there, anybody=True)):
            by = by[::-1]
        paths = list(self.paths(here, by, there, anybody=False))
        size = len(set().union(*(self.parts[number] for number in by)))
        whole = [path for path in paths if len(path) - 2 == size]
        few = whole if len(whole) == 1 else paths
        return few[0] if len(few) == 1 else ()

    def paths(self, here: int, by: tuple[int, ...], there: int, *, anybody: bool) -> Iterator[Way]:
        """Yield every path from a way along others, all of them used, to a way."""
        within = set().union(*(self.parts[number] for number in by))
        first = {int(node) for edge in self.parts[by[0]] for node in self.ends[edge]}
        for node in sorted(first):
            for edge, end in self.about[node]:
                if self.way[edge] == here and edge not in within and (anybody or self.open_to[edge, 1 - end]):
                    yield from self._on(((edge, end),), by, there, within, anybody=anybody)

    def _on(
        self, path: Way, by: tuple[int, ...], there: int, within: set[int], *, anybody: bool, used: int = 0
    ) -> Iterator[Way]:
        """Yield the paths that begin with this one, which has got to a number of the ways."""
        gone = {edge for edge, _ in path}
        for edge, end in self.about[int(self.ends[path[-1]])]:
            if edge in gone or not (anybody or self.open_to[edge, end]):
                continue
            if used == len(by) and self.way[edge] == there and edge not in within:
                yield (*path, (edge, end))
            on = next((n for n in (used, used + 1) if 0 < n <= len(by) and edge in self.parts[by[n - 1]]), 0)
            if on:
                longer = (*path, (edge, 1 - end))
                yield from self._on(longer, by, there, within, anybody=anybody, used=on)


class Behind:
    """What of the way so far counts, and the vertices of roads that are held once more for it.

    Parameters
    ----------
    forbidden
        As `long_turns` returns them.
    size
        Number of vertices so far.
    """

    def __init__(self, forbidden: set[Way], size: int) -> None:
        self.forbidden = forbidden
        self.beginnings = {way[:count] for way in forbidden for count in range(2, len(way))}
        self.held: dict[Way, tuple[int, int]] = {}
        self.size = size

    def forbids(self, way: Way, go: End) -> bool:
        """Return whether one may not go on by an end after this way."""
        return any((*way[count:], go) in self.forbidden for count in range(len(way)))

    def counting(self, way: Way) -> Way:
        """Return the longest end of a way with which something forbidden begins, or its last road."""
        return next((way[count:] for count in range(len(way) - 1) if way[count:] in self.beginnings), way[-1:])

    def vertices(self, way: Way) -> tuple[int, int]:
        """Return the vertices at which the last road of a way is gone on and come off."""
        if way not in self.held:
            self.held[way] = (self.size, self.size + 1)
            self.size += 2
        return self.held[way]
