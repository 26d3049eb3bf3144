"""Administrative units: one table of all levels, polygons where there are any."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.errors import Faults, LayerError, fault, shortened
from planner.layers.areas import mended
from planner.layers.checking import check_unique, checked
from planner.layers.crs import study_crs
from planner.layers.locate import codes_at, with_polygons
from planner.layers.log import FaultLog
from planner.layers.points import joined, with_osm_id
from planner.layers.read import read_source
from planner.layers.schema import schema
from planner.layers.source import LEVELS, BoundarySource, LayerSource
from planner.layers.values import as_texts

COLUMNS = ("code", "name", "level", "kind", "parent_code")
_LISTED = ("code", "name")


def read_boundaries(sources: Sequence[BoundarySource], *, crs: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Return the administrative units of all sources.

    Parameters
    ----------
    sources
        One per level, or several; tables without geometries are welcome.
    crs
        Of the study.
    log
        Where units that are expected and absent, mended polygons and unknown parents are told.

    Returns
    -------
    GeoDataFrame
        Columns code, name, level, kind, parent_code ("" at the top), further columns of the files, geometry
        (polygon or multipolygon in the study's crs, or None); sorted by code. A parent that is not given is
        the unit of the next coarser level with polygons in which a point inside the unit lies.

    Raises
    ------
    LayerError
        With the faults of all sources at once: as `read_source` and the schema say, codes that occur
        twice, units that are their own ancestor.
    """
    faults = Faults()
    study_crs(crs)
    tables = []
    for source in sources:
        try:
            tables.append(_read_one(source, crs, log))
        except LayerError as error:
            faults.extend(error)
    faults.raise_if_any(LayerError)
    if not tables:
        raise LayerError(
            fault("at least one layer of boundaries", "none", "add [[layers.boundaries]] to the study file")
        )
    table = joined(tables)
    check_unique(table["code"], layer="the boundaries", faults=faults)
    faults.raise_if_any(LayerError)
    units = _with_parents(table.sort_values("code", ignore_index=True), log)
    _check_rings(units)
    return units


def _read_one(source: BoundarySource, crs: str, log: FaultLog) -> gpd.GeoDataFrame:
    frame = with_osm_id(read_source(source, crs=crs, log=log, wanted=schema("boundaries")), source, "code")
    constants = {"level": source.level, **({"kind": source.kind} if "kind" not in frame.columns else {})}
    table = checked(frame.assign(**constants), schema("boundaries"), layer=source.name, log=log)
    polygons = mended(table, "code", source.name, log)
    units = gpd.GeoDataFrame(
        table.drop(columns="geometry", errors="ignore"),
        geometry=gpd.GeoSeries(polygons, index=table.index, crs=study_crs(crs)),
    )
    if source.expected is not None:
        _tell_absent(units, _expected(source.expected, crs, log), source.name, log)
    further = [name for name in units.columns if name not in (*COLUMNS, "geometry")]
    return units[[*COLUMNS, *further, "geometry"]]


def _with_parents(units: gpd.GeoDataFrame, log: FaultLog) -> gpd.GeoDataFrame:
    parents = units["parent_code"].to_numpy(dtype=object).copy()
    points = shapely.point_on_surface(units.geometry.to_numpy())
    for level in LEVELS[1:]:
        lacking = (units["level"] == level).to_numpy() & (parents == "") & ~shapely.is_missing(points)
        if lacking.any():
            parents[lacking] = _holders(points[lacking], units, level)
    out = units.assign(parent_code=pd.Series(parents, index=units.index, dtype="str"))
    _tell_unknown_parents(out, log)
    return out


def _holders(points: npt.NDArray[np.object_], units: gpd.GeoDataFrame, level: str) -> npt.NDArray[np.object_]:
    """Return the unit, of the next coarser level with polygons, in which each point lies; "" where none."""
    for above in reversed(LEVELS[: LEVELS.index(level)]):
        coarser = with_polygons(units, above)
        if len(coarser):
            return codes_at(points, coarser)
    return np.full(len(points), "", dtype=object)


def _tell_unknown_parents(units: pd.DataFrame, log: FaultLog) -> None:
    known = set(units["code"]) | {""}
    for row in units[~units["parent_code"].isin(known)].itertuples():
        log.add(
            "boundaries",
            row.code,
            "parent_unknown",
            f"{row.name}的上级代码 {row.parent_code} 不在名单内",
            f"The parent {row.parent_code} of {row.name} is not in the list of units",
            "请补充上级单位，或改正 parent_code",
        )


def _check_rings(units: pd.DataFrame) -> None:
    parents = dict(zip(units["code"], units["parent_code"], strict=True))
    own = [code for code in parents if code in _ancestors(code, parents)]
    if own:
        do = "correct parent_code"
        raise LayerError(fault("no unit to lie in itself", f"{shortened(own)} among their own parents", do))


def _ancestors(code: str, parents: dict[str, str]) -> list[str]:
    chain: list[str] = []
    at = parents.get(code, "")
    while at and at not in chain:
        chain.append(at)
        at = parents.get(at, "")
    return chain


def _tell_absent(units: pd.DataFrame, listed: pd.DataFrame, layer: str, log: FaultLog) -> None:
    """Say which of the units that a list names (by code, else by name) the layer lacks."""
    codes, names = set(units["code"]), {_folded(name): name for name in units["name"]}
    for row in listed.itertuples():
        if (row.code in codes) if row.code else (_folded(row.name) in names):
            continue
        near = get_close_matches(_folded(row.name), names, n=1, cutoff=0.75)
        log.add(
            layer,
            row.code or row.name,
            "unit_absent",
            f"名单中的 {_label(row)} 在图层中缺失",
            f"The layer lacks {_label(row)}, which the list names",
            f"请补充该单位（相近名称：{names[near[0]]}）" if near else "请补充该单位，或改正名单",
        )


def _expected(path: Path, crs: str, log: FaultLog) -> pd.DataFrame:
    """Return the list of units that a layer should hold: code and name, either of them empty."""
    whole = schema("boundaries")
    named = replace(whole, columns=tuple(column for column in whole.columns if column.name in _LISTED), id_column="")
    listed = read_source(LayerSource(path=path), crs=crs, log=log, wanted=named)
    if not {"code", "name"} & set(listed.columns):
        found = shortened([str(name) for name in listed.columns])
        raise LayerError(fault(f"a column 'code' or 'name' in {path.name}", found, "rename one of them"))
    blank = pd.Series("", index=listed.index, dtype="str")
    return pd.DataFrame({name: as_texts(listed.get(name, blank)) for name in ("code", "name")})


def _label(row: Any) -> str:
    return " ".join(part for part in (row.code, row.name) if part)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()
