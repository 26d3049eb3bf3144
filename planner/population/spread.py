"""People of units to demand points: shared out by weight, with the units' totals kept to the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from planner.population.whole import whole_persons


def whole_units(
    people: pd.DataFrame, *, groups: Sequence[str], parents: Mapping[str, str], within: Mapping[str, str]
) -> pd.DataFrame:
    """Return the people of units as whole persons: together the units of one parent keep their rounded total.

    Parameters
    ----------
    people
        Indexed by unit code, one column of persons per group.
    groups
        Columns.
    parents
        Unit -> the unit it lies in.
    within
        Group -> the group it is part of, or "".
    """
    above = [parents.get(str(code), "") for code in people.index]
    whole = whole_persons(people, groups=groups, units=above, within=within)
    return people.assign(**{group: whole[group] for group in groups})


def spread(
    people: pd.DataFrame,
    points: pd.DataFrame,
    *,
    groups: Sequence[str],
    within: Mapping[str, str],
) -> pd.DataFrame:
    """Return whole persons at points; the points of a unit hold exactly the people of the unit.

    Parameters
    ----------
    people
        Indexed by unit code: whole persons per group.
    points
        Indexed by unique ids: ``unit`` (of `people`), ``weight`` (0 or more). Units all of whose weights are 0, or
        that have no points, are left out.
    groups
        Columns of `people`.
    within
        Group -> the group it is part of, or "": a point has no more of it than of that one.

    Returns
    -------
    DataFrame
        The rows of `points` with anybody, sorted by id, with a column of int64 persons per group.
    """
    rows = points[points["weight"] > 0].sort_index()
    unit, codes = pd.factorize(rows["unit"], sort=True)
    weight = rows["weight"].to_numpy(dtype=np.float64)
    share = weight / np.bincount(unit, weights=weight, minlength=len(codes))[unit]
    counts = people.loc[codes, list(groups)].to_numpy(dtype=np.float64)[unit]
    exact = pd.DataFrame(counts * share[:, None], columns=list(groups), index=rows.index)
    whole = whole_persons(exact, groups=groups, units=unit, within=within)
    full = rows.assign(**{group: whole[group] for group in groups})
    return full[(whole > 0).any(axis=1)]
