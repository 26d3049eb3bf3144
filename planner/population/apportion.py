"""Whole persons by the method of the largest remainder: the rounded total of every unit is kept to the person."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

NANO = 1_000_000_000
"""Parts of a person in which fractions are counted: sums of whole numbers know no order."""

_MOST = 2.0**53  # persons; beyond it a float64 has no fraction to share out

Integers = npt.NDArray[np.int64]


def apportion(
    values: npt.ArrayLike, *, units: npt.ArrayLike, ids: npt.ArrayLike, ceiling: npt.ArrayLike | None = None
) -> Integers:
    """Return whole persons such that every unit has the rounded total of its rows.

    Each row gets its floor; what the unit then lacks goes, one person each, to the rows with the largest
    fractions (method of the largest remainder, also Hamilton's or Hare-Niemeyer's). A unit's total is rounded
    half up. Fractions count to a thousand-millionth of a person.

    Parameters
    ----------
    values
        Persons of each row, 0 or more, finite.
    units
        What the total is kept of: any labels, one per row.
    ids
        Unique labels of the rows; equal fractions go to the lowest first, so that no order of rows shows.
    ceiling
        Whole persons that a row may hold at most (those of a wider group that it is part of), each at least
        the row's floor. A row at its ceiling is passed over. Where a unit has too few rows with a fraction below
        their ceilings, its rows with room get what is left, those with the highest value first: only then a
        value is further from its row than the next whole number.

    Returns
    -------
    ndarray of int64
        In the order of `values`.

    Raises
    ------
    ValueError
        If a value is no number of persons, ids repeat, or the ceilings of a unit hold fewer than its total.
    """
    persons = np.asarray(values, dtype=np.float64)
    labels = pd.Index(np.asarray(ids))
    _check(persons, labels)
    whole = np.floor(persons).astype(np.int64)
    parts = np.rint((persons - whole) * NANO).astype(np.int64)
    whole, parts = whole + parts // NANO, parts % NANO
    room = None if ceiling is None else np.asarray(ceiling, dtype=np.int64) - whole
    unit, names = pd.factorize(np.asarray(units), use_na_sentinel=False)
    sums = np.zeros(len(names), dtype=np.int64)
    np.add.at(sums, unit, parts)
    return whole + _shared((2 * sums + NANO) // (2 * NANO), unit, parts, persons, _by_id(labels), room)


def _check(persons: npt.NDArray[np.float64], labels: pd.Index) -> None:
    if not ((persons >= 0) & (persons < _MOST)).all():
        raise ValueError("persons of a row are 0 or more, and less than 2 to the 53rd")
    if not labels.is_unique:
        raise ValueError("ids of rows are unique")


def _by_id(labels: pd.Index) -> Integers:
    """Return the rows in the order of their ids."""
    if labels.is_monotonic_increasing:
        return np.arange(len(labels), dtype=np.int64)
    return np.asarray(labels.argsort(), dtype=np.int64)


def _shared(
    seats: Integers, unit: Integers, parts: Integers, persons: npt.NDArray[np.float64], by_id: Integers,
    room: Integers | None,
) -> Integers:  # fmt: skip
    """Return how many persons more than its floor each row gets."""
    if room is None:
        return _first(seats, unit, parts, by_id[parts[by_id] > 0])
    open_rows = (parts > 0) & (room > 0)
    more = _first(seats, unit, parts, by_id[open_rows[by_id]])
    while (left := seats - _counted(unit, more, len(seats))).any():
        here = by_id[((room > more) & (left[unit] > 0))[by_id]]
        given = _first(left, unit, _highest_first(persons, more), here)
        if not given.any():
            raise ValueError("the ceilings of a unit hold at least its rounded total")
        more = more + given
    return more


def _counted(unit: Integers, more: Integers, units: int) -> Integers:
    return np.bincount(unit[more > 0], weights=more[more > 0], minlength=units).astype(np.int64)


def _highest_first(persons: npt.NDArray[np.float64], more: Integers) -> Integers:
    """Return the rank of each row: those that got none yet before the others, high values first."""
    _, rank = np.unique(persons, return_inverse=True)
    return np.asarray(rank + (more == 0) * (len(persons) + 1), dtype=np.int64)


def _first(seats: Integers, unit: Integers, rank: Integers, rows: Integers) -> Integers:
    """Return 1 for as many of these rows of each unit as it has seats, the highest rank first, else earlier rows."""
    more = np.zeros(len(unit), dtype=np.int64)
    if not len(rows):
        return more
    keys = unit[rows] * (NANO + 1) + (NANO - rank[rows])
    ordered = rows[np.argsort(keys, kind="stable")]
    of = unit[ordered]
    starts = np.searchsorted(of, np.arange(len(seats)))
    more[ordered[np.arange(len(of)) - starts[of] < seats[of]]] = 1
    return more
