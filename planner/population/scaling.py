"""Residential points brought to the totals of their units, finest units first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.population.apportion import apportion
from planner.population.areas import Ancestors

LEVELS = ("village", "township", "county", "city")
"""Finest first: in that order totals are met."""

Integers = npt.NDArray[np.int64]


class Scaled(NamedTuple):
    """Persons of one group in one year.

    Attributes
    ----------
    persons
        Of every point.
    told
        unit code -> ``spread_by_people`` or ``spread_to_middle`` (nobody of the group lived there), ``unplaced`` (no
        point is free for the people), ``exceeded`` (finer units and new areas hold more than the total, which
        is not met).
    """

    persons: Integers
    told: dict[str, str]


def scaled(
    points: pd.DataFrame,
    base: Integers,
    people: Integers,
    fixed: npt.NDArray[np.bool_],
    totals: Mapping[str, int],
    *,
    levels: Mapping[str, str],
    ancestors: Ancestors,
) -> Scaled:
    """Return persons such that every unit with a total has it, to the person.

    The points of a unit share its total in proportion to their persons (largest remainder; equal ones by id). Points
    of a finer unit with a total of its own keep that; a coarser unit's other points share the rest. Where
    nobody of the group lives at the free points, they share by all people, and where nobody lives there at all
    the point nearest to their middle gets everybody.

    Parameters
    ----------
    points
        Indexed by unique demand_id: unit_code, x, y.
    base
        Persons of the group as they are without any total.
    people
        Everybody, likewise.
    fixed
        Which points keep `base` (new residential areas).
    totals
        By unit code.
    levels
        By unit code: village, township, county or city.
    ancestors
        By unit code: the unit and all above it.
    """
    out, settled, told = base.copy(), fixed.copy(), dict[str, str]()
    first, codes = pd.factorize(points["unit_code"])
    rank = _rank(points.index)
    for level in LEVELS:
        named = [unit for unit in totals if levels.get(unit) == level]
        if not named:
            continue
        home = {unit: number for number, unit in enumerate(named)}
        of_code = [next((home[up] for up in ancestors.get(str(code), ()) if up in home), -1) for code in codes]
        unit = np.array(of_code, dtype=np.int64)[first]
        held = _sums(unit, np.where(settled, out, 0), len(named))
        rest = np.array([totals[name] for name in named], dtype=np.int64) - held
        free = (unit >= 0) & ~settled
        room = np.bincount(unit[free], minlength=len(named)) > 0
        told |= {named[n]: "exceeded" for n in np.flatnonzero(rest < 0)}
        told |= {named[n]: "unplaced" for n in np.flatnonzero((rest > 0) & ~room)}
        free &= np.append(rest >= 0, False)[unit]
        weight = _weights(points, base, people, free, unit, rest, named, told)
        out[free] = _shared(weight[free], unit[free], rest, rank[free])
        settled |= free
    return Scaled(out, told)


def _sums(unit: Integers, values: Integers, count: int) -> Integers:
    total = np.zeros(count + 1, dtype=np.int64)
    np.add.at(total, unit, values)
    return total[:count]


def _weights(
    points: pd.DataFrame, base: Integers, people: Integers, free: npt.NDArray[np.bool_], unit: Integers,
    rest: Integers, named: Sequence[str], told: dict[str, str],
) -> Integers:  # fmt: skip
    """Return by what the free points of each unit share."""
    weight = base.copy()
    own, everybody = (_sums(unit, np.where(free, values, 0), len(named)) for values in (base, people))
    count = np.bincount(unit[free], minlength=len(named))
    for number in np.flatnonzero((own == 0) & (rest > 0) & (count > 0)).tolist():
        here = free & (unit == number)
        if everybody[number]:
            weight[here], told[named[number]] = people[here], "spread_by_people"
        else:
            weight[_middle(points, here)], told[named[number]] = 1, "spread_to_middle"
    return weight


def _middle(points: pd.DataFrame, here: npt.NDArray[np.bool_]) -> int:
    """Return the row nearest to the middle of some points; of equals (to the millimetre) that of the lowest id."""
    rows = np.flatnonzero(here)
    rows = rows[np.argsort(points.index[rows].to_numpy(dtype=object), kind="stable")]
    xy = points[["x", "y"]].to_numpy(dtype=np.float64)[rows]
    away = np.rint(np.hypot(*(xy - xy.mean(axis=0)).T) * 1000)
    return int(rows[np.argmin(away)])


def _rank(ids: pd.Index) -> Integers:
    """Return the place of each id among all in their order: as good a label as the id, and quicker to sort."""
    if ids.is_monotonic_increasing:
        return np.arange(len(ids), dtype=np.int64)
    return np.asarray(np.argsort(np.argsort(ids.to_numpy(dtype=object), kind="stable")), dtype=np.int64)


def _shared(weight: Integers, unit: Integers, rest: Integers, ids: Integers) -> Integers:
    if not len(weight):
        return weight
    whole = np.maximum(_sums(unit, weight, len(rest)), 1)
    parts = weight.astype(np.float64) * rest[unit] / whole[unit]
    return apportion(parts, units=unit, ids=ids)
