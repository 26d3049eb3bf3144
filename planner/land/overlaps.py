"""How sites and layers meet: square metres in common, metres between. One row per site, layer and document."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Shapes = npt.NDArray[np.object_]
F64 = npt.NDArray[np.float64]

_LAYER = ["layer", "source"]


def are_points(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Return which sites are points: nothing can be measured on them but whether and how far."""
    return np.asarray(shapely.get_dimensions(shapes) == 0, dtype=np.bool_)


def overlaps(shapes: Shapes, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return where sites and areas touch.

    Parameters
    ----------
    shapes
        Of the sites: points or polygons.
    areas
        Of one rule: rule_name, layer, source, geometry. Areas of one layer that overlap count once.

    Returns
    -------
    DataFrame
        rule_name, layer, source, row (position of the site), m2 (to a thousandth; NaN for a point, which lies
        in the areas).
    """
    pairs = _pairs(shapes, areas, "intersects")
    grouped = pairs.groupby([*_LAYER, "row"], as_index=False, sort=True)
    merged = grouped.agg({"rule_name": "first", "_area": _union})
    at = shapes[merged["row"].to_numpy(dtype=np.int64)]
    common = np.round(shapely.area(shapely.intersection(at, merged["_area"].to_numpy(dtype=object))), 3)
    return merged.drop(columns="_area").assign(m2=np.where(are_points(at), np.nan, common))


def outside_m2(shapes: Shapes, areas: Shapes) -> F64:
    """Return the land of each site outside all areas; a point has 1 outside, 0 inside, to be compared with 0."""
    rows, hits = shapely.STRtree(areas).query(shapes, predicate="intersects")
    points = are_points(shapes)
    out = np.where(points, 1.0, shapely.area(shapes))
    for row, found in pd.Series(hits).groupby(rows):
        at = int(str(row))
        inside = _union(areas[found.to_numpy()].tolist())
        out[at] = 0.0 if points[at] else shapely.area(shapely.difference(shapes[at], inside))
    return np.asarray(np.round(out, 3), dtype=np.float64)


def distances(shapes: Shapes, areas: gpd.GeoDataFrame, *, within_m: float) -> pd.DataFrame:
    """Return the sites nearer than a distance to anything of a layer.

    Returns
    -------
    DataFrame
        rule_name, layer, source, row, m (to the millimetre, less than `within_m`).
    """
    pairs = _pairs(shapes, areas, "dwithin", within_m)
    apart = shapely.distance(shapes[pairs["row"].to_numpy()], pairs["_area"].to_numpy(dtype=object))
    near = pairs.drop(columns="_area").assign(m=np.round(apart, 3))
    least = near.groupby([*_LAYER, "row"], as_index=False, sort=True).agg({"rule_name": "first", "m": "min"})
    return least[least["m"] < within_m].reset_index(drop=True)


def _pairs(shapes: Shapes, areas: gpd.GeoDataFrame, predicate: str, within_m: float | None = None) -> pd.DataFrame:
    drawn = areas.geometry.to_numpy()
    rows, hits = shapely.STRtree(drawn).query(shapes, predicate=predicate, distance=within_m)
    table = pd.DataFrame(areas[["rule_name", *_LAYER]]).iloc[hits].reset_index(drop=True)
    return table.assign(row=rows.astype(np.int64), _area=pd.Series(list(drawn[hits]), dtype=object))


def _union(parts: object) -> shapely.Geometry:
    return shapely.union_all(list(parts))  # type: ignore[call-overload]
