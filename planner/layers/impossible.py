"""Values that cannot be, or that do not go together; cells that lack where others are filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from planner.layers.quality import MOST_LINES, Doubts
from planner.layers.schema import schema

_FIRST_YEAR, _LAST_YEAR = 1800, 2100
_AREA_DIFFERS = 0.05  # of the measured area
_LARGEST_CLASS = 150
_LEAST_SITE_M2, _MOST_SITE_M2 = 10.0, 10_000_000.0
_MAY_LACK = ("closed_year", "place_id", "village_plan")  # empty says something: it still stands, has no plan …
Words = tuple[str, str, str]
Marked = tuple[str, pd.Series, Words]


def impossible_values(table: pd.DataFrame, name: str, doubts: Doubts, *, base_year: int = 0) -> None:
    """Tell rows whose values cannot be.

    Parameters
    ----------
    table
        Facilities, population or sites, indexed by id, with x, y.
    name
        Which of them.
    doubts
        Gets one line per row and rule.
    base_year
        The present; 0 where it is not known.
    """
    rules = {"facilities": _of_facilities, "population": _of_population, "sites": _of_sites}
    for code, wrong, words in rules[name](table, base_year):
        rows = table[wrong.fillna(value=False).to_numpy(dtype=bool)]
        if len(rows) > MOST_LINES:
            _add_together(rows, code, words, doubts)
            continue
        for row in rows.to_dict("index").items():
            _add(row, code, words, doubts)


def _add(row: tuple[Any, dict[Any, Any]], code: str, words: Words, doubts: Doubts) -> None:
    row_id, values = row
    named = {str(column): value for column, value in values.items()}
    message, message_en, remedy = words
    told = (message.format(**named), message_en.format(**named), remedy)
    doubts.add(str(row_id), code, told, at=(values["x"], values["y"]))


def _add_together(rows: pd.DataFrame, code: str, words: Words, doubts: Doubts) -> None:
    """Tell many rows in one line: how many, the first as example, all ids beside it."""
    first = {str(column): value for column, value in rows.iloc[0].items()}
    message, message_en, remedy = words
    told = (
        f"{len(rows)} 行：{message.format(**first)}（首行）",
        f"{len(rows)} rows: {message_en.format(**first)} (the first)",
        remedy,
    )
    doubts.add("", code, told, others=map(str, rows.index))


def missing_values(table: pd.DataFrame, name: str, doubts: Doubts) -> None:
    """Tell columns of the schema in which some rows of a service are filled and others are not: which lack.

    Parameters
    ----------
    table
        Indexed by id.
    name
        Its schema.
    doubts
        Gets one line per column (and service), with the rows.
    """
    services = table["service"] if "service" in table.columns else pd.Series("", index=table.index)
    known = [one.name for one in schema(name).columns if one.name in table.columns and one.name not in _MAY_LACK]
    for column in known:
        empty = table[column].isna() | (table[column].astype("str") == "")
        for service, lacks in empty.groupby(services, sort=True):
            lacking = int(lacks.sum())
            if 0 < lacking < len(lacks):
                label = f"{column}（{service}）" if service else column
                doubts.add(
                    "",
                    "values_missing",
                    (
                        f"{label} 有 {lacking} / {len(lacks)} 行为空",
                        f"{column} is empty in {lacking} of {len(lacks)} rows{f' of {service}' if service else ''}",
                        "请补充；不知道的可以留空，相关结论会写明缺数据",
                    ),
                    others=[str(row) for row in lacks.index[lacks.to_numpy(dtype=bool)]],
                )


def _of_facilities(table: pd.DataFrame, base_year: int) -> Iterator[Marked]:
    opened, closed = table["opened_year"], table["closed_year"]
    remedy = "请改正年份"
    for column in ("opened_year", "closed_year"):
        wrong = ~table[column].between(_FIRST_YEAR, _LAST_YEAR) & table[column].notna()
        words = (f"{column} 为 {{{column}}}，不可能", f"{column} is {{{column}}}, which cannot be", remedy)
        yield "year_impossible", wrong, words
    words = (
        "停办年份 {closed_year} 早于开办年份 {opened_year}",
        "closed in {closed_year}, opened in {opened_year}",
        remedy,
    )
    yield "years_reversed", closed < opened, words
    exists = table["status"] == "现状"
    if base_year:
        words = (
            "状态为现状，但 {opened_year} 年才启用",
            "said to exist, but opens in {opened_year}",
            "请核对状态或年份",
        )
        yield "not_yet_open", exists & (opened > base_year), words
        words = (
            "状态为{status}，启用年份 {opened_year} 已过",
            "{status}, but its year {opened_year} has passed",
            "请核对状态或年份",
        )
        yield "already_open", ~exists & (opened <= base_year), words
    words = (
        "状态为{status}，但没有启用年份，不知从哪年计入",
        "{status}, but no opened_year says from when it counts",
        "请填 opened_year",
    )
    yield "year_missing", ~exists & opened.isna(), words
    yield "capacity_zero", table["capacity"] == 0, ("容量为 0", "its capacity is 0", "请填实际容量，不知道的留空")
    words = ("最大班额 {largest_class} 人，不可能", "its largest class has {largest_class} pupils", "请核对")
    yield "class_impossible", (table["largest_class"] > _LARGEST_CLASS) | (table["largest_class"] == 0), words
    if "pupils" in table.columns:
        words = (
            "最大班额 {largest_class} 大于学生数 {pupils}",
            "a class of {largest_class} among {pupils} pupils",
            "请核对",
        )
        yield "class_over_pupils", table["largest_class"] > table["pupils"], words


def _of_population(table: pd.DataFrame, _base_year: int) -> Iterator[Marked]:
    groups = [name for name in table.columns if str(name).startswith("age_") and table[name].dtype.kind in "if"]
    if "people" in table.columns:
        for group in groups:
            words = (
                f"{group} 为 {{{group}}}，多于总人口 {{people}}",
                f"{group} is {{{group}}} of {{people}} people",
                "请核对",
            )
            yield "group_over_people", table[group] > table["people"], words
        words = ("总人口为 0", "nobody lives there", "请核对；无人居住的可以删去")
        yield "nobody", table["people"] == 0, words


def _of_sites(table: pd.DataFrame, _base_year: int) -> Iterator[Marked]:
    area = table["area_m2"].astype("float64")
    wrong = ~area.between(_LEAST_SITE_M2, _MOST_SITE_M2)
    words = ("面积为 {area_m2} m²，可能单位有误", "its area is {area_m2} m2; the unit may be wrong",
             "请核对单位（1 公顷 = 10,000 m²，1 亩 ≈ 666.7 m²）")  # fmt: skip
    yield "area_impossible", wrong, words
    measured = pd.Series(np.asarray(table.geometry.area), index=table.index) if hasattr(table, "geometry") else area
    drawn = measured > 0
    differs = drawn & ((area - measured).abs() > _AREA_DIFFERS * measured)
    words = ("填写的面积 {area_m2} m² 与图形面积相差 5% 以上，可能单位有误",
             "its area {area_m2} m2 differs by more than 5 % from the polygon's; the unit may be wrong",
             "请核对单位和图形")  # fmt: skip
    yield "area_differs", differs, words
