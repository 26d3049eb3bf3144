"""Forbidden sequences of edges: an edge in the middle of one becomes one lane more per way to have come there.

Villeneuve, D., & Desaulniers, G. (2005). The shortest path problem with forbidden paths. European Journal of
Operational Research 165, 97-107: the states are the beginnings of forbidden sequences, and a step leads to the longest
beginning that the way so far ends with (Aho, A. V., & Corasick, M. J. (1975). Communications of the ACM 18, 333-340).
Every other edge stays one lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.graph import BACKWARD, FORWARD, RoadNetwork
from planner.network.turns import I32, Turning, permitted_turns

Way = tuple[int, ...]
"""Ends at which one has come off one edge after the other."""


class Sequenced(NamedTuple):
    """What sequences add; as in `planner.network.lanes.Lanes`.

    Attributes
    ----------
    edge, start, leave
        Of the lanes that are added.
    first
        int32, shape (edges, 2): `start` of the edges themselves.
    node, tail, head
        Of all states and links.
    """

    edge: I32
    start: I32
    leave: I32
    first: I32
    node: I32
    tail: I32
    head: I32


def live_sequences(network: RoadNetwork, mode: str, ends: I32) -> I32:
    """Return the forbidden sequences whose edges between the first and the last the mode may travel.

    Rows of `RoadRules.sequences`. Whether it may travel the first and the last one does not count: a point at the very
    end of an edge is at the node there, in whichever direction the edge may be travelled.

    Parameters
    ----------
    network, mode
        Roads and one of their modes.
    ends
        int32, shape (edges, 2): nodes at u and v, -1 where nothing goes on.
    """
    table = network.rules.sequences.get(mode, np.zeros((0, 3), dtype=np.int32))
    if not len(table):
        return table
    bits, held = network.permitted(mode), table >= 0
    outer = held & ~np.column_stack((held[:, 1:], np.zeros(len(table), dtype=bool)))
    outer[:, 0] = True
    open_ = outer | ((bits[table // 2] & np.where(table % 2 == 1, FORWARD, BACKWARD)) > 0)
    live = ((open_ & (ends.ravel()[table] >= 0)) | ~held).all(axis=1)
    return np.asarray(table[live])


def sequenced(network: RoadNetwork, mode: str, turns: Turning, table: I32) -> Sequenced:
    """Return the lanes, states and links by which sequences are forbidden.

    Who goes on an edge in the middle of a sequence comes onto the lane of what lies behind. Points on it are come to
    from any: the state that leads to them (`enter`) leads nowhere else, and the edge itself is begun at another one.

    Parameters
    ----------
    network, mode
        Roads and one of their modes.
    turns
        Its states and links without sequences.
    table
        Of the sequences that count (`live_sequences`), one or more.
    """
    forbidden = {tuple(int(end) for end in row[row >= 0]) for row in table}
    inner = sorted({way[:size] for way in forbidden for size in range(2, len(way))})
    count, after = len(turns.node), len(turns.node) + 2 * len(inner)
    began = {way: count + 2 * number for number, way in enumerate(inner)}
    gates = sorted({way[-1] ^ 1 for way in inner})
    gate = {end: after + number for number, end in enumerate(gates)}
    enter = turns.enter.ravel()
    at = np.where(enter >= 0, turns.node[enter], -1)
    first = enter.copy()
    first[gates] = [gate[end] for end in gates]

    def onto(way: Way, depart: int) -> int:
        """Return the state from which one goes on by an end, having come this way."""
        longer = (*way, depart ^ 1)
        known = (longer[skip:] for skip in range(len(longer) - 1) if longer[skip:] in began)
        found = next(known, None)
        return int(first[depart]) if found is None else began[found]

    come = {int(way[0]) for way in inner}
    head = first[turns.depart].astype(np.int32)
    for link in np.flatnonzero(np.isin(turns.arrive, sorted(come))):
        head[link] = onto((int(turns.arrive[link]),), int(turns.depart[link]))
    links = [(state, int(enter[end])) for end, state in gate.items()]
    for way, state in began.items():
        links.append((state, int(enter[way[-1] ^ 1])))
        links.extend((state + 1, onto(way, end)) for end in _ways_on(network, mode, way, at, enter, forbidden))
    more = np.array(links, dtype=np.int32).reshape(-1, 2)
    lanes = np.array([way[-1] for way in inner], dtype=np.int64)
    start, leave = (np.full((len(inner), 2), -1, dtype=np.int32) for _ in range(2))
    row, states = np.arange(len(inner)), np.array([began[way] for way in inner], dtype=np.int32)
    start[row, 1 - lanes % 2], leave[row, lanes % 2] = states, states + 1
    of_lanes = np.column_stack((at[lanes ^ 1], at[lanes])).ravel()
    return Sequenced(
        edge=(lanes // 2).astype(np.int32),
        start=start,
        leave=leave,
        first=first.reshape(-1, 2),
        node=np.concatenate((turns.node, of_lanes, at[gates])).astype(np.int32),
        tail=np.concatenate((turns.tail, more[:, 0])).astype(np.int32),
        head=np.concatenate((head, more[:, 1])).astype(np.int32),
    )


def _ways_on(
    network: RoadNetwork,
    mode: str,
    way: Way,
    at: npt.NDArray[np.int32],
    enter: npt.NDArray[np.int32],
    forbidden: set[Way],
) -> Sequence[int]:
    """Return the ends by which one may go on, having come this way."""
    depart = np.flatnonzero((at == at[way[-1]]) & (enter >= network.node_count))
    endings = [way[skip:] for skip in range(len(way))]
    banned = np.array([any((*ending, int(end)) in forbidden for ending in endings) for end in depart], dtype=bool)
    arrive = np.full(len(depart), way[-1], dtype=np.int64)
    kept = permitted_turns(network, mode, arrive, depart, banned)
    return [int(end) for end in depart[kept]]
