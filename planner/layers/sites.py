"""Candidate sites: where something may be built."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from planner.errors import LayerError, fault, shortened
from planner.layers.areas import mended
from planner.layers.crs import study_crs
from planner.layers.facilities import ordered
from planner.layers.log import FaultLog
from planner.layers.points import read_points
from planner.layers.schema import empty, schema
from planner.layers.source import LayerSource


def read_sites(
    sources: Sequence[LayerSource],
    boundaries: pd.DataFrame,
    *,
    crs: str,
    log: FaultLog,
    crosswalk: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the candidate sites of all sources.

    Parameters
    ----------
    sources
        Points (with ``area_m2``) or parcels (polygons; measured where ``area_m2`` is empty).
    boundaries
        As `read_boundaries` gives.
    crs
        Of the study.
    log
        Gets a line for every row that is left out and every parcel that is mended.
    crosswalk
        Codes of an older list of units, as `read_crosswalk` gives.

    Returns
    -------
    GeoDataFrame
        Indexed by site_id, sorted; columns of the schema ``sites``, further columns of the files, geometry
        (point or polygon, study crs).

    Raises
    ------
    LayerError
        With the faults of all sources at once.
    """
    if not sources:
        return gpd.GeoDataFrame(empty("sites"), geometry=gpd.GeoSeries([], crs=study_crs(crs))).set_index("site_id")
    table = read_points(
        [(source, schema("sites")) for source in sources], boundaries, crs=crs, log=log, crosswalk=crosswalk
    )
    parcels = table.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    polygons = mended(table[parcels], "site_id", "sites", log)
    shapes = table.geometry.to_numpy().copy()
    shapes[parcels] = polygons
    sound = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs))
    measured = sound.geometry.area.where(parcels).astype("Float64")
    area = sound["area_m2"].fillna(measured)
    if area.isna().any():
        found = f"none for {shortened(sound.loc[area.isna(), 'site_id'])}"
        do = "add the column area_m2, or give the sites as polygons"
        raise LayerError(fault("the area of every site in 'area_m2'", found, do))
    return ordered(sound.assign(area_m2=area.astype("float64")), "sites").set_index("site_id")
