"""The rows of all mandates, budget and exclusions of one year, joined into one program."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from planner.mandates.rows import ColumnKind, Rows
from planner.solver import Program


@dataclass(slots=True)
class _Block:
    """Triplets and bounds that grow while a program is assembled."""

    rows: list[npt.NDArray[np.int64]] = field(default_factory=list)
    columns: list[npt.NDArray[np.int64]] = field(default_factory=list)
    values: list[npt.NDArray[np.float64]] = field(default_factory=list)
    lower: list[npt.NDArray[np.float64]] = field(default_factory=list)
    upper: list[npt.NDArray[np.float64]] = field(default_factory=list)
    count: int = 0


class ProgramBuilder:
    """Assembles a program: options first, then their years, then what the rows bring along.

    Parameters
    ----------
    options
        How many options there are; column o is 1 where option o is complete in the evaluated year.
    """

    def __init__(self, options: int) -> None:
        self._lower = [np.zeros(options)]
        self._upper = [np.ones(options)]
        self._integer = [np.ones(options, dtype=bool)]
        self._block = _Block()
        self.width = options
        self.year_columns: dict[tuple[int, int], int] = {}
        self.slacks = pd.DataFrame({"column": [], "finding": []}, dtype="int64")
        self.findings = pd.DataFrame(
            {"mandate_id": [], "unit_code": [], "year": [], "required": [], "unmet": [], "strength": []}
        )

    def columns(
        self, count: int, *, upper: float | npt.NDArray[np.float64] = 1.0, integer: bool = False
    ) -> npt.NDArray[np.int64]:
        """Return `count` new columns with lower bound 0."""
        self._lower.append(np.zeros(count))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (count,)).copy())
        self._integer.append(np.full(count, integer))
        self.width += count
        return np.arange(self.width - count, self.width, dtype=np.int64)

    def row(
        self, columns: npt.ArrayLike, values: npt.ArrayLike, *, lower: float = -np.inf, upper: float = np.inf
    ) -> None:
        """Add one row."""
        at = np.asarray(columns, dtype=np.int64)
        self.rows(
            np.zeros(len(at), dtype=np.int64),
            at,
            np.broadcast_to(np.asarray(values, dtype=np.float64), at.shape),
            [lower],
            [upper],
        )

    def rows(
        self,
        rows: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int64],
        values: npt.NDArray[np.float64],
        lower: npt.ArrayLike,
        upper: npt.ArrayLike,
    ) -> None:
        """Add several rows given as triplets, numbered from zero."""
        block = self._block
        block.rows.append(rows + block.count)
        block.columns.append(columns)
        block.values.append(values)
        block.lower.append(np.asarray(lower, dtype=np.float64))
        block.upper.append(np.asarray(upper, dtype=np.float64))
        block.count += len(block.lower[-1])

    def add_mandate(self, rows: Rows, *, strength: str) -> None:
        """Add a mandate's rows, one "unmet" switch per finding, and remember its slack columns."""
        mapped = np.empty(len(rows.column_kind), dtype=np.int64)
        is_option = rows.column_kind == ColumnKind.OPTION
        mapped[is_option] = rows.column_option[is_option]
        for at in np.flatnonzero(rows.column_kind == ColumnKind.YEAR_OPTION):
            mapped[at] = self.year_columns[int(rows.column_option[at]), int(rows.column_year[at])]
        for at in np.flatnonzero(rows.column_kind >= ColumnKind.AUXILIARY):
            mapped[at] = self.columns(1, upper=rows.column_upper[at], integer=bool(rows.column_integer[at]))[0]
        self.rows(rows.row, mapped[rows.column], rows.value, rows.row_lower, rows.row_upper)
        self._add_unmet(rows, mapped, strength)

    def _add_unmet(self, rows: Rows, mapped: npt.NDArray[np.int64], strength: str) -> None:
        unmet = self.columns(len(rows.findings), integer=True)
        offset = len(self.findings)
        slack = np.flatnonzero(rows.column_kind == ColumnKind.SLACK)
        finding = rows.column_finding[slack]
        number = np.arange(len(slack), dtype=np.int64)
        # slack <= upper * unmet: a finding is unmet as soon as any of its slacks is not zero.
        self.rows(
            np.concatenate([number, number]),
            np.concatenate([mapped[slack], unmet[finding]]),
            np.concatenate([np.ones(len(slack)), -rows.column_upper[slack]]),
            np.full(len(slack), -np.inf),
            np.zeros(len(slack)),
        )
        added = pd.DataFrame({"column": mapped[slack], "finding": finding + offset})
        self.slacks = pd.concat([self.slacks, added], ignore_index=True).astype("int64")
        described = rows.findings.assign(unmet=unmet, strength=strength)
        self.findings = described if self.findings.empty else pd.concat([self.findings, described], ignore_index=True)

    def build(self) -> Program:
        """Return the program."""
        block = self._block
        shape = (block.count, self.width)
        triplets = (_joined(block.values), (_joined(block.rows), _joined(block.columns)))
        return Program(
            matrix=sp.csr_array(sp.coo_array(triplets, shape=shape)) if block.rows else sp.csr_array(shape),
            row_lower=_joined(block.lower),
            row_upper=_joined(block.upper),
            column_lower=_joined(self._lower),
            column_upper=_joined(self._upper),
            integer=_joined(self._integer).astype(bool),
        )


def _joined(
    parts: list[npt.NDArray[np.generic]]
    | list[npt.NDArray[np.float64]]
    | list[npt.NDArray[np.int64]]
    | list[npt.NDArray[np.bool_]],
) -> npt.NDArray[np.float64]:
    return np.concatenate(parts) if parts else np.zeros(0)
