"""What a plan promises: options that exist, on land that may be used, within years and money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from planner.errors import fault
from planner.verify.files import Run
from planner.verify.outcome import Verification, compare, of_faults, plain, together

_BOOKED = ("budget_yuan", "spent_yuan", "carried_yuan")
_REMEDY = "run the study again, and report it if it comes back"
Row = Mapping[str, Any]


def check_plan(run: Run) -> Verification:
    """Return which promises of the plan hold.

    Parameters
    ----------
    run
        A finished run. Every chosen option is a row of options.csv, taken once and once per exclusive
        group, on a site that is not excluded or at a facility there is, within its years; costs add up to
        what run.json says and stay within the budget.
    """
    chosen = run.tables["plan_options"]
    known = run.tables["options"]
    rows = [] if chosen.empty else chosen.to_dict("records")
    shared = [name for name in chosen.columns if name in known.columns and name != "option_id"]
    parts = [of_faults(tuple(_broken(run, rows)), checks=5 + 4 * len(rows)), _check_budget(run, rows)]
    if rows and "option_id" in known:
        listed = known[known["option_id"].isin(chosen["option_id"])]
        parts.append(compare("plan_options", chosen, listed, keys=["option_id"], figures=shared))
    return together(parts)


def _broken(run: Run, rows: list[Row]) -> Iterator[str]:
    stated = run.document["plan"]
    cost = None if any(row["cost_yuan"] == "" for row in rows) else sum(_whole(row["cost_yuan"]) for row in rows)
    if len(rows) != stated["options"]:
        yield fault(f"{stated['options']} options in the plan (run.json)", f"{len(rows)} in plan_options.csv", _REMEDY)
    if cost != stated["cost_yuan"]:
        yield fault(f"a cost of {stated['cost_yuan']} yuan (run.json)", f"{cost} in plan_options.csv", _REMEDY)
    most = run.settings.get("siting", {}).get("max_options")
    if most is not None and len(rows) > most:
        yield fault(f"at most {most} options", str(len(rows)), _REMEDY)
    yield from _taken_twice(rows)
    yield from _wrong_place(run, rows)
    for row in rows:
        yield from _wrong_years(row, last=max(run.settings["study"]["years"]))


def _taken_twice(rows: list[Row]) -> Iterator[str]:
    groups = Counter(row["exclusive_group"] for row in rows if row["exclusive_group"])
    options = Counter(row["option_id"] for row in rows)
    acted_on = Counter(row["facility_id"] for row in rows if row["facility_id"])
    for name, count in [*groups.items(), *options.items(), *acted_on.items()]:
        if count > 1:
            yield fault(f"one option of {name}", f"{count} in the plan", _REMEDY)


def _wrong_place(run: Run, rows: list[Row]) -> Iterator[str]:
    known = set(run.tables["options"].get("option_id", ()))
    facilities = set(run.tables["facilities"].get("facility_id", ()))
    sites = run.tables["sites"]
    usable = set() if sites.empty else set(sites["site_id"][sites["excluded"] == "False"])
    for row in rows:
        if row["option_id"] not in known:
            yield fault(f"{row['option_id']} in options.csv", "none of that name", _REMEDY)
        if row["action"] == "build" and row["place_id"] not in usable:
            yield fault(f"a site that may be used for {row['option_id']}", f"{row['place_id']}", _REMEDY)
        if row["action"] != "build" and row["facility_id"] not in facilities:
            yield fault(f"a facility for {row['option_id']} to act on", f"{row['facility_id']!r}", _REMEDY)


def _wrong_years(row: Row, *, last: int) -> Iterator[str]:
    earliest, start, complete = (_whole(row[name]) for name in ("earliest_year", "start_year", "complete_year"))
    years = f"{start} to {complete}, {row['build_years']} years of work, from {earliest} on"
    if start < earliest or complete - _whole(row["build_years"]) != start or complete > last:
        yield fault(f"possible years for {row['option_id']}, up to {last}", years, _REMEDY)


def _check_budget(run: Run, rows: list[Row]) -> Verification:
    """Check that money suffices in every year: an option is paid as it starts, what is left over may be spent later."""
    stated = run.settings.get("siting", {}).get("budget_yuan") or {}
    budget = {int(year): int(yuan) for year, yuan in stated.items()}
    if not budget:
        return of_faults(())
    spent = Counter[int]()
    for row in rows:
        spent[_whole(row["start_year"])] += _whole(row["cost_yuan"])
    faults, booked, left = [], [], 0
    for year in sorted({*run.settings["study"]["years"], *budget, *spent}):
        left += budget.get(year, 0) - spent[year]
        booked.append((year, budget.get(year, 0), spent[year], left))
        if left < 0:
            faults.append(fault(f"spending within the budget of {year}", f"{-left} yuan more than there is", _REMEDY))
    again = pd.DataFrame(booked, columns=["year", *_BOOKED])
    told = of_faults(faults, checks=len(booked))
    return together([told, compare("plan_budget", run.tables["plan_budget"], again, keys=["year"], figures=_BOOKED)])


def _whole(value: object) -> int:
    return int(float(plain(value) or 0))
