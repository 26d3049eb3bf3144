"""Whole persons again: one unit after the other, one person after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

import pandas as pd

_NANO = 10**9
_FREE = 2**62


def whole(demand: pd.DataFrame, groups: Sequence[str], within: Mapping[str, str]) -> pd.DataFrame:
    """Return the demand with whole persons: in every unit as many of each group as its rounded total.

    Parameters
    ----------
    demand
        Indexed by demand_id: unit_code and one column of persons per group.
    groups
        The columns.
    within
        Group -> the one that it is part of, or "".
    """
    units = [rows.sort_index() for _, rows in demand[["unit_code", *groups]].groupby("unit_code", sort=True)]
    done: dict[str, pd.Series] = {}
    left = list(groups)
    while left:
        group = next(name for name in left if within.get(name, "") not in left)
        outer = within.get(group, "")
        parts = [_of_unit(rows, group, outer, done.get(outer)) for rows in units]
        done[group] = pd.concat(parts) if parts else demand[group]
        left.remove(group)
    return demand.assign(**{group: done[group].reindex(demand.index).astype("int64") for group in groups})


def _of_unit(rows: pd.DataFrame, group: str, outer: str, bound: pd.Series | None) -> pd.Series:
    """Return the whole persons of one group in one unit; no row has more than `bound` where it had not."""
    values = [float(value) for value in rows[group]]
    if all(value == floor(value) for value in values):
        return pd.Series([int(value) for value in values], index=rows.index)
    most = [_FREE] * len(values)
    if bound is not None:
        wider = [float(value) for value in rows[outer]]
        whole_of_wider = bound.reindex(rows.index)
        most = [
            int(persons) if value <= wide else _FREE
            for value, wide, persons in zip(values, wider, whole_of_wider, strict=True)
        ]
    return pd.Series(_handed_out(values, most), index=rows.index)


def _handed_out(values: Sequence[float], most: Sequence[int]) -> list[int]:
    """Return floors, and what is lacking: first by fraction, then by value; rows come in the order of their ids."""
    fine = [floor(value) * _NANO + round((value - floor(value)) * _NANO) for value in values]
    out = [one // _NANO for one in fine]
    lacking = (2 * sum(fine) + _NANO) // (2 * _NANO) - sum(out)
    numbers = range(len(values))
    for row in sorted(numbers, key=lambda row: (-(fine[row] % _NANO), row)):
        if lacking and fine[row] % _NANO and out[row] < most[row]:
            out[row], lacking = out[row] + 1, lacking - 1
    while lacking:
        more = [row for row in numbers if out[row] < most[row]]
        more.sort(key=lambda row: (out[row] > fine[row] // _NANO, -values[row], row))
        for row in more[:lacking]:
            out[row], lacking = out[row] + 1, lacking - 1
        if not more:
            raise ValueError("a unit has room for all its people")
    return out
