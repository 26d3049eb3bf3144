"""The k nearest places of every target. Compiled.

One search from all places at once, in which a node is settled up to k times; the lists of the nodes at the ends of a
target's edge give the target's.

Okabe, A., Satoh, T., Furuta, T., Suzuki, A., & Okano, K. (2008). Generalized network Voronoi diagrams. International
Journal of Geographical Information Science 22, 965-994 (the order-k diagram).
"""

from __future__ import annotations

import numpy as np

from planner.network.compiled import I32, I64, Direct, Starts, compiled
from planner.network.views import Arcs


@compiled
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


@compiled
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


@compiled
def _seeded(keys: I64, nodes: I32, starts: Starts, place_bits: int) -> int:
    """Put all places into the heap; return its size."""
    size = 0
    for place in range(starts.node.shape[0]):
        for end in range(2):
            if starts.node[place, end] >= 0:
                _sift_up(keys, nodes, size, (starts.cost[place, end] << place_bits) | place, starts.node[place, end])
                size += 1
    return size


@compiled
def _is_closed(owner: I32, count: I32, node: int, place: int) -> bool:
    """Whether a node needs no further offer of a place: its list is full or holds the place."""
    if count[node] >= owner.shape[1]:
        return True
    for rank in range(count[node]):  # noqa: SIM110 - Numba compiles no generators here
        if owner[node, rank] == place:
            return True
    return False


@compiled
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


@compiled
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


@compiled
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
