"""The k nearest places of every target. Compiled.

One search from all places at once. A node keeps a list of its k best labels, cost and place packed into one integer: a
label passes along an arc by adding the arc's cost, the order of two labels stays what it was, and equal costs fall to
the lower place, also across arcs of cost zero. The lists of the nodes at the ends of a target's edge give the target's.

Okabe, A., Satoh, T., Furuta, T., Suzuki, A., & Okano, K. (2008). Generalized network Voronoi diagrams. International
Journal of Geographical Information Science 22, 965-994 (the order-k diagram).
"""

from __future__ import annotations

import numpy as np

from planner.network.compiled import I32, I64, Buckets, Direct, Links, Starts, Whole, compiled

NO_LABEL = np.int64(2**63 - 1)

DONE, OVERFLOW, FULL = 0, 1, 2

_LABEL, _NODE_NEXT = 0, 1
_NODE, _NEXT = 0, 1
_LOW = np.int64(0xFFFFFFFF)


@compiled
def _accept(best: I64, first: Whole, k: int, label: Whole, mask: Whole) -> bool:
    """Put a label into the list at ``first:first + k``, ascending, each place once; return whether it belongs there."""
    at, last = np.uint64(first), np.uint64(first + k - 1)
    if label >= best[last]:
        return False
    while best[at] <= label:
        if (best[at] ^ label) & mask == 0:
            return False
        at += np.uint64(1)
    moved = label
    while at < last:
        pushed = best[at]
        best[at] = moved
        if (pushed ^ label) & mask == 0:
            return True
        moved = pushed
        at += np.uint64(1)
    best[at] = moved
    return True


@compiled
def _is_held(best: I64, first: Whole, k: int, label: Whole) -> bool:
    """Whether a list still holds a label, or better ones have taken its place."""
    for rank in range(np.uint64(first), np.uint64(first + k)):  # noqa: SIM110 - Numba compiles no generators here
        if best[rank] == label:
            return True
    return False


@compiled
def _seeded(
    starts: Starts, k: int, place_bits: int, shift: Whole, best: I64, head: I32, entries: I64
) -> tuple[int, np.uint64]:
    """Queue all places; return how many entries there are (-1 where there is too little room), and the first bucket."""
    live, bucket = 0, np.uint64(NO_LABEL)
    mask = (np.int64(1) << place_bits) - 1
    for place in range(starts.node.shape[0]):
        for end in range(2):
            node, label = np.int64(starts.node[place, end]), (starts.cost[place, end] << place_bits) | place
            if node >= 0 and _accept(best, node * k, k, label, mask):
                if live == entries.shape[0]:
                    return -1, bucket
                bucket = min(bucket, np.uint64(label >> shift))
                slot = np.uint64(label >> shift) & np.uint64(head.size - 1)
                entries[live, _LABEL], entries[live, _NODE_NEXT] = label, (node << 32) | (head[slot] & _LOW)
                head[slot] = live
                live += 1
    return live, bucket


@compiled
def _seeded_one(
    starts: Starts, place_bits: int, shift: Whole, best: I64, head: I32, entries: I32
) -> tuple[int, np.uint64]:
    """As `_seeded`, for lists of one."""
    live, bucket, slots = 0, np.uint64(NO_LABEL), np.uint64(head.size - 1)
    for place in range(starts.node.shape[0]):
        for end in range(2):
            node, label = starts.node[place, end], (starts.cost[place, end] << place_bits) | place
            if node >= 0 and label < best[node]:
                if live == entries.shape[0]:
                    return -1, bucket
                best[node] = label
                slot = np.uint64(label >> shift) & slots
                entries[live, _NODE], entries[live, _NEXT] = node, head[slot]
                head[slot] = live
                live += 1
                bucket = min(bucket, np.uint64(label >> shift))
    return live, bucket


@compiled
def _one_at_nodes(links: Links, starts: Starts, place_bits: int, buckets: Buckets, room: int) -> tuple[I64, int]:
    """As `nearest_at_nodes`, for lists of one: a node has one label, and an entry of the queue need not repeat it.

    An entry in a bucket that is no longer the node's is passed over.
    """
    indptr, link = links.indptr, links.link
    best = np.full(indptr.size - 1, NO_LABEL, dtype=np.int64)
    head = np.full(buckets.length, -1, dtype=np.int32)
    entries = np.empty((room, 2), dtype=np.int32)
    slots, shift, bits = np.uint64(head.size - 1), np.uint64(buckets.shift + place_bits), np.uint64(place_bits)
    live, bucket = _seeded_one(starts, place_bits, np.int64(shift), best, head, entries)
    top, free = live, np.int32(-1)
    if live < 0:
        return best, FULL
    while live > 0:
        item = head[bucket & slots]
        if item < 0:
            bucket += np.uint64(1)
            continue
        at = np.uint32(item)
        node = np.uint32(entries[at, _NODE])
        head[bucket & slots] = entries[at, _NEXT]
        entries[at, _NEXT] = free
        free = item
        live -= 1
        label = best[node]
        if np.uint64(label) >> shift != bucket:
            continue
        for arc in range(np.uint64(indptr[node]), np.uint64(indptr[node + np.uint32(1)])):
            leads_to = link[arc, 0]
            neighbour = np.uint32(leads_to ^ (leads_to >> 31))  # of a complement, the node
            total = label + np.int64(np.uint64(link[arc, 1]) << bits)
            if total >= best[neighbour]:
                continue
            if total < 0:
                return best, OVERFLOW
            best[neighbour] = total
            if leads_to < 0:
                continue
            if free >= 0:
                item = free
                free = entries[np.uint32(item), _NEXT]
            elif top == room:
                return best, FULL
            else:
                item = np.int32(top)
                top += 1
            slot = (np.uint64(total) >> shift) & slots
            entries[np.uint32(item), _NODE], entries[np.uint32(item), _NEXT] = np.int32(neighbour), head[slot]
            head[slot] = item
            live += 1
    return best, DONE


@compiled
def nearest_at_nodes(
    links: Links, starts: Starts, k: int, place_bits: int, buckets: Buckets, room: int
) -> tuple[I64, int]:
    """Return the k best labels of every node: ``cost << place_bits | place``, ascending.

    Parameters
    ----------
    links
        Arcs leading away from the places.
    starts
        One row per place.
    k
        Length of the lists.
    place_bits
        Bits that hold the number of a place.
    buckets
        Shape of the queue, for starts together.
    room
        How many entries the queue holds.

    Returns
    -------
    tuple
        Labels (int64, shape (nodes * k,), `NO_LABEL` for none), and how it went: `DONE`, `OVERFLOW` where a cost did
        not fit into the remaining bits, `FULL` where the queue had too little room.
    """
    if k == 1:
        return _one_at_nodes(links, starts, place_bits, buckets, room)
    indptr, link = links.indptr, links.link
    best = np.full((indptr.size - 1) * k, NO_LABEL, dtype=np.int64)
    head = np.full(buckets.length, -1, dtype=np.int32)
    entries = np.empty((room, 2), dtype=np.int64)
    mask = (np.int64(1) << place_bits) - 1
    slots = np.uint64(buckets.length - 1)
    shift = np.int64(buckets.shift + place_bits)
    live, bucket = _seeded(starts, k, place_bits, shift, best, head, entries)
    top, free = live, np.int32(-1)
    if live < 0:
        return best, FULL
    while live > 0:
        item = head[bucket & slots]
        if item < 0:
            bucket += np.uint64(1)
            continue
        at = np.uint32(item)
        label, both = entries[at, _LABEL], entries[at, _NODE_NEXT]
        entries[at, _NODE_NEXT] = free
        head[bucket & slots] = np.int32(both)
        free = item
        live -= 1
        node = np.uint32(both >> 32)
        if not _is_held(best, np.int64(node) * k, k, label):
            continue
        for arc in range(np.uint64(indptr[node]), np.uint64(indptr[node + np.uint32(1)])):
            head_there = np.int64(link[arc, 0])
            neighbour = max(head_there, ~head_there)
            total = label + (np.int64(link[arc, 1]) << place_bits)
            if total < 0:
                return best, OVERFLOW
            if not _accept(best, neighbour * k, k, total, mask) or head_there < 0:
                continue
            if free >= 0:
                item = free
                free = np.int32(entries[np.uint32(item), _NODE_NEXT])
            elif top == room:
                return best, FULL
            else:
                item = np.int32(top)
                top += 1
            at = np.uint32(item)
            slot = np.uint64(total >> shift) & slots
            entries[at, _LABEL], entries[at, _NODE_NEXT] = total, (neighbour << 32) | (head[slot] & _LOW)
            head[slot] = item
            live += 1
    return best, DONE


@compiled
def nearest_at_targets(
    labels: I64, k: int, legs: Starts, direct: Direct, place_bits: int
) -> tuple[I32, I64, int]:  # fmt: skip
    """Return the k nearest places of every target from the lists of the nodes it hangs on.

    Parameters
    ----------
    labels
        What `nearest_at_nodes` returns.
    k
        Length of the lists.
    legs
        One row per target: its nodes, and the cost between them and the target.
    direct
        One row per target: places on its own edge.
    place_bits
        Bits that hold the number of a place.

    Returns
    -------
    tuple
        Places (int32, shape (targets, k), -1 for none), costs (int64, -1 for none), and `DONE`, or `OVERFLOW` where a
        cost did not fit into the remaining bits.
    """
    target_count = legs.node.shape[0]
    places = np.full((target_count, k), -1, dtype=np.int32)
    costs = np.full((target_count, k), -1, dtype=np.int64)
    mask = (np.int64(1) << place_bits) - 1
    best = np.empty(k, dtype=np.int64)
    for target in range(target_count):
        best[:] = NO_LABEL
        for end in range(2):
            first, leg = np.int64(legs.node[target, end]) * k, legs.cost[target, end] << place_bits
            if first >= 0:
                for rank in range(first, first + k):
                    if labels[rank] == NO_LABEL:
                        break
                    total = labels[rank] + leg
                    if total < 0:
                        return places, costs, OVERFLOW
                    _accept(best, 0, k, total, mask)
        for pair in range(direct.indptr[target], direct.indptr[target + 1]):
            _accept(best, 0, k, (direct.cost[pair] << place_bits) | direct.other[pair], mask)
        for rank in range(k):
            if best[rank] != NO_LABEL:
                places[target, rank], costs[target, rank] = best[rank] & mask, best[rank] >> place_bits
    return places, costs, DONE
