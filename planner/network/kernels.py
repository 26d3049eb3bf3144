"""Shortest-path searches, compiled by Numba when first called. Nothing is compiled at import.

Costs are integers, so that equal means equal. The searches touch only what lies within the cutoff, and keep targets,
not nodes: memory grows with the answer.

* `bounded_rows`: from every place, all targets up to a cutoff. Dijkstra's algorithm with a queue of buckets.
  Dial, R. B. (1969). Algorithm 360: shortest-path forest with topological ordering. Communications of the ACM 12,
  632-633.
* `nearest_at_nodes`: at every node, the k nearest places. One search from all places at once, in which a node is
  settled up to k times. Okabe, A., Satoh, T., Furuta, T., Suzuki, A., & Okano, K. (2008). Generalized network Voronoi
  diagrams. International Journal of Geographical Information Science 22, 965-994 (the order-k diagram).
* `nearest_at_targets`: the same at targets, from the lists of the nodes at the ends of their edges.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

from planner.network.views import Arcs

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

UNSEEN = np.int32(2**31 - 1)
"""Cost of a node or target that was not reached."""

MAX_CUTOFF = 2**31 - 2
"""Largest cutoff of a bounded search: 2,147 km, or 24 days."""

_NOT_QUEUED, _FIRST, _NONE = np.int32(-2), np.int32(-1), np.int32(-1)
_COST, _NEXT, _PREVIOUS = 0, 1, 2

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


def _compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile on first call, without the GIL; kept on disk where a folder can be written."""
    try:
        compiled = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # nowhere to keep it
        compiled = numba.njit(nogil=True)(function)
    return cast(Callable[_P, _R], compiled)


@_compiled
def _enqueue(record: I32, head: I32, node: int, cost: int, shift: int) -> int:
    """Put a node into the bucket of its new, lower cost; return 1 if it was not queued, else 0.

    Buckets are doubly linked lists through the nodes, so a node is queued at most once.
    """
    added = 1
    if record[node, _PREVIOUS] != _NOT_QUEUED:
        old = record[node, _COST] >> shift
        if old == cost >> shift:
            record[node, _COST] = cost
            return 0
        after, before = record[node, _NEXT], record[node, _PREVIOUS]
        if before == _FIRST:
            head[old & (head.size - 1)] = after
        else:
            record[before, _NEXT] = after
        if after != _NONE:
            record[after, _PREVIOUS] = before
        added = 0
    slot = (cost >> shift) & (head.size - 1)
    after = head[slot]
    record[node, _COST] = cost
    record[node, _NEXT] = after
    record[node, _PREVIOUS] = _FIRST
    if after != _NONE:
        record[after, _PREVIOUS] = node
    head[slot] = node
    return added


@_compiled
def _search(arcs: Arcs, nodes: I32, costs: I64, limit: int, shift: int, head: I32, record: I32, touched: I32) -> int:
    """Find the cost of every node up to the limit; return how many there are. They are listed in `touched`."""
    indptr, heads, arc_costs = arcs.indptr, arcs.heads, arcs.costs
    count = 0
    queued = 0
    bucket = limit >> shift
    for start in range(nodes.size):
        node, cost = nodes[start], costs[start]
        if node >= 0 and cost <= limit and cost < record[node, _COST]:
            if record[node, _COST] == UNSEEN:
                touched[count] = node
                count += 1
            queued += _enqueue(record, head, node, cost, shift)
            bucket = min(bucket, cost >> shift)
    while queued > 0:
        node = head[bucket & (head.size - 1)]
        if node == _NONE:
            bucket += 1
            continue
        after = record[node, _NEXT]
        head[bucket & (head.size - 1)] = after
        if after != _NONE:
            record[after, _PREVIOUS] = _FIRST
        record[node, _PREVIOUS] = _NOT_QUEUED
        queued -= 1
        reached = np.int64(record[node, _COST])
        for arc in range(indptr[node], indptr[node + 1]):
            neighbour = heads[arc]
            cost = reached + arc_costs[arc]
            known = record[neighbour, _COST]
            if cost < known and cost <= limit:
                if known == UNSEEN:
                    touched[count] = neighbour
                    count += 1
                queued += _enqueue(record, head, neighbour, cost, shift)
    return count


@_compiled
def _offer(best: I32, found: I32, count: int, target: int, cost: int) -> int:
    """Lower the cost of a target; return how many targets are found."""
    if cost < best[target]:
        if best[target] == UNSEEN:
            found[count] = target
            count += 1
        best[target] = cost
    return count


@_compiled
def _by_node(ends: Ends, record: I32, reached: I32, cutoff: int, best: I32, found: I32, count: int) -> int:
    """Collect the targets that hang on the reached nodes: for searches that reach few. Return how many were found."""
    for position in range(reached.size):
        node = reached[position]
        at_node = np.int64(record[node, _COST])
        for end in range(ends.indptr[node], ends.indptr[node + 1]):
            total = at_node + ends.cost[end]
            if total <= cutoff:
                count = _offer(best, found, count, ends.target[end], total)
    if count * 16 < best.size:
        found[:count].sort()
        return count
    at = 0
    for target in range(best.size):
        if best[target] != UNSEEN:
            found[at] = target
            at += 1
    return count


@_compiled
def _by_target(legs: Starts, record: I32, cutoff: int, best: I32, found: I32) -> int:
    """Look from every target at the nodes it hangs on: for searches that reach many. Return how many were found."""
    count = 0
    for target in range(best.size):
        least = np.int64(best[target])
        for end in range(2):
            node = legs.node[target, end]
            if node >= 0 and record[node, _COST] != UNSEEN:
                least = min(least, record[node, _COST] + legs.cost[target, end])
        if least <= cutoff:
            best[target] = least
            found[count] = target
            count += 1
    return count


@_compiled
def bounded_rows(
    arcs: Arcs, starts: Starts, legs: Starts, ends: Ends, direct: Direct, cutoff: int, buckets: Buckets
) -> tuple[I64, I32, I32]:
    """Return, row by row of `starts`, the targets up to a cutoff and their costs.

    Parameters
    ----------
    arcs
        Arcs leading away from the places.
    starts
        One row per place.
    legs, ends
        How the targets hang on the nodes, by target and by node.
    direct
        One row per place: targets on its own edge.
    cutoff
        Largest cost held, at most `MAX_CUTOFF`.
    buckets
        Shape of the queue.

    Returns
    -------
    tuple
        Number of targets per row (int64), targets (int32, ascending in each row), costs (int32).
    """
    node_count, target_count = arcs.indptr.size - 1, legs.node.shape[0]
    record = np.empty((node_count, 3), dtype=np.int32)
    record[:, _COST] = UNSEEN
    record[:, _PREVIOUS] = _NOT_QUEUED
    head = np.full(buckets.length, _NONE, dtype=np.int32)
    touched = np.empty(node_count, dtype=np.int32)
    best = np.full(target_count, UNSEEN, dtype=np.int32)
    found = np.empty(target_count, dtype=np.int32)
    counts = np.zeros(starts.node.shape[0], dtype=np.int64)
    targets = np.empty(1024, dtype=np.int32)
    costs = np.empty(1024, dtype=np.int32)
    filled = 0
    for row in range(starts.node.shape[0]):
        reached = _search(arcs, starts.node[row], starts.cost[row], cutoff, buckets.shift, head, record, touched)
        count = 0
        for pair in range(direct.indptr[row], direct.indptr[row + 1]):
            if direct.cost[pair] <= cutoff:
                count = _offer(best, found, count, direct.other[pair], direct.cost[pair])
        if 4 * reached < target_count:
            count = _by_node(ends, record, touched[:reached], cutoff, best, found, count)
        else:
            count = _by_target(legs, record, cutoff, best, found)
        for position in range(reached):
            record[touched[position], _COST] = UNSEEN
        if filled + count > targets.size:
            size = max(2 * targets.size, filled + count)
            targets = np.concatenate((targets[:filled], np.empty(size - filled, dtype=np.int32)))
            costs = np.concatenate((costs[:filled], np.empty(size - filled, dtype=np.int32)))
        for position in range(count):
            target = found[position]
            targets[filled + position] = target
            costs[filled + position] = best[target]
            best[target] = UNSEEN
        filled += count
        counts[row] = count
    return counts, targets[:filled].copy(), costs[:filled].copy()


@_compiled
def _sift_up(keys: I64, nodes: I32, size: int, key: int, node: int) -> None:
    """Put an entry into a heap of four children per parent that has `size` entries."""
    at = size
    while at > 0:
        parent = (at - 1) >> 2
        if keys[parent] <= key:
            break
        keys[at], nodes[at] = keys[parent], nodes[parent]
        at = parent
    keys[at], nodes[at] = key, node


@_compiled
def _sift_down(keys: I64, nodes: I32, size: int) -> None:
    """Remove the first entry of a heap that has `size` entries, the last of them to be placed anew."""
    last = size - 1
    key, node = keys[last], nodes[last]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= last:
            break
        least = child
        for other in range(child + 1, min(child + 4, last)):
            if keys[other] < keys[least]:
                least = other
        if keys[least] >= key:
            break
        keys[at], nodes[at] = keys[least], nodes[least]
        at = least
    keys[at], nodes[at] = key, node


@_compiled
def _seeded(keys: I64, nodes: I32, starts: Starts, place_bits: int) -> int:
    """Put all places into the heap; return its size."""
    size = 0
    for place in range(starts.node.shape[0]):
        for end in range(2):
            if starts.node[place, end] >= 0:
                _sift_up(keys, nodes, size, (starts.cost[place, end] << place_bits) | place, starts.node[place, end])
                size += 1
    return size


@_compiled
def _is_closed(owner: I32, count: I32, node: int, place: int) -> bool:
    """Whether a node needs no further offer of a place: its list is full or holds the place."""
    if count[node] >= owner.shape[1]:
        return True
    for rank in range(count[node]):  # noqa: SIM110 - Numba compiles no generators here
        if owner[node, rank] == place:
            return True
    return False


@_compiled
def nearest_at_nodes(arcs: Arcs, starts: Starts, k: int, place_bits: int) -> tuple[I32, I64, bool]:
    """Return the k nearest places of every node, by cost, then by place.

    The queue is ordered by (cost, place) packed into one integer, so ties fall to the lower place, also across arcs of
    cost zero.

    Parameters
    ----------
    arcs
        Arcs leading away from the places.
    starts
        One row per place.
    k
        Length of the lists.
    place_bits
        Bits that hold the number of a place.

    Returns
    -------
    tuple
        Places (int32, shape (nodes, k), -1 for none), costs (int64, same shape, -1 for none), and whether a cost did
        not fit into the remaining bits.
    """
    node_count = arcs.indptr.size - 1
    owner = np.full((node_count, k), -1, dtype=np.int32)
    costs = np.full((node_count, k), -1, dtype=np.int64)
    count = np.zeros(node_count, dtype=np.int32)
    keys = np.empty(1024 + 4 * starts.node.size, dtype=np.int64)
    nodes = np.empty(keys.size, dtype=np.int32)
    largest = (np.int64(1) << (63 - place_bits)) - 1
    mask = (np.int64(1) << place_bits) - 1
    size = _seeded(keys, nodes, starts, place_bits)
    while size > 0:
        place, cost, node = keys[0] & mask, keys[0] >> place_bits, nodes[0]
        _sift_down(keys, nodes, size)
        size -= 1
        if _is_closed(owner, count, node, place):
            continue
        owner[node, count[node]] = place
        costs[node, count[node]] = cost
        count[node] += 1
        for arc in range(arcs.indptr[node], arcs.indptr[node + 1]):
            neighbour = arcs.heads[arc]
            if _is_closed(owner, count, neighbour, place):
                continue
            total = cost + arcs.costs[arc]
            if total > largest:
                return owner, costs, True
            if size == keys.size:
                keys = np.concatenate((keys, np.empty(size, dtype=np.int64)))
                nodes = np.concatenate((nodes, np.empty(size, dtype=np.int32)))
            _sift_up(keys, nodes, size, (total << place_bits) | place, neighbour)
            size += 1
    return owner, costs, False


@_compiled
def _insert(owner: I32, costs: I64, place: int, cost: int) -> None:
    """Offer a place to one list of nearest places, ordered by cost, then by place."""
    k = owner.size
    at = k
    for rank in range(k):
        if owner[rank] == place:
            if costs[rank] <= cost:
                return
            at = rank
            break
    if at == k:
        at = k - 1
        if owner[at] >= 0 and (costs[at] < cost or (costs[at] == cost and owner[at] < place)):
            return
    while at > 0 and (owner[at - 1] < 0 or costs[at - 1] > cost or (costs[at - 1] == cost and owner[at - 1] > place)):
        owner[at], costs[at] = owner[at - 1], costs[at - 1]
        at -= 1
    owner[at], costs[at] = place, cost


@_compiled
def nearest_at_targets(node_owner: I32, node_costs: I64, starts: Starts, direct: Direct) -> tuple[I32, I64]:
    """Return the k nearest places of every target from the lists of the nodes it hangs on.

    Parameters
    ----------
    node_owner, node_costs
        What `nearest_at_nodes` returns.
    starts
        One row per target: its nodes, and the cost between them and the target.
    direct
        One row per target: places on its own edge.

    Returns
    -------
    tuple
        Places (int32, shape (targets, k), -1 for none) and costs (int64, -1 for none).
    """
    target_count, k = starts.node.shape[0], node_owner.shape[1]
    owner = np.full((target_count, k), -1, dtype=np.int32)
    costs = np.full((target_count, k), -1, dtype=np.int64)
    for target in range(target_count):
        for end in range(2):
            node = starts.node[target, end]
            if node >= 0:
                for rank in range(k):
                    if node_owner[node, rank] >= 0:
                        cost = node_costs[node, rank] + starts.cost[target, end]
                        _insert(owner[target], costs[target], node_owner[node, rank], cost)
        for pair in range(direct.indptr[target], direct.indptr[target + 1]):
            _insert(owner[target], costs[target], direct.other[pair], direct.cost[pair])
    return owner, costs
