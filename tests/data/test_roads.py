from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import connected_components

from tests.data.sample import in_metres, layer, points, table, traps

ISLANDS, FRAGMENTS = 7, 6


class Graph(NamedTuple):
    """The roads cut at every shared vertex: one row per edge, and the number of nodes."""

    edges: pd.DataFrame
    nodes: int


@cache
def _graph() -> Graph:
    roads = layer("roads/roads.geojson")
    degrees, line = shapely.get_coordinates(roads.geometry.to_numpy(), return_index=True)
    metres = shapely.get_coordinates(in_metres("roads/roads.geojson").geometry.to_numpy())
    vertex, uses = np.unique(degrees, axis=0, return_inverse=True, return_counts=True)[1:]
    first = np.concatenate([[True], line[1:] != line[:-1]])
    last = np.concatenate([line[1:] != line[:-1], [True]])
    is_node = (uses[vertex] > 1) | first | last
    step = np.concatenate([[0.0], np.hypot(*np.diff(metres, axis=0).T)])
    step[first] = 0.0
    edge = np.cumsum(is_node & ~first) - is_node * ~first  # of the vertex that ends the piece
    length = np.bincount(edge[~first], weights=step[~first])
    starts, ends = np.flatnonzero(is_node & ~last), np.flatnonzero(is_node & ~first)
    nodes = np.unique(vertex[is_node], return_inverse=True)[1]
    number = dict(zip(np.flatnonzero(is_node).tolist(), nodes.tolist(), strict=True))
    frame = pd.DataFrame({
        "u": [number[i] for i in starts.tolist()], "v": [number[i] for i in ends.tolist()], "length_m": length,
        "oneway": roads["oneway"].to_numpy()[line[starts]], "setting": roads["setting"].to_numpy()[line[starts]],
    })  # fmt: skip
    return Graph(frame, int(nodes.max()) + 1)


def _components(connection: str) -> npt.NDArray[np.int32]:
    edges, nodes = _graph()
    forward, backward = edges[edges["oneway"] != "-1"], edges[edges["oneway"] != "yes"]
    tails, heads = np.r_[forward["u"], backward["v"]], np.r_[forward["v"], backward["u"]]
    graph = sp.csr_array((np.ones(len(tails)), (tails, heads)), shape=(nodes, nodes))
    return connected_components(graph, connection=connection)[1]


def test_roads_are_lines_with_known_classes():
    """Every line has two vertices or more, a class that modes know and one of three one-way values."""
    roads = layer("roads/roads.geojson")
    assert set(roads.geom_type) == {"LineString"}
    assert set(roads["road_class"]) == {"trunk", "primary", "secondary", "tertiary", "residential", "unclassified"}
    assert set(roads["oneway"]) == {"yes", "no", "-1"}


def test_there_are_thirty_to_sixty_thousand_nodes():
    """Cut at shared vertices, the roads have 30,000 to 60,000 nodes."""
    assert 30_000 <= _graph().nodes <= 60_000


def test_blocks_in_towns_are_150_to_250_metres():
    """The middle four fifths of town edges lie between 150 and 250 m, and no edge is shorter than 20 m."""
    edges = _graph().edges
    low, high = np.percentile(edges.loc[edges["setting"] == "town", "length_m"], [10, 90])
    assert 150 <= low < high <= 250
    assert edges["length_m"].min() > 20


def test_one_in_eight_edges_is_one_way():
    """Between 5 and 20 % of the edges are one-way, in both senses of drawing."""
    oneway = _graph().edges["oneway"]
    assert 0.05 <= (oneway != "no").mean() <= 0.20
    assert {"yes", "-1"} <= set(oneway)


def test_only_islands_and_fragments_are_apart():
    """The mainland is one component; seven islands and six fragments under 1 km are the others."""
    weak = _components("weak")
    edges = _graph().edges
    road_m = np.bincount(weak[edges["u"]], weights=edges["length_m"])
    fragment = np.bincount(weak[edges["u"]], weights=edges["setting"] == "fragment") > 0
    assert fragment.sum() == FRAGMENTS
    assert road_m[fragment].max() < 1000
    assert len(road_m) == 1 + ISLANDS + FRAGMENTS
    assert np.sort(road_m)[FRAGMENTS] > 10_000


@pytest.mark.parametrize("connection", ["weak", "strong"])
def test_one_way_streets_cut_nothing_off(connection: str):
    """Against one-way streets the components are the same: no corner can be entered and not left."""
    assert _components(connection).max() + 1 == 1 + ISLANDS + FRAGMENTS


def test_islands_have_no_land_link():
    """No road on an island touches any other cell."""
    roads = in_metres("roads/roads.geojson").geometry
    cells = in_metres("boundaries/townships.geojson").set_index("code").geometry
    islands = cells[cells.index.str.startswith("210224") | cells.index.isin(["210283120", "210283216"])]
    assert len(islands) == ISLANDS
    for code, island in islands.items():
        own = roads[roads.intersects(island)]
        assert len(own)
        assert not own.intersects(cells.drop(code).union_all()).any()


def test_only_the_declared_points_are_off_the_network():
    """All residential points are within 200 m of a road that is no fragment, but for the declared ones."""
    roads = in_metres("roads/roads.geojson")
    whole = shapely.STRtree(roads.geometry[roads["setting"] != "fragment"].to_numpy())
    demand = points("population/demand.csv").to_numpy()
    distance = pd.Series(
        whole.query_nearest(demand, return_distance=True, all_matches=False)[1],
        index=table("population/demand.csv")["demand_id"],
    )
    apart = traps()["off_network_points"] + traps()["on_fragment_points"]
    assert (distance[apart] > 500).all()
    assert distance.drop(apart).max() < 200


def test_points_on_fragments_have_a_fragment_near():
    """The points declared to stand on a fragment are within 500 m of one, those off the network of none."""
    roads = in_metres("roads/roads.geojson")
    fragments = shapely.union_all(roads.geometry[roads["setting"] == "fragment"].to_numpy())
    distance = points("population/demand.csv").distance(fragments).set_axis(table("population/demand.csv")["demand_id"])
    assert (distance[traps()["on_fragment_points"]] < 500).all()
    assert (distance[traps()["off_network_points"]] > 500).all()
