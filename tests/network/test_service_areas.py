"""Service areas, compared with networkx on roads that are cut into small steps."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely

from planner.errors import NetworkError
from planner.network import (
    AreaShape,
    NetworkSettings,
    ReachKey,
    RoadNetwork,
    Snapper,
    service_areas,
    service_lines,
)

ANYWHERE = NetworkSettings(max_snap_m=300, min_component_m=0, threads=2)
STEP_MM = 20_000
BY_TIME = {"foot": ReachKey("foot", "travel_time_s", "from"), "car": ReachKey("car", "travel_time_s", "toward")}
BY_LENGTH = {"foot": ReachKey("foot", "distance_m", "toward"), "car": ReachKey("car", "distance_m", "from")}


def stepped(network: RoadNetwork, key: ReachKey, place) -> tuple[nx.DiGraph, dict[object, shapely.Point]]:
    """Return the roads as steps of at most 20 m, in float costs, with the place as node "place".

    Where the place's own edge is cut at the place too. Costs are metres or seconds; nothing is rounded.
    """
    found = Snapper(network, key.mode, ANYWHERE).attach(place)
    graph, spots = nx.DiGraph(), {}
    speed = network.edge_speeds(key.mode)
    access = found.access_mm[0] / 1000
    graph.add_node("place")
    for edge, (bits, line) in enumerate(zip(network.permitted(key.mode), network.lines(), strict=True)):
        length = int(network.length_mm[edge])
        stops = {*range(0, length, STEP_MM), length}
        own = found.edge[0] == edge
        if own:
            stops.add(int(found.along_mm[0]))
        cuts = sorted(stops)

        def name(at: int, edge: int = edge, length: int = length) -> object:
            ends = {0: int(network.u[edge]), length: int(network.v[edge])}
            return ends.get(at, (edge, at)) if length else int(network.u[edge])

        for at in cuts:
            spots.setdefault(name(at), line.interpolate(at / max(length, 1), normalized=True))
        for a, b in pairwise(cuts):
            cost = (b - a) / 1000 if key.cost_kind == "distance_m" else (b - a) * 3.6 / speed[edge] / 1000
            for tail, head, bit in ((name(a), name(b), 1), (name(b), name(a), 2)):
                if bits & bit and cost < graph.get_edge_data(tail, head, {"weight": np.inf})["weight"]:
                    graph.add_edge(tail, head, weight=cost)
        if own and bits:
            speed_in = network.mode(key.mode).access_speed_kph
            leg = access if key.cost_kind == "distance_m" else access * 3.6 / speed_in
            spot = name(int(found.along_mm[0]))
            graph.add_edge("place", spot, weight=leg)
            graph.add_edge(spot, "place", weight=leg)
    return graph if key.direction == "from" else graph.reverse(), spots


def costs_and_spots(network, key, place):
    """Return the cost and the position of every step of the roads."""
    graph, spots = stepped(network, key, place)
    costs = nx.single_source_dijkstra_path_length(graph, "place")
    return costs, spots


@pytest.mark.parametrize("seed", range(30))
def test_lines_hold_exactly_the_roads_within_the_cutoff(seed, random_network, random_points):
    """Of every 20 m of road: on the lines where networkx says within the cutoff, off them where beyond.

    Left out are steps within a hundredth of a unit of the cutoff (costs of the engine are integers) and spots where
    another road passes.
    """
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    place = random_points(rng, network, 1, "p")
    key = (BY_TIME if seed % 2 else BY_LENGTH)[("foot", "car")[seed // 2 % 2]]
    costs, spots = costs_and_spots(network, key, place)
    cutoff = 400.0 if key.cost_kind == "distance_m" else 60.0
    lines = service_lines(network, place, key=key, cutoffs=[cutoff], settings=ANYWHERE).geometry.iloc[0]
    reached = {name for name, cost in costs.items() if cost <= cutoff - 0.01 and name in spots}
    beyond = {name for name in spots if costs.get(name, np.inf) > cutoff + 0.01}
    if lines.is_empty:  # a place may reach no more than the spot where it stands
        assert len({spots[name].wkb for name in reached}) <= 1
        return
    for name in reached:
        assert shapely.distance(lines, spots[name]) < 0.002
    near = shapely.MultiPoint([spots[name] for name in spots if name not in beyond])
    for name in beyond:
        if shapely.distance(near, spots[name]) > STEP_MM / 1000:
            assert shapely.distance(lines, spots[name]) > 0


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("seed", range(15))
def test_areas_are_never_overstated(seed, together, random_network, random_points):
    """Every vertex, and points inside, lie within the buffer of a road that networkx reaches within the cutoff.

    Roads are stepped by 20 m, so a point may be half a step farther from the nearest step than from the road.
    """
    rng = np.random.default_rng(100 + seed)
    network = random_network(rng)
    places = random_points(rng, network, 3, "p")
    key = (BY_TIME if seed % 2 else BY_LENGTH)[("foot", "car")[seed // 2 % 2]]
    limits = [150.0, 400.0] if key.cost_kind == "distance_m" else [20.0, 60.0]
    shape = AreaShape(buffer_m=30.0, simplify_m=float(rng.choice([0.0, 2.0, 20.0])))
    areas = service_areas(
        network, places, key=key, cutoffs=limits, together=together, shape=shape, settings=ANYWHERE
    )  # fmt: skip
    assert areas.geometry.is_valid.all()
    assert areas["area_m2"].tolist() == areas.geometry.area.tolist()
    found = [costs_and_spots(network, key, places.iloc[[row]]) for row in range(3)]
    for place_id, cutoff, area in zip(areas["place_id"], areas.iloc[:, 3], areas.geometry, strict=True):
        rows = range(3) if together else [places.index.get_loc(place_id)]
        roads = shapely.union_all([_within(*found[row], network, key, cutoff) for row in rows])
        tested = [*shapely.get_coordinates(area), *_inside(area, rng)]
        for point in shapely.points(np.array(tested).reshape(-1, 2)):
            assert shapely.distance(roads, point) <= shape.buffer_m + 0.002


def _within(costs, spots, network, key, cutoff):
    """Return the roads within a cutoff as networkx knows them: steps whose costs say how far along them it leads."""
    speed = network.edge_speeds(key.mode)
    drawn = [shapely.Point(spots[name]) for name, cost in costs.items() if name in spots and cost <= cutoff + 0.001]
    for edge, (bits, line) in enumerate(zip(network.permitted(key.mode), network.lines(), strict=True)):
        if key.direction == "toward":
            bits = (bits & 1) << 1 | bits >> 1  # noqa: PLW2901 - seen from the place
        per_m = 1.0 if key.cost_kind == "distance_m" else 3.6 / speed[edge]
        length, planar = int(network.length_mm[edge]), line.length
        ends = {0: int(network.u[edge]), length: int(network.v[edge])}
        stops = {*ends, *(name[1] for name in costs if isinstance(name, tuple) and name[0] == edge)}
        for at in stops:
            left = cutoff + 0.001 - costs.get(ends.get(at, (edge, at)), np.inf)
            if left < 0 or not length:
                continue
            for bit, sign in ((1, 1), (2, -1)):
                if bits & bit:
                    far = np.clip((at / 1000 + sign * left / per_m) * planar / (length / 1000), 0, planar)
                    drawn.append(shapely.ops.substring(line, *sorted((at / length * planar, far))))
    return shapely.union_all(drawn)


def _inside(area, rng):
    """Return points by chance inside an area."""
    if area.is_empty:
        return []
    west, south, east, north = area.bounds
    points = np.column_stack((rng.uniform(west, east, 100), rng.uniform(south, north, 100)))
    return points[shapely.contains_xy(area, points)]


def test_a_straight_road_is_cut_at_the_millimetre(network_of, points_of):
    """A place 30 m beside a road, 100 m in all: 70 m to either side, with a rounded band around them.

    0 ------- 30 ==== 100 ==== 170 ------- 1000
                       |
                     place
    """
    network = network_of([[(0, 0), (1000, 0)]])
    place = points_of([(100, 30)])
    key = ReachKey("foot", "distance_m", "toward")
    (row,) = service_lines(network, place, key=key, cutoffs=[100.0], settings=ANYWHERE).itertuples()
    assert row.geometry.equals(shapely.MultiLineString([[(30, 0), (170, 0)]]))
    assert (row.place_id, row.status, row.beyond_m, row.cutoff_m, row.road_m) == ("p0", "attached", 0.0, 100.0, 140.0)
    shape = AreaShape(buffer_m=10.0, simplify_m=0.0)
    (area,) = service_areas(network, place, key=key, cutoffs=[100.0], shape=shape, settings=ANYWHERE).geometry
    exact = shapely.LineString([(30, 0), (170, 0)]).buffer(10, quad_segs=64)
    assert exact.contains(area)
    assert area.area > 0.97 * exact.area


def test_one_way_streets_are_obeyed_in_the_direction_asked(network_of, points_of):
    """People come along a one-way street from behind, a vehicle leaves along it ahead; walkers both ways."""
    network = network_of([[(0, 0), (1000, 0)]], oneway=[1])
    place = points_of([(500, 0)])
    for mode, direction, ends in (
        ("car", "toward", (400, 500)),
        ("car", "from", (500, 600)),
        ("foot", "from", (400, 600)),
    ):
        key = ReachKey(mode, "distance_m", direction)
        (line,) = service_lines(network, place, key=key, cutoffs=[100.0], settings=ANYWHERE).geometry
        assert line.bounds == (ends[0], 0, ends[1], 0)


def test_bands_add_up_and_do_not_overlap(random_network, random_points):
    """Bands of a place have the lengths and areas of the whole, touch at most, and begin where the one before ends."""
    rng = np.random.default_rng(3)
    network, key = random_network(rng), BY_LENGTH["foot"]
    places = random_points(rng, network, 4, "p")
    limits = [100.0, 250.0, 700.0]
    for make, column in ((service_lines, "road_m"), (service_areas, "area_m2")):
        whole = make(network, places, key=key, cutoffs=limits, settings=ANYWHERE)
        bands = make(network, places, key=key, cutoffs=limits, bands=True, settings=ANYWHERE)
        assert bands["beyond_m"].tolist() == [0.0, 100.0, 250.0] * 4
        summed = bands.groupby("place_id")[column].cumsum()
        np.testing.assert_allclose(summed, whole[column], rtol=1e-9, atol=1e-6)
        assert (whole.groupby("place_id")[column].diff().dropna() >= 0).all()
    for _, rows in bands.groupby("place_id"):
        first, second, third = rows.geometry
        for one, other in ((first, second), (first, third), (second, third)):
            assert shapely.intersection(one, other).area < 1e-6


def test_together_is_the_union_of_each(random_network, random_points):
    """The roads of all places as one are the roads of any of them, each once."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        network, key = random_network(rng), BY_TIME["car"]
        places = random_points(rng, network, 70, "p")  # more than a block
        each = service_lines(network, places, key=key, cutoffs=[15.0], settings=ANYWHERE)
        (row,) = service_lines(
            network, places, key=key, cutoffs=[15.0], together=True, settings=ANYWHERE
        ).itertuples()  # fmt: skip
        united = shapely.union_all(each.geometry.to_numpy())
        assert row.place_id == ""
        assert shapely.hausdorff_distance(united, row.geometry) < 0.003
        assert row.road_m <= each["road_m"].sum()


def test_results_do_not_depend_on_threads(random_network, random_points):
    """One thread or three: the same tables."""
    rng = np.random.default_rng(8)
    network = random_network(rng)
    places = random_points(rng, network, 9, "p")
    one, three = (
        service_areas(
            network,
            places,
            key=BY_LENGTH["foot"],
            cutoffs=[300.0, 600.0],
            settings=NetworkSettings(min_component_m=0, threads=threads),
        )
        for threads in (1, 3)
    )
    assert one.to_wkb().equals(three.to_wkb())


def test_places_without_roads_have_empty_areas_and_a_reason(network_of, points_of):
    """Off the network, on a fragment, farther from the road than the cutoff, closed roads: nothing is reached."""
    network = network_of([[(0, 0), (5000, 0)], [(100, 300), (200, 300)]])
    settings = NetworkSettings(max_snap_m=250, min_component_m=1000)
    places = points_of([(100, 900), (150, 310), (100, -200)])
    key = ReachKey("foot", "distance_m", "from")
    areas = service_areas(network, places, key=key, cutoffs=[150.0], settings=settings)
    assert areas["status"].tolist() == ["off_network", "on_fragment", "attached"]
    assert areas["area_m2"].tolist() == [0.0, 0.0, 0.0]
    assert areas.geometry.is_empty.all()
    every = service_areas(network, places.iloc[:2], key=key, cutoffs=[150.0], together=True, settings=settings)
    assert every["status"].tolist() == ["on_fragment"]
    none = service_areas(network, places.iloc[:0], key=key, cutoffs=[150.0], settings=settings)
    assert len(none) == 0
    assert none.columns.tolist() == areas.columns.tolist()


@pytest.mark.parametrize("cutoffs", [[], [-1.0], [float("nan")], [float("inf")]])
def test_impossible_cutoffs_are_told(cutoffs, network_of, points_of):
    """No cutoff, a negative one, one that is no number: one sentence."""
    key = ReachKey("foot", "distance_m", "from")
    with pytest.raises(NetworkError, match="cutoffs from 0 up"):
        service_lines(network_of([[(0, 0), (100, 0)]]), points_of([(0, 0)]), key=key, cutoffs=cutoffs)


def test_impossible_settings_are_told(network_of, points_of):
    """Straightening beyond the buffer, and a straight-line cost, are refused with a sentence."""
    with pytest.raises(NetworkError, match="simplify_m < buffer_m"):
        AreaShape(buffer_m=5, simplify_m=5)
    key = ReachKey("foot", "radius_m", "toward")
    with pytest.raises(NetworkError, match="along roads"):
        service_areas(network_of([[(0, 0), (100, 0)]]), points_of([(0, 0)]), key=key, cutoffs=[5.0])


def test_a_network_without_roads_reaches_nothing(empty_network, points_of):
    """No roads: every place is off the network, and its area is empty."""
    key = ReachKey("foot", "distance_m", "toward")
    for together in (False, True):
        areas = service_areas(empty_network, points_of([(0, 0)]), key=key, cutoffs=[5.0], together=together)
        assert areas["status"].tolist() == ["off_network"]
        assert areas.geometry.is_empty.all()
