"""Attaching points to edges."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import NetworkError
from planner.network import Attachments, NetworkSettings, Snapper


def test_points_attach_at_a_fraction_of_the_nearest_edge(network_of, points_of):
    """A point beside a bent road: access leg, metres along and rest, component."""
    network = network_of([[(0, 0), (100, 0), (100, 100)]])
    found = Snapper(network, "foot", NetworkSettings(min_component_m=0)).attach(points_of([(90, 40), (25, -7)]))
    assert found.along_mm.tolist() == [140_000, 25_000]
    assert found.rest_mm.tolist() == [60_000, 175_000]
    assert found.access_mm.tolist() == [10_000, 7_000]
    frame = found.to_frame()
    assert frame["status"].tolist() == ["attached", "attached"]
    assert frame["access_m"].tolist() == [10.0, 7.0]
    assert frame["component"].tolist() == [0, 0]


def test_fragments_and_the_open_country_are_told_apart(network_of, points_of):
    """A point near a fragment goes to the network if that is near enough, else it is on a fragment, else off.

    main road ------------------------ y = 0      fragment -- y = 300
    """
    network = network_of([[(0, 0), (5000, 0)], [(100, 300), (200, 300)]])
    points = points_of([(150, 290), (150, 600), (150, 900), (150, 500)])
    found = Snapper(network, "foot", NetworkSettings(max_snap_m=400, min_component_m=1000)).attach(points)
    frame = found.to_frame()
    assert frame["status"].tolist() == ["attached", "on_fragment", "off_network", "on_fragment"]
    assert frame["access_m"].tolist()[0] == 290.0
    assert np.isnan(frame["access_m"].tolist()[1:]).all()
    assert frame["component"].tolist() == [0, -1, -1, -1]
    assert found.edge.tolist()[1:] == [-1, -1, -1]


def test_the_limits_themselves_still_count(network_of, points_of):
    """A point exactly at max_snap_m attaches, and a component of exactly min_component_m is no fragment."""
    network = network_of([[(0, 0), (1000, 0)]])
    points = points_of([(500, 400), (500, 400.001)])
    found = Snapper(network, "foot", NetworkSettings(max_snap_m=400, min_component_m=1000)).attach(points)
    assert found.to_frame()["status"].tolist() == ["attached", "off_network"]
    found = Snapper(network, "foot", NetworkSettings(max_snap_m=400, min_component_m=1000.001)).attach(points)
    assert found.to_frame()["status"].tolist() == ["on_fragment", "off_network"]


def test_ties_fall_to_the_lowest_edge(network_of, points_of):
    """A point as near to several edges (a junction, a street drawn twice) attaches to the lowest number."""
    north, east = [(0, 0), (0, 100)], [(0, 0), (100, 0)]
    for shapes in ([north, east, north], [east, north, east]):
        found = Snapper(network_of(shapes), "foot", NetworkSettings(min_component_m=0)).attach(
            points_of([(-3, -4), (5, 5), (0, 0)])
        )
        assert found.edge.tolist() == [0, 0, 0]
        assert found.along_mm.tolist() == [0, 5_000, 0]


def test_attachments_survive_their_table(network_of, points_of):
    """The access table holds all there is to know of how points attach."""
    network = network_of([[(0, 0), (5000, 0)], [(100, 300), (200, 300)]])
    points = points_of([(150, 290), (150, 600), (150, 900)])
    found = Snapper(network, "foot", NetworkSettings(max_snap_m=400)).attach(points)
    again = Attachments.from_frame(found.to_frame())
    assert again.ids.equals(found.ids)
    for name in ("status", "edge", "along_mm", "rest_mm", "access_mm", "component"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
        assert getattr(again, name).dtype == getattr(found, name).dtype


def test_only_permitted_edges_are_looked_at(network_of, points_of):
    """A car attaches to the street farther away, a walker to the path at hand."""
    network = network_of([[(0, 0), (1000, 0)], [(0, 50), (1000, 50)]], classes=["path", "street"])
    options = NetworkSettings(min_component_m=0)
    points = points_of([(500, 10)])
    assert Snapper(network, "foot", options).attach(points).edge.tolist() == [0]
    assert Snapper(network, "car", options).attach(points).edge.tolist() == [1]


def test_edges_without_length_can_be_attached_to(network_of, points_of):
    """An edge whose ends lie on one spot has no fraction to speak of; the point is at its start."""
    network = network_of([[(0, 0), (0.0002, 0)]])
    found = Snapper(network, "foot", NetworkSettings(min_component_m=0)).attach(points_of([(0, 3)]))
    assert (found.along_mm[0], found.rest_mm[0], found.access_mm[0]) == (0, 1, 3_000)


def test_a_mode_without_roads_attaches_nothing(network_of, points_of):
    """Where no road is open to a mode every point is off its network."""
    network = network_of([[(0, 0), (100, 0)]], classes=["path"])
    found = Snapper(network, "car", NetworkSettings()).attach(points_of([(0, 0)]))
    assert found.to_frame()["status"].tolist() == ["off_network"]


@pytest.mark.parametrize("seed", range(5))
def test_nearest_edge_equals_looking_at_every_edge(seed, random_network, random_points):
    """Edge and access leg equal the first smallest distance over all edges."""
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    points = random_points(rng, network, 60, "p")
    options = NetworkSettings(max_snap_m=300, min_component_m=0)
    found = Snapper(network, "car", options).attach(points)
    edges = np.flatnonzero(network.permitted("car"))
    drawn = shapely.points(points[["x", "y"]].to_numpy())
    distance = shapely.distance(network.lines()[edges][None, :], drawn[:, None])
    best = distance.argmin(axis=1)
    near = distance.min(axis=1) <= 300
    np.testing.assert_array_equal(found.edge, np.where(near, edges[best], -1))
    np.testing.assert_array_equal(found.access_mm[near], np.rint(distance.min(axis=1)[near] * 1000))


def located(line: shapely.LineString, x: float, y: float) -> tuple[float, float]:
    """Return distance and metres along of the nearest spot of a line, segment by segment; of several the first."""
    best, begun = (np.inf, 0.0), 0.0
    coords = shapely.get_coordinates(line)
    for (ax, ay), (bx, by) in pairwise(coords.tolist()):
        size = np.hypot(bx - ax, by - ay)
        share = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / size**2, 0, 1) if size else 0.0
        distance = np.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay))
        if distance < best[0] - 1e-9:
            best = distance, begun + share * size
        begun += size
    return best


GRID = st.integers(0, 4).map(float)
SPOT = st.tuples(GRID, GRID)
SHAPE = st.lists(SPOT, min_size=2, max_size=4)


@given(
    shapes=st.lists(SHAPE, min_size=1, max_size=8),
    turned=st.lists(st.integers(0, 7), max_size=4),
    points=st.lists(st.tuples(*[st.integers(-3, 19).map(lambda at: at / 4)] * 2), min_size=1, max_size=12),
    max_snap=st.sampled_from([0.25, 1.0, 2.5, 50.0]),
    min_component=st.sampled_from([0.0, 2.0, 6.0]),
)
@settings(max_examples=200)
def test_snapping_equals_every_edge_segment_by_segment(
    shapes, turned, points, max_snap, min_component, network_of, points_of
):
    """On a grid, where everything ties: edge, spot along it, access leg, component and status are those of plain loops.

    Roads lie on a small grid, some drawn twice, forwards or backwards, some without length, some loops; points lie on
    nodes, on crossings and midway between roads.
    """
    drawn = shapes + [shapes[at][::-1] for at in turned if at < len(shapes)]
    network = network_of(drawn, classes=["street", "path", *["street"] * len(drawn)][: len(drawn)])
    options = NetworkSettings(max_snap_m=max_snap, min_component_m=min_component)
    for mode in ("foot", "car"):
        found = Snapper(network, mode, options).attach(points_of(points))
        components = network.components(mode)
        usable = np.flatnonzero(network.permitted(mode) > 0).tolist()
        road = {edge: components.road_mm[components.of_node[network.u[edge]]] for edge in usable}
        for row, (x, y) in enumerate(points):
            near = [(*located(network.lines()[edge], x, y), edge) for edge in usable]
            near = [(distance, along, edge) for distance, along, edge in near if distance <= max_snap + 1e-12]
            eligible = [spot for spot in near if road[spot[2]] >= min_component * 1000]
            if not eligible:
                assert found.status[row] == (2 if near else 1)
                assert (found.edge[row], found.along_mm[row], found.access_mm[row], found.component[row]) == (
                    -1,
                    -1,
                    0,
                    -1,
                )
                continue
            least = min(eligible)[0]
            distance, along, edge = min(
                (spot for spot in eligible if spot[0] <= least + 1e-9), key=lambda spot: spot[2]
            )
            assert found.status[row] == 0
            assert found.access_mm[row] == round(distance * 1000)
            assert found.component[row] == components.of_node[network.u[edge]]
            assert found.along_mm[row] + found.rest_mm[row] == network.length_mm[found.edge[row]]
            assert found.edge[row] == edge
            length = network.lines()[edge].length
            assert abs(found.along_mm[row] - along / max(length, 1e-9) * network.length_mm[edge]) <= 1


def test_no_roads_and_no_points(empty_network, network_of, points_of):
    """Without roads every point is off the network; without points there is nothing to attach."""
    found = Snapper(empty_network, "foot", NetworkSettings()).attach(points_of([(0, 0), (1, 1)]))
    assert found.to_frame()["status"].tolist() == ["off_network", "off_network"]
    assert len(Snapper(network_of([[(0, 0), (1, 0)]]), "foot", NetworkSettings()).attach(points_of([])).ids) == 0


def test_order_of_points_does_not_matter(random_network, random_points):
    """Points attach alike in whichever order they come, also those on one spot."""
    rng = np.random.default_rng(1)
    network = random_network(rng)
    points = random_points(rng, network, 80, "p")
    snapper = Snapper(network, "car", NetworkSettings(max_snap_m=300, min_component_m=0))
    shuffled = points.iloc[rng.permutation(len(points))]
    pd.testing.assert_frame_equal(
        snapper.attach(points).to_frame(), snapper.attach(shuffled).to_frame().loc[points.index]
    )  # fmt: skip


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_points_without_a_position_are_named(missing, network_of, points_of):
    """A coordinate that is missing or infinite: one sentence with the point's id."""
    points = points_of([(0, 0), (1, missing)])
    with pytest.raises(NetworkError, match=r"x and y for every point, found 1 without \(p1\)"):
        Snapper(network_of([[(0, 0), (100, 0)]]), "foot", NetworkSettings()).attach(points)
