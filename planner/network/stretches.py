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
    """Spots of the roads and what it costs to get there, from one place or from several together.

    The spots are the ends of edges, and the places themselves. A spot may occur repeatedly.

    Attributes
    ----------
    lane, along_mm
        Where: int32 lanes (`planner.network.lanes.Lanes`), int64 millimetres along them.
    cost
        int64: millimetres or milliseconds, access legs of the places included.
    """

    lane: npt.NDArray[np.int32]
    along_mm: npt.NDArray[np.int64]
    cost: npt.NDArray[np.int64]


def joined(spreads: list[Spread]) -> Spread:
    """Return what is reached from any of several places: of every spot the lowest cost."""
    lane = np.concatenate([spread.lane for spread in spreads])
    along = np.concatenate([spread.along_mm for spread in spreads])
    cost = np.concatenate([spread.cost for spread in spreads])
    order = np.lexsort((cost, along, lane))
    lane, along, cost = lane[order], along[order], cost[order]
    first = np.ones(len(lane), dtype=bool)
    first[1:] = (lane[1:] != lane[:-1]) | (along[1:] != along[:-1])
    return Spread(lane[first], along[first], cost[first])


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
    ends = _ends_as_points(network, roads)
    reach = bounded_reach(label, roads, places, ends, cutoff=cutoff, threads=threads)
    own = access_costs(roads, places)
    spreads = []
    for row in range(len(places.ids)):
        held = slice(reach.indptr[row], reach.indptr[row + 1])
        end = reach.indices[held]
        at = np.arange(row, row + (places.status[row] == ATTACHED))
        spreads.append(
            Spread(
                np.concatenate((ends.edge[end], places.edge[at])),
                np.concatenate((ends.along_mm[end], places.along_mm[at])),
                np.concatenate((reach.costs[held], own[at])),
            )
        )
    return spreads


def _ends_as_points(network: RoadNetwork, roads: Roads) -> Attachments:
    """Return both ends of every lane open to the mode as points on it, without access legs."""
    holds_points = (roads.view.lanes.enter >= 0).any(axis=1)
    lane = np.repeat(np.flatnonzero((roads.permitted > 0) & holds_points), 2).astype(np.int32)
    length = network.length_mm[roads.view.lanes.edge[lane]]
    at_v = np.arange(len(lane)) % 2 == 1
    return Attachments(
        ids=pd.RangeIndex(len(lane)),
        status=np.full(len(lane), ATTACHED, dtype=np.int8),
        edge=lane,
        along_mm=np.where(at_v, length, 0),
        rest_mm=np.where(at_v, 0, length),
        access_mm=np.zeros(len(lane), dtype=np.int64),
        component=np.zeros(len(lane), dtype=np.int32),
    )


def reached_pieces(network: RoadNetwork, roads: Roads, spread: Spread, cutoff: int) -> Pieces:
    """Return the pieces of edges that cost at most a cutoff, to the millimetre and never more.

    Parameters
    ----------
    network, roads
        The roads, and what the searches see of them.
    spread
        What is reached.
    cutoff
        Millimetres or milliseconds, at most the one of the search.
    """
    held = spread.cost <= cutoff
    lane, along, left = spread.lane[held], spread.along_mm[held], cutoff - spread.cost[held]
    edge = roads.view.lanes.edge[lane]
    bits, length = roads.permitted[lane], network.length_mm[edge]
    ahead = back = left
    if roads.view.cost_kind == "travel_time_s":  # rounded down; an edge whose cost is paid for is reached to its end
        far = np.floor(left[:, None] * (roads.speed_kph[lane] / 3.6)).astype(np.int64)
        ahead, back = (
            np.where(roads.costs_of(length, lane, backward=way) <= left, length, far[:, way]) for way in (0, 1)
        )
    start = np.where(bits & BACKWARD, np.maximum(along - back, 0), along)
    stop = np.where(bits & FORWARD, np.minimum(along + ahead, length), along)
    return merged_pieces(Pieces(edge, start, stop))
