"""Service areas, simplification, files and critical edges where turns, barriers and sides of roads matter."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from planner.network import (
    Attachments,
    NetworkSettings,
    ReachKey,
    ReachLabel,
    Snapper,
    critical_edges,
    load_network,
    save_network,
    simplified,
    with_closures,
)
from planner.network.bounded import bounded_reach
from planner.network.lanes import lanes_of
from planner.network.legs import roads_of
from planner.network.rules import RoadRules
from planner.network.stretches import reached_pieces, spreads_of
from planner.network.views import mode_view

ANYWHERE = NetworkSettings(max_snap_m=300, min_component_m=0)
FAR = 2**31 - 2
MODES = ["foot", "car", "no_u_turns", "severed", "charged"]


def ruled(network, rng, kind):
    """Forbid turns, block nodes, tag speeds and zones, slopes by chance; return network and name of the mode."""
    ends = np.column_stack((network.u, network.v)).ravel()
    turns = set()
    for node in rng.choice(network.node_count, min(5, network.node_count), replace=False):
        around = np.flatnonzero(ends == node).tolist()
        turns |= {pair for pair in itertools.product(around, around) if rng.random() < 0.3}
    few = [np.sort(rng.choice(network.node_count, 2, replace=False)).astype(np.int32) for _ in range(3)]
    speeds = rng.choice([np.nan, 20.0, 30.0], network.edge_count)
    rules = RoadRules(
        banned={"car": np.array(sorted(turns), dtype=np.int32).reshape(-1, 2)},
        blocked={"car": few[0]},
        crossings=few[1],
        rails=few[2],
        speed_kph=speeds,
        zone=rng.integers(0, 3, network.edge_count).astype(np.int8),
        oneway={"car": rng.choice([0, 1, -1], network.edge_count).astype(np.int8)},
        slowness=np.round(rng.uniform(0.8, 4.0, (network.edge_count, 2)), 6),
    )
    name = "foot" if kind in ("foot", "severed", "charged") else "car"
    mode = replace(network.modes[name], tagged_speeds=True, slopes=True)
    if kind in ("severed", "charged"):
        cost = {"crossing_s": 30.0, "crossing_m": 40.0} if kind == "charged" else {}
        mode = replace(mode, severed_by=("highway", "railway"), **cost)
    mode = replace(mode, u_turns=kind != "no_u_turns")
    return replace(network, rules=rules, modes={**network.modes, name: mode}), name


def spots(network, lanes, lane, along):
    """Return spots of lanes as points without access legs."""
    length = network.length_mm[lanes.edge[lane]]
    return Attachments(
        ids=pd.RangeIndex(len(lane)),
        status=np.zeros(len(lane), dtype=np.int8),
        edge=lane.astype(np.int32),
        along_mm=along,
        rest_mm=length - along,
        access_mm=np.zeros(len(lane), dtype=np.int64),
        component=np.zeros(len(lane), dtype=np.int32),
    )


def by_chance(network, lanes, rng, count, mode):
    """Return lanes and millimetres along them, on edges that the mode may use."""
    usable = np.flatnonzero(network.permitted(mode)[lanes.edge] > 0)
    lane = rng.choice(usable, count)
    return lane, np.rint(rng.random(count) * network.length_mm[lanes.edge[lane]]).astype(np.int64)


def costs_between(network, key, roads, here, there, cutoff=FAR):
    """Return costs, places by targets; the largest integer where there is no way within the cutoff."""
    reach = bounded_reach(ReachLabel(key, "demand", "s"), roads, here, there, cutoff=cutoff, threads=1)
    table = np.full((len(here.ids), len(there.ids)), np.iinfo(np.int64).max)
    table[np.repeat(np.arange(len(here.ids)), np.diff(reach.indptr)), reach.indices] = reach.costs
    return table


@pytest.mark.parametrize("direction", ["toward", "from"])
@pytest.mark.parametrize("unit", ["distance_m", "travel_time_s"])
@pytest.mark.parametrize("kind", MODES)
@pytest.mark.parametrize("seed", range(4))
def test_pieces_hold_exactly_the_spots_within_the_cutoff(seed, kind, unit, direction, random_network):
    """A spot on a road is on a reached piece exactly when it costs at most the cutoff (to half a millisecond)."""
    rng = np.random.default_rng(seed)
    network, mode = ruled(random_network(rng), rng, kind)
    key = ReachKey(mode, unit, direction)
    view = mode_view(network, mode, unit)
    roads = roads_of(network, mode, view, direction)
    here = spots(network, view.lanes, *by_chance(network, view.lanes, rng, 3, mode))
    lane, along = by_chance(network, view.lanes, rng, 300, mode)
    costs = costs_between(network, key, roads, here, spots(network, view.lanes, lane, along))
    cutoff = int(np.quantile(costs[costs < FAR], 0.5))
    edge = view.lanes.edge[lane]
    label = ReachLabel(key, "place", "")
    for row, spread in enumerate(spreads_of(label, network, roads, here, cutoff=cutoff, threads=1)):
        pieces = reached_pieces(network, roads, spread, cutoff)
        on = np.zeros(len(lane), dtype=bool)
        for at, start, stop in zip(*pieces, strict=True):
            on |= (edge == at) & (along >= start) & (along <= stop)
        inner = (along > 0) & (along < network.length_mm[edge])
        assert on[inner & (costs[row] < cutoff)].all()
        if kind in ("foot", "car", "no_u_turns"):  # of two sides of a road one may be reached, the other not
            assert (costs[row][inner & on] <= cutoff).all()


@pytest.mark.parametrize("direction", ["toward", "from"])
@pytest.mark.parametrize("kind", MODES)
@pytest.mark.parametrize("seed", range(6))
def test_simplification_keeps_what_rules_say(seed, kind, direction, network_of, random_network):
    """Distances between spots are the same to the millimetre before and after, whatever is forbidden where."""
    rng = np.random.default_rng(seed)
    whole = random_network(rng)
    shapes, of = [], []
    drawn = shapely.normalize(whole.lines())
    # Of roads on top of each other the left one is the one with the lower number, which may change.
    _, once = np.unique(shapely.to_wkb(drawn), return_index=True)
    for number, line in zip(once.tolist(), whole.lines()[once], strict=True):
        cuts = np.unique([0, *rng.uniform(0, 1, rng.integers(0, 4)), 1.0]) if line.length > 1 else [0, 1.0]
        parts = [shapely.ops.substring(line, a, b, normalized=True) for a, b in itertools.pairwise(cuts)]
        coords = [shapely.get_coordinates(part) for part in parts]
        coords[0][0], coords[-1][-1] = line.coords[0], line.coords[-1]
        shapes += [part[:: rng.choice([1, -1])] for part in coords]
        of += [number] * len(coords)
    classes = [whole.classes[whole.class_code[number]] for number in of]
    network, mode = ruled(network_of(shapes, classes=classes), rng, kind)
    said = network.rules  # of a whole edge, so that there is something to merge
    network = replace(network, rules=replace(said, zone=said.zone[of], speed_kph=said.speed_kph[of], oneway={}))
    found = simplified(network)
    assert found.network.edge_count < network.edge_count
    lanes, after = lanes_of(network, mode), lanes_of(found.network, mode)
    lane, along = by_chance(network, lanes, rng, 40, mode)
    edge = lanes.edge[lane]
    turned = found.turned[edge]
    at = found.along_mm[edge] + np.where(turned, network.length_mm[edge] - along, along)
    right = (lane != edge) ^ turned
    new = found.edge[edge]
    if len(after.right):
        new = np.where(right & (after.right[new] >= 0), after.right[new], new)
    key = ReachKey(mode, "distance_m", direction)
    tables = [
        costs_between(
            roads,
            key,
            roads_of(roads, mode, mode_view(roads, mode, "distance_m"), direction),
            points.take(np.arange(10)),
            points,
        )
        for roads, points in (
            (network, spots(network, lanes, lane, along)),
            (found.network, spots(found.network, after, new, at)),
        )
    ]
    np.testing.assert_array_equal(*tables)


@pytest.mark.parametrize("direction", ["toward", "from"])
@pytest.mark.parametrize("unit", ["distance_m", "travel_time_s"])
@pytest.mark.parametrize("seed", range(10))
def test_losses_equal_closing_every_edge_where_turns_are_forbidden(
    seed, unit, direction, random_network, random_points
):
    """For every edge: once it is closed, as many lose cover as the table says, with forbidden turns and barriers."""
    rng = np.random.default_rng(seed)
    network, mode = ruled(random_network(rng), rng, "car")
    key = ReachKey(mode, unit, direction)
    places, demand = random_points(rng, network, 3, "p"), random_points(rng, network, 40, "d")
    snapper = Snapper(network, mode, ANYWHERE)
    places, demand = (
        table[(found.along_mm != 0) & (found.rest_mm != 0)]  # at a node it matters on which edge, which may be closed
        for table in (places, demand)
        if (found := snapper.attach(table))
    )
    demand = demand.assign(people=rng.integers(1, 20, len(demand)))
    limit = 900.0 if unit == "distance_m" else 150.0
    found = critical_edges(
        network, places=places, demand=demand, group="people", key=key, limit=limit, settings=ANYWHERE
    )  # fmt: skip
    here, there = snapper.attach(places), snapper.attach(demand)

    def covered(roads):
        seen = roads_of(roads, mode, mode_view(roads, mode, unit), direction)
        return (costs_between(roads, key, seen, here, there, cutoff=int(limit * 1000)) < FAR).any(axis=0)

    before, people = covered(network), demand["people"].to_numpy()
    expected = {}
    for edge in range(network.edge_count):
        lost = before & ~covered(with_closures(network, edges=[edge]))
        if lost.any():
            on_edge = lost & (there.edge == edge)
            expected[edge] = (people[lost & ~on_edge].sum(), people[on_edge].sum())
    table = zip(found.index, found["persons_lost"], found["persons_lost_on_edge"], strict=True)
    assert {edge: (elsewhere, on_edge) for edge, elsewhere, on_edge in table} == expected


def test_rules_are_saved(tmp_path, random_network):
    """A network with rules comes back with them."""
    rng = np.random.default_rng(0)
    network, mode = ruled(random_network(rng), rng, "charged")
    save_network(network, tmp_path / "town")
    again = load_network(tmp_path / "town")
    assert again.modes == network.modes
    np.testing.assert_array_equal(again.rules.banned["car"], network.rules.banned["car"])
    np.testing.assert_array_equal(again.rules.speed_kph, network.rules.speed_kph)
    np.testing.assert_array_equal(again.permitted(mode), network.permitted(mode))
