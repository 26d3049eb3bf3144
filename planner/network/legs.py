"""From attachments to what the searches start and end with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.compiled import I32, Direct, Ends, Starts
from planner.network.graph import BACKWARD, FORWARD, RoadNetwork
from planner.network.modes import Mode
from planner.network.reach import Direction
from planner.network.snapping import ATTACHED, Attachments
from planner.network.views import Arcs, ModeView, crossing_cost
from planner.units import CostKind, travel_times_ms


class Roads(NamedTuple):
    """A network by one mode, cost and direction, as seen from the places.

    What going to a place along the arcs costs, going away from it along the reversed arcs costs. So the searches
    always go away from the places, and everything here is reversed where people come (``toward``).

    Attributes
    ----------
    arcs
        In compressed sparse rows.
    enter, leave
        int32, shape (lanes, 2): as `planner.network.lanes.Lanes`, exchanged where people come.
    permitted
        Bits of `RoadNetwork.permitted`, by lane.
    speed_kph
        float64, shape (lanes, 2): as the searches go, from u to v and from v to u.
    view
        The network as the mode sees it.
    mode
        The mode.
    """

    arcs: Arcs
    enter: npt.NDArray[np.int32]
    leave: npt.NDArray[np.int32]
    permitted: npt.NDArray[np.uint8]
    speed_kph: npt.NDArray[np.float64]
    view: ModeView
    mode: Mode

    def costs_of(
        self, lengths: npt.NDArray[np.int64], lanes: npt.NDArray[np.integer], *, backward: npt.ArrayLike
    ) -> npt.NDArray[np.int64]:
        """Return what lengths (millimetres) along lanes cost: millimetres, or milliseconds at their speed.

        A part of an edge takes its share of the edge's time by length, wherever on the edge it lies.

        Parameters
        ----------
        lengths, lanes
            Of each part.
        backward
            Whether the searches go from v to u, by part or for all.
        """
        if self.view.cost_kind == "distance_m":
            return np.asarray(lengths, dtype=np.int64)
        return travel_times_ms(lengths, self.speed_kph[lanes, np.asarray(backward, dtype=np.intp)])


def roads_of(network: RoadNetwork, mode: str, view: ModeView, direction: Direction) -> Roads:
    """Return a network as the searches from the places see it."""
    lanes = view.lanes
    permitted = network.permitted(mode)[lanes.edge]
    enter, leave, speed = lanes.enter, lanes.leave, view.speed_kph
    if direction == "toward":
        enter, leave, speed = leave, enter, speed[:, ::-1]
        permitted = (((permitted & FORWARD) << 1) | ((permitted & BACKWARD) >> 1)).astype(np.uint8)
    return Roads(
        arcs=view.outgoing if direction == "from" else view.incoming,
        enter=enter,
        leave=leave,
        permitted=permitted,
        speed_kph=speed,
        view=view,
        mode=network.mode(mode),
    )


def turns_of(roads: Roads, cost_kind: CostKind) -> tuple[I32, I32, npt.NDArray[np.int64]]:
    """Return the ways from state to state at one node, away from the places, and what they cost.

    Parameters
    ----------
    roads
        Roads as the searches see them.
    cost_kind
        Of the costs, which need not be that of the roads.
    """
    lanes = roads.view.lanes
    tail, head = lanes.tail, lanes.head
    if roads.arcs is roads.view.incoming:
        tail, head = head, tail
    return tail, head, lanes.crossed * crossing_cost(roads.mode, cost_kind)


def leaving(roads: Roads, points: Attachments) -> Starts:
    """Return what it costs to get from points to the ends of their edges."""
    return _legs(roads, points, roads.leave, to_u=BACKWARD, to_v=FORWARD)


def arriving(roads: Roads, points: Attachments) -> Starts:
    """Return what it costs to get from the ends of their edges to points."""
    return _legs(roads, points, roads.enter, to_u=FORWARD, to_v=BACKWARD)


def _legs(
    roads: Roads, points: Attachments, states: npt.NDArray[np.int32], *, to_u: np.uint8, to_v: np.uint8
) -> Starts:
    """Return access leg and stretch of the edge, to the states at both of its ends.

    A point at the very end of an edge is at the node there, in whichever direction the edge may be travelled.
    """
    node = np.full((len(points.edge), 2), -1, dtype=np.int32)
    cost = np.zeros((len(points.edge), 2), dtype=np.int64)
    held = np.flatnonzero(points.status == ATTACHED)
    edge = points.edge[held]
    access = access_costs(roads, points)[held]
    for end, (bit, stretch) in enumerate(((to_u, points.along_mm), (to_v, points.rest_mm))):
        reachable = ((roads.permitted[edge] & bit) > 0) | (stretch[held] == 0)
        node[held, end] = np.where(reachable, states[edge, end], -1)
        cost[held, end] = access + roads.costs_of(stretch[held], edge, backward=bit == BACKWARD)
    return Starts(node=node, cost=cost)


def access_costs(roads: Roads, points: Attachments) -> npt.NDArray[np.int64]:
    """Return what the access legs cost."""
    if roads.view.cost_kind == "distance_m":
        return points.access_mm
    return travel_times_ms(points.access_mm, roads.mode.access_speed_kph)


def hanging(legs: Starts, node_count: int) -> Ends:
    """Return the same legs by node."""
    flat = np.flatnonzero(legs.node.ravel() >= 0)
    node, cost = legs.node.ravel()[flat], legs.cost.ravel()[flat]
    order = np.argsort(node, kind="stable")
    return Ends(
        indptr=_indptr(node, node_count),
        target=(flat // 2)[order].astype(np.int32),
        cost=cost[order],
    )


def direct_pairs(roads: Roads, places: Attachments, targets: Attachments) -> tuple[Direct, Direct]:
    """Return what it costs to go from places to targets along an edge that both lie on, by place and by target."""
    met = np.zeros(len(roads.permitted) + 1, dtype=bool)  # one more: -1 is its own edge
    met[places.edge] = True
    near = np.flatnonzero(met[targets.edge])
    order = near[np.argsort(targets.edge[near], kind="stable")]
    edges = targets.edge[order]
    first = np.searchsorted(edges, places.edge, side="left")
    count = np.where(places.edge >= 0, np.searchsorted(edges, places.edge, side="right") - first, 0)
    place = np.repeat(np.arange(len(places.edge)), count)
    run = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    target = order[np.repeat(first, count) + run]
    ahead = targets.along_mm[target] - places.along_mm[place]
    edge = places.edge[place]
    bits = roads.permitted[edge]
    open_ = (ahead == 0) | ((ahead > 0) & ((bits & FORWARD) > 0)) | ((ahead < 0) & ((bits & BACKWARD) > 0))
    legs = access_costs(roads, places)[place] + access_costs(roads, targets)[target]
    cost = legs + roads.costs_of(np.abs(ahead), edge, backward=ahead < 0)
    place, target, cost = place[open_], target[open_], cost[open_]
    return _direct(place, target, cost, len(places.edge)), _direct(target, place, cost, len(targets.edge))


def _direct(
    row: npt.NDArray[np.intp], other: npt.NDArray[np.intp], cost: npt.NDArray[np.int64], row_count: int
) -> Direct:
    order = np.lexsort((other, row))
    return Direct(indptr=_indptr(row, row_count), other=other[order].astype(np.int32), cost=cost[order])


def _indptr(row: npt.NDArray[np.integer], row_count: int) -> npt.NDArray[np.int64]:
    indptr = np.zeros(row_count + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=row_count), out=indptr[1:])
    return indptr
