"""A sheet of a workbook to a table of texts: lists as people keep them, with a title above and merged cells."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pandas as pd

from planner.errors import LayerError, fault, shortened
from planner.layers.delimited import table_of
from planner.layers.guard import MAX_ROWS
from planner.layers.log import FaultLog

_MAX_MERGED_BYTES = 2**26
"""Of sheets with merged cells, unpacked: these are read whole, at some fifty times their size in memory."""
_CHUNK = 2**20
_MERGE = b"<mergeCell "

Records = list[list[str]]


class Merge(NamedTuple):
    """A merged range: first and last row and column, counted from 0."""

    top: int
    bottom: int
    left: int
    right: int


def read_xlsx(path: Path, *, sheet: str | None, layer: str, log: FaultLog) -> pd.DataFrame:
    """Return a sheet of a workbook as texts, "" where a cell is empty, indexed by the row in the sheet.

    A merged cell stands for every row that it spans. Lines above the header in which one cell is filled are a title.
    A header of several lines, as its merged cells show, gives each column its lowest name, or all of them joined with
    ``_`` where that one is not its own.

    Raises
    ------
    LayerError
        If the workbook or the sheet cannot be read, or its header lacks or repeats a name.
    """
    merged = _has_merged_cells(path)
    records, merges = _records(path, sheet=sheet, whole=merged)
    width = max(map(len, records), default=0)
    padded = [record + [""] * (width - len(record)) for record in records]
    title = _title_lines(padded, merges)
    depth = _header_lines(padded, merges, title)
    _tell(layer, log, title=[row for row in range(title) if any(padded[row])], merges=_below(merges, title))
    names = _names(padded, merges, title, depth)
    rows = _spread(padded, [merge for merge in merges if merge.top >= title + depth], sideways=False)[title + depth :]
    body = pd.DataFrame(rows, dtype="str", columns=range(width))
    return table_of(body, names, layer, first_line=title + depth + 1)


def _records(path: Path, *, sheet: str | None, whole: bool) -> tuple[Records, list[Merge]]:
    """Return the cells of a sheet and its merged ranges; the library knows these only where it reads it whole."""
    try:
        book = openpyxl.load_workbook(path, read_only=not whole, data_only=True)
    except Exception as error:  # noqa: BLE001 - the library lets many kinds through
        found = " ".join(str(error).split()) or type(error).__name__
        raise LayerError(fault(f"a workbook in {path.name}", found, "save it again as .xlsx")) from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            do = "correct the layer's name"
            raise LayerError(fault(f"a sheet {sheet!r} in {path.name}", shortened(book.sheetnames), do))
        page: Any = book[sheet or book.sheetnames[0]]
        rows = zip(page.iter_rows(values_only=True), range(MAX_ROWS + 2), strict=False)
        records = [[_cell(value) for value in row] for row, _ in rows]
        ranges = page.merged_cells.ranges if whole else ()
        return records, sorted(Merge(at.min_row - 1, at.max_row - 1, at.min_col - 1, at.max_col - 1) for at in ranges)
    finally:
        book.close()


def _has_merged_cells(path: Path) -> bool:
    """Return whether any sheet has merged cells.

    Raises
    ------
    LayerError
        If one has, and is too large to be read whole.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            sheets = [entry for entry in archive.infolist() if entry.filename.startswith("xl/worksheets/")]
            merged = [entry for entry in sheets if _holds(archive, entry)]
    except (zipfile.BadZipFile, OSError):
        return False  # what is wrong with it is told where it is read
    if sum(entry.file_size for entry in merged) > _MAX_MERGED_BYTES:
        do = "undo the merging, or save the sheet as CSV"
        raise LayerError(fault(f"no merged cells in a sheet as large as that of {path.name}", "some", do))
    return bool(merged)


def _holds(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    last = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            if _MERGE in last + chunk:
                return True
            last = chunk[-len(_MERGE) :]
    return False


def _title_lines(records: Records, merges: Sequence[Merge]) -> int:
    """Return how many lines stand above the header: blank ones, and those with their first or a wide cell alone."""
    wide = {(merge.top, merge.left) for merge in merges if merge.right > merge.left}
    for row, record in enumerate(records):
        filled = [column for column, text in enumerate(record) if text]
        if len(filled) > 1 or (filled and filled != [0] and (row, filled[0]) not in wide):
            return row
    return 0


def _header_lines(records: Records, merges: Sequence[Merge], start: int) -> int:
    """Return how many lines the header has: as many as a cell of its first line spans, two under a wide one."""
    at = [merge for merge in merges if merge.top == start]
    deepest = max((merge.bottom - start + 1 for merge in at), default=1)
    wide = {column for merge in at if merge.right > merge.left for column in range(merge.left, merge.right + 1)}
    below = records[start + 1] if wide and start + 1 < len(records) else []
    names = {column for column, text in enumerate(below) if text}
    return max(deepest, 2 if wide and names and names <= wide else 1)


def _names(records: Records, merges: Sequence[Merge], start: int, depth: int) -> list[str]:
    header = _spread(records[: start + depth], [merge for merge in merges if merge.top >= start], sideways=True)[start:]
    stacks = [
        list(dict.fromkeys(text.strip() for text in column if text.strip())) for column in zip(*header, strict=True)
    ]
    lowest = [stack[-1] if stack else "" for stack in stacks]
    return [
        name if depth == 1 or lowest.count(name) == 1 else "_".join(stack)
        for name, stack in zip(lowest, stacks, strict=True)
    ]


def _spread(records: Records, merges: Iterable[Merge], *, sideways: bool) -> Records:
    """Return the cells with the value of each merged range in all its rows, and columns if `sideways`."""
    out = [list(record) for record in records]
    for merge in merges:
        for row in range(merge.top, min(merge.bottom + 1, len(out))):
            for column in range(merge.left, merge.right + 1 if sideways else merge.left + 1):
                out[row][column] = records[merge.top][merge.left]
    return out


def _below(merges: Iterable[Merge], title: int) -> list[Merge]:
    return [merge for merge in merges if merge.top >= title and merge.bottom > merge.top]


def _tell(layer: str, log: FaultLog, *, title: list[int], merges: list[Merge]) -> None:
    if title:
        lines = ", ".join(str(row + 1) for row in title)
        log.note(
            layer, "title_lines",
            f"第 {lines} 行只有一格有字，视为表头之上的标题",
            f"Line {lines} with one filled cell taken for a title above the header",
            "如不对，请删去标题行，使表头在第一行",
        )  # fmt: skip
    if merges:
        log.note(
            layer, "merged_cells",
            f"{len(merges)} 个跨行合并单元格，其值用于所跨的每一行",
            f"{len(merges)} merged cells that span rows count for every row they span",
            "如不对，请取消合并，逐行填写",
        )  # fmt: skip


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
