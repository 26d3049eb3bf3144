"""From how many places on a contraction hierarchy pays, for tables without a cutoff.

A plain search costs the same for every place; a hierarchy has to be made first, and then costs little for each.
Measured in CPU seconds of one thread, in towns of `synthetic.py`. What is found is
`WORTH_A_HIERARCHY` of `planner.network.full`:

    python benchmarks/crossover.py [--crossings 20000 200000] [--targets 2000] [--page PAGE --append]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import page
from network import LABEL, cpu_seconds, stage

from planner.network.bounded import bounded_reach
from planner.network.compiled import MAX_CUTOFF, Starts
from planner.network.full import full_costs, hierarchy_of
from planner.network.landing import landing_of, starts_of

FEW, MANY = 16, 128
"""Places of the searches that are timed; a multiple of those that a hierarchy takes at a time."""


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crossings", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--targets", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    page.add_arguments(parser)
    options = parser.parse_args()
    page.begin(options)
    page.add(options, *table(options))


def table(options: argparse.Namespace) -> Iterator[str]:
    """Yield the section."""
    yield "## From how many places on a hierarchy pays"
    yield ""
    yield f"Made by `benchmarks/crossover.py`: {options.targets:,} targets, no cutoff, CPU time, the least of rounds."
    yield ""
    yield "| nodes | a plain search, ms | hierarchy made, ms | a place over it, ms | places from which it pays |"
    yield "|---|---|---|---|---|"
    for crossings in options.crossings:
        plain, made, over = costs_of(crossings, options.targets, options.rounds)
        pays = made / (plain - over)
        yield f"| {crossings:,} | {plain * 1e3:.2f} | {made * 1e3:.0f} | {over * 1e3:.3f} | {pays:.0f} |"
    yield ""


def costs_of(crossings: int, target_count: int, rounds: int) -> tuple[float, float, float]:
    """Return the CPU seconds of a plain search, of making a hierarchy, and of a place over it."""
    at = stage(crossings)
    (_, places), (_, targets) = at.some(MANY), at.some(target_count)
    roads, landing = at.router.roads, landing_of(at.router.roads, targets)
    starts, few = starts_of(roads, landing.links, places), places.take(np.arange(FEW))
    levels = hierarchy_of(landing.links)

    def over(count: int) -> float:
        some = Starts(starts.node[:count], starts.cost[:count])
        return least(lambda: full_costs(levels, some, landing.legs, threads=1), rounds)

    plain = least(
        lambda: bounded_reach(LABEL, roads, few, targets, cutoff=MAX_CUTOFF, threads=1, landing=landing), rounds
    )
    made = least(lambda: hierarchy_of(landing.links), rounds)
    return plain / FEW, made, (over(MANY) - over(FEW)) / (MANY - FEW)


def least(work: Callable[[], object], rounds: int) -> float:
    """Return the fewest CPU seconds that work took, after a first time that compiles."""
    work()
    taken = []
    for _ in range(rounds):
        before = cpu_seconds()
        work()
        taken.append(cpu_seconds() - before)
    return min(taken)


if __name__ == "__main__":
    main()
