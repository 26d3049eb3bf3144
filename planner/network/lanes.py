"""How the roads of a mode hang together: the states its searches run over.

Most nodes are one state. Where a rule makes it matter where one comes from, a node becomes several: so the searches
need to know of nothing but arcs and costs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.graph import RoadNetwork
from planner.network.sequences import Sequenced, live_sequences, sequenced
from planner.network.sides import sided
from planner.network.turns import turning

I32 = npt.NDArray[np.int32]


class Lanes(NamedTuple):
    """Lanes and states of one mode.

    Lane e, for every edge e, is the edge itself; an edge that severs what lies on its two sides has a second one: lane
    e is then the left side, as the edge is drawn, and the other the right side. An edge in the middle of a forbidden
    sequence has one more, in one direction, per way to have come there; no points lie on these.

    Attributes
    ----------
    edge
        int32, shape (lanes,): the edge of each lane.
    enter, leave
        int32, shape (lanes, 2): the state from which one comes onto a lane at u and at v, and that which one gets to on
        leaving it there; -1 where nothing goes on.
    start
        int32, shape (lanes, 2): the state from which one passes along a lane, from u and from v. It is `enter`, where
        points are come to, unless what may follow depends on where one comes from.
    right
        int32, shape (edges,): the lane of an edge's right side, -1 where there is none; shape (0,) where no edge has
        one.
    node
        int32, shape (states,): the node of each state. The first states are the nodes themselves.
    tail, head, crossed
        int32, int32, int64, shape (links,): from state to state at one node, and how many roads are crossed away from a
        crossing on the way.
    """

    edge: I32
    enter: I32
    leave: I32
    start: I32
    right: I32
    node: I32
    tail: I32
    head: I32
    crossed: npt.NDArray[np.int64]


def lanes_of(network: RoadNetwork, mode: str) -> Lanes:
    """Return the lanes and states of a mode.

    Nodes that it cannot pass are where its roads end. Turn restrictions make a state of every way to come to a node and
    to leave it; roads that it cannot cross make one of every side.
    """
    edges = np.arange(network.edge_count, dtype=np.int32)
    ends = np.column_stack((network.u, network.v))
    blocked = network.rules.blocked.get(mode)
    if blocked is not None and len(blocked):
        ends = np.where(np.isin(ends, blocked), np.int32(-1), ends)
    nodes = np.arange(network.node_count, dtype=np.int32)
    none = np.zeros(0, dtype=np.int32)
    plain = Lanes(edges, ends, ends, ends, none, nodes, none, none, np.zeros(0, dtype=np.int64))
    of = network.mode(mode)
    if of.severed_by:
        sides = sided(network, mode, ends)
        return Lanes(
            edge=np.concatenate((edges, np.flatnonzero(sides.right >= 0).astype(np.int32))),
            enter=sides.ends,
            leave=sides.ends,
            start=sides.ends,
            right=sides.right,
            node=sides.node,
            tail=sides.tail,
            head=sides.head,
            crossed=sides.crossed,
        )
    table = live_sequences(network, mode, ends)
    turns = turning(network, mode, ends, table)
    if turns is None:
        return plain
    lanes = plain._replace(
        enter=turns.enter,
        leave=turns.leave,
        start=turns.enter,
        node=turns.node,
        tail=turns.tail,
        head=turns.head,
        crossed=np.zeros(len(turns.tail), dtype=np.int64),
    )
    return _with_sequences(lanes, sequenced(network, mode, turns, table)) if len(table) else lanes


def _with_sequences(lanes: Lanes, more: Sequenced) -> Lanes:
    """Return the lanes with those that sequences add."""
    return lanes._replace(
        edge=np.concatenate((lanes.edge, more.edge)),
        enter=np.concatenate((lanes.enter, np.full_like(more.start, -1))),
        leave=np.concatenate((lanes.leave, more.leave)),
        start=np.concatenate((more.first, more.start)),
        node=more.node,
        tail=more.tail,
        head=more.head,
        crossed=np.zeros(len(more.tail), dtype=np.int64),
    )
