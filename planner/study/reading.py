"""Reading a study file: TOML to settings, every fault at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from planner.errors import Faults, InputError, StudyError, fault, shortened
from planner.land.settings import LandSettings
from planner.layers.crs import prj_text, study_crs
from planner.layers.guard import is_file, is_layer, not_local
from planner.layers.source import BoundarySource, DemandSource, ExclusionSource, LayerSource
from planner.mandates.settings import MandateSettings, StandardsSettings
from planner.network.modes import Mode, default_modes
from planner.network.settings import NetworkSettings, RoadSource
from planner.population.settings import YearSettings
from planner.report.settings import Language, ReportSettings
from planner.siting.settings import SitingSettings
from planner.study.explain import shown, unknown_key
from planner.study.mode_override import ModeOverride, overridden
from planner.study.model import Study, StudyLayers
from planner.study.parsing import parsed

S = TypeVar("S")
Beside = TypeVar("Beside", bound=LayerSource)

LISTS: dict[str, type[LayerSource]] = {
    "boundaries": BoundarySource,
    "facilities": LayerSource,
    "population": DemandSource,
    "sites": LayerSource,
    "exclusions": ExclusionSource,
    "catchments": LayerSource,
    "permitted_land": LayerSource,
    "population_by_year": LayerSource,
    "single_ages": LayerSource,
    "births": LayerSource,
    "residential_areas": LayerSource,
}
ONCE = ("leading_zones", "crosswalk")
"""Tables of which a study has one."""
_NEEDED = ("boundaries", "population")
_SECTIONS = (
    "study", "layers", "roads", "modes", "network", "land", "standards", "mandates", "siting", "report",
    "years_of_people",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The table [study]."""

    name: str
    base_year: int
    years: tuple[int, ...]
    crs: str
    title: str = ""
    language: Language = "zh"
    seed: int = 1
    notice: str = ""
    unit_list_date: date | None = None


def read_study(path: Path | str) -> Study:
    """Return the study that a TOML file describes.

    Parameters
    ----------
    path
        The study file. Relative paths in it start in its folder.

    Raises
    ------
    StudyError
        With every fault at once: a missing or broken file, unknown keys (with the nearest known one), values
        of another type, layers that are not there, years out of order, budgets of years not planned.
    """
    file = Path(path)
    raw = loaded(file)
    reader = StudyReader(raw, file.resolve().parent)
    study = reader.study(file.resolve())
    reader.faults.raise_if_any(StudyError)
    if study is None:
        raise AssertionError("a study without faults was not made")
    return study


def loaded(path: Path) -> dict[str, Any]:
    """Return the tables of a study file as TOML gives them."""
    if not is_file(path):
        raise StudyError(fault(f"a study file at {path}", "no such file", "correct the path"))
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise StudyError(fault(f"UTF-8 in {path.name}", "another encoding", "save the file as UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(fault(f"TOML in {path.name}", str(error), "correct that line")) from None


class StudyReader:
    """Turns the tables of a study file into settings and collects the faults."""

    def __init__(self, raw: Mapping[str, Any], folder: Path) -> None:
        self.raw = raw
        self.folder = folder
        self.faults = Faults()

    def study(self, path: Path) -> Study | None:
        """Return the study, None if there are faults."""
        for name in self.raw:
            if name not in _SECTIONS:
                self._say(unknown_key(name, _SECTIONS, "the study file"))
        head = self._section("study", _Head)
        self._check_head(self.raw.get("study", {}))
        layers = self._layers()
        roads = self._section("roads", RoadSource) if "roads" in self.raw else None
        roads = roads and replace(roads, path=self._existing(roads.path, "[roads]"))
        if roads and roads.dem:
            roads = replace(roads, dem=self._existing(roads.dem, "dem in [roads]"))
        modes = self._modes()
        network = self._section("network", NetworkSettings, default={})
        land = self._section("land", LandSettings, default={})
        if land and land.dem:
            land = replace(land, dem=self._existing(land.dem, "dem in [land]"))
        standards = self._section("standards", StandardsSettings)
        mandates = self._section("mandates", MandateSettings)
        siting = self._section("siting", SitingSettings, default={})
        report = self._section("report", ReportSettings, default={})
        by_year = self._section("years_of_people", YearSettings, default={})
        self._check_named_files(standards, mandates)
        self._check_years(head, siting)
        if len(self.faults) or not (head and layers and network and standards and mandates and siting and report):
            return None
        if land is None:
            return None
        return Study(
            name=head.name,
            title=head.title or head.name,
            language=head.language,
            base_year=head.base_year,
            years=head.years,
            seed=head.seed,
            crs=head.crs,
            notice=head.notice,
            unit_list_date=head.unit_list_date.isoformat() if head.unit_list_date else "",
            layers=layers,
            roads=roads,
            modes=modes,
            network=network,
            land=land,
            standards=standards,
            mandates=mandates,
            siting=siting,
            report=_filled(report, head, self.raw.get("report", {})),
            path=path,
            years_of_people=by_year or YearSettings(),
        )

    def _say(self, sentence: str) -> None:
        self.faults.extend(StudyError(sentence))

    def _section(self, name: str, kind: type[S], *, default: object = None) -> S | None:
        if name not in self.raw and default is None:
            self._say(fault(f"a table [{name}] in the study file", "none", f"add [{name}]"))
            return None
        return parsed(kind, self.raw.get(name, default), where=f"[{name}]", faults=self.faults)

    def _layers(self) -> StudyLayers | None:
        raw = self.raw.get("layers")
        if not isinstance(raw, dict):
            self._say(fault("tables [[layers.…]] in the study file", "none", "add [[layers.boundaries]] and others"))
            return None
        for name in raw:
            if name not in (*LISTS, *ONCE):
                self._say(unknown_key(name, [*LISTS, *ONCE], "[layers]"))
        if raw.get("births") and not raw.get("single_ages"):
            do = "add the ages that people have in the base year, or remove the births"
            self._say(fault("[[layers.single_ages]] beside [[layers.births]]", "none", do))
        lists = {name: self._sources(name, raw.get(name, []), kind) for name, kind in LISTS.items()}
        single = {name: self.source(raw[name], LayerSource, f"[layers.{name}]") for name in ONCE if name in raw}
        return None if len(self.faults) else StudyLayers(**lists, **single)  # type: ignore[arg-type]

    def _sources(self, name: str, raw: object, kind: type[LayerSource]) -> tuple[LayerSource, ...]:
        if not isinstance(raw, list):
            self._say(fault(f"[[layers.{name}]] in double brackets", f"[layers.{name}]", "double the brackets"))
            return ()
        if not raw and name in _NEEDED:
            self._say(fault(f"at least one [[layers.{name}]]", "none", "add one"))
        where = (f"[[layers.{name}]] number {number}" for number in range(1, len(raw) + 1))
        made = [self.source(one, kind, at) for one, at in zip(raw, where, strict=True)]
        return tuple(source for source in made if source is not None)

    def source(self, raw: object, kind: type[LayerSource], where: str) -> LayerSource | None:
        """Return one layer's source, None if it has faults."""
        source = parsed(kind, raw, where=where, faults=self.faults)
        if source is None:
            if isinstance(raw, dict) and isinstance(raw.get("path"), str):
                self._existing(Path(raw["path"]), where)
            return None
        moved = replace(source, path=self._existing(source.path, where), crs=self._crs_text(source.crs, where))
        if isinstance(moved, BoundarySource) and moved.expected is not None:
            moved = replace(moved, expected=self._existing(moved.expected, where))
        if isinstance(moved, DemandSource):
            moved = replace(
                moved, spread=self._beside(moved.spread, where), structure=self._beside(moved.structure, where)
            )
        return moved

    def _beside(self, source: Beside | None, where: str) -> Beside | None:
        """Return a layer that belongs to another one, with its file found."""
        if source is None:
            return None
        return replace(source, path=self._existing(source.path, where), crs=self._crs_text(source.crs, where))

    def _crs_text(self, text: str | None, where: str) -> str | None:
        """Return a reference system with the text of the .prj file that it names."""
        try:
            return text and prj_text(text, layer=where, folder=self.folder)
        except InputError as error:
            self.faults.extend(error)
            return text

    def _existing(self, path: Path, where: str) -> Path:
        """Return a path from the study's folder; a missing file is a fault."""
        full = self.folder / path
        if problem := not_local(str(path)):
            self._say(problem)
        elif not is_layer(full):
            names = _names_in(full.parent)
            near = get_close_matches(path.name, names, n=1)
            do = f"correct the path (there is {near[0]})" if near else "correct the path"
            self._say(fault(f"a file {path.as_posix()} for {where}", "none", do))
        return full

    def _modes(self) -> dict[str, Mode]:
        modes = default_modes()
        overrides = self.raw.get("modes", {})
        if not isinstance(overrides, dict):
            self._say(fault("tables [modes.…]", shown(overrides), "write for example [modes.walk]"))
            return modes
        for name, raw in overrides.items():
            override = parsed(ModeOverride, raw, where=f"[modes.{name}]", faults=self.faults)
            if override is None:
                continue
            try:
                modes = {**modes, name: overridden(modes, name, override)}
            except InputError as error:
                self.faults.extend(error)
        return modes

    def _check_named_files(self, standards: StandardsSettings | None, mandates: MandateSettings | None) -> None:
        """Check that a profile or policy that is given as a path exists."""
        named = [("[standards]", standards and standards.profile), ("[mandates]", mandates and mandates.policy)]
        for where, name in named:
            if name and (name.endswith(".toml") or "/" in name):
                self._existing(Path(name), where)

    def _check_head(self, raw: object) -> None:
        """Check the values of [study] that have a meaning, as far as they are of the right type."""
        if not isinstance(raw, dict):
            return
        years, base = raw.get("years"), raw.get("base_year")
        if isinstance(years, list) and all(isinstance(year, int) for year in years):
            if not years or years != sorted(set(years)):
                self._say(fault("years in ascending order, each once, in [study]", shown(years), "sort them"))
            if years and isinstance(base, int) and min(years) <= base:
                found = f"{min(years)} and base_year {base}"
                self._say(fault("years after base_year in [study]", found, "correct years or base_year"))
        if isinstance(crs := raw.get("crs"), str):
            try:
                study_crs(crs)
            except InputError as error:
                self.faults.extend(error)

    def _check_years(self, head: _Head | None, siting: SitingSettings | None) -> None:
        if head is None or siting is None:
            return
        surplus = sorted(set(siting.budget_yuan) - set(head.years))
        if surplus:
            years = shortened(head.years, limit=10)
            self._say(
                fault(f"budgets of the years planned ({years})", shortened(surplus), "remove them or plan those years")
            )
        for option in siting.options:
            if option.earliest_year is not None and option.earliest_year > head.years[-1]:
                found = f"{option.earliest_year} for option {option.id!r}"
                self._say(fault(f"an earliest_year up to {head.years[-1]}", found, "correct it or remove the option"))


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(one.name for one in folder.iterdir())
    except (OSError, ValueError):  # no folder, or no path at all
        return []


def _filled(report: ReportSettings, head: _Head, stated: Iterable[str]) -> ReportSettings:
    """Return the report settings with what the study says where they say nothing."""
    of_study = {"language": head.language, "title": head.title or head.name, "notice": head.notice}
    return replace(report, **{name: value for name, value in of_study.items() if name not in stated})  # type: ignore[arg-type]
