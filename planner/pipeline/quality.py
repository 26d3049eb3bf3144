"""The quality report of a study: every check of planner.layers over the tables that could be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from planner.layers.duplicates import repeated_rows, shared_coordinates
from planner.layers.impossible import impossible_values, missing_values
from planner.layers.list_dates import list_dates
from planner.layers.log import NOTES
from planner.layers.named_units import Areas, outside_given_unit, outside_named_county, unknown_units
from planner.layers.nesting import borders, codes_that_do_not_nest, names_that_occur_twice
from planner.layers.off_road import far_from_roads
from planner.layers.quality import Doubts, framed, told
from planner.network import RoadNetwork
from planner.pipeline.inputs import Tried

POINTS = {"facilities": "facilities", "population": "demand", "sites": "sites"}
"""Tables of rows with a position -> their schemas."""


def quality(tried: Tried, *, base_year: int = 0, listed: str = "", max_road_m: float = 500.0) -> pd.DataFrame:
    """Return everything that a person should look at, what readers told included.

    Parameters
    ----------
    tried
        The layers, as far as they could be read.
    base_year
        The present; 0 where it is not known.
    listed
        Date of the list of units that the study states; "" where it states none.
    max_road_m
        How far a row may stand from the nearest road.

    Returns
    -------
    DataFrame
        layer, row_id, code, message, message_en, remedy, others (further rows, joined with ``;``), x, y (metres,
        study crs; NaN where a fault has no place). Nothing in the tables is changed.
    """
    faults = tried.faults[~tried.faults["code"].isin(NOTES)]
    parts = [told(faults, tried.places), *_units(tried.tables, listed)]
    units: Any = tried.tables.get("boundaries")
    areas = None if units is None else Areas(units, tried.tables.get("leading_zones"))
    for name in POINTS:
        table = tried.tables.get(name)
        if table is not None and len(table):
            parts.append(_rows(name, table, areas, tried.network, base_year=base_year, max_road_m=max_road_m))
    found = [part for part in parts if len(part)]
    return _said_once(pd.concat(found, ignore_index=True)) if found else framed([])


def _said_once(found: pd.DataFrame) -> pd.DataFrame:
    """Leave out what a reader told of rows outside the unit they name, where the same is told with its distance."""
    measured = found.loc[found["code"].isin(["outside_unit", "outside_county", "beside_border"]), "row_id"]
    again = (found["code"] == "outside_named_unit") & found["row_id"].isin(measured)
    return found[~again].reset_index(drop=True)


def _units(tables: Mapping[str, pd.DataFrame | None], listed: str) -> Iterator[pd.DataFrame]:
    units: Any = tables.get("boundaries")
    if units is not None:
        doubts = Doubts("boundaries")
        codes_that_do_not_nest(units, doubts)
        names_that_occur_twice(units, doubts)
        borders(units, doubts)
        list_dates(units, doubts, stated=listed)
        yield doubts.to_frame()
    zones = tables.get("leading_zones")
    if zones is not None:
        doubts = Doubts("leading_zones")
        list_dates(zones, doubts, stated=listed)
        yield doubts.to_frame()


def _rows(
    name: str, table: pd.DataFrame, areas: Areas | None, network: RoadNetwork | None, *, base_year: int,
    max_road_m: float,
) -> pd.DataFrame:  # fmt: skip
    doubts = Doubts(name)
    shared_coordinates(table, doubts)
    repeated_rows(table, doubts)
    impossible_values(table, name, doubts, base_year=base_year)
    missing_values(table, POINTS[name], doubts)
    if areas is not None:
        outside_given_unit(table, areas, doubts)
        outside_named_county(table, areas, doubts)
        unknown_units(table, areas, doubts)
    if network is not None:
        far_from_roads(table, network.lines(), doubts, limit_m=max_road_m)
    return doubts.to_frame()
