"""CSV to a table of texts, and what any table of texts must have."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from planner.errors import LayerError, fault, shortened
from planner.layers.guard import MAX_ROWS
from planner.layers.log import FaultLog
from planner.layers.text import encoding_of

FIRST_LINE = 2  # the header is line 1
_HEAD = 1_000_000  # bytes in which the header ends
_BLOCK = 2**24
_BOM = b"\xef\xbb\xbf"
_TEXT = pd.StringDtype(na_value=np.nan)


def read_csv(path: Path, *, encoding: str | None, layer: str, log: FaultLog) -> pd.DataFrame:
    """Return a CSV file as texts, "" where a cell is empty, indexed by the line of the record.

    Raises
    ------
    LayerError
        If it cannot be decoded, its header lacks or repeats a name, a record has more cells than the
        header, or there are more than `MAX_ROWS` records.
    """
    content = path.read_bytes()
    chosen = encoding_of(content, declared=encoding, layer=layer, log=log)
    head = content[:_HEAD].decode(chosen, errors="ignore")
    names = next(csv.reader(io.StringIO(head)), [])
    fast = _read_even(content, chosen, len(names))
    return table_of(_read_uneven(content.decode(chosen), len(names), layer) if fast is None else fast, names, layer)


def _read_even(content: bytes, encoding: str, width: int) -> pd.DataFrame | None:
    """Return the records of a file in which all have as many cells as the header; None where that is not so.

    Arrow reads two million rows in seconds, in little more memory than the file takes.
    """
    start = len(_BOM) if encoding == "utf-8-sig" and content.startswith(_BOM) else 0
    end = len(content)
    while end > start and content[end - 1] in b"\r\n":  # blank lines at the end are no records
        end -= 1
    if content.count(b"\n") > MAX_ROWS + 1 or not width or b"\0" in content or content.count(b'"') % 2:
        return None
    names = [str(number) for number in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(content).slice(start, end - start)),
            read_options=arrow_csv.ReadOptions(
                column_names=names, block_size=_BLOCK, encoding="utf8" if encoding == "utf-8-sig" else encoding
            ),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=b'"' in content, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowException, UnicodeDecodeError, LookupError):
        return None
    return table.slice(1).to_pandas(types_mapper={pa.large_string(): _TEXT}.get)


def _read_uneven(text: str, width: int, layer: str) -> pd.DataFrame:
    """Return the records of a file of which some are shorter than the header, or blank."""
    expected = f"{width} cells in every line of {layer}"
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            dtype="str",
            keep_default_na=False,
            na_filter=False,
            nrows=MAX_ROWS + 1,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise LayerError(fault(expected, " ".join(str(error).split()), "correct that line")) from None
    if not isinstance(frame.index, pd.RangeIndex):  # pandas takes surplus cells of the first record for an index
        raise LayerError(fault(expected, "more in line 2", "name every column in the first line"))
    # pandas pads a short record with NaN, even without a filter for NaN
    return frame.fillna("").astype("str")


def table_of(frame: pd.DataFrame, names: Sequence[str], layer: str, *, first_line: int = FIRST_LINE) -> pd.DataFrame:
    """Return texts under their header, without blank lines and blank columns, indexed by line.

    Parameters
    ----------
    frame
        One column per name.
    names
        The header.
    layer
        What faults name.
    first_line
        Line of the first record, from 1.

    Raises
    ------
    LayerError
        If the header lacks or repeats a name, or there are more than `MAX_ROWS` records.
    """
    if len(frame) > MAX_ROWS:
        raise LayerError(fault(f"at most {MAX_ROWS:,} rows in {layer}", "more", "split the layer"))
    texts = frame.set_axis(pd.RangeIndex(first_line, first_line + len(frame)), axis=0)
    headed = [name.strip() for name in names]
    named = [bool(name) or not (texts.iloc[:, at] == "").all() for at, name in enumerate(headed)]
    kept = [name for name, keep in zip(headed, named, strict=True) if keep]
    _check_header(kept, layer)
    texts = texts.loc[:, named].set_axis(kept, axis=1)
    blank = _blank(texts)
    return texts[~blank] if blank.any() else texts


def _blank(texts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which records hold nothing."""
    blank = np.ones(len(texts), dtype=np.bool_)
    for name in texts.columns:
        if blank.any():
            blank &= (texts[name] == "").to_numpy(dtype=np.bool_)
    return blank


def _check_header(names: Sequence[str], layer: str) -> None:
    if not names:
        raise LayerError(fault(f"column names in the first line of {layer}", "none", "add a header line"))
    if "" in names:
        found = f"none for column {names.index('') + 1}"
        raise LayerError(fault(f"a name for every column of {layer}", found, "name the column in the first line"))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LayerError(fault(f"each column name of {layer} once", f"{shortened(twice)} twice", "rename one of them"))
