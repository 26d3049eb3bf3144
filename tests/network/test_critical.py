"""Critical edges, compared with closing every edge and measuring anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.errors import NetworkError
from planner.network import NetworkSettings, ReachKey, ReachLabel, Snapper, critical_edges, with_closures
from planner.network.bounded import bounded_reach
from planner.network.legs import roads_of
from planner.network.views import mode_view
from planner.units import to_cost

ANYWHERE = NetworkSettings(max_snap_m=300, min_component_m=0)


def covered(network, key, here, there, limit):
    """Return who is within the limit of some place: bool by demand point."""
    roads = roads_of(network, key.mode, mode_view(network, key.mode, key.cost_kind), key.direction)
    cutoff = to_cost(limit, cost_kind=key.cost_kind)
    reach = bounded_reach(ReachLabel(key, "demand", "s"), roads, here, there, cutoff=cutoff, threads=1)
    found = np.zeros(len(there.ids), dtype=bool)
    found[reach.indices] = True
    return found


@pytest.mark.parametrize("direction", ["toward", "from"])
@pytest.mark.parametrize("kind", ["distance_m", "travel_time_s"])
@pytest.mark.parametrize("mode", ["foot", "car"])
@pytest.mark.parametrize("seed", range(6))
def test_losses_equal_closing_every_edge(seed, mode, kind, direction, random_network, random_points):
    """For every edge of random multigraphs: once it is closed, as many lose cover as the table says.

    Points stay attached as before. Among them are one-way, parallel and loop edges, places and people on one edge, on
    nodes, and on one spot.
    """
    rng = np.random.default_rng(seed)
    network, key = random_network(rng), ReachKey(mode, kind, direction)
    places = random_points(rng, network, 3, "p")
    demand = random_points(rng, network, 40, "d")
    demand["people"] = rng.integers(0, 20, len(demand))
    limit = float(rng.uniform(200, 1200)) if kind == "distance_m" else float(rng.uniform(30, 300))
    found = critical_edges(
        network, places=places, demand=demand, group="people", key=key, limit=limit, settings=ANYWHERE
    )  # fmt: skip
    snapper = Snapper(network, mode, ANYWHERE)
    here, there = snapper.attach(places), snapper.attach(demand)
    before = covered(network, key, here, there, limit)
    people = demand["people"].to_numpy()
    expected = {}
    for edge in range(network.edge_count):
        lost = before & ~covered(with_closures(network, edges=[edge]), key, here, there, limit)
        on_edge = lost & (there.edge == edge)
        if people[lost].sum():
            expected[edge] = (people[lost & ~on_edge].sum(), people[on_edge].sum())
    table = zip(found.index, found["persons_lost"], found["persons_lost_on_edge"], strict=True)
    assert {edge: (elsewhere, on_edge) for edge, elsewhere, on_edge in table} == expected
    ranked = sorted(expected, key=lambda edge: (-expected[edge][0], -expected[edge][1], edge))
    assert found.index.tolist() == ranked


def test_a_bridge_is_the_most_critical(network_of, points_of):
    r"""Ten people beyond the only bridge lose the school; three on the bank have another way.

    school - 0 ====== 1 --bridge-- 2 - ten people
              \ bend /  three people
    """
    network = network_of(
        [[(0, 0), (100, 0)], [(0, 0), (50, 30), (100, 0)], [(100, 0), (200, 0)], [(200, 0), (300, 0)]],
        classes=["street", "street", "path", "street"],
    )
    school = points_of([(0, 0)], prefix="s")
    people = points_of([(300, 0), (100, 0)]).assign(people=[10, 3])
    found = critical_edges(
        network,
        places=school,
        demand=people,
        group="people",
        key=ReachKey("foot", "distance_m", "toward"),
        limit=400.0,
        settings=ANYWHERE,
    )
    assert found["persons_lost"].tolist() == [10.0, 0.0]
    assert found["persons_lost_on_edge"].tolist() == [0.0, 10.0]
    assert found["road_class"].tolist() == ["path", "street"]
    assert found.geometry.iloc[0].equals(network.lines()[found.index[0]])


def test_nobody_covered_and_nothing_there(network_of, points_of, empty_network):
    """No places, no people, no roads: an empty table of the same columns."""
    key = ReachKey("foot", "distance_m", "toward")
    network = network_of([[(0, 0), (1000, 0)]])
    some, none = points_of([(500, 0)]).assign(people=[1.0]), points_of([]).assign(people=pd.Series(dtype=float))
    for roads, places, demand in ((network, none, some), (network, some, none), (empty_network, some, some)):
        found = critical_edges(
            roads, places=places, demand=demand, group="people", key=key, limit=9.0, settings=ANYWHERE
        )  # fmt: skip
        assert len(found) == 0
        assert found.columns.tolist() == ["road_class", "persons_lost", "persons_lost_on_edge", "geometry"]


def test_impossible_questions_are_told(network_of, points_of):
    """Straight lines, negative limits, negative or missing persons: one sentence each."""
    network, points = network_of([[(0, 0), (1000, 0)]]), points_of([(500, 0)])

    def ask(kind="distance_m", limit=9.0, people=1.0):
        return critical_edges(
            network,
            places=points,
            demand=points.assign(people=people),
            group="people",
            key=ReachKey("foot", kind, "toward"),
            limit=limit,
        )

    with pytest.raises(NetworkError, match="along roads"):
        ask(kind="radius_m")
    with pytest.raises(NetworkError, match="a cutoff from 0"):
        ask(limit=-1.0)
    for people in (-1.0, np.nan):
        with pytest.raises(NetworkError, match=r"persons from 0 up in people, found 1 without \(p0\)"):
            ask(people=people)
