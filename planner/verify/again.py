"""The whole verification: files in, everything measured again, differences out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from planner.errors import fault
from planner.verify.files import Run, read_run
from planner.verify.inputs import read_inputs
from planner.verify.land import check_land
from planner.verify.outcome import Verification, compare, of_faults, plain, together
from planner.verify.promises import check_plan
from planner.verify.proposed import check_proposals
from planner.verify.recount import Scene, comparable, coverage, findings
from planner.verify.world import with_plan
from planner.verify.years import check_years

Progress = Callable[[str, float], None]


def verify(
    out: Path | str, *, study_folder: Path | str | None = None, progress: Progress | None = None
) -> Verification:
    """Measure a finished run again and compare every finding and every coverage figure.

    Parameters
    ----------
    out
        Folder of the run.
    study_folder
        Where the study file and its layers lie now, if they were moved.
    progress
        Called with a stage and the share done, in [0, 1].

    Returns
    -------
    Verification
        If an input is not what the run read, that is all it says.

    Raises
    ------
    VerificationError
        If files of the run are missing or cannot be read.
    LayerError
        If a layer cannot be read.
    """
    tell = progress or _silent
    tell("files", 0.0)
    run = read_run(Path(out), study_folder=None if study_folder is None else Path(study_folder))
    changed = run.changed_inputs()
    if changed:
        return of_faults(changed)
    tell("layers and roads", 0.1)
    facilities = run.tables["facilities"].set_index("facility_id", drop=False)
    plan = run.tables["plan_options"]
    inputs = read_inputs(run)
    parts = [
        _same_facilities(run, inputs.facilities),
        check_plan(run),
        check_land(run, inputs.sites, inputs.exclusions),
        inputs.people,
    ]
    tell("before", 0.4)
    now = run.settings["study"]["base_year"]
    present = Scene(inputs.world.in_year(now), with_plan(facilities, plan.iloc[:0], now), now)
    land = {"boundaries": inputs.boundaries, "exclusions": inputs.exclusions, "permitted": inputs.permitted}
    parts.append(check_proposals(run, present, inputs.sites, land))
    parts += _state(run, "before", present)
    tell("after", 0.7)
    last = max(run.settings["study"]["years"])
    parts += _state(run, "after", Scene(inputs.world.in_year(last), with_plan(facilities, plan, last), last))
    if inputs.world.demands:
        tell("years", 0.8)
        parts += check_years(run, inputs.world, facilities, plan)
    tell("compared", 1.0)
    return together(parts)


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""


def _same_facilities(run: Run, again: pd.DataFrame) -> Verification:
    """Compare the facility table of the run with the layers that it came from."""
    table = run.tables["facilities"]
    figures = [name for name in again.columns if name in table.columns and name != "facility_id"]
    return compare("facilities", table, again, keys=["facility_id"], figures=figures)


def _state(run: Run, when: str, scene: Scene) -> list[Verification]:
    counted = findings(scene)
    keys = ["mandate_id", "unit_code", "year"]
    served = coverage(scene)
    table = run.tables[f"coverage_{when}"]
    place = ["request"] if "request" in table.columns else []
    return [
        _compared_findings(run, when, counted, keys),
        _counts(run, when, counted),
        compare(
            f"coverage_{when}",
            table,
            served if place else served.drop(columns="request"),
            keys=[*place, "standard_id", "unit_code", "group"],
            figures=["total", "covered", "share"],
        ),
    ]


def _compared_findings(run: Run, when: str, counted: pd.DataFrame, keys: list[str]) -> Verification:
    table = comparable(run.tables[f"findings_{when}"])
    return compare(
        f"findings_{when}", table, comparable(counted), keys=keys, figures=["status", "measured", "required"]
    )


def _counts(run: Run, when: str, counted: pd.DataFrame) -> Verification:
    stated = run.document.get("findings", {}).get(when, {})
    again = Counter(counted["status"])
    wrong = [
        fault(
            f"{again[status]} findings {status} {when} the plan", f"{plain(number)} in run.json", "run the study again"
        )
        for status, number in stated.items()
        if again[status] != number
    ]
    return of_faults(wrong, checks=len(stated))
