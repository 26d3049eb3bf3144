"""Mandates counted once more, in plain loops, from the words of the policy file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from planner.verify.completed import completed
from planner.verify.institutions import each_institution
from planner.verify.outcome import plain
from planner.verify.world import COMMITTED, PROMISED, World, of_kind, open_facilities

_LEVELS = ("village", "township", "county", "city")
_MEASURED = ("measured", "required")


class Finding(NamedTuple):
    """One unit, or one unit in one year: is the mandate met there.

    `measured` and `required` are None where nothing was measured.
    """

    unit_code: str
    status: str
    measured: float | None = None
    required: float | None = None
    year: int | None = None


Mandate = Mapping[str, Any]


class Scene(NamedTuple):
    """What stands in the year that is measured.

    `facilities` are as `planner.verify.world.with_plan` returns them.
    """

    world: World
    facilities: pd.DataFrame
    year: int

    def standing(self, service: str, where: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the open facilities of a service with these attributes."""
        return open_facilities(self.facilities, self.year, service, where)


def findings(scene: Scene) -> pd.DataFrame:
    """Return every finding of every mandate.

    Parameters
    ----------
    scene
        Units, people, costs, settings of the run, and what stands.

    Returns
    -------
    pandas.DataFrame
        mandate_id, unit_code, year, status, measured, required.
    """
    rows = [
        {"mandate_id": mandate["id"], **finding._asdict()}
        for mandate in scene.world.settings["mandates"]
        for finding in _with_doubts(scene, mandate)
    ]
    return pd.DataFrame(rows, columns=["mandate_id", *Finding._fields], dtype=object)


def _with_doubts(scene: Scene, mandate: Mandate) -> list[Finding]:
    """Return the findings of a mandate; a gap that a promised facility without a year would close is none."""
    count = _COUNTED[mandate["predicate"]]
    found, standing = count(scene, mandate), scene.facilities
    undated = standing["status"].isin(PROMISED) & (standing["opened_year"].map(plain) == "")
    undated &= standing["service"] == mandate["service"]
    if not undated.any():
        return found
    opened = standing.assign(opened_year=standing["opened_year"].mask(undated, str(scene.year)))
    then = {one.unit_code: one.status for one in reversed(count(scene._replace(facilities=opened), mandate))}
    return [
        Finding(one.unit_code, "not_evaluable")
        if one.year is None and one.status == "gap" and then.get(one.unit_code, "gap") != "gap"
        else one
        for one in found
    ]


def comparable(table: pd.DataFrame) -> pd.DataFrame:
    """Return findings with measured and required only where something was measured: met or gap."""
    unmeasured = ~table["status"].isin(["met", "gap"])
    return table.assign(**{name: table[name].astype(object).mask(unmeasured, "") for name in _MEASURED})


def coverage(scene: Scene) -> pd.DataFrame:
    """Return who is within each coverage request's standard.

    Parameters
    ----------
    scene
        As for `findings`.

    Returns
    -------
    pandas.DataFrame
        request (position in the settings), standard_id, unit_code, group, total, covered, share (None where
        nobody is counted).
    """
    rows: list[tuple[object, ...]] = []
    world = scene.world
    units = world.of_level("city", "county", "township", "leading_zone")
    standards = {row["id"]: row for row in world.settings["standards"]}
    for number, request in enumerate(world.settings["coverage"]):
        standard = standards[request["standard"]]
        standing = scene.standing(standard["service"], request.get("where"))
        inside = world.ruler.covered(standard, standing)
        for group in (*(request.get("groups") or ["people"]), "places"):
            total, covered = world.sums(group), world.sums(group, inside)
            rows += [(number, standard["id"], unit, group, total[unit], covered[unit]) for unit in units]
    table = pd.DataFrame(rows, columns=["request", "standard_id", "unit_code", "group", "total", "covered"])
    shares = [part / whole if whole > 0 else None for part, whole in zip(table["covered"], table["total"], strict=True)]
    return table.assign(share=pd.Series(shares, dtype=object))


_NOWHERE = Finding("", "not_evaluable")  # for a clause about units of which the study has none
_VERDICT = {True: "met", False: "gap"}


def _empty_parents(world: World, unit_set: Mapping[str, Any]) -> list[Finding]:
    members = world.members(unit_set)
    if not set(unit_set["levels"]) <= {"township", "village"}:
        return [] if members else [_NOWHERE]
    held = set().union(*(world.above[code] for code in members))
    parents = world.of_level("county") or world.of_level("city")
    empty = [Finding(code, "not_evaluable") for code in parents if code not in held]
    return empty if empty or members else [_NOWHERE]


def _count_per_unit(scene: Scene, mandate: Mandate) -> list[Finding]:
    if mandate["unit_set"]["levels"] == ["institution"]:
        return [Finding(*one) for one in each_institution(scene.standing(mandate["service"]), mandate)] or [_NOWHERE]
    world, minimum, wanted = scene.world, mandate.get("minimum", 1), mandate.get("where") or {}
    certain, possible = Counter[str](), Counter[str]()
    for row in scene.standing(mandate["service"]).to_dict("records"):
        known = {name: value for name, value in wanted.items() if plain(row[name])}
        if of_kind(row, mandate["service"], known):  # nothing that is known speaks against it
            units = world.above.get(row["unit_code"], ())
            possible.update(units)
            certain.update(units if len(known) == len(wanted) else ())
    counted = []
    for unit in world.members(mandate["unit_set"]):
        if certain[unit] < minimum <= possible[unit]:
            counted.append(Finding(unit, "not_evaluable"))
        else:
            counted.append(Finding(unit, _VERDICT[certain[unit] >= minimum], certain[unit], minimum))
    return counted + _empty_parents(world, mandate["unit_set"])


def _programme_per_year(scene: Scene, mandate: Mandate) -> list[Finding]:
    asked, minimum = bool(mandate.get("accepted")), mandate["minimum"]
    years = [str(year) for year in scene.world.settings["study"]["years"]]
    done, perhaps = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in scene.facilities.to_dict("records"):
        if row["status"] not in COMMITTED or not of_kind(row, mandate["service"], mandate.get("where")):
            continue
        sure, maybe = completed(row, years, accepted=asked)
        for unit in scene.world.above.get(row["unit_code"], ()):
            done.update((unit, year) for year in sure)
            perhaps.update((unit, year) for year in (*sure, *maybe))
    found = []
    for unit in scene.world.members(mandate["unit_set"]):
        for year in years:
            count = done[unit, year]
            if count < minimum <= perhaps[unit, year]:
                found.append(Finding(unit, "not_evaluable", year=int(year)))
            else:
                found.append(Finding(unit, _VERDICT[count >= minimum], count, minimum, int(year)))
    return found + _empty_parents(scene.world, mandate["unit_set"])


def _capacity(scene: Scene, mandate: Mandate) -> list[Finding]:
    demand, limit = scene.world.demand, scene.world.number(mandate["class_size"])
    column = f"catchment_{mandate.get('catchment_service') or mandate['service']}"
    pupils = _pupils(demand, column, mandate["group"])
    now = _pupils(scene.world.now(), column, mandate["group"])
    schools: dict[str, list[Mapping[str, Any]]] = {}
    for row in scene.standing(mandate["service"]).to_dict("records"):
        schools.setdefault(plain(row["catchment_id"]), []).append(row)
    names = sorted((pupils.keys() | schools.keys()) - {""})
    if not names:  # no catchments: nothing can be judged, which is one finding for the city (or each county)
        city = scene.world.members({"levels": ["city"], "kinds": []})
        whole = city or scene.world.members({"levels": ["county"], "kinds": []})
        return [Finding(unit, "not_evaluable") for unit in whole] or [_NOWHERE]
    return [_one_catchment(name, schools.get(name, []), pupils[name], now[name], limit) for name in names]


def _pupils(demand: pd.DataFrame, column: str, group: str) -> Counter[str]:
    """Return the persons of a group by catchment."""
    pupils = Counter[str]()
    if column in demand:
        for name, persons in zip(demand[column].map(plain), demand[group], strict=True):
            pupils[name] += persons
    return pupils


def _one_catchment(
    name: str, schools: list[Mapping[str, Any]], pupils: float, now: float, limit: float | None
) -> Finding:
    if limit is None or (not schools and not pupils):
        return Finding(name, "not_evaluable")
    if not schools:
        return Finding(name, "gap", None, limit)
    largest = _largest_class(schools, pupils, changed=pupils != now)
    if largest is None:
        return Finding(name, "not_evaluable")
    return Finding(name, _VERDICT[largest <= limit], largest, limit)


def _largest_class(schools: list[Mapping[str, Any]], pupils: float, *, changed: bool) -> float | None:
    """Return the largest class of a catchment: as stated, or as many to a class as there must be on average.

    What schools state they state of the present, so it does not hold where pupils have changed since.
    """
    acted_on = changed or any(school["acted_on"] for school in schools)
    stated = [] if acted_on else [float(s["largest_class"]) for s in schools if plain(s["largest_class"])]
    if len(stated) == len(schools):
        return max(stated)
    classes = [plain(school["classes"]) for school in schools]
    if "" in classes or sum(map(float, classes)) <= 0:
        return None
    return max([math.ceil(pupils / sum(map(float, classes))), *stated])


def _network_roles(scene: Scene, mandate: Mandate) -> list[Finding]:
    standing = scene.standing(mandate["service"], mandate.get("where"))
    found = [finding for level in mandate["levels"] for finding in _one_level(scene.world, standing, level)]
    told = {finding.unit_code for finding in found}
    empty: set[str] = set()
    for level in mandate["levels"]:
        untold = {one.unit_code for one in _empty_parents(scene.world, level["unit_set"])} - told
        empty |= untold if untold or scene.world.members(level["unit_set"]) else {_NOWHERE.unit_code}
    return found + [Finding(unit, "not_evaluable") for unit in sorted(empty)]


def _one_level(world: World, standing: pd.DataFrame, level: Mapping[str, Any]) -> list[Finding]:
    units = world.members(level["unit_set"])
    counted = standing[standing["level"].isin(_LEVELS[_LEVELS.index(level["level"]) :])]
    near: dict[str, set[str]] = {}
    if level["role"] != "required":
        standard = world.standard(level.get("standard"))
        if standard is None:
            return [Finding(unit, "not_evaluable") for unit in units]
        near = _near_anchors(world, counted, standard)
    inside = counted[counted["level"] == level["level"]] if level["role"] != "covered" else counted.iloc[:0]
    found = []
    for unit in units:
        here = {name for name, code in inside["unit_code"].items() if unit in world.above.get(code, ())}
        count = len(here | near.get(unit, set()))
        unknown = level["role"] != "required" and unit not in near and not count
        found.append(Finding(unit, "not_evaluable" if unknown else _VERDICT[count >= 1], count, 1))
    return found


def _near_anchors(world: World, facilities: pd.DataFrame, standard: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return, for every unit that has an anchor, the facilities within the limit of it."""
    table = world.ruler.pairs(standard, facilities).tocsc()
    names, spans = facilities.index.to_numpy(), pairwise(table.indptr)
    units = world.ruler.targets["anchor"].index
    return {unit: set(names[table.indices[start:end]]) for unit, (start, end) in zip(units, spans, strict=True)}


def _coverage_share(scene: Scene, mandate: Mandate) -> list[Finding]:
    world, share = scene.world, float(mandate["share"])
    units, empty = world.members(mandate["unit_set"]), _empty_parents(world, mandate["unit_set"])
    standard = world.standard(mandate["standard"])
    if standard is None:
        return [Finding(unit, "not_evaluable") for unit in units] + empty
    standing = scene.standing(standard["service"], mandate.get("where"))
    total = world.sums(mandate["group"])
    covered = world.sums(mandate["group"], world.ruler.covered(standard, standing))
    found = []
    for unit in units:
        if total[unit]:
            enough = covered[unit] >= share * total[unit] - 1e-9
            found.append(Finding(unit, _VERDICT[enough], covered[unit] / total[unit], share))
        else:
            found.append(Finding(unit, "not_evaluable"))
    return found + empty


_COUNTED: Mapping[str, Callable[[Scene, Mandate], list[Finding]]] = {
    "COUNT_PER_UNIT": _count_per_unit,
    "PROGRAMME_PER_YEAR": _programme_per_year,
    "CAPACITY": _capacity,
    "NETWORK_ROLES": _network_roles,
    "COVERAGE": _coverage_share,
}
