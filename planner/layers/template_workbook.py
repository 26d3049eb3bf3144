"""A template as workbook: headers with remarks, an example, drop-downs, and a sheet that explains every column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from planner.layers.schema import Column

_ROWS = 20_000  # with drop-downs
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_HEADER = {**_FONT, "bold": True, "font_color": "#FFFFFF", "text_wrap": True, "border": 1, "border_color": "#FFFFFF"}
_NUMBERS = ("integer", "number", "persons")
_REQUIRED = {
    "yes": "必填 / required",
    "column": "要有这一列 / the column is required",
    "no": "可选 / optional",
    "given": "可选 / optional",
}
_ABOUT = ("列 / column", "说明 / meaning", "单位 / unit", "是否必填 / required", "取值 / values",
          "也可称作 / also called", "示例 / example")  # fmt: skip
_WIDTHS = (28, 60, 16, 24, 40, 60, 20)


def write_workbook(
    columns: Sequence[Column], headers: Sequence[str], example: Mapping[str, str], *, layer: str, path: Path
) -> None:
    """Write the workbook.

    Parameters
    ----------
    columns
        Of the table, without geometries.
    headers
        Text of the first row, one per column.
    example
        Column -> cell of the second row.
    layer
        Name of the sheet.
    path
        The new file.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    try:
        with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
            book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same template, the same file
            _write_table(book, columns, headers, example, layer)
            _write_about(book, columns, headers, example)
    except XlsxWriterException as error:
        cause = error.args[0] if error.args else error
        raise cause if isinstance(cause, OSError) else OSError(str(cause)) from error


def choices(column: Column) -> list[str]:
    """Return the values that a drop-down offers for a column; none where any value may stand."""
    if column.dtype == "boolean":
        return ["true", "false"]
    known = column.allowed or tuple(dict.fromkeys(value for _, value in column.synonyms))
    return [value for value in known if value]


def _write_table(
    book: Any, columns: Sequence[Column], headers: Sequence[str], example: Mapping[str, str], layer: str
) -> None:
    page = book.add_worksheet(layer)
    plain, texts = book.add_format(_FONT), book.add_format({**_FONT, "num_format": "@"})
    shown = book.add_format({**_FONT, "italic": True, "font_color": "#808080", "num_format": "@"})
    heads = {
        need: book.add_format({**_HEADER, "bg_color": colour})
        for need, colour in (("yes", "#A33A00"), ("column", "#A33A00"), ("no", "#2B5876"), ("given", "#2B5876"))
    }
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_row(0, 34)
    for number, (column, name) in enumerate(zip(columns, headers, strict=True)):
        page.set_column(number, number, max(14, len(name)), plain if column.dtype in _NUMBERS else texts)
        page.write_string(0, number, name, heads[column.required])
        page.write_comment(0, number, _remark(column), {"x_scale": 2, "y_scale": 1.2, "author": "planner"})
        page.write_string(1, number, example[column.name], shown)
        page.data_validation(1, number, _ROWS, number, _validation(column))


def _remark(column: Column) -> str:
    parts = [column.description, f"单位 / unit: {_unit(column)}" if column.unit else "", _REQUIRED[column.required]]
    parts += [f"取值 / values: {'、'.join(choices(column))}"] if choices(column) else []
    return "\n".join(filter(None, parts))


def _validation(column: Column) -> dict[str, object]:
    """Return what a cell accepts: a list is binding where the schema allows nothing else, else a hint."""
    offered = choices(column)
    binding = bool(column.allowed) or column.dtype == "boolean"
    if offered:
        return {
            "validate": "list",
            "source": offered,
            "error_type": "stop" if binding else "information",
            "error_title": column.name,
            "error_message": "请从下拉列表中选择 / choose from the list",
        }
    if column.dtype in _NUMBERS:
        kind = "integer" if column.dtype == "integer" else "decimal"
        return {
            "validate": kind,
            "criteria": ">=",
            "value": 0,
            "error_type": "warning",
            "error_title": column.name,
            "error_message": "应为 0 或更大的数 / a number, 0 or more",
        }
    return {"validate": "any"}


def _write_about(book: Any, columns: Sequence[Column], headers: Sequence[str], example: Mapping[str, str]) -> None:
    page = book.add_worksheet("说明 about")
    head = book.add_format({**_HEADER, "bg_color": "#2B5876"})
    cell = book.add_format({**_FONT, "text_wrap": True, "valign": "top"})
    for number, (name, width) in enumerate(zip(_ABOUT, _WIDTHS, strict=True)):
        page.set_column(number, number, width, cell)
        page.write_string(0, number, name, head)
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for row, (column, name) in enumerate(zip(columns, headers, strict=True), start=1):
        values = (name, column.description, _unit(column), _REQUIRED[column.required], "、".join(choices(column)),
                  "、".join(column.aliases), example[column.name])  # fmt: skip
        page.set_row(row, 15 * max(1, *(_lines(value, width) for value, width in zip(values, _WIDTHS, strict=True))))
        for number, value in enumerate(values):
            page.write_string(row, number, value, cell)
    note = (
        "灰色斜体的第二行是示例，读入时会略去，请删去 / the grey second row is an example; it is never read, delete it"
    )
    page.write_string(len(columns) + 2, 0, note, book.add_format(_FONT))


def _unit(column: Column) -> str:
    return "度或米，按坐标系 / as the crs" if column.dtype == "position" else column.unit


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes; a Chinese character is two wide."""
    return -(-sum(2 if letter > "\u2e80" else 1 for letter in text) // width)
