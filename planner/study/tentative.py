"""What can still be checked of a study file that has faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.errors import Faults, InputError
from planner.land.settings import LandSettings
from planner.mandates.settings import MandateSettings, StandardsSettings
from planner.network.modes import default_modes
from planner.network.settings import NetworkSettings
from planner.report.settings import ReportSettings
from planner.siting.settings import SitingSettings
from planner.study.model import Study, StudyLayers
from planner.study.parsing import parsed
from planner.study.reading import LISTS, StudyReader, loaded

_ANYWHERE = "EPSG:8857"  # metric wherever the layers lie; nothing is measured in it


def tentative_study(path: Path | str) -> Study | None:
    """Return a study with the sound layers of a study file, and stand-ins for everything else.

    Parameters
    ----------
    path
        A study file with faults.

    Returns
    -------
    Study or None
        Only for looking at its layers one by one: reference system, years and rules are not those of the file,
        and it has no roads. None where the file cannot be read at all.
    """
    file = Path(path).resolve()
    try:
        raw = loaded(file)
    except InputError:
        return None
    return Study(
        name=file.stem,
        title=file.stem,
        language="zh",
        base_year=0,
        years=(1,),
        seed=1,
        crs=_ANYWHERE,
        notice="",
        unit_list_date="",
        layers=_sound_layers(raw.get("layers"), file.parent),
        roads=None,
        modes=default_modes(),
        network=NetworkSettings(),
        land=_sound_land(raw.get("land", {})),
        standards=StandardsSettings(profile="none"),
        mandates=MandateSettings(policy="none"),
        siting=SitingSettings(),
        report=ReportSettings(),
        path=file,
    )


def _sound_land(raw: object) -> LandSettings:
    """Return what is said of land, without the elevations; nothing where it is broken."""
    faults = Faults()
    found = parsed(LandSettings, raw, where="[land]", faults=faults)
    return LandSettings() if found is None or len(faults) else replace(found, dem=None)


def _sound_layers(raw: Any, folder: Path) -> StudyLayers:
    tables = raw if isinstance(raw, dict) else {}
    sound: dict[str, Any] = dict.fromkeys(LISTS, ())
    for name, kind in LISTS.items():
        entries = tables.get(name, [])
        for entry in entries if isinstance(entries, list) else []:
            reader = StudyReader({}, folder)
            source = reader.source(entry, kind, name)
            if source is not None and not len(reader.faults):
                sound[name] = (*sound[name], source)
    return StudyLayers(**sound)
