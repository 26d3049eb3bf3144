"""From every place, all targets up to a cutoff. Compiled.

Dijkstra's algorithm with a queue of buckets. The search touches only what lies within the cutoff and keeps targets, not
nodes: memory grows with the answer.

Dial, R. B. (1969). Algorithm 360: shortest-path forest with topological ordering. Communications of the ACM 12,
632-633.
"""

from __future__ import annotations

import numpy as np

from planner.network.compiled import I32, I64, UNSEEN, Buckets, Direct, Ends, Starts, compiled
from planner.network.views import Arcs

_NOT_QUEUED, _FIRST, _NONE = np.int32(-2), np.int32(-1), np.int32(-1)
_COST, _NEXT, _PREVIOUS = 0, 1, 2


@compiled
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


@compiled
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


@compiled
def _offer(best: I32, found: I32, count: int, target: int, cost: int) -> int:
    """Lower the cost of a target; return how many targets are found."""
    if cost < best[target]:
        if best[target] == UNSEEN:
            found[count] = target
            count += 1
        best[target] = cost
    return count


@compiled
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


@compiled
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


@compiled
def _along_edge(direct: Direct, row: int, cutoff: int, best: I32, found: I32) -> int:
    """Collect the targets on a place's own edge. Return how many were found."""
    count = 0
    for pair in range(direct.indptr[row], direct.indptr[row + 1]):
        if direct.cost[pair] <= cutoff:
            count = _offer(best, found, count, direct.other[pair], direct.cost[pair])
    return count


@compiled
def _grown(array: I32, filled: int, size: int) -> I32:
    """Return a longer array that begins like this one."""
    longer = np.empty(size, dtype=np.int32)
    longer[:filled] = array[:filled]
    return longer


@compiled
def _records(node_count: int) -> I32:
    """Return the record of every node before a search: cost, next and previous in its bucket."""
    record = np.full((node_count, 3), _NONE, dtype=np.int32)
    record[:, _COST] = UNSEEN
    record[:, _PREVIOUS] = _NOT_QUEUED
    return record


@compiled
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
    record = _records(node_count)
    head = np.full(buckets.length, _NONE, dtype=np.int32)
    touched = np.empty(node_count, dtype=np.int32)
    best = np.full(target_count, UNSEEN, dtype=np.int32)
    found = np.empty(target_count, dtype=np.int32)
    counts = np.zeros(starts.node.shape[0], dtype=np.int64)
    targets = np.empty(1024, dtype=np.int32)
    costs = np.empty(1024, dtype=np.int32)
    filled = 0
    for row in range(starts.node.shape[0]):
        size = _search(arcs, starts.node[row], starts.cost[row], cutoff, buckets.shift, head, record, touched)
        count = _along_edge(direct, row, cutoff, best, found)
        if 4 * size < target_count:
            count = _by_node(ends, record, touched[:size], cutoff, best, found, count)
        else:
            count = _by_target(legs, record, cutoff, best, found)
        for position in range(size):
            record[touched[position], _COST] = UNSEEN
        if filled + count > targets.size:
            targets = _grown(targets, filled, max(2 * targets.size, filled + count))
            costs = _grown(costs, filled, targets.size)
        for position in range(count):
            target = found[position]
            targets[filled + position] = target
            costs[filled + position] = best[target]
            best[target] = UNSEEN
        filled += count
        counts[row] = count
    return counts, targets[:filled].copy(), costs[:filled].copy()
