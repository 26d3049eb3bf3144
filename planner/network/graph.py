"""The road network: arrays of nodes and edges, and the shape of every edge beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.errors import NetworkError, fault
from planner.network.components import Components, summarise_components, weak_components
from planner.network.mode import FERRY, Mode
from planner.network.rules import NO_RULES, RURAL, URBAN, RoadRules
from planner.units import MM_PER_M, MS_PER_S, travel_times_ms

FORWARD, BACKWARD = np.uint8(1), np.uint8(2)
"""Bits of `RoadNetwork.permitted`: from u to v, from v to u."""

_DTYPES = {
    **dict.fromkeys(("node_x", "node_y", "coords"), "float64"),
    **dict.fromkeys(("u", "v", "closed_edges", "closed_nodes"), "int32"),
    **dict.fromkeys(("length_mm", "offsets"), "int64"),
    "class_code": "int16",
    "oneway": "int8",
}


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class RoadNetwork:
    """Roads as arrays. Nodes are numbered along a space-filling curve, edges by their nodes.

    The numbering follows from what the roads are, never from the order of a file's rows.

    Attributes
    ----------
    crs
        The metric reference system of all coordinates.
    modes
        Modes the roads were read for, by name.
    classes
        Road classes, sorted; `class_code` holds positions in it.
    node_x, node_y
        float64, shape (nodes,), metres.
    u, v
        int32, shape (edges,): end nodes, in the direction in which the edge is drawn. Parallel edges and loops are
        kept.
    length_mm
        int64: millimetres, planar; at least 1 between two different nodes.
    class_code
        int16.
    oneway
        int8: 1 from u to v only, -1 from v to u only, 0 both.
    barred
        By mode: bool, shape (edges,): closed to the mode by its access tags.
    offsets, coords
        Edge e is drawn by ``coords[offsets[e]:offsets[e + 1]]``; int64, shape (edges + 1,); float64, shape
        (vertices, 2).
    rules
        What tags say beyond that: speeds, barriers, crossings, turns.
    closed_edges, closed_nodes
        int32, ascending: what is closed to every mode (`planner.network.with_closures`). Nodes close all their edges.
    """

    crs: str
    modes: Mapping[str, Mode]
    classes: tuple[str, ...]
    node_x: npt.NDArray[np.float64]
    node_y: npt.NDArray[np.float64]
    u: npt.NDArray[np.int32]
    v: npt.NDArray[np.int32]
    length_mm: npt.NDArray[np.int64]
    class_code: npt.NDArray[np.int16]
    oneway: npt.NDArray[np.int8]
    barred: Mapping[str, npt.NDArray[np.bool_]]
    offsets: npt.NDArray[np.int64]
    coords: npt.NDArray[np.float64]
    rules: RoadRules = NO_RULES
    closed_edges: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    closed_nodes: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))

    def __post_init__(self) -> None:
        per_edge: list[npt.NDArray[np.generic]] = [self.u, self.v, self.length_mm, self.class_code, self.oneway]
        per_edge.extend(self.barred.values())
        if any(len(array) != len(self.u) for array in per_edge) or len(self.node_x) != len(self.node_y):
            raise ValueError("expected arrays of one length per table, found others: rebuild the network.")
        if set(self.modes) != set(self.barred):
            raise ValueError("expected access of every mode, found other modes: read the roads for these modes.")
        if len(self.offsets) != len(self.u) + 1 or self.offsets[-1] != len(self.coords):
            raise ValueError("expected one shape per edge, found another number: rebuild the network.")
        if not self.rules.fits(len(self.node_x), len(self.u)):
            raise ValueError("expected rules of these nodes and edges, found others: rebuild the network.")
        if {name: getattr(self, name).dtype.name for name in _DTYPES} != _DTYPES:
            raise ValueError("expected arrays of the types that the network names, found others: rebuild the network.")
        if len(self.u):
            self._check_edges()
        for closed, count in ((self.closed_edges, self.edge_count), (self.closed_nodes, self.node_count)):
            if len(closed) and not (closed[0] >= 0 and closed[-1] < count and (np.diff(closed) > 0).all()):
                raise ValueError("expected closures of known edges and nodes, found others: close them anew.")
        shapes = (self.node_x, self.node_y, self.offsets, self.coords)
        for array in (*per_edge, *shapes, self.closed_edges, self.closed_nodes):
            array.flags.writeable = False

    def _check_edges(self) -> None:
        ends = np.concatenate((self.u, self.v))
        if ends.min() < 0 or ends.max() >= len(self.node_x):
            raise ValueError("expected edges between known nodes, found others: rebuild the network.")
        if self.length_mm.min() < 0 or (self.length_mm[self.u != self.v] < 1).any():
            raise ValueError("expected edges of 1 mm or more, found shorter ones: rebuild the network.")
        if self.class_code.min() < 0 or self.class_code.max() >= len(self.classes) or np.diff(self.offsets).min() < 2:
            raise ValueError("expected known classes and shapes of two vertices or more, found others: rebuild it.")
        if not (np.isfinite(self.coords).all() and np.isfinite(self.node_x).all() and np.isfinite(self.node_y).all()):
            raise ValueError("expected finite coordinates, found others: rebuild the network.")

    def __repr__(self) -> str:
        road_km = self.length_mm.sum() / MM_PER_M / 1000
        modes = ", ".join(self.modes)
        return f"RoadNetwork({self.node_count} nodes, {self.edge_count} edges, {road_km:.0f} km, {modes})"

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.node_x)

    @property
    def edge_count(self) -> int:
        """Number of edges."""
        return len(self.u)

    def mode(self, name: str) -> Mode:
        """Return a mode by its name.

        Raises
        ------
        NetworkError
            If the roads were not read for it.
        """
        if name not in self.modes:
            do = "add the mode to the study or use another"
            raise NetworkError(fault(f"a mode of the roads ({', '.join(self.modes)})", repr(name), do))
        return self.modes[name]

    def with_modes(self, modes: Mapping[str, Mode]) -> RoadNetwork:
        """Return the same roads for changed modes (other speeds, classes, one-way rule) of the same names."""
        for name in modes:
            self.mode(name)
        return replace(self, modes={**self.modes, **modes})

    def edge_speeds(self, mode: str) -> npt.NDArray[np.float64]:
        """Return the speed of every edge in km/h; NaN where its class is closed to the mode.

        That of its class, inside or outside built-up areas where that is said; in its place the tagged speed where the
        mode reads it, and on ferries what the crossing takes. Slopes change it: `directed_speeds`.
        """
        of = self.mode(mode)
        speed = self._by_class(of.speed_kph)
        for zone, table in ((URBAN, of.urban_kph), (RURAL, of.rural_kph)):
            if len(self.rules.zone) and table:
                there = self._by_class({**of.speed_kph, **table})
                speed = np.where((self.rules.zone == zone) & ~np.isnan(speed), there, speed)
        if len(self.rules.speed_kph):
            ferries = self._by_class({FERRY: 1.0}) == 1.0
            read = ~np.isnan(self.rules.speed_kph) & ~np.isnan(speed) & (ferries | of.tagged_speeds)
            speed = np.where(read, self.rules.speed_kph, speed)
        return speed

    def directed_speeds(self, mode: str) -> npt.NDArray[np.float64]:
        """Return the speed of every edge from u to v and from v to u, shape (edges, 2), in km/h: slopes count."""
        speed = self.edge_speeds(mode)[:, None]
        if self.mode(mode).slopes and len(self.rules.slowness):
            return np.asarray(speed / self.rules.slowness)
        return np.broadcast_to(speed, (self.edge_count, 2))

    def _by_class(self, table: Mapping[str, float]) -> npt.NDArray[np.float64]:
        by_class = np.array([table.get(name, np.nan) for name in self.classes], dtype=np.float64)
        return by_class[self.class_code]

    def permitted(self, mode: str) -> npt.NDArray[np.uint8]:
        """Return in which directions a mode may use every edge: the sum of `FORWARD` and `BACKWARD`, 0 for closed."""
        bits = self.permitted_if_open(mode)
        if len(self.closed_edges) or len(self.closed_nodes):
            bits[self.is_closed()] = 0
        return bits

    def permitted_if_open(self, mode: str) -> npt.NDArray[np.uint8]:
        """Return what `permitted` would without closures."""
        bits = np.full(self.edge_count, FORWARD | BACKWARD, dtype=np.uint8)
        if self.mode(mode).obeys_oneway:
            oneway = self.rules.oneway.get(mode, self.oneway)
            bits[oneway > 0] = FORWARD
            bits[oneway < 0] = BACKWARD
        bits[np.isnan(self.edge_speeds(mode)) | self.barred[mode]] = 0
        return bits

    def is_closed(self) -> npt.NDArray[np.bool_]:
        """Return which edges are closed to every mode, by themselves or at one of their nodes."""
        closed = np.zeros(self.edge_count, dtype=bool)
        closed[self.closed_edges] = True
        if len(self.closed_nodes):
            closed |= np.isin(self.u, self.closed_nodes) | np.isin(self.v, self.closed_nodes)
        return closed

    def components(self, mode: str) -> Components:
        """Return the weakly connected components of the edges a mode may use; 0 has most road.

        A barrier that the mode cannot pass parts them; turn restrictions and roads that it may not cross do not.
        """
        used = self.permitted(mode) > 0
        blocked = self.rules.blocked.get(mode, np.zeros(0, dtype=np.int32))
        return weak_components(self.node_count, self.u, self.v, self.length_mm, used=used, blocked=blocked)

    def component_summary(self, mode: str) -> pd.DataFrame:
        """Return one row per component of a mode: component, road_m, nodes, x, y (centre, metres), largest first."""
        return summarise_components(self.components(mode), self.node_x, self.node_y)

    def lines(self) -> npt.NDArray[np.object_]:
        """Return the shape of every edge as a shapely line, drawn from u to v."""
        return edge_lines(self.offsets, self.coords)

    def to_frame(self) -> gpd.GeoDataFrame:
        """Return one line per edge: u, v, road_class, oneway (1, 0, -1), length_m; index ``edge``."""
        table = {
            "u": self.u,
            "v": self.v,
            "road_class": pd.array(np.array(self.classes, dtype=object)[self.class_code], dtype="str"),
            "oneway": self.oneway,
            "length_m": self.length_mm / MM_PER_M,
        }
        index = pd.RangeIndex(self.edge_count, name="edge")
        return gpd.GeoDataFrame(table, index=index, geometry=self.lines(), crs=self.crs)

    def to_networkx(self, mode: str, *, geometry: bool = False) -> nx.MultiDiGraph:
        """Return what a mode may use as a networkx graph, in the manner of OSMnx.

        Nodes carry ``x``, ``y``; arcs, whose key is the number of the edge, ``length`` (metres), ``travel_time``
        (seconds), the integers ``length_mm`` and ``time_ms``, ``highway``, and ``oneway`` (whether the other direction
        is closed). Each direction of an edge is an arc. `planner.network.from_networkx` makes a network of it again.
        Rules of what may be done at a node (forbidden turns, barriers, roads not to be crossed) have no place in such a
        graph: costs over it can be lower than the planner's.

        Parameters
        ----------
        mode
            Name of one of the modes.
        geometry
            Whether arcs carry their shape, too.
        """
        graph = nx.MultiDiGraph(crs=self.crs)
        graph.add_nodes_from(
            (node, {"x": x, "y": y})
            for node, (x, y) in enumerate(zip(self.node_x.tolist(), self.node_y.tolist(), strict=True))
        )
        bits = self.permitted(mode)
        for tails, heads, bit in ((self.u, self.v, FORWARD), (self.v, self.u, BACKWARD)):
            edges = np.flatnonzero(bits & bit)
            arcs = self._networkx_arcs(mode, edges, (tails[edges], heads[edges]), backward=int(bit == BACKWARD))
            if geometry:
                lines = self.lines()[edges]
                drawn = lines if bit == FORWARD else shapely.reverse(lines)
                for (*_, data), line in zip(arcs, drawn, strict=True):
                    data["geometry"] = line
            graph.add_edges_from(arcs)
        return graph

    def _networkx_arcs(
        self, mode: str, edges: npt.NDArray[np.intp], ends: tuple[npt.NDArray[np.int32], ...], *, backward: int
    ) -> list[tuple[int, int, int, dict[str, object]]]:
        lengths = self.length_mm[edges]
        times = travel_times_ms(lengths, self.directed_speeds(mode)[edges, backward])
        is_oneway = self.permitted(mode)[edges] != (FORWARD | BACKWARD)
        columns = (*ends, edges, self.class_code[edges], lengths, times, is_oneway)
        return [
            (tail, head, edge, {"highway": self.classes[code], "length": length / MM_PER_M, "length_mm": length,
                                "travel_time": time / MS_PER_S, "time_ms": time,
                                "oneway": oneway})
            for tail, head, edge, code, length, time, oneway in zip(*map(np.ndarray.tolist, columns), strict=True)
        ]  # fmt: skip


def edge_lines(offsets: npt.NDArray[np.int64], coords: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    """Return shapely lines from consecutive runs of coordinates."""
    line = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    drawn = shapely.linestrings(coords, indices=line) if len(line) else np.empty(0, dtype=object)
    return np.asarray(drawn, dtype=np.object_)
