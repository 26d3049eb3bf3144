"""The questions of `network.py`, answered by other programs."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from planner.network import RoadNetwork
from planner.network.views import Arcs

_CHUNK = 100
"""Places scipy is asked for at a time: it fills a matrix of places x nodes."""

Answers = dict[str, Callable[[], np.ndarray]]


class Graph:
    """Roads as scipy, networkx and igraph take them, and how long it took to make them so."""

    def __init__(self, arcs: Arcs) -> None:
        self.prepared: dict[str, float] = {}
        self._arcs = arcs
        self._count = len(arcs.indptr) - 1
        self._tails = np.repeat(np.arange(self._count), np.diff(arcs.indptr))
        self.matrix = self._timed("scipy: matrix", self._matrix)
        self._networkx: nx.DiGraph | None = None

    def _timed(self, name: str, make: Callable[[], object]) -> object:
        start = time.perf_counter()
        made = make()
        self.prepared[name] = time.perf_counter() - start
        return made

    def _matrix(self) -> sp.csr_array:
        shape = (self._count, self._count)
        return sp.csr_array((self._arcs.costs.astype(np.float64), self._arcs.heads, self._arcs.indptr), shape=shape)

    @property
    def digraph(self) -> nx.DiGraph:
        """Return the roads as networkx takes them, made when they are first asked for."""
        if self._networkx is None:
            self._networkx = self._timed("networkx: graph", self._digraph)
        return self._networkx

    def _digraph(self) -> nx.DiGraph:
        graph = nx.DiGraph()
        graph.add_nodes_from(range(self._count))
        columns = (self._tails.tolist(), self._arcs.heads.tolist(), self._arcs.costs.tolist())
        graph.add_weighted_edges_from(zip(*columns, strict=True))
        return graph

    def nearest(self, places: np.ndarray, targets: np.ndarray) -> Answers:
        """Return the programs that find the cost of the nearest place of every target; -1 for none."""
        answers: Answers = {
            "scipy dijkstra(min_only)": lambda: as_costs(dijkstra(self.matrix, indices=places, min_only=True)[targets]),
        }
        if importlib.util.find_spec("igraph"):
            answers["igraph distances (one source before all)"] = self._igraph_nearest(places, targets)
        return answers

    def _igraph_nearest(self, places: np.ndarray, targets: np.ndarray) -> Callable[[], np.ndarray]:
        import igraph  # noqa: PLC0415 - where it is installed

        tails = np.concatenate((self._tails, np.full(len(places), self._count)))
        heads = np.concatenate((self._arcs.heads, places))
        weights = np.concatenate((self._arcs.costs, np.zeros(len(places)))).tolist()
        start = time.perf_counter()
        graph = igraph.Graph(n=self._count + 1, edges=np.column_stack((tails, heads)), directed=True)
        self.prepared["igraph: graph"] = time.perf_counter() - start
        return lambda: as_costs(np.array(graph.distances(source=[self._count], weights=weights)[0])[targets])

    def bounded(self, places: np.ndarray, targets: np.ndarray, cutoff: int) -> Answers:
        """Return the programs that find all pairs within a cutoff; they tell how many, and the sum of their costs."""
        return {
            "scipy dijkstra(limit)": lambda: self._scipy_bounded(places, targets, cutoff),
            "networkx dijkstra(cutoff)": lambda: self._networkx_bounded(places, targets, cutoff),
        }

    def _scipy_bounded(self, places: np.ndarray, targets: np.ndarray, cutoff: int) -> np.ndarray:
        total = np.zeros(2, dtype=np.int64)
        for first in range(0, len(places), _CHUNK):
            found = dijkstra(self.matrix, indices=places[first : first + _CHUNK], limit=cutoff)
            found = found if len(targets) == self._count else found[:, targets]
            held = found[np.isfinite(found)]
            total += (len(held), int(held.sum()))
        return total

    def _networkx_bounded(self, places: np.ndarray, targets: np.ndarray, cutoff: int) -> np.ndarray:
        wanted = np.zeros(self._count, dtype=bool)
        wanted[targets] = True
        total = np.zeros(2, dtype=np.int64)
        for place in places.tolist():
            found = nx.single_source_dijkstra_path_length(self.digraph, place, cutoff=cutoff)
            held = np.fromiter(found.values(), dtype=np.int64)[wanted[np.fromiter(found, dtype=np.int64)]]
            total += (len(held), held.sum())
        return total

    def full(self, places: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return scipy's costs without a cutoff, those that exist, place after place."""
        found = dijkstra(self.matrix, indices=places)[:, targets]
        return as_costs(found[np.isfinite(found)])


class Pandana:
    """Roads as pandana takes them, in metres; reversed, so that its points of interest are where paths start."""

    def __init__(self, network: RoadNetwork, *, reverse: bool = False) -> None:
        import pandana  # noqa: PLC0415 - where it is installed

        both = network.oneway == 0
        tails, heads = np.concatenate((network.u, network.v[both])), np.concatenate((network.v, network.u[both]))
        tails, heads = (heads, tails) if reverse else (tails, heads)
        metres = np.concatenate((network.length_mm, network.length_mm[both])) / 1000
        self._x, self._y = network.node_x, network.node_y
        start = time.perf_counter()
        with quiet():
            self._network = pandana.Network(
                pd.Series(self._x),
                pd.Series(self._y),
                pd.Series(tails.astype(np.int64)),
                pd.Series(heads.astype(np.int64)),
                pd.DataFrame({"metres": metres}),
                twoway=False,
            )
        self.took = time.perf_counter() - start

    def nearest(self, places: np.ndarray, targets: np.ndarray, k: int) -> np.ndarray:
        """Return the costs of the k nearest places of every target, millimetres; -1 for none."""
        farthest = 1_000_000.0
        with quiet():
            self._network.set_pois("places", farthest, k, pd.Series(self._x[places]), pd.Series(self._y[places]))
            found = self._network.nearest_pois(farthest, "places", num_pois=k).to_numpy()[targets]
        return np.where(found < farthest, np.rint(found * 1000), -1).astype(np.int64).ravel()

    def within(self, places: np.ndarray, cutoff: int) -> np.ndarray:
        """Return how many nodes are within a cutoff of places, and the sum of their costs."""
        with quiet():
            found = self._network.nodes_in_range(places.tolist(), cutoff / 1000)
        return np.array([len(found), round(found["metres"].sum() * 1000)])

    def set(self, nodes: np.ndarray, people: np.ndarray) -> None:
        """Put people at nodes."""
        self._network.set(pd.Series(nodes), pd.Series(people.astype(float)), name="people")

    def sums(self, nodes: np.ndarray, metres: int) -> np.ndarray:
        """Return the people within a distance of every node."""
        with quiet():
            found = self._network.aggregate(metres, type="sum", decay="flat", name="people")
        return found.to_numpy()[nodes].astype(np.int64)


@functools.cache
def pandana(network: RoadNetwork) -> Pandana:
    """Return roads as pandana takes them, made once."""
    return Pandana(network)


def as_costs(found: np.ndarray) -> np.ndarray:
    """Return distances as integers, -1 for none."""
    return np.where(np.isfinite(found), found, -1).astype(np.int64)


@contextlib.contextmanager
def quiet():  # noqa: ANN201 - a context
    """Let a program that writes to standard output write nowhere."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(io.StringIO()):
        kept = os.dup(1)
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
