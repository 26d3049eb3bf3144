"""The ground of the map: units with their outlines, roads by class, excluded land."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.report.material import Material, published_exclusions
from planner.report.payload.draft import Draft
from planner.report.payload.encode import Grid, simplified, steps

LEVELS = ("city", "county", "township", "village")
ROAD_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential", "other")
_ALIASES = {"unclassified": "residential", "living_street": "residential", "residential": "residential"}
_DETAIL = 2_500
"""A border may move by the extent of the study over this."""


def unit_table(material: Material) -> pd.DataFrame:
    """Return the units by level and code, each once, with the outline it is drawn by.

    A unit without a polygon of its own is drawn by those of the units below it, where they have any.
    """
    table = pd.DataFrame(material.boundaries).rename(columns={material.boundaries.geometry.name: "shape"})
    table = table.drop_duplicates("code")
    rank = table["level"].map({level: number for number, level in enumerate(LEVELS)}).fillna(len(LEVELS))
    table = table.assign(rank=rank).sort_values(["rank", "code"], kind="stable")
    table = table.set_index("code", drop=False).rename_axis(index=None)
    table["shape"] = _thinned(table, material.crs)
    return table.assign(shape=_with_joined_parents(table))


def borders(table: pd.DataFrame, grid: Grid) -> dict[str, list[list[int]]]:
    """Return the outlines of each level as lines, one line where two units touch."""
    found = {}
    for level, part in table.groupby("level", sort=False):
        shapes = [shape for shape in part["shape"] if shape is not None]
        if shapes:
            lines = shapely.line_merge(shapely.union_all(shapely.boundary(np.array(shapes, dtype=object))))
            found[str(level)] = grid.lines(shapely.get_parts(lines))
    return found


def units(table: pd.DataFrame, draft: Draft) -> dict[str, Any]:
    """Return the columns of the units: code, name, level, parent (position or -1), rings and where the name stands."""
    strings, grid = draft.strings, draft.grid
    anchors = [(0.0, 0.0) if shape is None else _name_place(shape) for shape in table["shape"]]
    x, y = grid.points([anchor[0] for anchor in anchors], [anchor[1] for anchor in anchors])
    return {
        "code": strings.puts(table["code"]),
        "name": strings.puts(table["name"]),
        "level": strings.puts(table["level"]),
        "parent": draft.unit(table["parent_code"]),
        "rings": [0 if shape is None else grid.rings(shape) for shape in table["shape"]],
        "x": x.tolist(),
        "y": y.tolist(),
    }


def roads(draft: Draft) -> list[dict[str, Any]]:
    """Return the roads, one entry per class from the highest to the lowest, with its lines."""
    material = draft.material
    if material.roads is None or not len(material.roads):
        return []
    classes = material.roads["road_class"].astype("str").map(_road_class)
    shapes = material.roads.geometry.to_numpy()
    found = []
    for name in ROAD_CLASSES:
        lines = _joined(shapes[(classes == name).to_numpy()])
        if len(lines):
            found.append({"class": name, "lines": draft.grid.lines(lines)})
    return found


def exclusions(draft: Draft) -> dict[str, Any]:
    """Return the excluded land that may be published: the rule's name and rings of each area."""
    chosen = published_exclusions(draft.material)
    if chosen is None:
        return {"rule": [], "rings": []}
    tolerance = _tolerance(chosen) / 2
    return {
        "rule": draft.strings.puts(chosen["rule_name"]),
        "rings": [draft.grid.rings(shape) for shape in shapely.simplify(chosen.geometry.to_numpy(), tolerance)],
    }


def extent(table: pd.DataFrame, draft: Draft) -> list[int]:
    """Return west, south, east, north of everything there is, as integers of 1e-5 degree."""
    material = draft.material
    shapes = np.array([shape for shape in table["shape"] if shape is not None], dtype=object)
    west, south, east, north = shapely.total_bounds(shapes) if len(shapes) else (np.nan,) * 4
    for places in (material.demand, material.facilities, material.plan_options):
        if len(places):
            west, east = np.fmin(west, places["x"].min()), np.fmax(east, places["x"].max())
            south, north = np.fmin(south, places["y"].min()), np.fmax(north, places["y"].max())
    x, y = draft.grid.points([west, west, east, east], [south, north, south, north])
    return [int(x.min()), int(y.min()), int(x.max()), int(y.max())]


def point_columns(places: pd.DataFrame, grid: Grid) -> dict[str, list[int]]:
    """Return the positions of a table as differences."""
    x, y = grid.points(places["x"], places["y"])
    return {"x": steps(x), "y": steps(y)}


def _thinned(table: pd.DataFrame, crs: str) -> pd.Series:
    """Return the outlines with fewer points, level by level; None where a unit has none."""
    shapes = pd.Series([None] * len(table), index=table.index, dtype=object)
    drawn = table[[shape is not None and not shape.is_empty for shape in table["shape"]]]
    if len(drawn):
        tolerance = _tolerance(gpd.GeoDataFrame(geometry=list(drawn["shape"]), crs=crs))
        for _, level in drawn.groupby("rank"):
            thin = simplified(gpd.GeoDataFrame(geometry=list(level["shape"]), crs=crs), tolerance)
            for code, shape in zip(level.index, thin, strict=True):
                shapes.at[code] = shape
    return shapes


def _with_joined_parents(table: pd.DataFrame) -> pd.Series:
    """Return the outlines, and for a unit without one the union of those below it."""
    shapes: dict[str, Any] = dict(zip(table.index, table["shape"], strict=True))
    below: dict[str, list[str]] = {}
    for code, parent in zip(table.index, table["parent_code"], strict=True):
        below.setdefault(parent, []).append(code)
    for code in reversed(table.index):
        parts = [shapes[child] for child in below.get(code, []) if shapes[child] is not None]
        if shapes[code] is None and parts:
            shapes[code] = shapely.union_all(parts)
    return pd.Series(shapes, dtype=object)


def _tolerance(frame: gpd.GeoDataFrame) -> float:
    west, south, east, north = frame.total_bounds
    return float(max(east - west, north - south)) / _DETAIL


def _name_place(shape: shapely.Geometry) -> tuple[float, float]:
    """Return a point well inside the largest part of an outline."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    if not parts:
        return shape.centroid.x, shape.centroid.y
    largest = max(parts, key=lambda part: part.area)
    inner = shapely.maximum_inscribed_circle(largest, tolerance=float(np.sqrt(largest.area)) / 50)
    return float(inner.coords[0][0]), float(inner.coords[0][1])


def _road_class(name: str) -> str:
    plain = name.removesuffix("_link")
    plain = _ALIASES.get(plain, plain)
    return plain if plain in ROAD_CLASSES else "other"


def _joined(shapes: Any) -> Any:
    """Return lines of one class joined where exactly two meet, duplicates gone, thinned to about three metres."""
    parts = shapely.get_parts(shapes)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    if not len(parts):
        return parts
    once = parts[np.unique(shapely.to_wkb(shapely.normalize(parts)), return_index=True)[1]]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(once)))
    return shapely.simplify(merged, 3.0)
