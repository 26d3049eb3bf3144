"""All places to all targets over a contraction hierarchy. Compiled.

From a place upward by Dijkstra's algorithm, few nodes; then downward to the targets in one sweep over the part of the
hierarchy that leads to them, for sixteen places at a time.

Delling, D., Goldberg, A. V., & Werneck, R. F. (2011). Faster batched shortest paths in road networks. ATMOS'11, 52-63
(RPHAST).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.network.compiled import I32, I64, UNSEEN, Links, Starts, compiled
from planner.network.contraction_search import pop, push

LANES = 16

U32 = npt.NDArray[np.uint32]

_LOW = np.int64(0xFFFFFFFF)


@compiled
def _cut_out(down: Links, inner: I32, nodes: int, arcs: int) -> Links:
    """Return the arcs of some nodes by their new positions."""
    indptr = np.zeros(nodes + 1, dtype=np.int64)
    link = np.empty((arcs, 2), dtype=np.int32)
    filled = 0
    for at in range(inner.size):
        if inner[at] >= 0:
            for arc in range(down.indptr[at], down.indptr[at + 1]):
                link[filled, 0], link[filled, 1] = inner[down.link[arc, 0]], down.link[arc, 1]
                filled += 1
            indptr[inner[at] + 1] = filled
    return Links(indptr=indptr, link=link)


@compiled
def leading_to(down: Links, ends: I32) -> tuple[I32, Links]:
    """Return the part of a hierarchy from which nodes are reached downward: new positions (-1 outside) and its arcs."""
    count = down.indptr.size - 1
    held = np.zeros(count, dtype=np.bool_)
    for position in range(ends.size):
        if ends[position] >= 0:
            held[ends[position]] = True
    for at in range(count - 1, -1, -1):  # arcs lead from higher nodes, which have lower positions
        if held[at]:
            for arc in range(down.indptr[at], down.indptr[at + 1]):
                held[down.link[arc, 0]] = True
    inner = np.full(count, -1, dtype=np.int32)
    nodes, arcs = 0, 0
    for at in range(count):
        if held[at]:
            inner[at] = nodes
            nodes += 1
            arcs += down.indptr[at + 1] - down.indptr[at]
    return inner, _cut_out(down, inner, nodes, arcs)


@compiled
def _climb(up: Links, nodes: I32, costs: I64, known: I32, touched: I32, heap: I64) -> int:
    """Find costs from a place to all nodes that arcs lead up to; return how many there are."""
    count, size = 0, 0
    for start in range(nodes.size):
        if nodes[start] >= 0 and costs[start] < known[nodes[start]]:
            if known[nodes[start]] == UNSEEN:
                touched[count] = nodes[start]
                count += 1
            known[nodes[start]] = costs[start]
            size = push(heap, size, (costs[start] << 32) | nodes[start])
    while size > 0:
        node, reached = heap[0] & _LOW, heap[0] >> 32
        size = pop(heap, size)
        if reached != known[node]:
            continue
        for arc in range(up.indptr[node], up.indptr[node + 1]):
            head, total = up.link[arc, 0], reached + up.link[arc, 1]
            if total < known[head]:
                if known[head] == UNSEEN:
                    touched[count] = head
                    count += 1
                known[head] = total
                size = push(heap, size, (total << 32) | head)
    return count


@compiled
def _sweep(down: Links, lanes: U32) -> None:
    """Lower all costs downward. A cost of UNSEEN and above is none: two of them still fit into 32 bits."""
    for at in range(down.indptr.size - 1):
        for arc in range(down.indptr[at], down.indptr[at + 1]):
            above, cost = np.uint32(down.link[arc, 0]), np.uint32(down.link[arc, 1])
            for lane in range(LANES):
                lanes[at, lane] = min(lanes[at, lane], np.uint32(lanes[above, lane] + cost))


@compiled
def full_rows(up: Links, down: Links, inner: I32, starts: Starts, legs: Starts, costs: I32) -> None:
    """Write the costs from places to all targets.

    Parameters
    ----------
    up
        Arcs to more important nodes.
    down, inner
        What `leading_to` returns.
    starts
        One row per place; nodes by position in the hierarchy.
    legs
        One row per target; nodes by position in `down`.
    costs
        int32, shape (places, targets), to be written: UNSEEN for none.
    """
    known = np.full(up.indptr.size - 1, UNSEEN, dtype=np.int32)
    touched = np.empty(known.size, dtype=np.int32)
    heap = np.empty(up.link.shape[0] + 4, dtype=np.int64)
    lanes = np.empty((down.indptr.size - 1, LANES), dtype=np.uint32)
    costs[:] = UNSEEN
    for first in range(0, starts.node.shape[0], LANES):
        lanes[:] = UNSEEN
        last = min(first + LANES, starts.node.shape[0])
        for place in range(first, last):
            count = _climb(up, starts.node[place], starts.cost[place], known, touched, heap)
            for position in range(count):
                node = touched[position]
                if inner[node] >= 0:
                    lanes[inner[node], place - first] = known[node]
                known[node] = UNSEEN
        _sweep(down, lanes)
        for target in range(legs.node.shape[0]):
            for end in range(2):
                node = legs.node[target, end]
                if node >= 0:
                    leg = legs.cost[target, end]
                    for place in range(first, last):
                        total = leg + np.int64(lanes[node, place - first])
                        costs[place, target] = min(total, np.int64(costs[place, target]))
