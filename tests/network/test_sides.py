"""Roads that pupils cannot cross away from crossings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.network import Mode, Need, NetworkSettings, ReachKey, ReachLabel, reaches
from planner.network.lanes import lanes_of
from planner.network.rules import RoadRules

SETTINGS = NetworkSettings(max_snap_m=100.0, min_component_m=0.0, threads=1)
STRICT = Mode(
    name="foot",
    speed_kph={"street": 5.0, "highway": 5.0, "path": 5.0},
    access_speed_kph=5.0,
    obeys_oneway=False,
    severed_by=("highway", "railway"),
)
PENALISED = replace(STRICT, crossing_s=60.0, crossing_m=70.0)


def town(network_of, mode, **rules: object):
    r"""Return streets north and south of an arterial road, which meet it at different places.

    .          (0,100)           (300,100)
                  |                  |
    (-100,0)====(0,0)====(100,0)==(300,0)====(400,0)
                            |
                        (100,-100)
    """
    shapes = [
        [(-100, 0), (0, 0)],
        [(100, 0), (0, 0)],  # drawn the other way
        [(100, 0), (200, 0), (300, 0)],
        [(300, 0), (400, 0)],
        [(0, 0), (0, 100)],
        [(300, 0), (300, 100)],
        [(100, -100), (100, 0)],
    ]
    classes = ["highway"] * 4 + ["street"] * 3
    network = network_of(shapes, classes=classes)
    at = {
        name: number for number, name in enumerate(zip(network.node_x.tolist(), network.node_y.tolist(), strict=True))
    }
    numbers = {name: np.array(sorted(at[place] for place in places), dtype=np.int32) for name, places in rules.items()}
    return replace(network, rules=RoadRules(**numbers), modes={**network.modes, "foot": mode})


def walked(network, points_of, start, stop, *, kind="distance_m", direction="from"):
    """Return metres (or seconds) from one point to another, None if there is no way."""
    label = ReachLabel(ReachKey("foot", kind, direction), "demand", "x")
    places, demand = points_of([start], prefix="s"), points_of([stop], prefix="d")
    need = Need(label, 10**7, ("s0",))
    found = reaches(network, places=places, demand=demand, anchors=demand[:0], needs=[need], settings=SETTINGS)
    costs = found.bounded[label].costs
    return float(costs[0]) / 1000 if len(costs) else None


NORTH_WEST, NORTH_EAST, SOUTH = (0, 50), (300, 50), (100, -50)


@pytest.mark.parametrize("direction", ["from", "toward"])
def test_one_side_is_free_the_other_is_not_reached(network_of, points_of, direction):
    """Along the arterial road on one's side one gets everywhere on that side, and nowhere beyond."""
    network = town(network_of, STRICT)
    assert walked(network, points_of, NORTH_WEST, NORTH_EAST, direction=direction) == 50 + 300 + 50
    assert walked(network, points_of, NORTH_WEST, SOUTH, direction=direction) is None
    assert walked(town(network_of, PENALISED), points_of, NORTH_WEST, SOUTH, direction=direction) == 200 + 70


def test_times_are_charged_in_seconds(network_of, points_of):
    """By time, crossing costs its seconds."""
    free = walked(town(network_of, replace(STRICT, severed_by=())), points_of, NORTH_WEST, SOUTH, kind="travel_time_s")
    charged = walked(town(network_of, PENALISED), points_of, NORTH_WEST, SOUTH, kind="travel_time_s")
    assert charged == pytest.approx(free + 60, abs=0.01)


def test_a_crossing_between_junctions_joins_both_sides(network_of, points_of):
    """A crossing at the east junction is walked to and back; pupils who cross there pay nothing."""
    network = town(network_of, STRICT, crossings=[(300.0, 0.0)])
    assert walked(network, points_of, NORTH_WEST, SOUTH) == 50 + 300 + 200 + 50
    dear = town(network_of, replace(PENALISED, crossing_m=1000.0), crossings=[(300.0, 0.0)])
    assert walked(dear, points_of, NORTH_WEST, SOUTH) == 50 + 300 + 200 + 50


def test_the_end_of_the_road_is_walked_round(network_of, points_of):
    """Where other streets go on, one may walk round the end of an arterial road; not where it ends alone."""
    ended = town(network_of, STRICT)
    assert walked(ended, points_of, (-90, 5), (-90, -5)) is None
    shapes = [[(0, 0), (100, 0)], [(0, 0), (0, 50)], [(0, 0), (-50, 0)], [(100, 0), (100, -50)], [(100, 0), (200, 0)]]
    classes = ["highway", "street", "street", "street", "highway"]
    network = network_of(shapes, classes=classes)
    network = replace(network, modes={**network.modes, "foot": STRICT})
    assert walked(network, points_of, (0, 40), (100, -40)) == 180


def test_points_on_the_arterial_road_are_on_their_side(network_of, points_of):
    """A house north of the road is not reached from the south, however near; its access leg tells the side."""
    network = town(network_of, STRICT)
    assert walked(network, points_of, NORTH_WEST, (200, 5)) == 50 + 200 + 5
    assert walked(network, points_of, NORTH_WEST, (200, -5)) is None
    assert walked(network, points_of, SOUTH, (200, -5)) == 50 + 100 + 5
    assert walked(network, points_of, (210, 5), (200, 5)) == 5 + 10 + 5
    assert walked(network, points_of, (210, -5), (200, 5)) is None
    assert walked(network, points_of, (50, 5), NORTH_WEST) == 5 + 50 + 50  # on the edge drawn westward
    assert walked(network, points_of, (50, -5), NORTH_WEST) is None


def test_rails_without_a_crossing_stop_pupils(network_of, points_of):
    """A street over rails ends there for the strict mode, and costs a crossing for the other."""
    shapes = [[(0, 0), (100, 0)], [(100, 0), (200, 0)]]
    for mode, expected in ((STRICT, None), (PENALISED, 100 + 70), (replace(STRICT, severed_by=("highway",)), 100)):
        network = network_of(shapes)
        node = int(np.flatnonzero(network.node_x == 100)[0])
        rules = RoadRules(rails=np.array([node], dtype=np.int32))
        network = replace(network, rules=rules, modes={**network.modes, "foot": mode})
        assert walked(network, points_of, (50, 0), (150, 0)) == expected


def test_lanes_and_states_are_few(network_of):
    """Only arterial roads get a second lane, and only their junctions a second state."""
    lanes = lanes_of(town(network_of, STRICT), "foot")
    assert len(lanes.edge) == 7 + 4
    assert len(lanes.node) == 8 + 5  # three junctions and two ends
    assert len(lanes.tail) == 0
    assert len(lanes_of(town(network_of, PENALISED), "foot").tail) > 0


@pytest.mark.parametrize("seed", range(8))
def test_strict_costs_more_than_penalised_more_than_walking(seed, random_network, random_points):
    """Nothing gets nearer by rules; where everything is a crossing, or crossing is free, all modes are walking."""
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    places, demand = random_points(rng, network, 4, "s"), random_points(rng, network, 15, "d")
    label = ReachLabel(ReachKey("foot", "distance_m", "toward"), "demand", "x")
    every = RoadRules(crossings=np.arange(network.node_count, dtype=np.int32))

    def costs(mode, rules):
        ruled = replace(network, rules=rules, modes={**network.modes, "foot": mode})
        need = Need(label, 2**31 - 2, tuple(places.index))
        reach = reaches(
            ruled, places=places, demand=demand, anchors=demand[:0], needs=[need], settings=SETTINGS
        ).bounded[label]
        table = np.full((len(places), len(demand)), np.inf)
        table[np.repeat(np.arange(len(places)), np.diff(reach.indptr)), reach.indices] = reach.costs
        return table

    walk = replace(STRICT, severed_by=())
    free, strict, charged = (costs(mode, RoadRules()) for mode in (walk, STRICT, PENALISED))
    assert (free <= charged).all()
    assert (charged <= strict).all()
    on_edges = costs(replace(PENALISED, crossing_m=0.0), RoadRules())
    assert (free <= on_edges).all()
    np.testing.assert_array_equal(np.isfinite(on_edges), np.isfinite(free))
    np.testing.assert_array_equal(np.isfinite(costs(STRICT, every)), np.isfinite(free))
