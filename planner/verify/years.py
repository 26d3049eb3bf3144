"""The tables of single years, counted once more."""

from __future__ import annotations

import pandas as pd

from planner.verify.files import Run
from planner.verify.outcome import Verification, compare
from planner.verify.people_years import unit_totals
from planner.verify.recount import Scene, comparable, coverage, findings
from planner.verify.world import World, groups_of, with_plan

_FINDING = ["mandate_id", "unit_code", "year"]
_COVERAGE = ["standard_id", "unit_code", "group"]


def check_years(run: Run, world: World, facilities: pd.DataFrame, plan: pd.DataFrame) -> list[Verification]:
    """Return whether people, findings and coverage of every year are what the run wrote.

    Parameters
    ----------
    run
        A finished run in which people change by year.
    world
        Its units, and the people of every year.
    facilities, plan
        As `planner.verify.world.with_plan` reads them.
    """
    found, served = [], []
    for year in run.settings["study"]["years"]:
        scene = Scene(world.in_year(year), with_plan(facilities, plan, year), year)
        found.append(findings(scene).assign(situation_year=year))
        served.append(coverage(scene).drop(columns="request").assign(situation_year=year))
    stated, covered = comparable(run.tables["findings_by_year"]), run.tables["coverage_by_year"]
    counted = comparable(pd.concat(found, ignore_index=True))
    served_again = pd.concat(served, ignore_index=True)
    keys = ["situation_year", *_COVERAGE]
    return [
        _people(run, world),
        compare("findings_by_year", stated, counted, keys=["situation_year", *_FINDING],
                figures=["status", "measured", "required"]),
        compare("coverage_by_year", _numbered(covered, keys), _numbered(served_again, keys), keys=[*keys, "number"],
                figures=["total", "covered", "share"]),
    ]  # fmt: skip


def _numbered(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return rows with a number for those of one key: a standard may be asked for by several coverage tables."""
    texts = table[keys].astype(str)
    return table.assign(number=texts.groupby(keys).cumcount())


def _people(run: Run, world: World) -> Verification:
    """Compare the persons of units in every year."""
    table = run.tables["demand_by_year"]
    rows = []
    for year, demand in world.demands.items():
        for group in groups_of(world.settings):
            totals = unit_totals(demand, group, world.above)
            rows += [(unit, year, group, totals.get(unit, 0)) for unit in world.units.index]
    again = pd.DataFrame(rows, columns=["unit_code", "year", "group", "persons"])
    shown = set(table["unit_code"])
    return compare("demand_by_year", table, again[again["unit_code"].isin(shown)],
                   keys=["unit_code", "year", "group"], figures=["persons"])  # fmt: skip
