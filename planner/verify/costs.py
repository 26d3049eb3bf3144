"""Costs once more: every point becomes a node of a scipy graph of its own, and scipy's Dijkstra does the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import dijkstra

from planner.units import lengths_mm, parse_limit, to_cost, travel_times_ms
from planner.verify.roads import Flags, ModeRoads
from planner.verify.ways import Ints

_SOURCES_AT_ONCE = 32


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Attached:
    """Where points meet the roads of a mode.

    Attributes
    ----------
    edge
        Lane number; -1 where no edge is near enough.
    along_mm, rest_mm
        From the tail of the edge to the foot point, and from there to its head.
    access_mm
        Length of the leg between the point and its foot point.
    """

    edge: Ints
    along_mm: Ints
    rest_mm: Ints
    access_mm: Ints


@dataclass(frozen=True, eq=False, slots=True)
class _Arcs:
    tail: Ints
    head: Ints
    cost: Ints


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Ruler:
    """Measures from places to targets, by the standards of a study.

    Attributes
    ----------
    modes
        Roads by mode.
    targets
        By kind ("demand", "anchor"): positions x, y (metres, study CRS).
    """

    modes: Mapping[str, ModeRoads]
    targets: Mapping[str, pd.DataFrame]
    _attached: dict[tuple[str, str], Attached] = field(default_factory=dict)

    def covered(self, standard: Mapping[str, Any], places: pd.DataFrame) -> Flags:
        """Return for every target of a standard whether the nearest of some places is within its limit.

        Parameters
        ----------
        standard
            An entry of ``settings.standards``.
        places
            Positions x, y (metres, study CRS).
        """
        if not len(places):
            return np.zeros(len(self.targets[standard["targets"]]), dtype=bool)
        if standard["mode"] == "straight":
            return np.asarray(self.pairs(standard, places).sum(axis=0)).ravel() > 0
        graph, sources, sinks = self._graph(standard, places)
        cost = dijkstra(graph, indices=sources, limit=limit_of(standard), min_only=True)
        return np.asarray(cost[sinks] <= limit_of(standard))

    def pairs(self, standard: Mapping[str, Any], places: pd.DataFrame) -> sp.csr_array:
        """Return the boolean matrix places x targets of what is within the limit of a standard."""
        shape = (len(places), len(self.targets[standard["targets"]]))
        if not len(places):
            return sp.csr_array(shape, dtype=bool)
        blocks = self._straight(standard, places) if standard["mode"] == "straight" else self._by_road(standard, places)
        return sp.csr_array(sp.vstack(blocks, format="csr"), shape=shape)

    def _straight(self, standard: Mapping[str, Any], places: pd.DataFrame) -> list[sp.csr_array]:
        ends = _xy(self.targets[standard["targets"]])
        starts, limit = _xy(places), limit_of(standard)
        return [
            sp.csr_array(lengths_mm(np.sqrt(((ends[None] - some[:, None]) ** 2).sum(axis=2))) <= limit)
            for some in np.array_split(starts, -(-len(starts) // _SOURCES_AT_ONCE))
        ]

    def _by_road(self, standard: Mapping[str, Any], places: pd.DataFrame) -> list[sp.csr_array]:
        graph, sources, sinks = self._graph(standard, places)
        limit = limit_of(standard)
        return [
            sp.csr_array(dijkstra(graph, indices=some, limit=limit)[:, sinks] <= limit)
            for some in np.array_split(sources, -(-len(sources) // _SOURCES_AT_ONCE))
        ]

    def _graph(self, standard: Mapping[str, Any], places: pd.DataFrame) -> tuple[sp.csr_array, Ints, Ints]:
        mode, kind = self.modes[standard["mode"]], standard["targets"]
        if (standard["mode"], kind) not in self._attached:
            self._attached[standard["mode"], kind] = attach(mode, self.targets[kind])
        target = self._attached[standard["mode"], kind]
        place = attach(mode, places)
        timed = standard["cost"] == "travel_time_s"
        return _graph(mode, place, target, timed=timed, toward=standard["direction"] == "toward")


def limit_of(standard: Mapping[str, Any]) -> int:
    """Return the limit of a standard in millimetres or milliseconds."""
    return to_cost(parse_limit(str(standard["limit"]), cost_kind=standard["cost"]), cost_kind=standard["cost"])


def attach(mode: ModeRoads, points: pd.DataFrame) -> Attached:
    """Return where points meet the nearest edge that is eligible, the lowest edge number among equals.

    Parameters
    ----------
    mode
        Roads of the mode.
    points
        Positions x, y (metres, study CRS).
    """
    edges = np.flatnonzero(mode.eligible)
    dots = shapely.points(_xy(points))
    nearest = pd.DataFrame(
        {"point": np.empty(0, dtype=np.int64), "edge": np.empty(0, dtype=np.int64), "away": np.empty(0)}
    )
    if len(edges) and len(dots):
        tree = shapely.STRtree(mode.roads.lines[edges])
        (point, found), away = tree.query_nearest(dots, return_distance=True, all_matches=True)
        nearest = pd.DataFrame({"point": point, "edge": edges[found], "away": away})
        nearest = nearest[away <= mode.max_snap_m].sort_values(["point", "edge"]).drop_duplicates("point")
    return _feet(mode, dots, nearest)


def _feet(mode: ModeRoads, dots: npt.NDArray[np.object_], nearest: pd.DataFrame) -> Attached:
    point, on = nearest["point"].to_numpy(np.int64), nearest["edge"].to_numpy(np.int64)
    share = np.nan_to_num(shapely.line_locate_point(mode.roads.lines[on], dots[point], normalized=True))
    length = mode.roads.length_mm[on]
    edge = np.full(len(dots), -1, dtype=np.int64)
    along, rest, access = np.zeros((3, len(dots)), dtype=np.int64)
    edge[point] = _on_its_side(mode, dots[point], on, lengths_mm(nearest["away"].to_numpy()))
    along[point] = np.rint(share * length).astype(np.int64)
    rest[point] = length - along[point]
    access[point] = lengths_mm(nearest["away"].to_numpy())
    return Attached(edge=edge, along_mm=along, rest_mm=rest, access_mm=access)


def _on_its_side(mode: ModeRoads, dots: npt.NDArray[np.object_], on: Ints, access: Ints) -> Ints:
    """Return the lanes of points: the right one where an edge has two and the point lies to the right of the road.

    To the right of the chord from half a metre before the foot of the point to half a metre after it.
    """
    right = mode.lanes.right[on]
    if not (right >= 0).any():
        return on
    lines = mode.roads.lines[on]
    foot = shapely.line_locate_point(lines, dots)
    (ax, ay), (bx, by) = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(foot + step, 0.0))).T
        for step in (-0.5, 0.5)
    )
    x, y = shapely.get_coordinates(dots).T
    is_right = (bx - ax) * (y - ay) - (by - ay) * (x - ax) < 0
    return np.where((right >= 0) & (access > 0) & is_right, right, on)


def _graph(
    mode: ModeRoads, place: Attached, target: Attached, *, timed: bool, toward: bool
) -> tuple[sp.csr_array, Ints, Ints]:
    """Return the graph, and the nodes of places and of targets in it.

    A place has arcs out only and a target arcs in only, so that no way leads through either. What is at the
    very end of an edge is at the node there, whichever way the edge may be travelled. Where the targets travel
    (`toward`), every arc is turned round, which is the same as exchanging the directions, and coming with going.
    """
    lanes = mode.lanes
    sources = lanes.size + np.arange(len(place.edge))
    sinks = lanes.size + len(place.edge) + np.arange(len(target.edge))
    if toward:
        forward, backward, coming, going = mode.backward, mode.forward, lanes.going, lanes.coming
        mode = replace(mode, slower=mode.slower[:, ::-1])
    else:
        forward, backward, coming, going = mode.forward, mode.backward, lanes.coming, lanes.going
    price = to_cost(mode.crossing[timed], cost_kind="travel_time_s" if timed else "distance_m")
    turns = (lanes.head, lanes.tail) if toward else (lanes.tail, lanes.head)
    arcs = [
        *_along_roads(mode, forward, backward, coming, going, timed=timed),
        _Arcs(tail=turns[0], head=turns[1], cost=lanes.crossed * price),
        *_leaving(mode, place, sources, forward, backward, coming, timed=timed),
        *_arriving(mode, target, sinks, forward, backward, going, timed=timed),
        _on_one_edge(mode, (place, sources), (target, sinks), forward, backward, timed=timed),
    ]
    return _cheapest(arcs, lanes.size + len(sources) + len(sinks)), sources, sinks


def _along_roads(
    mode: ModeRoads, forward: Flags, backward: Flags, coming: Ints, going: Ints, *, timed: bool
) -> list[_Arcs]:
    length = mode.roads.length_mm[mode.lanes.edge]
    return [
        _Arcs(
            tail=going[open_, start],
            head=coming[open_, 1 - start],
            cost=mode.edge_cost(length[open_], np.flatnonzero(open_), back=start, timed=timed),
        )
        for start, open_ in ((0, forward), (1, backward))
    ]


def _access(mode: ModeRoads, at: Attached, *, timed: bool) -> Ints:
    return travel_times_ms(at.access_mm, mode.access_speed_kph) if timed else at.access_mm


def _leaving(
    mode: ModeRoads, at: Attached, nodes: Ints, forward: Flags, backward: Flags, coming: Ints, *, timed: bool
) -> list[_Arcs]:
    ways = ((forward, 1, at.rest_mm), (backward, 0, at.along_mm))
    legs = [_legs(mode, at, way, back, coming, timed=timed) for back, way in enumerate(ways)]
    return [_Arcs(nodes[point], vertex, cost) for point, vertex, cost in legs]


def _arriving(
    mode: ModeRoads, at: Attached, nodes: Ints, forward: Flags, backward: Flags, going: Ints, *, timed: bool
) -> list[_Arcs]:
    ways = ((forward, 0, at.along_mm), (backward, 1, at.rest_mm))
    legs = [_legs(mode, at, way, back, going, timed=timed) for back, way in enumerate(ways)]
    return [_Arcs(vertex, nodes[point], cost) for point, vertex, cost in legs]


def _legs(
    mode: ModeRoads, at: Attached, way: tuple[Flags, int, Ints], back: int, vertices: Ints, *, timed: bool
) -> tuple[Ints, Ints, Ints]:
    """Return the points that have a leg by one end of their edge, the vertices there, and what the legs cost."""
    open_, end, part = way
    chosen = np.flatnonzero((at.edge >= 0) & (open_[at.edge] | (part == 0)))
    on_edge = mode.edge_cost(part[chosen], at.edge[chosen], back=back, timed=timed)
    cost = np.asarray(on_edge + _access(mode, at, timed=timed)[chosen])
    row, vertex = mode.lanes.doors(at.edge[chosen], end, vertices)
    return chosen[row], vertex, cost[row]


def _on_one_edge(
    mode: ModeRoads,
    place: tuple[Attached, Ints],
    target: tuple[Attached, Ints],
    forward: Flags,
    backward: Flags,
    *,
    timed: bool,
) -> _Arcs:
    pair = _frame(mode, *place, timed=timed).merge(_frame(mode, *target, timed=timed), on="edge")
    edge = pair["edge"].to_numpy(np.int64)
    ahead = (pair["along_y"] - pair["along_x"]).to_numpy(np.int64)
    may = (forward[edge] & (ahead >= 0)) | (backward[edge] & (ahead <= 0))
    between = mode.edge_cost(np.abs(ahead)[may], edge[may], back=ahead[may] < 0, timed=timed)
    legs = (pair["access_x"] + pair["access_y"]).to_numpy(np.int64)[may]
    return _Arcs(
        tail=pair["node_x"].to_numpy(np.int64)[may], head=pair["node_y"].to_numpy(np.int64)[may], cost=between + legs
    )


def _frame(mode: ModeRoads, at: Attached, nodes: Ints, *, timed: bool) -> pd.DataFrame:
    table = pd.DataFrame(
        {"edge": at.edge, "along": at.along_mm, "access": _access(mode, at, timed=timed), "node": nodes}
    )
    return table[table["edge"] >= 0]


def _cheapest(arcs: list[_Arcs], size: int) -> sp.csr_array:
    """Return the graph with the cheapest of parallel arcs (scipy would add them up)."""
    tail = np.concatenate([some.tail for some in arcs])
    head = np.concatenate([some.head for some in arcs])
    cost = np.concatenate([some.cost for some in arcs])
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.append(True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1]))[: len(tail)]
    indptr = np.searchsorted(tail[first], np.arange(size + 1))
    return sp.csr_array(
        (cost[first].astype(np.float64), head[first].astype(np.int32), indptr.astype(np.int32)), shape=(size, size)
    )


def _xy(points: pd.DataFrame) -> npt.NDArray[np.float64]:
    return np.column_stack([points["x"].to_numpy(np.float64), points["y"].to_numpy(np.float64)])
