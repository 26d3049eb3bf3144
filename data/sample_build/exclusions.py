"""Invented control areas: permanent basic farmland and ecological red line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree
from shapely import Polygon

from sample_build.cells import Cells
from sample_build.plane import Floats, blob, points_within
from sample_build.sites import SiteBook

_FARMLAND_COUNTIES = ("210213", "210214", "210281", "210283", "210212")
_FARMLAND_COUNT, _RED_LINE_COUNT = 230, 60
_KEEP_CLEAR = 1.3


def build_exclusions(
    book: SiteBook, cells: Cells, demand: pd.DataFrame, rng: np.random.Generator
) -> tuple[list[Polygon], list[Polygon]]:
    """Return the polygons of basic farmland and of the red line, metres."""
    occupied = KDTree(np.concatenate([demand[["x", "y"]].to_numpy(), book.everywhere()]))
    land = [cells.metres[code] for code in cells.metres if code.startswith(_FARMLAND_COUNTIES)]
    farmland = _in_the_open(land, occupied, _FARMLAND_COUNT, (220.0, 700.0), rng)
    red_line = _in_the_open(land, occupied, _RED_LINE_COUNT, (450.0, 1500.0), rng)
    return _over_sites(book, book.in_farmland, rng) + farmland, _over_sites(book, book.in_red_line, rng) + red_line


def _over_sites(book: SiteBook, site_ids: list[str], rng: np.random.Generator) -> list[Polygon]:
    """Return a small area over each of these sites and no other site."""
    rows = {str(row["site_id"]): np.array([row["x"], row["y"]], dtype=np.float64) for row in book.rows}
    gaps = dict(zip(rows, np.asarray(KDTree(book.everywhere()).query(book.everywhere(), k=2)[0])[:, 1], strict=True))
    radii = [min(150.0, 0.7 * float(gaps[s])) for s in site_ids]
    return [blob(rng, rows[s] + rng.uniform(-0.1, 0.1, 2) * r, r) for s, r in zip(site_ids, radii, strict=True)]


def _in_the_open(
    land: list[Polygon], occupied: KDTree, count: int, radius: tuple[float, float], rng: np.random.Generator
) -> list[Polygon]:
    """Return areas where nobody lives and no site lies, larger cells first served more often."""
    areas = np.array([cell.area for cell in land])
    found: list[Polygon] = []
    taken: list[Floats] = []
    while len(found) < count:
        cell = land[int(rng.choice(len(land), p=areas / areas.sum()))]
        size = float(rng.uniform(*radius))
        for spot in points_within(rng, cell.buffer(-size), 30):
            far = all(np.hypot(*(spot - other[:2])) > _KEEP_CLEAR * (size + other[2]) for other in taken)
            if far and float(occupied.query(spot)[0]) > _KEEP_CLEAR * size:
                found.append(shapely.make_valid(blob(rng, spot, size)))
                taken.append(np.array([*spot, size]))
                break
        else:
            radius = (radius[0] * 0.97, radius[1] * 0.97)
    return found
