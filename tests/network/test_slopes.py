"""Slopes on foot, against numbers worked out by hand, a second implementation, and flat ground."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Transformer
from rasterio import Affine

from planner.errors import NetworkError
from planner.layers import FaultLog
from planner.network import (
    WALK,
    NetworkSettings,
    RoadSource,
    default_modes,
    read_network,
)

CRS = "EPSG:4550"
X, Y = 500_000.0, 4_300_000.0
CELL = 30.0
PLANE = {"foot": replace(WALK, name="foot")}
ANYWHERE = NetworkSettings(max_snap_m=300, min_component_m=0)


def write_dem(
    path, height, *, rows=60, columns=60, crs=CRS, cell=CELL, west=X - 300, north=Y + 1500, **profile: object
):
    """Write a raster; `height` gives metres at the middles of its cells (x, y in metres)."""
    column, row = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    band = np.asarray(height(west + column * cell, north - row * cell), dtype="float64") + np.zeros((rows, columns))
    options = {"driver": "GTiff", "height": rows, "width": columns, "count": 1, "dtype": "float64", "crs": crs,
               "transform": Affine(cell, 0.0, west, 0.0, -cell, north), **profile}  # fmt: skip
    with rasterio.open(path, "w", **options) as raster:
        raster.write(band.astype(options["dtype"]), 1)
    return path


def eastward(slope):
    """Return a plane that rises to the east."""
    return lambda x, _: slope * (x - X)


def level(metres):
    """Return level ground."""
    return lambda *_: metres


def write_lines(path, shapes, **columns: object):
    """Write a line layer; positions are metres from (X, Y)."""
    lines = [shapely.LineString(np.add(shape, (X, Y))) for shape in shapes]
    table = {"road_class": ["residential"] * len(lines), **columns}
    gpd.GeoDataFrame(table, geometry=lines, crs=CRS).to_file(path)
    return path


def read(lines, dem, *, log=None, **options: object):
    """Return the network of a line layer over an elevation model."""
    return read_network(RoadSource(path=lines, dem=dem, **options), crs=CRS, modes=PLANE, log=log)


def seconds(network, mode="foot"):
    """Return what every edge takes from west to east and back."""
    times = network.length_mm[:, None] * 3.6 / network.directed_speeds(mode) / 1000
    eastward = network.node_x[network.u] <= network.node_x[network.v]
    return np.where(eastward[:, None], times, times[:, ::-1])


def hiking(slope):
    """Return Tobler's speed at a slope by that on the flat."""
    return math.exp(-3.5 * abs(slope + 0.05)) / math.exp(-3.5 * 0.05)


def test_a_ramp_by_hand(tmp_path):
    """On a ramp of a tenth eastward, 100 m take 72 s x e^0.35 up and 72 s / e^0 down; across, 72 s both ways."""
    dem = write_dem(tmp_path / "ramp.tif", eastward(0.1))
    network = read(write_lines(tmp_path / "roads.gpkg", [[(0, 0), (100, 0)], [(0, 0), (0, 100)]]), dem)
    ramp = np.argsort(np.abs(network.node_x[network.u] - network.node_x[network.v]))
    level, up = seconds(network)[ramp]
    assert level.tolist() == pytest.approx([72.0, 72.0], abs=1e-9)
    assert up.tolist() == pytest.approx([72 * math.exp(0.35), 72.0], rel=1e-6)
    assert up.tolist() == pytest.approx([72 / hiking(0.1), 72 / hiking(-0.1)], rel=1e-6)
    assert hiking(-0.05) == pytest.approx(6 / (6 * math.exp(-3.5 * 0.05)))


def test_a_hill_within_an_edge(tmp_path):
    """An edge over a ridge is not level: what rises first and falls then costs the mean of both."""
    dem = write_dem(tmp_path / "ridge.tif", lambda x, _: 60 - 0.2 * np.abs(x - (X + 300)))
    network = read(write_lines(tmp_path / "roads.gpkg", [[(0, 0), (600, 0)]]), dem)
    up, down = 1 / hiking(0.2), 1 / hiking(-0.2)
    flat = 600 / 5 * 3.6
    # the two pieces by the ridge, of the 15 m to the middles of the cells about it, are less steep
    assert seconds(network)[0] == pytest.approx([flat * (up + down) / 2] * 2, rel=0.03)
    assert seconds(network)[0, 0] > flat * 1.2


def test_flat_ground_is_no_elevation_model(tmp_path):
    """Over level ground of any height every time is the same to the millisecond, every slowness exactly one."""
    rng = np.random.default_rng(5)
    shapes = [rng.uniform(0, 900, (4, 2)) for _ in range(20)]
    lines = write_lines(tmp_path / "roads.gpkg", shapes)
    flat = read(lines, write_dem(tmp_path / "flat.tif", level(417.3)))
    bare = read(lines, None)
    assert (flat.rules.slowness == 1.0).all()
    assert bare.rules.slowness.shape == (0, 2)
    np.testing.assert_array_equal(flat.directed_speeds("foot"), bare.directed_speeds("foot"))


def test_only_modes_on_foot_climb(tmp_path):
    """Walkers and pupils are slowed by slopes; cars and bicycles are not, nor anybody's metres."""
    dem = write_dem(tmp_path / "ramp.tif", eastward(0.2))
    source = RoadSource(path=write_lines(tmp_path / "roads.gpkg", [[(0, 0), (100, 0)]]), dem=dem)
    network = read_network(source, crs=CRS, modes=default_modes())
    slowed = {name for name in network.modes if np.ptp(network.directed_speeds(name)) > 0}
    assert slowed == {"walk", "school_strict", "school_penalised"}
    assert network.length_mm.tolist() == [100_000]


def test_reversed_lines_are_the_same_roads(tmp_path):
    """How a line is drawn, and in which order, changes no time."""
    rng = np.random.default_rng(8)
    shapes = [rng.uniform(0, 900, (3, 2)).round(2) for _ in range(12)]
    dem = write_dem(tmp_path / "hills.tif", lambda x, y: 40 * np.sin(x / 150) * np.cos(y / 170))
    drawn = read(write_lines(tmp_path / "a.gpkg", shapes), dem)
    turned = read(write_lines(tmp_path / "b.gpkg", [shape[::-1] for shape in shapes][::-1]), dem)
    assert np.ptp(seconds(drawn), axis=1).max() > 1
    by_length = np.argsort(drawn.length_mm), np.argsort(turned.length_mm)
    np.testing.assert_allclose(seconds(drawn)[by_length[0]], seconds(turned)[by_length[1]], rtol=2e-6)


def test_a_bridge_rises_evenly_from_bank_to_bank(tmp_path):
    """Over a gorge, a bridge of several edges has no cliff; a road through it has, and that is told."""
    dem = write_dem(
        tmp_path / "gorge.tif", lambda x, _: np.where(np.abs(x - X - 300) < 150, 0.0, 80.0 + 0.05 * (x - X))
    )
    shapes = [[(0, 0), (100, 0)], [(100, 0), (250, 0)], [(250, 0), (400, 0)], [(250, 0), (250, 9)],
              [(400, 0), (500, 0)], [(500, 0), (600, 0)], [(0, 300), (600, 300)]]  # fmt: skip
    spans = ["no", "yes", "viaduct", "yes", "1", None, ""]
    lines = write_lines(tmp_path / "roads.gpkg", shapes, span=spans)
    log = FaultLog()
    network = read(lines, dem, span_column="span", log=log)
    times = {length / 1000: time for length, time in zip(network.length_mm.tolist(), seconds(network), strict=True)}
    ends = 80 + 5, 80 + 25  # at the two banks
    slope = (ends[1] - ends[0]) / 400
    assert times[150.0] == pytest.approx([108 / hiking(slope), 108 / hiking(-slope)], rel=1e-4)
    assert times[9.0].tolist() == pytest.approx([6.48, 6.48])  # a pier on the bridge, that leads nowhere
    assert times[600.0].min() > 432 * 2
    assert "elevation_steep" in set(log.to_frame()["code"])


def test_what_the_model_does_not_cover_is_level_and_told(tmp_path):
    """Roads beyond the raster, and over cells without a value, are level; their kilometres are told."""
    dem = write_dem(tmp_path / "part.tif", lambda x, y: np.where(y > Y + 600, -9999.0, 0.1 * (x - X)), nodata=-9999.0)
    shapes = [[(0, 0), (300, 0)], [(0, 900), (300, 900)], [(9000, 0), (9300, 0)]]
    log = FaultLog()
    network = read(write_lines(tmp_path / "roads.gpkg", shapes), dem, log=log)
    slowed = network.rules.slowness.max(axis=1) > 1
    assert slowed.sum() == 1
    told = log.to_frame().set_index("code")["message_en"]
    assert told["elevation_unknown"] == "0.600 km of road have no elevation in the model; they are taken as level"


def test_a_model_in_another_reference_system(tmp_path):
    """A raster in degrees, integers with a scale, gives the slopes of the ground to a hundredth."""
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(X, Y)
    metres = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    path = tmp_path / "degrees.tif"
    write_dem(path, lambda x, y: 10 * 0.1 * (metres.transform(x, y)[0] - X) + 500, crs="EPSG:4326", cell=0.0003,
              west=lon - 0.004, north=lat + 0.008, dtype="int16")  # fmt: skip
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.1,), (-50.0,)
    network = read(write_lines(tmp_path / "roads.gpkg", [[(0, 0), (400, 0)]]), path)
    assert seconds(network)[0] == pytest.approx([288 / hiking(0.1), 288 / hiking(-0.1)], rel=0.01)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("no crs", "coordinate reference system in dem.tif, found none"),
        ("elsewhere", "none of them in it"),
        ("two bands", "one band of elevations"),
        ("complex", "one band of elevations"),
        ("feet", "found feet"),
        ("missing", "no such file"),
        ("url", "local file"),
        ("not a raster", "a GeoTIFF in dem.tif"),
        ("cut off", "a GeoTIFF in dem.tif"),
        ("virtual", "a GeoTIFF in dem.tif"),
        ("refused", "Xian 1980"),
    ],
)
def test_bad_models_are_one_sentence(kind, words, tmp_path):
    """Whatever is wrong with an elevation model, there is one NetworkError with one sentence."""
    lines = write_lines(tmp_path / "roads.gpkg", [[(0, 0), (100, 0)]])
    path = tmp_path / "dem.tif"
    options = {"no crs": {"crs": None}, "elsewhere": {"west": X + 90_000}, "two bands": {"count": 2},
               "complex": {"dtype": "complex64"}, "refused": {"crs": "EPSG:2364"}}.get(kind, {})  # fmt: skip
    write_dem(path, level(0.0), **options)
    if kind == "feet":
        with rasterio.open(path, "r+") as raster:
            raster.units = ("ft",)
    elif kind == "missing":
        path = tmp_path / "none.tif"
    elif kind == "url":
        path = Path("https://example.org/dem.tif")
    elif kind == "not a raster":
        path.write_bytes(lines.read_bytes())
    elif kind == "cut off":
        path.write_bytes(path.read_bytes()[:9000])
    elif kind == "virtual":
        path.write_text("<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>", encoding="utf-8")
    with pytest.raises(NetworkError, match=words) as error:
        read(lines, path)
    assert len(error.value.faults) == 1
    assert "\n" not in str(error.value)
