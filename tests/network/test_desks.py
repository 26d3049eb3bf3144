"""What searches write on is kept from call to call, and nobody can see it in an answer."""

from __future__ import annotations

import numpy as np
import pytest

from planner.network import ReachKey, router_of, sums_within
from planner.network.bounded import bounded_reach
from planner.network.desks import Desk, Desks, Shape, desk_of, written
from planner.network.reach import ReachLabel
from planner.network.settings import NetworkSettings

SHAPE = Shape(nodes=5, targets=3, buckets=4)


def test_a_desk_is_handed_on():
    """The second call works at the desk of the first; another shape gets another desk."""
    desks, seen = Desks(), []

    def work(desk: Desk) -> tuple[int, Desk]:
        seen.append(desk)
        return len(seen), desk

    assert [desks.served(shape, work) for shape in (SHAPE, SHAPE, SHAPE._replace(nodes=6))] == [1, 2, 3]
    assert seen[0].cost is seen[1].cost
    assert len(seen[2].cost) == 6


def test_a_spoilt_desk_is_thrown_away():
    """Where there was too little room, the work is done again at a desk with twice as much, and that one is kept."""
    desks, rooms = Desks(), []

    def work(desk: Desk) -> tuple[int, Desk | None]:
        rooms.append(len(desk.entries))
        return len(rooms), desk if len(rooms) > 1 else None

    assert desks.served(SHAPE, work) == 2
    assert rooms[1] == 2 * rooms[0]
    desks.served(SHAPE, work)
    assert rooms[2] == rooms[1]


def test_a_desk_that_failed_is_not_kept():
    """An error leaves nobody a desk of unknown state."""
    desks = Desks()
    left: list[Desk] = []

    def broken(desk: Desk) -> tuple[int, Desk]:
        left.append(desk)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        desks.served(SHAPE, broken)
    assert desks.served(SHAPE, lambda desk: (desk.cost is left[0].cost, desk)) is False


def test_rows_that_grew_have_room_next_time():
    """A desk has room for as many pairs as were written last."""
    desk = desk_of(SHAPE)
    assert written(desk, 3) is desk
    assert len(written(desk, 5_000).targets) >= 5_000


@pytest.mark.parametrize("seed", range(3))
def test_calls_do_not_see_one_another(seed, random_network, random_points):
    """Questions of several kinds put to the same roads one after the other are answered as each alone."""
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    places, targets = random_points(rng, network, 90, "p"), random_points(rng, network, 40, "t")
    values = targets.assign(people=1.0)[["people"]]
    key, settings = ReachKey("foot", "distance_m", "from"), NetworkSettings(threads=2)
    shared = router_of(network, key, settings=settings)
    for cutoff in (10**9, 300_000, 10**9, 0):
        alone = router_of(network, key, settings=settings)
        label, held = ReachLabel(key, "demand", "s"), []
        for router in (shared, alone):
            here, there = router.attach(places), router.attach(targets)
            held.append(bounded_reach(label, router.roads, here, there, cutoff=cutoff, threads=2))
            sums = sums_within(router, places, targets, values, cutoff=cutoff)["people"].to_numpy()
            np.testing.assert_array_equal(sums, np.diff(held[-1].indptr))
        for name in ("indptr", "indices", "costs"):
            np.testing.assert_array_equal(getattr(held[0], name), getattr(held[1], name))
