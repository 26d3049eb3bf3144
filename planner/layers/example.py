"""The row that shows how a template is filled: never data, though people leave it in."""

from __future__ import annotations

import pandas as pd

from planner.errors import LayerError, fault
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.schema import Schema
from planner.layers.source import LayerSource
from planner.layers.values import as_texts

EXAMPLE = "示例"
"""Key of the example row of every template."""


def key_column(wanted: Schema) -> str:
    """Return the column that marks the example row: the id, else the first that is required."""
    required = (column.name for column in wanted.columns if column.required == "yes" and column.dtype != "geometry")
    return wanted.id_column or next(required, wanted.columns[0].name)


def without_example(rows: pd.DataFrame, wanted: Schema, source: LayerSource, log: FaultLog) -> pd.DataFrame:
    """Return the rows of a file that are no example of a template; one that was left in is told.

    Raises
    ------
    LayerError
        If there are no others.
    """
    ours = key_column(wanted)
    key = source.columns.get(ours, ours)
    if key not in rows.columns or pd.api.types.is_numeric_dtype(rows[key].dtype):
        return rows
    example = (as_texts(rows[key]) == EXAMPLE).to_numpy()
    if example.all():
        raise LayerError(fault(f"rows in {source.name}", "only the example of the template", "fill the template in"))
    for _ in range(int(example.sum())):
        log.add(
            source.name,
            EXAMPLE,
            f"{LEFT_OUT}example",
            "模板的示例行，未读入",
            "The example row of the template; left out",
            "请删去该行",
        )
    return rows[~example]
