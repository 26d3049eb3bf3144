"""Roads read once more: edges, and what each mode may use of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planner.units import travel_times_ms
from planner.verify.passing import Lanes, Plan, lanes_of, stopped_parts
from planner.verify.told import Said
from planner.verify.ways import Ints, Settings

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Roads:
    """Road edges, numbered by what they are: see `planner.verify.edges`.

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
    slower
        Shape (edges, 2): how many times as long as on the flat each takes on foot, from tail to head and back; None
        without an elevation model.
    """

    tail: Ints
    head: Ints
    length_mm: Ints
    road_class: npt.NDArray[np.object_]
    oneway: Ints
    closed_to: Mapping[str, Flags]
    lines: npt.NDArray[np.object_]
    said: Said = field(default_factory=lambda: Said(way=[]))
    slower: npt.NDArray[np.float64] | None = None


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
    speed_kph, slower
        Speed on each lane on the flat, NaN where it may not be travelled; and shape (lanes, 2): how many times as long
        as that it takes, from tail to head and back.
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
    slower: npt.NDArray[np.float64]
    crossing: tuple[float, float]
    access_speed_kph: float
    max_snap_m: float

    def edge_cost(self, along: Ints, edges: Ints, *, back: npt.ArrayLike, timed: bool) -> Ints:
        """Return what millimetres along edges cost, from tail to head or back: the same, or milliseconds.

        Of the time of an edge a part takes its share by length, wherever the edge is steep.
        """
        way = np.asarray(back, dtype=np.int64)
        return travel_times_ms(along, self.speed_kph[edges] / self.slower[edges, way]) if timed else along


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
    speed, steep = _speeds(roads, mode), roads.slower if mode.get("slopes") else None
    permitted = ~np.isnan(speed) & ~roads.closed_to[name]
    oneway = np.array(roads.said.direction.get(name, roads.oneway), dtype=np.int64)
    oneway = oneway if mode["obeys_oneway"] else np.zeros_like(oneway)
    enough = _component_length_mm(roads, permitted, roads.said.stopped.get(name, set()))
    open_to = np.column_stack((oneway >= 0, oneway <= 0)) & ~roads.closed_to[name][:, None]
    lanes = lanes_of(_plan(roads, name, mode, permitted & (oneway >= 0), permitted & (oneway <= 0), open_to), mode)
    return ModeRoads(
        roads=roads,
        lanes=lanes,
        forward=(permitted & (oneway >= 0))[lanes.edge] & (lanes.only >= 0),
        backward=(permitted & (oneway <= 0))[lanes.edge] & (lanes.only <= 0),
        eligible=permitted & (enough >= 1000 * float(network["min_component_m"])),
        speed_kph=np.where(permitted, speed, np.nan)[lanes.edge],
        slower=(np.ones((len(speed), 2)) if steep is None else steep)[lanes.edge],
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
