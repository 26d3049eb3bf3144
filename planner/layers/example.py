"""The row that shows how a template is filled: never data, though people leave it in."""

from __future__ import annotations

import pandas as pd

from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.schema import Schema
from planner.layers.values import as_texts

EXAMPLE = "示例"
"""Key of the example row of every template."""


def key_column(wanted: Schema) -> str:
    """Return the column that marks the example row: the id, else the first that is required."""
    required = (column.name for column in wanted.columns if column.required == "yes")
    return wanted.id_column or next(required, wanted.columns[0].name)


def without_example(frame: pd.DataFrame, wanted: Schema, layer: str, log: FaultLog) -> pd.DataFrame:
    """Return the rows that are no example of a template; one that was left in is told."""
    key = key_column(wanted)
    if key not in frame.columns or pd.api.types.is_numeric_dtype(frame[key].dtype):
        return frame
    example = (as_texts(frame[key]) == EXAMPLE).to_numpy()
    for _ in range(int(example.sum())):
        log.add(
            layer,
            EXAMPLE,
            f"{LEFT_OUT}example",
            "模板的示例行，未读入",
            "The example row of the template; left out",
            "请删去该行",
        )
    return frame[~example] if example.any() else frame
