"""Screening the sites of a study: rules, layers, exceptions, elevations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from planner.errors import LayerError, fault, shortened
from planner.land import LandRule, screen_sites, screened_rules, site_slopes, with_needs
from planner.study import Study


class Screened(NamedTuple):
    """Sites with what may be built on them, the log, and which rules were looked at."""

    sites: gpd.GeoDataFrame
    log: pd.DataFrame
    rules: pd.DataFrame


def screened(
    study: Study, sites: gpd.GeoDataFrame, exclusions: gpd.GeoDataFrame, rules: Sequence[LandRule]
) -> Screened:
    """Return the sites of a study as its rules see them.

    Raises
    ------
    LayerError
        If an exception is of a site that is not there, or the elevations cannot be used.
    """
    land = study.land
    strange = sorted({one.site_id for one in land.exceptions} - set(sites.index))
    if strange:
        found = f"none called {shortened(strange)}"
        raise LayerError(fault("the sites of [[land.exceptions]]", found, "correct site_id, or remove the exception"))
    dem = land.dem.name if land.dem else ""
    slopes = site_slopes(land.dem, sites.geometry.to_numpy(), crs=study.crs) if land.dem else None
    made, log = screen_sites(sites, exclusions, rules=rules, exceptions=land.exceptions, slopes=slopes, dem=dem)
    return Screened(with_needs(made), log, screened_rules(rules, exclusions, log, dem=dem))
