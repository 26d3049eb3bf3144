"""Turn restrictions and barriers, against a graph of turns made by networkx."""

from __future__ import annotations

import itertools
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from planner.errors import NetworkError
from planner.network import Need, NetworkSettings, ReachKey, ReachLabel, reaches
from planner.network.graph import BACKWARD, FORWARD
from planner.network.lanes import lanes_of
from planner.network.rules import RoadRules
from planner.network.snapping import Snapper

SETTINGS = NetworkSettings(max_snap_m=300.0, min_component_m=0.0, threads=1)


def with_rules(network, rng, *, u_turns):
    """Forbid turns by chance: single ones, all but one, turning round; and block some nodes to cars."""
    ends = np.column_stack((network.u, network.v)).ravel()
    turns = set()
    for node in rng.choice(network.node_count, min(5, network.node_count), replace=False):
        around = np.flatnonzero(ends == node)
        for arrive, depart in itertools.product(around, around):
            if rng.random() < 0.3:
                turns.add((int(arrive), int(depart)))
        if len(around) and rng.random() < 0.5:
            here, only = rng.choice(around, 2)
            turns |= {(int(here), int(other)) for other in around if other != only}
    blocked = rng.choice(network.node_count, int(rng.integers(0, 3)), replace=False)
    rules = RoadRules(
        banned={"car": np.array(sorted(turns), dtype=np.int32).reshape(-1, 2)},
        blocked={"car": np.sort(blocked).astype(np.int32)},
    )
    car = replace(network.modes["car"], u_turns=u_turns)
    return replace(network, rules=rules, modes={**network.modes, "car": car})


def turn_graph(network, *, timed):
    """Return a graph whose nodes are (edge, end): having come off the edge there; and who may turn where.

    An arc goes from one end to the far end of the next edge, and costs what that edge costs.
    """
    view_speed, bits = network.edge_speeds("car"), network.permitted("car")
    ends = np.column_stack((network.u, network.v))
    banned = {(int(a), int(b)) for a, b in network.rules.banned["car"]}
    blocked = set(network.rules.blocked["car"].tolist())
    open_ends = [(edge, end) for edge in range(network.edge_count) if bits[edge] for end in (0, 1)]

    def departs(edge, end):
        return bool(bits[edge] & (FORWARD if end == 0 else BACKWARD))

    def may(here, there):
        node = ends[here]
        if node != ends[there] or node in blocked or (2 * here[0] + here[1], 2 * there[0] + there[1]) in banned:
            return False
        if network.modes["car"].u_turns or here != there:
            return True
        others = [way for way in open_ends if ends[way] == node and way != here and departs(*way)]
        return not any((2 * here[0] + here[1], 2 * way[0] + way[1]) not in banned for way in others)

    def cost(edge, length):
        return round(length * 3.6 / view_speed[edge]) if timed else int(length)

    graph = nx.DiGraph()
    graph.add_nodes_from(open_ends)
    for here, there in itertools.product(open_ends, open_ends):
        if may(here, there) and departs(*there):
            edge, end = there
            graph.add_edge(here, (edge, 1 - end), weight=cost(edge, network.length_mm[edge]))
    return graph, may, cost


def expected(network, places, targets, *, timed, toward):
    """Return costs from every place to every target by the graph of turns, None where there is no way."""
    graph, may, cost = turn_graph(network, timed=timed)
    bits, ways = network.permitted("car"), dict(nx.all_pairs_dijkstra_path_length(graph))
    starts, stops = (targets, places) if toward else (places, targets)
    found = {}
    for i, j in itertools.product(range(len(starts.ids)), range(len(stops.ids))):
        e, f = int(starts.edge[i]), int(stops.edge[j])
        if e < 0 or f < 0:
            continue
        a, b = (int(points.along_mm[n]) for points, n in ((starts, i), (stops, j)))
        rest_a, rest_b = (int(points.rest_mm[n]) for points, n in ((starts, i), (stops, j)))
        outs = [((e, 1), cost(e, rest_a))] * bool(bits[e] & FORWARD or rest_a == 0)
        outs += [((e, 0), cost(e, a))] * bool(bits[e] & BACKWARD or a == 0)
        ins = [((f, 0), cost(f, b))] * bool(bits[f] & FORWARD or b == 0)
        ins += [((f, 1), cost(f, rest_b))] * bool(bits[f] & BACKWARD or rest_b == 0)
        sums = [p + ways[x][y] + q for x, p in outs for there, q in ins for y in ways[x] if may(y, there)]
        if e == f and (a == b or bits[e] & (FORWARD if b > a else BACKWARD)):
            sums.append(cost(e, abs(b - a)))
        access = sum(
            round(int(points.access_mm[n]) * 3.6 / 5.0) if timed else int(points.access_mm[n])
            for points, n in ((starts, i), (stops, j))
        )
        if sums:
            key = (stops.ids[j], starts.ids[i]) if toward else (starts.ids[i], stops.ids[j])
            found[key] = access + min(sums)
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("u_turns", [True, False])
@pytest.mark.parametrize("direction", ["toward", "from"])
def test_costs_with_forbidden_turns_equal_a_graph_of_turns(seed, u_turns, direction, random_network, random_points):
    """All costs, bounded and nearest, by length and time, equal those over a graph whose nodes are ways to arrive."""
    rng = np.random.default_rng(seed)
    network = with_rules(random_network(rng), rng, u_turns=u_turns)
    places, demand = random_points(rng, network, 5, "s"), random_points(rng, network, 12, "d")
    kind = ("distance_m", "travel_time_s")[seed % 2]
    label = ReachLabel(ReachKey("car", kind, direction), "demand", "x")
    need = Need(label, 2**31 - 2, tuple(places.index))
    found = reaches(network, places=places, demand=demand, anchors=demand[:0], needs=[need], settings=SETTINGS, k=5)
    snapper = Snapper(network, "car", SETTINGS)
    costs = expected(
        network,
        snapper.attach(places),
        snapper.attach(demand),
        timed=kind != "distance_m",
        toward=direction == "toward",
    )
    reach = found.bounded[label]
    row = np.repeat(np.arange(len(reach.place_ids)), np.diff(reach.indptr))
    held = {
        (reach.place_ids[r], reach.target_ids[c]): int(cost)
        for r, c, cost in zip(row, reach.indices, reach.costs, strict=True)
    }
    assert held == costs
    nearest = found.nearest[label]
    for target, listed, sums in zip(nearest.target_ids, nearest.place, nearest.costs, strict=True):
        best = sorted((cost, place) for (place, other), cost in costs.items() if other == target)
        assert [(int(c), nearest.place_ids[p]) for p, c in zip(listed, sums, strict=True) if p >= 0] == best


def town(network_of, **rules: object):
    r"""Return a junction at (0, 0) of roads from the west, east, north and south, 100 m each, and a way round.

    .            (0,100)---(100,100)
                    |          |
    (-100,0)------(0,0)----(100,0)
                    |
                 (0,-100)
    """
    shapes = [
        [(-100, 0), (0, 0)],
        [(0, 0), (100, 0)],
        [(0, 0), (0, 100)],
        [(0, 0), (0, -100)],
        [(0, 100), (100, 100), (100, 0)],
    ]
    return replace(network_of(shapes), rules=RoadRules(**rules))


def turn(network, here, there):
    """Return the turn at (0, 0) from the road that starts or ends at `here` to that at `there`."""

    def end(place):
        for edge, line in enumerate(network.lines()):
            first, last = line.coords[0], line.coords[-1]
            if {(0.0, 0.0), place} == {first, last}:
                return 2 * edge + (last == (0.0, 0.0))
        raise AssertionError(place)

    return [end(here), end(there)]


def driven(network, points_of, start, stop):
    """Return the metres from one point to another, None if there is no way."""
    label = ReachLabel(ReachKey("car", "distance_m", "from"), "demand", "x")
    places, demand = points_of([start], prefix="s"), points_of([stop], prefix="d")
    need = Need(label, 10**6, ("s0",))
    found = reaches(network, places=places, demand=demand, anchors=demand[:0], needs=[need], settings=SETTINGS)
    costs = found.bounded[label].costs
    return costs[0] / 1000 if len(costs) else None


def test_no_left_turn_leads_round(network_of, points_of):
    """Where the turn is forbidden one drives on and turns round at the next node; the other turns stay."""
    free = town(network_of)
    banned = np.array([turn(free, (-100, 0), (0, 100))], dtype=np.int32)
    ruled = town(network_of, banned={"car": banned})
    west, north, south = (-50, 0), (0, 50), (0, -50)
    assert driven(free, points_of, west, north) == 100.0
    assert driven(ruled, points_of, west, north) == 50.0 + 100.0 + 100.0 + 50.0
    assert driven(ruled, points_of, north, west) == 100.0
    assert driven(ruled, points_of, west, south) == 100.0


def test_without_u_turns_one_does_not_turn_round_at_a_junction(network_of, points_of):
    """Turning round at the next junction would undo a forbidden turn; where u_turns is off only dead ends allow it."""
    free = town(network_of)
    banned = np.array([turn(free, (-100, 0), (0, -100))], dtype=np.int32)
    ruled = town(network_of, banned={"car": banned})
    strict = ruled.with_modes({"car": replace(ruled.modes["car"], u_turns=False)})
    west, south = (-50, 0), (0, -50)
    assert driven(ruled, points_of, west, south) == 50 + 100 + 100 + 50
    assert driven(strict, points_of, west, south) == 50 + 400 + 50
    assert driven(strict, points_of, south, (0, -100)) == 50


def test_a_barrier_stops_cars_not_walkers(network_of, points_of):
    """A node blocked to cars ends the roads there for cars, from both sides, and parts them into components."""
    network = town(network_of, blocked={"car": np.zeros(0, dtype=np.int32)})
    node = int(np.flatnonzero((network.node_x == 0) & (network.node_y == 0))[0])
    blocked = town(network_of, blocked={"car": np.array([node], dtype=np.int32)})
    assert driven(blocked, points_of, (-50, 0), (50, 0)) is None
    assert driven(blocked, points_of, (-50, 0), (0, 0)) == 50
    assert driven(blocked, points_of, (50, 0), (0, 50)) == 50 + 200 + 50
    assert len(blocked.component_summary("car")) == 3
    assert len(blocked.component_summary("foot")) == 1
    assert blocked.components("car").road_mm.tolist() == [400_000, 100_000, 100_000]


def test_modes_without_rules_have_no_states_of_their_own(network_of):
    """Walkers, and cars without forbidden turns, are searched node by node."""
    network = town(network_of)
    for mode in ("foot", "car"):
        lanes = lanes_of(network, mode)
        assert len(lanes.node) == network.node_count
        np.testing.assert_array_equal(lanes.enter, lanes.leave)


def test_rules_of_other_nodes_are_refused(network_of):
    """Rules that name unknown nodes, edges or speeds below zero are not taken."""
    for rules in ({"crossings": np.array([99])}, {"banned": {"car": np.array([[0, 99]])}}, {"zone": np.array([1])}):
        with pytest.raises(ValueError, match="expected rules of these nodes"):
            town(network_of, **rules)
    with pytest.raises(ValueError, match="speeds above 0"):
        town(network_of, speed_kph=np.array([-5.0] * 5))


def test_a_mode_cannot_have_both_kinds_of_states(network_of):
    """Being severed by roads and bound by turns at once is refused with one sentence."""
    with pytest.raises(NetworkError, match="either severed_by or rules for turns"):
        replace(town(network_of).modes["car"], severed_by=("highway",), restriction_tags=("restriction",))
