"""run.json."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from planner.report import Material
from planner.report.runfile import write_run


@dataclass(frozen=True)
class _Stage:
    name: str
    bound: float


def test_run_is_sorted_and_readable(written: Path) -> None:
    """Keys are sorted, texts are UTF-8, what is not a number is null."""
    text = (written / "run.json").read_text(encoding="utf-8")
    run = json.loads(text)
    assert list(run) == sorted(run)
    assert run["nan"] is None
    assert run["inputs"][0]["rows"] == 5


def test_every_kind_of_value(material: Material, tmp_path: Path) -> None:
    """Paths, arrays, tables, sets, dataclasses and hostile texts become JSON."""
    values = {
        "path": Path("a") / "b", "array": np.array([1, 2]), "table": pd.DataFrame({"x": [1.5]}), "set": {"b", "a"},
        "stage": _Stage("大连", float("inf")), "missing": pd.NA, "half": "\ud800", "bool": np.True_, 3: "key",
    }  # fmt: skip
    write_run(replace(material, run=values), tmp_path)
    text = (tmp_path / "run.json").read_text(encoding="utf-8")
    assert "大连" in text
    assert json.loads(text) == {
        "path": "a/b", "array": [1, 2], "table": [{"x": 1.5}], "set": ["a", "b"],
        "stage": {"name": "大连", "bound": None}, "missing": None, "half": "?", "bool": True, "3": "key",
    }  # fmt: skip
