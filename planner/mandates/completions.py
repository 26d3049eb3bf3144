"""Completions: in which year a facility was, or is to be, completed, and whether that is certain."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.situation import COMMITTED_STATUSES, EXISTING_STATUS, is_committed


def completion_years(facilities: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the year of each facility's completion, NaN where none is stated.

    That of its date of completion (``completed``, YYYY-MM-DD) where it has one, else its opening year.
    """
    opened = facilities["opened_year"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    if "completed" not in facilities:
        return np.asarray(opened, dtype=np.float64)
    dated = pd.to_numeric(facilities["completed"].fillna("").astype("str").str.slice(0, 4), errors="coerce")
    stated = dated.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(np.where(np.isnan(stated), opened, stated), dtype=np.float64)


def surely_completed(facilities: pd.DataFrame, *, accepted: bool) -> npt.NDArray[np.bool_]:
    """Return which facilities count as completions of their year: 现状, 在建 and 已批未建, never 规划.

    Parameters
    ----------
    facilities
        Columns of the schema.
    accepted
        Whether one that stands must have been accepted. What is not built yet cannot have been: it counts in the
        year it is to be completed.
    """
    counts = facilities["status"].isin([EXISTING_STATUS, *COMMITTED_STATUSES]).to_numpy(dtype=bool)
    if not accepted:
        return np.asarray(counts, dtype=bool)
    return np.asarray(counts & (is_committed(facilities) | (acceptance(facilities) == 1)), dtype=bool)


def may_be_completed(facilities: pd.DataFrame, *, accepted: bool) -> npt.NDArray[np.bool_]:
    """Return which facilities may count and do not surely: committed without a year, or of unknown acceptance."""
    doubtful = is_committed(facilities) & np.isnan(completion_years(facilities))
    if accepted:
        standing = (facilities["status"] == EXISTING_STATUS).to_numpy(dtype=bool)
        doubtful = doubtful | (standing & np.isnan(acceptance(facilities)) & ~np.isnan(completion_years(facilities)))
    return np.asarray(doubtful, dtype=bool)


def acceptance(facilities: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return 1 where a facility was accepted, 0 where not, NaN where unknown."""
    if "accepted" not in facilities:
        return np.full(len(facilities), np.nan)
    return np.asarray(facilities["accepted"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan))
