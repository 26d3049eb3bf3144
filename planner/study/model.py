"""The study: what to measure, where the layers are, what may be done."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from planner.land.settings import LandSettings
from planner.layers.source import BoundarySource, DemandSource, ExclusionSource, LayerSource
from planner.mandates.settings import MandateSettings, StandardsSettings
from planner.network.modes import Mode
from planner.network.settings import NetworkSettings, RoadSource
from planner.population.settings import YearSettings
from planner.report.settings import Language, ReportSettings
from planner.siting.settings import SitingSettings

_STRICT = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class StudyLayers:
    """The layers of a study.

    Attributes
    ----------
    boundaries, facilities, population, sites, exclusions, catchments
        Sources of each table; the last three may be empty.
    permitted_land
        Land on which sites may be proposed; may be empty.
    leading_zones
        Membership of leading zones; None where there are none.
    crosswalk
        Which code of an older list of units is which of this one; None where there is none.
    population_by_year, single_ages, births, residential_areas
        People of units in later years, or what they are made of; new places to live. Empty where people stay as
        they are.
    """

    boundaries: tuple[BoundarySource, ...]
    population: tuple[DemandSource, ...]
    facilities: tuple[LayerSource, ...] = ()
    sites: tuple[LayerSource, ...] = ()
    exclusions: tuple[ExclusionSource, ...] = ()
    catchments: tuple[LayerSource, ...] = ()
    permitted_land: tuple[LayerSource, ...] = ()
    leading_zones: LayerSource | None = None
    crosswalk: LayerSource | None = None
    population_by_year: tuple[LayerSource, ...] = ()
    single_ages: tuple[LayerSource, ...] = ()
    births: tuple[LayerSource, ...] = ()
    residential_areas: tuple[LayerSource, ...] = ()


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Study:
    """Everything a run is told, in one frozen object.

    Attributes
    ----------
    name
        Short, for file names.
    title
        For people; the name where the file gives none.
    language
        Shown first in outputs: ``zh`` or ``en``.
    base_year
        The present.
    years
        Years of the plan, ascending, all after `base_year`.
    seed
        Breaks ties between plans that are equally good.
    crs
        Projected, in metres; everything is measured in it.
    notice
        Shown on every output.
    unit_list_date
        Date of the list of units (YYYY-MM-DD); "" where it is not stated.
    layers
        Sources of the tables.
    roads
        None where there are none: then only straight lines are measured.
    modes
        By name: the defaults with the study's overrides.
    network, land, standards, mandates, siting, report
        Settings of the rooms.
    path
        The study file; relative paths start in its folder.
    years_of_people
        How people of years that no table states are found.
    """

    name: str
    title: str
    language: Language
    base_year: int
    years: tuple[int, ...]
    seed: int
    crs: str
    notice: str
    unit_list_date: str
    layers: StudyLayers
    roads: RoadSource | None
    modes: Mapping[str, Mode]
    network: NetworkSettings
    land: LandSettings
    standards: StandardsSettings
    mandates: MandateSettings
    siting: SitingSettings
    report: ReportSettings
    path: Path
    years_of_people: YearSettings = YearSettings()

    @property
    def folder(self) -> Path:
        """The folder in which relative paths start."""
        return self.path.parent

    def effective(self) -> dict[str, Any]:
        """Return all settings in effect as JSON-able values, paths relative to the study's folder."""
        settings = _plain(self, self.folder)
        head = ("name", "title", "language", "base_year", "years", "seed", "crs", "notice", "unit_list_date")
        rooms = {name: value for name, value in settings.items() if name not in (*head, "path")}
        return {"study": {name: settings[name] for name in head}, **rooms}


def _plain(value: object, folder: Path) -> Any:
    """Return a setting as JSON-able value."""
    if isinstance(value, Path):
        return Path(os.path.relpath(value, folder)).as_posix()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name), folder) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one, folder) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, folder) for one in value]
    return value.isoformat() if isinstance(value, date) else value
