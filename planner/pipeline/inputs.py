"""Layers in: everything a study's files say, checked, with what was wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.coverage import Territory, territory
from planner.land import LandRule, measured_from, rules_in_effect
from planner.layers import (
    FaultLog,
    read_boundaries,
    read_catchments,
    read_crosswalk,
    read_exclusions,
    read_facilities,
    read_leading_zones,
    read_permitted_land,
    read_sites,
)
from planner.layers.guard import is_geodatabase
from planner.network import RoadNetwork, read_network
from planner.pipeline.attempts import Attempts
from planner.pipeline.on_land import Ground, proposed_on_land
from planner.pipeline.screened import screened
from planner.pipeline.years import People, people_of_years, read_year_tables, speaks_of_years, without_years
from planner.population import RECORD, parents, read_people, whole_persons, with_catchments
from planner.study import Study


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Inputs:
    """The checked tables of a study.

    Attributes
    ----------
    boundaries
        Units of all levels, with polygons where the layers have them.
    territory
        Which unit lies in which, leading zones included.
    facilities, sites, demand
        Indexed by their ids. Persons are whole numbers, of the base year. Sites are screened.
    people
        The same people, and those of later years.
    exclusions, screening
        Land of which rules speak, and what it means for each site.
    permitted
        Land on which sites may be proposed.
    land_rules, screened
        The rules in effect, and for each whether there was a layer to look at.
    network
        The roads; None where the study has none.
    faults
        What was wrong with rows and could be lived with.
    population
        One entry per layer of population: whom it counts, and how its groups and points came about.
    """

    boundaries: gpd.GeoDataFrame
    territory: Territory
    facilities: pd.DataFrame
    sites: gpd.GeoDataFrame
    demand: pd.DataFrame
    people: People
    exclusions: gpd.GeoDataFrame
    permitted: gpd.GeoDataFrame
    screening: pd.DataFrame
    land_rules: tuple[LandRule, ...]
    screened: pd.DataFrame
    network: RoadNetwork | None
    faults: pd.DataFrame
    population: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Tried:
    """What could be read of a study's layers.

    Attributes
    ----------
    tables
        By name; None, or absent, where a table could not be read.
    network
        None where there are no roads, or broken ones.
    faults
        What was wrong with rows and could be lived with.
    places
        layer, row_id, x, y of the rows that faults name and that have a position.
    accounts
        One row per layer: rows of the file, chosen by ``where``, left out with a line each, kept.
    inputs
        All of it together; None where anything is broken.
    """

    tables: Mapping[str, pd.DataFrame | None]
    network: RoadNetwork | None
    faults: pd.DataFrame
    places: pd.DataFrame
    accounts: pd.DataFrame
    inputs: Inputs | None = None


def read_inputs(study: Study) -> Inputs:
    """Read every layer of a study.

    Raises
    ------
    InputError
        With all faults of all layers at once.
    """
    attempts = Attempts()
    inputs = try_inputs(study, attempts).inputs
    attempts.raise_if_any()
    if inputs is None:
        raise AssertionError("layers without faults gave no tables")
    return inputs


def try_inputs(study: Study, attempts: Attempts) -> Tried:
    """Read every layer of a study, whatever is wrong with the others.

    Parameters
    ----------
    study
        Which layers.
    attempts
        Gets the faults of each layer. Layers that need the boundaries are still looked at by themselves
        where those are broken.
    """
    layers, crs, log = study.layers, study.crs, FaultLog()
    boundaries = attempts(lambda: read_boundaries(layers.boundaries, crs=crs, log=log))
    units = _no_units(crs) if boundaries is None else boundaries
    inner = FaultLog() if boundaries is None else log  # without units every row would be told as outside
    source = layers.leading_zones
    listed = study.unit_list_date
    zones = source and attempts(
        lambda: read_leading_zones(source, crs=crs, log=inner, boundaries=boundaries, as_of=listed)
    )
    old = layers.crosswalk
    codes = old and attempts(lambda: read_crosswalk(old, crs=crs, log=inner, boundaries=boundaries))
    facilities = attempts(lambda: read_facilities(layers.facilities, units, crs=crs, log=inner, crosswalk=codes))
    sites = attempts(lambda: read_sites(layers.sites, units, crs=crs, log=inner, crosswalk=codes))
    rules = attempts(lambda: rules_in_effect(study.land, layers.exclusions))
    apart = measured_from(rules or ())
    exclusions = attempts(lambda: read_exclusions(layers.exclusions, crs=crs, log=log, measured_from=apart))
    permitted = attempts(lambda: read_permitted_land(layers.permitted_land, crs=crs, log=log))
    demand = attempts(
        lambda: read_people(layers.population, units, crs=crs, log=inner, crosswalk=codes, seed=study.seed)
    )
    persons = None if demand is None else _whole(demand, groups_of(study), groups_within(study), inner)
    schools = attempts(lambda: read_catchments(layers.catchments, crs=crs, log=log))
    if schools is not None and boundaries is not None and persons is not None and facilities is not None:
        both = persons, facilities
        persons, facilities = attempts(lambda: with_catchments(schools, *both, boundaries, log=log)) or both
    years = None
    if speaks_of_years(study):
        years = attempts(lambda: read_year_tables(study, units, log=inner, crosswalk=codes))
    roads = study.roads
    network = None if roads is None else attempts(lambda: read_network(roads, crs=crs, modes=study.modes, log=log))
    tables = {"boundaries": boundaries, "leading_zones": zones, "crosswalk": codes, "facilities": facilities,
              "population": persons, "sites": sites, "exclusions": exclusions}  # fmt: skip
    if layers.catchments:
        tables = {**tables, "catchments": schools}
    tables |= {} if years is None else years.by_name()
    proposing = {"permitted_land": permitted} if layers.permitted_land else {}
    alone = {"exclusions": exclusions, **proposing}
    tried = Tried(
        tables=alone if boundaries is None else {**tables, **proposing},
        network=network,
        faults=log.to_frame(),
        places=log.places(),
        accounts=log.accounts(),
    )
    if boundaries is None or facilities is None or sites is None or exclusions is None or persons is None:
        return tried
    if rules is None or permitted is None or schools is None or not attempts.sound:
        return tried
    within = territory(pd.DataFrame(boundaries), zones, listed=listed)
    told = FaultLog()
    ground = Ground(boundaries, within, sites, persons, exclusions, permitted, rules)
    people = groups_of(study)[0]
    every = attempts(lambda: proposed_on_land(study, ground, people=people, log=told))
    found = None if every is None else attempts(lambda: screened(study, every, exclusions, rules))
    if found is None:
        return tried
    at_all = without_years(persons)
    if years is not None:
        of_years = attempts(
            lambda: people_of_years(
                study, years, persons, within, groups_of(study), log, catchments=schools, boundaries=boundaries
            )
        )
        tried = replace(tried, faults=log.to_frame())
        if of_years is None:
            return tried
        at_all = of_years
    inputs = Inputs(
        boundaries=boundaries,
        territory=within,
        facilities=facilities,
        sites=found.sites,
        demand=at_all.demand,
        people=at_all,
        exclusions=exclusions,
        permitted=permitted,
        screening=found.log,
        land_rules=rules,
        screened=found.rules,
        network=network,
        faults=pd.concat([tried.faults, told.to_frame()], ignore_index=True) if len(told) else tried.faults,
        population=inner.remembered(RECORD),
    )
    return replace(tried, inputs=inputs)


def _no_units(crs: str) -> gpd.GeoDataFrame:
    """Return boundaries without a unit, for layers that are looked at by themselves."""
    columns = {name: pd.Series(dtype="str") for name in ("code", "name", "level", "kind", "parent_code")}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def groups_of(study: Study) -> tuple[str, ...]:
    """Return the population groups of a study, each once, in the order of its layers."""
    return tuple(dict.fromkeys(group for source in study.layers.population for group in source.groups))


def groups_within(study: Study) -> dict[str, str]:
    """Return by group the group that it is part of, by the ages that layers state or names say."""
    ages = {group: ages for source in study.layers.population for group, ages in source.known_ages().items()}
    return parents(groups_of(study), ages)


def _whole(demand: pd.DataFrame, groups: tuple[str, ...], within: Mapping[str, str], log: FaultLog) -> pd.DataFrame:
    """Return the demand with persons as integers; of fractions every unit keeps its total, which is told."""
    people = demand[list(groups)]
    whole = whole_persons(people, groups=groups, units=demand["unit_code"], within=within)
    broken = int((people % 1 != 0).any(axis=1).sum())
    if broken:
        units = demand["unit_code"].nunique()
        log.add(
            "population", "", "fractional_persons",
            f"{broken} 个居住点的人数不是整数，已取整；{units} 个单位各组的合计保持不变（四舍五入到人）",
            f"persons are not whole at {broken} points and were made whole; each of {units} units keeps the rounded "
            "total of every group",
            "supply whole persons / 提供整数人口",
        )  # fmt: skip
    return demand.assign(**{group: whole[group] for group in groups})


def input_files(study: Study) -> list[Path]:
    """Return every file that a study reads, the study file first, each once, sorted."""
    layers = study.layers
    sources = [
        *layers.boundaries,
        *layers.facilities,
        *layers.population,
        *layers.sites,
        *layers.exclusions,
        *layers.catchments,
        *layers.permitted_land,
        *layers.population_by_year,
        *layers.single_ages,
        *layers.births,
        *layers.residential_areas,
    ]
    sources += [source for source in (layers.leading_zones, layers.crosswalk) if source is not None]
    paths = {source.path for source in sources}
    paths |= {beside.path for source in layers.population for beside in (source.spread, source.structure) if beside}
    paths |= {expected for source in layers.boundaries if (expected := source.expected) is not None}
    paths |= {study.land.dem} if study.land.dem else set()
    paths |= {path for path in (study.roads.path, study.roads.dem) if path} if study.roads is not None else set()
    named = (study.standards.profile, study.mandates.policy)
    paths |= {path for name in named if (path := study.folder / name).is_file()}
    companions = {side for path in paths if path.suffix.lower() == ".shp" for side in _companions(path)}
    tables = {file for path in paths if is_geodatabase(path) for file in path.iterdir() if file.is_file()}
    return [study.path, *sorted({path for path in paths if not is_geodatabase(path)} | companions | tables)]


def _companions(shapefile: Path) -> list[Path]:
    return [side for suffix in (".dbf", ".shx", ".prj", ".cpg") if (side := shapefile.with_suffix(suffix)).is_file()]
