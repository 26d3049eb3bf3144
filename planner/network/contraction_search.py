"""Contraction hierarchies. Compiled.

Nodes are taken out of the network one after the other, the least important first; where a shortest path led through a
node, a shortcut takes its place. What is left for each node are its arcs to more important nodes.

Geisberger, R., Sanders, P., Schultes, D., & Vetter, C. (2012). Exact routing in large road networks using contraction
hierarchies. Transportation Science 46, 388-404.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from planner.network.compiled import I32, I64, MAX_CUTOFF, UNSEEN, Links, Whole, compiled

_TAIL, _HEAD, _COST, _NEXT_OUT, _NEXT_IN = range(5)
_LOW = np.int64(0xFFFFFFFF)
_SETTLED_TO_COUNT, _SETTLED_TO_JOIN = 20, 60
"""Nodes a search for a witness settles before it gives up: a shortcut too many is harmless."""

_OFFSET = np.int64(1) << 24


class Shrinking(NamedTuple):
    """A network from which nodes are taken; arcs are in two lists, by tail and by head.

    Attributes
    ----------
    first_out, first_in
        int32, shape (nodes,): first arc of each list; -1 for none.
    arc
        int32, shape (room, 5): tail, head, cost, next arc of the tail, next arc of the head.
    size
        int64, shape (1,): number of arcs.
    known, touched, heap
        What searches for witnesses write on: int32, UNSEEN; int32; int64.
    """

    first_out: I32
    first_in: I32
    arc: I32
    size: I64
    known: I32
    touched: I32
    heap: I64


@compiled
def push(heap: I64, size: int, key: Whole) -> int:
    """Put a key into a heap of four children per parent; return its new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 2
        if heap[parent] <= key:
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = key
    return size + 1


@compiled
def pop(heap: I64, size: int) -> int:
    """Remove the first key of a heap; return its new size."""
    last = size - 1
    key = heap[last]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= last:
            break
        least = child
        for other in range(child + 1, min(child + 4, last)):
            if heap[other] < heap[least]:
                least = other
        if heap[least] >= key:
            break
        heap[at] = heap[least]
        at = least
    heap[at] = key
    return last


@compiled
def _witness(left: Shrinking, start: int, avoided: int, limit: Whole, settle: int) -> int:
    """Find costs from a node that avoid another, up to a limit and a number of nodes; return how many were touched."""
    known, touched, heap, arc = left.known, left.touched, left.heap, left.arc
    known[start], touched[0] = 0, start
    count, size = 1, push(heap, 0, np.int64(start))
    while size > 0 and settle > 0:
        node, reached = heap[0] & _LOW, heap[0] >> 32
        size = pop(heap, size)
        if reached != known[node]:
            continue
        settle -= 1
        out = left.first_out[node]
        while out >= 0:
            head, total = arc[out, _HEAD], reached + arc[out, _COST]
            if head != avoided and total <= limit and total < known[head] and size < heap.size:
                if known[head] == UNSEEN:
                    touched[count] = head
                    count += 1
                known[head] = total
                size = push(heap, size, (total << 32) | head)
            out = arc[out, _NEXT_OUT]
    return count


@compiled
def _join(left: Shrinking, tail: int, head: int, cost: int) -> None:
    """Let an arc lead from tail to head at this cost or less; the size grows past the room where there is none."""
    arc = left.arc
    out = left.first_out[tail]
    while out >= 0:
        if arc[out, _HEAD] == head:
            arc[out, _COST] = min(arc[out, _COST], cost)
            return
        out = arc[out, _NEXT_OUT]
    new = left.size[0]
    left.size[0] += 1
    if new < arc.shape[0]:
        arc[new, _TAIL], arc[new, _HEAD], arc[new, _COST] = tail, head, cost
        arc[new, _NEXT_OUT], arc[new, _NEXT_IN] = left.first_out[tail], left.first_in[head]
        left.first_out[tail], left.first_in[head] = new, new


@compiled
def _contract(left: Shrinking, node: int, join: bool) -> int:
    """Count the shortcuts that a node's removal needs, less the arcs it removes; put them in, if they are wanted."""
    arc = left.arc
    longest, balance = 0, 0
    out = left.first_out[node]
    while out >= 0:
        longest = max(longest, arc[out, _COST])
        balance -= 1
        out = arc[out, _NEXT_OUT]
    into = left.first_in[node]
    while into >= 0:
        balance -= 1
        tail, before = arc[into, _TAIL], np.int64(arc[into, _COST])
        limit = min(before + longest, np.int64(MAX_CUTOFF))
        count = _witness(left, tail, node, limit, _SETTLED_TO_JOIN if join else _SETTLED_TO_COUNT)
        out = left.first_out[node]
        while out >= 0:
            head, total = arc[out, _HEAD], before + arc[out, _COST]
            if head != tail and total <= limit and total < left.known[head]:
                balance += 1
                if join:
                    _join(left, tail, head, total)
            out = arc[out, _NEXT_OUT]
        for position in range(count):
            left.known[left.touched[position]] = UNSEEN
        into = arc[into, _NEXT_IN]
    return balance


@compiled
def _unlink(first: I32, arc: I32, owner: int, removed: int, column: int) -> None:
    """Take an arc out of one list of a node."""
    at, before = first[owner], -1
    while at != removed:
        before = at
        at = arc[at, column]
    if before < 0:
        first[owner] = arc[removed, column]
    else:
        arc[before, column] = arc[removed, column]


@compiled
def _leave(left: Shrinking, node: int, level: I32) -> None:
    """Take a node out of its neighbours' lists. Its own lists stay: they lead to more important nodes."""
    arc = left.arc
    out = left.first_out[node]
    while out >= 0:
        head = arc[out, _HEAD]
        level[head] = max(level[head], level[node] + 1)
        _unlink(left.first_in, arc, head, out, _NEXT_IN)
        out = arc[out, _NEXT_OUT]
    into = left.first_in[node]
    while into >= 0:
        tail = arc[into, _TAIL]
        level[tail] = max(level[tail], level[node] + 1)
        _unlink(left.first_out, arc, tail, into, _NEXT_OUT)
        into = arc[into, _NEXT_IN]


@compiled
def contracted(links: Links, left: Shrinking) -> I32:
    """Take all nodes out, least important first; return their positions, the last one's is 0.

    The size of `left` is beyond its room where it had too little; it is then spoilt, and so is the answer.
    """
    count = links.indptr.size - 1
    for tail in range(count):
        for arc in range(links.indptr[tail], links.indptr[tail + 1]):
            head = links.link[arc, 0]
            _join(left, tail, max(head, ~head), links.link[arc, 1])
    level = np.zeros(count, dtype=np.int32)
    position = np.full(count, -1, dtype=np.int32)
    queue = np.empty(count + 1, dtype=np.int64)
    size = 0
    for node in range(count):
        size = push(queue, size, ((4 * _contract(left, node, False) + _OFFSET) << 32) | node)
    following = count
    while size > 0 and left.size[0] <= left.arc.shape[0]:
        node = queue[0] & _LOW
        size = pop(queue, size)
        key = ((4 * _contract(left, node, False) + 2 * level[node] + _OFFSET) << 32) | node
        if size > 0 and key > queue[0]:
            size = push(queue, size, key)
            continue
        _contract(left, node, True)
        _leave(left, node, level)
        following -= 1
        position[node] = following
    return position


@compiled
def upward(left: Shrinking, position: I32, out: bool) -> Links:
    """Return the arcs of every node to (`out`) or from more important ones, everything by position."""
    count = position.size
    first, column, end = (left.first_out, _NEXT_OUT, _HEAD) if out else (left.first_in, _NEXT_IN, _TAIL)
    node_at = np.empty(count, dtype=np.int32)
    for node in range(count):
        node_at[position[node]] = node
    indptr = np.zeros(count + 1, dtype=np.int64)
    link = np.empty((left.size[0], 2), dtype=np.int32)
    filled = 0
    for at in range(count):
        arc = first[node_at[at]]
        while arc >= 0:
            link[filled, 0], link[filled, 1] = position[left.arc[arc, end]], left.arc[arc, _COST]
            filled += 1
            arc = left.arc[arc, column]
        indptr[at + 1] = filled
    return Links(indptr=indptr, link=link[:filled].copy())
