"""The input layers of a run, read again; the one file here that uses the layer readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd

from planner.layers import (
    BoundarySource,
    DemandSource,
    ExclusionSource,
    FaultLog,
    LayerSource,
    read_boundaries,
    read_catchments,
    read_crosswalk,
    read_demand,
    read_exclusions,
    read_facilities,
    read_leading_zones,
    read_lines,
    read_people_by_year,
    read_permitted_land,
    read_residential_areas,
    read_sites,
)
from planner.layers.source import SpreadSource
from planner.verify.catchments import assigned
from planner.verify.costs import Ruler
from planner.verify.edges import edges_of
from planner.verify.files import SPEAK_OF_YEARS, Run
from planner.verify.outcome import Verification, of_faults, together
from planner.verify.people import check_units, counted_by_unit, numbers_of
from planner.verify.people_years import NEW_AREA, Tables, demands_again
from planner.verify.persons import whole
from planner.verify.roads import ModeRoads, roads_of_mode
from planner.verify.ways import line_chains, osm_chains
from planner.verify.world import World, anchors, containment, groups_of

_PATHS = frozenset({"path", "expected"})
_BESIDE: Mapping[str, type[LayerSource]] = {"spread": SpreadSource, "structure": LayerSource}
AnySource = TypeVar("AnySource", bound=LayerSource)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Inputs:
    """The input layers, as a run read them.

    Attributes
    ----------
    world
        Units, people and costs.
    facilities, sites
        One row each, the id a column.
    exclusions, permitted
        Land of which rules speak; land on which sites may be proposed.
    boundaries
        Units: code, level, geometry.
    people
        Whether the people of units are where the run says.
    """

    world: World
    facilities: pd.DataFrame
    sites: gpd.GeoDataFrame
    exclusions: gpd.GeoDataFrame
    permitted: gpd.GeoDataFrame
    boundaries: gpd.GeoDataFrame
    people: Verification


def read_inputs(run: Run) -> Inputs:
    """Return the input layers of a run.

    Parameters
    ----------
    run
        A finished run whose inputs are unchanged.
    """
    crs, log = run.settings["study"]["crs"], FaultLog()
    boundaries = read_boundaries(_sources(run, "boundaries", BoundarySource), crs=crs, log=log)
    zones = _zones(run, boundaries, log)
    codes = _crosswalk(run, boundaries, log)
    demand, people = _demand(run, boundaries, codes, log)
    facilities = read_facilities(
        _sources(run, "facilities", LayerSource), boundaries, crs=crs, log=log, crosswalk=codes
    )
    facilities = facilities.reset_index()
    if run.settings["layers"].get("catchments"):
        table = read_catchments(_sources(run, "catchments", LayerSource), crs=crs, log=log)
        above = dict(zip(boundaries["code"], boundaries["parent_code"], strict=True))
        demand, facilities = assigned(table, demand, facilities, above)
    sites = read_sites(_sources(run, "sites", LayerSource), boundaries, crs=crs, log=log, crosswalk=codes)
    return Inputs(
        world=_world(run, boundaries, zones, demand, _of_years(run, boundaries, log, codes)),
        facilities=facilities,
        sites=sites.reset_index(),
        permitted=read_permitted_land(_sources(run, "permitted_land", LayerSource), crs=crs, log=log),
        boundaries=boundaries,
        exclusions=read_exclusions(
            _sources(run, "exclusions", ExclusionSource), crs=crs, log=log, measured_from=_kept_away_from(run)
        ),
        people=people,
    )


def _sources(run: Run, table: str, kind: type[AnySource]) -> list[AnySource]:
    return [_source(kind, entry, run.folder) for entry in run.settings["layers"].get(table) or ()]


def _demand(
    run: Run, boundaries: pd.DataFrame, codes: pd.DataFrame | None, log: FaultLog
) -> tuple[pd.DataFrame, Verification]:
    """Return the people, points from the layers and those of units from the run's table, and a check of the latter."""
    crs, told = run.settings["study"]["crs"], run.document.get("population", {}).get("layers", [])
    sources = _sources(run, "population", DemandSource)
    by_unit = [counted_by_unit(told, number) for number in range(len(sources))]
    at_points = [source for source, units in zip(sources, by_unit, strict=True) if not units]
    if not any(by_unit):
        return _whole(run, read_demand(at_points, boundaries, crs=crs, log=log, crosswalk=codes)), of_faults([])
    units = numbers_of(run.tables["demand"], groups_of(run.settings))
    units = units[~units.index.str.startswith(NEW_AREA)]  # counted from their own layer
    parts, checks = [units], []
    if at_points:
        read = read_demand(at_points, boundaries, crs=crs, log=log, crosswalk=codes)
        groups = groups_of(run.settings)
        known = read.assign(**{group: read.get(group, 0.0) for group in groups})
        units = units[~units.index.isin(read.index)]
        parts = [_whole(run, known), units]
    for source, entry, by in zip(sources, told, by_unit, strict=True):
        if by:
            checks.append(check_units(source, entry, units, boundaries, crs=crs, crosswalk=codes))
    joined = pd.concat(parts)
    texts = {name: joined[name].fillna("") for name in joined.columns if str(name).startswith("catchment_")}
    return joined.assign(**texts).sort_index(), together(checks)


def _kept_away_from(run: Run) -> set[str]:
    return {rule["rule_id"] for rule in run.settings.get("land_rules") or () if rule["measure"] == "distance"}


def _whole(run: Run, demand: pd.DataFrame) -> pd.DataFrame:
    """Return the demand with whole persons, as many in every unit as before."""
    within = run.settings.get("groups_within", {})
    return whole(demand, groups_of(run.settings), within)


def _zones(run: Run, boundaries: pd.DataFrame, log: FaultLog) -> pd.DataFrame | None:
    entry, crs = run.settings["layers"].get("leading_zones"), run.settings["study"]["crs"]
    if entry is None:
        return None
    listed = run.settings["study"].get("unit_list_date", "")
    source = _source(LayerSource, entry, run.folder)
    return read_leading_zones(source, crs=crs, log=log, boundaries=boundaries, as_of=listed)


def _crosswalk(run: Run, boundaries: pd.DataFrame, log: FaultLog) -> pd.DataFrame | None:
    entry, crs = run.settings["layers"].get("crosswalk"), run.settings["study"]["crs"]
    if entry is None:
        return None
    return read_crosswalk(_source(LayerSource, entry, run.folder), crs=crs, log=log, boundaries=boundaries)


def _world(
    run: Run, boundaries: pd.DataFrame, zones: pd.DataFrame | None, demand: pd.DataFrame, tables: Tables | None
) -> World:
    units = boundaries[["code", "level", "kind", "parent_code"]].astype(str).set_index("code")
    above = containment(units, zones)
    if zones is not None:
        overlaid = pd.DataFrame(
            {"level": "leading_zone", "kind": "leading_zone"}, index=pd.Index(zones["zone_code"].unique())
        )
        units = pd.concat([units, overlaid])
        above |= {str(zone): frozenset({str(zone)}) for zone in overlaid.index}
    bare = World(units=units, above=above, demand=demand, ruler=Ruler(modes={}, targets={}), settings=run.settings)
    centres = anchors(bare, _anchored(bare))
    demands = {}
    if tables is not None:
        levels = {str(code): str(level) for code, level in units["level"].items()}
        demands = demands_again(demand, tables, groups_of(run.settings), levels=levels, above=above)
        demand = demands[run.settings["study"]["base_year"]]
    ruler = Ruler(modes=_roads(run), targets={"demand": demand, "anchor": centres})
    return World(units=units, above=above, demand=demand, ruler=ruler, settings=run.settings, demands=demands)


def _of_years(run: Run, boundaries: pd.DataFrame, log: FaultLog, codes: pd.DataFrame | None) -> Tables | None:
    """Return the tables that speak of people in later years; None where a run has none."""
    crs, layers = run.settings["study"]["crs"], run.settings["layers"]
    if not any(layers.get(name) for name in SPEAK_OF_YEARS):
        return None
    stated, ages, births = (
        read_people_by_year(name, _sources(run, name, LayerSource), boundaries, crs=crs, log=log, crosswalk=codes)
        for name in ("population_by_year", "single_ages", "births")
    )
    areas = read_residential_areas(
        _sources(run, "residential_areas", LayerSource), boundaries, crs=crs, log=log, crosswalk=codes
    )
    if layers.get("catchments") and len(areas):
        table = read_catchments(_sources(run, "catchments", LayerSource), crs=crs, log=log)
        above = dict(zip(boundaries["code"], boundaries["parent_code"], strict=True))
        schools = pd.DataFrame({"facility_id": [], "service": [], "catchment_id": []}, dtype="str")
        areas = assigned(table, areas.drop(columns="name"), schools, above)[0].assign(name=areas["name"])
    return Tables(stated=stated, ages=ages, births=births, areas=areas, settings=run.settings)


def _anchored(world: World) -> list[str]:
    """Return the units whose anchors some mandate asks for."""
    levels = [level for mandate in world.settings["mandates"] for level in mandate.get("levels") or ()]
    asked = {code for level in levels if level["role"] != "required" for code in world.members(level["unit_set"])}
    return sorted(asked)


def _roads(run: Run) -> dict[str, ModeRoads]:
    """Return the roads of every mode that a standard in use measures by."""
    source, modes, crs = run.settings["roads"], run.settings["modes"], run.settings["study"]["crs"]
    used = sorted({row["mode"] for row in run.settings["standards"]} & set(modes))
    if source is None or not used:
        return {}
    if source["kind"] == "osm":
        chains = osm_chains(run.folder / source["path"], crs, modes, otherwise=source.get("default_zone") or "")
    else:
        lines = read_lines(_source(LayerSource, source, run.folder), crs=crs, log=FaultLog())
        chains = line_chains(lines, source, modes)
    edges = edges_of(chains, dem=run.folder / source["dem"] if source.get("dem") else None, crs=crs)
    return {name: roads_of_mode(edges, name, modes[name], run.settings["network"]) for name in used}


def _source(kind: type[AnySource], entry: Mapping[str, Any], folder: Path) -> AnySource:
    known = {field.name for field in fields(kind)}
    given = {name: value for name, value in entry.items() if name in known and value is not None}
    paths = {name: folder / given[name] for name in _PATHS & given.keys()}
    lists: dict[str, Any] = {name: tuple(given[name]) for name in ("groups", "covariates") if name in given}
    beside = {name: _source(of, given[name], folder) for name, of in _BESIDE.items() if name in given}
    settings: dict[str, Any] = {**given, **paths, **lists, **beside}
    return kind(**settings)
