"""What a run measured: units, people and facilities, as plain tables; and a facility table with the plan applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from planner.verify.costs import Ruler
from planner.verify.outcome import plain
from planner.verify.roads import Flags

PLACES = "places"
COMMITTED = ("现状", "在建", "已批未建")
PROMISED = COMMITTED[1:]
_KEPT_BY_FACILITY = frozenset(
    {
        "facility_id",
        "place_id",
        "service",
        "unit_code",
        "name",
        "x",
        "y",
        "status",
        "opened_year",
        "closed_year",
        "completed",
        "accepted",
        "accepted_date",
        "largest_class",
    }
)
"""What no action other than a build changes; the largest class is unknown afterwards."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class World:
    """Units, people and how far things are.

    Attributes
    ----------
    units
        Indexed by code: level, kind. Leading zones are units of level "leading_zone".
    above
        By code: the unit itself, everything it lies in, and the leading zones of any of these.
    demand
        Indexed by demand_id: unit_code, x, y, one column per group, catchment columns.
    ruler
        Measures costs.
    settings
        ``settings`` of run.json.
    demands
        By year: the demand of that year; empty where people stay as they are.
    """

    units: pd.DataFrame
    above: Mapping[str, frozenset[str]]
    demand: pd.DataFrame
    ruler: Ruler
    settings: Mapping[str, Any]
    demands: Mapping[int, pd.DataFrame] = field(default_factory=dict)

    def in_year(self, year: int) -> World:
        """Return the same world with the people of a year."""
        return replace(self, demand=self.demands[year]) if self.demands else self

    def now(self) -> pd.DataFrame:
        """Return the demand of the base year."""
        return self.demands[min(self.demands)] if self.demands else self.demand

    def members(self, unit_set: Mapping[str, Any]) -> list[str]:
        """Return the codes of a unit set's units."""
        level, kind = self.units["level"], self.units["kind"]
        return [
            code
            for code in self.units.index
            if level[code] in unit_set["levels"] and (not unit_set.get("kinds") or kind[code] in unit_set["kinds"])
        ]

    def of_level(self, *levels: str) -> list[str]:
        """Return the codes of all units at these levels."""
        return self.members({"levels": levels})

    def sums(self, group: str, chosen: Flags | None = None) -> dict[str, float]:
        """Return by unit the persons of a group (or residential points) at all or the chosen demand points."""
        if group == PLACES:
            lived = self.demand.get("lived_in")
            weight = np.ones(len(self.demand)) if lived is None else lived.to_numpy(np.float64)
        else:
            weight = self.demand[group].to_numpy(np.float64)
        if chosen is not None:
            weight = np.where(chosen, weight, 0.0)
        totals = dict.fromkeys(self.units.index, 0.0)
        for code, persons in pd.Series(weight).groupby(self.demand["unit_code"].to_numpy()).sum().items():
            for unit in self.above.get(str(code), ()):
                totals[unit] += float(persons)
        return totals

    def standard(self, name: str | None) -> Mapping[str, Any] | None:
        """Return a standard that can be used, None where the profile has none or forbids it."""
        return _usable(self.settings, "standards", name, "limit")

    def number(self, name: str) -> float | None:
        """Return a number of the profile that can be used, None where there is none."""
        entry = _usable(self.settings, "numbers", name, "value")
        return None if entry is None else float(entry["value"])


def groups_of(settings: Mapping[str, Any]) -> list[str]:
    """Return the population groups of a study; the first one weighs in anchors."""
    return list(dict.fromkeys(group for source in settings["layers"]["population"] for group in source["groups"]))


def _usable(settings: Mapping[str, Any], table: str, name: str | None, field: str) -> Mapping[str, Any] | None:
    entry = next((row for row in settings.get(table, ()) if row["id"] == name), None)
    if entry is None or entry.get(field) in (None, ""):
        return None
    doubtful = not entry.get("confirmed") or entry.get("invented")
    return None if settings.get("forbid_unconfirmed") and doubtful else dict(entry)


def containment(units: pd.DataFrame, zones: pd.DataFrame | None) -> dict[str, frozenset[str]]:
    """Return by code everything a unit lies in, itself included.

    Parameters
    ----------
    units
        Indexed by code: parent_code.
    zones
        zone_code and unit_code of each member, or None.
    """
    member_of: dict[str, set[str]] = {}
    for zone, unit in zip(zones["zone_code"], zones["unit_code"], strict=True) if zones is not None else ():
        member_of.setdefault(str(unit), set()).add(str(zone))
    parents = units["parent_code"].to_dict()
    above = {}
    for code in units.index:
        chain = [code]
        while parents.get(chain[-1]) in parents and parents[chain[-1]] not in chain:
            chain.append(parents[chain[-1]])
        above[str(code)] = frozenset(chain).union(*(member_of.get(unit, ()) for unit in chain))
    return above


def anchors(world: World, codes: Sequence[str]) -> pd.DataFrame:
    """Return the demand point that stands for each of some units, where somebody lives in it.

    It has the least sum of people x straight distance to the demand of the unit, rounded to the
    millimetre-person; among equals the smallest demand_id.

    Returns
    -------
    pandas.DataFrame
        Indexed by unit code: x, y.
    """
    people = groups_of(world.settings)[0]
    ordered = world.demand.sort_index()
    rows_of: dict[str, list[int]] = {code: [] for code in codes}
    for row, code in enumerate(ordered["unit_code"]):
        for unit in world.above.get(str(code), frozenset()) & rows_of.keys():
            rows_of[unit].append(row)
    xy = ordered[["x", "y"]].to_numpy(np.float64)
    weight = ordered[people].to_numpy(np.float64)
    chosen = {code: rows[_medoid(xy[rows], weight[rows])] for code, rows in rows_of.items() if rows}
    return pd.DataFrame(xy[list(chosen.values())], columns=["x", "y"], index=pd.Index(list(chosen), dtype="str"))


def _medoid(xy: np.ndarray[Any, np.dtype[np.float64]], weight: np.ndarray[Any, np.dtype[np.float64]]) -> int:
    mass = weight if weight.any() else np.ones(len(weight))
    totals = [float((np.sqrt(((xy - point) ** 2).sum(axis=1)) * mass).sum()) for point in xy]
    return int(np.argmin(np.rint(np.array(totals) * 1000)))


def with_plan(facilities: pd.DataFrame, options: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the facilities as they stand once the options complete by a year are carried out.

    Parameters
    ----------
    facilities
        Indexed by facility_id; text.
    options
        Rows of plan_options.csv; text.
    year
        Options with a later complete_year are left out.

    Returns
    -------
    pandas.DataFrame
        Indexed by facility_id; text; with the column ``acted_on`` (bool).
    """
    rows: dict[str, dict[str, Any]] = {
        str(name): {**row, "acted_on": False}
        for name, row in zip(facilities.index, facilities.to_dict("records"), strict=True)
    }
    for option in options.to_dict("records"):
        if int(option["complete_year"]) > year:
            continue
        acted_on = option["facility_id"]
        if option["action"] == "build":
            opened = {"status": "现状", "opened_year": option["complete_year"], "closed_year": "", "largest_class": ""}
            accepted = {"completed": "", "accepted": "True", "accepted_date": ""}
            rows[option["option_id"]] = {**option, **opened, **accepted, "acted_on": True}
        elif acted_on in rows:  # where not, the promises of the plan are broken, and told
            given = {name: value for name, value in option.items() if value != "" and name not in _KEPT_BY_FACILITY}
            rows[acted_on] = {**rows[acted_on], **given, "largest_class": "", "acted_on": True}
    columns = [*facilities.columns.difference(["acted_on"], sort=False), "acted_on"]
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns)


def open_facilities(
    facilities: pd.DataFrame, year: int, service: str, where: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Return the facilities of a service that count in a year and have these attributes.

    Parameters
    ----------
    facilities
        Text, as `with_plan` returns them.
    year
        现状 counts from its opening year or always, 在建 and 已批未建 from a stated opening year, 规划 never;
        none counts from its closing year on.
    service, where
        What counts; a list means any of its values.
    """
    chosen = [_is_open(row, year) and of_kind(row, service, where) for row in facilities.to_dict("records")]
    return facilities[np.array(chosen, dtype=bool)]


def of_kind(facility: Mapping[str, Any], service: str, where: Mapping[str, Any] | None) -> bool:
    """Return whether a facility is of a service and has these attributes (unknown is "")."""
    if facility["service"] != service:
        return False
    for name, value in (where or {}).items():
        wanted = {plain(one) for one in (value if isinstance(value, list | tuple) else [value])}
        if plain(facility[name]) not in wanted:
            return False
    return True


def _is_open(facility: Mapping[str, Any], year: int) -> bool:
    opened, closed = plain(facility["opened_year"]), plain(facility["closed_year"])
    if closed and int(closed) <= year:
        return False
    if facility["status"] == "现状":
        return not opened or int(opened) <= year
    return facility["status"] in COMMITTED and bool(opened) and int(opened) <= year
