"""GeoJSON, GeoPackage, Shapefile and FileGDB to a GeoDataFrame in the file's own coordinate reference system."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from shapely.geometry import shape

from planner.errors import LayerError, fault, shortened
from planner.layers.assumed import tell_assumed
from planner.layers.crs import parsed
from planner.layers.guard import MAX_ROWS, Format, sidecar
from planner.layers.log import FaultLog
from planner.layers.text import TRIED, codec, confidence, decoded, fits, tell_encoding

FIRST_FEATURE = 1
_CRS_NAME = re.compile(r"^(?:urn:ogc:def:crs:)?(EPSG|OGC):(?:[\w.]*:)?(\w+)$", re.IGNORECASE)
_DRIVERS = {Format.GPKG: "GPKG", Format.SHP: "ESRI Shapefile", Format.GDB: "OpenFileGDB"}
_DBF_RECORDS = 5_000  # enough to tell encodings apart


def read_geojson(
    path: Path, *, declared: CRS | None, layer: str, log: FaultLog, datum_stated: bool = False
) -> gpd.GeoDataFrame:
    """Return the features of a GeoJSON file, indexed by their number.

    Read without GDAL, which would follow a linked coordinate reference system into the network. A file
    that names none is in `declared`, or in WGS84 as RFC 7946 says; that is told, unless `datum_stated`.

    Raises
    ------
    LayerError
        If it is not a FeatureCollection, a geometry cannot be read, its coordinate reference system is
        not a plain name, or another one is declared.
    """
    text = decoded(path.read_bytes(), declared=None, layer=layer, log=log)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = f"an error at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise LayerError(fault(f"GeoJSON in {layer}", reason, "export the layer again")) from None
    features = content.get("features")
    if content.get("type") != "FeatureCollection" or not isinstance(features, list):
        found = f"an object of type {content.get('type')!r}"
        raise LayerError(fault(f"a FeatureCollection in {layer}", found, "export the layer as GeoJSON"))
    if len(features) > MAX_ROWS:
        raise LayerError(fault(f"at most {MAX_ROWS:,} features in {layer}", f"{len(features):,}", "split the layer"))
    crs = _geojson_crs(content, declared, layer)
    if content.get("crs") is None and declared is None and not datum_stated:
        tell_assumed(layer, log)
    index = pd.RangeIndex(FIRST_FEATURE, FIRST_FEATURE + len(features))
    properties = [_properties(feature, number, layer) for number, feature in zip(index, features, strict=True)]
    geometry = [_geometry(feature, number, layer) for number, feature in zip(index, features, strict=True)]
    return gpd.GeoDataFrame(pd.DataFrame(properties, index=index), geometry=geometry, crs=crs)


def read_gdal(
    path: Path, *, kind: Format, name: str | None, encoding: str | None, layer: str, log: FaultLog
) -> pd.DataFrame:
    """Return one layer of a GeoPackage, Shapefile or FileGDB, indexed by the number of the feature.

    Raises
    ------
    LayerError
        If GDAL cannot open it, sees another format in it, or has no such layer.
    """
    codepage = (encoding or _shapefile_encoding(path, layer, log)) if kind is Format.SHP else None
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            frame = _opened(path, kind, name, codepage)
        except LayerError:
            raise
        except (DataSourceError, DataLayerError, LookupError, ValueError) as error:
            reason = " ".join(str(error).split())[:120]
            raise LayerError(fault(f"a readable layer in {layer}", reason, "export the layer again")) from None
    for text in sorted({" ".join(str(one.message).split()) for one in told}):
        log.add(layer, "", "reader_warning", f"读取时的提示：{text}", f"While reading: {text}", "请检查或重新导出图层")
    if len(frame) > MAX_ROWS:
        raise LayerError(fault(f"at most {MAX_ROWS:,} features in {layer}", "more", "split the layer"))
    frame.index = pd.RangeIndex(FIRST_FEATURE, FIRST_FEATURE + len(frame))
    return _without_engineering_crs(frame)


def _opened(path: Path, kind: Format, name: str | None, encoding: str | None) -> pd.DataFrame:
    """Return what GDAL reads, if it sees the format that the guard saw."""
    if name is not None and name not in (known := [str(row[0]) for row in pyogrio.list_layers(path)]):
        raise LayerError(fault(f"a layer {name!r} in {path.name}", shortened(known), "correct the layer's name"))
    driver = pyogrio.read_info(path, layer=name, encoding=encoding)["driver"]
    if driver != _DRIVERS[kind]:
        raise LayerError(fault(f"{path.name} to be {kind.name}", str(driver), "export the layer again"))
    return pyogrio.read_dataframe(path, layer=name, encoding=encoding, max_features=MAX_ROWS + 1)


def _geojson_crs(content: dict[str, Any], declared: CRS | None, layer: str) -> CRS:
    if "crs" not in content or content["crs"] is None:
        return declared or CRS.from_epsg(4326)
    stated = content["crs"]
    name = stated.get("properties", {}).get("name") if isinstance(stated, dict) else None
    match = _CRS_NAME.match(name) if isinstance(name, str) else None
    if match is None:
        found = shortened([json.dumps(stated, ensure_ascii=False)[:60]])
        do = 'write "crs": {"type": "name", "properties": {"name": "EPSG:4490"}} or leave it out'
        raise LayerError(fault(f"the name of a coordinate reference system in {layer}", found, do))
    return parsed(f"{match[1]}:{match[2]}", layer=layer)


def _properties(feature: object, number: int, layer: str) -> dict[str, Any]:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        raise LayerError(fault(f"features in {layer}", f"something else as number {number}", "export the layer again"))
    cells = {"id": feature["id"]} if "id" in feature else {}
    cells.update(feature.get("properties") or {})
    return {name: cell if _is_plain(cell) else json.dumps(cell, ensure_ascii=False) for name, cell in cells.items()}


def _is_plain(cell: object) -> bool:
    return cell is None or isinstance(cell, str | int | float | bool)


def _geometry(feature: dict[str, Any], number: int, layer: str) -> object:
    stated = feature.get("geometry")
    if stated is None:
        return None
    try:
        return shape(stated)
    except Exception as error:  # noqa: BLE001 - whatever a hostile geometry makes the library raise
        reason = f"feature {number} ({type(error).__name__})"
        raise LayerError(fault(f"geometries in {layer}", reason, "correct or remove that feature")) from None


def _without_engineering_crs(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame without what GDAL writes for 'undefined'."""
    if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None:
        crs = CRS(frame.crs)
        if not (crs.is_geographic or crs.is_projected or crs.is_compound) or "undefined" in crs.name.lower():
            return frame.set_crs(None, allow_override=True)
    return frame


def _shapefile_encoding(path: Path, layer: str, log: FaultLog) -> str:
    """Return the encoding of a DBF: the one its .cpg declares where the bytes agree, else the one they fit."""
    text = _dbf_text(sidecar(path, ".dbf"))
    stated = _stated_encoding(path)
    if stated is not None and _replaced(text, stated) == 0:
        return stated
    found = next((name for name in TRIED if fits(text, name)), "gb18030" if _mostly_gbk(text) else "utf-8")
    found = "utf-8" if found == TRIED[0] else found
    if stated is not None and _replaced(text, stated) > _replaced(text, found):
        _tell_wrong_cpg(stated, found, layer, log)
    elif stated is not None:
        return stated
    elif found == "gb18030":
        tell_encoding(found, confidence(text), layer=layer, log=log)
    return found


def _dbf_text(path: Path) -> bytes:
    """Return names and first records of a DBF; a cell may end inside a character, so spaces stand between."""
    with path.open("rb") as stream:
        header = stream.read(32)
        size = int.from_bytes(header[8:10], "little")
        names = b"".join(cell.split(b"\0")[0] + b" " for cell in _cells(stream.read(max(0, size - 32)), 32))
        records = stream.read(int.from_bytes(header[10:12], "little") * _DBF_RECORDS)
    return names + records


def _stated_encoding(path: Path) -> str | None:
    """Return what the .cpg beside a Shapefile says; None where there is none, or nobody knows the code page."""
    beside = sidecar(path, ".cpg")
    if not beside.is_file():
        return None
    with beside.open("rb") as stream:
        return codec(stream.read(100).decode("ascii", errors="replace"))


def _replaced(content: bytes, encoding: str) -> int:
    return content.decode(encoding, errors="replace").count("\ufffd")


def _tell_wrong_cpg(stated: str, found: str, layer: str, log: FaultLog) -> None:
    log.add(
        layer,
        "",
        "encoding_contradicted",
        f".cpg 写的编码是 {stated}，但内容不符，按 {found} 读取",
        f"The .cpg says {stated}, but the bytes are not; read as {found}",
        "请改正 .cpg，或在研究文件中写明 encoding",
    )


def _cells(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content) - 1, size)]


def _mostly_gbk(content: bytes) -> bool:
    replaced = {name: content.decode(name, errors="replace").count("\ufffd") for name in ("utf-8", "gb18030")}
    return replaced["gb18030"] < replaced["utf-8"]
