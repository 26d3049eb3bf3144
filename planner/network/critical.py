"""The edges whose loss would leave most people without cover."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import NetworkError, fault, shortened
from planner.network.bounded import require_cutoff
from planner.network.graph import BACKWARD, FORWARD, RoadNetwork
from planner.network.legs import Roads, arriving, direct_pairs, leaving, roads_of, turns_of
from planner.network.loss_search import FAR, Links, losses, shortest_tree
from planner.network.reach import ReachKey
from planner.network.settings import NetworkSettings
from planner.network.snapping import Attachments, Snapper
from planner.network.views import mode_view, passing
from planner.units import to_cost

DEFAULT_SETTINGS = NetworkSettings()

_Arcs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Tail, head, cost, edge."""


def critical_edges(
    network: RoadNetwork,
    *,
    places: pd.DataFrame,
    demand: pd.DataFrame,
    group: str,
    key: ReachKey,
    limit: float,
    settings: NetworkSettings = DEFAULT_SETTINGS,
) -> gpd.GeoDataFrame:
    """Return the edges whose loss would take people beyond the limit of every place, most people first.

    Exact: for each edge, the persons who are within the limit of some place now and of none once the edge is closed in
    both directions, each edge for itself. Points stay attached to the road they are attached to now; who lives on the
    lost edge is counted apart, since nobody there can go anywhere. Forbidden turns
    and sides of roads stay what they are in the open network.

    Costs rest on a tree of shortest paths from all places. Only an edge of that tree can matter, and only to what hangs
    below it, which is searched again without it.

    Parameters
    ----------
    network
        Roads.
    places, demand
        Indexed by unique ids, with x, y in metres of the network's CRS.
    group
        Column of `demand`: persons.
    key
        Mode, cost kind (``"distance_m"`` or ``"travel_time_s"``) and direction.
    limit
        Metres or seconds, as the cost kind says; access legs count.
    settings
        How points attach.

    Returns
    -------
    geopandas.GeoDataFrame
        Edges whose loss takes cover from anyone, indexed by ``edge``: road_class, persons_lost (living elsewhere),
        persons_lost_on_edge, geometry. Sorted by these, then by number.

    Raises
    ------
    NetworkError
        If the mode is unknown, the cost kind is no cost along roads, a coordinate is missing, a number of persons is no
        number from 0 up, or the limit is negative.
    """
    if key.cost_kind == "radius_m":
        raise NetworkError(fault("a cost along roads", "radius_m", "use distance_m or travel_time_s"))
    cutoff = to_cost(limit, cost_kind=key.cost_kind)
    require_cutoff(cutoff)
    persons = _persons(demand, group)
    snapper = Snapper(network, key.mode, settings)
    here, there = snapper.attach(places), snapper.attach(demand)
    roads = roads_of(network, key.mode, mode_view(network, key.mode, key.cost_kind), key.direction)
    return _table(network, _losses(network, roads, here, there, persons, cutoff))


def _table(network: RoadNetwork, lost: npt.NDArray[np.float64]) -> gpd.GeoDataFrame:
    edges = np.flatnonzero(lost.sum(axis=1) > 0)
    edges = edges[np.lexsort((edges, -lost[edges, 1], -lost[edges, 0]))]
    table = {
        "road_class": pd.array(np.array(network.classes, dtype=object)[network.class_code[edges]], dtype="str"),
        "persons_lost": lost[edges, 0],
        "persons_lost_on_edge": lost[edges, 1],
    }
    index = pd.Index(edges, name="edge")
    return gpd.GeoDataFrame(table, index=index, geometry=network.lines()[edges], crs=network.crs)


def _persons(demand: pd.DataFrame, group: str) -> npt.NDArray[np.float64]:
    persons = demand[group].to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(np.isfinite(persons) & (persons >= 0))
    if wrong.any():
        found = f"{int(wrong.sum())} without ({shortened(demand.index[wrong])})"
        raise NetworkError(fault(f"persons from 0 up in {group}", found, "correct the numbers"))
    return np.asarray(persons)


def _losses(
    network: RoadNetwork,
    roads: Roads,
    places: Attachments,
    demand: Attachments,
    persons: npt.NDArray[np.float64],
    cutoff: int,
) -> npt.NDArray[np.float64]:
    """Return persons lost elsewhere and on the edge, by edge.

    One graph holds everything: states of the roads, then a node for each demand point, then one from which all places
    are reached. Access legs and stretches along the own edge are arcs that need that edge, too.
    """
    lanes = roads.view.lanes
    states = len(lanes.node)
    root = states + len(demand.ids)
    parts = (
        _road_arcs(network, roads),
        _turn_arcs(roads),
        _first_arcs(roads, places, root),
        _last_arcs(roads, demand, states),
        _direct_arcs(roads, places, demand, root, states),
    )
    tail, head, cost, edge = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    outgoing = _links(root + 1, tail, head, cost, edge)
    tree = shortest_tree(outgoing, root, cutoff)
    reached = np.flatnonzero((tree.cost < FAR) & (tree.parent >= 0))
    children = _links(root + 1, tree.parent[reached], reached, reached, reached)
    resting = reached[tree.edge[reached] >= 0]
    tops = _links(network.edge_count, tree.edge[resting], resting, resting, resting)
    people, own_edge = np.zeros(root + 1), np.full(root + 1, -1, dtype=np.int32)
    people[states:root] = persons
    own_edge[states:root] = _edges(roads, demand.edge)
    incoming = _links(root + 1, head, tail, cost, edge)
    return np.asarray(losses(tree, children, tops, outgoing, incoming, people, own_edge, cutoff))


def _links(
    count: int,
    at: npt.NDArray[np.integer],
    other: npt.NDArray[np.integer],
    cost: npt.NDArray[np.integer],
    edge: npt.NDArray[np.integer],
) -> Links:
    order = np.argsort(at, kind="stable")
    indptr = np.searchsorted(at[order], np.arange(count + 1)).astype(np.int64)
    return Links(
        indptr, other[order].astype(np.int32), cost[order].astype(np.int64), edge[order].astype(np.int32)
    )  # fmt: skip


def _road_arcs(network: RoadNetwork, roads: Roads) -> _Arcs:
    """Return the edges as arcs away from the places, parallel ones too."""
    forward, backward = np.flatnonzero(roads.permitted & FORWARD), np.flatnonzero(roads.permitted & BACKWARD)
    lane = np.concatenate((forward, backward))
    onto, off = passing(roads.view, roads.arcs)
    tail = np.concatenate((onto[forward, 0], onto[backward, 1])).astype(np.int64)
    head = np.concatenate((off[forward, 1], off[backward, 0])).astype(np.int64)
    edge = roads.view.lanes.edge[lane].astype(np.int64)
    cost = roads.costs_of(network.length_mm[edge], lane, backward=np.arange(len(lane)) >= len(forward))
    goes_on = (tail >= 0) & (head >= 0)
    return tail[goes_on], head[goes_on], cost[goes_on], edge[goes_on]


def _turn_arcs(roads: Roads) -> _Arcs:
    """Return the turns, and the crossings of roads, at nodes that are several states."""
    tail, head, cost = turns_of(roads, roads.view.cost_kind)
    return tail.astype(np.int64), head.astype(np.int64), cost, np.full(len(tail), -1, dtype=np.int64)


def _edges(roads: Roads, lane: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return the edges of lanes, -1 for none."""
    edge = np.full(len(lane), -1, dtype=np.int64)
    edge[lane >= 0] = roads.view.lanes.edge[lane[lane >= 0]]
    return edge


def _first_arcs(roads: Roads, places: Attachments, root: int) -> _Arcs:
    legs = leaving(roads, places)
    row, end = np.nonzero(legs.node >= 0)
    return (
        np.full(len(row), root),
        legs.node[row, end].astype(np.int64),
        legs.cost[row, end],
        _needed(roads, places, row, end),
    )


def _last_arcs(roads: Roads, demand: Attachments, first: int) -> _Arcs:
    legs = arriving(roads, demand)
    row, end = np.nonzero(legs.node >= 0)
    return legs.node[row, end].astype(np.int64), first + row, legs.cost[row, end], _needed(roads, demand, row, end)


def _needed(
    roads: Roads, points: Attachments, row: npt.NDArray[np.intp], end: npt.NDArray[np.intp]
) -> npt.NDArray[np.int64]:
    """Return the edge that a leg runs along; -1 where the point lies at that very end of its edge."""
    stretch = np.where(end == 0, points.along_mm[row], points.rest_mm[row])
    return np.where(stretch > 0, _edges(roads, points.edge[row]), -1)


def _direct_arcs(roads: Roads, places: Attachments, demand: Attachments, root: int, first: int) -> _Arcs:
    direct = direct_pairs(roads, places, demand)
    place = np.repeat(np.arange(len(places.ids)), np.diff(direct.indptr))
    apart = places.along_mm[place] != demand.along_mm[direct.other]
    needed = np.where(apart, _edges(roads, places.edge[place]), -1)
    return np.full(len(place), root), first + direct.other.astype(np.int64), direct.cost, needed
