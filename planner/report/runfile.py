"""run.json: what ran, on what, and with which result."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path, PurePath

import numpy as np
import pandas as pd

from planner.report.material import Material
from planner.report.plain import plain


def write_run(material: Material, folder: Path) -> None:
    """Write run.json: keys sorted, UTF-8, one value a line, no NaN (absent numbers are null)."""
    run = _jsonable({**material.run, **material.at_the_end()})
    text = json.dumps(run, sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _jsonable(value: object) -> object:  # noqa: PLR0911 - one return per kind of value
    """Return the value in the types that JSON has."""
    if is_dataclass(value) and not isinstance(value, type):
        return _jsonable(asdict(value))
    if isinstance(value, Mapping):
        return {plain(key): _jsonable(entry) for key, entry in value.items()}
    if isinstance(value, pd.DataFrame):
        return _jsonable(value.to_dict(orient="records"))
    if isinstance(value, list | tuple | set | frozenset | np.ndarray | pd.Series | pd.Index):
        entries = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_jsonable(entry) for entry in entries]
    if isinstance(value, np.generic):
        return _jsonable(value.item())
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if value is pd.NA or value is pd.NaT else _text(value)


def _text(value: object) -> str:
    return value.as_posix() if isinstance(value, PurePath) else plain(value)
