"""Catchments of schools (学区): which whole villages, communities and estates belong to which schools."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

import geopandas as gpd
import pandas as pd
import shapely

from planner.errors import Faults, LayerError
from planner.layers.areas import mended
from planner.layers.checking import checked
from planner.layers.log import FaultLog
from planner.layers.read import read_source
from planner.layers.schema import schema
from planner.layers.source import LayerSource

LISTS = ("schools", "feeds", "unit_codes", "estates")
"""Columns that hold several ids."""

_BETWEEN = re.compile(r"[;；、，,\n|]+")


def read_catchments(sources: Sequence[LayerSource], *, crs: str, log: FaultLog) -> pd.DataFrame:
    """Return the catchments of all sources.

    Parameters
    ----------
    sources
        Tables, or polygons.
    crs
        Of the study.
    log
        Gets a line for every polygon that is mended.

    Returns
    -------
    DataFrame
        One row per service and catchment_id, sorted: catchment_name, kind (``single``, ``multiple``, ""), tuples of
        ids in `LISTS`, geometry (polygon in the study crs, or None).

    Raises
    ------
    LayerError
        With the faults of all sources at once; if a catchment consists of nothing, or is of two kinds.
    """
    faults, tables = Faults(), []
    for source in sources:
        try:
            tables.append(_read_one(source, crs, log))
        except LayerError as error:
            faults.extend(error)
    faults.raise_if_any(LayerError)
    columns = ["service", "catchment_id", "catchment_name", "kind", *LISTS, "geometry"]
    if not tables:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(tables, ignore_index=True).groupby(["service", "catchment_id"], sort=True)
    merged = pd.DataFrame(
        [_merged(str(service), str(name), part, faults) for (service, name), part in rows], columns=columns
    )
    faults.raise_if_any(LayerError)
    return merged


def _read_one(source: LayerSource, crs: str, log: FaultLog) -> pd.DataFrame:
    wanted = schema("catchments")
    frame = read_source(source, crs=crs, log=log, wanted=wanted)
    table = checked(frame, wanted, layer=source.name, log=log)
    shapes = _shapes(table, source.name, log)
    lists = {name: [ids_in(text) for text in table[name]] for name in LISTS}
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore")).assign(**lists)
    return plain.assign(geometry=shapes, _layer=source.name)


def _shapes(table: pd.DataFrame, layer: str, log: FaultLog) -> pd.Series:
    """Return the polygon of each row, None where the source has none."""
    drawn = isinstance(table, gpd.GeoDataFrame)
    shapes = mended(table, "catchment_id", layer, log) if drawn else [None] * len(table)
    return pd.Series(list(shapes), index=table.index, dtype="object")


def ids_in(text: str) -> tuple[str, ...]:
    """Return the ids of a cell, each once, in order."""
    return tuple(dict.fromkeys(part.strip() for part in _BETWEEN.split(text) if part.strip()))


def _merged(service: str, catchment: str, rows: pd.DataFrame, faults: Faults) -> tuple[object, ...]:
    """Return the rows of one catchment as one."""
    lists = [tuple(dict.fromkeys(chain.from_iterable(rows[name]))) for name in LISTS]
    shapes = [shape for shape in rows["geometry"] if isinstance(shape, shapely.Geometry)]
    kinds = sorted({kind for kind in rows["kind"] if kind})
    layer = rows["_layer"].iloc[0]
    if len(kinds) > 1:
        faults.add(f"one kind of catchment {catchment} ({service}) in {layer}", " and ".join(kinds), "correct it")
    if not (lists[2] or lists[3] or shapes):
        do = "fill unit_codes or estates, or give its polygon"
        faults.add(f"villages, communities or estates of catchment {catchment} ({service}) in {layer}", "none", do)
    names = [name for name in rows["catchment_name"] if name]
    shape = shapely.union_all(shapes) if shapes else None
    return (service, catchment, names[0] if names else "", kinds[0] if kinds else "", *lists, shape)
