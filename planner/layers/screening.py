"""Screening: which sites lie in areas where nothing may be built, by which rule, with how much of their land."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

TOLERANCE_M2 = 1.0  # an overlap up to this is a matter of drawing, not of land

LOG_COLUMNS = ("site_id", "rule_id", "rule_name", "layer", "source", "overlap_m2", "excluded")


def screen_sites(sites: gpd.GeoDataFrame, exclusions: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the sites with ``excluded`` and ``excluded_by``, and the log of every overlap.

    Parameters
    ----------
    sites
        As `read_sites` gives.
    exclusions
        As `read_exclusions` gives, in the same crs.

    Returns
    -------
    sites : GeoDataFrame
        Same rows; ``excluded`` (bool), ``excluded_by`` (rule ids joined with ";", "" where none).
    log : DataFrame
        One row per site, rule and layer that meet: site_id, rule_id, rule_name, layer, source, overlap_m2
        (NaN for a site that is a point), excluded (False where the overlap is at most `TOLERANCE_M2`).
    """
    log = _overlaps(sites, exclusions)
    rules = log[log["excluded"]].groupby("site_id")["rule_id"].agg(lambda ids: ";".join(sorted(set(ids))))
    excluded_by = rules.astype("str").reindex(sites.index, fill_value="")
    return sites.assign(excluded=(excluded_by != "").to_numpy(), excluded_by=excluded_by.to_numpy()), log


def _overlaps(sites: gpd.GeoDataFrame, exclusions: gpd.GeoDataFrame) -> pd.DataFrame:
    shapes, areas = sites.geometry.to_numpy(), exclusions.geometry.to_numpy()
    rows, hits = shapely.STRtree(areas).query(shapes, predicate="intersects")
    pairs = (
        exclusions.drop(columns="geometry").iloc[hits].assign(site_id=sites.index[rows], _row=rows, _area=areas[hits])
    )
    keys = ["site_id", "rule_id", "rule_name", "layer", "source", "_row"]
    merged = pairs.groupby(keys, as_index=False, sort=True)["_area"].agg(
        lambda parts: shapely.union_all(parts.to_list())
    )
    at = shapes[merged["_row"].to_numpy(dtype=np.int64)]
    points = shapely.get_dimensions(at) == 0
    overlap = np.where(points, np.nan, shapely.area(shapely.intersection(at, merged["_area"].to_numpy(dtype=object))))
    log = merged.assign(overlap_m2=overlap, excluded=points | (overlap > TOLERANCE_M2))
    return log[list(LOG_COLUMNS)].astype({"excluded": bool, "overlap_m2": "float64"})
