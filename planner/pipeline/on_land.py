"""Sites that the planner proposes from the layers alone: village centres, grids on permitted land."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from planner.coverage import Territory
from planner.land import LandRule
from planner.land.proposed import grid, permitted_region, village_centres, with_proposed
from planner.layers import FaultLog
from planner.study import Study


class Ground(NamedTuple):
    """What there is to propose sites on: units, supplied sites, people, land."""

    boundaries: gpd.GeoDataFrame
    territory: Territory
    sites: gpd.GeoDataFrame
    demand: pd.DataFrame
    exclusions: gpd.GeoDataFrame
    permitted: gpd.GeoDataFrame
    rules: Sequence[LandRule]


def proposed_on_land(study: Study, ground: Ground, *, people: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Return the supplied sites with village centres and grid points.

    Parameters
    ----------
    study
        Which sites are to be proposed.
    ground
        Where.
    people
        The group that weighs.
    log
        Is told how many there are, and what could not be proposed.
    """
    made = []
    for one in study.land.generate:
        if one.method == "village_centres":
            taken = ground.sites["unit_code"].tolist()
            made.append(
                village_centres(one, ground.boundaries, ground.territory, taken, ground.demand, people=people, log=log)
            )
        elif one.method == "grid":
            region = permitted_region(one, ground.permitted, ground.exclusions, ground.rules)
            made.append(grid(one, region, ground.boundaries, log=log))
    return with_proposed(ground.sites, made, log=log)
