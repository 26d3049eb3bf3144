"""New residential areas: where, how many people, from which year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.errors import Faults, LayerError
from planner.layers.checking import check_unique
from planner.layers.facilities import ordered
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.points import joined, read_points
from planner.layers.schema import empty, schema
from planner.layers.source import LayerSource


def read_residential_areas(
    sources: Sequence[LayerSource],
    boundaries: pd.DataFrame,
    *,
    crs: str,
    log: FaultLog,
    crosswalk: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the new residential areas that can be counted.

    Parameters
    ----------
    sources
        Points or polygons (people then live at a point inside).
    boundaries
        As `read_boundaries` gives.
    crs
        Of the study.
    log
        Gets a line for every area that is left out: no position or unit, no year of delivery, no people and not
        both dwellings and persons_per_dwelling with a source.
    crosswalk
        Codes of an older list of units, as `read_crosswalk` gives.

    Returns
    -------
    DataFrame
        Indexed by area_id, sorted; columns of the schema, ``people`` and ``delivery_year`` int64, and
        ``derived`` (bool): whether people were made from dwellings; further columns of the files.
    """
    if not sources:
        return empty("residential_areas").set_index("area_id").assign(derived=pd.Series(dtype="bool"))
    tables = [_countable(source, boundaries, crs=crs, log=log, crosswalk=crosswalk) for source in sources]
    table = joined(tables)
    faults = Faults()
    check_unique(table["area_id"], layer="residential_areas", faults=faults)
    faults.raise_if_any(LayerError)
    return ordered(table, "residential_areas").set_index("area_id").sort_index()


def _countable(
    source: LayerSource, boundaries: pd.DataFrame, *, crs: str, log: FaultLog, crosswalk: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the areas of one source that have people and a year; the others are told."""
    table = read_points([(source, schema("residential_areas"))], boundaries, crs=crs, log=log, crosswalk=crosswalk)
    stated = table["people"].astype("float64")
    made = (table["dwellings"] * table["persons_per_dwelling"]).astype("float64").where(table["source"] != "")
    people = stated.fillna(made)
    reasons = pd.Series("", index=table.index).mask(people.isna(), "no_people")
    reasons = reasons.mask(table["delivery_year"].isna(), "no_delivery_year")
    for row, reason in zip(table["area_id"][reasons != ""], reasons[reasons != ""], strict=True):
        zh, en, remedy = _REASONS[reason]
        log.add(source.name, row, f"{LEFT_OUT}{reason}", zh, en, remedy)
    kept = (reasons == "").to_numpy()
    plain = pd.DataFrame(table[kept].drop(columns="geometry", errors="ignore"))
    return plain.assign(
        people=np.floor(people.to_numpy(dtype=np.float64)[kept] + 0.5).astype(np.int64),
        delivery_year=plain["delivery_year"].astype("int64"),
        derived=stated.isna().to_numpy()[kept],
    )


_REASONS = {
    "no_people": (
        "没有人口，也没有户数与有依据的户均人口，不计入",
        "It states neither people nor dwellings with persons_per_dwelling and its source; not counted",
        "请填 people，或 dwellings、persons_per_dwelling 与 source",
    ),
    "no_delivery_year": (
        "没有交付年份，不知从哪年计入，不计入",
        "No delivery_year says from when people live there; not counted",
        "请填 delivery_year",
    ),
}
