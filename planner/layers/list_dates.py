"""Dates of the lists of units: one list, one date, and it is the one that the study states."""

from __future__ import annotations

import pandas as pd

from planner.layers.quality import Doubts

_NAMES = {"boundaries": "行政区划", "leading_zones": "先导区"}


def list_dates(table: pd.DataFrame, doubts: Doubts, *, stated: str) -> None:
    """Tell a list of units of several dates, and one of another date than the study states.

    Parameters
    ----------
    table
        Units, or members of leading zones, with or without a column ``listed`` (YYYY-MM-DD).
    doubts
        Gets a line for each.
    stated
        ``unit_list_date`` of the study; "" where it states none.
    """
    if "listed" not in table.columns:
        return
    dates = sorted(set(table["listed"]) - {""})
    name = _NAMES.get(doubts.layer, doubts.layer)
    if len(dates) > 1:
        words = (f"{name}名单有 {len(dates)} 个日期：{'、'.join(dates)}",
                 f"The list of {doubts.layer} is of {len(dates)} dates: {', '.join(dates)}",
                 "请用同一日期的名单，或用代码对照表（crosswalk）")  # fmt: skip
        doubts.add("", "list_dates", words)
    if stated and dates and dates != [stated]:
        words = (f"{name}名单日期 {dates[-1]} 与研究文件的 unit_list_date {stated} 不同",
                 f"The list of {doubts.layer} is of {dates[-1]}, unit_list_date of the study is {stated}",
                 "请核对名单；两份名单的代码可用对照表（crosswalk）衔接")  # fmt: skip
        doubts.add("", "list_date_differs", words)
