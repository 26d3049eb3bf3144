"""What a mode sees of a network: arcs with costs, in both directions, in compressed sparse rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError, fault
from planner.network.graph import BACKWARD, FORWARD, RoadNetwork
from planner.network.lanes import Lanes, lanes_of
from planner.network.mode import Mode
from planner.units import CostKind, to_cost, travel_times_ms

_LARGEST_ARC = np.iinfo(np.int32).max


class Arcs(NamedTuple):
    """Arcs by their start: those of state n are at ``indptr[n]:indptr[n + 1]``.

    Attributes
    ----------
    indptr
        int64, shape (states + 1,). The first states are the nodes: see `planner.network.lanes.Lanes`.
    heads
        int32: the state each arc leads to.
    costs
        int32, millimetres or milliseconds, >= 0.
    """

    indptr: npt.NDArray[np.int64]
    heads: npt.NDArray[np.int32]
    costs: npt.NDArray[np.int32]


class ModeView(NamedTuple):
    """A network as one mode sees it, by one cost.

    Attributes
    ----------
    outgoing
        Arcs as they are travelled.
    incoming
        The same arcs reversed.
    speed_kph
        float64, shape (lanes, 2): km/h from u to v and from v to u; NaN on edges closed to the mode.
    cost_kind
        ``"distance_m"`` or ``"travel_time_s"``.
    lanes
        Edges and nodes of arcs.
    """

    outgoing: Arcs
    incoming: Arcs
    speed_kph: npt.NDArray[np.float64]
    cost_kind: CostKind
    lanes: Lanes


def mode_view(network: RoadNetwork, mode: str, cost_kind: CostKind) -> ModeView:
    """Return a network as a mode sees it.

    Of parallel arcs only the cheapest is kept, and no loops: neither changes what anything costs.

    Parameters
    ----------
    network
        Roads.
    mode
        Name of one of the network's modes.
    cost_kind
        ``"distance_m"`` or ``"travel_time_s"``.

    Raises
    ------
    NetworkError
        If an edge costs more than a 32-bit integer holds (2,147 km, or 24 days).
    """
    lanes = lanes_of(network, mode)
    permitted = network.permitted(mode)[lanes.edge]
    speed = network.directed_speeds(mode)[lanes.edge]
    length = network.length_mm[lanes.edge]
    forward, backward = (permitted & FORWARD) > 0, (permitted & BACKWARD) > 0
    tails = np.concatenate((lanes.start[forward, 0], lanes.start[backward, 1], lanes.tail))
    heads = np.concatenate((lanes.leave[forward, 1], lanes.leave[backward, 0], lanes.head))
    links = lanes.crossed * crossing_cost(network.mode(mode), cost_kind)
    along, back = length[forward], length[backward]
    if cost_kind == "travel_time_s":
        along, back = travel_times_ms(along, speed[forward, 0]), travel_times_ms(back, speed[backward, 1])
    costs = np.concatenate((along, back, links))
    if len(costs) and costs.max() > _LARGEST_ARC:
        found = f"one that costs {costs.max():.3g} mm or ms"
        raise NetworkError(fault("road edges shorter than 2,000 km or 24 days", found, "check lengths and speeds"))
    open_ = (tails >= 0) & (heads >= 0)
    tails, heads, costs = tails[open_], heads[open_], costs[open_]
    return ModeView(
        outgoing=_arcs(len(lanes.node), tails, heads, costs),
        incoming=_arcs(len(lanes.node), heads, tails, costs),
        speed_kph=speed,
        cost_kind=cost_kind,
        lanes=lanes,
    )


def passing(view: ModeView, arcs: Arcs) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return from which state one passes along every lane, and to which one gets, at u and at v.

    Parameters
    ----------
    view
        A network as a mode sees it.
    arcs
        Its ``outgoing`` or ``incoming`` arcs: for these, both are exchanged.

    Returns
    -------
    tuple
        Twice int32, shape (lanes, 2).
    """
    ways = (view.lanes.start, view.lanes.leave)
    return ways if arcs is view.outgoing else ways[::-1]


def crossing_cost(mode: Mode, cost_kind: CostKind) -> int:
    """Return what a mode is charged for crossing a road away from a crossing: millimetres or milliseconds."""
    charged = mode.crossing_s if cost_kind == "travel_time_s" else mode.crossing_m
    return to_cost(charged or 0.0, cost_kind=cost_kind)


def _arcs(
    node_count: int, tails: npt.NDArray[np.int32], heads: npt.NDArray[np.int32], costs: npt.NDArray[np.int64]
) -> Arcs:
    order = np.lexsort((costs, heads, tails))
    tails, heads, costs = tails[order], heads[order], costs[order]
    repeated = np.zeros(len(tails), dtype=bool)
    repeated[1:] = (tails[1:] == tails[:-1]) & (heads[1:] == heads[:-1])
    kept = ~repeated & (tails != heads)
    indptr = np.zeros(node_count + 1, dtype=np.int64)
    np.cumsum(np.bincount(tails[kept], minlength=node_count), out=indptr[1:])
    return Arcs(indptr=indptr, heads=heads[kept].astype(np.int32), costs=costs[kept].astype(np.int32))
