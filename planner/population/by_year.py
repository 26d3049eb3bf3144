"""Demand by year: who lives where in the base year and in every year of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.population.areas import Ancestors, unit_sums
from planner.population.scaling import scaled
from planner.population.series import Between, Stated, Target, target

LIVED_IN = "lived_in"
"""Column of demand where there are new areas: whether the point is lived in yet."""

SHOWN_LEVELS = ("city", "county", "township", "leading_zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The years of a study, its groups, and the rule for years that no table states.

    Attributes
    ----------
    groups
        The first counts everybody.
    base_year, years
        The present, and the years of the plan.
    between
        As `planner.population.series.target` says.
    """

    groups: tuple[str, ...]
    base_year: int
    years: tuple[int, ...]
    between: Between


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class PeopleByYear:
    """People of every year.

    Attributes
    ----------
    demands
        By year, the base year included: the table of demand.
    table
        unit_code, unit_level, year, group, persons, basis, kind, source: of every shown unit and every unit that a
        table speaks of. ``basis``: base (as in the base year), stated, interpolated, held, or derived (units around
        or within it, or new areas, change).
    told
        unit_code, group, year, code: what could not be done as stated (`planner.population.scaling.Scaled`).
    """

    demands: Mapping[int, pd.DataFrame]
    table: pd.DataFrame
    told: pd.DataFrame


def people_by_year(
    full: pd.DataFrame,
    since: pd.Series,
    stated: pd.DataFrame,
    *,
    span: Span,
    units: pd.DataFrame,
    ancestors: Ancestors,
) -> PeopleByYear:
    """Return the people of the base year and of every year of a plan.

    Parameters
    ----------
    full
        Demand with all points and all their people, those of new areas included; indexed by demand_id, sorted.
    since
        Year from which each point is lived in; 0 where it always was.
    stated
        unit_code, year, group, persons, kind, source; years after the base year, groups of the study, known units.
    span
        Groups, years, and the rule between them.
    units
        Indexed by code: level.
    ancestors
        By unit code: the unit itself and all above it.
    """
    groups, base_year = span.groups, span.base_year
    new = (since > 0).to_numpy(dtype=bool)
    levels = {str(code): str(level) for code, level in units["level"].items()}
    series = _series(stated)
    now = _lived_in(full, since, base_year, groups)
    sums = unit_sums(now, groups, ancestors)
    listed = {unit for unit, _ in series}
    demands: dict[int, pd.DataFrame] = {base_year: now}
    told: list[tuple[str, str, int, str]] = []
    rows = _rows(sums, sums, {}, base_year, groups, levels, listed)
    for year in span.years:
        here = _lived_in(full, since, year, groups)
        targets = {
            key: found
            for key, one in series.items()
            if (found := target(one, year, base=(base_year, sums[key[1]].get(key[0], 0)), between=span.between))
        }
        people = here[groups[0]].to_numpy(dtype=np.int64)
        for group in groups:
            totals = {unit: one.persons for (unit, of), one in targets.items() if of == group}
            if totals:
                base = here[group].to_numpy(dtype=np.int64)
                done = scaled(full, base, people, new, totals, levels=levels, ancestors=ancestors)
                here = here.assign(**{group: done.persons})
                told += [(unit, group, year, code) for unit, code in sorted(done.told.items())]
        demands[year] = here
        rows += _rows(unit_sums(here, groups, ancestors), sums, targets, year, groups, levels, listed)
    return PeopleByYear(
        demands=demands,
        table=pd.DataFrame(
            rows, columns=["unit_code", "unit_level", "year", "group", "persons", "basis", "kind", "source"]
        ),
        told=pd.DataFrame(told, columns=["unit_code", "group", "year", "code"]),
    )


def _series(stated: pd.DataFrame) -> dict[tuple[str, str], list[Stated]]:
    found: dict[tuple[str, str], list[Stated]] = {}
    ordered = stated.sort_values(["unit_code", "group", "year"], kind="stable")
    for row in ordered.itertuples():
        one = Stated(int(row.year), int(row.persons), str(row.kind), str(row.source))
        found.setdefault((str(row.unit_code), str(row.group)), []).append(one)
    return found


def _lived_in(full: pd.DataFrame, since: pd.Series, year: int, groups: Sequence[str]) -> pd.DataFrame:
    """Return the demand without the people of areas that are delivered later."""
    there = (since <= year).to_numpy(dtype=bool)
    if not (since > 0).any():
        return full
    return full.assign(**{group: full[group].where(there, 0) for group in groups}, **{LIVED_IN: there})


def _rows(
    sums: Mapping[str, Mapping[str, int]], base: Mapping[str, Mapping[str, int]],
    targets: Mapping[tuple[str, str], Target], year: int, groups: Sequence[str], levels: Mapping[str, str],
    listed: set[str],
) -> list[tuple[object, ...]]:  # fmt: skip
    rows: list[tuple[object, ...]] = []
    for unit in sorted(levels):
        if levels[unit] not in SHOWN_LEVELS and unit not in listed:
            continue
        for group in groups:
            persons, said = sums[group].get(unit, 0), targets.get((unit, group))
            met = said is not None and said.persons == persons
            words = (said.basis, said.kind, said.source) if met and said else ("derived", "", "")
            if not met and persons == base[group].get(unit, 0):
                words = ("base", "", "")
            rows.append((unit, levels[unit], year, group, persons, *words))
    return rows
