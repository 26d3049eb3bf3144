from __future__ import annotations

import pandas as pd
import pytest

from planner.layers.list_dates import list_dates
from planner.layers.quality import Doubts


@pytest.mark.parametrize(
    ("dates", "stated", "told"),
    [
        (["2023-06-30", "2023-06-30", ""], "2023-06-30", []),
        (["2023-06-30"], "", []),
        (["2023-06-30"], "2018-07-30", ["list_date_differs"]),
        (["2023-06-30", "2018-07-30"], "2018-07-30", ["list_date_differs", "list_dates"]),
        (["", ""], "2018-07-30", []),
    ],
)
def test_one_list_has_one_date(dates: list[str], stated: str, told: list[str]) -> None:
    """Rows of two lists, and a list of another date than the study states, are told; no date is no fault."""
    doubts = Doubts("boundaries")
    list_dates(pd.DataFrame({"listed": dates}), doubts, stated=stated)
    assert doubts.to_frame()["code"].to_list() == told


def test_a_list_without_dates_says_nothing() -> None:
    """The column is not required."""
    doubts = Doubts("boundaries")
    list_dates(pd.DataFrame({"code": ["1"]}), doubts, stated="2023-06-30")
    assert doubts.to_frame().empty
