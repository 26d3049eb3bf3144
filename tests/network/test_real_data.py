"""Malta, where the real layers are at hand."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from planner.layers import FaultLog
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
from planner.network.rules import RoadRules

FOLDER = os.environ.get("PLANNER_REAL_DATA", "")
MALTA = Path(FOLDER) / "osm-malta" / "malta.osm.pbf"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FOLDER or not MALTA.is_file(), reason="PLANNER_REAL_DATA names no folder with osm-malta"),
]


@pytest.fixture(scope="module")
def malta():
    """Malta's roads in UTM 33N, and what was told of them."""
    log = FaultLog()
    network = read_network(RoadSource(path=MALTA, kind="osm"), crs="EPSG:32633", modes=default_modes(), log=log)
    return network, log.to_frame()


def test_network_is_that_of_the_islands(malta):
    """Length and components are those of the extract's description; Gozo and Comino are components of their own.

    The description counts 3,717 km and 393 components with areas as roads; without them it is 3,615 km.
    """
    network, told = malta
    assert network.length_mm.sum() / 1e6 == pytest.approx(3_615, rel=0.005)
    summary = network.component_summary("walk")
    assert 350 <= len(summary) <= 420
    assert summary["road_m"][0] / summary["road_m"].sum() == pytest.approx(0.83, abs=0.01)
    assert summary["road_m"][1] > 500_000  # Gozo
    assert 15_000 < summary["road_m"][2] < 25_000  # Comino
    restricted = {"restriction_members", "access_conditional"}
    assert set(told["code"]) == {"highway_area", "class_not_used", "loop", "duplicate_road"} | restricted


@pytest.mark.parametrize("direction", ["toward", "from"])
@pytest.mark.parametrize(
    ("mode", "kind", "weight"), [("walk", "distance_m", "length_mm"), ("drive", "travel_time_s", "time_ms")]
)
def test_sampled_costs_equal_networkx(malta, mode, kind, weight, direction):
    """A hundred costs between junctions equal networkx on the graph that is handed out."""
    network, _ = malta  # networkx walks from node to node, so without rules for turns and barriers
    network = replace(network, rules=RoadRules(oneway=network.rules.oneway, zone=network.rules.zone))
    rng = np.random.default_rng(1)
    settings = NetworkSettings(max_snap_m=0.001)
    usable = np.flatnonzero(network.components(mode).of_node == 0)
    nodes = rng.choice(usable, 60, replace=False)
    table = pd.DataFrame({"x": network.node_x[nodes], "y": network.node_y[nodes]}, index=[f"n{node}" for node in nodes])
    places, demand = table.iloc[:10], table.iloc[10:]
    label = ReachLabel(ReachKey(mode, kind, direction), "demand", "school")
    found = reaches(
        network,
        places=places,
        demand=demand,
        anchors=demand.iloc[:0],
        needs=[Need(label, 2**31 - 2, tuple(places.index))],
        settings=settings,
        k=10,
    )
    graph = network.to_networkx(mode)
    graph = graph if direction == "from" else graph.reverse(copy=False)
    frame = found.bounded[label].to_frame()
    held = dict(zip(zip(frame["place_id"], frame["target_id"], strict=True), frame[kind], strict=True))
    for place in places.index:
        costs = nx.single_source_dijkstra_path_length(graph, int(place[1:]), weight=weight)
        for target in demand.index[:10]:
            assert held.get((place, target), np.nan) == pytest.approx(
                costs.get(int(target[1:]), np.nan) / 1000, nan_ok=True
            )
