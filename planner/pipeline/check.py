"""A check: everything a run would read, all faults at once, and nothing computed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from planner.errors import StudyError
from planner.layers import FaultLog
from planner.pipeline.attempts import Attempts
from planner.pipeline.checked import Check
from planner.pipeline.inputs import Tried, try_inputs
from planner.pipeline.quality import quality
from planner.pipeline.reading import read_everything
from planner.study import Study, read_study, tentative_study

DEPENDENT = ("leading_zones", "crosswalk", "facilities", "population", "sites", "catchments", "population_by_year",
             "single_ages", "births", "residential_areas")  # fmt: skip
"""Tables that are read against the boundaries."""


def check(path: Path | str) -> Check:
    """Read everything that a study names, without running it.

    Parameters
    ----------
    path
        The study file.
    """
    try:
        study = read_study(path)
    except StudyError as error:
        return _tentative(path, error)
    reading = read_everything(study)
    unchecked: dict[str, str] = {}
    if reading.tried.tables.get("boundaries") is None:
        unchecked = dict.fromkeys(_present(study), "boundaries")
    if reading.options is None and study.siting.options:
        unchecked["options"] = "boundaries" if unchecked else "layers"
    return Check(
        faults=reading.attempts.faults,
        unchecked=unchecked,
        study=study,
        rules=reading.rules,
        tried=reading.tried,
        options=reading.options,
        quality=quality(
            reading.tried,
            base_year=study.base_year,
            listed=study.unit_list_date,
            max_road_m=study.network.max_snap_m,
        ),
    )


def _tentative(path: Path | str, error: StudyError) -> Check:
    """Return the faults of a study file, and of those of its layers that can be looked at all the same."""
    study, attempts = tentative_study(path), Attempts()
    log = FaultLog()
    tried = Tried(tables={}, network=None, faults=log.to_frame(), places=log.places(), accounts=log.accounts())
    unchecked = dict.fromkeys(("layers", "roads", "standards", "mandates", "options"), "study")
    if study is not None:
        del unchecked["layers"]
        read = try_inputs(study, attempts)
        broken = "boundaries" if read.tables.get("boundaries") is None else "study"
        unchecked = dict.fromkeys(_present(study), broken) | unchecked
        alone = [name for name in ("boundaries", "exclusions", "permitted_land") if name in read.tables]
        told = read.faults if broken == "study" else tried.faults
        tried = replace(read, tables={name: read.tables[name] for name in alone}, network=None, faults=told)
    return Check(
        faults=(*error.faults, *(told for told in attempts.faults if told not in error.faults and _meant(told))),
        unchecked=unchecked,
        study=None,
        rules=None,
        tried=tried,
        options=None,
        quality=quality(tried),
    )


def _meant(sentence: str) -> bool:
    """Return whether a fault is of the study's own: none that only says that a broken layer was left aside."""
    return not sentence.startswith("expected at least one layer of ")


def _present(study: Study) -> list[str]:
    return [name for name in DEPENDENT if getattr(study.layers, name)]
