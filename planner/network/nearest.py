"""The k nearest places of every target, without a cutoff."""

from __future__ import annotations

import numpy as np

from planner.errors import NetworkError, fault
from planner.network.legs import Roads, arriving, direct_pairs, leaving
from planner.network.nearest_search import nearest_at_nodes, nearest_at_targets
from planner.network.reach import Nearest, ReachLabel
from planner.network.snapping import Attachments


def nearest_places(label: ReachLabel, roads: Roads, places: Attachments, targets: Attachments, *, k: int) -> Nearest:
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

    Raises
    ------
    NetworkError
        If `k` is less than 1, or costs grow too large to be told apart from the numbers of places (some 100,000 km).
    """
    kept = list_length(k, len(places.ids))
    bits = max(len(places.ids).bit_length(), 1)
    owner, costs, overflow = nearest_at_nodes(roads.arcs, leaving(roads, places), kept, bits)
    if overflow:
        do = "check lengths and speeds of the roads"
        raise NetworkError(fault(f"costs below {2 ** (63 - bits):.3g} mm or ms", "a larger one", do))
    _, direct = direct_pairs(roads, places, targets)
    place, cost = nearest_at_targets(owner, costs, arriving(roads, targets), direct)
    return Nearest(label=label, place_ids=places.ids, target_ids=targets.ids, place=place, costs=np.asarray(cost))


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
