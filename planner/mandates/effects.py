"""What an option does to the facilities: one reading, for rows and for applying a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.situation import EXISTING_STATUS, is_open, matches
from planner.mandates.rows import PlanView

IDENTITY = ("place_id", "service", "unit_code", "name", "x", "y")
"""Columns that a build takes from its option, and that no other action changes."""

_NOT_ATTRIBUTES = {
    *IDENTITY,
    "facility_id",
    "status",
    "opened_year",
    "completed",
    "accepted",
    "accepted_date",
    "closed_year",
    "planned",
    "geometry",
    "largest_class",
}


def resulting_facilities(facilities: pd.DataFrame, options: pd.DataFrame) -> pd.DataFrame:
    """Return the facility row that each option results in, as if complete.

    An option's attribute replaces the facility's where it is given. The largest class of a school that is
    acted upon is no longer known.

    Parameters
    ----------
    facilities
        Indexed by facility_id.
    options
        Indexed by option_id, columns as the schema ``options`` says.

    Returns
    -------
    pandas.DataFrame
        Indexed by option_id, columns as `facilities`; opened_year is missing for builds.
    """
    acted = options["facility_id"].to_numpy(dtype=object)
    result = facilities.reindex(pd.Index(acted)).set_axis(options.index)
    builds = (options["action"] == "build").to_numpy()
    for column in IDENTITY:
        result[column] = result[column].where(~builds, options[column])
    for column in facilities.columns:
        if column in options.columns and column not in _NOT_ATTRIBUTES:
            given = options[column]
            stated = given.notna() & (given.astype("str") != "")
            result[column] = result[column].where(~stated, given)
    if "accepted" in result:  # what a plan builds counts in its year: it is taken to be accepted when complete
        result["accepted"] = result["accepted"].mask(builds, other=True)
    texts = [column for column in result.columns if result[column].dtype == "str"]
    return result.fillna(dict.fromkeys(texts, "")).assign(
        status=result["status"].where(~builds, EXISTING_STATUS),
        largest_class=pd.array([pd.NA] * len(result), dtype="Int64"),
        planned=True,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Deltas:
    """Which options add a facility of a kind, and which change an existing one.

    Attributes
    ----------
    after
        One resulting facility per option.
    counts_after, counted_before
        bool, shape (options,): is the resulting facility of the kind; was the facility acted upon.
    """

    after: pd.DataFrame
    counts_after: npt.NDArray[np.bool_]
    counted_before: npt.NDArray[np.bool_]

    @property
    def change(self) -> npt.NDArray[np.int64]:
        """1 where an option adds one to the count, -1 where it takes one away, 0 otherwise."""
        return self.counts_after.astype(np.int64) - self.counted_before.astype(np.int64)


def deltas(view: PlanView, service: str, where: Mapping[str, object]) -> Deltas:
    """Return what each option of a view changes in the open facilities of a service with these attributes."""
    situation, options = view.situation, view.options
    after = resulting_facilities(situation.facilities, options)
    standing = is_open(situation.facilities, situation.year)
    kind = standing & (situation.facilities["service"] == service).to_numpy() & matches(situation.facilities, where)
    row = situation.facilities.index.get_indexer(pd.Index(options["facility_id"].to_numpy(dtype=object)))
    acts = row >= 0
    # The row -1 of an option that acts on nothing picks the value appended at the end.
    before = np.append(kind, False)[row]
    effective = np.where(acts, np.append(standing, False)[row], (options["action"] == "build").to_numpy())
    counts = effective & (after["service"] == service).to_numpy() & matches(after, where)
    return Deltas(after, counts, before)
