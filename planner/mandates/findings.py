"""Findings: one row per mandate, unit and year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from planner.coverage.rates import weights_of
from planner.coverage.situation import Situation

CORE_COLUMNS = {
    "unit_code": "str",
    "year": "Int64",
    "status": "str",
    "measured": "Float64",
    "required": "Float64",
    "unit_of_measure": "str",
    "shortfall": "Float64",
    "people_affected": "Int64",
    "evidence": "str",
    "reason_code": "str",
    "estimated": "bool",
    "standard_id": "str",
}

MET, GAP, NOT_EVALUABLE = "met", "gap", "not_evaluable"
EVIDENCE_SHOWN = 10


def core_table(rows: Sequence[dict[str, Any]] | dict[str, Any], *, count: int | None = None) -> pd.DataFrame:
    """Return findings in the core columns, with defaults for what is not given.

    Parameters
    ----------
    rows
        One dict per finding, or one dict of columns (arrays or scalars) with `count` rows.
    """
    table = pd.DataFrame(list(rows)) if count is None else pd.DataFrame(rows, index=range(count))
    defaults: dict[str, Any] = {
        "year": pd.NA, "measured": pd.NA, "required": pd.NA, "unit_of_measure": "", "shortfall": pd.NA,
        "people_affected": pd.NA, "evidence": "", "reason_code": "", "estimated": False, "standard_id": "",
    }  # fmt: skip
    for column, value in defaults.items():
        if column not in table:
            table[column] = value
    return table.reindex(columns=list(CORE_COLUMNS)).astype(CORE_COLUMNS)


def not_evaluable(codes: pd.Index, reason_code: str, **more: Any) -> pd.DataFrame:
    """Return one not-evaluable finding per unit, with its reason."""
    return core_table(
        {"unit_code": codes.to_numpy(), "status": NOT_EVALUABLE, "reason_code": reason_code, **more}, count=len(codes)
    )


def joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return findings below one another; an empty table when there are none."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else core_table({"unit_code": [], "status": []}, count=0)


def evidence(ids: Sequence[str]) -> str:
    """Return ids joined by semicolons: the first ten, and how many more there are."""
    ordered = sorted(ids)
    more = len(ordered) - EVIDENCE_SHOWN
    return ";".join(ordered[:EVIDENCE_SHOWN]) + (f";+{more}" if more > 0 else "")


def people_of(situation: Situation, units: pd.Index) -> np.ndarray[Any, Any]:
    """Return how many people live in each unit, int64."""
    member = situation.territory.membership(units, situation.demand["unit_code"]).astype(np.int64)
    return np.asarray(member @ weights_of(situation.demand, situation.people), dtype=np.int64)
