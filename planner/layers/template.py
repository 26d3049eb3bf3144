"""Templates: an empty table with the headers, units, examples and words of its schema, ready to be filled in."""

from __future__ import annotations

import csv
import os
from difflib import get_close_matches
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry import Point

from planner.errors import InputError, OutputError, fault
from planner.layers.crs import parsed
from planner.layers.example import EXAMPLE, key_column
from planner.layers.schema import Column, Schema, schema
from planner.layers.template_workbook import write_workbook

LAYERS = {"boundaries": "boundaries", "facilities": "facilities", "population": "demand", "sites": "sites",
          "exclusions": "exclusions", "leading_zones": "leading_zones", "crosswalk": "crosswalk",
          "population_by_unit": "unit_people", "age_structure": "age_structure",
          "catchments": "catchments", "permitted_land": "permitted_land",
          "population_by_year": "population_by_year", "single_ages": "single_ages", "births": "births",
          "residential_areas": "residential_areas"}  # fmt: skip
"""Layer of a study -> its schema."""

FORMATS = (".xlsx", ".csv", ".gpkg")
CGCS2000 = "EPSG:4490"
_AREAS = ("boundaries", "exclusions", "permitted_land", "sites")  # drawn as polygons
_LON, _LAT, _HALF_DEGREES = 122.00266, 39.63065, 0.0003
_GDAL_TYPES = {"integer": "Int64", "boolean": "boolean", "number": "Float64", "persons": "Float64"}


def write_template(layer: str, path: Path | str, *, crs: str = CGCS2000) -> Path:
    """Write an empty table for a layer.

    Parameters
    ----------
    layer
        One of `LAYERS`, as a study calls them.
    path
        The new file; .xlsx (comments, drop-downs and a sheet that explains), .csv, or .gpkg. The one row in it
        is an example: readers know it by its key and leave it out.
    crs
        Of a GeoPackage; geographic CGCS2000 where not given.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If the layer or the format is unknown, or the layer needs polygons and the format has none.
    OutputError
        If the file exists or cannot be written.
    """
    target, wanted = Path(path), schema_of(layer)
    kind = target.suffix.lower()
    if kind not in FORMATS:
        raise InputError(fault(f"a template as {', '.join(FORMATS)}", target.name, f"name {layer}.xlsx"))
    if kind != ".gpkg" and any(one.dtype == "geometry" and one.required == "yes" for one in wanted.columns):
        raise InputError(fault(f"a .gpkg for {layer}, which are polygons", target.name, f"name {layer}.gpkg"))
    if os.path.lexists(target):
        raise OutputError(fault("a new file for the template", f"{path}, which exists", "name another file with -o"))
    try:
        _write(wanted, layer, target, kind, crs)
    except (OSError, DataSourceError, DataLayerError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise OutputError(fault(f"to write {path}", reason, "name another file with -o")) from None
    return target


def schema_of(layer: str) -> Schema:
    """Return the schema of a layer of a study.

    Raises
    ------
    InputError
        If there is no such layer.
    """
    if layer not in LAYERS:
        near = get_close_matches(layer, LAYERS, n=1)
        raise InputError(
            fault(f"one of the layers {', '.join(LAYERS)}", layer, f"write {near[0]}" if near else "choose one of them")
        )
    return schema(LAYERS[layer])


def template_name(layer: str) -> str:
    """Return the file name of a template that nobody named: a workbook, a GeoPackage where polygons are needed."""
    drawn = any(column.dtype == "geometry" and column.required == "yes" for column in schema_of(layer).columns)
    return f"{layer}{'.gpkg' if drawn else '.xlsx'}"


def header(column: Column) -> str:
    """Return how a template heads a column: the Chinese name and ours."""
    return f"{column.aliases[0]} {column.name}" if column.aliases else column.name


def example_row(wanted: Schema) -> dict[str, str]:
    """Return the example of every column; the key says that it is one."""
    return {column.name: column.example for column in wanted.columns} | {key_column(wanted): EXAMPLE}


def _write(wanted: Schema, layer: str, target: Path, kind: str, crs: str) -> None:
    columns = [column for column in wanted.columns if column.dtype != "geometry"]
    example = example_row(wanted)
    if kind == ".gpkg":
        _write_geopackage(wanted, layer, target, crs)
    elif kind == ".csv":
        with target.open("x", encoding="utf-8-sig", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow([header(column) for column in columns])
            rows.writerow([example[column.name] for column in columns])
    else:
        write_workbook(columns, [header(column) for column in columns], example, layer=layer, path=target)


def _write_geopackage(wanted: Schema, layer: str, target: Path, crs: str) -> None:
    example = example_row(wanted)
    columns = [column for column in wanted.columns if column.dtype not in ("geometry", "position")]
    cells = {column.name: _cell(example[column.name], column) for column in columns}
    table = pd.DataFrame(cells)
    if not any(column.dtype in ("geometry", "position") for column in wanted.columns):
        pyogrio.write_dataframe(table, target, layer=layer, driver="GPKG")
        return
    shape = Point(_LON, _LAT)
    if wanted.table in _AREAS:
        shape = shape.buffer(_HALF_DEGREES, cap_style="square")
    drawn = gpd.GeoDataFrame(table, geometry=[shape], crs=CGCS2000).to_crs(parsed(crs, layer=target.name))
    drawn.to_file(target, layer=layer, driver="GPKG", engine="pyogrio")


def _cell(text: str, column: Column) -> pd.Series:
    if column.dtype == "boolean":
        return pd.Series([text == "true"], dtype="boolean")
    kind = _GDAL_TYPES.get(column.dtype)
    return pd.Series([text], dtype="str") if kind is None else pd.to_numeric(pd.Series([text])).astype(kind)
