"""Existing and committed facilities."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.layers.log import FaultLog
from planner.layers.points import read_points
from planner.layers.schema import empty, schema
from planner.layers.source import LayerSource

DEFAULT_STATUS = "现状"


def read_facilities(
    sources: Sequence[LayerSource],
    boundaries: pd.DataFrame,
    *,
    crs: str,
    log: FaultLog,
    crosswalk: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the facilities of all sources.

    Parameters
    ----------
    sources
        Tables, vector layers (a polygon stands at a point inside it) or OpenStreetMap extracts.
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
        Indexed by facility_id, sorted; columns of the schema ``facilities``, further columns of the files,
        and ``planned`` (False). ``status`` is 现状 and ``place_id`` the facility's id where the files say nothing.

    Raises
    ------
    LayerError
        With the faults of all sources at once.
    """
    wanted = [(source, schema("facilities")) for source in sources]
    table = read_points(wanted, boundaries, crs=crs, log=log, crosswalk=crosswalk) if wanted else empty("facilities")
    filled = table.assign(
        status=table["status"].where(table["status"] != "", DEFAULT_STATUS),
        place_id=table["place_id"].where(table["place_id"] != "", table["facility_id"]),
        planned=False,
    )
    filled = _with_acceptance(_with_opening(filled, log))
    plain = pd.DataFrame(filled.drop(columns="geometry", errors="ignore"))
    return ordered(plain, "facilities").set_index("facility_id")


def _with_opening(table: pd.DataFrame, log: FaultLog) -> pd.DataFrame:
    """Return commitments that give a date of completion and no opening year with its year; told."""
    if "completed" not in table:
        return table
    year = pd.to_numeric(table["completed"].str.slice(0, 4), errors="coerce").astype("Int64")
    derived = table["status"].isin(["在建", "已批未建"]) & table["opened_year"].isna() & year.notna()
    if derived.any():
        count = int(derived.sum())
        log.note(
            "facilities",
            "opening_derived",
            f"{count} 处在建或已批未建设施未填启用年份，取建成日期的年份",
            f"{count} committed facilities say no opening year; it is taken from their date of completion",
            "如不对，请填 opened_year",
        )
    return table.assign(opened_year=table["opened_year"].mask(derived, year))


def _with_acceptance(table: pd.DataFrame) -> pd.DataFrame:
    """Return facilities that give a date of acceptance as accepted, where they say nothing else."""
    if "accepted_date" not in table:
        return table
    said = table["accepted"] if "accepted" in table else pd.Series(pd.NA, index=table.index, dtype="boolean")
    return table.assign(accepted=said.mask(said.isna() & (table["accepted_date"].fillna("") != ""), other=True))


def ordered(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the columns in the order of their schema, further ones behind."""
    ours = [column.name for column in schema(name).columns if column.name in table.columns]
    return table[[*ours, *(column for column in table.columns if column not in ours)]]
