"""Invented township cells: a rough-edged Voronoi diagram round the units' positions, cut to the county outlines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize

from sample_build.plane import Floats, shape_to_metres, to_degrees, to_metres
from sample_build.sources import Sources, parts

GRID = 1e-6
_OVERSHOOT_DEG = 2e-6


@dataclass(frozen=True)
class Cells:
    """The cell of every unit.

    Attributes
    ----------
    degrees, metres
        Polygon by unit code; the first exactly as written to the file.
    seats
        Position of every unit's town in metres, by unit code.
    islands
        Codes of units that have no land link.
    """

    degrees: dict[str, Polygon]
    metres: dict[str, Polygon]
    seats: dict[str, Floats]
    islands: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    county: str
    outline: Polygon
    codes: list[str]
    seeds: Floats


def township_cells(sources: Sources, rng: np.random.Generator) -> Cells:
    """Return cells that tile every county outline; one polygon each, sharing their vertices exactly."""
    pieces = [piece for county in sources.counties for piece in _parts_with_seeds(sources, county)]
    borders = [piece.outline.exterior for piece in pieces]
    inner = [line for piece in pieces for line in _inner_borders(piece, rng)]
    faces = list(polygonize(shapely.union_all([*borders, *inner], grid_size=GRID)))
    cells = _one_polygon_each(_assigned(faces, pieces), pieces)
    islands = tuple(p.codes[0] for p in pieces if len(p.codes) == 1)
    metres = {code: Polygon(shape_to_metres(cell)) for code, cell in cells.items()}
    return Cells(degrees=cells, metres=metres, seats=_seats(pieces, metres), islands=islands)


def _parts_with_seeds(sources: Sources, county: str) -> list[_Part]:
    outlines = parts(sources.counties[county])
    units = sources.units[sources.units["county_code"] == county]
    seeds = to_metres(units[["lon", "lat"]])
    shapes = [shape_to_metres(outline) for outline in outlines]
    nearest = np.argmin([[shape.distance(Point(seed)) for shape in shapes] for seed in seeds], axis=1)
    codes = np.array(units["code"], dtype=object)
    return [_Part(county, o, list(codes[nearest == n]), seeds[nearest == n]) for n, o in enumerate(outlines)]


def _inner_borders(piece: _Part, rng: np.random.Generator) -> list[BaseGeometry]:
    if len(piece.codes) < 2:
        return []
    frame = shape_to_metres(piece.outline).buffer(5000)
    ridges = shapely.voronoi_polygons(MultiPoint(piece.seeds), extend_to=frame, only_edges=True)
    room = piece.outline.buffer(_OVERSHOOT_DEG)
    lines = sorted((_pairs(ridge) for ridge in shapely.get_parts(ridges)), key=lambda line: line.bounds)
    return [shapely.transform(_roughened(line, rng), to_degrees).intersection(room) for line in lines]


def _pairs(ridge: BaseGeometry) -> LineString:
    ends = shapely.get_coordinates(ridge)
    return LineString(ends if tuple(ends[0]) <= tuple(ends[-1]) else ends[::-1])


def _roughened(line: LineString, rng: np.random.Generator) -> LineString:
    ends = np.asarray(line.coords)[[0, -1]]
    steps = int(np.clip(line.length // 900, 1, 12))
    t = np.linspace(0, 1, steps + 1)[:, None]
    along = ends[1] - ends[0]
    across = np.array([-along[1], along[0]]) / max(line.length, 1.0)
    wave = np.minimum(line.length * 0.03, 220.0) * rng.normal(size=(steps + 1, 1)) * np.sin(np.pi * t)
    return LineString(ends[0] + t * along + wave * across)


def _assigned(faces: list[Polygon], pieces: list[_Part]) -> dict[str, list[Polygon]]:
    owned: dict[str, list[Polygon]] = {code: [] for piece in pieces for code in piece.codes}
    for face in faces:
        spot = face.representative_point()
        for piece in pieces:
            if piece.outline.contains(spot):
                gaps = np.hypot(*(piece.seeds - to_metres([spot.x, spot.y])).T)
                owned[piece.codes[int(np.argmin(gaps))]].append(face)
                break
    return owned


def _one_polygon_each(owned: dict[str, list[Polygon]], pieces: list[_Part]) -> dict[str, Polygon]:
    merged = {code: sorted(parts(shapely.union_all(faces)), key=lambda p: -p.area) for code, faces in owned.items()}
    cells = {code: polygons[0] for code, polygons in merged.items()}
    for piece in pieces:
        strays = [stray for code in piece.codes for stray in merged[code][1:]]
        while strays:
            border, taker, stray = max(_borders(strays, cells, piece.codes), key=lambda found: found[0])
            if border == 0.0:
                raise RuntimeError(f"expected every piece of {piece.county} to touch a cell, found a loose one.")
            cells[taker] = parts(cells[taker].union(stray))[0]
            strays.remove(stray)
    return {code: shapely.normalize(cells[code]) for code in sorted(cells)}


def _borders(strays: list[Polygon], cells: dict[str, Polygon], codes: list[str]) -> list[tuple[float, str, Polygon]]:
    return [(cells[code].intersection(stray).length, code, stray) for stray in strays for code in codes]


def _seats(pieces: list[_Part], metres: dict[str, Polygon]) -> dict[str, Floats]:
    seeds = {code: seed for piece in pieces for code, seed in zip(piece.codes, piece.seeds, strict=True)}
    return {code: _pulled_in(seeds[code], metres[code]) for code in sorted(seeds)}


def _pulled_in(seed: Floats, cell: Polygon) -> Floats:
    """Return the seed, moved to the heart of its cell where it lies too near the edge."""
    room = cell.buffer(-450)
    if room.is_empty or room.contains(Point(seed)):
        return seed if cell.contains(Point(seed)) else np.array(cell.representative_point().coords[0])
    return np.array(room.centroid.coords[0] if room.contains(room.centroid) else room.representative_point().coords[0])


def unit_table(sources: Sources) -> pd.DataFrame:
    """Return the attribute table of the township layer: code, name, kind, parent_code."""
    return sources.units.rename(columns={"county_code": "parent_code"})[["code", "name", "kind", "parent_code"]]
