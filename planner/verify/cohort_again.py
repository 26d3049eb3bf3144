"""The cohort shift once more, person groups followed one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd


def shifted(
    ages: pd.DataFrame, births: pd.DataFrame, bands: Mapping[str, Sequence[int | None]], study: Mapping[str, Any],
    survival: float,
) -> list[tuple[str, str, int, int]]:  # fmt: skip
    """Return unit, group, year, persons of every year of the plan that single ages and births tell."""
    return [] if ages.empty else list(_shifted(ages, births, bands, study, survival))


def _shifted(
    ages: pd.DataFrame, births: pd.DataFrame, bands: Mapping[str, Sequence[int | None]], study: Mapping[str, Any],
    survival: float,
) -> Iterator[tuple[str, str, int, int]]:  # fmt: skip
    base = study["base_year"]
    for unit, rows in ages.groupby("unit_code"):
        start = {int(age): int(count) for age, count in zip(rows["age"], rows["persons"], strict=True)}
        oldest = max(start)
        if set(start) != set(range(oldest + 1)):
            continue
        here = births[births["unit_code"] == unit] if len(births) else births
        born = {int(y): int(n) for y, n in zip(here["year"], here["births"], strict=True)} if len(here) else {}
        for group, (first, last) in bands.items():
            if first is None or first > oldest or (last is not None and last >= oldest):
                continue
            for year in study["years"]:
                total = _in_band(start, born, first, last, year - base, year, survival)
                if total is not None:
                    yield str(unit), group, year, math.floor(total + 0.5)


def _in_band(
    start: Mapping[int, int], born: Mapping[int, int], first: int, last: int | None, later: int, year: int,
    survival: float,
) -> float | None:  # fmt: skip
    """Return how many are in a band of ages so many years later; None where births are not known."""
    oldest, total = max(start), 0
    for age, persons in start.items():
        reached = age + later
        fits = reached >= first and (last is None or reached <= last) and (age < oldest or last is None)
        total += persons if fits else 0
    sum_ = total * survival**later
    children = 0.0
    for age in range(first, later):
        if last is not None and age > last:
            break
        if year - age not in born:
            return None
        children += born[year - age] * survival**age
    return sum_ + children
