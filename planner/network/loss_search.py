"""What becomes unreachable when an edge is lost, for every edge. Compiled.

A tree of shortest paths tells on which edges each cost rests. Losing an edge changes nothing but what hangs below it in
the tree; only that is searched again, from the nodes around it whose costs stand.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.compiled import I32, I64, compiled
from planner.network.heap import pop, push

Flags = npt.NDArray[np.bool_]

FAR = 2**62
"""Cost of what is not reached."""


class Links(NamedTuple):
    """Arcs by one of their nodes: those of node n are at ``indptr[n]:indptr[n + 1]``.

    Attributes
    ----------
    indptr, other, cost, edge
        int64; int32: the node at the other end; int64; int32: the edge that is travelled, -1 for none.
    """

    indptr: I64
    other: I32
    cost: I64
    edge: I32


class Tree(NamedTuple):
    """Shortest paths from one node.

    Attributes
    ----------
    cost
        int64, shape (nodes,); `FAR` where not reached.
    parent, edge
        int32: the node before, and the edge that leads from it; -1 for none.
    """

    cost: I64
    parent: I32
    edge: I32


@compiled
def shortest_tree(outgoing: Links, root: int, limit: int) -> Tree:
    """Return the shortest paths from a node that cost at most a limit."""
    count = outgoing.indptr.size - 1
    cost = np.full(count, FAR, dtype=np.int64)
    parent = np.full(count, -1, dtype=np.int32)
    edge = np.full(count, -1, dtype=np.int32)
    keys = np.empty(outgoing.other.size + 1, dtype=np.int64)
    nodes = np.empty(outgoing.other.size + 1, dtype=np.int32)
    cost[root] = 0
    size = push(keys, nodes, 0, 0, root)
    while size > 0:
        reached, node = keys[0], nodes[0]
        size = pop(keys, nodes, size)
        if reached > cost[node]:
            continue
        for arc in range(outgoing.indptr[node], outgoing.indptr[node + 1]):
            head, total = outgoing.other[arc], reached + outgoing.cost[arc]
            if total <= limit and total < cost[head]:
                cost[head], parent[head], edge[head] = total, node, outgoing.edge[arc]
                size = push(keys, nodes, size, total, head)
    return Tree(cost, parent, edge)


@compiled
def _below(tops: I32, children: Links, hangs: Flags, found: I32) -> int:
    """List the nodes that hang below some nodes of the tree, these included; return how many there are."""
    count = 0
    for top in tops:
        if not hangs[top]:
            hangs[top] = True
            found[count] = top
            count += 1
    at = 0
    while at < count:
        node = found[at]
        for link in range(children.indptr[node], children.indptr[node + 1]):
            child = children.other[link]
            if not hangs[child]:
                hangs[child] = True
                found[count] = child
                count += 1
        at += 1
    return count


class _Queue(NamedTuple):
    """Room for a heap: int64 keys and int32 nodes."""

    keys: I64
    nodes: I32


@compiled
def _seeded(affected: I32, lost: int, tree: Tree, incoming: Links, hangs: Flags, cost: I64, queue: _Queue) -> int:
    """Put the affected nodes into the queue at what they cost from those around them; return its size."""
    size = 0
    for node in affected:
        best = FAR
        for arc in range(incoming.indptr[node], incoming.indptr[node + 1]):
            tail = incoming.other[arc]
            if incoming.edge[arc] != lost and not hangs[tail] and tree.cost[tail] != FAR:
                best = min(best, tree.cost[tail] + incoming.cost[arc])
        cost[node] = best
        if best != FAR:
            size = push(queue.keys, queue.nodes, size, best, node)
    return size


@compiled
def _search_again(size: int, lost: int, limit: int, outgoing: Links, hangs: Flags, cost: I64, queue: _Queue) -> None:
    """Lower the costs of the affected nodes by paths among them, up to the limit."""
    while size > 0:
        reached, node = queue.keys[0], queue.nodes[0]
        size = pop(queue.keys, queue.nodes, size)
        if reached > cost[node] or reached > limit:
            continue
        for arc in range(outgoing.indptr[node], outgoing.indptr[node + 1]):
            head, total = outgoing.other[arc], reached + outgoing.cost[arc]
            if outgoing.edge[arc] != lost and hangs[head] and total < cost[head]:
                cost[head] = total
                size = push(queue.keys, queue.nodes, size, total, head)


@compiled
def losses(
    tree: Tree,
    children: Links,
    tops: Links,
    outgoing: Links,
    incoming: Links,
    persons: npt.NDArray[np.float64],
    own_edge: I32,
    limit: int,
) -> npt.NDArray[np.float64]:
    """Return who loses the last path of at most the limit when an edge is lost.

    Parameters
    ----------
    tree
        `shortest_tree` of `outgoing`.
    children
        The tree, from each node to those after it.
    tops
        By edge: the nodes to which the tree leads along it.
    outgoing, incoming
        All arcs, by tail and by head.
    persons
        float64, shape (nodes,).
    own_edge
        int32, shape (nodes,): edge on which the persons of a node live.
    limit
        Millimetres or milliseconds.

    Returns
    -------
    numpy.ndarray
        float64, shape (edges, 2): persons who live elsewhere, and on the edge itself.
    """
    edge_count = tops.indptr.size - 1
    lost = np.zeros((edge_count, 2), dtype=np.float64)
    hangs = np.zeros(tree.cost.size, dtype=np.bool_)
    room = tree.cost.size + outgoing.other.size
    queue = _Queue(np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int32))
    found = np.empty(tree.cost.size, dtype=np.int32)
    cost = np.empty(tree.cost.size, dtype=np.int64)
    for edge in range(edge_count):
        count = _below(tops.other[tops.indptr[edge] : tops.indptr[edge + 1]], children, hangs, found)
        affected = found[:count]
        concerned = False
        for node in affected:
            concerned |= persons[node] > 0
        if concerned:
            size = _seeded(affected, edge, tree, incoming, hangs, cost, queue)
            _search_again(size, edge, limit, outgoing, hangs, cost, queue)
            for node in affected:
                if cost[node] > limit:
                    lost[edge, 1 if own_edge[node] == edge else 0] += persons[node]
        for node in affected:
            hangs[node] = False
    return lost
