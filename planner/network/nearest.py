"""The k nearest places of every target, without a cutoff."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError, fault
from planner.network.compiled import MAX_CUTOFF, Starts, queue_of
from planner.network.landing import Landing, landing_of, starts_of
from planner.network.legs import Roads, by_other, direct_pairs
from planner.network.nearest_search import FULL, OVERFLOW, nearest_at_nodes, nearest_at_targets
from planner.network.reach import Nearest, ReachLabel
from planner.network.snapping import Attachments

_ROOM = 1 << 12
"""Entries of a queue beyond one for each node."""


def nearest_places(
    label: ReachLabel,
    roads: Roads,
    places: Attachments,
    targets: Attachments,
    *,
    k: int,
    landing: Landing | None = None,
) -> Nearest:
    """Return the k nearest places of every target, access legs included.

    Parameters
    ----------
    label
        What is measured.
    roads
        The network by the label's mode, cost and direction.
    places
        How they attach to it, in ascending order of their ids: equal costs fall to the first.
    targets
        How they attach to it.
    k
        Length of the lists; as many as there are places, if these are fewer.
    landing
        The targets made ready, where they are.

    Raises
    ------
    NetworkError
        If `k` is less than 1, or costs grow too large to be told apart from the numbers of places (some 100,000 km).
    """
    kept = list_length(k, len(places.ids))
    bits = max(len(places.ids).bit_length(), 1)
    landing = landing or landing_of(roads, targets)
    starts = starts_of(roads, landing.links, places)
    labels, at_nodes = _labels(landing, starts, kept, bits)
    direct = by_other(direct_pairs(roads, places, targets, along=landing.along), len(targets.ids))
    place, cost, at_targets = nearest_at_targets(labels, kept, landing.legs, direct, bits)
    if OVERFLOW in (at_nodes, at_targets):
        do = "check lengths and speeds of the roads"
        raise NetworkError(fault(f"costs below {2 ** (63 - bits):.3g} mm or ms", "a larger one", do))
    return Nearest(label=label, place_ids=places.ids, target_ids=targets.ids, place=place, costs=cost)


def _labels(landing: Landing, starts: Starts, k: int, bits: int) -> tuple[npt.NDArray[np.int64], int]:
    """Return the labels of all nodes, and how it went; again with more room where it was too little."""
    queue = queue_of(landing.span, starts, MAX_CUTOFF, together=True)
    room = _ROOM + len(landing.links.indptr) + starts.node.size
    while True:
        labels, went = nearest_at_nodes(landing.links, starts, k, bits, queue, room)
        if went != FULL:
            return labels, went
        room *= 2


def list_length(k: int, place_count: int) -> int:
    """Return how many places a list holds: k, or as many as there are, but one column at least.

    Raises
    ------
    NetworkError
        If `k` is less than 1.
    """
    if k < 1:
        raise NetworkError(fault("1 or more nearest places", str(k), "correct k"))
    return max(min(k, place_count), 1)
