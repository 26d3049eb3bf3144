"""Shortest-path questions put to planner.network and to the programs a planner could install instead.

All programs of a question get the same roads, made from a seed, and the same points, at crossings, so that nobody needs
a rule for attaching points; their answers are compared before anything is timed. They take turns, round after round.
Medians of wall and CPU seconds go into a page. Run from the checkout, with the peers installed beside the planner:

    python benchmarks/network.py --page docs/performance.md [--rounds 5] [--only nearest]

Peers that are not installed are left out and named.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib.util
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import page
import pandas as pd
import peers
from synthetic import town

from planner.network import Attachments, ReachKey, ReachLabel, RoadNetwork, full_reach, router_of, sums_within
from planner.network.bounded import bounded_reach
from planner.network.compiled import MAX_CUTOFF, queue_of
from planner.network.landing import landing_of, starts_of
from planner.network.legs import direct_pairs
from planner.network.nearest import nearest_places
from planner.network.nearest_search import NO_LABEL, nearest_at_nodes
from planner.network.router import Router
from planner.network.settings import NetworkSettings

KEY = ReachKey("drive", "distance_m", "from")
LABEL = ReachLabel(KEY, "demand", "benchmark")
LONGEST_S = 20.0
"""A program that has taken so long takes part in no further round."""


class Timed(NamedTuple):
    """What a program took, in seconds, round by round; `share` of the whole question was asked."""

    wall: list[float]
    cpu: list[float]
    share: float


class Program(NamedTuple):
    """A program that answers a question, wholly or for a share of it, in so many rounds at most."""

    answer: Callable[[], np.ndarray]
    share: float = 1.0
    tolerance_mm: int = 0
    rounds: int = 1_000


class Question(NamedTuple):
    """What is asked, of whom, and what each prepared before."""

    title: str
    programs: dict[str, Program]
    prepared: dict[str, float]
    note: str = ""


class Stage(NamedTuple):
    """Roads, and all their crossings that have a street, as points."""

    network: RoadNetwork
    router: Router
    nodes: np.ndarray
    points: Attachments
    rng: np.random.Generator

    def some(self, count: int) -> tuple[np.ndarray, Attachments]:
        """Return crossings by chance: positions in `points`, and the points."""
        chosen = np.sort(self.rng.choice(len(self.nodes), count, replace=False))
        return chosen, self.points.take(chosen)


@functools.cache
def stage(crossings: int, *, threads: int = 0) -> Stage:
    """Return roads and points at all their crossings."""
    network = town(crossings)
    nodes, points = at_crossings(network)
    router = router_of(network, KEY, settings=NetworkSettings(threads=threads))
    return Stage(network, router, nodes, points, np.random.default_rng(5))


def at_crossings(network: RoadNetwork) -> tuple[np.ndarray, Attachments]:
    """Return the crossings that have a street, and the points there."""
    edge = np.full(network.node_count, -1, dtype=np.int32)
    first = np.zeros(network.node_count, dtype=bool)
    edge[network.v] = np.arange(network.edge_count)
    edge[network.u] = np.arange(network.edge_count)
    first[network.u] = True
    nodes = np.flatnonzero(edge >= 0)
    edge, first = edge[nodes], first[nodes]
    length = network.length_mm[edge]
    points = Attachments(
        ids=pd.Index([f"{node:08d}" for node in nodes], dtype="str"),
        status=np.zeros(len(nodes), dtype=np.int8),
        edge=edge,
        along_mm=np.where(first, 0, length),
        rest_mm=np.where(first, length, 0),
        access_mm=np.zeros(len(nodes), dtype=np.int64),
        component=np.zeros(len(nodes), dtype=np.int32),
    )
    return nodes, points


def nearest() -> Iterator[Question]:
    """Ask for the nearest of 1,000 places at every crossing of a million."""
    at = stage(1_000_000)
    chosen, places = at.some(1_000)
    landing, took = timed_once(lambda: landing_of(at.router.roads, at.points))
    graph = peers.Graph(at.router.roads.arcs)

    def ours() -> np.ndarray:
        return nearest_places(LABEL, at.router.roads, places, at.points, k=1, landing=landing).costs[:, 0]

    starts = starts_of(at.router.roads, landing.links, places)
    queue = queue_of(landing.span, starts, MAX_CUTOFF, together=True)

    def at_nodes() -> np.ndarray:
        labels, _ = nearest_at_nodes(landing.links, starts, 1, 10, queue, 2 * len(at.nodes))
        return np.where(labels == NO_LABEL, -1, labels >> 10)[at.nodes]

    programs = {"planner, nodes only (with owner)": Program(at_nodes), "planner, points (with owner)": Program(ours)}
    programs |= {name: Program(ask) for name, ask in graph.nearest(at.nodes[chosen], at.nodes).items()}
    yield Question(
        "Nearest of 1,000 places, 1,000,000 nodes", programs, {"planner: targets made ready": took, **graph.prepared}
    )


def nearest_pandana() -> Iterator[Question]:
    """Ask pandana what `nearest` asks. Its preparation takes minutes and gigabytes: only if it is asked for."""
    at = stage(1_000_000)
    chosen, places = at.some(1_000)
    landing, took = timed_once(lambda: landing_of(at.router.roads, at.points))
    pandana = peers.Pandana(at.network, reverse=True)

    def ours() -> np.ndarray:
        return nearest_places(LABEL, at.router.roads, places, at.points, k=1, landing=landing).costs[:, 0]

    programs = {
        "planner, points (with owner)": Program(ours),
        "pandana nearest_pois": Program(
            lambda: pandana.nearest(at.nodes[chosen], at.nodes, 1), tolerance_mm=1_000, rounds=1
        ),
    }
    prepared = {"planner: targets made ready": took, "pandana: Network": pandana.took}
    yield Question("Nearest of 1,000 places, 1,000,000 nodes: pandana", programs, prepared)


def nearest_lists() -> Iterator[Question]:
    """Ask for the five nearest of 2,000 places at every crossing of 200,000."""
    at = stage(200_000)
    chosen, places = at.some(2_000)
    landing, took = timed_once(lambda: landing_of(at.router.roads, at.points))
    prepared = {"planner: targets made ready": took}
    turned = at.router.roads

    def ours() -> np.ndarray:
        return nearest_places(LABEL, turned, places, at.points, k=5, landing=landing).costs.ravel()

    programs = {"planner (with owners)": Program(ours)}
    if installed("pandana"):
        pandana = peers.Pandana(at.network, reverse=True)
        programs["pandana nearest_pois"] = Program(
            lambda: pandana.nearest(at.nodes[chosen], at.nodes, 5), tolerance_mm=1_000
        )
        prepared["pandana: Network"] = pandana.took
    yield Question("Five nearest of 2,000 places, 200,000 nodes", programs, prepared)


def bounded() -> Iterator[Question]:
    """Ask for all crossings within 1.5 and 5 km of 1,000 places, 200,000 nodes."""
    at = stage(200_000)
    chosen, places = at.some(1_000)
    landing, took = timed_once(lambda: landing_of(at.router.roads, at.points))
    graph = peers.Graph(at.router.roads.arcs)
    pandana = peers.pandana(at.network) if installed("pandana") else None
    for cutoff in (1_500_000, 5_000_000):

        def ours(threads: int, cutoff: int = cutoff) -> np.ndarray:
            reach = bounded_reach(
                LABEL, at.router.roads, places, at.points, cutoff=cutoff, threads=threads, landing=landing
            )
            return np.array([len(reach.costs), reach.costs.sum(dtype=np.int64)])

        programs = {f"planner, {n} thread{'s'[: n > 1]}": Program(lambda n=n: ours(n)) for n in (1, 2)}
        programs |= {
            name: Program(ask) for name, ask in graph.bounded(at.nodes[chosen], at.nodes, cutoff).items()
        }  # fmt: skip
        prepared = {"planner: targets made ready": took, **graph.prepared}
        if pandana is not None:
            programs["pandana nodes_in_range"] = Program(
                lambda cutoff=cutoff: pandana.within(at.nodes[chosen], cutoff), tolerance_mm=10**9
            )
            prepared["pandana: Network"] = pandana.took
        note = (
            "Answers compared: number of pairs and the sum of their costs (pandana's sum, of metres, to a thousandth)."
        )
        yield Question(f"All nodes within {cutoff / 1e6:g} km of 1,000 places, 200,000 nodes", programs, prepared, note)


def bounded_large() -> Iterator[Question]:
    """Ask for all crossings within 5 km of 10,000 places of a million."""
    at = stage(1_000_000)
    _, places = at.some(10_000)
    landing, took = timed_once(lambda: landing_of(at.router.roads, at.points))
    held = {}

    def ours(threads: int) -> np.ndarray:
        before = forget_peak()
        reach = bounded_reach(
            LABEL, at.router.roads, places, at.points, cutoff=5_000_000, threads=threads, landing=landing
        )
        held["mib"] = peak_mib() - before
        return np.array([len(reach.costs), reach.costs.sum(dtype=np.int64)])

    programs = {f"planner, {n} thread{'s'[: n > 1]}": Program(lambda n=n: ours(n)) for n in (1, 2)}
    pairs = int(ours(1)[0])
    note = f"{pairs:,} pairs; peak memory above the roads and points: {held['mib']:,.0f} MiB, results included."
    yield Question(
        "All nodes within 5 km of 10,000 places, 1,000,000 nodes", programs, {"planner: targets made ready": took}, note
    )


def table() -> Iterator[Question]:
    """Ask for the costs from 1,000 places to 10,000 targets, bounded and full."""
    at = stage(200_000)
    chosen, places = at.some(1_000)
    wanted, targets = at.some(10_000)
    graph = peers.Graph(at.router.roads.arcs)
    full_share = 0.05

    def ours(threads: int) -> np.ndarray:
        reach = bounded_reach(LABEL, at.router.roads, places, targets, cutoff=5_000_000, threads=threads)
        return np.array([len(reach.costs), reach.costs.sum(dtype=np.int64)])

    programs = {f"planner, {n} thread{'s'[: n > 1]}": Program(lambda n=n: ours(n)) for n in (1, 2)}
    bounded = graph.bounded(at.nodes[chosen], at.nodes[wanted], 5_000_000)
    programs["scipy dijkstra(limit)"] = Program(bounded["scipy dijkstra(limit)"])
    yield Question("1,000 x 10,000 costs within 5 km, 200,000 nodes", programs, graph.prepared)
    few = round(full_share * len(chosen))

    def ours_full() -> np.ndarray:
        reach = full_reach(at.router, places, targets)
        return reach.costs[: reach.indptr[few]].astype(np.int64)

    yield Question(
        "1,000 x 10,000 costs without cutoff, 200,000 nodes",
        {
            "planner, hierarchy made each time": Program(ours_full),
            "scipy dijkstra": Program(lambda: graph.full(at.nodes[chosen][:few], at.nodes[wanted]), share=full_share),
        },
        graph.prepared,
        "scipy was asked for a twentieth of the places; its time is multiplied.",
    )


def sums() -> Iterator[Question]:
    """Ask how many people are within 1 km of every crossing of 200,000."""
    at = stage(200_000)
    people = at.rng.integers(0, 100, len(at.nodes))
    values = pd.DataFrame({"people": people}, index=at.points.ids)
    programs = {
        "planner": Program(
            lambda: sums_within(at.router, at.points, at.points, values, cutoff=1_000_000)["people"].to_numpy(np.int64)
        )
    }
    prepared = {}
    if installed("pandana"):
        pandana = peers.pandana(at.network)
        pandana.set(at.nodes, people)
        programs["pandana aggregate"] = Program(lambda: pandana.sums(at.nodes, 1_000), tolerance_mm=200)
        prepared["pandana: Network"] = pandana.took
    yield Question("People within 1 km of every one of 200,000 nodes", programs, prepared)


def growth() -> Iterator[Question]:
    """Ask for what is within 1.5 km of 1,000 places in towns of growing size."""
    programs = {}
    for crossings in (10_000, 100_000, 1_000_000):
        at = stage(crossings)
        _, places = at.some(1_000)
        landing = landing_of(at.router.roads, at.points)

        def ours(at: Stage = at, places: Attachments = places, landing: Any = landing) -> np.ndarray:
            reach = bounded_reach(
                LABEL, at.router.roads, places, at.points, cutoff=1_500_000, threads=1, landing=landing
            )  # fmt: skip
            return np.array([len(reach.costs)])

        programs[f"{crossings:,} nodes ({int(ours()[0]):,} visited)"] = Program(ours, tolerance_mm=10**9)
    yield Question("Growth: within 1.5 km of 1,000 places, equally dense towns", programs, {}, "One thread.")


def parts() -> Iterator[Question]:
    """Ask where the planner's own time goes: the whole call, and parts of it alone."""
    for crossings, cutoff in ((200_000, 5_000_000), (1_000_000, 1_500_000)):
        yield parts_of(stage(crossings), crossings, cutoff)


def parts_of(at: Stage, crossings: int, cutoff: int) -> Question:
    """Return the parts of a bounded search as programs; their answers have nothing to be compared."""
    _, places = at.some(1_000)
    roads, nothing = at.router.roads, at.points.take(np.arange(0))
    landings = {len(points.ids): landing_of(roads, points) for points in (at.points, nothing)}

    def asked(points: Attachments) -> np.ndarray:
        landing = landings[len(points.ids)]
        bounded_reach(LABEL, roads, places, points, cutoff=cutoff, threads=1, landing=landing)
        return np.zeros(1)

    def made_ready() -> np.ndarray:
        landing = landings[len(at.points.ids)]
        starts = starts_of(roads, landing.links, places)
        direct_pairs(roads, places, at.points, along=landing.along)
        queue_of(landing.span, starts, cutoff)
        return np.zeros(1)

    programs = {
        "the whole call": Program(lambda: asked(at.points)),
        "search alone (no targets)": Program(lambda: asked(nothing)),
        "starts, pairs on one edge, queue": Program(made_ready),
    }
    title = f"Where the time goes: within {cutoff / 1e6:g} km of 1,000 places, {crossings:,} nodes"
    return Question(title, programs, {}, "What remains is collecting and writing the pairs.")


QUESTIONS = {
    "nearest": nearest,
    "nearest_pandana": nearest_pandana,
    "lists": nearest_lists,
    "bounded": bounded,
    "large": bounded_large,
    "table": table,
    "sums": sums,
    "growth": growth,
    "parts": parts,
}
SLOW = ("nearest_pandana",)
"""Questions that take a quarter of an hour: asked only if they are named."""


def main() -> None:
    """Put the questions and write the page."""
    options = arguments()
    page.begin(options, about(options.rounds))
    for name, ask in QUESTIONS.items():
        if name not in (options.only or [each for each in QUESTIONS if each not in SLOW]):
            continue
        for question in ask():
            print(question.title, file=sys.stderr)
            compiling = timed_once(next(iter(question.programs.values())).answer)[1]
            compare(question)
            taken = take_turns(question, options.rounds)
            page.add(options, *report(question, taken, compiling))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    page.add_arguments(parser)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=list(QUESTIONS), help=f"else all but {', '.join(SLOW)}")
    return parser.parse_args()


def installed(name: str) -> bool:
    """Whether a peer is there."""
    return importlib.util.find_spec(name) is not None


def timed_once(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what work returns, and its seconds."""
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


def compare(question: Question) -> None:
    """Stop where a program answers differently."""
    answers = {name: program.answer() for name, program in question.programs.items()}
    first = next(iter(answers.values()))
    for name, answer in answers.items():
        allowed = question.programs[name].tolerance_mm
        if len(answer) != len(first) or np.abs(answer - first).max(initial=0) > allowed:
            raise SystemExit(f"{question.title}: {name} answers differently; nothing is timed.")


def take_turns(question: Question, rounds: int) -> dict[str, Timed]:
    """Time all programs in turns."""
    taken = {name: Timed([], [], program.share) for name, program in question.programs.items()}
    for _ in range(rounds):
        for name, program in question.programs.items():
            if sum(taken[name].wall) < LONGEST_S and len(taken[name].wall) < program.rounds:
                cpu, start = cpu_seconds(), time.perf_counter()
                program.answer()
                taken[name].wall.append(time.perf_counter() - start)
                taken[name].cpu.append(cpu_seconds() - cpu)
    return taken


def cpu_seconds() -> float:
    """Return the CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def forget_peak() -> float:
    """Let the peak of memory begin anew; return what is held now, MiB."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak_mib()


def peak_mib() -> float:
    """Return the peak of memory, MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


def about(rounds: int) -> str:
    """Return how to read the sections of this script."""
    return f"""
Sections of shortest paths, by `benchmarks/network.py`: medians of up to {rounds} alternating rounds, with the fastest
and the slowest. Where wall seconds are much larger than CPU seconds, the machine was busy with other work: compare CPU
seconds then. "x" is the CPU time of a program divided by that of the planner's first row. Roads are made from a seed
(`benchmarks/synthetic.py`): 1.32 streets for each crossing, a fifth of those that are not needed to join them one-way,
and islands. All questions are asked `from` the places."""


def report(question: Question, taken: dict[str, Timed], compiling: float) -> list[str]:
    """Return a section of the page."""
    base = statistics.median(next(iter(taken.values())).cpu)
    rows = [f"## {question.title}", "", "| program | wall s (range) | CPU s | x | rounds |", "|---|---|---|---|---|"]
    for name, (wall, cpu, share) in taken.items():
        middle, used = statistics.median(wall) / share, statistics.median(cpu) / share
        extent = f"{min(wall) / share:.3f} to {max(wall) / share:.3f}"
        rows.append(f"| {name} | {middle:.3f} ({extent}) | {used:.3f} | {used / base:.2f} | {len(wall)} |")
    apart = [f"{name} {seconds:.2f} s" for name, seconds in question.prepared.items()]
    apart.append(f"first call of the planner, with compiling what was not compiled yet {compiling:.2f} s")
    return [
        *rows,
        "",
        f"Not in these times: {'; '.join(apart)}. {question.note}".rstrip(),
    ]


if __name__ == "__main__":
    main()
