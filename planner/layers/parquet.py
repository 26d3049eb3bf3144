"""GeoParquet, and plain Parquet, to a table; only the file itself is opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from planner.errors import LayerError, fault, shortened
from planner.layers.archives import MAX_ARCHIVE_BYTES
from planner.layers.guard import MAX_ROWS

FIRST_FEATURE = 1
_MAX_COLUMNS = 1_000
_LON_LAT = CRS.from_user_input("OGC:CRS84")


def read_parquet(path: Path, *, layer: str) -> pd.DataFrame:
    """Return a Parquet file, indexed by the number of the row; a GeoDataFrame where it is GeoParquet.

    Parameters
    ----------
    path
        The file. Without a reference system in its metadata its geometries are in longitude and latitude
        of WGS84, as GeoParquet says; where the metadata says null, nobody knows.
    layer
        What faults call it.

    Raises
    ------
    LayerError
        If it is damaged, would unpack to too much, or encodes geometries otherwise than as WKB.
    """
    try:
        with pq.ParquetFile(path) as file:
            _check_size(file, layer)
            stated = (file.schema_arrow.metadata or {}).get(b"geo")
            plain = file.read(columns=_columns(file.schema_arrow))
    except LayerError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise LayerError(fault(f"Parquet in {layer}", " ".join(str(error).split())[:100], "export it again")) from None
    frame = plain.replace_schema_metadata(None).to_pandas()
    frame.index = pd.RangeIndex(FIRST_FEATURE, FIRST_FEATURE + len(frame))
    return frame if stated is None else _geometries(frame, _meta(stated, layer), layer)


def _check_size(file: pq.ParquetFile, layer: str) -> None:
    """Raise, by the file's own table of contents, if it holds more than is read."""
    meta = file.metadata
    size = sum(meta.row_group(number).total_byte_size for number in range(meta.num_row_groups))
    if meta.num_rows > MAX_ROWS or meta.num_columns > _MAX_COLUMNS or size > MAX_ARCHIVE_BYTES:
        found = f"{meta.num_rows:,} rows, {meta.num_columns:,} columns, {size:,} bytes"
        expected = f"at most {MAX_ROWS:,} rows, {_MAX_COLUMNS:,} columns and {MAX_ARCHIVE_BYTES:,} bytes in {layer}"
        raise LayerError(fault(expected, found, "split the layer"))


def _columns(schema: pa.Schema) -> list[str]:
    """Return the columns that hold one value per row: lists and structs (such as bbox) say nothing here."""
    return [field.name for field in schema if not pa.types.is_nested(field.type)]


def _meta(stated: bytes, layer: str) -> dict[str, Any]:
    try:
        meta = json.loads(stated)
        column = meta["columns"][meta["primary_column"]]
        return {"name": meta["primary_column"], "others": set(meta["columns"]), **column}
    except (ValueError, KeyError, TypeError, RecursionError):
        do = "export the layer again"
        raise LayerError(fault(f"the metadata of GeoParquet in {layer}", "something else", do)) from None


def _geometries(frame: pd.DataFrame, meta: dict[str, Any], layer: str) -> gpd.GeoDataFrame:
    name = str(meta["name"])
    if meta.get("encoding") != "WKB" or name not in frame.columns:
        found = f"{meta.get('encoding')!r} in column {name!r}"
        raise LayerError(fault(f"geometries as WKB in {layer}", found, "export the layer with WKB geometries"))
    try:
        shapes = shapely.from_wkb(frame[name].to_numpy(dtype=object))
    except (ShapelyError, TypeError) as error:
        reason = " ".join(str(error).split())[:80]
        raise LayerError(fault(f"geometries in {layer}", reason, "export the layer again")) from None
    beside = [str(column) for column in frame.columns if column in meta["others"]]
    return gpd.GeoDataFrame(frame.drop(columns=beside), geometry=shapes, crs=_crs(meta, layer))


def _crs(meta: dict[str, Any], layer: str) -> CRS | None:
    if "crs" not in meta:
        return _LON_LAT
    if meta["crs"] is None:
        return None
    try:
        return CRS.from_json_dict(meta["crs"])
    except (CRSError, TypeError, ValueError):
        found = shortened([str(meta["crs"])[:60]])
        do = "export the layer with a known one"
        raise LayerError(fault(f"a coordinate reference system in {layer}", found, do)) from None
