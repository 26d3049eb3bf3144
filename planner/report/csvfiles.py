r"""tables/*.csv: every table of the run, one file each.

UTF-8 with a byte order mark, "\\n" after each row, the shortest decimals that read back as the same number, True and
False, and an empty cell for what is absent. A cell of text that a spreadsheet would run as a formula begins with an
apostrophe more (`planner.report.plain.guarded`); whoever reads a file takes one leading apostrophe off every text cell.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from planner.report.material import Material, people_counted, with_id
from planner.report.plain import guarded, plain, unguarded
from planner.report.plan_sites import plan_sites

_IDS = {
    "facilities": "facility_id",
    "sites": "site_id",
    "options": "option_id",
    "plan_options": "option_id",
}
_AS_THEY_ARE = (
    "findings_before",
    "findings_after",
    "coverage_before",
    "coverage_after",
    "gap_areas_before",
    "gap_areas_after",
    "plan_effects",
    "plan_causes",
    "plan_budget",
    "stages",
    "screening",
    "screening_rules",
    "site_services",
    "site_services_summary",
    "data_faults",
)


def tables(material: Material) -> dict[str, pd.DataFrame]:
    """Return every table that is written, by the name of its file without ``.csv``."""
    found = {name: _plain_rows(getattr(material, name)) for name in _AS_THEY_ARE}
    for name, id_name in _IDS.items():
        found[name] = with_id(getattr(material, name), id_name).sort_values(id_name, kind="stable")
    found["plan_sites"] = plan_sites(material)
    found |= {name: _plain_rows(frame) for name, frame in material.by_year.items()}
    found["demand_status"] = demand_status(material)
    if people_of_units(material):
        found["demand"] = with_id(material.demand, "demand_id").sort_values("demand_id", kind="stable")
    # Tables of two runs are the same, byte for byte; how long a stage took stands in run.json.
    found["stages"] = found["stages"].drop(columns="seconds", errors="ignore")
    return found


def people_of_units(material: Material) -> bool:
    """Return whether any layer counts people by unit: then where they were put is a result, and is written."""
    layers = people_counted(material).get("layers", [])
    return any(layer.get("counted_at") == "units" for layer in layers)


def demand_status(material: Material) -> pd.DataFrame:
    """Return one row per demand point: demand_id and, per standard, covered_before and covered_after (bool)."""
    status = with_id(material.demand, "demand_id")[["demand_id"]].copy()
    for standard, flags in sorted(material.covered_before.items()):
        status[f"{standard}.before"] = flags
    for standard, flags in sorted(material.covered_after.items()):
        status[f"{standard}.after"] = flags
    return status


def write_tables(material: Material, folder: Path) -> None:
    """Write every table into ``tables/``."""
    (folder / "tables").mkdir()
    for name, frame in tables(material).items():
        write_table(frame, folder / "tables" / f"{name}.csv")


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write one table; columns of geometry are left out, x and y tell the place.

    Parameters
    ----------
    frame
        Any table; its index is not written.
    path
        The file to write.
    """
    shown = {guarded(plain(name)): _cells(column) for name, column in frame.items() if not _is_shape(column)}
    pd.DataFrame(shown).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def read_table(path: Path) -> pd.DataFrame:
    """Read a table that `write_table` wrote: every cell as text, without the guards, "" where absent."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return frame.rename(columns=unguarded).map(unguarded)


def _plain_rows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reset_index() if frame.index.name and frame.index.name not in frame.columns else frame


def _is_shape(column: pd.Series) -> bool:
    return isinstance(column, gpd.GeoSeries) or column.dtype == "geometry"


def _cells(column: pd.Series) -> pd.Series:
    """Return what stands in the file: numbers and flags as they are, text guarded."""
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        return column.reset_index(drop=True)
    return pd.Series([_cell(value) for value in column], dtype=object)


def _cell(value: object) -> object:
    return value if isinstance(value, bool | int | float) and value == value else guarded(plain(value))  # noqa: PLR0124
