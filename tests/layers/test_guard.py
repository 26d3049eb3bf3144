from __future__ import annotations

import http.server
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
