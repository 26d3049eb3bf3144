"""Roads read once more: chains of vertices cut into edges, and what each mode may use of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planner.units import lengths_mm, travel_times_ms
from planner.verify.passing import Lanes, Plan, lanes_of, nodes_of, stopped_parts
from planner.verify.told import Said, Turn
from planner.verify.ways import Chains, Ints, Settings

Flags = npt.NDArray[np.bool_]

_CURVE_BITS = 16
_SETTINGS = ("", "urban", "rural")
"""In the order in which they tell edges of one shape apart."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Roads:
    """Road edges, numbered by what they are: see `_numbered_by_nodes`.

    Attributes
    ----------
    tail, head
        Node numbers of the two ends.
    length_mm
        Planar length, at least 1 where the ends differ.
    road_class
        Class of each edge.
    oneway
        1 only from tail to head, -1 only back, 0 both.
    closed_to
        By mode: edges that access tags close to it (none for a line layer).
    lines
        Polylines, study CRS.
    said
        What tags say beyond that, of each edge; vertices in it are nodes.
    """

    tail: Ints
    head: Ints
    length_mm: Ints
    road_class: npt.NDArray[np.object_]
    oneway: Ints
    closed_to: Mapping[str, Flags]
    lines: npt.NDArray[np.object_]
    said: Said = field(default_factory=lambda: Said(way=[]))


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ModeRoads:
    """What one mode may use of the roads.

    Attributes
    ----------
    roads
        All edges.
    lanes
        Lanes, and who may go on at their ends. The first are the edges themselves.
    forward, backward
        Lanes that may be travelled from tail to head, and back.
    eligible
        Edges in a component with enough road, so that points may attach to them.
    speed_kph
        Speed on each lane; NaN where it may not be travelled.
    crossing
        What crossing a road away from a crossing costs, in metres and seconds.
    access_speed_kph
        Speed on the leg between a point and its edge.
    max_snap_m
        The longest such leg.
    """

    roads: Roads
    lanes: Lanes
    forward: Flags
    backward: Flags
    eligible: Flags
    speed_kph: npt.NDArray[np.float64]
    crossing: tuple[float, float]
    access_speed_kph: float
    max_snap_m: float

    def edge_cost(self, along: Ints, edges: Ints | slice, *, timed: bool) -> Ints:
        """Return what millimetres along edges cost: the same, or milliseconds at the edges' speed."""
        return travel_times_ms(along, self.speed_kph[edges]) if timed else along


def roads_of_mode(roads: Roads, name: str, mode: Settings, network: Settings) -> ModeRoads:
    """Return what a mode may use.

    Parameters
    ----------
    roads
        All edges.
    name, mode
        An entry of ``settings.modes``: speed_kph, access_speed_kph, obeys_oneway.
    network
        ``settings.network``: max_snap_m, min_component_m.
    """
    speed = _speeds(roads, mode)
    permitted = ~np.isnan(speed) & ~roads.closed_to[name]
    oneway = np.array(roads.said.direction.get(name, roads.oneway), dtype=np.int64)
    oneway = oneway if mode["obeys_oneway"] else np.zeros_like(oneway)
    enough = _component_length_mm(roads, permitted, roads.said.stopped.get(name, set()))
    open_to = np.column_stack((oneway >= 0, oneway <= 0)) & ~roads.closed_to[name][:, None]
    lanes = lanes_of(_plan(roads, name, mode, permitted & (oneway >= 0), permitted & (oneway <= 0), open_to), mode)
    return ModeRoads(
        roads=roads,
        lanes=lanes,
        forward=(permitted & (oneway >= 0))[lanes.edge],
        backward=(permitted & (oneway <= 0))[lanes.edge],
        eligible=permitted & (enough >= 1000 * float(network["min_component_m"])),
        speed_kph=np.where(permitted, speed, np.nan)[lanes.edge],
        crossing=(float(mode.get("crossing_m") or 0.0), float(mode.get("crossing_s") or 0.0)),
        access_speed_kph=float(mode["access_speed_kph"]),
        max_snap_m=float(network["max_snap_m"]),
    )


def _speeds(roads: Roads, mode: Settings) -> npt.NDArray[np.float64]:
    """Return the speed of each edge, NaN where its class has none."""
    by_class = dict(mode["speed_kph"])
    speed = pd.Series(roads.road_class).map(by_class).to_numpy(dtype=np.float64)
    setting = np.array(roads.said.setting or [""] * len(speed))
    for where in ("urban", "rural"):
        there = pd.Series(roads.road_class).map({**by_class, **(mode.get(f"{where}_kph") or {})}).to_numpy(np.float64)
        speed = np.where((setting == where) & ~np.isnan(speed), there, speed)
    tagged = np.array(roads.said.tagged_kph or [np.nan] * len(speed), dtype=np.float64)
    read = (roads.road_class == "ferry") | bool(mode.get("tagged_speeds"))
    return np.where(~np.isnan(tagged) & ~np.isnan(speed) & read, tagged, speed)


def _plan(roads: Roads, name: str, mode: Settings, forward: Flags, backward: Flags, open_to: Flags) -> Plan:
    severing = np.isin(roads.road_class.astype(str), list(mode.get("severed_by") or ()))
    first, second, last, before = (shapely.get_coordinates(shapely.get_point(roads.lines, n)) for n in (0, 1, -1, -2))
    away = np.stack((second - first, before - last), axis=1)
    return Plan(
        ends=np.column_stack((roads.tail, roads.head)),
        forward=forward,
        backward=backward,
        severing=severing,
        bearing=np.arctan2(away[:, :, 1], away[:, :, 0]),
        way=np.array(roads.said.way, dtype=np.int64),
        stopped=roads.said.stopped.get(name, set()),
        crossings=roads.said.crossings,
        rails=roads.said.rails,
        turns=roads.said.turns.get(name, []),
        open_to=open_to,
    )


def _component_length_mm(roads: Roads, permitted: Flags, stopped: set[int]) -> Ints:
    size = int(max(roads.tail.max(initial=-1), roads.head.max(initial=-1))) + 1
    ends = stopped_parts(np.column_stack((roads.tail, roads.head)), stopped, size)
    tail, head = ends[permitted].T
    last = int(ends.max(initial=-1)) + 1
    graph = coo_array((np.ones(len(tail)), (tail, head)), shape=(last, last))
    _, label = connected_components(graph, directed=False)
    total = np.zeros(last, dtype=np.int64)
    np.add.at(total, label[tail], roads.length_mm[permitted])
    return np.asarray(total[label[ends[:, 0]]])


def edges_of(features: Chains) -> Roads:
    """Return the edges that chains make, cut at their ends and at each vertex that occurs at least twice.

    Parameters
    ----------
    features
        As `planner.verify.ways` reads them.
    """
    seen = np.bincount(np.concatenate(features.chains), minlength=len(features.xy))
    for chain in features.chains:
        seen[chain[[0, -1]]] = 2
    if features.said is not None:
        seen[sorted(features.said.vertices())] = 2
    pieces: list[Ints] = []
    feature: list[int] = []
    for number, chain in enumerate(features.chains):
        cuts = np.flatnonzero(seen[chain] >= 2)
        pieces.extend(chain[start : end + 1] for start, end in pairwise(cuts))
        feature.extend([number] * (len(cuts) - 1))
    return _numbered_by_nodes(_edges(features, pieces, np.array(feature, dtype=np.int64)), features.xy)


def _edges(features: Chains, pieces: list[Ints], feature: Ints) -> Roads:
    owner = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    lines = shapely.linestrings(features.xy[np.concatenate(pieces)], indices=owner)
    tail = np.array([piece[0] for piece in pieces], dtype=np.int64)
    head = np.array([piece[-1] for piece in pieces], dtype=np.int64)
    length = lengths_mm(shapely.length(lines))
    return Roads(
        tail=tail,
        head=head,
        length_mm=np.where(tail != head, np.maximum(length, 1), length),
        road_class=np.array(features.road_class, dtype=object)[feature],
        oneway=np.array(features.oneway, dtype=np.int64)[feature],
        closed_to={who: np.array(flags, dtype=bool)[feature] for who, flags in features.closed.items()},
        lines=lines,
        said=Said(way=[]) if features.said is None else _chosen(features.said, feature),
    )


def _chosen(said: Said, number: Ints) -> Said:
    """Return what is said of some features or edges, in this order."""
    return replace(
        said,
        way=[said.way[n] for n in number],
        direction={name: [flags[n] for n in number] for name, flags in said.direction.items()},
        tagged_kph=[said.tagged_kph[n] for n in number],
        setting=[said.setting[n] for n in number],
    )


def _numbered_by_nodes(roads: Roads, xy: npt.NDArray[np.float64]) -> Roads:
    """Return the edges in the order of their numbers, which decide between equally near edges.

    Nodes are numbered along a Hilbert curve, edges by tail, head, length, second vertex (x, y), class,
    one-way, closed modes, and what else is said: nothing depends on the order of the file.
    """
    nodes = np.unique(np.concatenate((roads.tail, roads.head)))
    number = np.full(len(xy), -1, dtype=np.int64)
    number[nodes[_along_curve(xy[nodes])]] = np.arange(len(nodes))
    tail, head = number[roads.tail], number[roads.head]
    second = shapely.get_coordinates(shapely.get_point(roads.lines, 1))
    closed = [roads.closed_to[name] for name in sorted(roads.closed_to)]
    keys = [
        tail,
        head,
        roads.length_mm,
        second[:, 0],
        second[:, 1],
        roads.road_class.astype(str),
        roads.oneway,
        *closed,
        *([roads.said.direction[name] for name in sorted(roads.said.direction)] if roads.said.way else []),
        *(
            [np.nan_to_num(roads.said.tagged_kph), [_SETTINGS.index(one) for one in roads.said.setting]]
            if roads.said.way
            else []
        ),
    ]
    order = np.lexsort(keys[::-1])
    return Roads(
        tail=tail[order],
        head=head[order],
        length_mm=roads.length_mm[order],
        road_class=roads.road_class[order],
        oneway=roads.oneway[order],
        closed_to={name: flags[order] for name, flags in roads.closed_to.items()},
        lines=roads.lines[order],
        said=_at_nodes(_chosen(roads.said, order), number) if roads.said.way else roads.said,
    )


def _at_nodes(said: Said, number: Ints) -> Said:
    """Return the same with nodes for vertices."""
    return replace(
        said,
        stopped={name: nodes_of(vertices, number) for name, vertices in said.stopped.items()},
        crossings=nodes_of(said.crossings, number),
        rails=nodes_of(said.rails, number),
        turns={
            name: [Turn(turn.only, turn.here, turn.there, int(number[turn.at])) for turn in turns]
            for name, turns in said.turns.items()
        },
    )


def _along_curve(xy: npt.NDArray[np.float64]) -> Ints:
    """Return the order of points along a Hilbert curve of 2^16 cells a side over their square, in a cell by x, y."""
    side = max(*np.ptp(xy, axis=0), 1e-9)
    top = (1 << _CURVE_BITS) - 1
    column, row = np.minimum((xy - xy.min(axis=0)) / side * top, top).astype(np.int64).T
    place, swap, flip = np.zeros((3, len(xy)), dtype=np.int64)
    for bit in range(_CURVE_BITS - 1, -1, -1):
        a, b = (column >> bit) & 1, (row >> bit) & 1
        right, upper = np.where(swap, b, a) ^ flip, np.where(swap, a, b) ^ flip
        place = 4 * place + ((3 * right) ^ upper)
        turn = 1 - upper
        flip, swap = flip ^ (turn & right), swap ^ turn
    return np.lexsort((xy[:, 1], xy[:, 0], place))
