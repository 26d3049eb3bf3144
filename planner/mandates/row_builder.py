"""Collects rows one by one and freezes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from planner.mandates.rows import ColumnKind, Rows


class _Column(NamedTuple):
    kind: ColumnKind
    option: int = -1
    year: int = -1
    finding: int = -1
    lower: float = 0.0
    upper: float = 1.0
    integer: bool = True


class RowBuilder:
    """Builds `Rows` of one mandate."""

    def __init__(self) -> None:
        self._findings: list[tuple[str, int | None, float]] = []
        self._columns: list[_Column] = []
        self._known: dict[tuple[int, int], int] = {}
        self._triplets: list[tuple[int, int, float]] = []
        self._bounds: list[tuple[float, float, int]] = []

    def finding(self, unit_code: str, *, year: int | None = None, required: float = 1.0) -> int:
        """Declare a finding and return its position."""
        self._findings.append((unit_code, year, max(float(required), 1e-9)))
        return len(self._findings) - 1

    def option(self, option: int, *, year: int | None = None) -> int:
        """Return the column of an option, or of its completion exactly in `year`."""
        key = (option, -1 if year is None else year)
        if key not in self._known:
            kind = ColumnKind.OPTION if year is None else ColumnKind.YEAR_OPTION
            self._known[key] = self._add(_Column(kind, option=option, year=key[1]))
        return self._known[key]

    def auxiliary(self, *, upper: float = 1.0, integer: bool = False) -> int:
        """Return a new auxiliary column with lower bound 0."""
        return self._add(_Column(ColumnKind.AUXILIARY, upper=upper, integer=integer))

    def slack(self, finding: int, *, upper: float) -> int:
        """Return a new slack column of a finding; it measures the shortfall."""
        return self._add(_Column(ColumnKind.SLACK, finding=finding, upper=float(upper)))

    def row(
        self, finding: int, terms: Iterable[tuple[int, float]], *, lower: float = -np.inf, upper: float = np.inf
    ) -> None:
        """Add one row ``lower <= sum(value * column) <= upper``."""
        number = len(self._bounds)
        self._triplets.extend((number, column, float(value)) for column, value in terms)
        self._bounds.append((lower, upper, finding))

    def build(self) -> Rows:
        """Return what was collected; mandate_id is filled in by the mandate."""
        findings = pd.DataFrame(self._findings, columns=["unit_code", "year", "required"])
        findings.insert(0, "mandate_id", "")
        columns, bounds = self._columns, np.array(self._bounds, dtype=np.float64).reshape(-1, 3)
        triplets = np.array(self._triplets, dtype=np.float64).reshape(-1, 3)
        return Rows(
            findings=findings.astype({"unit_code": "str", "year": "Int64", "required": "float64"}),
            column_kind=np.array([column.kind for column in columns], dtype=np.int8),
            column_option=np.array([column.option for column in columns], dtype=np.int64),
            column_year=np.array([column.year for column in columns], dtype=np.int64),
            column_finding=np.array([column.finding for column in columns], dtype=np.int64),
            column_lower=np.array([column.lower for column in columns], dtype=np.float64),
            column_upper=np.array([column.upper for column in columns], dtype=np.float64),
            column_integer=np.array([column.integer for column in columns], dtype=bool),
            row=triplets[:, 0].astype(np.int64),
            column=triplets[:, 1].astype(np.int64),
            value=triplets[:, 2],
            row_lower=bounds[:, 0],
            row_upper=bounds[:, 1],
            row_finding=bounds[:, 2].astype(np.int64),
        )

    def _add(self, column: _Column) -> int:
        self._columns.append(column)
        return len(self._columns) - 1
