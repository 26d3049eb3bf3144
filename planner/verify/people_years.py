"""Who lives where in every year, worked out once more: unit after unit, person after person."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from planner.verify.cohort_again import shifted

LIVED_IN = "lived_in"
_FINEST_FIRST = ("village", "township", "county", "city")

Above = Mapping[str, frozenset[str]]
Persons = dict[str, int]
"""By demand_id, or by unit code."""


NEW_AREA = "area:"
"""Begins the id of the residential point of a new area."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Tables:
    """The tables that speak of years, as the layers have them, and the effective settings of the run."""

    stated: pd.DataFrame
    ages: pd.DataFrame
    births: pd.DataFrame
    areas: pd.DataFrame
    settings: Mapping[str, Any]


def demands_again(
    demand: pd.DataFrame, tables: Tables, groups: Sequence[str], *, levels: Mapping[str, str], above: Above
) -> dict[int, pd.DataFrame]:
    """Return the table of demand of the base year and of every year of the plan.

    Parameters
    ----------
    demand
        Of the base year, without new areas; indexed by demand_id.
    tables
        What speaks of later years.
    groups
        The first counts everybody.
    levels, above
        By unit code: its level; itself and everything it lies in.
    """
    study = tables.settings["study"]
    full, since = _with_areas(demand, tables.areas, groups, levels=levels, above=above)
    said = _said(tables, groups, study)
    years = [study["base_year"], *study["years"]]
    there = {year: _there(full, since, groups, year, shown=len(tables.areas) > 0) for year in years}
    base = {group: unit_totals(there[years[0]], group, above) for group in groups}
    inside = _inside(full, {unit for unit, _ in said}, above)
    out = {years[0]: there[years[0]]}
    for year in years[1:]:
        table, everybody = there[year], there[year][groups[0]].astype(int).to_dict()
        for group in groups:
            totals = {}
            for (unit, of), rows in said.items():
                number = _number(rows, year, (years[0], base[of].get(unit, 0)), tables.settings)
                if of == group and number is not None:
                    totals[unit] = number
            persons = _brought(table, group, totals, everybody, since, levels, inside)
            table = table.assign(**{group: pd.Series(persons)})
        out[year] = table
    return out


def unit_totals(demand: pd.DataFrame, group: str, above: Above) -> Persons:
    """Return the persons of every unit in which a demand point lies."""
    out: Persons = {}
    for code, persons in zip(demand["unit_code"], demand[group], strict=True):
        for unit in above.get(str(code), ()):
            out[unit] = out.get(unit, 0) + int(persons)
    return out


def _with_areas(
    demand: pd.DataFrame, areas: pd.DataFrame, groups: Sequence[str], *, levels: Mapping[str, str], above: Above
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the demand with a row per new area, and by demand_id the year from which it is lived in (0: always)."""
    since = dict.fromkeys(map(str, demand.index), 0)
    sums = {group: unit_totals(demand, group, above) for group in groups}
    rows = {}
    for name, area in areas.to_dict("index").items():
        known = [unit for unit in above.get(area["unit_code"], ()) if levels.get(unit) in _FINEST_FIRST]
        around = sorted(known, key=lambda unit: _FINEST_FIRST.index(levels[unit]))
        home = next((unit for unit in around if sums[groups[0]].get(unit)), None)
        row = {key: area.get(key, "") for key in demand.columns if str(key).startswith("catchment_")}
        row |= {"unit_code": area["unit_code"], "x": area["x"], "y": area["y"], groups[0]: int(area["people"])}
        for group in groups[1:]:
            share = Fraction(sums[group].get(home, 0), sums[groups[0]][home]) if home else Fraction(0)
            row[group] = math.floor(int(area["people"]) * share + Fraction(1, 2))
        rows[f"{NEW_AREA}{name}"], since[f"{NEW_AREA}{name}"] = row, int(area["delivery_year"])
    if not rows:
        return demand, since
    added = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=demand.columns)
    return pd.concat([demand, added]).sort_index().rename_axis(index="demand_id"), since


def _inside(full: pd.DataFrame, units: Iterable[str], above: Above) -> dict[str, list[str]]:
    """Return by unit the demand points that lie in it."""
    found: dict[str, list[str]] = {unit: [] for unit in units}
    for name, code in full["unit_code"].items():
        for unit in above.get(str(code), ()):
            if unit in found:
                found[unit].append(str(name))
    return found


def _there(
    full: pd.DataFrame, since: Mapping[str, int], groups: Sequence[str], year: int, *, shown: bool
) -> pd.DataFrame:
    lived = [since[str(name)] <= year for name in full.index]
    persons = {
        group: pd.Series([int(n) if yes else 0 for n, yes in zip(full[group], lived, strict=True)], index=full.index)
        for group in groups
    }
    return full.assign(**persons, **({LIVED_IN: lived} if shown else {}))


def _said(
    tables: Tables, groups: Sequence[str], study: Mapping[str, Any]
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return by unit and group (year, persons), ascending: as stated, else from single ages."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    rule = tables.settings.get("years_of_people", {})
    bands = tables.settings.get("bands", {})
    made = shifted(tables.ages, tables.births, bands, study, float(rule.get("survival", 1.0)))
    rows = [(row["unit_code"], row["group"], int(row["year"]), int(row["persons"])) for row in _rows(tables.stated)]
    for unit, group, year, persons in [*made, *rows]:  # what is stated comes last, and holds
        if group in groups and year > study["base_year"]:
            found.setdefault((str(unit), str(group)), {})[year] = persons
    return {key: sorted(one.items()) for key, one in found.items()}


def _rows(table: pd.DataFrame) -> Iterable[dict[str, Any]]:
    return [] if table.empty else [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _number(
    rows: Sequence[tuple[int, int]], year: int, base: tuple[int, int], settings: Mapping[str, Any]
) -> int | None:
    """Return what is said of a year: the number itself, one on the line between two, the last before; else None."""
    earlier, later = [one for one in rows if one[0] <= year], [one for one in rows if one[0] > year]
    if earlier and earlier[-1][0] == year:
        return earlier[-1][1]
    if later and settings.get("years_of_people", {}).get("between") == "linear":
        (left, low), (right, high) = (earlier or [base])[-1], later[0]
        return math.floor(low + Fraction((high - low) * (year - left), right - left) + Fraction(1, 2))
    return earlier[-1][1] if earlier else None


def _brought(
    table: pd.DataFrame, group: str, totals: Mapping[str, int], everybody: Mapping[str, int],
    since: Mapping[str, int], levels: Mapping[str, str], inside: Mapping[str, Sequence[str]],
) -> Persons:  # fmt: skip
    """Return by demand_id the persons of a group such that units have their totals, finest units first."""
    persons: Persons = {str(name): int(count) for name, count in table[group].items()}
    weight = dict(persons)
    done = {name for name in persons if since[name] > 0}
    for level in _FINEST_FIRST:
        for unit in sorted(unit for unit in totals if levels.get(unit) == level):
            here = inside[unit]
            free = sorted(name for name in here if name not in done)
            rest = totals[unit] - sum(persons[name] for name in here if name in done)
            if rest < 0 or not free:
                continue
            shares = {name: weight[name] for name in free}
            if not any(shares.values()):
                shares = {name: everybody[name] for name in free}
            if not any(shares.values()):
                shares = {_middle(table, free): 1}
            persons |= dict.fromkeys(free, 0) | _handed_out(rest, shares)
            done.update(free)
    return persons


def _middle(table: pd.DataFrame, names: Sequence[str]) -> str:
    x, y = table.loc[list(names), "x"], table.loc[list(names), "y"]
    east, north = float(x.mean()), float(y.mean())
    away = {name: round(math.hypot(x[name] - east, y[name] - north) * 1000) for name in names}
    return min(names, key=lambda name: (away[name], name))


def _handed_out(rest: int, shares: Mapping[str, int]) -> Persons:
    """Return whole parts of a number: floors, then one each to the largest remainders; of equals the lowest id."""
    whole = sum(shares.values())
    out = {name: rest * part // whole for name, part in shares.items()}
    by_remainder = sorted(shares, key=lambda name: (-(rest * shares[name] % whole), name))
    for name in by_remainder[: rest - sum(out.values())]:
        out[name] += 1
    return out
