"""People of later years by the cohort shift: everybody grows a year older every year, and children are born.

Nobody moves in or out: migration is not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

KIND = "cohort"
"""``kind`` of the rows that are made here."""

Band = tuple[int, int | None]
"""First and last age, both included; None for no end."""


class Cohorts(NamedTuple):
    """What a cohort shift gives.

    Attributes
    ----------
    rows
        unit_code, year, group, persons (int64), kind, source: as a table of people by year.
    lacking
        unit_code, group, code: ``ages_incomplete`` (an age has no row; group ""), ``ages_too_coarse`` (the group ends
        beyond the highest age, which is open), ``births_missing`` (in some year).
    """

    rows: pd.DataFrame
    lacking: pd.DataFrame


def cohorts(
    ages: pd.DataFrame,
    births: pd.DataFrame,
    *,
    bands: Mapping[str, Band],
    base_year: int,
    years: Sequence[int],
    survival: float = 1.0,
) -> Cohorts:
    """Return the persons of every group in every year, by unit.

    Of those aged *a* at the end of the base year, *survival* to the power of *k* are *a + k* at the end of the year
    *k* years later; of the children born in a year, *survival* to the power of their age. Whole persons, halves up.

    Parameters
    ----------
    ages
        unit_code, age, persons, source at the end of the base year; the highest age of a unit is that and above.
    births
        unit_code, year, births.
    bands
        Ages of each group that is made.
    base_year, years
        Of the study; the base year itself is made, too, for comparison.
    survival
        Share of the people of an age who are there a year later.
    """
    born: dict[str, dict[int, int]] = {}
    for row in births.itertuples():
        born.setdefault(str(row.unit_code), {})[int(row.year)] = int(row.births)
    rows: list[tuple[object, ...]] = []
    lacking: list[tuple[str, str, str]] = []
    for code, table in ages.groupby("unit_code", sort=True):
        unit, source = str(code), str(table["source"].iloc[0])
        persons = table.sort_values("age")["persons"].to_numpy(dtype=np.int64)
        if sorted(table["age"]) != list(range(len(table))):
            lacking.append((unit, "", "ages_incomplete"))
            continue
        for group, band in bands.items():
            found, problem = _of_group(persons, born.get(unit, {}), band, base_year, years, survival)
            rows += [(unit, year, group, count, KIND, source) for year, count in found]
            lacking += [(unit, group, problem)] if problem else []
    return Cohorts(
        pd.DataFrame(rows, columns=["unit_code", "year", "group", "persons", "kind", "source"]),
        pd.DataFrame(lacking, columns=["unit_code", "group", "code"]),
    )


def _of_group(
    persons: np.ndarray[tuple[int], np.dtype[np.int64]], born: Mapping[int, int], band: Band, base_year: int,
    years: Sequence[int], survival: float,
) -> tuple[list[tuple[int, int]], str]:  # fmt: skip
    first, last = band
    oldest = len(persons) - 1
    if first > oldest or (last is not None and last >= oldest):
        return [], "ages_too_coarse"
    found, problem = [], ""
    for year in (base_year, *years):
        later = year - base_year
        top = oldest if last is None else last - later
        total = float(persons[max(first - later, 0) : max(top + 1, 0)].sum()) * survival**later
        young = range(first, min(later - 1, later if last is None else last) + 1)
        if any(year - age not in born for age in young):
            problem = "births_missing"
            continue
        total += sum(born[year - age] * survival**age for age in young)
        found.append((year, int(np.floor(total + 0.5))))
    return found, problem
