"""Lines of sums are no rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from planner.layers import FaultLog
from planner.layers.read import read_source
from planner.layers.source import LayerSource
from planner.layers.totals import without_totals


def test_sums_are_left_out_and_told(write: Callable[..., Path], log: FaultLog) -> None:
    """A line that says 合计 or 小 计 is left out with its line number; one that only begins so is a row."""
    path = write("a.csv", "区,名称,人口\n甲区,一,1\n甲区,小 计,1\n,合计路社区,2\n合计,,3\n")
    frame = read_source(LayerSource(path=path), crs="EPSG:4550", log=log)
    assert frame["名称"].tolist() == ["一", "合计路社区"]
    told = log.to_frame()
    assert told["row_id"].tolist() == ["row 3", "row 5"]
    assert set(told["code"]) == {"left_out_total"}
    accounts = log.accounts().iloc[0]
    assert (accounts["rows"], accounts["left_out"], accounts["kept"]) == (4, 2, 2)


def test_cells_without_a_value_are_no_sums(log: FaultLog) -> None:
    """Missing values, numbers and positions are passed over."""
    rows = pd.DataFrame({"a": pd.Series([np.nan, "总计", None], dtype="str"), "n": [1, 2, 3]})
    assert without_totals(rows, "a", log).index.tolist() == [0, 2]
