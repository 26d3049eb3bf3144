"""A line layer of the user's own."""

from __future__ import annotations

from dataclasses import asdict, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from planner.errors import NetworkError
from planner.layers import FaultLog
from planner.network import RoadSource, default_modes, read_network
from planner.network.lines import ways_of_lines
from planner.verify.edges import edges_of
from planner.verify.roads import roads_of_mode
from planner.verify.ways import line_chains

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


def test_speeds_and_zones_of_a_layer(tmp_path):
    """A speed column serves the modes that read it, a zone column those with speeds by zone; nonsense is told."""
    table = {
        "road_class": ["residential"] * 6,
        "kph": [45.0, np.nan, -3.0, 999.0, 0.0, 12.5],
        "kind": ["town", None, "rural", "urban", "Mars", "乡村"],
    }
    drive = default_modes()["drive"]
    modes = {
        "tagged": replace(drive, name="tagged", tagged_speeds=True),
        "zoned": replace(drive, name="zoned", urban_kph={"residential": 20.0}, rural_kph={"residential": 50.0}),
    }
    source = RoadSource(path=write(tmp_path, table), speed_column="kph", zone_column="kind")
    log = FaultLog()
    network = read_network(source, crs="EPSG:4550", modes=modes, log=log)
    by_row = np.argsort(network.node_y[network.u])
    assert network.edge_speeds("tagged")[by_row].tolist() == [45.0, 25.0, 25.0, 25.0, 25.0, 12.5]
    assert network.edge_speeds("zoned")[by_row].tolist() == [20.0, 25.0, 50.0, 20.0, 25.0, 50.0]
    told = log.to_frame().set_index("code")["message_en"].to_dict()
    assert told["speed_impossible"].startswith("3 lines have impossible speeds (-3, 0, 999)")
    assert told["zone_unknown"] == "1 lines have the zone 'mars', which is not known and not used"
    rural = read_network(replace(source, default_zone="rural"), crs="EPSG:4550", modes=modes)
    assert rural.edge_speeds("zoned")[by_row].tolist() == [20.0, 50.0, 50.0, 20.0, 50.0, 50.0]
    settings = {name: asdict(mode) for name, mode in modes.items()}
    for zone, seen in (("", network), ("rural", rural)):
        said = {**asdict(source), "default_zone": zone}
        again = edges_of(line_chains(gpd.read_file(source.path), said, settings))
        for name in modes:
            of_mode = roads_of_mode(again, name, settings[name], {"max_snap_m": 500, "min_component_m": 0})
            np.testing.assert_array_equal(of_mode.speed_kph, seen.edge_speeds(name))


def test_columns_that_are_not_there_are_named(tmp_path):
    """A speed or zone column that the layer lacks is a sentence, not a layer without speeds."""
    path = write(tmp_path, {"road_class": ["residential"] * 3})
    for column in ("speed_column", "zone_column"):
        with pytest.raises(NetworkError, match=r"a column 'kph' in roads.gpkg, found road_class"):
            read(RoadSource(path=path, **{column: "kph"}))
    with pytest.raises(NetworkError, match="default_zone"):
        RoadSource(path=path, default_zone="lunar")


def test_lines_without_finite_coordinates():
    """A line that runs to nowhere has no length: one sentence that names its row."""
    x, y = HERE
    lines = gpd.GeoDataFrame(
        {"road_class": ["residential"] * 2},
        geometry=[
            shapely.LineString([(x, y), (x + 1, y)]),
            shapely.LineString([(x, y), (float("inf"), y), (x, y + 9)]),
        ],
        crs="EPSG:4550",
    )
    with pytest.raises(NetworkError, match=r"finite coordinates of every line in roads.gpkg, found 1 .* row 1") as told:
        ways_of_lines(lines, source=RoadSource(path="roads.gpkg"), modes=default_modes(), log=FaultLog())
    assert str(told.value).count("expected") == 1
