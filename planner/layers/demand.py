"""People at residential points, in groups."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.errors import LayerError, fault
from planner.layers.facilities import ordered
from planner.layers.log import FaultLog
from planner.layers.points import read_points
from planner.layers.schema import Schema, schema
from planner.layers.source import DemandSource
from planner.layers.values import as_texts

CATCHMENT = "catchment_"


def read_demand(
    sources: Sequence[DemandSource],
    boundaries: pd.DataFrame,
    *,
    crs: str,
    log: FaultLog,
    crosswalk: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the residential points of all sources.

    Parameters
    ----------
    sources
        Each with the groups that it counts.
    boundaries
        As `read_boundaries` gives.
    crs
        Of the study.
    log
        Gets a line for every row that is left out.
    crosswalk
        Codes of an older list of units, as `read_crosswalk` gives.

    Returns
    -------
    DataFrame
        Indexed by demand_id, sorted: unit_code, x, y, one float64 column of persons per group (0 in the rows of
        a source that does not count the group), ``catchment_<service>`` ("" none) where the files have
        such columns, further columns.

    Raises
    ------
    LayerError
        With the faults of all sources at once.
    """
    if not sources:
        raise LayerError(
            fault("at least one layer of population", "none", "add [[layers.population]] to the study file")
        )
    wanted = [(source, _schema(source)) for source in sources]
    table = read_points(wanted, boundaries, crs=crs, log=log, crosswalk=crosswalk)
    groups = list(dict.fromkeys(group for source in sources for group in source.groups))
    persons = {group: table[group].astype("float64").fillna(0.0) for group in groups}
    catchments = {name: as_texts(table[name]) for name in table.columns if str(name).startswith(CATCHMENT)}
    filled = table.assign(**persons, **catchments)
    return ordered(pd.DataFrame(filled.drop(columns="geometry")), "demand").set_index("demand_id")


def _schema(source: DemandSource) -> Schema:
    return schema("demand").with_groups(source.groups)
