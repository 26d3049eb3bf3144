"""The files of a finished run: run.json, the tables, and whether the inputs are still the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from planner.errors import VerificationError, fault, shortened

_FINDINGS = "mandate_id unit_code year status measured required"
_COVERAGE = "standard_id unit_code group total covered share"
_OPTION = (
    "option_id place_id service action facility_id unit_code x y cost_yuan earliest_year build_years exclusive_group"
)
TABLES = {
    "facilities": (
        "facility_id service unit_code x y status opened_year closed_year level classes largest_class catchment_id"
    ),
    "options": _OPTION,
    "sites": "site_id x y unit_code excluded",
    "plan_options": f"{_OPTION} start_year complete_year",
    "plan_budget": "year budget_yuan spent_yuan carried_yuan",
    "findings_before": _FINDINGS,
    "findings_after": _FINDINGS,
    "coverage_before": _COVERAGE,
    "coverage_after": _COVERAGE,
}
"""The tables that are read, and the columns each must have."""
TABLES_OF_YEARS = {
    "demand_by_year": "unit_code year group persons",
    "findings_by_year": f"situation_year {_FINDINGS}",
    "coverage_by_year": f"situation_year {_COVERAGE}",
}
"""Tables that a run has, too, in which people change by year."""
SPEAK_OF_YEARS = ("population_by_year", "single_ages", "residential_areas")
"""Layers of a study of which such a run has at least one."""

LATER = {
    "screening": "site_id rule_id layer source",
    "site_services": "template_id site_id verdict usable",
}
"""Tables that runs of an earlier version may lack."""

_KEYS = (
    "study.path", "inputs", "plan.options", "plan.cost_yuan", "findings.before", "findings.after",
    "settings.study.base_year", "settings.study.years",
    "settings.study.crs", "settings.layers.boundaries", "settings.layers.population", "settings.layers.facilities",
    "settings.roads", "settings.modes", "settings.network", "settings.standards", "settings.numbers",
    "settings.coverage", "settings.mandates",
)  # fmt: skip
_BLOCK = 1 << 20


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Run:
    """A finished run, as its files say.

    Attributes
    ----------
    document
        run.json.
    tables
        By name; every column is text, "" where nothing stands.
    folder
        Folder of the study file, to which the paths of inputs are relative.
    """

    document: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    folder: Path

    @property
    def settings(self) -> Mapping[str, Any]:
        """The effective settings."""
        settings: Mapping[str, Any] = self.document["settings"]
        return settings

    def changed_inputs(self) -> list[str]:
        """Return one sentence for every input that is not what the run read."""
        found = (self._changed(entry) for entry in self.document["inputs"])
        return [sentence for sentence in found if sentence]

    def _changed(self, entry: Mapping[str, Any]) -> str:
        path = self.folder / entry["path"]
        if not path.is_file():
            return fault(f"the input {entry['path']}", "no such file", "put back the file that the run has read")
        if _sha256(path) != entry["sha256"]:
            expected = f"the input {entry['path']} with sha256 {entry['sha256'][:12]}…"
            return fault(expected, "another content", "put back the file that the run has read, or run again")
        return ""


def read_run(out: Path, *, study_folder: Path | None = None) -> Run:
    """Return the files of a finished run.

    Parameters
    ----------
    out
        Folder of the run.
    study_folder
        Where the study and its layers lie now, if they were moved.

    Raises
    ------
    VerificationError
        If run.json or a table is missing or cannot be read.
    """
    document = _document(out / "run.json")
    by_year = any(document["settings"]["layers"].get(name) for name in SPEAK_OF_YEARS)
    wanted = {**TABLES, **(TABLES_OF_YEARS if by_year else {})}
    tables = {name: _table(out / "tables" / f"{name}.csv", columns.split()) for name, columns in wanted.items()}
    there = {name: columns for name, columns in LATER.items() if (out / "tables" / f"{name}.csv").is_file()}
    tables |= {name: _table(out / "tables" / f"{name}.csv", columns.split()) for name, columns in there.items()}
    if counts_units(document):
        tables["demand"] = _table(out / "tables" / "demand.csv", ["demand_id", "unit_code", "x", "y"])
    folder = study_folder or Path(out, document["study"]["path"]).parent
    return Run(document=document, tables=tables, folder=folder)


def counts_units(document: Mapping[str, Any]) -> bool:
    """Return whether some layer of population counts the people of units: then the run wrote where it put them."""
    layers = document.get("population", {}).get("layers", [])
    return any(layer.get("counted_at") == "units" for layer in layers)


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise VerificationError(
            fault(f"a run.json in {path.parent}", str(error), "name the folder of a finished run")
        ) from error
    absent = [path for path in _KEYS if not _holds(document, path.split("."))]
    if absent:
        raise VerificationError(fault(f"{shortened(absent)} in run.json", "none", "run the study again"))
    return dict(document)


def _holds(document: object, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(document, dict) or key not in document:
            return False
        document = document[key]
    return True


def _table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise VerificationError(fault(f"the table {path.name}", reason, "run the study again")) from error
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise VerificationError(fault(f"{shortened(absent)} in {path.name}", "no such column", "run the study again"))
    return table.rename(columns=_unguarded).map(_unguarded)


def _unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from running it."""
    return cell.removeprefix("'")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
