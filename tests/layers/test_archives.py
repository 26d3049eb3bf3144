from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, look, read_source
from planner.layers.archives import contents


@pytest.fixture
def points() -> gpd.GeoDataFrame:
    """Return two points with Chinese names."""
    return gpd.GeoDataFrame(
        {"名称": ["甲", "得胜街道"]}, geometry=[Point(121.6, 38.9), Point(121.7, 39)], crs="EPSG:4490"
    )


@pytest.fixture
def zipped(tmp_path: Path, points: gpd.GeoDataFrame) -> Callable[..., Path]:
    """Return a function that zips a Shapefile under some names, with further members."""

    def make(name: str = "a.zip", inside: tuple[str, ...] = ("数据/设施",), **more: bytes) -> Path:
        points.to_file(tmp_path / "plain.shp", encoding="gb18030")
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for stem in inside:
                for part in (".shp", ".shx", ".dbf", ".prj"):
                    archive.write((tmp_path / "plain.shp").with_suffix(part), stem + part)
            for member, content in more.items():
                archive.writestr(member, content)
        return tmp_path / name

    return make


def _read(path: Path, layer: str | None = None, log: FaultLog | None = None) -> gpd.GeoDataFrame:
    return read_source(LayerSource(path=path, layer=layer), crs="EPSG:4550", log=log or FaultLog())  # type: ignore[return-value]


def _refused(path: Path, layer: str | None = None) -> str:
    with pytest.raises(LayerError) as caught:
        _read(path, layer)
    (sentence,) = caught.value.faults
    assert "\n" not in sentence
    return sentence


def test_a_zipped_shapefile_reads_like_a_bare_one(zipped: Callable[..., Path]) -> None:
    """Names, positions and reference system are those of the Shapefile; the archive and its folder are not changed."""
    path = zipped()
    before = path.read_bytes()
    read, bare = _read(path), _read(path.with_name("plain.shp"))
    assert read["名称"].to_list() == ["甲", "得胜街道"]
    assert read.geometry.equals(bare.geometry)
    assert path.read_bytes() == before
    assert [(seen.kind, seen.layer) for seen in look(path)] == [("point", None)]


def test_names_in_the_code_page_of_windows_are_read(zipped: Callable[..., Path], tmp_path: Path) -> None:
    """A name that Windows wrote in GB18030 without saying so is shown as it was meant."""
    raw = zipped(inside=("AA",)).read_bytes().replace(b"AA.", "甲".encode("gb18030") + b".")
    (tmp_path / "gbk.zip").write_bytes(raw)
    assert contents(tmp_path / "gbk.zip") == ["甲"]
    assert len(_read(tmp_path / "gbk.zip", "甲")) == 2


def test_one_of_several_layers_is_named(zipped: Callable[..., Path]) -> None:
    """With two Shapefiles the study must say which; the names are told."""
    path = zipped(inside=("甲", "乙"))
    assert "乙, 甲: say which with 'layer'" in _refused(path)
    assert len(_read(path, "乙")) == 2
    assert [seen.layer for seen in look(path)] == ["乙", "甲"]


def test_a_zipped_geodatabase_is_read(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A FileGDB in an archive reads like the folder, layer by layer."""
    folder = tmp_path / "survey.gdb"
    points.to_file(folder, driver="OpenFileGDB", layer="设施")
    with zipfile.ZipFile(tmp_path / "survey.gdb.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"交付/survey.gdb/{file.name}")
    for path in (folder, tmp_path / "survey.gdb.zip"):
        assert _read(path, "设施")["名称"].to_list() == ["甲", "得胜街道"]
    assert "expected a layer '道路'" in _refused(folder, "道路")


def test_nothing_is_written_beside_the_archive(zipped: Callable[..., Path], tmp_path: Path) -> None:
    """Members that climb out of the archive (zip slip) are not even looked at; their names are never paths."""
    path = zipped(inside=("../../evil/设施",), **{"../../outside.txt": b"x", "/etc/planner-was-here": b"x"})
    before = sorted(tmp_path.parent.rglob("*"))
    assert len(_read(path)) == 2
    assert sorted(tmp_path.parent.rglob("*")) == before
    assert not Path("/etc/planner-was-here").exists()


def test_bombs_are_refused_by_their_table_of_contents(tmp_path: Path) -> None:
    """A DBF of zeros, a large blank GeoJSON, a thousand members: refused in less than a second, nothing unpacked."""
    for name, member, size in (("dbf", "a.dbf", 300_000_000), ("json", "a.geojson", 200_000_000)):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            with archive.open(member, "w") as stream:
                for _ in range(size // 10_000_000):
                    stream.write(bytes(10_000_000))
            archive.writestr("a.shp", b"x")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}.shp", b"")
    start = time.perf_counter()
    for name in ("dbf", "json", "many"):
        assert "expected an archive of at most" in _refused(tmp_path / f"{name}.zip")
    assert time.perf_counter() - start < 1


def test_what_lies_in_an_archive_is_guarded_too(tmp_path: Path) -> None:
    """A virtual layer called .shp, an archive in an archive, one without a layer, one with a lost part: refused."""
    vrt = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    cases = {
        "vrt": ({"a.shp": vrt, "a.shx": b"x", "a.dbf": b"x"}, "to be SHP"),
        "vrtdb": ({"a.gdb/a00000001.gdbtable": vrt}, "catalogue"),
        "nested": ({"a.zip": b"PK\x03\x04"}, "a Shapefile or a FileGDB"),
        "part": ({"a.shp": b"\x00\x00\x27\x0a" + bytes(96)}, "no .shx, .dbf"),
    }
    for name, (members, message) in cases.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        assert message in _refused(tmp_path / f"{name}.zip")


def test_damaged_and_encrypted_archives_are_one_sentence(zipped: Callable[..., Path], tmp_path: Path) -> None:
    """A cut archive, a broken member and a password are told."""
    whole = bytearray(zipped().read_bytes())
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    assert "a damaged one" in _refused(tmp_path / "cut.zip")
    broken = bytearray(whole)
    broken[60:70] = b"\xff" * 10
    (tmp_path / "broken.zip").write_bytes(broken)
    assert "a damaged one" in _refused(tmp_path / "broken.zip")
    locked = bytearray(whole)
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = locked.find(start)
        while at >= 0:
            locked[at + (6 if start == b"PK\x03\x04" else 8)] |= 1
            at = locked.find(start, at + 4)
    (tmp_path / "locked.zip").write_bytes(locked)
    assert "an encrypted one" in _refused(tmp_path / "locked.zip")
