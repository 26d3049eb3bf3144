"""What is committed already: nothing is proposed a second time where it is to stand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.coverage.situation import is_committed

SAME_PLACE_M = 1.0
"""A commitment this close to a site stands on it; within a parcel it does anyway."""


def taken_sites(sites: gpd.GeoDataFrame, facilities: pd.DataFrame) -> pd.DataFrame:
    """Return which sites hold a committed facility (在建, 已批未建), with or without a year, and of which service.

    Parameters
    ----------
    sites
        Indexed by site_id; points or parcels, metres.
    facilities
        Indexed by facility_id: place_id, service, status, x, y (metres, the same crs).

    Returns
    -------
    pandas.DataFrame
        site_id, service, facility_id; sorted. A facility stands on a site that is its place, or that is within
        a metre of it.
    """
    committed = facilities[is_committed(facilities)]
    points = shapely.points(committed[["x", "y"]].to_numpy(dtype=np.float64))
    tree = shapely.STRtree(sites.geometry.to_numpy())
    which, where = tree.query(points, predicate="dwithin", distance=SAME_PLACE_M)
    named = sites.index.get_indexer(pd.Index(committed["place_id"].to_numpy(dtype=object)))
    pairs = {*zip(which.tolist(), where.tolist(), strict=True)}
    pairs |= {(number, int(site)) for number, site in enumerate(named) if site >= 0}
    rows = [(str(sites.index[site]), str(committed["service"].iloc[n]), str(committed.index[n])) for n, site in pairs]
    return pd.DataFrame(sorted(rows), columns=["site_id", "service", "facility_id"], dtype="str")


def not_proposed(options: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """Return the builds among options that would repeat a commitment.

    Parameters
    ----------
    options
        Indexed by option_id: action, service, place_id.
    taken
        As `taken_sites` gives.

    Returns
    -------
    pandas.DataFrame
        option_id, facility_id (the commitment; the first where there are several), sorted.
    """
    first = taken.drop_duplicates(["site_id", "service"]).set_index(["site_id", "service"])["facility_id"]
    builds = options[options["action"] == "build"]
    at = pd.MultiIndex.from_arrays([builds["place_id"], builds["service"]])
    found = pd.Series(first.reindex(at).to_numpy(dtype=object), index=builds.index).dropna()
    return pd.DataFrame({"option_id": found.index.astype("str"), "facility_id": found.to_numpy()}, dtype="str")
