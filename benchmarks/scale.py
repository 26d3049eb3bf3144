"""How much a laptop bears: real and synthetic road graphs of one to five million nodes, in one process.

    python benchmarks/scale.py --florida FLA.gr.xz [--province 5000000] [--facilities 20000] [--page PAGE --append]

Florida is a graph without coordinates or lengths (DIMACS, as the PACE 2016 challenge handed it out): every edge is
given a length by chance, from a seed. The province is made by `synthetic.py`. For each: roads made ready, the nearest
facility and the four nearest of every node, all nodes within 5 km (Florida: 1 km) of a quarter of the facilities, with
seconds and the largest memory the process has held so far.
"""

from __future__ import annotations

import argparse
import functools
import lzma
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import page
import scipy.sparse as sp
from network import LABEL, at_crossings
from scipy.sparse.csgraph import dijkstra, reverse_cuthill_mckee
from synthetic import DRIVE, WALK, town

from planner.network import NetworkSettings, RoadNetwork
from planner.network.bounded import bounded_reach
from planner.network.landing import landing_of
from planner.network.legs import Roads, roads_of
from planner.network.nearest import nearest_places
from planner.network.views import mode_view

TABLE = ("| roads | step | wall s | CPU s | peak GiB | result |", "|---|---|---|---|---|---|")


def main() -> None:
    """Print what each step took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--florida", type=Path)
    parser.add_argument("--province", type=int, default=5_000_000)
    parser.add_argument("--facilities", type=int, default=20_000)
    page.add_arguments(parser)
    options = parser.parse_args()
    page.begin(options)
    rows: list[str] = []
    if options.florida:
        rows += run("Florida", lambda: florida(options.florida), options.facilities, cutoff=1_000_000, check=True)
    if options.province:
        rows += run(
            "province", lambda: town(options.province, seed=2), options.facilities, cutoff=5_000_000, check=False
        )
    page.add(options, *about(options), *TABLE, *rows, "")


def about(options: argparse.Namespace) -> tuple[str, ...]:
    """Return what the table shows."""
    return (
        "## Scale",
        "",
        "Made by `benchmarks/scale.py`, in one process: Florida's road graph with lengths by chance, where scipy's",
        f"costs must be the same at every node, and a made province; {options.facilities:,} facilities. Everything",
        "within the cutoff (Florida 1 km, province 5 km) is asked of a quarter of them. The peak of memory is that of",
        "the process so far, results included.",
        "",
    )


def run(name: str, make: Callable[[], RoadNetwork], count: int, *, cutoff: int, check: bool) -> list[str]:
    """Return the steps of one graph as rows of the table."""
    rows: list[str] = []
    step = functools.partial(timed_step, rows)
    network = step(name, "roads made", make, repr)
    nodes, points = at_crossings(network)
    roads = step(name, "roads made ready", lambda: roads_from(network), lambda _: "")
    chosen = np.sort(np.random.default_rng(5).choice(len(nodes), count, replace=False))
    places = points.take(chosen)
    landing = step(name, "all nodes made ready as targets", lambda: landing_of(roads, points), lambda _: "")
    tables = (LABEL, roads, places, points)
    nearest = step(name, "nearest facility of every node", lambda: nearest_places(*tables, k=1, landing=landing),
                   lambda found: f"{(found.place >= 0).sum():,} reached")  # fmt: skip
    step(name, "four nearest", lambda: nearest_places(*tables, k=4, landing=landing), lambda _: "")
    some = places.take(np.arange(0, count, 4))
    threads = NetworkSettings().thread_count
    step(name, f"all within the cutoff of {len(some.ids):,}", lambda: bounded_reach(
        LABEL, roads, some, points, cutoff=cutoff, threads=threads, landing=landing),
        lambda found: f"{len(found.costs):,} pairs")  # fmt: skip
    if check:
        arcs = roads.arcs
        shape = (len(arcs.indptr) - 1,) * 2
        matrix = sp.csr_array((arcs.costs.astype(float), arcs.heads, arcs.indptr), shape=shape)
        expected = step(name, "(scipy, nearest)", lambda: dijkstra(matrix, indices=nodes[chosen], min_only=True)[nodes],
                        lambda _: "")  # fmt: skip
        if not np.array_equal(np.where(np.isfinite(expected), expected, -1), nearest.costs[:, 0]):
            raise SystemExit(f"{name}: scipy answers differently.")
    return rows


def roads_from(network: RoadNetwork) -> Roads:
    """Return what is searched."""
    key = LABEL.key
    return roads_of(network, key.mode, mode_view(network, key.mode, key.cost_kind), key.direction)


def timed_step(rows: list[str], name: str, what: str, work: Callable[[], Any], tell: Callable[[Any], str]) -> Any:
    """Add what a step took to the rows, and return what it made."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    made = work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall, peak = time.perf_counter() - start, after.ru_maxrss / (1 << 20)
    rows.append(f"| {name} | {what} | {wall:.1f} | {cpu:.1f} | {peak:.2f} | {tell(made)} |")
    print(rows[-1], file=sys.stderr)
    return made


def florida(path: Path) -> RoadNetwork:
    """Return Florida's graph with lengths by chance, nodes numbered so that neighbours are near each other."""
    with lzma.open(path, "rt") as text:
        count = int(next(text).split()[2])
        ends = np.loadtxt(numbers(text), dtype=np.int64) - 1
    pattern = sp.coo_array((np.ones(len(ends), dtype=np.int8), ends.T), shape=(count, count)).tocsr()
    order = reverse_cuthill_mckee(pattern, symmetric_mode=False)
    number = np.empty(count, dtype=np.int32)
    number[order] = np.arange(count, dtype=np.int32)
    u, v = number[ends].T.copy()
    lengths = np.random.default_rng(1).integers(10_000, 200_000, len(u))
    zeros = np.zeros(count)
    return RoadNetwork(
        crs="EPSG:4550",
        modes={"walk": WALK, "drive": DRIVE},
        classes=("street",),
        node_x=zeros,
        node_y=zeros.copy(),
        u=u,
        v=v,
        length_mm=lengths,
        class_code=np.zeros(len(u), dtype=np.int16),
        oneway=np.zeros(len(u), dtype=np.int8),
        barred={"walk": np.zeros(len(u), dtype=bool), "drive": np.zeros(len(u), dtype=bool)},
        offsets=np.arange(0, 2 * len(u) + 1, 2, dtype=np.int64),
        coords=np.zeros((2 * len(u), 2)),
    )


def numbers(text: Iterator[str]) -> Iterator[str]:
    """Return the lines of two numbers."""
    return (line for line in text if line[:1].isdigit())


if __name__ == "__main__":
    main()
