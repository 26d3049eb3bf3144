"""All places to all targets, without a cutoff."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.network.blocks import blocks_of, in_order
from planner.network.bounded import Part, bounded_reach, joined
from planner.network.compiled import MAX_CUTOFF, UNSEEN, Links, Starts
from planner.network.contraction_search import Shrinking, contracted, upward
from planner.network.full_search import LANES, full_rows, leading_to
from planner.network.landing import Landing, landing_of, starts_of
from planner.network.legs import direct_pairs
from planner.network.reach import Reach, ReachLabel
from planner.network.router import Points, Router

WORTH_A_HIERARCHY = 150
"""Places from which a hierarchy, which has to be made first, is sooner done than one search per place (measured)."""

_BLOCK = 16 * LANES


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


def hierarchy_of(links: Links) -> Hierarchy:
    """Return the contraction hierarchy of arcs. Costs above `MAX_CUTOFF` are not kept."""
    count, arcs = len(links.indptr) - 1, len(links.link)
    room = 3 * arcs + 1024
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
    starts = starts_of(router.roads, landing.links, here)
    direct, _ = direct_pairs(router.roads, here, there)
    levels = hierarchy or hierarchy_of(landing.links)
    inner, down, legs = _below(levels, landing)
    climbing = Starts(np.where(starts.node >= 0, levels.position[starts.node], -1).astype(np.int32), starts.cost)

    def rows(block: slice) -> Part:
        some = Starts(climbing.node[block], climbing.cost[block])
        costs = full_rows(levels.up, down, inner, some, legs)
        pairs = slice(direct.indptr[block.start], direct.indptr[block.stop])
        row = np.repeat(np.arange(len(costs)), np.diff(direct.indptr[block.start : block.stop + 1]))
        np.minimum.at(costs, (row, direct.other[pairs]), direct.cost[pairs])
        held = costs <= MAX_CUTOFF
        return held.sum(axis=1), np.nonzero(held)[1].astype(np.int32), costs[held].astype(np.int32)

    with ThreadPoolExecutor(max_workers=threads) as pool:
        blocks = blocks_of(len(here.ids), _BLOCK)
        parts = list(in_order(lambda block: pool.submit(rows, block), blocks, ahead=2 * threads))
    return joined(label, here.ids, there.ids, MAX_CUTOFF, parts)


def _below(levels: Hierarchy, landing: Landing) -> tuple[npt.NDArray[np.int32], Links, Starts]:
    """Return the part of a hierarchy that leads to targets, and the targets' legs by its nodes."""
    node = np.where(landing.legs.node >= 0, levels.position[landing.legs.node], -1).astype(np.int32)
    inner, down = leading_to(levels.down, node.ravel())
    return inner, down, Starts(np.where(node >= 0, inner[node], -1).astype(np.int32), landing.legs.cost)
