"""Lines of sums in a list: read as rows, they would count everything twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.layers.log import LEFT_OUT, FaultLog

WORDS = ("合计", "总计", "小计", "共计", "总和")
_LONGEST = 8  # with spaces


def without_totals(rows: pd.DataFrame, layer: str, log: FaultLog) -> pd.DataFrame:
    """Return the rows of which no cell says, and nothing else, that the row is a sum.

    Parameters
    ----------
    rows
        Indexed by line or number of the feature, in the file's own columns.
    layer
        What the log names.
    log
        Gets a line for every row that is left out.
    """
    sums = np.zeros(len(rows), dtype=np.bool_)
    for name in rows.columns:
        if name != "geometry" and not pd.api.types.is_numeric_dtype(rows[name].dtype):
            sums |= _says_sum(rows[name])
    for row in rows.index[sums]:
        log.add(
            layer,
            f"row {row}",
            f"{LEFT_OUT}total",
            "该行是合计行，未读入",
            "The row is a sum of others; left out",
            "如不是合计，请改正该行的名称",
        )
    return rows[~sums] if sums.any() else rows


def _says_sum(values: pd.Series) -> npt.NDArray[np.bool_]:
    """Return which cells hold one of `WORDS`, with any spaces in it."""
    numbers, words = pd.factorize(values)
    sums = [isinstance(word, str) and len(word) <= _LONGEST and "".join(word.split()) in WORDS for word in words]
    # The last stands for -1, a cell without a value.
    found: npt.NDArray[np.bool_] = np.array([*sums, False], dtype=np.bool_)[numbers]
    return found
