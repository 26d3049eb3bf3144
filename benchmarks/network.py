"""Nearest place, and all pairs within a limit: planner.network against scipy and networkx.

All programs get the same roads, the same places and the same targets (at nodes of the network, so that nobody needs a
rule for attaching points), and must give the same integers before anything is timed. Run from the checkout:

    python benchmarks/network.py [--roads FILE --kind osm --crs EPSG:32633] [--places 200] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

import planner as pl
from planner.layers import FaultLog
from planner.network import NetworkSettings, ReachKey, ReachLabel, RoadNetwork, RoadSource, read_network
from planner.network.bounded import bounded_reach
from planner.network.legs import Roads, roads_of
from planner.network.modes import default_modes
from planner.network.nearest import nearest_places
from planner.network.snapping import Attachments, Snapper
from planner.network.views import Arcs, mode_view

MODE = "drive"
LABEL = ReachLabel(ReachKey(MODE, "distance_m", "toward"), "demand", "benchmark")


class Task(NamedTuple):
    """One question, put to every program."""

    roads: Roads
    places: Attachments
    targets: Attachments
    place_nodes: np.ndarray
    target_nodes: np.ndarray
    cutoff: int


def main() -> None:
    """Print a table of medians."""
    options = arguments()
    network = roads(options)
    task = draw(network, options)
    print(network)
    print(f"{len(task.place_nodes)} places, {len(task.target_nodes)} targets, limit {task.cutoff / 1000:.0f} m, toward")
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "scipy", "networkx"))
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {libraries}\n")
    matrix, graph = as_matrix(task.roads.arcs), as_graph(task.roads.arcs)
    compare(
        "all pairs within the limit",
        {
            "planner, all cores": lambda: ours_bounded(task, threads=0),
            "planner, 1 thread": lambda: ours_bounded(task, threads=1),
            "scipy dijkstra(limit)": lambda: scipy_bounded(task, matrix),
            "networkx dijkstra(cutoff)": lambda: networkx_bounded(task, graph),
        },
        options.rounds,
    )
    compare(
        "nearest place of every target",
        {
            "planner": lambda: ours_nearest(task),
            "scipy dijkstra(min_only)": lambda: scipy_nearest(task, matrix),
            "networkx multi_source_dijkstra": lambda: networkx_nearest(task, graph),
        },
        options.rounds,
    )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roads", type=Path, help="a file of roads; default: those of the embedded sample")
    parser.add_argument("--kind", choices=["lines", "osm"], default="osm")
    parser.add_argument("--crs", default="EPSG:4550", help="metric reference system to measure in")
    parser.add_argument("--places", type=int, default=200)
    parser.add_argument("--targets", type=int, default=20_000)
    parser.add_argument("--limit-m", type=float, default=3000.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def roads(options: argparse.Namespace) -> RoadNetwork:
    """Read the roads, and say how long that took."""
    start = time.perf_counter()
    source = (
        RoadSource(path=options.roads, kind=options.kind) if options.roads else pl.read_study(pl.sample_study()).roads
    )
    network = read_network(source, crs=options.crs, modes=default_modes(), log=FaultLog())
    print(f"roads read in {time.perf_counter() - start:.1f} s")
    return network


def draw(network: RoadNetwork, options: argparse.Namespace) -> Task:
    """Draw places and targets among the nodes of the largest component."""
    components = network.components(MODE)
    nodes = np.flatnonzero(components.of_node == int(np.argmax(components.road_mm)))
    snapper = Snapper(network, MODE, NetworkSettings())
    nodes = nodes[attached_to_themselves(network, nodes, snapper.attach(at(network, nodes)))]
    rng = np.random.default_rng(options.seed)
    place_nodes = np.sort(rng.choice(nodes, min(options.places, len(nodes)), replace=False))
    target_nodes = np.sort(rng.choice(nodes, min(options.targets, len(nodes)), replace=False))
    return Task(
        roads=roads_of(network, MODE, mode_view(network, MODE, "distance_m"), "toward"),
        places=snapper.attach(at(network, place_nodes)),
        targets=snapper.attach(at(network, target_nodes)),
        place_nodes=place_nodes,
        target_nodes=target_nodes,
        cutoff=round(options.limit_m * 1000),
    )


def attached_to_themselves(network: RoadNetwork, nodes: np.ndarray, points: Attachments) -> np.ndarray:
    """Return which nodes attach where they are: not so where a bridge passes exactly over a node."""
    at_start = (network.u[points.edge] == nodes) & (points.along_mm == 0)
    return at_start | ((network.v[points.edge] == nodes) & (points.rest_mm == 0))


def at(network: RoadNetwork, nodes: np.ndarray) -> pd.DataFrame:
    """Return a table of points at nodes."""
    index = pd.Index([f"{node:09d}" for node in nodes], dtype="str")
    return pd.DataFrame({"x": network.node_x[nodes], "y": network.node_y[nodes]}, index=index)


def as_matrix(arcs: Arcs) -> sp.csr_array:
    """Return the arcs as scipy takes them."""
    count = len(arcs.indptr) - 1
    return sp.csr_array((arcs.costs.astype(np.float64), arcs.heads, arcs.indptr), shape=(count, count))


def as_graph(arcs: Arcs) -> nx.DiGraph:
    """Return the arcs as networkx takes them."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(arcs.indptr) - 1))
    tails = np.repeat(np.arange(len(arcs.indptr) - 1), np.diff(arcs.indptr))
    graph.add_weighted_edges_from(zip(tails.tolist(), arcs.heads.tolist(), arcs.costs.tolist(), strict=True))
    return graph


def ours_bounded(task: Task, *, threads: int) -> np.ndarray:
    """Return the costs within the limit as planner.network finds them, shape (places, targets), -1 beyond."""
    threads = threads or NetworkSettings().thread_count
    reach = bounded_reach(LABEL, task.roads, task.places, task.targets, cutoff=task.cutoff, threads=threads)
    costs = np.full((len(task.places.ids), len(task.targets.ids)), -1, dtype=np.int64)
    costs[np.repeat(np.arange(len(costs)), np.diff(reach.indptr)), reach.indices] = reach.costs
    return costs


def scipy_bounded(task: Task, matrix: sp.csr_array) -> np.ndarray:
    """Return the same by scipy."""
    found = dijkstra(matrix, indices=task.place_nodes, limit=task.cutoff)[:, task.target_nodes]
    return as_costs(found)


def networkx_bounded(task: Task, graph: nx.DiGraph) -> np.ndarray:
    """Return the same by networkx."""
    costs = np.full((len(task.place_nodes), len(task.target_nodes)), -1, dtype=np.int64)
    column = {node: number for number, node in enumerate(task.target_nodes.tolist())}
    for row, place in enumerate(task.place_nodes.tolist()):
        for node, cost in nx.single_source_dijkstra_path_length(graph, place, cutoff=task.cutoff).items():
            if node in column:
                costs[row, column[node]] = cost
    return costs


def ours_nearest(task: Task) -> np.ndarray:
    """Return the cost to the nearest place of every target as planner.network finds it; -1 for none."""
    return nearest_places(LABEL, task.roads, task.places, task.targets, k=1).costs[:, 0]


def scipy_nearest(task: Task, matrix: sp.csr_array) -> np.ndarray:
    """Return the same by scipy."""
    return as_costs(dijkstra(matrix, indices=task.place_nodes, min_only=True)[task.target_nodes])


def networkx_nearest(task: Task, graph: nx.DiGraph) -> np.ndarray:
    """Return the same by networkx."""
    found = nx.multi_source_dijkstra_path_length(graph, set(task.place_nodes.tolist()))
    return np.array([found.get(node, -1) for node in task.target_nodes.tolist()], dtype=np.int64)


def as_costs(found: np.ndarray) -> np.ndarray:
    """Return scipy's distances as integers, -1 for none."""
    return np.where(np.isfinite(found), found, -1).astype(np.int64)


def compare(title: str, programs: dict[str, Callable[[], np.ndarray]], rounds: int) -> None:
    """Check that all programs agree (which also compiles ours), then time them in turns and print medians."""
    answers = {name: program() for name, program in programs.items()}
    first = next(iter(answers.values()))
    differing = [name for name, answer in answers.items() if not np.array_equal(answer, first)]
    if differing:
        raise SystemExit(f"{title}: {', '.join(differing)} give other answers; nothing is timed.")
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            start = time.perf_counter()
            program()
            taken[name].append(time.perf_counter() - start)
    print(f"{title}: {int((first >= 0).sum())} costs, equal in all")
    for name, seconds in taken.items():
        middle = statistics.median(seconds) * 1000
        print(f"  {name:<32}{middle:>10.1f} ms   ({min(seconds) * 1000:.1f} to {max(seconds) * 1000:.1f})")
    print()


if __name__ == "__main__":
    main()
