"""Workbooks as people keep them: titles, merged cells, headers of two lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from planner.errors import LayerError
from planner.layers import FaultLog, workbook
from planner.layers.workbook import read_xlsx


def _book(folder: Path, rows: Sequence[Sequence[object]], merges: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def test_workbooks_read_like_tables(tmp_path: Path, log: FaultLog) -> None:
    """Numbers without decimals, empty cells, blank rows and a named sheet are read as a CSV would be."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("学校")
    for row in (["code", "name", None], [210202, "一", None], [None, None, None], [2.5, None, None]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    frame = read_xlsx(tmp_path / "a.xlsx", sheet="学校", layer="a.xlsx", log=log)
    assert frame.to_dict("list") == {"code": ["210202", "2.5"], "name": ["一", ""]}
    assert list(frame.index) == [2, 4]
    assert not len(log)


def test_a_list_with_a_title_and_merged_districts(tmp_path: Path, log: FaultLog) -> None:
    """The title is passed over, a merged district counts for each of its rows, and both are told."""
    rows = [
        ["某市幼儿园名单", None, None],
        ["区县", "名称", "班数"],
        ["甲区", "一", 3],
        [None, "二", 6],
        ["乙区", "三", 9],
    ]
    path = _book(tmp_path, rows, ["A1:C1", "A3:A4"])
    frame = read_xlsx(path, sheet=None, layer="a.xlsx", log=log)
    assert frame.to_dict("list") == {
        "区县": ["甲区", "甲区", "乙区"],
        "名称": ["一", "二", "三"],
        "班数": ["3", "6", "9"],
    }
    assert list(frame.index) == [3, 4, 5]
    assert sorted(log.to_frame()["code"]) == ["merged_cells", "title_lines"]


def test_a_first_column_without_a_name_makes_no_title(tmp_path: Path, log: FaultLog) -> None:
    """A header whose first cell is empty, as other programs write the number of the row, stays the header."""
    path = _book(tmp_path, [[None, "班数"], [0, 3], [1, 6]])
    with pytest.raises(LayerError, match="none for column 1"):
        read_xlsx(path, sheet=None, layer="a.xlsx", log=log)


def test_headers_of_two_lines(tmp_path: Path, log: FaultLog) -> None:
    """A name under a wide one is taken alone where it is its own, and joined with the wide one where it is not."""
    rows = [
        ["名称", "小学", None, "初中", None, "备注"],
        [None, "班数", "男生", "班数", "女生", None],
        ["一", 3, 50, 6, 70, "x"],
    ]
    path = _book(tmp_path, rows, ["A1:A2", "B1:C1", "D1:E1", "F1:F2"])
    frame = read_xlsx(path, sheet=None, layer="a.xlsx", log=log)
    assert list(frame) == ["名称", "小学_班数", "男生", "初中_班数", "女生", "备注"]
    assert frame.iloc[0].tolist() == ["一", "3", "50", "6", "70", "x"]
    assert list(frame.index) == [3]


def test_a_wide_header_over_a_line_of_names(tmp_path: Path, log: FaultLog) -> None:
    """Names that stand under a merged cell only belong to the header, too."""
    path = _book(tmp_path, [["名称", "坐标", None], [None, "x", "y"], ["一", 1, 2]], ["B1:C1"])
    assert list(read_xlsx(path, sheet=None, layer="a.xlsx", log=log)) == ["名称", "x", "y"]


def test_notes_merged_across_the_sheet_fill_one_cell(tmp_path: Path, log: FaultLog) -> None:
    """A note at the end, merged over all columns, is not spread over them."""
    path = _book(tmp_path, [["名称", "班数"], ["一", 3], ["注：截至2025年底", None]], ["A3:B3"])
    frame = read_xlsx(path, sheet=None, layer="a.xlsx", log=log)
    assert frame["班数"].tolist() == ["3", ""]


def test_a_sheet_that_is_not_there_is_told(tmp_path: Path, log: FaultLog) -> None:
    """The sheets that are there are named."""
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(LayerError, match="found Sheet"):
        read_xlsx(tmp_path / "a.xlsx", sheet="学校", layer="a.xlsx", log=log)
    with pytest.raises(LayerError, match="found none"):
        read_xlsx(tmp_path / "a.xlsx", sheet=None, layer="a.xlsx", log=log)


def test_a_damaged_workbook_is_one_sentence(tmp_path: Path, log: FaultLog) -> None:
    """An archive that is no workbook is told."""
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(LayerError, match=r"^expected a workbook in a.xlsx, found "):
        read_xlsx(tmp_path / "a.xlsx", sheet=None, layer="a.xlsx", log=log)


def test_merged_cells_of_a_huge_sheet_are_refused(
    tmp_path: Path, log: FaultLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet too large to be read whole must come without merged cells, and is told so."""
    monkeypatch.setattr(workbook, "_MAX_MERGED_BYTES", 100)
    path = _book(tmp_path, [["a", "b"], [1, 2], [None, 3]], ["A2:A3"])
    with pytest.raises(LayerError, match="undo the merging"):
        read_xlsx(path, sheet=None, layer="a.xlsx", log=log)
