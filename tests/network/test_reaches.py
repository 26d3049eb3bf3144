"""Costs against networkx, in which attached points cut the edges they lie on."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from typing import NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from planner.errors import NetworkError
from planner.network import Need, NetworkSettings, Reaches, ReachKey, ReachLabel, RoadNetwork, grow_nearest, reaches
from planner.network.graph import BACKWARD, FORWARD
from planner.network.rules import RoadRules
from planner.units import lengths_mm, travel_times_ms

ANYWHERE = NetworkSettings(max_snap_m=400.0, min_component_m=0.0, threads=1)
KINDS = ("distance_m", "travel_time_s")
DIRECTIONS = ("toward", "from")
NO_ANCHORS = pd.DataFrame({"x": [], "y": []}, dtype=np.float64)


class Spot(NamedTuple):
    """Where a point attaches, found by looking at every edge."""

    edge: int
    along_mm: int
    access_mm: int


def spot_of(network: RoadNetwork, mode: str, at: shapely.Point, settings: NetworkSettings) -> Spot | None:
    """Return where a point attaches, one edge after the other."""
    allowed = network.permitted(mode)
    graph = nx.Graph()
    for edge in np.flatnonzero(allowed):
        graph.add_edge(int(network.u[edge]), int(network.v[edge]))
    road_mm = {}
    for part in nx.connected_components(graph):
        total = sum(int(network.length_mm[e]) for e in np.flatnonzero(allowed) if int(network.u[e]) in part)
        road_mm.update(dict.fromkeys(part, total))
    best: tuple[float, int] | None = None
    for edge, line in enumerate(network.lines()):
        if allowed[edge] and road_mm[int(network.u[edge])] >= settings.min_component_m * 1000:
            distance = shapely.distance(line, at)
            if distance <= settings.max_snap_m and (best is None or distance < best[0]):
                best = (distance, edge)
    if best is None:
        return None
    distance, edge = best
    fraction = network.lines()[edge].project(at, normalized=True)
    return Spot(edge, int(np.rint(fraction * network.length_mm[edge])), int(lengths_mm(distance)))


def cost_of(network: RoadNetwork, mode: str, kind: str, length_mm: int, edge: int, *, backward: bool) -> int:
    """Return what a stretch of an edge costs."""
    if kind == "distance_m":
        return length_mm
    speed = float(network.edge_speeds(mode)[edge])
    if network.mode(mode).slopes and len(network.rules.slowness):
        speed /= float(network.rules.slowness[edge, int(backward)])
    return int(travel_times_ms(np.array([length_mm]), speed)[0])


def access_of(network: RoadNetwork, mode: str, kind: str, spot: Spot) -> int:
    """Return what an access leg costs."""
    if kind == "distance_m":
        return spot.access_mm
    return int(travel_times_ms(np.array([spot.access_mm]), network.mode(mode).access_speed_kph)[0])


def split_graph(network: RoadNetwork, mode: str, spots: list[Spot]) -> nx.MultiDiGraph:
    """Return the mode's network by length, every edge cut at the points that lie on it."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.node_count))
    for edge, bits in enumerate(network.permitted(mode)):
        length = int(network.length_mm[edge])
        cuts = sorted({0, length, *(spot.along_mm for spot in spots if spot.edge == edge)})
        for before, after in pairwise(cuts):
            ends = spot_node(network, edge, before), spot_node(network, edge, after)
            if bits & FORWARD:
                graph.add_edge(*ends, weight=after - before)
            if bits & BACKWARD:
                graph.add_edge(*reversed(ends), weight=after - before)
    return graph


def spot_node(network: RoadNetwork, edge: int, along: int) -> object:
    """Return the node of the split graph at a place of an edge."""
    if along == 0:
        return int(network.u[edge])
    return int(network.v[edge]) if along == network.length_mm[edge] else (edge, along)


def joined_graph(network: RoadNetwork, mode: str, kind: str, spots: dict[str, Spot]) -> nx.MultiDiGraph:
    """Return the mode's network with a way in and a way out of every point, so that costs round as they should."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.node_count))
    allowed = network.permitted(mode)
    for edge, bits in enumerate(allowed):
        if bits:
            length, u, v = int(network.length_mm[edge]), int(network.u[edge]), int(network.v[edge])
            up, down = (cost_of(network, mode, kind, length, edge, backward=way) for way in (False, True))
            graph.add_edges_from([(u, v, {"weight": up})] * bool(bits & FORWARD))
            graph.add_edges_from([(v, u, {"weight": down})] * bool(bits & BACKWARD))
    for name, spot in spots.items():
        bits, length = allowed[spot.edge], int(network.length_mm[spot.edge])
        for node, stretch, leaves, arrives in (
            (int(network.u[spot.edge]), spot.along_mm, BACKWARD, FORWARD),
            (int(network.v[spot.edge]), length - spot.along_mm, FORWARD, BACKWARD),
        ):
            access = access_of(network, mode, kind, spot)
            there, back = (
                access + cost_of(network, mode, kind, stretch, spot.edge, backward=bit == BACKWARD)
                for bit in (leaves, arrives)
            )
            if bits & leaves or stretch == 0:
                graph.add_edge(("out", name), node, weight=there)
            if bits & arrives or stretch == 0:
                graph.add_edge(node, ("in", name), weight=back)
        for other, there in spots.items():
            ahead = there.along_mm - spot.along_mm
            if there.edge == spot.edge and (ahead == 0 or bits & (FORWARD if ahead > 0 else BACKWARD)):
                legs = access_of(network, mode, kind, spot) + access_of(network, mode, kind, there)
                direct = cost_of(network, mode, kind, abs(ahead), spot.edge, backward=ahead < 0) + legs
                graph.add_edge(("out", name), ("in", other), weight=direct)
    return graph


def all_needs(places: pd.DataFrame, *, mode: str, cutoff: int, targets: str = "demand") -> list[Need]:
    """Return a need by distance and by time, each in both directions."""
    return [
        Need(ReachLabel(ReachKey(mode, kind, direction), targets, "school"), cutoff, tuple(places.index))
        for kind, direction in product(KINDS, DIRECTIONS)
    ]


def computed(
    network: RoadNetwork, places: pd.DataFrame, demand: pd.DataFrame, needs: list[Need], k: int = 3
) -> Reaches:
    """Return the reaches with test settings."""
    return reaches(
        network, places=places, demand=demand, anchors=NO_ANCHORS, needs=needs, settings=ANYWHERE, k=k
    )  # fmt: skip


def as_dict(found: Reaches, label: ReachLabel) -> dict[tuple[str, str], int]:
    """Return the bounded costs by place and target."""
    reach = found.bounded[label]
    rows = np.repeat(np.arange(len(reach.place_ids)), np.diff(reach.indptr))
    pairs = zip(reach.place_ids[rows], reach.target_ids[reach.indices], strict=True)
    return dict(zip(pairs, reach.costs.tolist(), strict=True))


def k_best(costs: dict[tuple[str, str], int], target: str, k: int) -> list[tuple[int, str]]:
    """Return the k nearest places of a target by sorting all of them."""
    return sorted((cost, place) for (place, other), cost in costs.items() if other == target)[:k]


def check_against_networkx(network: RoadNetwork, places: pd.DataFrame, demand: pd.DataFrame, mode: str) -> None:
    """Compare every pair, and the nearest places, with networkx."""
    everything = 2**31 - 2
    needs = all_needs(places, mode=mode, cutoff=everything)
    found = computed(network, places, demand, needs)
    spots = {
        str(name): spot
        for table in (places, demand)
        for name, x, y in table.itertuples()
        if (spot := spot_of(network, mode, shapely.Point(x, y), ANYWHERE)) is not None
    }
    by_length = split_graph(network, mode, list(spots.values()))
    for need in needs:
        _, kind, direction = need.label.key
        expected: dict[tuple[str, str], int] = {}
        joined = joined_graph(network, mode, kind, spots)
        for place, target in product(places.index, demand.index):
            if place not in spots or target not in spots:
                continue
            start, end = (place, target) if direction == "from" else (target, place)
            if nx.has_path(joined, ("out", start), ("in", end)):
                cost = nx.dijkstra_path_length(joined, ("out", start), ("in", end))
                expected[(place, target)] = cost
                if kind == "distance_m":
                    nodes = (spot_node(network, *spots[name][:2]) for name in (start, end))
                    split = nx.dijkstra_path_length(by_length, *nodes)
                    assert cost == split + spots[place].access_mm + spots[target].access_mm
        assert as_dict(found, need.label) == expected
        table = found.nearest[need.label]
        for target, row, costs in zip(table.target_ids, table.place, table.costs, strict=True):
            best = [(int(cost), table.place_ids[at]) for at, cost in zip(row, costs, strict=True) if at >= 0]
            assert best == k_best(expected, target, table.place.shape[1])


@pytest.mark.parametrize("block", range(20))
def test_costs_equal_networkx_on_random_multigraphs(block, random_network, random_points):
    """Every bounded cost and every list of nearest places equals networkx, on 200 random multigraphs (10 a block)."""
    for seed in range(10 * block, 10 * block + 10):
        rng = np.random.default_rng(seed)
        network = random_network(rng)
        places = random_points(rng, network, 5, "p")
        demand = random_points(rng, network, 9, "d")
        check_against_networkx(network, places, demand, ("foot", "car")[seed % 2])


@pytest.mark.parametrize("block", range(10))
def test_costs_over_slopes_equal_networkx(block, random_network, random_points):
    """The same where every edge takes its own time up and down, on 50 random multigraphs (5 a block)."""
    for seed in range(5 * block, 5 * block + 5):
        rng = np.random.default_rng(9000 + seed)
        network = random_network(rng)
        slowness = np.round(rng.uniform(0.8, 5.0, (network.edge_count, 2)), 6)
        modes = {name: replace(mode, slopes=True) for name, mode in network.modes.items()}
        network = replace(network, modes=modes, rules=RoadRules(slowness=slowness))
        places = random_points(rng, network, 5, "p")
        demand = random_points(rng, network, 9, "d")
        check_against_networkx(network, places, demand, ("foot", "car")[seed % 2])


@pytest.mark.parametrize("count", [4, 80])
@pytest.mark.parametrize("seed", range(5))
def test_cutoff_keeps_exactly_the_costs_up_to_it(seed, count, random_network, random_points):
    """A pair is held exactly when its cost, access legs included, is at most the cutoff; few targets or many."""
    rng = np.random.default_rng(1000 + seed)
    network = random_network(rng)
    places, demand = random_points(rng, network, 6, "p"), random_points(rng, network, count, "d")
    for need in all_needs(places, mode="foot", cutoff=2**31 - 2):
        everything = as_dict(computed(network, places, demand, [need]), need.label)
        some = [int(cost) for cost in rng.choice(sorted(everything.values()), 4)]
        for cutoff in (0, *some, *(max(cost - 1, 0) for cost in some)):
            held = as_dict(computed(network, places, demand, [need._replace(cutoff=cutoff)]), need.label)
            assert held == {pair: cost for pair, cost in everything.items() if cost <= cutoff}


@pytest.mark.parametrize("seed", range(5))
def test_many_targets_collect_alike(seed, random_network, random_points):
    """Collecting by node (few reached) and by target (many reached) gives the same costs."""
    rng = np.random.default_rng(2000 + seed)
    network = random_network(rng)
    places, demand = random_points(rng, network, 4, "p"), random_points(rng, network, 300, "d")
    (need, *_) = all_needs(places, mode="foot", cutoff=3_000_000)
    together = as_dict(computed(network, places, demand, [need]), need.label)
    alone = {}
    for target in demand.index:
        alone.update(as_dict(computed(network, places, demand.loc[[target]], [need]), need.label))
    assert together == alone


def test_threads_do_not_change_anything(random_network, random_points):
    """One thread and three give the same arrays, with more places than fit in one task."""
    rng = np.random.default_rng(7)
    network = random_network(rng)
    places, demand = random_points(rng, network, 150, "p"), random_points(rng, network, 80, "d")
    needs = all_needs(places, mode="car", cutoff=900_000)
    tables = {"places": places, "demand": demand, "anchors": NO_ANCHORS, "needs": needs}
    one, three = (reaches(network, **tables, settings=replace(ANYWHERE, threads=n)) for n in (1, 3))
    for need in needs:
        for kind in ("bounded", "nearest"):
            first, second = getattr(one, kind)[need.label], getattr(three, kind)[need.label]
            for name in ("indptr", "indices", "costs") if kind == "bounded" else ("place", "costs"):
                np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_row_order_does_not_change_anything(random_network, random_points):
    """Permuted tables give the same costs for the same ids, and the same nearest places."""
    rng = np.random.default_rng(8)
    network = random_network(rng)
    places, demand = random_points(rng, network, 30, "p"), random_points(rng, network, 50, "d")
    needs = all_needs(places, mode="foot", cutoff=900_000)
    shuffled = [need._replace(place_ids=need.place_ids[::-1]) for need in needs]
    first = computed(network, places, demand, needs)
    second = computed(network, places.sample(frac=1, random_state=1), demand.sample(frac=1, random_state=2), shuffled)
    for need in needs:
        assert as_dict(first, need.label) == as_dict(second, need.label)
        a, b = first.nearest[need.label], second.nearest[need.label]
        order = b.target_ids.get_indexer(a.target_ids)
        assert a.place_ids.equals(b.place_ids)
        np.testing.assert_array_equal(a.place, b.place[order])


def test_targets_may_be_places_and_anchors(network_of, points_of):
    """Places reach each other and unit anchors by the same costs; the reach is labelled by their ids."""
    network = network_of([[(0, 0), (1000, 0)]])
    places, anchors = points_of([(100, 3), (400, 4)]), points_of([(900, 5)], prefix="u")
    needs = [
        Need(ReachLabel(ReachKey("foot", "distance_m", "from"), kind, "depot"), 900_000, ("p0", "p1"))
        for kind in ("place", "anchor")
    ]
    found = reaches(
        network, places=places, demand=NO_ANCHORS, anchors=anchors, needs=needs, settings=ANYWHERE
    )  # fmt: skip
    assert as_dict(found, needs[0].label) == {
        ("p0", "p0"): 6_000,
        ("p0", "p1"): 307_000,
        ("p1", "p0"): 307_000,
        ("p1", "p1"): 8_000,
    }
    assert as_dict(found, needs[1].label) == {("p0", "u0"): 808_000, ("p1", "u0"): 509_000}
    assert found.access[("foot", "place")]["access_m"].tolist() == [3.0, 4.0]
    assert found.access[("foot", "anchor")].index.tolist() == ["u0"]


def test_one_way_street_is_longer_against_it(network_of, points_of):
    """Along a one-way block: people who come by car drive round it, the depot's car goes straight."""
    block = [[(0, 0), (100, 0)], [(100, 0), (100, 100)], [(100, 100), (0, 100)], [(0, 100), (0, 0)]]
    network = network_of(block, oneway=[1, 1, 1, 1])
    places, demand = points_of([(20, 0)]), points_of([(80, 0)], prefix="d")
    needs = all_needs(places, mode="car", cutoff=1_000_000)[:2]
    found = computed(network, places, demand, needs)
    assert as_dict(found, needs[0].label) == {("p0", "d0"): 340_000}
    assert as_dict(found, needs[1].label) == {("p0", "d0"): 60_000}


def test_needs_of_one_label_are_one(network_of, points_of):
    """Two needs with the same label give one reach: all their places, the larger cutoff."""
    network = network_of([[(0, 0), (1000, 0)]])
    places, demand = points_of([(0, 0), (500, 0)]), points_of([(1000, 0)], prefix="d")
    label = ReachLabel(ReachKey("foot", "distance_m", "toward"), "demand", "school")
    found = computed(network, places, demand, [Need(label, 10, ("p1",)), Need(label, 600_000, ("p0",))])
    assert found.bounded[label].place_ids.tolist() == ["p0", "p1"]
    assert as_dict(found, label) == {("p1", "d0"): 500_000}


def test_lists_grow(network_of, points_of):
    """A longer list begins with the shorter one and ends where no place is left."""
    network = network_of([[(0, 0), (1000, 0)], [(5000, 0), (6000, 0)]])
    places, demand = points_of([(x, 0) for x in (900, 100, 500, 5500)]), points_of([(0, 0)], prefix="d")
    needs = all_needs(places, mode="foot", cutoff=10)[:1]
    held = computed(network, places, demand, needs, k=1)
    assert not held.nearest[needs[0].label].complete
    tables = {"place": places, "demand": demand}
    grown = grow_nearest(held, needs[0].label, network, points=tables, settings=ANYWHERE, k=9).nearest[needs[0].label]
    assert grown.place.tolist() == [[1, 2, 0, -1]]
    assert grown.costs.tolist() == [[100_000, 500_000, 900_000, -1]]
    assert grown.complete
    doubled = grow_nearest(held, needs[0].label, network, points=tables, settings=ANYWHERE)
    assert doubled.nearest[needs[0].label].place.shape == (1, 2)


@pytest.mark.parametrize("seed", range(3))
def test_grown_lists_equal_long_lists(seed, random_network, random_points):
    """Lists grown from one place to all of them equal those that were long from the start."""
    rng = np.random.default_rng(3000 + seed)
    network = random_network(rng)
    places, demand = random_points(rng, network, 12, "p"), random_points(rng, network, 30, "d")
    tables = {"place": places, "demand": demand}
    needs = all_needs(places, mode="car", cutoff=100_000)
    held, long = (computed(network, places, demand, needs, k=k) for k in (1, 12))
    for need in needs:
        grown = grow_nearest(held, need.label, network, points=tables, settings=ANYWHERE, k=12)
        for name in ("place", "costs"):
            np.testing.assert_array_equal(
                getattr(grown.nearest[need.label], name), getattr(long.nearest[need.label], name)
            )


def test_empty_tables_give_empty_reaches(network_of, points_of):
    """No places, no targets: tables of the right shape, no error."""
    network = network_of([[(0, 0), (1000, 0)]])
    some, none = points_of([(1, 1)]), NO_ANCHORS
    straight = ReachLabel(ReachKey("straight", "radius_m", "toward"), "demand", "school")
    for places, demand in ((none, some), (some, none), (none, none)):
        needs = [*all_needs(places, mode="car", cutoff=100), Need(straight, 100, tuple(places.index))]
        found = computed(network, places, demand, needs)
        for need in needs:
            assert len(found.bounded[need.label].costs) == 0
            assert found.nearest[need.label].place.shape == (len(demand), 1)


@pytest.mark.parametrize(
    ("key", "places", "cutoff", "words"),
    [
        (ReachKey("car", "radius_m", "toward"), ("p0",), 1, "radius_m with mode"),
        (ReachKey("straight", "distance_m", "toward"), ("p0",), 1, "distance_m with mode"),
        (ReachKey("boat", "distance_m", "toward"), ("p0",), 1, "'boat'"),
        (ReachKey("car", "distance_m", "toward"), ("p0", "nowhere"), 1, "nowhere"),
        (ReachKey("car", "distance_m", "toward"), ("p0",), 2**31, "cutoff"),
        (ReachKey("straight", "radius_m", "toward"), ("p0",), -1, "cutoff"),
    ],
)
def test_impossible_needs_are_one_sentence(key, places, cutoff, words, network_of, points_of):
    """A contradictory key, an unknown mode or place, an impossible cutoff: one sentence that names it."""
    need = Need(ReachLabel(key, "demand", "school"), cutoff, places)
    with pytest.raises(NetworkError, match=words) as error:
        computed(network_of([[(0, 0), (1000, 0)]]), points_of([(0, 0)]), points_of([(1, 1)], prefix="d"), [need])
    assert len(error.value.faults) == 1


def test_missing_position_is_told(network_of, points_of):
    """A demand point without a position is named."""
    network, places = network_of([[(0, 0), (1000, 0)]]), points_of([(0, 0)])
    demand = points_of([(1, 1), (2, np.nan)], prefix="d")
    with pytest.raises(NetworkError, match="d1"):
        computed(network, places, demand, all_needs(places, mode="car", cutoff=1))


def test_no_roads_are_needed_for_straight_lines_only(points_of):
    """Without roads straight lines work, and a need of roads says what to do."""
    places, demand = points_of([(0, 0)]), points_of([(3, 4)], prefix="d")
    label = ReachLabel(ReachKey("straight", "radius_m", "toward"), "demand", "school")
    tables = {"places": places, "demand": demand, "anchors": NO_ANCHORS}
    found = reaches(None, **tables, needs=[Need(label, 5_000, ("p0",))])
    assert as_dict(found, label) == {("p0", "d0"): 5_000}
    assert found.access[("straight", "demand")]["status"].tolist() == ["attached"]
    with pytest.raises(NetworkError, match="expected roads"):
        reaches(None, **tables, needs=all_needs(places, mode="walk", cutoff=1))


def test_other_speeds_change_times_only(network_of, points_of):
    """Modes given to `reaches` replace the speeds the roads were read with."""
    network = network_of([[(0, 0), (1000, 0)]])
    places, demand = points_of([(0, 0)]), points_of([(1000, 0)], prefix="d")
    need = all_needs(places, mode="foot", cutoff=10_000_000)[2]
    slow = {"foot": network.modes["foot"].with_overrides(speed_kph={"street": 2.5})}
    costs = [
        as_dict(
            reaches(
                network, places=places, demand=demand, anchors=NO_ANCHORS, needs=[need], modes=modes, settings=ANYWHERE
            ),
            need.label,
        )
        for modes in (None, slow)
    ]  # fmt: skip
    assert costs == [{("p0", "d0"): 720_000}, {("p0", "d0"): 1_440_000}]
