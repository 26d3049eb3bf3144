"""From attachments to what the searches start and end with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.compiled import I32, UNSEEN, Direct, Ends, Links, Span, Starts, links_of, span_of
from planner.network.desks import Desks
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
    links, span
        The same arcs as the searches read them.
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
    desks
        What searches of these roads write on.
    """

    arcs: Arcs
    links: Links
    span: Span
    enter: npt.NDArray[np.int32]
    leave: npt.NDArray[np.int32]
    permitted: npt.NDArray[np.uint8]
    speed_kph: npt.NDArray[np.float64]
    view: ModeView
    mode: Mode
    desks: Desks

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
    arcs = view.outgoing if direction == "from" else view.incoming
    return Roads(
        arcs=arcs,
        links=links_of(arcs),
        span=span_of(arcs),
        enter=enter,
        leave=leave,
        permitted=permitted,
        speed_kph=speed,
        view=view,
        mode=network.mode(mode),
        desks=Desks(),
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
    link = np.column_stack(((flat // 2)[order], np.minimum(cost[order], UNSEEN))).astype(np.int32)
    alone, spot = _alone(legs, node_count)
    return Ends(indptr=_indptr(node, node_count).astype(np.int32), link=link, alone=alone, spot=spot)


def _alone(legs: Starts, node_count: int) -> tuple[I32, I32]:
    """Return `Ends.alone` and `Ends.spot`."""
    held = legs.node >= 0
    at = legs.node.max(axis=1, initial=-1)
    target = np.flatnonzero(at >= 0)
    if held.all(axis=1).any() or legs.cost[held].any() or (np.diff(at[target]) <= 0).any():
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
    alone = np.full(node_count, -1, dtype=np.int32)
    alone[at[target]] = target
    return alone, at


class OnEdges(NamedTuple):
    """Points by the edge they lie on: those on edge e are at ``indptr[e]:indptr[e + 1]``.

    Attributes
    ----------
    indptr, point
        int64, shape (edges + 1,); int64: positions, ascending on each edge.
    """

    indptr: npt.NDArray[np.int64]
    point: npt.NDArray[np.int64]


def on_edges(roads: Roads, points: Attachments) -> OnEdges:
    """Return points by the edge they lie on."""
    held = np.flatnonzero(points.edge >= 0)
    order = held[np.argsort(points.edge[held], kind="stable")]
    return OnEdges(indptr=_indptr(points.edge[held], len(roads.permitted)), point=order)


def direct_pairs(
    roads: Roads, places: Attachments, targets: Attachments, *, along: OnEdges | None = None
) -> Direct:  # fmt: skip
    """Return what it costs to go from places to targets along an edge that both lie on, by place.

    Parameters
    ----------
    roads
        The network by one mode, cost and direction.
    places, targets
        How they attach to it.
    along
        The targets by edge, where they are ready: then only the places are gone through.
    """
    along = along or on_edges(roads, targets)
    near = np.flatnonzero(places.edge >= 0)
    first, last = along.indptr[places.edge[near]], along.indptr[places.edge[near] + 1]
    count = last - first
    place = np.repeat(near, count)
    target = along.point[np.arange(len(place)) + np.repeat(first - np.cumsum(count) + count, count)]
    ahead = targets.along_mm[target] - places.along_mm[place]
    edge = places.edge[place]
    bits = roads.permitted[edge]
    open_ = (ahead == 0) | ((ahead > 0) & ((bits & FORWARD) > 0)) | ((ahead < 0) & ((bits & BACKWARD) > 0))
    legs = access_costs(roads, places)[place] + access_costs(roads, targets)[target]
    cost = legs + roads.costs_of(np.abs(ahead), edge, backward=ahead < 0)
    by_place = _indptr(place[open_], len(places.edge))
    return Direct(indptr=by_place, other=target[open_].astype(np.int32), cost=cost[open_])


def by_other(direct: Direct, count: int) -> Direct:
    """Return the same pairs by the other of the two, of which there are so many."""
    row = np.repeat(np.arange(len(direct.indptr) - 1, dtype=np.int32), np.diff(direct.indptr))
    order = np.argsort(direct.other, kind="stable")
    return Direct(indptr=_indptr(direct.other, count), other=row[order], cost=direct.cost[order])


def _indptr(row: npt.NDArray[np.integer], row_count: int) -> npt.NDArray[np.int64]:
    indptr = np.zeros(row_count + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=row_count), out=indptr[1:])
    return indptr
