from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source

STUDY = "EPSG:4550"


def _points(crs: str | None = "EPSG:4490") -> gpd.GeoDataFrame:
    """Return two points with a Chinese attribute and a number that is missing once."""
    rows = {"名称": ["得胜街道", "新华街道"], "n": [1, None]}
    return gpd.GeoDataFrame(rows, geometry=[Point(121.6, 38.9), Point(122.6, 39.4)], crs=crs)


def _read(path: Path, **settings: object) -> gpd.GeoDataFrame:
    return read_source(LayerSource(path=path, **settings), crs=STUDY, log=FaultLog())  # type: ignore[arg-type]


@pytest.mark.parametrize("extension", ["gpkg", "geojson", "shp"])
def test_each_format_gives_the_same_places(extension: str, tmp_path: Path) -> None:
    """GeoPackage, GeoJSON and Shapefile of the same points agree to the millimetre, names included."""
    path = tmp_path / f"图层.{extension}"
    _points().to_file(path, engine="pyogrio")
    frame = _read(path)
    assert frame.crs == STUDY
    assert list(frame["名称"]) == ["得胜街道", "新华街道"]
    assert list(frame.index) == [1, 2]
    assert frame.geometry.distance(_points().to_crs(STUDY).set_axis([1, 2])).max() < 1e-3


@pytest.mark.parametrize(("encoding", "told"), [("GBK", ["encoding_assumed"]), ("UTF-8", [])])
def test_shapefiles_without_cpg_are_recognised(encoding: str, told: list[str], tmp_path: Path, log: FaultLog) -> None:
    """A Shapefile that does not say its encoding is read right, and GB18030 is told."""
    path = tmp_path / "a.shp"
    _points().rename(columns={"名称": "name"}).to_file(path, engine="pyogrio", encoding=encoding)
    path.with_suffix(".cpg").unlink()
    frame = read_source(LayerSource(path=path), crs=STUDY, log=log)
    assert list(frame["name"]) == ["得胜街道", "新华街道"]
    assert list(log.to_frame()["code"]) == told


def test_a_declared_shapefile_encoding_wins(tmp_path: Path) -> None:
    """The study's encoding is used whatever the file says."""
    path = tmp_path / "a.shp"
    _points().rename(columns={"名称": "name"}).to_file(path, engine="pyogrio", encoding="GBK")
    path.with_suffix(".cpg").unlink()
    assert list(_read(path, encoding="gbk")["name"]) == ["得胜街道", "新华街道"]


@pytest.mark.parametrize("extension", ["gpkg", "shp"])
def test_a_layer_without_crs_is_refused(extension: str, tmp_path: Path) -> None:
    """A vector layer that carries no crs needs one in the study; with one it is read."""
    path = tmp_path / f"a.{extension}"
    with pytest.warns(UserWarning, match="crs"):
        _points(None).to_file(path, engine="pyogrio")
    with pytest.raises(LayerError, match=r"expected a coordinate reference system for a.*, found none: add crs = "):
        _read(path)
    assert len(_read(path, crs="EPSG:4490")) == 2


def test_a_contradicting_crs_is_refused(tmp_path: Path) -> None:
    """A declared crs that differs from the one in the file is told, not preferred."""
    _points().to_file(tmp_path / "a.gpkg", engine="pyogrio")
    with pytest.raises(LayerError, match="as declared, found EPSG:4490 in the file"):
        _read(tmp_path / "a.gpkg", crs="EPSG:4549")


def test_geojson_without_crs_is_wgs84_unless_declared(geojson: Callable[..., Path]) -> None:
    """RFC 7946 makes it WGS84; a declaration wins, since many exports leave the crs away."""
    degrees = geojson("a.geojson", [(Point(123, 39), {})], crs=None)
    assert _read(degrees).geometry.x.iloc[0] == pytest.approx(500_000, abs=1)
    metres = geojson("b.geojson", [(Point(400_000, 4_300_000), {})], crs=None)
    assert _read(metres, crs=STUDY).geometry.x.iloc[0] == pytest.approx(400_000, abs=1e-3)


def test_swapped_geojson_is_told(geojson: Callable[..., Path]) -> None:
    """Latitude first is recognised where it leaves the range of latitudes."""
    with pytest.raises(LayerError, match="swap x and y"):
        _read(geojson("a.geojson", [(Point(39, 123), {})], crs=None))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"type": "FeatureCollection", "features": [', "an error at line 1"),
        ('{"type": "FeatureCollection", "features": [1]}', "something else as number 1"),
        ('{"type": "Feature"}', "type 'Feature'"),
        ('{"type": "FeatureCollection", "features": []}', "none"),
        ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "RecursionError"),
        ('{"type": "FeatureCollection", "features": [], "n": ' + "9" * 5000 + "}", "ValueError"),
        ('{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point"}}]}', "feature 1"),
        ('{"type": "FeatureCollection", "features": [{"geometry": {"type": "X", "coordinates": []}}]}', "feature 1"),
        ('{"type": "FeatureCollection", "features": [{"geometry": 5}]}', "feature 1"),
    ],
)
def test_broken_geojson_is_one_sentence(text: str, found: str, write: Callable[..., Path]) -> None:
    """Truncated, nested, foreign and empty GeoJSON are told without a traceback of a library."""
    with pytest.raises(LayerError, match=found) as caught:
        _read(write("a.geojson", text))
    assert len(caught.value.faults) == 1


def test_ids_and_nested_properties_are_kept(write: Callable[..., Path]) -> None:
    """The id of a feature is a column, a nested property is text."""
    feature = {"type": "Feature", "id": "f7", "properties": {"a": {"b": [1]}}, "geometry": None}
    frame = _read(write("a.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]})))
    assert frame.iloc[0][["id", "a"]].to_list() == ["f7", '{"b": [1]}']


def test_layers_are_named_and_checked(tmp_path: Path) -> None:
    """The layer asked for is read; one that is not there is told with those that are."""
    _points().to_file(tmp_path / "a.gpkg", layer="one", engine="pyogrio")
    _points().iloc[:1].to_file(tmp_path / "a.gpkg", layer="two", engine="pyogrio")
    assert len(_read(tmp_path / "a.gpkg", layer="two")) == 1
    with pytest.raises(LayerError, match="found one, two"):
        _read(tmp_path / "a.gpkg", layer="three")


def test_a_damaged_geopackage_is_one_sentence(tmp_path: Path) -> None:
    """A file with the right first bytes and nothing behind them is told."""
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\0" + b"\0" * 52 + b"GPKG" + b"\0" * 400)
    with pytest.raises(LayerError, match=r"^expected a readable layer in a.gpkg, found "):
        _read(tmp_path / "a.gpkg")
