"""The compiled searches as machinery: when they compile, how large a number they bear."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from planner.errors import NetworkError
from planner.network import Need, ReachKey, ReachLabel, bounded_search, grow_nearest, nearest_search, reaches
from planner.network.compiled import MAX_CUTOFF, Starts, links_of, queue_of, span_of
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


def test_searches_go_round_an_overflow(network_of):
    """A cost that does not fit beside the number of a place is told, never wrapped."""
    network = network_of([[(0, 0), (2e6, 0)], [(2e6, 0), (4e6, 0)], [(4e6, 0), (6e6, 0)]])
    arcs = mode_view(network, "foot", "distance_m").outgoing
    starts = Starts(node=np.array([[0, -1]], dtype=np.int32), cost=np.zeros((1, 2), dtype=np.int64))
    queue = queue_of(span_of(arcs), starts, MAX_CUTOFF, together=True)
    for bits, went in ((30, nearest_search.DONE), (31, nearest_search.OVERFLOW)):
        assert nearest_search.nearest_at_nodes(links_of(arcs), starts, 1, bits, queue, 100)[1] == went


def test_an_overflow_is_one_sentence(network_of, points_of, monkeypatch):
    """The caller of such a search gets an error that says what to check, also where only the last leg is too long."""
    network = network_of([[(0, 0), (2e6, 0)], [(2e6, 0), (4e6, 0)], [(4e6, 0), (6e6, 0)]])
    roads = roads_of(network, "foot", mode_view(network, "foot", "distance_m"), "from")
    snapper = Snapper(network, "foot", NetworkSettings())
    start, half_way = snapper.attach(points_of([(0, 0)])), snapper.attach(points_of([(5e6, 0)]))
    label = ReachLabel(ReachKey("foot", "distance_m", "from"), "demand", "s")
    at_nodes, at_targets = nearest_search.nearest_at_nodes, nearest_search.nearest_at_targets
    module = "planner.network.nearest."
    monkeypatch.setattr(module + "nearest_at_nodes", lambda a, b, c, _, *rest: at_nodes(a, b, c, 31, *rest))
    with pytest.raises(NetworkError, match="check lengths and speeds"):
        nearest_places(label, roads, start, start, k=1)
    monkeypatch.setattr(module + "nearest_at_nodes", lambda a, b, c, _, *rest: at_nodes(a, b, c, 30, *rest))
    monkeypatch.setattr(module + "nearest_at_targets", lambda a, b, c, d, _: at_targets(a << 1, b, c, d, 31))
    with pytest.raises(NetworkError, match="check lengths and speeds"):
        nearest_places(label, roads, start, half_way, k=1)


@pytest.mark.parametrize("seed", range(3))
def test_too_little_room_changes_nothing(seed, random_network, random_points, monkeypatch):
    """A queue that is made too short is made longer, and the answers are the same."""
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    places, demand = random_points(rng, network, 70, "p"), random_points(rng, network, 30, "d")
    need = Need(ReachLabel(ReachKey("foot", "distance_m", "from"), "demand", "s"), 10**9, tuple(places.index))
    tables = {"places": places, "demand": demand, "anchors": demand.iloc[:0], "needs": [need], "k": 3}
    plain = reaches(network, **tables)
    monkeypatch.setattr("planner.network.nearest._ROOM", -140)
    monkeypatch.setattr("planner.network.desks._ROOM", -network.node_count - network.node_count // 2 + 3)
    tight = reaches(network, **tables)
    np.testing.assert_array_equal(plain.bounded[need.label].costs, tight.bounded[need.label].costs)
    np.testing.assert_array_equal(plain.nearest[need.label].costs, tight.nearest[need.label].costs)
    np.testing.assert_array_equal(plain.nearest[need.label].place, tight.nearest[need.label].place)


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
    queue = queue_of(span_of(arcs), starts, cutoff)
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
