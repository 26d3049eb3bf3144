"""Forbidden sequences of edges, and turns where edges are closed, against graphs of whole histories by networkx."""

from __future__ import annotations

import itertools
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import shapely

from planner.network import (
    Need,
    NetworkSettings,
    ReachKey,
    ReachLabel,
    critical_edges,
    pairs,
    reaches,
    router_of,
    routes,
    service_lines,
    simplified,
    tree_edges,
    with_closures,
)
from planner.network.forbidden import as_table
from planner.network.graph import BACKWARD, FORWARD
from planner.network.lanes import lanes_of
from planner.network.rules import RoadRules
from planner.network.snapping import ATTACHED, Snapper

SETTINGS = NetworkSettings(max_snap_m=300.0, min_component_m=0.0, threads=1)


def departs(bits, end):
    """Return whether one may go on an edge by an end."""
    return bool(bits[end // 2] & (BACKWARD if end % 2 else FORWARD))


def walk_of(network, rng, size):
    """Return the ends at which one comes off edges, by chance, and the end by which one goes on; None at an end."""
    at, bits = np.column_stack((network.u, network.v)).ravel(), network.permitted("car")
    way = [int(rng.choice(np.flatnonzero([departs(bits, end ^ 1) for end in range(len(at))])))]
    while len(way) < size:
        on = [int(end) for end in np.flatnonzero(at == at[way[-1]]) if departs(bits, end)]
        if not on:
            return None
        way.append(int(rng.choice(on)) ^ 1)
    return (*way[:-1], way[-1] ^ 1)


def with_sequences(network, rng, *, u_turns):
    """Forbid turns and sequences of three to five edges by chance, some overlapping; block some nodes to cars."""
    at = np.column_stack((network.u, network.v)).ravel()
    found = [walk_of(network, rng, int(rng.integers(3, 6))) for _ in range(12)]
    sequences = {one for one in found if one is not None}
    for one in list(sequences)[:4]:
        longer = walk_of(network, rng, 3)
        if longer is not None:
            sequences.add((*one[:-1], *longer[1:]) if at[one[-2]] == at[longer[1] ^ 1] else longer)
        sequences |= {(*one[:-1], int(end)) for end in np.flatnonzero(at == at[one[-1]]) if rng.random() < 0.7}
    turns = {tuple(walk_of(network, rng, 2) or (0, 0)) for _ in range(4)}
    blocked = rng.choice(network.node_count, int(rng.integers(0, 2)), replace=False)
    rules = RoadRules(
        banned={"car": as_table({turn for turn in turns if at[turn[0]] == at[turn[1]]})},
        sequences={"car": as_table(sequences)},
        blocked={"car": np.sort(blocked).astype(np.int32)},
    )
    return replace(network, rules=rules, modes={**network.modes, "car": replace(network.modes["car"], u_turns=u_turns)})


class Histories:
    """Who has come along which edges may go on where: nothing but the list of what is forbidden."""

    def __init__(self, network) -> None:
        self.at, self.bits = np.column_stack((network.u, network.v)).ravel(), network.permitted("car")
        tables = (network.rules.banned["car"], network.rules.sequences.get("car", np.zeros((0, 3))))
        self.forbidden = {tuple(int(end) for end in row if end >= 0) for table in tables for row in table}
        self.size = max(map(len, self.forbidden), default=2) - 1
        self.blocked = set(network.rules.blocked.get("car", np.zeros(0)).tolist())
        self.u_turns = network.modes["car"].u_turns

    def free(self, way, end):
        """Return whether no forbidden sequence ends here."""
        if self.at[way[-1]] != self.at[end] or self.at[end] in self.blocked:
            return False
        return all((*way[skip:], end) not in self.forbidden for skip in range(len(way)))

    def may(self, way, end):
        """Return whether one may go on by an end; round only where nothing else is left, if the mode asks for that."""
        if not self.free(way, end):
            return False
        if self.u_turns or end != way[-1]:
            return True
        around = np.flatnonzero(self.at == self.at[end])
        return not any(self.free(way, int(other)) and departs(self.bits, other) for other in around if other != end)

    def graph(self, starts, cost):
        """Return all ways one can have come from the starts, as far back as it matters, with what the next costs."""
        graph, waiting = nx.DiGraph(), list(starts)
        graph.add_nodes_from(starts)
        seen = set(waiting)
        while waiting:
            way = waiting.pop()
            for end in map(int, np.flatnonzero(self.at == self.at[way[-1]])):
                if departs(self.bits, end) and self.may(way, end):
                    longer = (*way, end ^ 1)[-self.size :]
                    graph.add_edge(way, longer, weight=cost(end // 2))
                    if longer not in seen:
                        seen.add(longer)
                        waiting.append(longer)
        return graph


def expected(network, places, targets, *, timed, toward):
    """Return costs from every place to every target over histories, nothing where there is no way."""
    rules, speed = Histories(network), network.edge_speeds("car")

    def cost(edge, length=None):
        length = int(network.length_mm[edge]) if length is None else int(length)
        return round(length * 3.6 / speed[edge]) if timed else length

    def legs(points, n, *, out):
        edge, along, rest = int(points.edge[n]), points.along_mm[n], points.rest_mm[n]
        ways = (((FORWARD, 1, rest), (BACKWARD, 0, along)), ((FORWARD, 0, along), (BACKWARD, 1, rest)))[not out]
        return [
            (2 * edge + end, cost(edge, part) if part else 0)
            for bit, end, part in ways
            if rules.bits[edge] & bit or part == 0
        ]

    starts, stops = (targets, places) if toward else (places, targets)
    outs = {i: legs(starts, i, out=True) for i in np.flatnonzero(starts.status == ATTACHED)}
    graph = rules.graph({(end,) for some in outs.values() for end, _ in some}, cost)
    found = {}
    for i, j in itertools.product(outs, np.flatnonzero(stops.status == ATTACHED)):
        e, ahead = int(starts.edge[i]), int(stops.along_mm[j] - starts.along_mm[i])
        sums = []
        for end, paid in outs[i]:
            lengths = nx.single_source_dijkstra_path_length(graph, (end,))
            for way, more in lengths.items():
                sums += [paid + more + last for to, last in legs(stops, j, out=False) if rules.may(way, to)]
        if e == stops.edge[j] and (ahead == 0 or rules.bits[e] & (FORWARD if ahead > 0 else BACKWARD)):
            sums.append(cost(e, abs(ahead)) if ahead else 0)
        if sums:
            access = [int(points.access_mm[n]) for points, n in ((starts, i), (stops, j))]
            access = [round(one * 3.6 / 5.0) if timed else one for one in access]
            key = (stops.ids[j], starts.ids[i]) if toward else (starts.ids[i], stops.ids[j])
            found[key] = sum(access) + min(sums)
    return found


def cells(reach):
    """Return the costs of a reach by place and target."""
    row = np.repeat(np.arange(len(reach.place_ids)), np.diff(reach.indptr))
    return {
        (reach.place_ids[r], reach.target_ids[c]): int(cost)
        for r, c, cost in zip(row, reach.indices, reach.costs, strict=True)
    }


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("u_turns", [True, False])
@pytest.mark.parametrize("direction", ["toward", "from"])
def test_costs_with_forbidden_sequences_equal_a_graph_of_histories(
    seed, u_turns, direction, random_network, random_points
):
    """All costs, bounded, nearest and pair by pair, equal those over a graph whose nodes are ways one has come."""
    rng = np.random.default_rng(seed)
    network = with_sequences(random_network(rng), rng, u_turns=u_turns)
    places, demand = random_points(rng, network, 4, "s"), random_points(rng, network, 8, "d")
    kind = ("distance_m", "travel_time_s")[seed % 2]
    key = ReachKey("car", kind, direction)
    label = ReachLabel(key, "demand", "x")
    need = Need(label, 2**31 - 2, tuple(places.index))
    found = reaches(network, places=places, demand=demand, anchors=demand[:0], needs=[need], settings=SETTINGS, k=4)
    router = router_of(network, key, settings=SETTINGS)
    here, there = router.attach(places), router.attach(demand)
    costs = expected(network, here, there, timed=kind != "distance_m", toward=direction == "toward")
    assert cells(found.bounded[label]) == costs
    nearest = found.nearest[label]
    for target, listed, sums in zip(nearest.target_ids, nearest.place, nearest.costs, strict=True):
        best = sorted((cost, place) for (place, other), cost in costs.items() if other == target)
        assert [(int(c), nearest.place_ids[p]) for p, c in zip(listed, sums, strict=True) if p >= 0] == best
    for place in places.index[here.status == ATTACHED]:
        drawn = routes(router, places.loc[[place]], demand)
        for target, row in drawn.iterrows():
            cost = costs.get((place, target))
            assert (row[kind] * 1000 == pytest.approx(cost)) if cost is not None else np.isnan(row[kind])


@pytest.mark.parametrize("seed", range(8))
def test_lines_of_routes_are_as_long_as_they_say(seed, random_network, random_points):
    """Routes past forbidden sequences are drawn along the edges that they cost, and trees hold their edges."""
    rng = np.random.default_rng(seed)
    network = with_sequences(random_network(rng), rng, u_turns=False)
    places, demand = random_points(rng, network, 2, "s"), random_points(rng, network, 8, "d")
    router = router_of(network, ReachKey("car", "distance_m", ("from", "toward")[seed % 2]), settings=SETTINGS)
    access = {points.index[n]: at.access_mm[n] / 1000 for points in (places, demand)
              for at in [router.attach(points)] for n in range(len(points))}  # fmt: skip
    for place in places.index[router.attach(places).status == ATTACHED]:
        drawn = routes(router, places.loc[[place]], demand)
        for target, row in drawn[drawn["distance_m"].notna()].iterrows():
            assert row.geometry.length == pytest.approx(row["distance_m"] - access[place] - access[target], abs=0.02)
        assert set(tree_edges(router, places.loc[[place]])["edge"]) <= set(range(network.edge_count))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("direction", ["toward", "from"])
def test_service_lines_hold_what_is_reached(seed, direction, random_network, random_points):
    """A spot on a road is in the lines of a place if and only if it costs at most the cutoff, sequences minded."""
    rng = np.random.default_rng(seed)
    network = with_sequences(random_network(rng), rng, u_turns=False)
    places, spots = random_points(rng, network, 1, "s"), random_points(rng, network, 60, "d")
    key = ReachKey("car", "distance_m", direction)
    router = router_of(network, key, settings=SETTINGS)
    there = router.attach(spots)
    spots = spots[(there.status == ATTACHED) & (there.access_mm == 0)]
    table = pairs(router, router.attach(places).take(np.zeros(len(spots), dtype=np.int64)), spots)
    lines = service_lines(network, places, key=key, cutoffs=[900.0], settings=SETTINGS).geometry.iloc[0]
    for (_, spot), cost in zip(spots.iterrows(), table["distance_m"], strict=True):
        inside = lines.distance(shapely.Point(spot)) < 0.002
        if np.isnan(cost) or abs(cost - 900.0) > 0.01:
            assert inside or not cost <= 900.0


@pytest.mark.parametrize("seed", range(4))
def test_sequences_stay_when_roads_are_simplified(seed, random_network, random_points):
    """A simplified network forbids the same: distances between its points are those of the network before."""
    rng = np.random.default_rng(seed)
    network = with_sequences(random_network(rng), rng, u_turns=True)
    simple = simplified(network).network
    lone = [line for line in network.lines() if sum(line.equals(other) for other in network.lines()) == 1]
    spots = [line.interpolate(0.37, normalized=True) for line in rng.choice(np.array(lone, dtype=object), 6)]
    points = random_points(rng, network, 0, "p").reindex([f"p{n}" for n in range(6)])
    points["x"], points["y"] = ([getattr(spot, name) for spot in spots] for name in "xy")
    found = []
    for roads in (network, simple):
        label = ReachLabel(ReachKey("car", "distance_m", "from"), "demand", "x")
        need = Need(label, 2**31 - 2, tuple(points.index))
        found.append(reaches(roads, places=points, demand=points, anchors=points[:0], needs=[need], settings=SETTINGS))
    before, after = (cells(one.bounded[label]) for one in found)
    assert before.keys() == after.keys()
    assert all(abs(cost - after[pair]) <= 2 for pair, cost in before.items())


@pytest.mark.parametrize("seed", range(4))
def test_losses_equal_closing_every_edge(seed, random_network, random_points):
    """What the loss of an edge costs, sequences minded, is what closing it costs."""
    rng = np.random.default_rng(seed)
    network = with_sequences(random_network(rng), rng, u_turns=True)
    places, demand = random_points(rng, network, 2, "s"), random_points(rng, network, 10, "d")
    demand = demand.assign(people=rng.integers(1, 9, len(demand)).astype(float))
    key = ReachKey("car", "distance_m", "from")
    asked = {"places": places, "demand": demand, "group": "people", "key": key, "limit": 900.0}
    lost = critical_edges(network, **asked, settings=SETTINGS)
    snapper = Snapper(network, "car", SETTINGS)
    here, there = snapper.attach(places), snapper.attach(demand)

    def covered(roads):
        costs = expected(roads, here, there, timed=False, toward=False)
        return {target for (_, target), cost in costs.items() if cost <= 900_000}

    before = covered(network)
    for edge in range(network.edge_count):
        gone = before - covered(with_closures(network, edges=[edge]))
        on_edge = {name for name, own in zip(there.ids, there.edge, strict=True) if own == edge}
        people = float(demand.loc[sorted(gone - on_edge), "people"].sum())
        assert (lost.loc[edge, "persons_lost"] if edge in lost.index else 0.0) == people


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("u_turns", [True, False])
def test_points_at_the_end_of_a_closed_road_are_at_the_junction(seed, u_turns, random_network, random_points):
    """Points attached to a road which is lost go on from its ends, if they lie there; forbidden turns stay."""
    rng = np.random.default_rng(seed)
    network = with_sequences(random_network(rng), rng, u_turns=u_turns)
    nodes = rng.choice(network.node_count, 8)
    points = random_points(rng, network, 0, "p").reindex([f"n{n}" for n in range(8)])
    points["x"], points["y"] = network.node_x[nodes], network.node_y[nodes]
    attached = Snapper(network, "car", SETTINGS).attach(points)
    lost = sorted({int(edge) for edge in attached.edge[:4] if edge >= 0})
    closed = with_closures(network, edges=lost)
    key = ReachKey("car", "distance_m", ("from", "toward")[seed % 2])
    router = router_of(closed, key, settings=SETTINGS)
    row, column = (part.ravel() for part in np.indices((8, 8)))
    table = pairs(router, attached.take(row), attached.take(column))
    costs = expected(closed, attached, attached, timed=False, toward=key.direction == "toward")
    for a, b, cost in table[["place_id", "target_id", "distance_m"]].itertuples(index=False):
        assert np.isnan(cost) if (a, b) not in costs else cost * 1000 == pytest.approx(costs[a, b])


def test_sequences_that_cannot_be_travelled_add_nothing(network_of):
    """A sequence over a closed edge is none: the lanes are those without it."""
    network = network_of([[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(200, 0), (300, 0)]])
    ruled = replace(network, rules=RoadRules(sequences={"car": as_table({(1, 3, 4)})}))
    assert len(lanes_of(ruled, "car").edge) == 4
    assert len(lanes_of(with_closures(ruled, edges=[1]), "car").edge) == 3
    assert len(lanes_of(ruled, "foot").edge) == 3
