"""Costs against networkx and against answers known beforehand."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from planner.verify.costs import Ruler, attach, limit_of
from planner.verify.edges import edges_of
from planner.verify.roads import ModeRoads, roads_of_mode
from planner.verify.ways import Chains

SPEEDS = {"fast": 50.0, "slow": 7.0}
NETWORK = {"max_snap_m": 400.0, "min_component_m": 500.0}
MODE = {"speed_kph": SPEEDS, "access_speed_kph": 5.0, "obeys_oneway": True}


def random_roads(seed: int) -> ModeRoads:
    """Roads with parallel edges, loops, one-way streets and several components."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 12, size=(22, 2))
    ends[:3] = ends[3:6]  # parallel
    xy = np.vstack([rng.integers(0, 1500, size=(12, 2)), rng.integers(0, 1500, size=(2 * len(ends), 2))]).astype(float)
    chains = []
    for number, (tail, head) in enumerate(ends):
        bends = [12 + 2 * number, 13 + 2 * number] if tail == head else [12 + 2 * number][: number % 2]
        chains.append(np.array([tail, *bends, head]))
    oneway = rng.choice([-1, 0, 0, 1], size=len(ends))
    classes = rng.choice(["fast", "slow", "closed"], p=[0.5, 0.4, 0.1], size=len(ends))
    features = Chains(
        chains=chains, xy=xy, road_class=list(classes), oneway=list(oneway), closed={"car": [False] * len(ends)}
    )
    return roads_of_mode(edges_of(features), "car", MODE, NETWORK)


def points(seed: int, count: int) -> pd.DataFrame:
    """Points around the roads; some too far from any."""
    return pd.DataFrame(
        np.random.default_rng(seed).integers(-500, 2000, size=(count, 2)).astype(float), columns=["x", "y"]
    )


def naive_costs(
    mode: ModeRoads, places: pd.DataFrame, targets: pd.DataFrame, *, timed: bool, toward: bool
) -> np.ndarray:
    """Costs by the words of the contract: networkx between the ends of edges, the shortest of all ways."""
    starts, stops = (naive_ends(mode, table, timed=timed) for table in (places, targets))
    if toward:
        return naive_matrix(mode, stops, starts, timed=timed).T
    return naive_matrix(mode, starts, stops, timed=timed)


def edge_ms(mode: ModeRoads, edge: int, length: int) -> int:
    """Milliseconds along an edge."""
    return int(np.rint(length * 3.6 / mode.speed_kph[edge]))


def naive_ends(mode: ModeRoads, table: pd.DataFrame, *, timed: bool) -> list[tuple[int, int, int, int] | None]:
    """Edge, millimetres along, length and access cost of every point; None where it is off the network."""
    found: list[tuple[int, int, int, int] | None] = []
    for x, y in table.to_numpy():
        dot = shapely.Point(x, y)
        away = [(line.distance(dot), edge) for edge, line in enumerate(mode.roads.lines) if mode.eligible[edge]]
        distance, edge = min(away, default=(math.inf, -1))
        if distance > NETWORK["max_snap_m"]:
            found.append(None)
            continue
        length = int(mode.roads.length_mm[edge])
        along = round(mode.roads.lines[edge].project(dot, normalized=True) * length)
        access = round(distance * 1000)
        found.append((edge, along, length, round(access * 3.6 / 5.0) if timed else access))
    return found


def naive_matrix(mode: ModeRoads, starts: list, stops: list, *, timed: bool) -> np.ndarray:
    """Costs from every start to every stop; inf where there is no way."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(100))

    def along_edge(edge: int, length: int) -> int:
        return edge_ms(mode, edge, length) if timed else length

    for edge, length in enumerate(mode.roads.length_mm):
        tail, head = int(mode.roads.tail[edge]), int(mode.roads.head[edge])
        if mode.forward[edge]:
            graph.add_edge(tail, head, cost=along_edge(edge, int(length)))
        if mode.backward[edge]:
            graph.add_edge(head, tail, cost=along_edge(edge, int(length)))
    ways = dict(nx.all_pairs_dijkstra_path_length(graph, weight="cost"))
    costs = np.full((len(starts), len(stops)), np.inf)
    for (i, start), (j, stop) in itertools.product(enumerate(starts), enumerate(stops)):
        if start is None or stop is None:
            continue
        (e, a, full, access), (f, b, whole, leg) = start, stop
        outs = [(int(mode.roads.head[e]), along_edge(e, full - a))] * int(mode.forward[e] or a == full)
        outs += [(int(mode.roads.tail[e]), along_edge(e, a))] * int(mode.backward[e] or a == 0)
        ins = [(int(mode.roads.tail[f]), along_edge(f, b))] * int(mode.forward[f] or b == 0)
        ins += [(int(mode.roads.head[f]), along_edge(f, whole - b))] * int(mode.backward[f] or b == whole)
        ways_round = [p + ways[u].get(v, np.inf) + q for u, p in outs for v, q in ins]
        if e == f and ((mode.forward[e] and b >= a) or (mode.backward[e] and b <= a)):
            ways_round.append(along_edge(e, abs(b - a)))
        costs[i, j] = access + min(ways_round) + leg
    return costs


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("direction", ["toward", "from"])
def test_costs_are_those_of_networkx(seed: int, timed: bool, direction: str) -> None:
    """At a limit just reached and just missed, the same pairs are within it."""
    mode, places, targets = random_roads(seed), points(seed + 1000, 8), points(seed + 2000, 30)
    costs = naive_costs(mode, places, targets, timed=timed, toward=direction == "toward")
    reached = np.sort(costs[np.isfinite(costs)])
    assert len(reached) > 10
    for limit in (
        int(reached[0]),
        int(reached[len(reached) // 2]),
        int(reached[-1]),
        int(reached[len(reached) // 3]) - 1,
    ):
        cost, unit = ("travel_time_s", "s") if timed else ("distance_m", "m")
        standard = {
            "mode": "car",
            "cost": cost,
            "direction": direction,
            "targets": "demand",
            "limit": f"{limit / 1000:.3f} {unit}",
        }
        ruler = Ruler(modes={"car": mode}, targets={"demand": targets})
        assert limit_of(standard) == limit
        assert np.array_equal(ruler.pairs(standard, places).toarray(), costs <= limit)
        assert np.array_equal(ruler.covered(standard, places), (costs <= limit).any(axis=0))


def test_a_straight_line_is_measured_to_the_millimetre() -> None:
    """At exactly the limit is within it, a millimetre beyond is not."""
    targets = pd.DataFrame({"x": [300.0, 300.0, 300.002], "y": [400.0, -400.0, 400.0]})
    ruler = Ruler(modes={}, targets={"demand": targets})
    standard = {"mode": "straight", "cost": "radius_m", "direction": "toward", "targets": "demand", "limit": "0.5 km"}
    at_origin = pd.DataFrame({"x": [0.0], "y": [0.0]})
    assert ruler.pairs(standard, at_origin).toarray().tolist() == [[True, True, False]]
    assert ruler.covered(standard, at_origin).tolist() == [True, True, False]


def test_without_places_nothing_is_covered() -> None:
    """No open facility covers nobody, whatever the mode."""
    ruler = Ruler(modes={}, targets={"demand": points(1, 3)})
    for mode in ("straight", "car"):
        standard = {"mode": mode, "cost": "distance_m", "direction": "from", "targets": "demand", "limit": "1 km"}
        assert ruler.covered(standard, points(1, 0)).tolist() == [False] * 3
        assert ruler.pairs(standard, points(1, 0)).shape == (0, 3)


def test_points_attach_past_a_fragment() -> None:
    """A fragment of road is nearer, but the component with enough road is what a point attaches to."""
    features = Chains(
        chains=[np.array([0, 1]), np.array([2, 3])],
        xy=np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 50.0], [600.0, 50.0]]),
        road_class=["slow", "slow"],
        oneway=[0, 0],
        closed={"car": [False, False]},
    )
    mode = roads_of_mode(edges_of(features), "car", MODE, NETWORK)
    at = attach(mode, pd.DataFrame({"x": [10.0, 10.0, 10.0], "y": [1.0, -350.0, -350.001]}))
    chosen = [None if edge < 0 else mode.roads.length_mm[edge] for edge in at.edge]
    assert chosen == [600_000, 600_000, None]
    assert at.access_mm.tolist() == [49_000, 400_000, 0]


def test_scipy_keeps_arcs_of_no_cost() -> None:
    """The graph holds arcs of cost zero (a point at a node), which scipy must travel."""
    graph = sparse.csr_array((np.array([0.0, 5.0, 0.0]), (np.array([0, 1, 2]), np.array([1, 2, 3]))), shape=(4, 4))
    assert dijkstra(graph, indices=[0], limit=5).tolist() == [[0.0, 0.0, 5.0, 5.0]]
