"""People at residential points, in groups."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.errors import LayerError, fault
from planner.layers.age_structure import read_structure, with_structure
from planner.layers.facilities import ordered
from planner.layers.log import FaultLog
from planner.layers.made_groups import STRUCTURED
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
    read = read_points(wanted, boundaries, crs=crs, log=log, crosswalk=crosswalk)
    table = derived(read, sources, boundaries, crs=crs, log=log)
    groups = list(dict.fromkeys(group for source in sources for group in source.groups))
    persons = {group: table[group].astype("float64").fillna(0.0) for group in groups}
    catchments = {name: as_texts(table[name]) for name in table.columns if str(name).startswith(CATCHMENT)}
    filled = table.assign(**persons, **catchments)
    return ordered(pd.DataFrame(filled.drop(columns="geometry")), "demand").set_index("demand_id")


def derived(
    table: pd.DataFrame, sources: Sequence[DemandSource], boundaries: pd.DataFrame, *, crs: str, log: FaultLog
) -> pd.DataFrame:
    """Return people with the groups that shares of ages make of them, source by source."""
    if STRUCTURED not in table.columns:
        return table
    parents = dict(zip(boundaries["code"], boundaries["parent_code"], strict=True))
    out = table.copy()
    for mark, rows in table.groupby(STRUCTURED):
        path, *groups = str(mark).split("|")
        source = next((one for one in sources if one.structure is not None and str(one.structure.path) == path), None)
        if source is None or source.structure is None:  # rows of layers without shares of ages
            continue
        ages = source.known_ages()
        shares = read_structure(source.structure, crs=crs, log=log)
        wanted = {group: ages[group] for group in groups}
        filled = with_structure(rows, shares, ages=wanted, parents=parents, layer=source.name)
        out.loc[rows.index, groups] = filled[groups].to_numpy()
    return out.drop(columns=STRUCTURED)


def _schema(source: DemandSource) -> Schema:
    return schema("demand").with_groups(source.groups)
