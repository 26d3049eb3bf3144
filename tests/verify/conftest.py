"""The tiny run, on disk, and how to plant errors in it."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verify.tiny_settings import SETTINGS
from tests.verify.tiny_study import INPUTS, TABLES


@pytest.fixture
def tiny_run(tmp_path: Path) -> Path:
    """Return the folder of the run; its study lies beside it."""
    study, out = tmp_path / "study", tmp_path / "out"
    (out / "tables").mkdir(parents=True)
    study.mkdir()
    for name, text in INPUTS.items():
        (study / name).write_text(text, encoding="utf-8")
    for name, text in TABLES.items():
        (out / "tables" / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    document = {
        "study": {"path": str(study / "study.toml")},
        "settings": SETTINGS,
        "inputs": [
            {"path": name, "sha256": hashlib.sha256(text.encode()).hexdigest()} for name, text in INPUTS.items()
        ],
        "findings": {
            "before": {"met": 7, "gap": 9, "not_evaluable": 1},
            "after": {"met": 11, "gap": 5, "not_evaluable": 1},
        },
        "plan": {"options": 3, "cost_yuan": 210},
    }
    (out / "run.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return out


@pytest.fixture
def change() -> Callable[..., None]:
    """Return a function that writes another value into the cells of a table where other columns have given values."""

    def changed(out: Path, table: str, column: str, value: object, **where: str) -> None:
        path = out / "tables" / f"{table}.csv"
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
        hit = [row for row in rows if all(row[name] == wanted for name, wanted in where.items())]
        assert hit
        for row in hit:
            row[column] = str(value)
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")

    return changed


@pytest.fixture
def change_run() -> Callable[..., None]:
    """Return a function that writes another value into run.json, at a path of keys."""

    def changed(out: Path, *keys: str | int, value: object) -> None:
        document = json.loads((out / "run.json").read_text(encoding="utf-8"))
        at = document
        for key in keys[:-1]:
            at = at[key]
        at[keys[-1]] = value
        (out / "run.json").write_text(json.dumps(document), encoding="utf-8")

    return changed
