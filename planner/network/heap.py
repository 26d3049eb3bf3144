"""A queue of nodes by cost. Compiled."""

from __future__ import annotations

from planner.network.compiled import I32, I64, compiled


@compiled
def push(keys: I64, nodes: I32, size: int, key: int, node: int) -> int:
    """Put a node into a binary heap of `size` entries; return the new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if keys[parent] <= key:
            break
        keys[at], nodes[at] = keys[parent], nodes[parent]
        at = parent
    keys[at], nodes[at] = key, node
    return size + 1


@compiled
def pop(keys: I64, nodes: I32, size: int) -> int:
    """Remove the first entry of a heap of `size` entries, read before; return the new size."""
    last = size - 1
    key, node = keys[last], nodes[last]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[at], nodes[at] = keys[child], nodes[child]
        at = child
    keys[at], nodes[at] = key, node
    return last
