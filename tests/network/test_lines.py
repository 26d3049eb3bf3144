"""A line layer of the user's own."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from planner.errors import NetworkError
from planner.layers import FaultLog
from planner.network import RoadSource, default_modes, read_network

HERE = (600_000.0, 4_300_000.0)


def write(folder, table, *, crs="EPSG:4550", name="roads.gpkg", shapes=None):
    """Write a layer of lines 100 m long side by side, and return where."""
    x, y = HERE
    size = len(next(iter(table.values()))) if table else 3
    drawn = shapes or [shapely.LineString([(x, y + 20 * n), (x + 100, y + 20 * n)]) for n in range(size)]
    path = folder / name
    gpd.GeoDataFrame(table, geometry=drawn, crs=crs).to_file(path)
    return path


def read(source, *, log=None):
    """Read a line layer for the default modes."""
    source = source if isinstance(source, RoadSource) else RoadSource(path=source)
    return read_network(source, crs="EPSG:4550", modes=default_modes(), log=log)


def test_classes_and_one_way_values(tmp_path):
    """Classes are taken as they are or through a map; every spelling of one-way is known."""
    table = {
        "level": ["主干路", "residential", "residential", "footway", "residential", "residential"],
        "dir": ["yes", "1", "-1", None, "no", "TRUE"],
    }
    path = write(tmp_path, table)
    network = read(RoadSource(path=path, class_column="level", oneway_column="dir", class_map={"主干路": "primary"}))
    by_row = np.argsort(network.node_y[network.u])
    assert [network.classes[code] for code in network.class_code[by_row]] == [
        "primary",
        "residential",
        "residential",
        "footway",
        "residential",
        "residential",
    ]
    assert network.oneway[by_row].tolist() == [1, 1, -1, 0, 0, 1]


def test_numbers_and_truth_values_mean_one_way(tmp_path):
    """A numeric column with gaps and a boolean column read as their texts would."""
    classes = ["residential"] * 3
    for values, expected in (
        ([1.0, np.nan, -1.0], [1, 0, -1]),
        ([True, False, True], [1, 0, 1]),
        ([1, 0, -1], [1, 0, -1]),
    ):
        network = read(write(tmp_path, {"road_class": classes, "oneway": values}))
        assert network.oneway[np.argsort(network.node_y[network.u])].tolist() == expected


def test_unknown_values_are_told(tmp_path):
    """A class without a mode and an unknown one-way value are in the log, with how many lines they concern."""
    log = FaultLog()
    table = {"road_class": ["residential", "cart track", "cart track"], "oneway": ["maybe", "", ""]}
    network = read(write(tmp_path, table), log=log)
    assert network.edge_count == 1
    told = log.to_frame().set_index("code")["message_en"]
    assert told["class_not_used"].startswith("2 lines of class 'cart track'")
    assert told["oneway_unknown"].startswith("1 lines have the one-way value 'maybe'")


def test_one_class_for_all(tmp_path):
    """A layer without classes is read with one class for all lines, or is told to name its column."""
    path = write(tmp_path, {"name": ["a", "b", "c"]})
    assert read(RoadSource(path=path, default_class="residential")).classes == ("residential",)
    with pytest.raises(NetworkError, match=r"'road_class'.*found name: name the column"):
        read(path)


def test_lengths_are_those_of_the_study_crs(tmp_path):
    """A layer in degrees is measured in the metric study CRS; vertices it shares stay shared."""
    shapes = [
        shapely.LineString([(123.0, 39.0), (123.01, 39.0)]),
        shapely.LineString([(123.01, 39.0), (123.01, 39.01)]),
    ]
    table = {"road_class": ["residential"] * 2}
    network = read(write(tmp_path, table, crs="EPSG:4490", shapes=shapes))
    assert network.node_count == 3
    expected = gpd.GeoSeries(shapes, crs="EPSG:4490").to_crs("EPSG:4550").length.sum() * 1000
    assert network.length_mm.sum() == pytest.approx(expected, abs=1)


def test_parts_heights_and_empty_lines(tmp_path):
    """A MultiLineString is several lines, heights do not matter, and a row without a line is told."""
    x, y = HERE
    shapes = [
        shapely.MultiLineString([[(x, y), (x + 10, y)], [(x + 10, y), (x + 20, y)]]),
        shapely.LineString([(x + 20, y, 7.0), (x + 30, y, 99.0)]),
        None,
    ]
    log = FaultLog()
    network = read(write(tmp_path, {"road_class": ["residential"] * 3}, shapes=shapes), log=log)
    assert (network.edge_count, network.node_count, network.length_mm.sum()) == (3, 4, 30_000)
    assert len(log) == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("no class known", "expected road classes"),
        ("empty", "rows"),
        ("no crs", "coordinate reference system"),
        ("points", "lines in"),
        ("missing", "no such file"),
        ("geographic study", "projected"),
        ("no modes", "modes"),
        ("swapped", "swap"),
    ],
)
def test_bad_layers_are_one_sentence(kind, words, tmp_path):
    """Whatever is wrong with a layer, there is one NetworkError with one sentence."""
    table = {"road_class": ["residential"] * 3}
    options = {"crs": "EPSG:4550", "modes": default_modes()}
    path = tmp_path / "none.gpkg"
    if kind == "no class known":
        path = write(tmp_path, {"road_class": ["alley", "lane", "alley"]})
    elif kind == "empty":
        path = tmp_path / "roads.gpkg"
        gpd.GeoDataFrame({"road_class": pd.array([], dtype="str")}, geometry=[], crs="EPSG:4550").to_file(path)
    elif kind == "no crs":
        path = write(tmp_path, table, name="roads.shp")
        path.with_suffix(".prj").unlink()
    elif kind == "points":
        path = write(tmp_path, table, shapes=[shapely.Point(*HERE)] * 3)
    elif kind == "geographic study":
        path, options["crs"] = write(tmp_path, table), "EPSG:4490"
    elif kind == "no modes":
        path, options["modes"] = write(tmp_path, table), {}
    elif kind == "swapped":
        path = write(tmp_path, table, crs="EPSG:4490", shapes=[shapely.LineString([(39, 122), (39, 123)])] * 3)
    with pytest.raises(NetworkError, match=words) as error:
        read_network(RoadSource(path=path), **options)
    assert len(error.value.faults) == 1
    assert "\n" not in str(error.value)
