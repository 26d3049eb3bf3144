"""A look at a file nobody described yet: its layers, their columns and geometries, what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import openpyxl
import osmium
import pandas as pd
import pyogrio
from pyproj import CRS

from planner.errors import InputError
from planner.layers.archives import contents
from planner.layers.guard import Format, guarded
from planner.layers.log import FaultLog
from planner.layers.read import read_raw
from planner.layers.source import LayerSource

_KINDS = {"Point": "point", "MultiPoint": "point", "LineString": "line", "MultiLineString": "line",
          "Polygon": "polygon", "MultiPolygon": "polygon"}  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Seen:
    """What a file, or a layer of it, shows.

    Attributes
    ----------
    path, layer
        Where it is; `layer` only where the file has several.
    kind
        ``point``, ``line``, ``polygon``, ``mixed``, ``table`` (no geometries), ``osm``, or ``unreadable``.
    table
        Its rows; none where it is an OpenStreetMap extract or cannot be read.
    crs
        Reference system that the file carries, "" where it carries none.
    encoding
        In which a text was read that is not UTF-8 and declares none, "" else.
    roads
        Whether an OpenStreetMap extract holds ways with the key ``highway``.
    problem
        Why it cannot be read; "" where it can.
    """

    path: Path
    kind: str
    table: pd.DataFrame
    layer: str | None = None
    crs: str = ""
    encoding: str = ""
    roads: bool = False
    problem: str = ""


def look(path: Path) -> list[Seen]:
    """Return what the layers of a file show, through the guarded reader; a broken one says why."""
    try:
        kind = guarded(path)
        if kind is Format.PBF:
            return [Seen(path=path, kind="osm", table=pd.DataFrame(), crs="EPSG:4326", roads=_has_roads(path))]
        names = _layers(path, kind)
    except Exception as error:  # noqa: BLE001 - a hostile file makes libraries raise anything
        return [_unreadable(path, None, error)]
    return [_look_at(path, name) for name in names]


def _layers(path: Path, kind: Format) -> list[str | None]:
    """Return the names of the layers of a file; None alone where it has but one."""
    names: list[str | None] = [None]
    if kind in (Format.GPKG, Format.GDB):
        names = [str(row[0]) for row in pyogrio.list_layers(path)]
    if kind is Format.ZIP:
        names = list(contents(path))
    if kind is Format.XLSX:
        book = openpyxl.load_workbook(path, read_only=True)
        names = [str(name) for name in book.sheetnames]
        book.close()
    return names if len(names) > 1 else [None]


def _look_at(path: Path, layer: str | None) -> Seen:
    log = FaultLog()
    try:
        table = read_raw(LayerSource(path=path, layer=layer), None, log)
    except InputError as error:
        return _unreadable(path, layer, error)
    assumed = "encoding_assumed" in set(log.to_frame()["code"])
    if not isinstance(table, gpd.GeoDataFrame):
        return Seen(path=path, layer=layer, kind="table", table=table, encoding="gb18030" if assumed else "")
    kinds = {_KINDS.get(str(kind), "mixed") for kind in table.geometry.geom_type.dropna()}
    crs = "" if table.crs is None else CRS(table.crs).to_string()
    return Seen(
        path=path,
        layer=layer,
        kind=kinds.pop() if len(kinds) == 1 else "mixed",
        table=pd.DataFrame(table.drop(columns=table.geometry.name)),
        crs=crs if len(crs) < 40 else CRS(table.crs).name,
        encoding="gb18030" if assumed else "",
    )


def _unreadable(path: Path, layer: str | None, error: Exception) -> Seen:
    return Seen(path=path, layer=layer, kind="unreadable", table=pd.DataFrame(), problem=" ".join(str(error).split()))


def _has_roads(path: Path) -> bool:
    items = osmium.FileProcessor(str(path)).with_filter(osmium.filter.KeyFilter("highway"))
    return any(item.type_str() == "w" for item in items)
