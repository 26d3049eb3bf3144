"""A table of people in groups to whole persons, with the totals of its units kept and groups inside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.population.apportion import apportion

NO_CEILING = np.iinfo(np.int64).max // 2


def whole_persons(
    people: pd.DataFrame, *, groups: Sequence[str], units: npt.ArrayLike, within: Mapping[str, str]
) -> pd.DataFrame:
    """Return whole persons, group by group, such that every unit keeps its rounded total of every group.

    Parameters
    ----------
    people
        One float column of persons per group; the index holds unique ids.
    groups
        Columns to make whole.
    units
        Unit of each row.
    within
        Group -> the group that it is part of, or "" (`planner.population.parents`). Where a row has no more of
        a group than of that one, it has none more afterwards either.

    Returns
    -------
    DataFrame
        The groups as int64, same index. A group that is whole already is not changed.

    Raises
    ------
    ValueError
        As `planner.population.apportion`.
    """
    done: dict[str, npt.NDArray[np.int64]] = {}
    for group in _outer_first(groups, within):
        values = people[group].to_numpy(dtype=np.float64)
        outer = within.get(group, "")
        limit = None if outer not in done else np.where(values <= people[outer].to_numpy(), done[outer], NO_CEILING)
        done[group] = _whole(values, units, people.index, limit)
    return pd.DataFrame({group: done[group] for group in groups}, index=people.index)


def _whole(
    values: npt.NDArray[np.float64], units: npt.ArrayLike, ids: pd.Index, limit: npt.NDArray[np.int64] | None
) -> npt.NDArray[np.int64]:
    if (values == np.floor(values)).all():
        return values.astype(np.int64)
    return apportion(values, units=units, ids=ids, ceiling=limit)


def _outer_first(groups: Sequence[str], within: Mapping[str, str]) -> list[str]:
    """Return the groups such that each comes after the one that it is part of."""
    done: list[str] = []
    while len(done) < len(groups):
        done += [name for name in groups if name not in done and _ready(within.get(name, ""), groups, done)]
    return done


def _ready(outer: str, groups: Sequence[str], done: Sequence[str]) -> bool:
    return outer not in groups or outer in done
