"""From ways to a network: cut where ways share a vertex, as OpenStreetMap means it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from planner.errors import NetworkError, fault
from planner.layers.crs import study_crs, transformed
from planner.layers.log import FaultLog
from planner.network.forbidden import Ends, forbidden_sequences, tables_of
from planner.network.graph import BACKWARD, FORWARD, RoadNetwork
from planner.network.hilbert import hilbert_order
from planner.network.measuring import polyline_lengths
from planner.network.mode import Mode
from planner.network.restrictions import Restriction, tell_restrictions
from planner.network.rules import RoadRules
from planner.network.slopes import with_slopes
from planner.units import lengths_mm


class WayRules(NamedTuple):
    """What tags say of ways and vertices beyond class and one-way; see `planner.network.rules.RoadRules`.

    Attributes
    ----------
    number
        int64: number of the way each was cut from.
    oneway
        By mode: int8, where it is told otherwise than `Ways.oneway`.
    speed_kph, zone
        float64, int8: of each way.
    spans
        bool: bridges and tunnels; shape (0,) where none is known.
    blocked
        By mode: vertices that it cannot pass.
    crossings, rails
        Vertices where one may cross, and those shared with a railway where one may not.
    turns
        By mode: turn restrictions.
    left_out
        By mode and reason: how many could not be read.
    """

    number: npt.NDArray[np.int64]
    oneway: Mapping[str, npt.NDArray[np.int8]]
    speed_kph: npt.NDArray[np.float64]
    zone: npt.NDArray[np.int8]
    blocked: Mapping[str, npt.NDArray[np.int64]] = {}
    crossings: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    rails: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    turns: Mapping[str, Sequence[Restriction]] = {}
    left_out: Mapping[str, Counter[str]] = {}
    spans: npt.NDArray[np.bool_] = np.zeros(0, dtype=bool)

    def vertices(self) -> npt.NDArray[np.int64]:
        """Return the vertices that become nodes because a rule speaks of them."""
        listed = [one.via for turns in self.turns.values() for one in turns if not one.ways]
        via = np.array(listed, dtype=np.int64)
        return np.unique(np.concatenate([self.crossings, self.rails, via, *self.blocked.values()]))


class Ways(NamedTuple):
    """Roads as sequences of shared vertices, before they are cut.

    Attributes
    ----------
    offsets
        int64, shape (ways + 1,): way w is ``vertex[offsets[w]:offsets[w + 1]]``.
    vertex
        int64: numbers of vertices. Ways that meet share a number.
    x, y
        float64, shape (vertices,): metres.
    road_class
        Class of each way.
    oneway
        int8: 1 along the way only, -1 against it only, 0 both.
    barred
        By mode: bool, closed by access tags.
    rules
        What tags say beyond that.
    """

    offsets: npt.NDArray[np.int64]
    vertex: npt.NDArray[np.int64]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    road_class: npt.NDArray[np.object_]
    oneway: npt.NDArray[np.int8]
    barred: Mapping[str, npt.NDArray[np.bool_]]
    rules: WayRules | None = None


def projected(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], *, source: CRS, crs: str, layer: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return coordinates in the metric study CRS.

    Raises
    ------
    NetworkError
        If some lie where it is not defined.
    LayerError
        If it is not metric.
    """
    target = study_crs(crs)
    east, north = transformed(x, y, source=source, target=target)
    lost = ~(np.isfinite(east) & np.isfinite(north))
    if lost.any():
        at = int(np.flatnonzero(lost)[0])
        found = f"{int(lost.sum())} vertices outside, the first at ({x[at]:.6g}, {y[at]:.6g}) in {source.name}"
        do = "check the CRS and the order of the coordinates"
        raise NetworkError(fault(f"{layer} within the area of {target.name}", found, do))
    return east, north


def without_repeats(ways: Ways) -> Ways:
    """Return the ways without immediately repeated vertices, and without those left with fewer than two."""
    way = np.repeat(np.arange(len(ways.offsets) - 1), np.diff(ways.offsets))
    kept = np.ones(len(way), dtype=bool)
    kept[1:] = (way[1:] != way[:-1]) | (ways.vertex[1:] != ways.vertex[:-1])
    drawn = np.bincount(way[kept], minlength=len(ways.offsets) - 1) >= 2
    kept &= drawn[way]
    counts = np.bincount(way[kept], minlength=len(drawn))[drawn]
    rules = ways.rules and ways.rules._replace(
        number=ways.rules.number[drawn],
        oneway={mode: flags[drawn] for mode, flags in ways.rules.oneway.items()},
        speed_kph=ways.rules.speed_kph[drawn],
        zone=ways.rules.zone[drawn],
        spans=ways.rules.spans[drawn] if len(ways.rules.spans) else ways.rules.spans,
    )
    return Ways(
        offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        vertex=ways.vertex[kept],
        x=ways.x,
        y=ways.y,
        road_class=ways.road_class[drawn],
        oneway=ways.oneway[drawn],
        barred={mode: flags[drawn] for mode, flags in ways.barred.items()},
        rules=rules,
    )


def build_network(
    ways: Ways,
    *,
    crs: str,
    modes: Mapping[str, Mode],
    log: FaultLog | None = None,
    layer: str = "",
    dem: Path | None = None,
) -> RoadNetwork:
    """Return the network of these ways.

    A vertex is a node where a way ends, where it occurs more than once, in one way or several, and where a rule speaks
    of it. Ways are cut there. Two roads that cross without a shared vertex (a bridge) stay apart. Edges are numbered in
    an order that does not depend on the order of the ways.

    Parameters
    ----------
    ways
        Roads, without immediately repeated vertices.
    crs
        Metric reference system of their coordinates.
    modes
        Modes the roads are read for, by name.
    log
        Where faults go that do not stop the run.
    layer
        Name of the roads in them.
    dem
        Elevation model, where slopes count.
    """
    start, stop, way = _cuts(ways)
    nodes, ends = np.unique(ways.vertex[np.concatenate((start, stop))], return_inverse=True)
    by_curve = hilbert_order(ways.x[nodes], ways.y[nodes])
    node_of = np.full(len(ways.x), -1, dtype=np.int32)
    node_of[nodes[by_curve]] = np.arange(len(nodes), dtype=np.int32)
    u, v = node_of[nodes[ends]].reshape(2, -1)
    offsets, coords = _shapes(ways, start, stop)
    length = lengths_mm(polyline_lengths(offsets, coords))
    length = np.where(u == v, length, np.maximum(length, 1))
    classes, class_code = np.unique(ways.road_class.astype(str), return_inverse=True)
    code = class_code.astype(np.int16)[way]
    second = coords[offsets[:-1] + 1]
    order = np.lexsort((*_tags_of(ways, way), code, second[:, 1], second[:, 0], length, v, u))
    offsets, coords = _shapes(ways, start[order], stop[order])
    way = way[order]
    network = RoadNetwork(
        crs=crs,
        modes=dict(modes),
        classes=tuple(classes.tolist()),
        node_x=ways.x[nodes[by_curve]],
        node_y=ways.y[nodes[by_curve]],
        u=u[order],
        v=v[order],
        length_mm=length[order],
        class_code=code[order],
        oneway=ways.oneway[way],
        barred={mode: flags[way] for mode, flags in ways.barred.items()},
        offsets=offsets,
        coords=coords,
    )
    network = network if ways.rules is None else _with_rules(network, ways.rules, way, node_of, log, layer)
    if dem is None:
        return network
    known = ways.rules is not None and len(ways.rules.spans)
    spans = ways.rules.spans[way] if ways.rules is not None and known else np.zeros(len(way), dtype=bool)
    return with_slopes(network, dem, spans=spans, log=log)


def _shapes(
    ways: Ways, start: npt.NDArray[np.int64], stop: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the offsets and coordinates of edges from their first and last positions in `Ways.vertex`."""
    counts = stop - start + 1
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    vertex = ways.vertex[np.arange(offsets[-1]) - np.repeat(offsets[:-1] - start, counts)]
    coords = np.empty((len(vertex), 2))
    coords[:, 0], coords[:, 1] = ways.x[vertex], ways.y[vertex]
    return offsets, coords


def _tags_of(ways: Ways, way: npt.NDArray[np.int64]) -> list[npt.NDArray[np.generic]]:
    """Return what tells edges of one shape and class apart, the least significant first."""
    keys: list[npt.NDArray[np.generic]] = [ways.oneway, *(ways.barred[mode] for mode in sorted(ways.barred))]
    if ways.rules is not None:
        keys.extend(ways.rules.oneway[mode] for mode in sorted(ways.rules.oneway))
        keys.extend((np.nan_to_num(ways.rules.speed_kph), ways.rules.zone, ways.rules.spans))
    return [key[way] for key in reversed(keys) if len(key) and (key != key[0]).any()]


def _with_rules(
    network: RoadNetwork,
    rules: WayRules,
    way: npt.NDArray[np.int64],
    node_of: npt.NDArray[np.int32],
    log: FaultLog | None,
    layer: str,
) -> RoadNetwork:
    """Return a network with the rules of its ways; `way` is that of every edge."""

    def nodes(vertices: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        return np.sort(node_of[vertices][node_of[vertices] >= 0])

    turns = {}
    for mode, listed in rules.turns.items():
        bits = _directions(network, rules, way, mode)
        ends = Ends(
            at=np.column_stack((network.u, network.v)).ravel(),
            way=rules.number[way],
            may_arrive=np.column_stack(((bits & BACKWARD) > 0, (bits & FORWARD) > 0)).ravel(),
            may_depart=np.column_stack(((bits & FORWARD) > 0, (bits & BACKWARD) > 0)).ravel(),
        )
        turns[mode], unclear = forbidden_sequences(listed, node_of, ends)
        if log is not None:
            tell_restrictions(rules.left_out[mode] + Counter({"members": unclear}), mode, layer, log)
    speed, zone = rules.speed_kph[way], rules.zone[way]
    return replace(
        network,
        rules=RoadRules(
            oneway={mode: flags[way] for mode, flags in rules.oneway.items()},
            speed_kph=speed if not np.isnan(speed).all() else speed[:0],
            zone=zone if zone.any() else zone[:0],
            blocked={mode: nodes(vertices) for mode, vertices in rules.blocked.items()},
            crossings=nodes(rules.crossings),
            rails=nodes(rules.rails),
            banned=tables_of(turns, at_one_node=True),
            sequences=tables_of(turns, at_one_node=False),
        ),
    )


def _directions(network: RoadNetwork, rules: WayRules, way: npt.NDArray[np.int64], mode: str) -> npt.NDArray[np.uint8]:
    """Return in which directions a mode may use every edge, whatever the speeds of its classes will be."""
    oneway = rules.oneway[mode][way] if mode in rules.oneway else network.oneway
    bits = np.where(oneway > 0, FORWARD, np.where(oneway < 0, BACKWARD, FORWARD | BACKWARD))
    return np.where(network.barred[mode], 0, bits).astype(np.uint8)


def _cuts(ways: Ways) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return positions in `Ways.vertex` where edges start and stop, and the way of each edge."""
    way = np.repeat(np.arange(len(ways.offsets) - 1), np.diff(ways.offsets))
    shared = np.bincount(ways.vertex, minlength=len(ways.x)) > 1
    if ways.rules is not None:
        shared[ways.rules.vertices()] = True
    is_node = shared[ways.vertex]
    is_node[ways.offsets[:-1]] = True
    is_node[ways.offsets[1:] - 1] = True
    cuts = np.flatnonzero(is_node)
    within = way[cuts[:-1]] == way[cuts[1:]]
    return cuts[:-1][within], cuts[1:][within], way[cuts[:-1]][within]
