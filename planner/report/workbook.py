"""findings.xlsx: the one file that speaks to the spreadsheet library.

Every text is written as text, whatever it begins with: no cell can become a formula, a link or a number.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from planner.report.catalogue import both, text
from planner.report.material import Material
from planner.report.overview import overview_sheet, sources_sheet
from planner.report.plain import plain
from planner.report.sheets import Block, Column, Sheet, detail_sheets

_LONGEST_TEXT = 32_000  # a cell holds 32,767 characters
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
_HEADER_ROW = 3
_FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 15, "font_color": "#12344D", "valign": "vcenter"},
    "notice": {"font_color": "#A33A00", "bold": True},
    "note": {"font_color": "#555555"},
    "heading": {"bold": True, "font_size": 12, "font_color": "#12344D", "bottom": 2, "bottom_color": "#12344D"},
    "header": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": "#2B5876",
        "text_wrap": True,
        "valign": "vcenter",
        "border": 1,
        "border_color": "#FFFFFF",
    },
    "text": {"text_wrap": True},
    "year": {"num_format": "0", "align": "left"},
    "whole": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.##"},
    "share": {"num_format": "0.0%"},
    "flag": {"align": "center"},
    "met": {"bg_color": "#D6EAF8", "font_color": "#0B4F7A", "align": "center"},
    "gap": {"bg_color": "#FBD9C6", "font_color": "#8A2B00", "bold": True, "align": "center"},
    "not_evaluable": {"bg_color": "#E3E3E3", "font_color": "#444444", "align": "center", "pattern": 1},
}


def write_workbook(material: Material, folder: Path) -> None:
    """Write findings.xlsx.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    sheets = [overview_sheet(material), *detail_sheets(material), sources_sheet(material)]
    try:
        with xlsxwriter.Workbook(str(folder / "findings.xlsx"), _OPTIONS) as book:
            book.set_properties(
                {
                    "title": plain(material.title),
                    "comments": plain(material.notice),
                    "created": datetime(material.base_year, 1, 1, tzinfo=UTC).replace(tzinfo=None),
                }
            )
            formats = {name: book.add_format({**_FONT, **style}) for name, style in _FORMATS.items()}
            for sheet in sheets:
                _Page(book, formats, material, sheet).write()
    except XlsxWriterException as error:
        cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else error
        raise cause if isinstance(cause, OSError) else OSError(str(cause)) from error


class _Page:
    """One sheet being written."""

    def __init__(self, book: Any, formats: dict[str, Any], material: Material, sheet: Sheet) -> None:
        self.page = book.add_worksheet(both("sheets", sheet.key).split("\n")[0])
        self.formats, self.material, self.sheet = formats, material, sheet

    def write(self) -> None:
        self._write_top()
        row = _HEADER_ROW
        for block in self.sheet.blocks:
            row = self._write_block(row, block)
        self._set_view(self.sheet.blocks[0])

    def _write_top(self) -> None:
        self.page.set_row(0, 26)
        self._text(0, 0, f"{' '.join(both('sheets', self.sheet.key).split())} · {self.material.title}", "title")
        self._text(1, 0, self.material.notice, "notice")
        self._text(2, 0, " ".join(text("notes", self.sheet.key, language) for language in ("zh", "en")), "note")

    def _write_block(self, row: int, block: Block) -> int:
        """Write a block from `row` on; return the row where the next may begin."""
        if block.heading:
            words = both("headings", block.heading).replace("\n", " · ")
            for number in range(len(block.columns)):
                self._text(row, number, words if number == 0 else "", "heading")
            row += 1
        self.page.set_row(row, 44)
        for number, column in enumerate(block.columns):
            self._text(row, number, both("columns", column.key), "header")
        for offset, cells in enumerate(block.rows, start=1):
            for number, (column, value) in enumerate(zip(block.columns, cells, strict=True)):
                self._cell(row + offset, number, column, value)
        return row + len(block.rows) + 2

    def _set_view(self, first: Block) -> None:
        for number, column in enumerate(first.columns):
            self.page.set_column(number, number, column.width)
        if len(self.sheet.blocks) == 1:
            self.page.freeze_panes(_HEADER_ROW + 1, self.sheet.frozen)
            self.page.autofilter(_HEADER_ROW, 0, _HEADER_ROW + max(1, len(first.rows)), len(first.columns) - 1)
            self.page.repeat_rows(_HEADER_ROW)
        else:
            self.page.freeze_panes(_HEADER_ROW, 0)
        self.page.hide_gridlines(2)
        self.page.set_landscape()
        self.page.set_paper(8)  # A3
        self.page.fit_to_pages(1, 0)
        self.page.set_footer(f"&L{plain(self.material.notice).replace('&', '&&')[:200]}&R&P / &N")

    def _cell(self, row: int, column: int, described: Column, value: object) -> None:
        if value is None or pd.isna(value):
            return
        if described.kind == "status":
            self._text(row, column, text("statuses", str(value), self.material.language), str(value))
        elif isinstance(value, bool) or described.kind == "flag":
            self._text(row, column, text("flags", "yes" if value else "no", self.material.language), "flag")
        elif hasattr(value, "__float__") and not isinstance(value, str):
            kind = described.kind if described.kind in self.formats and described.kind != "text" else _kind_of(value)
            self.page.write_number(row, column, float(value), self.formats[kind])
        else:
            self._text(row, column, value, "text")

    def _text(self, row: int, column: int, value: object, style: str) -> None:
        self.page.write_string(row, column, plain(value)[:_LONGEST_TEXT], self.formats[style])


def _kind_of(number: Any) -> str:
    return (
        "whole"
        if float(number).is_integer() and abs(float(number)) >= 10_000
        else "year"
        if float(number).is_integer()
        else "number"
    )
