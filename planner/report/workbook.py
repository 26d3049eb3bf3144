"""findings.xlsx: the one file that speaks to the spreadsheet library.

Every text is written as text, whatever it begins with: no cell can become a formula, a link or a number.
"""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from planner.report.catalogue import both, text
from planner.report.land_sheets import land_sheets
from planner.report.material import Material, people_words
from planner.report.overview import overview_sheet, sources_sheet
from planner.report.plain import plain
from planner.report.plan_sites import plan_sites_sheet
from planner.report.sheets import Block, Column, Sheet, detail_sheets, faults_sheet

_LONGEST_TEXT = 32_000  # a cell holds 32,767 characters
_MOST_LINES = 12
_LINE_POINTS = 14
_FIRST_ROW = 3
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
_DEEP, _RULE = "#12344D", "#DDE3E7"
_HEADER = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#2B5876", "text_wrap": True, "valign": "vcenter"}
_FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 15, "font_color": _DEEP, "valign": "vcenter"},
    "notice": {"font_color": "#A33A00", "bold": True},
    "note": {"font_color": "#555555"},
    "heading": {"bold": True, "font_size": 12, "font_color": _DEEP, "valign": "vcenter"},
    "header": {**_HEADER, "border": 1, "border_color": "#FFFFFF"},
    "text": {"indent": 1, "bottom": 1, "bottom_color": _RULE},
    "long": {"indent": 1, "text_wrap": True, "bottom": 1, "bottom_color": _RULE},
    "item": {"text_wrap": True, "align": "left", "num_format": "#,##0", "bottom": 1, "bottom_color": _RULE},
    "year": {"num_format": "0", "align": "left", "bottom": 1, "bottom_color": _RULE},
    "whole": {"num_format": "#,##0", "bottom": 1, "bottom_color": _RULE},
    "number": {"num_format": "#,##0.00", "bottom": 1, "bottom_color": _RULE},
    "share": {"num_format": "0.0%", "bottom": 1, "bottom_color": _RULE},
    "flag": {"align": "center", "bottom": 1, "bottom_color": _RULE},
    "met": {"bg_color": "#D6EAF8", "font_color": "#0B4F7A", "align": "center"},
    "gap": {"bg_color": "#FBD9C6", "font_color": "#8A2B00", "bold": True, "align": "center"},
    "not_evaluable": {"bg_color": "#E3E3E3", "font_color": "#444444", "align": "center"},
}


def write_workbook(material: Material, folder: Path) -> None:
    """Write findings.xlsx; the same tables give the same bytes.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    sheets = [overview_sheet(material), *detail_sheets(material), *land_sheets(material)]
    sheets += [plan_sites_sheet(material), faults_sheet(material), sources_sheet(material)]
    try:
        with xlsxwriter.Workbook(str(folder / "findings.xlsx"), _OPTIONS) as book:
            book.set_properties(_properties(material))
            formats = {name: book.add_format({**_FONT, **style}) for name, style in _FORMATS.items()}
            for sheet in sheets:
                _Page(book, formats, material, sheet).write()
    except XlsxWriterException as error:
        cause = error.args[0] if error.args else error
        raise cause if isinstance(cause, OSError) else OSError(str(cause)) from error


def _properties(material: Material) -> dict[str, object]:
    made = datetime(material.base_year, 1, 1)  # noqa: DTZ001 - not the clock's: the same tables, the same file
    return {"title": plain(material.title), "comments": plain(material.notice), "created": made}


class _Page:
    """One sheet being written."""

    def __init__(self, book: Any, formats: dict[str, Any], material: Material, sheet: Sheet) -> None:
        self.page = book.add_worksheet(text("sheets", sheet.key, "zh"))
        self.formats, self.material, self.sheet = formats, material, sheet
        self.widths = _widths(sheet)

    def write(self) -> None:
        """Write the top lines, every block, and how the sheet is seen and printed."""
        self._write_top()
        row = _FIRST_ROW
        for block in self.sheet.blocks:
            row = self._write_block(row, block)
        self._set_view()
        self._set_print()

    def _write_top(self) -> None:
        self.page.set_row(0, 26)
        names = " ".join(both("sheets", self.sheet.key).split("\n"))
        self._text(0, 0, f"{names} · {self.material.title}", "title")
        self._text(1, 0, self.material.notice, "notice")
        said = [text("notes", self.sheet.key, language) for language in ("zh", "en")]
        said += [sentence for language in ("zh", "en") for sentence in people_words(self.material, language)[:1]]
        self._text(2, 0, " ".join(said), "note")

    def _write_block(self, row: int, block: Block) -> int:
        """Write a block from `row` on; return the row where the next may begin."""
        if block.heading:
            self.page.set_row(row, 24)
            self._text(row, 0, both("headings", block.heading).replace("\n", " · "), "heading")
            row += 1
        self._write_header(row, block)
        for offset, cells in enumerate(block.rows, start=1):
            self._write_row(row + offset, block, cells)
        if not block.rows:
            self._text(row + 1, 0, both("overview", "none").replace("\n", " · "), "note")
        return row + max(1, len(block.rows)) + 2

    def _write_header(self, row: int, block: Block) -> None:
        names = [both("columns", column.key) for column in block.columns]
        self.page.set_row(row, 6 + _LINE_POINTS * max(map(_lines, names, self.widths)))
        for number, name in enumerate(names):
            self._text(row, number, name, "header")

    def _write_row(self, row: int, block: Block, cells: list[object]) -> None:
        wrapped = [
            _lines(plain(value), width)
            for column, value, width in zip(block.columns, cells, self.widths, strict=False)
            if column.kind in ("long", "item")
        ]
        if wrapped and max(wrapped) > 1:
            self.page.set_row(row, 2 + _LINE_POINTS * min(_MOST_LINES, max(wrapped)))
        for number, (column, value) in enumerate(zip(block.columns, cells, strict=True)):
            self._cell(row, number, column, value)

    def _cell(self, row: int, number: int, column: Column, value: object) -> None:
        if value is None or pd.isna(value):
            self.page.write_blank(row, number, None, self.formats["text"])
        elif column.kind == "status":
            self._text(row, number, text("statuses", str(value), self.material.language), str(value))
        elif isinstance(value, bool) or column.kind == "flag":
            self._text(row, number, text("flags", "yes" if value else "no", self.material.language), "flag")
        elif hasattr(value, "__float__") and not isinstance(value, str):
            self.page.write_number(row, number, float(value), self.formats[_number_format(column, float(value))])
        else:
            self._text(row, number, value, column.kind if column.kind in ("long", "item") else "text")

    def _text(self, row: int, number: int, value: object, style: str) -> None:
        self.page.write_string(row, number, plain(value)[:_LONGEST_TEXT], self.formats[style])

    def _set_view(self) -> None:
        for number, width in enumerate(self.widths):
            self.page.set_column(number, number, width)
        if len(self.sheet.blocks) == 1:
            block = self.sheet.blocks[0]
            last = _FIRST_ROW + max(1, len(block.rows))
            self.page.freeze_panes(_FIRST_ROW + 1, self.sheet.frozen)
            self.page.autofilter(_FIRST_ROW, 0, last, len(block.columns) - 1)
        else:
            self.page.freeze_panes(_FIRST_ROW, 0)
        self.page.hide_gridlines(2)

    def _set_print(self) -> None:
        if len(self.sheet.blocks) == 1:
            self.page.repeat_rows(_FIRST_ROW)
        self.page.set_landscape()
        self.page.set_paper(8)  # A3
        self.page.fit_to_pages(1, 0)
        self.page.set_footer(f"&L{plain(self.material.notice).replace('&', '&&')[:200]}&R&P / &N")


def _widths(sheet: Sheet) -> list[int]:
    """Return the width of each column of the sheet: the widest that one of its blocks asks for."""
    count = max(len(block.columns) for block in sheet.blocks)
    asked = [
        [block.columns[number].width for block in sheet.blocks if number < len(block.columns)]
        for number in range(count)
    ]
    return [max(widths) for widths in asked]


def _lines(words: str, width: int) -> int:
    """Return how many lines a text takes in a column of so many characters; a Chinese one is two wide."""
    wide = [sum(2.0 if ord(character) > 0x2E7F else 1.1 for character in line) for line in words.split("\n")]
    return sum(max(1, math.ceil(size / max(1, width - 2))) for size in wide)


def _number_format(column: Column, value: float) -> str:
    if column.kind in ("year", "share", "item"):
        return column.kind
    return "whole" if column.kind == "whole" or value.is_integer() else "number"
