"""People by year: the tables that speak of it, read, checked against the study, brought to the residential points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from planner.coverage import Territory
from planner.layers import FaultLog, read_people_by_year, read_residential_areas
from planner.layers.ages import ages_of
from planner.pipeline.years_told import tell_areas, tell_base, tell_catchments, tell_cohorts, tell_people, tell_stated
from planner.population import Span, area_points, cohorts, people_by_year, with_catchments
from planner.population.areas import PREFIX, unit_sums
from planner.population.cohort import Band
from planner.study import Study


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class YearTables:
    """The tables of people by year, as their layers have them.

    Attributes
    ----------
    stated, ages, births
        As `planner.layers.read_people_by_year` gives.
    areas
        As `planner.layers.read_residential_areas` gives.
    """

    stated: pd.DataFrame
    ages: pd.DataFrame
    births: pd.DataFrame
    areas: pd.DataFrame

    def by_name(self) -> dict[str, pd.DataFrame]:
        """Return those that have rows, by the name of their layer."""
        named = {"population_by_year": self.stated, "single_ages": self.ages, "births": self.births,
                 "residential_areas": self.areas}  # fmt: skip
        return {name: table for name, table in named.items() if len(table)}


def speaks_of_years(study: Study) -> bool:
    """Return whether a study has people that change by year."""
    layers = study.layers
    return bool(layers.population_by_year or layers.single_ages or layers.residential_areas)


def read_year_tables(
    study: Study, boundaries: pd.DataFrame, *, log: FaultLog, crosswalk: pd.DataFrame | None
) -> YearTables:
    """Read the tables of people by year."""
    layers = study.layers
    listed = {"population_by_year": layers.population_by_year, "single_ages": layers.single_ages,
              "births": layers.births}  # fmt: skip
    people = {
        name: read_people_by_year(name, sources, boundaries, crs=study.crs, log=log, crosswalk=crosswalk)
        for name, sources in listed.items()
    }
    areas = read_residential_areas(layers.residential_areas, boundaries, crs=study.crs, log=log, crosswalk=crosswalk)
    return YearTables(
        stated=people["population_by_year"], ages=people["single_ages"], births=people["births"], areas=areas
    )


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class People:
    """Who lives where, by year.

    Attributes
    ----------
    demand
        Of the base year, every point of every year in it.
    demands
        By year; empty where people stay as they are.
    table
        As `planner.population.PeopleByYear.table`; empty where people stay as they are.
    areas
        The new residential areas that count: area_id, demand_id, unit_code, people, delivery_year, groups and where
        their numbers come from.
    anchored
        Demand that anchors are chosen from: without new areas.
    """

    demand: pd.DataFrame
    demands: Mapping[int, pd.DataFrame]
    table: pd.DataFrame
    areas: pd.DataFrame
    anchored: pd.DataFrame


def without_years(demand: pd.DataFrame) -> People:
    """Return the people of a study in which nothing changes by year."""
    return People(demand=demand, demands={}, table=pd.DataFrame(), areas=pd.DataFrame(), anchored=demand)


def people_of_years(
    study: Study,
    tables: YearTables,
    demand: pd.DataFrame,
    territory: Territory,
    groups: tuple[str, ...],
    log: FaultLog,
    *,
    catchments: pd.DataFrame,
    boundaries: pd.DataFrame,
) -> People:
    """Return the people of every year of a study, to the person, and tell what could not be done as stated.

    A new area is in the catchment of the unit or polygon it lies in.
    """
    points = area_points(tables.areas, demand, groups=groups, ancestors=territory.ancestors)
    points = _in_catchments(points, catchments, boundaries)
    tell_areas(tables.areas, points, groups, log)
    tell_catchments(points, [str(name) for name in demand if str(name).startswith("catchment_")], log)
    full = _with_areas(demand, points, groups)
    since = pd.Series(0, index=full.index, dtype="int64")
    since.loc[points.index] = tables.areas["delivery_year"].to_numpy(dtype="int64")
    stated = _stated(study, tables, unit_sums(demand, groups, territory.ancestors), log)
    found = people_by_year(
        full,
        since,
        stated,
        span=Span(
            groups=groups,
            base_year=study.base_year,
            years=study.years,
            between=study.years_of_people.between,
        ),
        units=territory.units,
        ancestors=territory.ancestors,
    )
    tell_people(found, study, log)
    return People(
        demand=found.demands[study.base_year],
        demands=found.demands,
        table=found.table,
        areas=_described(tables.areas, points, groups),
        anchored=demand,
    )


def _in_catchments(points: pd.DataFrame, catchments: pd.DataFrame, boundaries: pd.DataFrame) -> pd.DataFrame:
    """Return new areas with their catchments; what is wrong with these was told of the people who live there now."""
    nowhere = pd.DataFrame({"service": [], "catchment_id": []}, dtype="str")
    return with_catchments(catchments, points, nowhere, boundaries, log=FaultLog())[0] if len(points) else points


def bands_of(study: Study, groups: tuple[str, ...]) -> dict[str, Band]:
    """Return the ages of every group that single ages can count: those stated, else those of its layer or its name."""
    known = {group: ages for source in study.layers.population for group, ages in source.known_ages().items()}
    bands: dict[str, Band] = {}
    for group in groups:
        stated, named = study.years_of_people.ages.get(group), known.get(group) or ages_of(group)
        if stated is not None:
            bands[group] = (stated[0], stated[1] if len(stated) > 1 else None)
        elif named is not None and named.sex is None:
            bands[group] = (named.first, named.last)
    return bands


def _stated(study: Study, tables: YearTables, sums: Mapping[str, Mapping[str, int]], log: FaultLog) -> pd.DataFrame:
    """Return what is stated of later years, and what single ages give beside it.

    `sums` are the persons of the base year, by group and unit.
    """
    groups, base = tuple(sums), study.base_year
    usable = tell_stated(tables.stated, groups, base, log)
    if len(tables.stated):
        tell_base(tables.stated, sums, base, "population_by_year", log)
    if tables.ages.empty:
        return usable
    rule = study.years_of_people
    made = cohorts(
        tables.ages, tables.births, bands=bands_of(study, groups), base_year=base, years=study.years,
        survival=rule.survival,
    )  # fmt: skip
    tell_cohorts(made, groups, log)
    tell_base(made.rows, sums, base, "single_ages", log)
    later = made.rows[made.rows["year"] > base]
    both = pd.concat([usable, later], ignore_index=True)
    return both.drop_duplicates(["unit_code", "group", "year"], ignore_index=True)


def _with_areas(demand: pd.DataFrame, points: pd.DataFrame, groups: tuple[str, ...]) -> pd.DataFrame:
    if points.empty:
        return demand
    table = pd.concat([demand, points.drop(columns="structure_of").reindex(columns=demand.columns)])
    texts = [name for name in demand.columns if demand[name].dtype == "str"]
    kept = {name: dtype for name, dtype in demand.dtypes.items() if name in ("unit_code", "x", "y", *groups)}
    return table.fillna(dict.fromkeys(texts, "")).astype(kept).sort_index()


def _described(areas: pd.DataFrame, points: pd.DataFrame, groups: tuple[str, ...]) -> pd.DataFrame:
    if areas.empty:
        return pd.DataFrame()
    persons = {f"persons_{group}": points[group].to_numpy() for group in groups}
    return pd.DataFrame(
        {
            "area_id": areas.index.to_numpy(), "demand_id": PREFIX + areas.index.astype("str"),
            "name": areas["name"].to_numpy(), "unit_code": areas["unit_code"].to_numpy(),
            "x": areas["x"].to_numpy(), "y": areas["y"].to_numpy(),
            "dwellings": areas["dwellings"].array, "delivery_year": areas["delivery_year"].to_numpy(),
            "people": areas["people"].to_numpy(), "people_derived": areas["derived"].to_numpy(),
            "structure_of": points["structure_of"].to_numpy(), "source": areas["source"].to_numpy(), **persons,
        }
    )  # fmt: skip
