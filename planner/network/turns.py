"""Turn restrictions: a node at which some turn is forbidden becomes one state per way to come to it and to leave it.

Caldwell, T. (1961). On finding minimum routes in a network with turn penalties. Communications of the ACM 4, 107-108
(the graph of turns, used here only at the nodes that need it). Sequences of more than two edges:
`planner.network.sequences`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.graph import RoadNetwork

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


class Turning(NamedTuple):
    """States and links of a mode that is bound by turns; as in `planner.network.lanes.Lanes`.

    `arrive` and `depart`, one per link, are the ends of edges it leads from and to.
    """

    enter: I32
    leave: I32
    node: I32
    tail: I32
    head: I32
    arrive: I64
    depart: I64


def turning(network: RoadNetwork, mode: str, ends: I32, sequences: I32) -> Turning | None:
    """Return the states that turns need; None where no turn is forbidden.

    Parameters
    ----------
    network
        Roads.
    mode
        Name of one of their modes.
    ends
        int32, shape (edges, 2): nodes at u and v, -1 where nothing goes on.
    sequences
        Forbidden sequences (`planner.network.rules.RoadRules`): all their nodes get states.
    """
    u_turns, banned = network.mode(mode).u_turns, network.rules.banned.get(mode, np.zeros((0, 2), dtype=np.int32))
    at = ends.ravel()
    used, held = (
        np.repeat(bits > 0, 2) & (at >= 0) for bits in (network.permitted(mode), network.permitted_if_open(mode))
    )
    turned = np.zeros(network.node_count, dtype=bool)
    ruled = at[np.concatenate((banned[:, 0], sequences[sequences >= 0]))]
    turned[ruled[ruled >= 0]] = True
    if not u_turns:
        turned |= np.bincount(at[used], minlength=network.node_count) > 1
    chosen = np.flatnonzero(held & turned[at])  # who is at the very end of a closed edge is at the node
    if not len(chosen):
        return None
    chosen = chosen[np.argsort(at[chosen], kind="stable")]
    arrive, depart = _pairs(at[chosen])
    kept = permitted_turns(network, mode, chosen[arrive], chosen[depart])
    leave, enter = at.copy(), at.copy()
    first = network.node_count + 2 * np.arange(len(chosen), dtype=np.int32)
    leave[chosen], enter[chosen] = first, first + 1
    return Turning(
        enter=enter.reshape(-1, 2),
        leave=leave.reshape(-1, 2),
        node=np.concatenate((np.arange(network.node_count, dtype=np.int32), np.repeat(at[chosen], 2))).astype(np.int32),
        tail=leave[chosen[arrive[kept]]],
        head=enter[chosen[depart[kept]]],
        arrive=chosen[arrive[kept]],
        depart=chosen[depart[kept]],
    )


def _pairs(node: I32) -> tuple[I64, I64]:
    """Return positions of all ordered pairs with the same node; `node` is ascending."""
    first = np.searchsorted(node, node, side="left")
    count = np.searchsorted(node, node, side="right") - first
    one = np.repeat(np.arange(len(node)), count)
    run = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
    return one, np.repeat(first, count) + run


def permitted_turns(
    network: RoadNetwork, mode: str, arrive: I64, depart: I64, also_banned: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.bool_]:
    """Return which turns, from end to end, may be made.

    Parameters
    ----------
    network, mode
        Roads and one of their modes.
    arrive, depart
        Ends at which one comes off an edge and goes on another, all of them per end at which one comes.
    also_banned
        Turns that are forbidden for where one comes from before that.
    """
    size = 2 * network.edge_count
    banned = network.rules.banned.get(mode, np.zeros((0, 2), dtype=np.int32))
    codes = banned[:, 0].astype(np.int64) * size + banned[:, 1]
    allowed = ~np.isin(arrive * size + depart, codes)
    if also_banned is not None:
        allowed &= ~also_banned
    if not network.mode(mode).u_turns:
        bits = network.permitted(mode)[depart // 2]
        goes_on = allowed & (arrive != depart) & ((bits >> (depart % 2).astype(np.uint8)) & 1 > 0)
        has_way_on = np.zeros(size, dtype=bool)
        has_way_on[arrive[goes_on]] = True
        allowed &= (arrive != depart) | ~has_way_on[arrive]
    return np.asarray(allowed)
