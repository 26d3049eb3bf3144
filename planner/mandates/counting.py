"""Rows of every predicate that asks for a number of facilities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from planner.mandates.row_builder import RowBuilder


def add_count_rows(
    builder: RowBuilder,
    units: pd.Index,
    *,
    base: npt.NDArray[np.int64],
    change: sp.csr_array,
    minimum: int,
) -> None:
    """Add ``base + change @ x + slack >= minimum`` for every unit that options could leave unmet.

    Parameters
    ----------
    builder
        Receives one finding and one row per unit.
    units
        Unit codes.
    base
        int64, shape (units,): how many there are without any option.
    change
        int, units x options: how many an option adds or takes away.
    minimum
        How many are required.
    """
    table = sp.csr_array(change)
    table.eliminate_zeros()
    for number, code in enumerate(units):
        span = slice(table.indptr[number], table.indptr[number + 1])
        options, values = table.indices[span], table.data[span]
        if base[number] + values[values < 0].sum() >= minimum:
            continue
        finding = builder.finding(str(code), required=minimum)
        worst = minimum - min(0, int(base[number] + values[values < 0].sum()))
        terms = [(builder.option(int(option)), float(value)) for option, value in zip(options, values, strict=True)]
        terms.append((builder.slack(finding, upper=worst), 1.0))
        builder.row(finding, terms, lower=float(minimum - base[number]))
