from __future__ import annotations

import ctypes
import http.server
import json
import os
import re
import struct
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import Point

import planner
from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, guarded, read_source
from planner.layers.guard import Format

VRT = """<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>CSV:{secret}</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""
POINT = {"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": [121.6, 38.9]}}


@pytest.fixture
def requests() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server on this machine and the list of what it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def _refused(path: Path | str) -> str:
    """Read a layer that must be refused; return the one sentence."""
    with pytest.raises(LayerError) as caught:
        read_source(LayerSource(path=Path(path), crs="EPSG:4326"), crs="EPSG:4550", log=FaultLog())
    assert len(caught.value.faults) == 1
    sentence = caught.value.faults[0]
    assert sentence.startswith("expected ")
    assert ", found " in sentence
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize(
    "path",
    [
        "{url}/a.geojson",
        "/vsicurl/{url}/a.geojson",
        "/vsicurl_streaming/{url}/a.csv",
        "/vsizip/a.zip/a.shp",
        "/vsistdin/a.csv",
        "WFS:{url}/wfs",
        "GeoJSON:{url}/a.geojson",
        "CSV:/etc/passwd",
        "OGR_VRT:/tmp/a.vrt",
        '{"type": "FeatureCollection", "features": []}',
        "<OGRVRTDataSource/>",
        "\\vsicurl\\{url}",
    ],
)
def test_what_is_no_local_path_is_refused(path: str, requests: tuple[str, list[str]]) -> None:
    """Addresses, driver prefixes, virtual paths and inline layers are refused, and nothing is fetched."""
    url, asked = requests
    _refused(path.replace("{url}", url))
    assert asked == []


def test_virtual_layers_in_disguise_are_refused(write: Callable[..., Path], requests: tuple[str, list[str]]) -> None:
    """A VRT or a GDAL pipeline named as something else reads no other file and fetches nothing."""
    url, asked = requests
    secret = write("secret.csv", "a\nsecret\n")
    vrt = VRT.format(secret=secret)
    pipeline = json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {url}/x.geojson"})
    for extension in ("geojson", "json", "csv", "gpkg", "shp", "xlsx", "osm.pbf"):
        assert "secret" not in _refused(write(f"vrt.{extension}", vrt))
    for extension in ("geojson", "json"):
        assert "gdal_streamed_alg" in _refused(write(f"pipeline.{extension}", pipeline))
    _refused(write("esri.json", json.dumps({"type": "Topology", "objects": {}})))
    assert asked == []


def test_a_linked_crs_is_not_followed(write: Callable[..., Path], requests: tuple[str, list[str]]) -> None:
    """GDAL fetches the crs that a GeoJSON links to; here the layer is refused and nothing is fetched."""
    url, asked = requests
    for name in ({"type": "link", "properties": {"href": url}}, {"type": "name", "properties": {"name": f"{url}/crs"}}):
        path = write("linked.geojson", json.dumps({"type": "FeatureCollection", "crs": name, "features": [POINT]}))
        assert "coordinate reference system" in _refused(path)
    assert asked == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.vrt", "x"), ("a.kml", "<kml/>"), ("a", "x"), ("a.csv", ""), ("a.gpkg", "text"), ("a.geojson", "[1]")],
)
def test_unknown_or_unfitting_content_is_refused(name: str, text: str, write: Callable[..., Path]) -> None:
    """An unknown extension, an empty file and content of another format are one sentence each."""
    _refused(write(name, text))


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    """A path that is not there, or is a folder, is one sentence."""
    assert "no such file" in _refused(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "a folder" in _refused(tmp_path / "folder.csv")
    assert "no such file" in _refused("x" * 5000 + ".csv")


def test_archive_bombs_are_refused_before_opening(tmp_path: Path) -> None:
    """A workbook that would unpack to far more than it weighs is refused by its table of contents."""
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    assert "an archive of at most" in _refused(bomb)
    many = tmp_path / "many.xlsx"
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}.xml", b"")
    assert "1,001 entries" in _refused(many)


def test_a_shapefile_needs_its_parts(tmp_path: Path) -> None:
    """A bare .shp without its table is told by name."""
    (tmp_path / "a.shp").write_bytes(b"\x00\x00\x27\x0a" + b"\0" * 96)
    assert ".shx, .dbf" in _refused(tmp_path / "a.shp")


def test_good_files_pass(write: Callable[..., Path], geojson: Callable[..., Path]) -> None:
    """Known formats pass, in any case of their extension, with or without a byte order mark."""
    assert guarded(write("A.CSV", "a\n1\n")) is Format.CSV
    assert guarded(write("b.csv", "a\n1\n", "utf-8-sig")) is Format.CSV
    assert guarded(geojson("c.json", [])) is Format.GEOJSON


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[Path], list[Path]]]:
    """Return a function that gives the watched files of a folder which anything in this process tree has opened.

    The kernel (inotify) sees what GDAL, PROJ and Arrow open too, not only what Python does.
    """
    if sys.platform != "linux":
        pytest.skip("only Linux tells who opens a file in this way")
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    names: dict[int, Path] = {}

    def seen(folder: Path) -> list[Path]:
        """Watch every file of the folder at the first call; return those opened since then at the next."""
        if not names:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    names[libc.inotify_add_watch(watch, bytes(file), 0x00000020)] = file  # IN_OPEN
            return []
        try:
            events = os.read(watch, 65_536)
        except BlockingIOError:
            return []
        return sorted({names[at] for at, _, _, _ in struct.iter_unpack("iIII", events)})

    yield seen
    os.close(watch)


def _payloads(folder: Path, secret: Path, url: str) -> list[Path]:
    """Write what was shown to reach other files or the network, each under an extension that is read."""
    vrt = VRT.format(secret=secret)
    raster = f'<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand><SimpleSource><SourceFilename>{secret}'
    pipeline = json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {secret}"})
    linked = {"type": "FeatureCollection", "features": [POINT]}
    texts = {
        "vrt.geojson": vrt,
        "vrt.json": vrt,
        "vrt.csv": vrt,
        "vrt.gpkg": vrt,
        "vrt.shp": vrt,
        "vrt.zip": vrt,
        "vrt.parquet": vrt,
        "vrt.tif": raster,
        "vrt.osm.pbf": vrt,
        "remote.geojson": vrt.replace(f"CSV:{secret}", f"/vsicurl/{url}/a.csv"),
        "pipeline.geojson": pipeline,
        "pipeline.json": pipeline,
        "href.geojson": json.dumps({**linked, "crs": {"type": "link", "properties": {"href": f"{url}/crs"}}}),
        "name.geojson": json.dumps({**linked, "crs": {"type": "name", "properties": {"name": f"{url}/crs"}}}),
        "file.geojson": json.dumps({**linked, "crs": {"type": "link", "properties": {"href": str(secret)}}}),
        "wfs.json": json.dumps({"type": "WFS", "url": url}),
        "esri.json": json.dumps({"type": "Topology", "objects": {}}),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    folders = {"vrt.gdb": {"a00000001.gdbtable": vrt}, "shapes.gdb": {"a.vrt": vrt, "a.csv": "a"}, "linked.gdb": {}}
    for name, files in folders.items():
        (folder / name).mkdir()
        for file, text in files.items():
            (folder / name / file).write_text(text, encoding="utf-8")
    (folder / "linked.gdb" / "a00000001.gdbtable").symlink_to(secret)
    return [folder / name for name in (*texts, *folders)]


def test_payloads_read_nothing_outside_the_named_file(
    tmp_path: Path, requests: tuple[str, list[str]], opened: Callable[[Path], list[Path]]
) -> None:
    """Every payload is refused; the kernel saw no other file opened, and the server no request."""
    url, asked = requests
    (tmp_path / "secret").mkdir()
    secret = tmp_path / "secret" / "secret.csv"
    secret.write_text("a\nsecret\n")
    (tmp_path / "in").mkdir()
    paths = _payloads(tmp_path / "in", secret, url)
    opened(secret.parent)
    for path in paths:
        assert "secret\n" not in _refused(path)
    assert opened(secret.parent) == []
    assert asked == []
    secret.read_text()
    assert opened(secret.parent) == [secret]  # the watch would have seen it


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_workbooks_with_xml_entities_are_refused(part: str, encoding: str, tmp_path: Path) -> None:
    """An entity bomb, or an entity that names a file, in any part and encoding of a workbook: refused at once."""
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    outside = '<!ENTITY a0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">'
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [{outside}{lines}]><x>&a8;&f;</x>'
    openpyxl.Workbook().save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w") as archive:
        for name in plain.namelist():
            archive.writestr(name, plain.read(name) if name != part else bomb.encode(encoding))
        if part not in plain.namelist():
            archive.writestr(part, bomb.encode(encoding))
    start = time.perf_counter()
    assert "without XML entities" in _refused(tmp_path / "bomb.xlsx")
    assert time.perf_counter() - start < 1
    hidden = bomb.replace("<!DOCTYPE", f"<!--{'x' * 70_000}--><!DOCTYPE")
    with zipfile.ZipFile(tmp_path / "hidden.xlsx", "w") as archive:
        archive.writestr(part, hidden.encode())
    assert "without XML entities" in _refused(tmp_path / "hidden.xlsx")


def test_no_room_reads_pickles() -> None:
    """Nothing in the package imports a way to load code from data."""
    modules = "pickle|cPickle|joblib|shelve|marshal|dill"
    banned = re.compile(rf"^\s*(?:import|from)\s+(?:{modules})\b|read_pickle|allow_pickle=True")
    for file in Path(planner.__file__).parent.rglob("*.py"):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if banned.search(line)], file


def test_row_caps_hold_for_every_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row more than is read is one sentence, in each format, and not a row is dropped in silence."""
    frame = gpd.GeoDataFrame({"a": list("abcd")}, geometry=[Point(121.6, 38.9)] * 4, crs="EPSG:4326")
    frame.to_file(tmp_path / "a.gpkg")
    frame.to_file(tmp_path / "a.shp")
    frame.to_file(tmp_path / "a.gdb", driver="OpenFileGDB")
    frame.to_file(tmp_path / "a.geojson")
    frame.to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"a": range(4)}).to_csv(tmp_path / "a.csv")
    pd.DataFrame({"a": range(4)}).to_excel(tmp_path / "a.xlsx")
    for room in ("delimited", "workbook", "vector", "parquet"):
        monkeypatch.setattr(f"planner.layers.{room}.MAX_ROWS", 3)
    for name in ("a.gpkg", "a.shp", "a.gdb", "a.geojson", "a.parquet", "a.csv", "a.xlsx"):
        assert "at most 3" in _refused(tmp_path / name)


def test_a_geodatabase_must_be_one(tmp_path: Path) -> None:
    """A folder without tables, with folders in it, and a file that calls itself a folder are told."""
    (tmp_path / "a.gdb").mkdir()
    assert "without its catalogue" in _refused(tmp_path / "a.gdb")
    (tmp_path / "a.gdb" / "inner").mkdir()
    assert "expected only files" in _refused(tmp_path / "a.gdb")
    (tmp_path / "b.gdb").write_bytes(b"\3\0\0\0")
    assert "to be GDB" in _refused(tmp_path / "b.gdb")
