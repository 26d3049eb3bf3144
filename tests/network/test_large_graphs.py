"""Large real road graphs, where they are at hand: sampled costs against scipy."""

from __future__ import annotations

import gzip
import lzma
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from planner.network import Attachments, Mode, ReachKey, ReachLabel, RoadNetwork
from planner.network.bounded import bounded_reach
from planner.network.legs import roads_of
from planner.network.nearest import nearest_places
from planner.network.views import mode_view

FOLDER = os.environ.get("PLANNER_REAL_DATA", "")
GRAPHS = Path(FOLDER) / "networks"
LABEL = ReachLabel(ReachKey("car", "distance_m", "from"), "demand", "s")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER or not GRAPHS.is_dir(), reason="PLANNER_REAL_DATA names no folder with networks"),
]


def moscow():
    """Return ends of edges and planar lengths in millimetres: 411,992 nodes, 440 components."""
    xy = np.frombuffer(gzip.decompress((GRAPHS / "moscow.co.bin.gz").read_bytes()), dtype="<i4").reshape(-1, 2)
    ends = np.frombuffer(gzip.decompress((GRAPHS / "moscow.gr.bin.gz").read_bytes()), dtype="<i4").reshape(-1, 2) - 1
    apart = xy[ends[:, 0]] - xy[ends[:, 1]]
    return len(xy), ends, np.maximum(np.rint(np.hypot(*apart.T) / 1.78 * 1000), 1).astype(np.int64)


def florida():
    """Return ends of edges and lengths by chance: 1,070,376 nodes."""
    with lzma.open(GRAPHS / "FLA.gr.xz", "rt") as text:
        count = int(next(text).split()[2])
        ends = np.array([line.split() for line in text if line[:1].isdigit()], dtype=np.int64) - 1
    lengths = np.random.default_rng(1).integers(1, 200_000, len(ends))
    return count, ends, lengths


@pytest.fixture(scope="module", params=[moscow, florida])
def graph(request):
    """Return a network, a tenth of whose edges are one-way, and points at all nodes that have an edge."""
    count, ends, lengths = request.param()
    u, v = ends.T.astype(np.int32)
    network = RoadNetwork(
        crs="EPSG:4550",
        modes={"car": Mode(name="car", speed_kph={"street": 30.0}, access_speed_kph=5.0, obeys_oneway=True)},
        classes=("street",),
        node_x=np.zeros(count),
        node_y=np.zeros(count),
        u=u.copy(),
        v=v.copy(),
        length_mm=lengths,
        class_code=np.zeros(len(u), dtype=np.int16),
        oneway=(np.random.default_rng(2).random(len(u)) < 0.1).astype(np.int8),
        barred={"car": np.zeros(len(u), dtype=bool)},
        offsets=np.arange(0, 2 * len(u) + 1, 2, dtype=np.int64),
        coords=np.zeros((2 * len(u), 2)),
    )
    edge = np.full(count, -1, dtype=np.int32)
    edge[u] = np.arange(len(u))
    nodes = np.flatnonzero(edge >= 0)
    edge, none = edge[nodes], np.zeros(len(nodes), dtype=np.int64)
    points = Attachments(
        ids=pd.Index([f"{node:08d}" for node in nodes], dtype="str"),
        status=none.astype(np.int8),
        edge=edge,
        along_mm=none,
        rest_mm=lengths[edge],
        access_mm=none,
        component=none.astype(np.int32),
    )
    roads = roads_of(network, "car", mode_view(network, "car", "distance_m"), "from")
    arcs = roads.arcs
    return roads, nodes, points, sp.csr_array((arcs.costs.astype(float), arcs.heads, arcs.indptr), shape=(count, count))


def as_costs(found):
    """Return scipy's distances as integers, -1 for none."""
    return np.where(np.isfinite(found), found, -1).astype(np.int64)


def test_sampled_costs_equal_scipy(graph):
    """Ten thousand pairs, without and with a cutoff, cost what scipy says."""
    roads, nodes, points, matrix = graph
    rng = np.random.default_rng(3)
    here, there = (np.sort(rng.choice(len(nodes), size, replace=False)) for size in (5, 2_000))
    expected = as_costs(dijkstra(matrix, indices=nodes[here])[:, nodes[there]])
    for cutoff in (2**31 - 2, int(np.median(expected[expected >= 0]))):
        found = bounded_reach(LABEL, roads, points.take(here), points.take(there), cutoff=cutoff, threads=2)
        costs = np.full(expected.shape, -1, dtype=np.int64)
        costs[np.repeat(np.arange(len(here)), np.diff(found.indptr)), found.indices] = found.costs
        np.testing.assert_array_equal(costs, np.where(expected <= cutoff, expected, -1))


def test_nearest_costs_equal_scipy(graph):
    """The cost of the nearest of 500 places is scipy's at every node, and it is the cost of the owner named."""
    roads, nodes, points, matrix = graph
    here = np.sort(np.random.default_rng(4).choice(len(nodes), 500, replace=False))
    found = nearest_places(LABEL, roads, points.take(here), points, k=1)
    expected, _, source = dijkstra(matrix, indices=nodes[here], min_only=True, return_predecessors=True)
    np.testing.assert_array_equal(found.costs[:, 0], as_costs(expected[nodes]))
    named = np.where(found.place[:, 0] >= 0, nodes[here][found.place[:, 0]], -9999)
    differing = np.flatnonzero(named != source[nodes])
    assert len(differing) < 0.01 * len(nodes)  # ties, which scipy breaks in its own way
