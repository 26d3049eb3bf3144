"""Real roads of four places: every junction's nearest place, and everything within a limit, against scipy."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from planner.network import (
    Need,
    NetworkSettings,
    ReachKey,
    ReachLabel,
    RoadSource,
    default_modes,
    reaches,
    read_network,
)
from planner.network.graph import BACKWARD, FORWARD
from tests.network.test_against_osmnx import EXTRACTS, FOLDER, WUHAN

SETTINGS = NetworkSettings(max_snap_m=10.0, min_component_m=0.0)
PLACES = 40

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module", params=[*EXTRACTS, "wuhan"])
def network(request, tmp_path_factory):
    """Return the roads of one place, for walkers, and for drivers whom no turn is forbidden."""
    modes = default_modes()
    modes = {"walk": modes["walk"], "drive": replace(modes["drive"], restriction_tags=())}
    if request.param == "wuhan":
        if not WUHAN.is_file():
            pytest.skip("PLANNER_REAL_DATA names no folder with china-wuhan-osm")
        path = tmp_path_factory.mktemp("wuhan") / "roads.gpkg"
        lines = gpd.read_parquet(WUHAN).to_crs("EPSG:4326").assign(road_class="road")
        lines[["road_class", "geometry"]].to_file(path)
        return read_network(RoadSource(path=path), crs="EPSG:32650", modes=modes)
    name, crs = EXTRACTS[request.param]
    if not (FOLDER / name).is_file():
        pytest.skip(f"PLANNER_REAL_DATA names no folder with {name}")
    return read_network(RoadSource(path=FOLDER / name, kind="osm"), crs=crs, modes=modes)


def matrix_of(network, mode, kind, direction):
    """Return the arcs as a sparse matrix, made from the edge table: barriers cut, parallel arcs reduced, no loops.

    An arc of no length costs a thousandth of the unit here, since scipy takes zeros for absent; sums of them stay far
    below one unit.
    """
    bits, length = network.permitted(mode), network.length_mm
    cost = length if kind == "distance_m" else np.rint(length * 3.6 / network.edge_speeds(mode))
    blocked = np.zeros(network.node_count, dtype=bool)
    blocked[network.rules.blocked.get(mode, np.zeros(0, dtype=np.int32))] = True
    open_ = ~blocked[network.u] & ~blocked[network.v] & (network.u != network.v)
    forward, backward = open_ & ((bits & FORWARD) > 0), open_ & ((bits & BACKWARD) > 0)
    arcs = pd.DataFrame(
        {
            "tail": np.concatenate((network.u[forward], network.v[backward])),
            "head": np.concatenate((network.v[forward], network.u[backward])),
            "cost": np.maximum(np.concatenate((cost[forward], cost[backward])).astype(float), 1e-3),
        }
    )
    arcs = arcs.groupby(["tail", "head"], as_index=False)["cost"].min()
    ends = (arcs["tail"], arcs["head"]) if direction == "from" else (arcs["head"], arcs["tail"])
    return sp.csr_array((arcs["cost"], ends), shape=(network.node_count, network.node_count)), blocked


@pytest.mark.parametrize(
    ("mode", "kind", "limit"), [("walk", "distance_m", 1_500_000), ("drive", "travel_time_s", 300_000)]
)
@pytest.mark.parametrize("direction", ["toward", "from"])
def test_all_junctions_equal_scipy(network, mode, kind, limit, direction):
    """The nearest of forty places for every junction, and all junctions within the limit of each, cost the same."""
    matrix, blocked = matrix_of(network, mode, kind, direction)
    used = np.zeros(network.node_count, dtype=bool)
    edges = network.permitted(mode) > 0
    used[network.u[edges]] = used[network.v[edges]] = True
    nodes = np.flatnonzero(used & ~blocked & ~on_one_spot(network, mode))
    here = np.random.default_rng(5).choice(nodes, PLACES, replace=False)
    places, demand = points_at(network, np.sort(here), "p"), points_at(network, nodes, "d")
    label = ReachLabel(ReachKey(mode, kind, direction), "demand", "s")
    found = reaches(
        network,
        places=places,
        demand=demand,
        anchors=demand[:0],
        needs=[Need(label, limit, tuple(places.index))],
        settings=SETTINGS,
    )
    all_costs = dijkstra(matrix, indices=np.sort(here))[:, nodes]
    reached = np.isfinite(all_costs)
    expected = np.where(reached, np.floor(np.where(reached, all_costs, 0) + 0.5), -1).astype(np.int64)
    best = np.where(expected < 0, np.iinfo(np.int64).max, expected).min(axis=0)
    nearest = found.nearest[label].costs[:, 0]
    np.testing.assert_array_equal(nearest, np.where(reached.any(axis=0), best, -1))
    reach = found.bounded[label]
    within = np.full(expected.shape, -1, dtype=np.int64)
    within[np.repeat(np.arange(PLACES), np.diff(reach.indptr)), reach.indices] = reach.costs
    np.testing.assert_array_equal(within, np.where((expected >= 0) & (expected <= limit), expected, -1))
    assert (within >= 0).sum() > 10 * PLACES


def on_one_spot(network, mode):
    """Return junctions that share their spot with another or lie under a road: what attaches there is open."""
    edges = np.flatnonzero(network.permitted(mode) > 0)
    lines = gpd.GeoSeries(network.lines()[edges])
    spots = gpd.GeoSeries(gpd.points_from_xy(network.node_x, network.node_y))
    node, line = lines.sindex.query(spots, predicate="dwithin", distance=1e-6)
    elsewhere = (network.u[edges[line]] != node) & (network.v[edges[line]] != node)
    found = np.zeros(network.node_count, dtype=bool)
    found[node[elsewhere]] = True
    return found


def points_at(network, nodes, prefix):
    """Return points at junctions."""
    index = pd.Index([f"{prefix}{node:07d}" for node in nodes], dtype="str")
    return pd.DataFrame({"x": network.node_x[nodes], "y": network.node_y[nodes]}, index=index)
