"""The made-up town with every kind of land: parcels, lines that bind, slopes, exceptions, proposed sites."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine

from tests.town import EAST, NORTH, STEP, STUDY, write_town

_CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4550"}}

LAND = """
[[layers.sites]]
path = "parcels.geojson"
[[layers.exclusions]]
path = "red_line.geojson"
rule_id = "ecological-red-line"
source = "示例虚构"
[[layers.exclusions]]
path = "czkfbj.geojson"
rule_id = "urban-growth-boundary"
code_means = { CZKFBJ = "urban-growth-boundary" }
source = "示例虚构"
[[layers.exclusions]]
path = "village.geojson"
rule_id = "village-construction-boundary"
source = "示例虚构"
[[layers.exclusions]]
path = "fuel.geojson"
rule_id = "hazardous-site"
source = "示例虚构"
[[layers.exclusions]]
path = "flood.geojson"
rule_id = "flood"
source = "示例虚构"
[[layers.permitted_land]]
path = "permitted.geojson"
[land]
dem = "dem.tif"
[[land.rules]]
id = "slope"
effect = "exclude_unless_exception"
measure = "slope_max"
limit = 10
source = "示例虚构"
[[land.exceptions]]
site_id = "red2"
rule_id = "ecological-red-line"
granted_by = "示例省厅"
document = "示例〔2025〕1号"
date = 2025-03-01
[[land.generate]]
id = "vc"
method = "village_centres"
[[land.generate]]
id = "grid"
method = "grid"
spacing_m = 300
land_uses = ["G"]
[[land.generate]]
id = "left"
method = "unserved_clusters"
standard = "walk"
count = 3
"""


def write_land_town(folder: Path) -> Path:
    """Write the study into a folder that exists, and return the study file."""
    path = write_town(folder)
    text = STUDY.replace("[roads]", f"{LAND}\n[roads]", 1)
    text = text.replace('id = "depot"', 'id = "depot"\ngenerated = true\nplan_adjustment = true')
    path.write_text(text, encoding="utf-8")
    for name, areas in _AREAS.items():
        (folder / f"{name}.geojson").write_text(_features(areas), encoding="utf-8")
    _write_dem(folder / "dem.tif")
    return path


def _features(rows: list[tuple[str, Any, dict[str, object]]]) -> str:
    features = [
        {"type": "Feature", "properties": said, "geometry": {"type": kind, "coordinates": at}}
        for kind, at, said in rows
    ]
    return json.dumps({"type": "FeatureCollection", "crs": _CRS, "features": features}, ensure_ascii=False)


def _at(column: float, row: float) -> list[float]:
    return [EAST + STEP * column, NORTH + STEP * row]


def _box(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[_at(*corner) for corner in ((west, south), (east, south), (east, north), (west, north), (west, south))]]


def _parcel(name: str, west: float, south: float, **more: object) -> tuple[str, Any, dict[str, object]]:
    return "Polygon", _box(west, south, west + 0.2, south + 0.2), {"site_id": name, "land_use": "A", **more}


_AREAS: dict[str, list[tuple[str, Any, dict[str, object]]]] = {
    "parcels": [
        _parcel("red1", 0.1, 0.1, tenure="集体", current_use="0101", supply_mode="划拨", supply_status="储备"),
        _parcel("red2", 0.15, 0.4, tenure="国有", current_use="0701"),
        _parcel("half", 2.9, 0.1, current_use="1006", current_use_scheme="国土调查"),
        _parcel("rural", 4.1, 0.1, tenure="集体"),
        _parcel("lost", 5.5, 0.1),
        _parcel("plan", 5.5, 0.5, village_plan="示例村规划"),
        _parcel("fuel", 1.0, 3.0),
        _parcel("wet", 1.0, 2.0),
        _parcel("steep", 2.2, 2.2),
    ],
    "red_line": [("Polygon", _box(0.0, 0.0, 0.2, 0.7), {})],
    "czkfbj": [("Polygon", _box(-1, -1, 3, 7), {})],
    "village": [("Polygon", _box(3, -1, 5, 3), {})],
    "fuel": [("Point", _at(1.3, 3.1), {})],
    "flood": [("Polygon", _box(0.9, 1.9, 1.1, 2.1), {})],
    "permitted": [
        ("Polygon", _box(0, 0, 2, 2), {"land_use": "G"}),
        ("Polygon", _box(4, 3, 6, 6), {"land_use": "G"}),
        ("Polygon", _box(2, 4, 3, 5), {"land_use": "R"}),
    ],
}


def _write_dem(path: Path) -> None:
    """Write level ground with one steep bank through the parcel ``steep``; the east is not covered."""
    west, north, cell, size = EAST - 400, NORTH + 3200, 20.0, 130
    x = west + (np.arange(size) + 0.5) * cell
    band = np.tile(np.clip(x - (EAST + STEP * 2.2), 0, 200) * 0.5, (180, 1)).astype("float32")
    profile = {"driver": "GTiff", "height": 180, "width": size, "count": 1, "dtype": "float32", "crs": "EPSG:4550",
               "transform": Affine(cell, 0.0, west, 0.0, -cell, north)}  # fmt: skip
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(band, 1)
