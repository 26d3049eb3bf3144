"""Attaching points to edges."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

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
    settings = NetworkSettings(min_component_m=0)
    points = points_of([(500, 10)])
    assert Snapper(network, "foot", settings).attach(points).edge.tolist() == [0]
    assert Snapper(network, "car", settings).attach(points).edge.tolist() == [1]


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
    settings = NetworkSettings(max_snap_m=300, min_component_m=0)
    found = Snapper(network, "car", settings).attach(points)
    edges = np.flatnonzero(network.permitted("car"))
    drawn = shapely.points(points[["x", "y"]].to_numpy())
    distance = shapely.distance(network.lines()[edges][None, :], drawn[:, None])
    best = distance.argmin(axis=1)
    near = distance.min(axis=1) <= 300
    np.testing.assert_array_equal(found.edge, np.where(near, edges[best], -1))
    np.testing.assert_array_equal(found.access_mm[near], np.rint(distance.min(axis=1)[near] * 1000))
