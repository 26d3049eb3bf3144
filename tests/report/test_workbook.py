"""findings.xlsx."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from planner.report import Material
from planner.report.workbook import write_workbook
from tests.report.synthetic import HOSTILE

SHEETS = [
    "概览", "指标核查", "分年计划", "未达成原因", "覆盖", "候选地筛选", "用地规则与适配", "地块适用设施", "选址用地",
    "数据问题", "来源与标准",
]  # fmt: skip
HEADERS = {
    "指标核查": ["任务编号\nMandate id", "原文\nQuote", "单元代码\nUnit code", "单元名称\nUnit", "层级\nLevel"],
    "分年计划": ["建成年\nComplete", "开工年\nStart", "名称\nName", "设施类别\nService", "措施\nAction"],
    "未达成原因": ["任务编号\nMandate id", "原文\nQuote", "单元代码\nUnit code", "单元名称\nUnit"],
    "覆盖": ["设施类别\nService", "标准编号\nStandard id", "方式\nMode", "度量\nMeasure"],
    "候选地筛选": ["候选地编号\nSite id", "候选地名称\nSite", "是否排除\nExcluded"],
    "数据问题": ["图层\nLayer", "行\nRow", "问题代码\nCode", "问题\nFault (Chinese)", "问题（英文）\nFault"],
}


@pytest.fixture(scope="module")
def book(written: Path) -> Workbook:
    """Return the workbook, read back."""
    return openpyxl.load_workbook(written / "findings.xlsx")


def _texts(book: Workbook) -> set[str]:
    return {cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}


def test_no_cell_is_a_formula_or_a_link(book: Workbook) -> None:
    """Names that begin like formulas or addresses stay text."""
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert any(str(cell.value).startswith("=") for cell in cells), "the hostile names are in the workbook"


def test_hostile_names_stand_as_they_are(book: Workbook) -> None:
    """Names of sites are in the plan sheet letter for letter."""
    names = {row[2].value for row in book["分年计划"].iter_rows(min_row=5)}
    assert len(names & set(HOSTILE)) >= 5


def test_sheets_and_headers(book: Workbook) -> None:
    """Sheets, their order and their headers are what people and macros know."""
    assert book.sheetnames == SHEETS
    for name, headers in HEADERS.items():
        assert [cell.value for cell in book[name][4]][: len(headers)] == headers


def test_notice_on_every_sheet(book: Workbook, material: Material) -> None:
    """Each sheet says what the data must not be taken for."""
    assert {sheet["A2"].value for sheet in book} == {material.notice}


def test_filters_and_frozen_headers(book: Workbook) -> None:
    """Sheets of one table can be filtered, and keep their header in sight."""
    for name in HEADERS:
        assert book[name].auto_filter.ref
        assert book[name].freeze_panes


def test_statuses_have_words_and_colours(book: Workbook) -> None:
    """A status is a word on its own colour."""
    sheet = book["指标核查"]
    column = [cell.value for cell in sheet[4]].index("现状结果\nStatus before") + 1
    fills = {
        sheet.cell(row, column).value: sheet.cell(row, column).fill.fgColor.rgb for row in range(5, sheet.max_row + 1)
    }
    assert set(fills) == {"达标", "未达标", "无法核查"}
    assert len(set(fills.values())) == 3


def test_findings_have_one_row_each(book: Workbook, material: Material) -> None:
    """The sheet of findings has as many rows as there are findings."""
    assert book["指标核查"].max_row - 4 == len(material.findings_after)


def test_both_rates_are_named(book: Workbook) -> None:
    """Share of people and share of places stand side by side, each named."""
    assert {"人口覆盖率", "居住点覆盖率"} <= _texts(book)


def test_costs_in_wan_yuan(book: Workbook, material: Material) -> None:
    """Costs are in 万元 and add up to the plan's."""
    sheet = book["分年计划"]
    column = [cell.value for cell in sheet[4]].index("费用（万元）\nCost (10,000 yuan)") + 1
    costs = [sheet.cell(row, column).value for row in range(5, sheet.max_row + 1)]
    assert sum(costs) * 10_000 == material.plan_options["cost_yuan"].sum()


def test_closed_findings_are_named(book: Workbook) -> None:
    """What an option closes is told by mandate and unit, not by keys."""
    closes = [row[10].value for row in book["分年计划"].iter_rows(min_row=5)]
    told = [cell for cell in closes if cell and "kindergarten.township-central: " in cell]
    assert told
    assert not [cell for cell in told if "|" in cell]


def test_english_first(material: Material, tmp_path: Path) -> None:
    """In an English study statuses and reasons are English."""
    write_workbook(replace(material, language="en"), tmp_path)
    assert {"gap", "no facility"} <= _texts(openpyxl.load_workbook(tmp_path / "findings.xlsx"))


def test_not_writable_is_a_system_error(material: Material, tmp_path: Path) -> None:
    """A folder that is not there is told as the system tells it."""
    with pytest.raises(OSError, match="No such file"):
        write_workbook(material, tmp_path / "missing")
