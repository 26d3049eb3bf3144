"""The compiled searches as machinery: when they compile, how large a number they bear."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from planner.errors import NetworkError
from planner.network import Need, ReachKey, ReachLabel, bounded_search, grow_nearest, nearest_search, reaches
from planner.network.bounded import queue_of
from planner.network.compiled import Starts
from planner.network.legs import roads_of
from planner.network.nearest import nearest_places
from planner.network.settings import NetworkSettings
from planner.network.snapping import Snapper
from planner.network.views import Arcs, mode_view


def test_import_compiles_nothing():
    """Importing the room leaves every search uncompiled."""
    code = (
        "from planner.network import bounded_search as b, nearest_search as n;"
        "print(b.bounded_rows.signatures, n.nearest_at_nodes.signatures)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "[]"]


def test_searches_go_round_an_overflow(network_of, points_of):
    """A cost that does not fit beside the number of a place is told, never wrapped."""
    network = network_of([[(0, 0), (2e6, 0)], [(2e6, 0), (4e6, 0)], [(4e6, 0), (6e6, 0)]])
    arcs = mode_view(network, "foot", "distance_m").outgoing
    starts = Starts(node=np.array([[0, -1]], dtype=np.int32), cost=np.zeros((1, 2), dtype=np.int64))
    assert not nearest_search.nearest_at_nodes(arcs, starts, 1, 30)[2]
    assert nearest_search.nearest_at_nodes(arcs, starts, 1, 31)[2]


def test_an_overflow_is_one_sentence(network_of, points_of, monkeypatch):
    """The caller of such a search gets an error that says what to check."""
    network = network_of([[(0, 0), (2e6, 0)], [(2e6, 0), (4e6, 0)], [(4e6, 0), (6e6, 0)]])
    roads = roads_of(network, "foot", mode_view(network, "foot", "distance_m"), "from")
    points = Snapper(network, "foot", NetworkSettings()).attach(points_of([(0, 0)]))
    label = ReachLabel(ReachKey("foot", "distance_m", "from"), "demand", "s")
    real = nearest_search.nearest_at_nodes
    monkeypatch.setattr(
        "planner.network.nearest.nearest_at_nodes", lambda arcs, starts, k, _: real(arcs, starts, k, 31)
    )
    with pytest.raises(NetworkError, match="check lengths and speeds"):
        nearest_places(label, roads, points, points, k=1)


@pytest.mark.parametrize("cutoff", [0, 1, 1_000, 2**31 - 2])
@pytest.mark.parametrize("longest", [0, 1, 7, 10_000, 2**31 - 1])
def test_queue_holds_all_that_can_wait(longest, cutoff):
    """The buckets span the longest arc and the spread of the starts, within the cutoff, in bounded memory."""
    arcs = Arcs(
        indptr=np.array([0, 2], dtype=np.int64),
        heads=np.zeros(2, dtype=np.int32),
        costs=np.array([0, longest], dtype=np.int32),
    )
    starts = Starts(node=np.zeros((1, 2), dtype=np.int32), cost=np.array([[5, 5_000_000]], dtype=np.int64))
    queue = queue_of(arcs, starts, cutoff)
    spread = min(max(longest, 4_999_995), cutoff)
    assert queue.length & (queue.length - 1) == 0
    assert queue.length >= (spread >> queue.shift) + 2
    assert queue.length <= 1 << 16


def test_each_search_is_compiled_once(network_of, points_of):
    """Whatever tables come from, a search sees one kind of arrays: a second kind would compile it again."""
    network = network_of([[(0, 0), (1000, 0)], [(1000, 0), (2000, 0)]])
    points = points_of([(x, 3) for x in range(0, 2000, 100)])
    needs = [
        Need(ReachLabel(ReachKey("car", kind, direction), targets, "s"), 100_000, tuple(points.index))
        for kind in ("distance_m", "travel_time_s")
        for direction in ("toward", "from")
        for targets in ("demand", "place", "anchor")
    ]
    held = reaches(network, places=points, demand=points, anchors=points, needs=needs, k=1)
    tables = {"place": points, "demand": points, "anchor": points}
    for need in needs:
        grow_nearest(held, need.label, network, points=tables)
    for search in (bounded_search.bounded_rows, nearest_search.nearest_at_nodes, nearest_search.nearest_at_targets):
        assert len(search.signatures) == 1
