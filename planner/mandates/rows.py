"""Rows: a mandate as linear constraints over the options of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.situation import Situation


class ColumnKind(IntEnum):
    """What a column of `Rows` stands for."""

    OPTION = 0  # 1 where the option is complete in the year that is evaluated
    YEAR_OPTION = 1  # 1 where the option is completed exactly in `column_year`
    AUXILIARY = 2
    SLACK = 3


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class PlanView:
    """What a predicate may know of a plan that is not made yet.

    Attributes
    ----------
    situation
        Without any option applied, at the year that is evaluated; committed facilities count.
    options
        Indexed by option_id, columns as the schema ``options`` says. At most one option of an
        ``exclusive_group`` is taken.
    years
        Years for which a programme counts.
    earliest_completion
        int64, shape (options,): the first year in which each option can be complete.
    """

    situation: Situation
    options: pd.DataFrame
    years: tuple[int, ...]
    earliest_completion: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Rows:
    """``lower <= A z <= upper`` over options, year options, auxiliary and slack columns.

    There are auxiliary values that satisfy all rows of a finding with zero slack, exactly when `evaluate`
    on the planned situation says that the finding is met. A finding that only a plan brings about, of an
    institution that it builds, can be satisfied so by every plan without it.

    Attributes
    ----------
    findings
        One row per finding: mandate_id, unit_code, year (Int64, <NA> where no year is counted),
        required (float > 0): what its slack is measured against.
    column_kind, column_option, column_year, column_finding
        int arrays, one entry per column: `ColumnKind`, position of the option (or -1), year (or -1),
        position of the finding (slack columns, or -1).
    column_lower, column_upper, column_integer
        Bounds and integrality of each column.
    row, column, value
        Triplets of the matrix.
    row_lower, row_upper
        float64, one entry per row.
    row_finding
        int64, one entry per row: position of the finding it belongs to.
    """

    findings: pd.DataFrame
    column_kind: npt.NDArray[np.int8]
    column_option: npt.NDArray[np.int64]
    column_year: npt.NDArray[np.int64]
    column_finding: npt.NDArray[np.int64]
    column_lower: npt.NDArray[np.float64]
    column_upper: npt.NDArray[np.float64]
    column_integer: npt.NDArray[np.bool_]
    row: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    row_lower: npt.NDArray[np.float64]
    row_upper: npt.NDArray[np.float64]
    row_finding: npt.NDArray[np.int64]
