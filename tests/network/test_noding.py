"""From ways to a network."""

from __future__ import annotations

from dataclasses import fields

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.layers import FaultLog
from planner.network import RoadSource, default_modes
from planner.network.lines import ways_of_lines
from planner.network.noding import build_network, without_repeats

SOURCE = RoadSource(path="roads.gpkg")


def noded(shapes, *, road_class="residential", oneway=""):
    """Return the network of polylines."""
    classes = [road_class] * len(shapes) if isinstance(road_class, str) else road_class
    flags = [oneway] * len(shapes) if isinstance(oneway, str) else oneway
    table = {"road_class": classes, "oneway": flags}
    lines = gpd.GeoDataFrame(table, geometry=[shapely.LineString(shape) for shape in shapes], crs="EPSG:4550")
    ways = ways_of_lines(lines, source=SOURCE, modes=default_modes(), log=FaultLog())
    return build_network(without_repeats(ways), crs="EPSG:4550", modes=default_modes())


def ends(network):
    """Return the ends of every edge and its length in metres, sorted."""
    x, y = network.node_x, network.node_y
    return sorted(
        (sorted([(x[u], y[u]), (x[v], y[v])]), length / 1000)
        for u, v, length in zip(network.u, network.v, network.length_mm, strict=True)
    )


def test_ways_are_cut_at_shared_vertices_and_ends():
    r"""A crossing with a shared vertex makes four edges; vertices of one way only stay inside their edge.

    .        (5,5)
               |
    (0,0)----(5,0)--(7,0)--(10,0)        (7,0) is in one line only
               |
             (5,-5)
    """
    network = noded([[(0, 0), (5, 0), (7, 0), (10, 0)], [(5, 5), (5, 0), (5, -5)]])
    assert ends(network) == [
        ([(0, 0), (5, 0)], 5.0),
        ([(5, -5), (5, 0)], 5.0),
        ([(5, 0), (5, 5)], 5.0),
        ([(5, 0), (10, 0)], 5.0),
    ]
    assert np.diff(network.offsets).tolist().count(3) == 1


def test_a_bridge_does_not_meet_the_road_below():
    """Lines that cross without a common vertex stay apart; an end on the inside of another line does, too."""
    network = noded([[(0, 0), (10, 0)], [(5, -5), (5, 5)], [(3, 0), (3, 9)]])
    assert network.edge_count == 3
    assert len(network.component_summary("walk")) == 3


def test_an_end_on_a_vertex_cuts():
    """A side street that ends on a vertex of the main street cuts it."""
    network = noded([[(0, 0), (5, 0), (10, 0)], [(5, 0), (5, 9)]])
    assert network.edge_count == 3


def test_rings_and_figures_of_eight_become_loops():
    """A closed way is a loop at its end; a way that meets itself is cut there."""
    ring = noded([[(0, 0), (4, 0), (4, 3), (0, 0)]])
    assert (ring.node_count, ring.edge_count, ring.length_mm.tolist()) == (1, 1, [12_000])
    eight = noded([[(0, 0), (4, 0), (4, 3), (0, 0), (-4, 0), (-4, -3), (0, 0)]])
    assert (eight.node_count, eight.edge_count) == (1, 2)
    lasso = noded([[(-9, 0), (0, 0), (4, 0), (4, 3), (0, 0)]])
    assert (lasso.node_count, lasso.edge_count) == (2, 2)


def test_repeated_vertices_do_not_cut():
    """A vertex given twice in a row is one; a way without length leaves nothing."""
    network = noded([[(0, 0), (5, 0), (5, 0), (10, 0)], [(1, 1), (1, 1)]])
    assert ends(network) == [([(0, 0), (10, 0)], 10.0)]


def test_parallel_edges_are_kept():
    """Two ways between the same ends are two edges, also when they are drawn alike."""
    straight, bent = [(0, 0), (10, 0)], [(0, 0), (5, 5), (10, 0)]
    network = noded([straight, bent, straight[::-1]])
    assert network.edge_count == 3
    assert sorted(network.length_mm.tolist()) == [10_000, 10_000, 14_142]


def test_edges_between_different_nodes_have_at_least_a_millimetre():
    """Two nodes closer than half a millimetre are joined by an edge of one."""
    assert noded([[(0, 0), (0.0002, 0)]]).length_mm.tolist() == [1]


def test_one_way_follows_the_line():
    """The direction of a one-way street is that of its line, in every piece."""
    network = noded([[(0, 0), (5, 0), (10, 0)], [(5, 0), (5, 5)]], oneway=["-1", ""])
    for edge in np.flatnonzero(network.oneway):
        assert network.oneway[edge] == -1
        assert network.node_x[network.u[edge]] < network.node_x[network.v[edge]]
    assert sorted(network.oneway.tolist()) == [-1, -1, 0]


@pytest.mark.parametrize("seed", range(10))
def test_row_order_does_not_change_the_network(seed):
    """Permuted lines give the same network, array by array: grids with bends, copies, loops and mixed classes."""
    rng = np.random.default_rng(seed)
    shapes, classes, flags = [], [], []
    for _ in range(60):
        count = int(rng.integers(2, 6))
        shapes.append([tuple(map(float, point)) for point in rng.integers(0, 6, (count, 2))])
        if len(set(shapes[-1])) == 1:
            shapes[-1] = [*shapes[-1], (9.0, 9.0)]
        classes.append(str(rng.choice(["residential", "footway", "primary"])))
        flags.append(str(rng.choice(["", "yes", "-1"])))
    order = rng.permutation(60)
    first = noded(shapes, road_class=classes, oneway=flags)
    second = noded(
        [shapes[at] for at in order],
        road_class=[classes[at] for at in order],
        oneway=[flags[at] for at in order],
    )
    for field in fields(first):
        a, b = getattr(first, field.name), getattr(second, field.name)
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, err_msg=field.name)


def test_total_length_is_that_of_the_lines():
    """Cutting loses no road."""
    rng = np.random.default_rng(3)
    shapes = [[tuple(map(float, point)) for point in rng.integers(0, 8, (5, 2))] for _ in range(50)]
    total = sum(shapely.LineString(shape).length for shape in shapes)
    assert noded(shapes).length_mm.sum() / 1000 == pytest.approx(total, abs=0.3)
