"""All places to all targets, without a cutoff."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.blocks import blocks_of
from planner.network.bounded import Part, bounded_reach, joined
from planner.network.compiled import MAX_CUTOFF, UNSEEN, Links, Starts
from planner.network.contraction_search import Shrinking, contracted, upward
from planner.network.full_search import LANES, full_rows, leading_to
from planner.network.landing import landing_of, starts_of
from planner.network.legs import direct_pairs
from planner.network.reach import Reach, ReachLabel
from planner.network.router import Points, Router

WORTH_A_HIERARCHY = 200
"""Places from which a hierarchy, which has to be made first, is sooner done than one search per place.

Measured with one thread, 2,000 targets and made towns (`benchmarks/crossover.py`): from 267 places in 20,000 nodes,
from 199 in 200,000. At the number itself both take about as long, so that it matters little where it lies.
"""

_BLOCK = 4 * LANES


class Hierarchy(NamedTuple):
    """A contraction hierarchy of a router's roads.

    Attributes
    ----------
    position
        int32, shape (nodes,): 0 for the most important node.
    up, down
        By position: arcs to more important nodes, and from more important nodes.
    """

    position: npt.NDArray[np.int32]
    up: Links
    down: Links


def hierarchy_of(links: Links, *, room: int = 0) -> Hierarchy:
    """Return the contraction hierarchy of arcs. Costs above `MAX_CUTOFF` are not kept.

    Parameters
    ----------
    links
        The arcs.
    room
        How many arcs and shortcuts there is room for at first; 0 for three times the arcs. It grows as needed.
    """
    count = len(links.indptr) - 1
    room = room or 3 * len(links.link) + 1024
    while True:
        left = Shrinking(
            first_out=np.full(count, -1, dtype=np.int32),
            first_in=np.full(count, -1, dtype=np.int32),
            arc=np.empty((room, 5), dtype=np.int32),
            size=np.zeros(1, dtype=np.int64),
            known=np.full(count, UNSEEN, dtype=np.int32),
            touched=np.empty(count, dtype=np.int32),
            heap=np.empty(1 << 14, dtype=np.int64),
        )
        position = contracted(links, left)
        if left.size[0] <= room:
            break
        room *= 2
    up, down = (upward(left, position, out) for out in (True, False))
    return Hierarchy(position=position, up=up, down=down)


def full_reach(
    router: Router, places: Points, targets: Points, *, service: str = "", hierarchy: Hierarchy | None = None
) -> Reach:
    """Return all costs between places and targets, without a cutoff.

    Many places are searched over a contraction hierarchy, few one by one: the costs are the same.

    Parameters
    ----------
    router
        Roads by mode, cost and direction.
    places, targets
        Rows and columns.
    service
        Name in the reach's label.
    hierarchy
        Of the router's roads, where there is one already.

    Returns
    -------
    Reach
        With `MAX_CUTOFF` for its cutoff (2,147 km or 24 days): a pair that is not held has no path.
    """
    here, there = router.attach(places), router.attach(targets)
    label, threads = ReachLabel(router.key, "demand", service), router.settings.thread_count
    landing = landing_of(router.roads, there)
    if hierarchy is None and len(here.ids) < WORTH_A_HIERARCHY:
        return bounded_reach(
            label, router.roads, here, there, cutoff=MAX_CUTOFF, threads=threads, landing=landing
        )  # fmt: skip
    direct = direct_pairs(router.roads, here, there, along=landing.along)
    starts = starts_of(router.roads, landing.links, here)
    costs = full_costs(hierarchy or hierarchy_of(landing.links), starts, landing.legs, threads=threads)
    row = np.repeat(np.arange(len(costs)), np.diff(direct.indptr))
    along = np.minimum(direct.cost, np.int64(UNSEEN)).astype(np.int32)
    np.minimum.at(costs, (row, direct.other), along)
    parts = [_part(costs[block]) for block in blocks_of(len(here.ids), _BLOCK)]
    return joined(label, here.ids, there.ids, MAX_CUTOFF, parts)


def full_costs(levels: Hierarchy, starts: Starts, legs: Starts, *, threads: int) -> npt.NDArray[np.int32]:
    """Return the costs of all places (rows of `starts`) and targets (of `legs`), UNSEEN for none.

    The search climbs from the side that has fewer points: against the arcs, where these are the targets.
    """
    if len(legs.node) < len(starts.node):
        turned = Hierarchy(position=levels.position, up=levels.down, down=levels.up)
        return np.ascontiguousarray(full_costs(turned, legs, starts, threads=threads).T)
    climbing = _placed(starts, levels.position)
    below = _placed(legs, levels.position)
    inner, down = leading_to(levels.down, below.node.ravel())
    landing = _placed(below, inner)
    costs = np.empty((len(starts.node), len(legs.node)), dtype=np.int32)

    def fill(block: slice) -> None:
        some = Starts(climbing.node[block], climbing.cost[block])
        full_rows(levels.up, down, inner, some, landing, costs[block])

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(fill, blocks_of(len(costs), _BLOCK)))
    return costs


def _placed(points: Starts, position: npt.NDArray[np.int32]) -> Starts:
    """Return points whose nodes are numbered by position."""
    return Starts(np.where(points.node >= 0, position[points.node], -1).astype(np.int32), points.cost)


def _part(costs: npt.NDArray[np.int32]) -> Part:
    """Return some rows of costs without those that are none."""
    held = costs < UNSEEN
    return held.sum(axis=1), np.nonzero(held)[1].astype(np.int32), costs[held]
