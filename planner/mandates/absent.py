"""Units that a clause speaks of and that the list in use does not have: told, never passed over."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.coverage.territory import Territory
from planner.mandates.findings import joined, not_evaluable
from planner.mandates.unit_sets import UnitSet

NO_UNIT = pd.Index([""], dtype="str")
"""The unit code of a finding for which the study has no unit."""


def absent_units(unit_sets: Sequence[UnitSet], territory: Territory, *, told: Sequence[str] = ()) -> pd.DataFrame:
    """Return the not-evaluable findings of unit sets that are empty somewhere.

    Parameters
    ----------
    unit_sets
        Of one mandate.
    territory
        The units of the study.
    told
        Units that have a finding of the mandate already; they get no second one.

    Returns
    -------
    pandas.DataFrame
        One finding per county that has no unit of some set. Where a set has no unit in the whole study and no
        county says so, one finding with an empty unit code.
    """
    counties: set[str] = set()
    nowhere = False
    for unit_set in unit_sets:
        without = set(unit_set.empty_parents(territory)) - set(told)
        counties |= without
        nowhere = nowhere or (not without and unit_set.codes(territory).empty)
    found = not_evaluable(pd.Index(sorted(counties), dtype="str"), "empty_unit_set")
    return joined([found, not_evaluable(NO_UNIT if nowhere else NO_UNIT[:0], "no_such_unit")])
