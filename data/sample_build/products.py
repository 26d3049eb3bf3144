"""Writes the products as text, byte for byte the same on every run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from sample_build.plane import to_degrees
from sample_build.streets import Streets

Feature = tuple[Mapping[str, object], Mapping[str, object]]


def write_features(path: Path, name: str, features: Iterable[Feature]) -> None:
    """Write properties and geometries as GeoJSON, one feature a line."""
    lines = [_dump({"type": "Feature", "properties": told, "geometry": shape}) for told, shape in features]
    head = f'{{"type":"FeatureCollection","name":{_dump(name)},"features":[\n'
    path.write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8", newline="\n")


def polygon_json(shape: BaseGeometry) -> Mapping[str, object]:
    """Return the GeoJSON geometry of a polygon or multipolygon in degrees, exteriors counter-clockwise."""
    polygons = [shapely.orient_polygons(p) for p in shapely.get_parts(shape)]
    rings = [[_ring(p.exterior.coords), *[_ring(hole.coords) for hole in p.interiors]] for p in polygons]
    single = len(rings) == 1
    return {"type": "Polygon" if single else "MultiPolygon", "coordinates": rings[0] if single else rings}


def write_roads(path: Path, streets: Streets) -> None:
    """Write the streets as lines: connected where they share a vertex exactly."""
    points = to_degrees(streets.xy)
    features = (
        (
            {"road_class": line.road_class, "oneway": line.oneway, "setting": line.setting},
            {"type": "LineString", "coordinates": points[list(line.points)].tolist()},
        )
        for line in streets.lines
    )
    write_features(path, "roads", features)


def write_areas(path: Path, name: str, areas: list[Polygon], prefix: str) -> None:
    """Write polygons in metres as numbered areas."""
    rounded = [Polygon(to_degrees(area.exterior.coords)) for area in areas]
    features = [({"area_id": f"{prefix}-{n:03d}"}, polygon_json(area)) for n, area in enumerate(rounded, 1)]
    write_features(path, name, features)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as UTF-8 CSV; columns x and y (metres) become lon and lat, empty cells stay empty."""
    shown = table.copy()
    if {"x", "y"} <= set(shown.columns):
        shown[["x", "y"]] = to_degrees(shown[["x", "y"]].to_numpy())
        shown["x"], shown["y"] = [[f"{value:.6f}" for value in shown[axis]] for axis in ("x", "y")]
        shown = shown.rename(columns={"x": "lon", "y": "lat"})
    text = shown.map(_cell).to_csv(index=False, lineterminator="\n")
    path.write_text(text, encoding="utf-8", newline="\n")


def write_traps(path: Path, traps: Mapping[str, list[str]]) -> None:
    """Write the ids of every trap as TOML."""
    head = "# Written by build_sample.py: what the traps described in README.md are about."
    lines = [head, *(f"{name} = {_dump(ids)}" for name, ids in sorted(traps.items()))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _ring(coords: Iterable[tuple[float, ...]]) -> list[list[float]]:
    return [[round(x, 6), round(y, 6)] for x, y in coords]


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
