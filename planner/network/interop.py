"""NetworkX and OSMnx graphs to a network."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from planner.errors import LayerError, NetworkError, fault, shortened
from planner.layers.crs import accepted, parsed, study_crs
from planner.layers.log import FaultLog
from planner.network.graph import RoadNetwork
from planner.network.hilbert import hilbert_order
from planner.network.modes import Mode
from planner.network.noding import projected
from planner.units import lengths_mm


class FromGraph(NamedTuple):
    """A network, and the graph's name of each of its nodes."""

    network: RoadNetwork
    labels: pd.Index


_Shape = tuple[tuple[float, float], ...]


class _Arc(NamedTuple):
    """An edge of the graph as it is drawn: from node to node (positions), with what it carries."""

    tail: int
    head: int
    length_mm: int
    road_class: str
    barred: tuple[bool, ...]
    shape: _Shape


def from_networkx(
    graph: nx.Graph,
    *,
    crs: str,
    modes: Mapping[str, Mode],
    graph_crs: str | None = None,
    default_class: str = "",
    log: FaultLog | None = None,
) -> FromGraph:
    """Return the network of a graph in the manner of OSMnx, projected or not, simplified or not.

    Nodes carry ``x`` and ``y``; edges ``length`` (metres), ``highway``, and where they are not straight ``geometry``, a
    LineString. Costs are the graph's: ``length_mm`` where an edge has it (as `RoadNetwork.to_networkx` gives it), else
    ``length``. In a directed graph every edge leads one way; two that are each other's reverse in class, length and
    shape become one two-way edge. In an undirected one all edges are two-way. Modes that no one-way street binds use
    every edge both ways.

    Where OSMnx has merged ways of several classes, an edge has a list of them: it is given the one open to fewest of
    the modes, and of these the slowest, so that nothing is nearer than it is; the log tells. Access tags bar modes as
    they do in OpenStreetMap data; of a list, any that bars does.

    Parameters
    ----------
    graph
        A networkx graph of any kind. It is not changed.
    crs
        Metric study CRS; coordinates are transformed to it, lengths are not.
    modes
        Modes by name.
    graph_crs
        CRS of the coordinates, where the graph does not carry it as ``graph["crs"]``.
    default_class
        Road class of edges without ``highway``; "" where all must have one.
    log
        Where told faults go.

    Raises
    ------
    NetworkError
        If the graph has no edges, its CRS is unknown or the study's not metric, a node has no position, an edge no
        class, or its length is missing, negative, NaN or infinite.
    """
    source = _source_crs(graph, graph_crs, crs, modes)
    labels, x, y = _positions(graph)
    x, y = projected(x, y, source=source, crs=crs, layer="the graph")
    order = hilbert_order(x, y)
    x, y, labels = x[order], y[order], [labels[at] for at in order.tolist()]
    number = {label: at for at, label in enumerate(labels)}
    reader = _Reader(modes, default_class, source, crs, np.column_stack((x, y)))
    arcs = reader.arcs(graph, number)
    reader.report(log)
    rows = _two_way(arcs) if graph.is_directed() else [(arc, 0) for arc in sorted(arcs)]
    labelled = pd.Index(labels, tupleize_cols=False, name="node")
    return FromGraph(_network(rows, x, y, crs=crs, modes=modes), labelled)


def _source_crs(graph: nx.Graph, graph_crs: str | None, crs: str, modes: Mapping[str, Mode]) -> CRS:
    """Check what is given, and return the CRS of the graph."""
    if not modes:
        raise NetworkError(fault("modes to read roads for", "none", "give at least one"))
    if graph.number_of_edges() == 0:
        found = f"{graph.number_of_nodes()} nodes and none"
        raise NetworkError(fault("a graph with edges", found, "give another graph"))
    try:
        study_crs(crs)
        return _crs_of(graph, graph_crs)
    except LayerError as error:
        raise NetworkError(error.faults) from None


def _crs_of(graph: nx.Graph, graph_crs: str | None) -> CRS:
    said = graph_crs if graph_crs is not None else graph.graph.get("crs")
    if said is None:
        do = 'give graph_crs, for example "EPSG:4326"'
        raise NetworkError(fault('a graph that carries its CRS (graph["crs"])', "none", do))
    return accepted(said, layer="the graph") if isinstance(said, CRS) else parsed(str(said), layer="the graph")


def _positions(graph: nx.Graph) -> tuple[list[Hashable], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return labels, x and y of all nodes."""
    labels = list(graph.nodes)
    xy = np.array([[_number(held.get(axis)) for axis in ("x", "y")] for _, held in graph.nodes(data=True)])
    lost = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if len(lost):
        found = f"{len(lost)} without ({shortened(labels[at] for at in lost.tolist())})"
        raise NetworkError(fault("x and y for every node of the graph", found, "give them a position"))
    return labels, xy[:, 0], xy[:, 1]


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def _listed(value: object) -> list[str]:
    """Return one value, or several, as texts without repeats."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return []
    several = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
    return sorted({str(one) for one in several})


class _Reader:
    """Reads edges of a graph, and remembers what there is to tell."""

    def __init__(
        self, modes: Mapping[str, Mode], default_class: str, source: CRS, crs: str, xy: npt.NDArray[np.float64]
    ) -> None:
        self._modes = modes
        self._default_class = default_class
        self._source, self._crs = source, crs
        self._spots: list[tuple[float, float]] = [(x, y) for x, y in xy.tolist()]
        self._lists: Counter[str] = Counter()

    def arcs(self, graph: nx.Graph, number: Mapping[Hashable, int]) -> list[_Arc]:
        """Return all edges of the graph.

        Raises
        ------
        NetworkError
            If lengths or classes are missing or impossible.
        """
        edges = list(graph.edges(data=True))
        lengths = np.array([_length_mm(held) for _, _, held in edges])
        classes = [self._class_of(held) for _, _, held in edges]
        self._check(edges, lengths, classes)
        shapes = self._shapes(edges)
        arcs = []
        for (tail, head, held), length, road_class, shape in zip(edges, lengths, classes, shapes, strict=True):
            u, v = number[tail], number[head]
            spots = self._drawn(u, v, shape)
            barred = tuple(_is_barred(held, mode) for mode in self._modes.values())
            arcs.append(_Arc(u, v, max(int(length), int(u != v)), road_class, barred, spots))
        return arcs

    def _drawn(self, u: int, v: int, shape: _Shape | None) -> _Shape:
        """Return the shape of an edge from u to v: straight where it has none, turned where it runs the other way."""
        at_u, at_v = self._spots[u], self._spots[v]
        if shape is None:
            return at_u, at_v
        as_drawn = math.dist(shape[0], at_u) + math.dist(shape[-1], at_v)
        return shape if as_drawn <= math.dist(shape[0], at_v) + math.dist(shape[-1], at_u) else shape[::-1]

    def _check(self, edges: list[Any], lengths: npt.NDArray[np.float64], classes: list[str]) -> None:
        wrong = [
            f"{u}-{v}: {held.get('length')!r}"
            for (u, v, held), mm in zip(edges, lengths, strict=True)
            if not 0 <= mm < 1e15
        ]
        if wrong:
            found = f"{len(wrong)} without ({shortened(wrong)})"
            do = "give every edge its metres, for example with osmnx.distance.add_edge_lengths"
            raise NetworkError(fault("a length from 0 up for every edge of the graph", found, do))
        nameless = [f"{u}-{v}" for (u, v, _), name in zip(edges, classes, strict=True) if not name]
        if nameless:
            expected, found = "a highway class for every edge of the graph", f"{len(nameless)} without"
            raise NetworkError(fault(expected, f"{found} ({shortened(nameless)})", "give a default_class"))

    def _class_of(self, held: Mapping[str, Any]) -> str:
        names = _listed(held.get("highway"))
        if len(names) > 1:
            self._lists[", ".join(names)] += 1
            return min(names, key=self._openness)
        return names[0] if names else self._default_class

    def _openness(self, name: str) -> tuple[int, list[float], str]:
        speeds = [mode.speed_kph.get(name, 0.0) for mode in self._modes.values()]
        return sum(speed > 0 for speed in speeds), speeds, name

    def _shapes(self, edges: list[Any]) -> list[_Shape | None]:
        """Return the vertices of every edge that has a shape of its own, in the study CRS."""
        drawn = [held.get("geometry") for _, _, held in edges]
        lines = [at for at, line in enumerate(drawn) if isinstance(line, shapely.LineString) and not line.is_empty]
        coords, line = shapely.get_coordinates(np.array([drawn[at] for at in lines], dtype=object), return_index=True)
        x, y = projected(coords[:, 0], coords[:, 1], source=self._source, crs=self._crs, layer="the graph")
        parts = np.split(np.column_stack((x, y)), np.searchsorted(line, np.arange(1, len(lines))))
        shapes = {at: tuple(map(tuple, part.tolist())) for at, part in zip(lines, parts, strict=False)}
        return [shapes.get(at) for at in range(len(edges))]

    def report(self, log: FaultLog | None) -> None:
        """Tell of edges with several classes."""
        told = FaultLog() if log is None else log
        for names, count in sorted(self._lists.items()):
            told.add(
                "graph",
                "",
                "class_list",
                f"{count} 条边有多个道路等级（{names}），按开放出行方式最少、速度最低的等级计",
                f"{count} edges have several classes ({names}); they are of the one open to fewest modes, the slowest",
                "如需区分，请使用未简化的图",
            )


def _length_mm(held: Mapping[str, Any]) -> float:
    """Return an edge's length in whole millimetres; NaN where there is none."""
    if "length_mm" in held:
        return float(np.rint(_number(held["length_mm"])))
    length = _number(held.get("length"))
    return float(lengths_mm(length)) if abs(length) < 1e12 else math.nan


def _is_barred(held: Mapping[str, Any], mode: Mode) -> bool:
    """Return whether the most specific access tag of an edge bars a mode."""
    for key in mode.access_tags:
        values = _listed(held.get(key))
        if values:
            return bool({"no", "private"} & set(values))
    return False


def _two_way(arcs: Iterable[_Arc]) -> list[tuple[_Arc, int]]:
    """Return arcs with their one-way value: 0 for one of two that are each other's reverse, else 1."""
    waiting = Counter(arcs)
    rows: list[tuple[_Arc, int]] = []
    for arc in sorted(waiting):
        back = _Arc(arc.head, arc.tail, *arc[2:5], arc.shape[::-1])
        pairs = waiting[arc] // 2 if back == arc else min(waiting[arc], waiting.get(back, 0))
        waiting[arc] -= pairs
        waiting[back] -= pairs
        rows.extend([(arc, 0)] * pairs + [(arc, 1)] * waiting[arc])
        waiting[arc] = 0
    return sorted(rows)


def _network(
    rows: list[tuple[_Arc, int]],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    *,
    crs: str,
    modes: Mapping[str, Mode],
) -> RoadNetwork:
    arcs = [arc for arc, _ in rows]
    classes, code = np.unique(np.array([arc.road_class for arc in arcs]), return_inverse=True)
    barred = np.array([arc.barred for arc in arcs], dtype=bool)
    return RoadNetwork(
        crs=crs,
        modes=dict(modes),
        classes=tuple(classes.tolist()),
        node_x=x,
        node_y=y,
        u=np.array([arc.tail for arc in arcs], dtype=np.int32),
        v=np.array([arc.head for arc in arcs], dtype=np.int32),
        length_mm=np.array([arc.length_mm for arc in arcs], dtype=np.int64),
        class_code=code.astype(np.int16),
        oneway=np.array([oneway for _, oneway in rows], dtype=np.int8),
        barred={name: barred[:, at].copy() for at, name in enumerate(modes)},
        offsets=np.cumsum([0, *(len(arc.shape) for arc in arcs)], dtype=np.int64),
        coords=np.array([spot for arc in arcs for spot in arc.shape], dtype=np.float64),
    )
