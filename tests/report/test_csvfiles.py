"""tables/*.csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from planner.report import Material
from planner.report.csvfiles import read_table, tables, write_table
from tests.report.synthetic import HOSTILE

EXPECTED = {
    "coverage_after", "coverage_before", "data_faults", "demand_status", "facilities", "findings_after",
    "findings_before", "gap_areas_after", "gap_areas_before", "options", "plan_budget", "plan_causes",
    "plan_effects", "plan_options", "plan_sites", "screening", "screening_rules", "site_services",
    "site_services_summary", "sites", "stages",
}  # fmt: skip


def test_every_table_written(written: Path) -> None:
    """Each table of the run has its file, with the byte order mark that spreadsheets need."""
    files = {path.stem: path for path in (written / "tables").glob("*.csv")}
    assert set(files) == EXPECTED
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in files.values())


def test_hostile_names_survive(written: Path) -> None:
    """Names that attack come back letter for letter, and none begins a cell as a formula."""
    names = read_table(written / "tables" / "facilities.csv")["name"]
    assert set(HOSTILE) <= set(names)
    raw = pd.read_csv(written / "tables" / "facilities.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert not raw["name"].str.startswith(("=", "+", "-", "@", "\t", "\r")).any()


def test_ids_and_columns_round_trip(tmp_path: Path) -> None:
    """Ids and even column names that look like formulas come back as they were."""
    table = pd.DataFrame(
        {"id": ["=1", "-2", "'x", "''y", "00123", "a\nb", "c,d"], "=cmd": ["", "@a", "b", "c", "d", "e", "f"]}
    )
    write_table(table, tmp_path / "t.csv")
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.csv"), table, check_dtype=False)


def test_numbers_read_back_equal(tmp_path: Path) -> None:
    """A decimal is written so that it reads back as the same number; absent is empty, not nan."""
    values = [0.1 + 0.2, 4_312_345.123456789, float("nan"), 1e-12]
    write_table(pd.DataFrame({"x": values, "n": pd.array([1, None, 3, 4], dtype="Int64")}), tmp_path / "t.csv")
    back = read_table(tmp_path / "t.csv")
    assert back["x"].tolist()[2] == ""
    assert back["n"].tolist() == ["1", "", "3", "4"]
    assert [float(cell) for cell in back["x"] if cell] == [value for value in values if not np.isnan(value)]


def test_row_order_of_ids_does_not_matter(material: Material) -> None:
    """Facilities in another order give the same table."""
    mixed = {field: getattr(material, field) for field in material.__dataclass_fields__}
    mixed["facilities"] = material.facilities.iloc[::-1]
    pd.testing.assert_frame_equal(
        tables(Material(**mixed))["facilities"].reset_index(drop=True),
        tables(material)["facilities"].reset_index(drop=True),
    )


def test_demand_status_says_before_and_after(material: Material) -> None:
    """Each demand point has its state per standard, before and after."""
    status = tables(material)["demand_status"]
    assert len(status) == len(material.demand)
    assert status["kindergarten.near.after"].sum() >= status["kindergarten.near.before"].sum()
