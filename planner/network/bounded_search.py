"""From every place, all targets up to a cutoff. Compiled.

Dijkstra's algorithm with a queue of buckets. The search touches only what lies within the cutoff and keeps targets, not
nodes: memory grows with the answer.

Dial, R. B. (1969). Algorithm 360: shortest-path forest with topological ordering. Communications of the ACM 12,
632-633.
"""

from __future__ import annotations

import numpy as np

from planner.network.compiled import I32, I64, UNSEEN, Direct, Ends, Links, Starts, Whole, compiled
from planner.network.desks import Desk

_NODE, _NEXT = 0, 1
_LINE = 16
"""Whole numbers of 32 bits in a line of a processor's cache."""

_NEAR = 1024
"""Nodes before and after a start whose arcs are read ahead, at most; else as many as the last search saw."""
# The lowest bit of a word, multiplied by this number, has the number of the bit in its six highest bits.
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_BIT_OF = np.zeros(64, dtype=np.int64)
_BIT_OF[[(int(_DE_BRUIJN) << bit) % 2**64 >> 58 for bit in range(64)]] = np.arange(64)


@compiled
def _seeded(
    nodes: I32, costs: I64, limit: int, shift: int, desk: Desk
) -> tuple[np.int64, np.int64, np.uint32, np.uint32]:
    """Queue where a search starts; return how many nodes are touched, how many queued, the first and last bucket."""
    known, entries, head = desk.cost, desk.entries, desk.head
    count, top, first, last = np.int64(0), np.int64(0), np.uint32(limit >> shift), np.uint32(0)
    for start in range(nodes.size):
        node, cost = nodes[start], costs[start]
        if node >= 0 and cost <= limit and cost < known[node]:
            if known[node] == UNSEEN:
                desk.touched[count] = node
                count += 1
            known[node] = cost
            bucket = np.uint32(cost >> shift)
            slot = bucket & np.uint32(head.size - 1)
            entries[top, _NODE], entries[top, _NEXT] = node, head[slot]
            head[slot] = top
            top += 1
            first, last = min(first, bucket), max(last, bucket)
    return count, top, first, last


@compiled
def search(links: Links, nodes: I32, costs: I64, limit: int, shift: int, desk: Desk) -> int:
    """Find the cost of every node up to the limit.

    A node is queued again when its cost falls; an entry in a bucket that is no longer the node's is passed over. What
    an arc changes is written without branches, as what was there already where it changes nothing: whether it does
    cannot be foretold, and a processor that guesses wrong waits longer than the writing takes.

    Returns
    -------
    int
        How many nodes have a cost now (they are listed in ``desk.touched``); -1 where the queue had too little room.
    """
    indptr, link = links.indptr, links.link
    known, touched, head, entries = desk.cost, desk.touched, desk.head, desk.entries
    mask, most = np.uint32(head.size - 1), np.int64(limit)
    count, top, bucket, last = _seeded(nodes, costs, limit, shift, desk)
    while bucket <= last:
        item = head[bucket & mask]
        if item < 0:
            bucket += np.uint32(1)
            continue
        node = np.uint32(entries[np.uint32(item), _NODE])
        head[bucket & mask] = entries[np.uint32(item), _NEXT]
        reached = np.int64(known[node])
        if np.uint32(reached >> shift) != bucket:
            continue
        first, end = np.int64(indptr[node]), np.int64(indptr[node + np.uint32(1)])
        if top + (end - first) >= entries.shape[0]:
            return -1
        for arc in range(np.uint64(first), np.uint64(end)):
            leads_to = link[arc, 0]
            neighbour = np.uint32(leads_to ^ (leads_to >> 31))  # of a complement, the node
            total = reached + np.int64(link[arc, 1])
            before = known[neighbour]
            better = (total < before) & (total <= most)
            touched[count] = neighbour
            count += np.int64(better & (before == UNSEEN))
            known[neighbour] = np.int32(total) if better else before
            queued = better & (leads_to >= 0)
            there = np.uint32(total >> shift)
            behind = head[there & mask]
            entries[top, _NODE], entries[top, _NEXT] = neighbour, behind
            head[there & mask] = np.int32(top) if queued else behind
            top += np.int64(queued)
            last = max(last, there) if queued else last
    return int(count)


@compiled
def _offer(desk: Desk, target: int, cost: int) -> int:
    """Lower the cost of a target; return 1 if it is found now, else 0."""
    at = np.uint32(target)
    before = desk.best[at]
    if cost < before:
        desk.best[at] = cost
        if before == UNSEEN:
            word = at >> np.uint32(6)
            desk.found[word] |= np.uint64(1) << np.uint64(at & np.uint32(63))
            desk.groups[word >> np.uint32(6)] |= np.uint64(1) << np.uint64(word & np.uint32(63))
            return 1
    return 0


@compiled
def _by_node(ends: Ends, desk: Desk, size: int, cutoff: int) -> int:
    """Collect the targets that hang on the reached nodes: for searches that reach few. Return how many were found."""
    count = 0
    for position in range(size):
        node = np.uint32(desk.touched[position])
        at_node = np.int64(desk.cost[node])
        for end in range(np.uint64(ends.indptr[node]), np.uint64(ends.indptr[node + np.uint32(1)])):
            total = at_node + ends.link[end, 1]
            if total <= cutoff:
                count += _offer(desk, ends.link[end, 0], total)
    return count


@compiled
def lowered(ends: Ends, direct: Direct, row: int, cutoff: int, desk: Desk, size: int) -> int:
    """Give nodes with a target the cost along the place's own edge, where it is lower.

    For targets that lie alone at nodes (`Ends.alone`), after the search. Return how many nodes have a cost now.
    """
    for pair in range(direct.indptr[row], direct.indptr[row + 1]):
        node = np.uint32(ends.spot[direct.other[pair]])
        if direct.cost[pair] <= cutoff and direct.cost[pair] < desk.cost[node]:
            if desk.cost[node] == UNSEEN:
                desk.touched[size] = node
                size += 1
            desk.cost[node] = direct.cost[pair]
    return size


@compiled
def _mark_nodes(ends: Ends, desk: Desk, size: int) -> int:
    """Mark the reached nodes with a target, for targets alone at nodes, and clean the others; return how many."""
    count = 0
    for position in range(size):
        node = np.uint32(desk.touched[position])
        if ends.alone[node] < 0:
            desk.cost[node] = UNSEEN
            continue
        word = node >> np.uint32(6)
        desk.found[word] |= np.uint64(1) << np.uint64(node & np.uint32(63))
        desk.groups[word >> np.uint32(6)] |= np.uint64(1) << np.uint64(word & np.uint32(63))
        count += 1
    return count


@compiled
def _by_target(legs: Starts, desk: Desk, cutoff: int) -> int:
    """Look from every target at the nodes it hangs on: for searches that reach many. Return how many were found."""
    count = 0
    for target in range(legs.node.shape[0]):
        for end in range(2):
            node = legs.node[target, end]
            if node >= 0 and desk.cost[node] != UNSEEN:
                total = np.int64(desk.cost[node]) + legs.cost[target, end]
                if total <= cutoff:
                    count += _offer(desk, target, total)
    return count


@compiled
def _offered(legs: Starts, ends: Ends, direct: Direct, row: int, cutoff: int, desk: Desk, size: int) -> int:
    """Find the targets of a row from the reached nodes and its own edge, and clean the nodes; return how many."""
    count = 0
    for pair in range(direct.indptr[row], direct.indptr[row + 1]):
        if direct.cost[pair] <= cutoff:
            count += _offer(desk, direct.other[pair], direct.cost[pair])
    if 4 * size < legs.node.shape[0]:
        count += _by_node(ends, desk, size, cutoff)
    else:
        count += _by_target(legs, desk, cutoff)
    for position in range(size):
        desk.cost[desk.touched[position]] = UNSEEN
    return count


@compiled
def _lowest_bit(word: np.uint64) -> np.int64:
    """Return the number of the lowest bit that is set."""
    lowest = word & (~word + np.uint64(1))
    return np.int64(_BIT_OF[(lowest * _DE_BRUIJN) >> np.uint64(58)])


@compiled
def _emit(desk: Desk, alone: I32, targets: I32, costs: I32) -> None:
    """Write what was found, targets or nodes with one alone, in ascending order with costs, and clean the desk."""
    filled = 0
    best = desk.cost if alone.size else desk.best
    for group in range(desk.groups.size):
        while desk.groups[group]:
            word = 64 * group + _lowest_bit(desk.groups[group])
            left = desk.found[word]
            while left:
                found = np.uint32(64 * word + _lowest_bit(left))
                targets[filled], costs[filled] = alone[found] if alone.size else found, best[found]
                best[found] = UNSEEN
                filled += 1
                left &= left - np.uint64(1)
            desk.found[word] = 0
            desk.groups[group] &= desk.groups[group] - np.uint64(1)


@compiled
def _fetched(links: Links, ends: Ends, desk: Desk, start: Whole, near: int) -> None:
    """Read what lies in memory around the start of a search, so that it is in the cache when the search comes there.

    Nodes are numbered so that neighbours are near each other. These reads do not wait for one another; those of the
    search do. The sum goes where anything may be, lest the compiler leave the reads out.
    """
    first, last = max(0, start - near), min(links.indptr.size - 1, start + near)
    read = np.int64(0)
    for node in range(first, last, _LINE):
        read += desk.cost[node] + links.indptr[node]
        if ends.alone.size:
            read += ends.alone[node]
    for arc in range(links.indptr[first], links.indptr[last], _LINE // 2):
        read += links.link[arc, 0]
    desk.touched[desk.touched.size - 1] = np.int32(read)


@compiled
def _grown(array: I32, filled: int, size: int) -> I32:
    """Return a longer array that begins like this one."""
    longer = np.empty(size, dtype=np.int32)
    longer[:filled] = array[:filled]
    return longer


@compiled
def bounded_rows(
    links: Links, starts: Starts, legs: Starts, ends: Ends, direct: Direct, cutoff: int, shift: int, desk: Desk
) -> tuple[I64, I32, I32]:
    """Return, row by row of `starts`, the targets up to a cutoff and their costs.

    Parameters
    ----------
    links
        Arcs leading away from the places.
    starts
        One row per place.
    legs, ends
        How the targets hang on the nodes, by target and by node.
    direct
        One row per place: targets on its own edge.
    cutoff
        Largest cost held, at most `MAX_CUTOFF`.
    shift
        Width of a bucket of the desk's queue.
    desk
        Of this thread.

    Returns
    -------
    tuple
        Number of targets per row (int64; the first is -1 where the queue had too little room: the desk is then spoilt),
        targets (int32, ascending in each row), costs (int32).
    """
    counts = np.zeros(starts.node.shape[0], dtype=np.int64)
    targets, costs, filled = desk.targets, desk.costs, 0
    near = 0
    for row in range(starts.node.shape[0]):
        _fetched(links, ends, desk, np.int64(max(starts.node[row, 0], starts.node[row, 1])), near)
        size = search(links, starts.node[row], starts.cost[row], cutoff, shift, desk)
        if size < 0:
            counts[0] = -1
            break
        near = min(size, _NEAR)
        if ends.alone.size:
            count = _mark_nodes(ends, desk, lowered(ends, direct, row, cutoff, desk, size))
        else:
            count = _offered(legs, ends, direct, row, cutoff, desk, size)
        if filled + count > targets.size:
            targets = _grown(targets, filled, max(2 * targets.size, filled + count))
            costs = _grown(costs, filled, targets.size)
        _emit(desk, ends.alone, targets[filled : filled + count], costs[filled : filled + count])
        filled += count
        counts[row] = count
    return counts, targets[:filled].copy(), costs[:filled].copy()
