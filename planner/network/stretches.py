"""Which stretches of the roads lie within a cutoff of places: every edge cut exactly where the cutoff is reached."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.network.bounded import bounded_reach
from planner.network.cutting import Pieces, merged_pieces
from planner.network.graph import BACKWARD, FORWARD, RoadNetwork
from planner.network.legs import Roads, access_costs
from planner.network.reach import ReachLabel
from planner.network.snapping import ATTACHED, Attachments


class Spread(NamedTuple):
    """What is reached from one place, or from several together.

    Attributes
    ----------
    node, cost
        int32 nodes and int64 costs (millimetres or milliseconds), access legs included; a node may occur repeatedly.
    edge, along_mm, own_cost
        The places themselves: int32 edges, int64 millimetres along them, int64 costs of their access legs.
    """

    node: npt.NDArray[np.int32]
    cost: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int32]
    along_mm: npt.NDArray[np.int64]
    own_cost: npt.NDArray[np.int64]


class Exits(NamedTuple):
    """Ends of edges by node, where an edge may be entered: those of node n are at ``indptr[n]:indptr[n + 1]``.

    Attributes
    ----------
    indptr, edge, at_u
        int64, shape (nodes + 1,); int32; bool: whether the edge is entered at its first end.
    """

    indptr: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int32]
    at_u: npt.NDArray[np.bool_]


def exits_of(roads: Roads) -> Exits:
    """Return where the edges of a network may be entered, going away from the places."""
    forward = np.flatnonzero(roads.permitted & FORWARD)
    backward = np.flatnonzero(roads.permitted & BACKWARD)
    node = np.concatenate((roads.u[forward], roads.v[backward]))
    edge = np.concatenate((forward, backward))
    at_u = np.arange(len(edge)) < len(forward)
    order = np.lexsort((edge, node))
    indptr = np.searchsorted(node[order], np.arange(len(roads.arcs.indptr))).astype(np.int64)
    return Exits(indptr=indptr, edge=edge[order].astype(np.int32), at_u=at_u[order])


def spreads_of(
    label: ReachLabel, network: RoadNetwork, roads: Roads, places: Attachments, *, cutoff: int, threads: int
) -> list[Spread]:
    """Return what is reached from each of the places, up to a cutoff.

    Parameters
    ----------
    label
        Mode, cost and direction.
    network, roads
        The roads, and what the searches see of them.
    places
        How the places attach.
    cutoff
        Millimetres or milliseconds.
    threads
        How many threads search.
    """
    nodes = _nodes_as_points(network, roads)
    reach = bounded_reach(label, roads, places, nodes, cutoff=cutoff, threads=threads)
    node_of = nodes.ids.to_numpy().astype(np.int32)
    own = access_costs(roads, places)
    spreads = []
    for row in range(len(places.ids)):
        held = slice(reach.indptr[row], reach.indptr[row + 1])
        at = slice(row, row + 1) if places.status[row] == ATTACHED else slice(0, 0)
        spreads.append(
            Spread(
                node=node_of[reach.indices[held]],
                cost=reach.costs[held].astype(np.int64),
                edge=places.edge[at],
                along_mm=places.along_mm[at],
                own_cost=own[at],
            )
        )
    return spreads


def _nodes_as_points(network: RoadNetwork, roads: Roads) -> Attachments:
    """Return the nodes with roads of the mode as points without access legs, each at the end of one of its edges."""
    used = np.flatnonzero(roads.permitted > 0)
    ends = np.concatenate((network.u[used], network.v[used]))
    node, first = np.unique(ends, return_index=True)
    edge = used[first % max(len(used), 1)].astype(np.int32)
    length = network.length_mm[edge]
    along = np.where(first < len(used), 0, length)
    return Attachments(
        ids=pd.Index(node),
        status=np.full(len(node), ATTACHED, dtype=np.int8),
        edge=edge,
        along_mm=along,
        rest_mm=length - along,
        access_mm=np.zeros(len(node), dtype=np.int64),
        component=np.zeros(len(node), dtype=np.int32),
    )


def together_of(spreads: list[Spread]) -> Spread:
    """Return what is reached from any of several places."""
    return Spread(*(np.concatenate(arrays) for arrays in zip(*spreads, strict=True)))


def reached_pieces(network: RoadNetwork, roads: Roads, exits: Exits, spread: Spread, cutoff: int) -> Pieces:
    """Return the pieces of edges that cost at most a cutoff, to the millimetre and never more.

    Parameters
    ----------
    network, roads
        The roads, and what the searches see of them.
    exits
        `exits_of` them.
    spread
        What is reached.
    cutoff
        Millimetres or milliseconds, at most the one of the search.
    """
    held = spread.cost <= cutoff
    node, left = spread.node[held], cutoff - spread.cost[held]
    count = exits.indptr[node + 1] - exits.indptr[node]
    at = np.repeat(exits.indptr[node] - np.cumsum(count) + count, count) + np.arange(count.sum())
    edge, at_u = exits.edge[at], exits.at_u[at]
    far, length = _lengths_within(network, roads, edge, np.repeat(left, count)), network.length_mm[edge]
    from_ends = Pieces(edge, np.where(at_u, 0, length - far), np.where(at_u, far, length))
    own = _own_pieces(network, roads, spread, cutoff)
    return merged_pieces(
        Pieces(
            np.concatenate((from_ends.edge, own.edge)),
            np.concatenate((from_ends.start_mm, own.start_mm)),
            np.concatenate((from_ends.stop_mm, own.stop_mm)),
        )
    )


def _own_pieces(network: RoadNetwork, roads: Roads, spread: Spread, cutoff: int) -> Pieces:
    """Return what is reached of the edges that the places themselves lie on."""
    held = spread.own_cost <= cutoff
    edge, along = spread.edge[held], spread.along_mm[held]
    far = _lengths_within(network, roads, edge, cutoff - spread.own_cost[held])
    bits, length = roads.permitted[edge], network.length_mm[edge]
    start = np.where(bits & BACKWARD, np.maximum(along - far, 0), along)
    stop = np.where(bits & FORWARD, np.minimum(along + far, length), along)
    return Pieces(edge, start, stop)


def _lengths_within(
    network: RoadNetwork, roads: Roads, edge: npt.NDArray[np.int32], left: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return how many millimetres of edges what is left of the cutoff pays for, rounded down; the edge at most."""
    length = network.length_mm[edge]
    far = left
    if roads.view.cost_kind == "travel_time_s":
        far = np.floor(left * (roads.view.edge_speed_kph[edge] / 3.6)).astype(np.int64)
    return np.where(roads.view.costs_of(length, edge) <= left, length, np.minimum(far, length))
