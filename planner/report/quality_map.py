"""The quality report as a map: where rows are that a person should look at, in one file that opens with no network."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from planner.report.catalogue import LANGUAGES, catalogue
from planner.report.offline_map import OfflineMap
from planner.report.plain import plain

SCRIPTS, STYLES = ("element.js", "quality.js"), ("map.css", "quality.css")
_MAX_POINTS = 60_000  # of all outlines: more make a page slow, and say nothing about faults
_DIGITS = 5  # of a degree: about a metre


def quality_map(
    quality: pd.DataFrame,
    accounts: pd.DataFrame,
    boundaries: gpd.GeoDataFrame | None,
    *,
    crs: str,
    title: str = "",
    notice: str = "",
    language: str = "zh",
) -> OfflineMap:
    """Return the map of a quality report.

    Parameters
    ----------
    quality
        One row per fault: layer, row_id, code, message, message_en, remedy, others, x, y (metres in `crs`; NaN where
        a fault has no place: those stand in the list beside the map).
    accounts
        One row per layer: layer, rows, chosen, left_out, kept.
    boundaries
        Units with polygons in `crs`; None where they could not be read.
    crs
        Of x and y; "" where there are none.
    title, notice
        Of the study.
    language
        Shown first: ``zh`` or ``en``.
    """
    data = {
        "meta": {"title": plain(title), "notice": plain(notice), "language": language},
        "texts": {name: dict(catalogue(name)["quality"]) for name in LANGUAGES},
        "kinds": {name: dict(catalogue(name)["fault_kinds"]) for name in LANGUAGES},
        "units": [] if boundaries is None else _outlines(boundaries),
        "faults": _faults(quality, crs),
        "accounts": [[plain(value) for value in row] for row in accounts.itertuples(index=False)],
    }
    heading = " · ".join(part for part in (catalogue(language)["quality"]["title"], title) if part)
    return OfflineMap(data, title=heading, language=language, scripts=SCRIPTS, styles=STYLES)


def _faults(quality: pd.DataFrame, crs: str) -> list[dict[str, Any]]:
    x, y = (quality[axis].to_numpy(dtype=np.float64) for axis in ("x", "y"))
    placed = np.isfinite(x) & np.isfinite(y)
    places = np.full((len(quality), 2), np.nan)
    if placed.any():
        lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x[placed], y[placed])
        places[placed] = np.column_stack([lat, lon]).round(_DIGITS)
    tables = catalogue("zh")["tables"]
    return [
        {
            "layer": plain(row.layer), "layer_zh": plain(tables.get(str(row.layer), row.layer)),
            "row": plain(row.row_id), "code": plain(row.code), "message": [plain(row.message), plain(row.message_en)],
            "remedy": plain(row.remedy), "others": plain(row.others), "at": place if there else None,
        }
        for row, place, there in zip(quality.itertuples(index=False), places.tolist(), placed, strict=True)
    ]  # fmt: skip


def _outlines(boundaries: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the outlines of all units, coarse ones first: only these are filled."""
    known = boundaries[~(boundaries.geometry.isna() | boundaries.geometry.is_empty)]
    if known.empty:
        return []
    shapes = known.geometry.to_numpy()
    tolerance = 5.0
    while shapely.get_num_coordinates(simple := shapely.simplify(shapes, tolerance)).sum() > _MAX_POINTS:
        tolerance *= 2
    order = {"city": 0, "county": 1, "township": 2, "village": 3}
    degrees = gpd.GeoSeries(simple, crs=known.crs).to_crs("EPSG:4326").to_numpy()
    units = [
        {"level": str(level), "rings": _rings(shape)} for level, shape in zip(known["level"], degrees, strict=True)
    ]
    return sorted((unit for unit in units if unit["rings"]), key=lambda unit: order.get(unit["level"], len(order)))


def _rings(shape: shapely.Geometry) -> list[list[list[list[float]]]]:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    return [
        [[[round(lat, _DIGITS), round(lon, _DIGITS)] for lon, lat in ring.coords] for ring in shapely.get_rings([part])]
        for part in polygons
    ]
