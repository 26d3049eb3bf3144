"""Both costs at once: arcs and legs with time and distance packed into one integer, and the edge of every arc."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.compiled import Starts
from planner.network.graph import BACKWARD, FORWARD
from planner.network.legs import Roads, arriving, leaving
from planner.network.snapping import Attachments
from planner.network.trace_search import TwoCosts
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
    edge
        int32, one per arc: the edge it runs along; -1 for none.
    """

    roads: Roads
    other: Roads
    links: TwoCosts
    edge: npt.NDArray[np.int32]


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
    edge, tails, heads = _ways(roads)
    cost, more = (side.view.costs_of(length_mm[edge], edge) for side in (roads, other))
    order = np.lexsort((edge, more, cost, heads, tails))
    edge, tails, heads, more = edge[order], tails[order], heads[order], more[order]
    count = len(roads.arcs.indptr) - 1
    keys = tails.astype(np.int64) * count + heads
    arc_tails = np.repeat(np.arange(count, dtype=np.int64), np.diff(roads.arcs.indptr))
    asked = arc_tails * count + roads.arcs.heads
    at = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
    known = keys[at] == asked if len(keys) else np.zeros(len(asked), dtype=bool)
    costs = (roads.arcs.costs.astype(np.int64) << 32) | np.where(known, more[at] if len(keys) else 0, 0)
    return Traced(
        roads=roads,
        other=other,
        links=TwoCosts(indptr=roads.arcs.indptr, heads=roads.arcs.heads, costs=costs),
        edge=np.where(known, edge[at] if len(keys) else -1, -1).astype(np.int32),
    )


def _ways(roads: Roads) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return every way along an edge: the edge, and the nodes it leads from and to."""
    forward = np.flatnonzero(roads.permitted & FORWARD)
    backward = np.flatnonzero(roads.permitted & BACKWARD)
    return (
        np.concatenate((forward, backward)),
        np.concatenate((roads.u[forward], roads.v[backward])),
        np.concatenate((roads.v[forward], roads.u[backward])),
    )


def leaving_both(roads: Traced, points: Attachments) -> Starts:
    """Return what it costs to get from points to the ends of their edges, as labels."""
    return _packed(leaving(roads.roads, points), leaving(roads.other, points))


def arriving_both(roads: Traced, points: Attachments) -> Starts:
    """Return what it costs to get from the ends of their edges to points, as labels."""
    return _packed(arriving(roads.roads, points), arriving(roads.other, points))


def _packed(first: Starts, second: Starts) -> Starts:
    return Starts(node=first.node, cost=(first.cost << 32) | second.cost)
