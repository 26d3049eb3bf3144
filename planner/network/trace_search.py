"""Shortest paths themselves: from one place, with the arc by which each node is reached. Compiled.

A label packs two costs into one integer: the one that is minimised in the upper half, the other in the lower. So the
quickest path is found, and of equally quick ones the shortest (or the other way about), and both costs are exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from planner.network.compiled import I32, I64, Starts, Whole, compiled

NO_LABEL = np.int64(2**63 - 1)

_LABEL, _NODE_NEXT = 0, 1
_LOW = np.int64(0xFFFFFFFF)


class TwoCosts(NamedTuple):
    """Arcs with both costs: those of node n are at ``indptr[n]:indptr[n + 1]``.

    Attributes
    ----------
    indptr, heads
        int64; int32: the node each arc leads to.
    costs
        int64: the cost that is minimised, times 2 ** 32, plus the other.
    """

    indptr: I64
    heads: I32
    costs: I64


class TraceDesk(NamedTuple):
    """What a search writes on.

    Attributes
    ----------
    label
        int64, shape (nodes,): both costs; `NO_LABEL`.
    arc
        int32, shape (nodes,): the arc that leads here; -1 at the start and where nothing leads.
    touched
        int32, shape (nodes,): anything.
    head, entries
        The queue: int32, all -1; int64, shape (room, 2), anything.
    """

    label: I64
    arc: I32
    touched: I32
    head: I32
    entries: I64


def trace_desk(node_count: int, queue_length: int, *, room: int) -> TraceDesk:
    """Return what a search writes on."""
    return TraceDesk(
        label=np.full(node_count, NO_LABEL, dtype=np.int64),
        arc=np.full(node_count, -1, dtype=np.int32),
        touched=np.empty(node_count, dtype=np.int32),
        head=np.full(queue_length, -1, dtype=np.int32),
        entries=np.empty((room, 2), dtype=np.int64),
    )


@compiled
def _all_final(label: I64, goals: I32, below: Whole) -> bool:
    """Whether all goals have labels that cannot fall any more."""
    for position in range(goals.size):  # noqa: SIM110 - Numba compiles no generators here
        if goals[position] >= 0 and label[goals[position]] >= below:
            return False
    return True


@compiled
def _seeded(nodes: I32, labels: I64, most: Whole, wide: Whole, desk: TraceDesk) -> tuple[int, int, np.uint64]:
    """Queue where a search starts; return how many nodes are touched, how many entries there are, the first bucket."""
    known, entries, head = desk.label, desk.entries, desk.head
    count, live, bucket = 0, 0, np.uint64(NO_LABEL)
    for start in range(nodes.size):
        node, label = np.int64(nodes[start]), labels[start]
        if node >= 0 and label <= most and label < known[node]:
            if known[node] == NO_LABEL:
                desk.touched[count] = node
                count += 1
            known[node] = label
            bucket = min(bucket, np.uint64(label >> wide))
            slot = np.uint64(label >> wide) & np.uint64(head.size - 1)
            entries[live, _LABEL], entries[live, _NODE_NEXT] = label, (node << 32) | (head[slot] & _LOW)
            head[slot] = live
            live += 1
    return count, live, bucket


@compiled
def trace(links: TwoCosts, nodes: I32, labels: I64, goals: I32, limit: int, shift: int, desk: TraceDesk) -> int:
    """Find the label of every node whose first cost is at most the limit, until all goals have theirs.

    Parameters
    ----------
    links
        Where it goes.
    nodes, labels
        Where it starts, and with which costs; a node of -1 is none.
    goals
        Nodes; when all of them are final the search ends. -1 is none; an empty array lets it go on to the limit.
    limit
        Of the first cost.
    shift
        A bucket is ``2 ** shift`` wide.
    desk
        Clean; its labels of nodes beyond the goals may still be too large afterwards.

    Returns
    -------
    int
        How many nodes were touched (they are listed in ``desk.touched``); -1 where the queue had too little room.
    """
    known, arc_to, touched, head, entries = desk
    slots, room = np.uint64(head.size - 1), entries.shape[0]
    wide, most = np.int64(shift + 32), (np.int64(limit) << 32) | _LOW
    count, live, bucket = _seeded(nodes, labels, most, wide, desk)
    top, free = live, np.int32(-1)
    while live > 0:
        item = head[bucket & slots]
        if item < 0:
            bucket += np.uint64(1)
            if goals.size > 0 and _all_final(known, goals, np.int64(bucket) << wide):
                break
            continue
        at = np.uint32(item)
        label, both = entries[at, _LABEL], entries[at, _NODE_NEXT]
        entries[at, _NODE_NEXT] = free
        head[bucket & slots] = np.int32(both)
        free = item
        live -= 1
        node = both >> 32
        if known[node] != label:
            continue
        for arc in range(links.indptr[node], links.indptr[node + 1]):
            neighbour = np.int64(links.heads[arc])
            total = label + links.costs[arc]
            before = known[neighbour]
            if total >= before or total > most:
                continue
            if before == NO_LABEL:
                touched[count] = neighbour
                count += 1
            known[neighbour] = total
            arc_to[neighbour] = arc
            if free >= 0:
                item = free
                free = np.int32(entries[np.uint32(item), _NODE_NEXT])
            elif top == room:
                return -1
            else:
                item = np.int32(top)
                top += 1
            at = np.uint32(item)
            slot = np.uint64(total >> wide) & slots
            entries[at, _LABEL], entries[at, _NODE_NEXT] = total, (neighbour << 32) | (head[slot] & _LOW)
            head[slot] = item
            live += 1
    head[:] = -1
    return count


@compiled
def trace_pairs(
    links: TwoCosts,
    starts: Starts,
    ends: Starts,
    rows: I64,
    direct: I64,
    limit: int,
    shift: int,
    desk: TraceDesk,
) -> tuple[I64, bool]:
    """Return the labels of pairs; those of place p, the p-th row of `starts`, are ``rows[p]:rows[p + 1]``.

    Parameters
    ----------
    links, limit, shift, desk
        As `trace`.
    starts
        One row per place; costs are labels.
    ends
        One row per pair: where its target hangs; costs are labels.
    direct
        One per pair: the label along an edge that both lie on; `NO_LABEL` for none.

    Returns
    -------
    tuple
        Labels (int64, one per pair; `NO_LABEL` beyond the limit), and whether the queue had room enough (else the desk
        is spoilt).
    """
    found = direct.copy()
    most = (np.int64(limit) << 32) | _LOW
    for place in range(starts.node.shape[0]):
        goals = ends.node[rows[place] : rows[place + 1]].ravel()
        size = trace(links, starts.node[place], starts.cost[place], goals, limit, shift, desk)
        if size < 0:
            return found, False
        for pair in range(rows[place], rows[place + 1]):
            for end in range(2):
                node = ends.node[pair, end]
                if node >= 0 and desk.label[node] != NO_LABEL:
                    found[pair] = min(found[pair], desk.label[node] + ends.cost[pair, end])
            if found[pair] > most:
                found[pair] = NO_LABEL
        for position in range(size):
            desk.label[desk.touched[position]] = NO_LABEL
            desk.arc[desk.touched[position]] = -1
    return found, True
