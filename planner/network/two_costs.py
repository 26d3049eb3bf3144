"""Both costs at once: arcs and legs with time and distance packed into one integer, and the edge of every arc."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.compiled import Starts
from planner.network.graph import BACKWARD, FORWARD
from planner.network.legs import Roads, arriving, leaving, turns_of
from planner.network.snapping import Attachments
from planner.network.trace_search import TwoCosts
from planner.network.views import passing
from planner.units import CostKind

LOW = np.int64(0xFFFFFFFF)


class Traced(NamedTuple):
    """Roads by both costs.

    Attributes
    ----------
    roads, other
        The roads by the cost that is minimised, and the same by the other.
    links
        Arcs with both costs.
    lane
        int32, one per arc: the lane it runs along; -1 for none.
    """

    roads: Roads
    other: Roads
    links: TwoCosts
    lane: npt.NDArray[np.int32]


def other_kind(cost_kind: CostKind) -> CostKind:
    """Return the cost kind that is not minimised."""
    return "distance_m" if cost_kind == "travel_time_s" else "travel_time_s"


def traced(roads: Roads, length_mm: npt.NDArray[np.int64]) -> Traced:
    """Return roads by both costs.

    Of parallel edges that cost the same, an arc stands for the one that costs less by the other cost, then for the one
    with the lowest number.

    Parameters
    ----------
    roads
        By the cost that is minimised.
    length_mm
        Of every edge.
    """
    other = roads._replace(view=roads.view._replace(cost_kind=other_kind(roads.view.cost_kind)))
    lane, tails, heads, cost, more = _ways(roads, other, length_mm)
    order = np.lexsort((lane, more, cost, heads, tails))
    lane, tails, heads, more = lane[order], tails[order], heads[order], more[order]
    count = len(roads.arcs.indptr) - 1
    keys = tails.astype(np.int64) * count + heads
    arc_tails = np.repeat(np.arange(count, dtype=np.int64), np.diff(roads.arcs.indptr))
    at = np.searchsorted(keys, arc_tails * count + roads.arcs.heads)  # each arc is the cheapest of some ways
    costs = (roads.arcs.costs.astype(np.int64) << 32) | more[at]
    return Traced(
        roads=roads,
        other=other,
        links=TwoCosts(indptr=roads.arcs.indptr, heads=roads.arcs.heads, costs=costs),
        lane=lane[at].astype(np.int32),
    )


def _ways(roads: Roads, other: Roads, length_mm: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], ...]:
    """Return every way along a lane or within a node: lane (-1 for none), states it leads from and to, both costs."""
    forward = np.flatnonzero(roads.permitted & FORWARD)
    backward = np.flatnonzero(roads.permitted & BACKWARD)
    lane = np.concatenate((forward, backward))
    onto, off = passing(roads.view, roads.arcs)
    tail, head, cost = turns_of(roads, roads.view.cost_kind)
    _, _, more = turns_of(roads, other.view.cost_kind)
    length, turned = length_mm[roads.view.lanes.edge[lane]], np.arange(len(lane)) >= len(forward)
    parts = (
        (lane, np.full(len(tail), -1)),
        (onto[forward, 0], onto[backward, 1], tail),
        (off[forward, 1], off[backward, 0], head),
        (roads.costs_of(length, lane, backward=turned), cost),
        (other.costs_of(length, lane, backward=turned), more),
    )
    ways = [np.concatenate(part).astype(np.int64) for part in parts]
    goes_on = (ways[1] >= 0) & (ways[2] >= 0)
    return tuple(way[goes_on] for way in ways)


def leaving_both(roads: Traced, points: Attachments) -> Starts:
    """Return what it costs to get from points to the ends of their edges, as labels."""
    return _packed(leaving(roads.roads, points), leaving(roads.other, points))


def arriving_both(roads: Traced, points: Attachments) -> Starts:
    """Return what it costs to get from the ends of their edges to points, as labels."""
    return _packed(arriving(roads.roads, points), arriving(roads.other, points))


def _packed(first: Starts, second: Starts) -> Starts:
    return Starts(node=first.node, cost=(first.cost << 32) | second.cost)
