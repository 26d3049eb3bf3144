"""Roads that cannot be crossed away from a crossing: each becomes two lanes, one per side.

At a node of such a road the directions between two of its arms form a sector. Whoever is in a sector gets to the roads
in it and to the near side of the arms that bound it, and to another sector only across an arm. A crossing makes one of
all sectors; so does the end of a road where others go on, which one may walk round. Where it ends alone, as at the edge
of an extract, its sides stay apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.graph import RoadNetwork
from planner.network.mode import RAILWAY

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


class Sides(NamedTuple):
    """States and links of a mode that roads sever; as in `planner.network.lanes.Lanes`, `ends` for both directions."""

    ends: I32
    right: I32
    node: I32
    tail: I32
    head: I32
    crossed: I64


class _Sectors(NamedTuple):
    """Per end of an edge: the state on its left and on its right, looking away from the node, and all states' nodes."""

    left: I32
    right: I32
    node: I32


def severing_edges(network: RoadNetwork, mode: str) -> npt.NDArray[np.bool_]:
    """Return which edges part what lies on their two sides for a mode, whether it may use them or not."""
    severing = np.isin(np.array(network.classes, dtype=str), network.mode(mode).severed_by)
    return np.asarray(severing[network.class_code], dtype=np.bool_)


def right_lanes(network: RoadNetwork, mode: str) -> I32:
    """Return the number of the lane on the right side of every edge that has two, -1 for the others.

    Closed edges keep theirs: numbers of lanes are the same whatever is closed, as those of edges are.
    """
    two = severing_edges(network, mode) & (network.permitted_if_open(mode) > 0)
    lane = np.full(network.edge_count, -1, dtype=np.int32)
    lane[two] = network.edge_count + np.arange(int(two.sum()))
    return lane


def sided(network: RoadNetwork, mode: str, ends: I32) -> Sides:
    """Return the lanes and states of a mode that roads sever.

    Parameters
    ----------
    network
        Roads.
    mode
        Name of one of their modes.
    ends
        int32, shape (edges, 2): nodes at u and v, -1 where nothing goes on.
    """
    severing = severing_edges(network, mode)
    sectors = _sectors(network, ends.ravel(), severing)
    left, right = sectors.left.reshape(-1, 2), sectors.right.reshape(-1, 2)
    lane = right_lanes(network, mode)
    two = lane >= 0
    along = np.where(severing[:, None], np.column_stack((left[:, 0], right[:, 1])), left)
    against = np.column_stack((right[two, 0], left[two, 1]))
    arms = np.flatnonzero(np.repeat(severing, 2) & (sectors.left != sectors.right))
    tail = np.concatenate((sectors.left[arms], sectors.right[arms]))
    head = np.concatenate((sectors.right[arms], sectors.left[arms]))
    sides = Sides(np.concatenate((along, against)), lane, sectors.node, tail, head, np.ones(len(tail), dtype=np.int64))
    if RAILWAY in network.mode(mode).severed_by and len(network.rules.rails):
        sides = _cut_at_rails(sides, network.rules.rails)
    if network.mode(mode).crossing_m is None:
        empty = np.zeros(0, dtype=np.int32)
        return sides._replace(tail=empty, head=empty, crossed=np.zeros(0, dtype=np.int64))
    return sides


def _sectors(network: RoadNetwork, at: I32, severing: npt.NDArray[np.bool_]) -> _Sectors:
    """Return the states left and right of every end of an edge."""
    arm = np.repeat(severing, 2) & (at >= 0)
    arms = np.bincount(at[arm], minlength=network.node_count)
    ends = np.bincount(at[at >= 0], minlength=network.node_count)
    parted = (arms > 1) | ((arms == 1) & (ends == 1))
    sectors = np.maximum(arms, 2)
    parted[network.rules.crossings] = False
    chosen = np.flatnonzero((at >= 0) & parted[at])
    chosen = chosen[np.lexsort((chosen, _bearings(network)[chosen], at[chosen]))]
    node = at[chosen]
    so_far = np.cumsum(arm[chosen])
    before = np.concatenate(([0], so_far))[np.searchsorted(node, node)]
    rank: I64 = so_far - before
    count = sectors[node]
    nodes = np.flatnonzero(parted)
    first = np.zeros(network.node_count, dtype=np.int64)
    first[nodes] = network.node_count + np.concatenate(([0], np.cumsum(sectors[nodes] - 1)[:-1])) if len(nodes) else 0

    def state(sector: I64) -> I32:
        return np.where(sector == 0, node, first[node] + sector - 1).astype(np.int32)

    left, right = at.copy(), at.copy()
    left[chosen] = state((rank - 1) % count)
    right[chosen] = state((rank - 1 - arm[chosen]) % count)
    of_state = np.concatenate((np.arange(network.node_count), np.repeat(nodes, sectors[nodes] - 1))).astype(np.int32)
    return _Sectors(left=left, right=right, node=of_state)


def _bearings(network: RoadNetwork) -> npt.NDArray[np.float64]:
    """Return in which direction each end of an edge leaves its node: radians, anticlockwise from east."""
    first, last = network.offsets[:-1], network.offsets[1:] - 1
    near = np.column_stack((first, last)).ravel()
    step = np.tile(np.array([1, -1]), network.edge_count)
    away = network.coords[near + step] - network.coords[near]
    return np.asarray(np.arctan2(away[:, 1], away[:, 0]))


def _cut_at_rails(sides: Sides, rails: I32) -> Sides:
    """Return the same with every lane ending for itself at the nodes that lie on rails, all joined by links there."""
    flat = sides.ends.ravel()
    node = np.where(flat >= 0, sides.node[flat], -1)
    chosen = np.flatnonzero(np.isin(node, rails))
    chosen = chosen[np.argsort(node[chosen], kind="stable")]
    own = len(sides.node) + np.arange(len(chosen), dtype=np.int32)
    ends = flat.copy()
    ends[chosen] = own
    first = np.searchsorted(node[chosen], node[chosen])
    count = np.searchsorted(node[chosen], node[chosen], side="right") - first
    one = np.repeat(np.arange(len(chosen)), count)
    other = np.repeat(first, count) + np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
    one, other = one[one != other], other[one != other]
    return Sides(
        ends=ends.reshape(-1, 2),
        right=sides.right,
        node=np.concatenate((sides.node, node[chosen])).astype(np.int32),
        tail=np.concatenate((sides.tail, own[one])),
        head=np.concatenate((sides.head, own[other])),
        crossed=np.concatenate((sides.crossed, np.ones(len(one), dtype=np.int64))),
    )
