from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source
from planner.layers.delimited import _read_even, _read_uneven, read_csv, table_of

CELLS = st.text(st.sampled_from('a1,"\n 中，'), max_size=5)


def test_cells_stay_texts_and_keep_their_line(write: Callable[..., Path], log: FaultLog) -> None:
    """Codes keep their leading zeros, NA stays a text, blank lines are no rows, the index is the line."""
    path = write("a.csv", 'code,name\n0123,NA\n\n210202,"一,二"\n')
    frame = read_csv(path, encoding=None, layer="a.csv", log=log)
    assert frame.to_dict("list") == {"code": ["0123", "210202"], "name": ["NA", "一,二"]}
    assert list(frame.index) == [2, 4]


def test_short_records_are_padded(write: Callable[..., Path], log: FaultLog) -> None:
    """A record with too few cells has empty ones."""
    frame = read_csv(write("a.csv", "a,b,c\n1,2\n"), encoding=None, layer="a.csv", log=log)
    assert frame.iloc[0].to_dict() == {"a": "1", "b": "2", "c": ""}


def test_trailing_commas_in_the_header_are_forgiven(write: Callable[..., Path], log: FaultLog) -> None:
    """A nameless column without any cell is left away."""
    frame = read_csv(write("a.csv", "a,b,\n1,2,\n"), encoding=None, layer="a.csv", log=log)
    assert list(frame.columns) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a,b\n1,2,3\n", "more in line 2"),
        ("a,b\n1,2\n1,2,3\n", "saw 3"),
        ("a,a\n1,2\n", "a twice"),
        ("a,,c\n1,2,3\n", "none for column 2"),
        ("\n", "^expected "),
        ('a,b\n1,"2\n', "^expected "),
    ],
)
def test_broken_tables_are_one_sentence(text: str, found: str, write: Callable[..., Path], log: FaultLog) -> None:
    """Surplus cells, repeated and missing names, and open quotes are told."""
    with pytest.raises(LayerError, match=found) as caught:
        read_source(LayerSource(path=write("a.csv", text)), crs="EPSG:4550", log=log)
    assert len(caught.value.faults) == 1
    assert "\n" not in caught.value.faults[0]


@given(
    st.data(), st.integers(1, 4), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])
)
def test_any_table_comes_back_as_it_was_written(data: st.DataObject, width: int, end: str, encoding: str) -> None:
    """Quotes, commas and line ends in cells, in either encoding, are what Python's own csv writer put there."""
    rows = data.draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6))
    names = [f"列{number}" for number in range(width)]
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([names, *rows])
    content = text.getvalue().encode(encoding)
    fast = _read_even(content, "utf-8-sig" if encoding.startswith("utf") else encoding, width)
    slow = table_of(_read_uneven(text.getvalue(), width, "a"), names, "a")
    if fast is not None:
        pd.testing.assert_frame_equal(table_of(fast, names, "a"), slow)
    assert slow.to_numpy().tolist() == [row for row in rows if any(row)]


@given(st.text(st.sampled_from('ab,"\n\r 中'), max_size=30))
def test_both_ways_of_reading_agree_on_any_text(body: str) -> None:
    """Where Arrow reads a text at all, however odd, pandas reads the same."""
    text = "x,y\n" + body
    fast = _read_even(text.encode(), "utf-8", 2)
    if fast is not None:
        slow = _read_uneven(text, 2, "a")
        pd.testing.assert_frame_equal(table_of(fast, ["x", "y"], "a"), table_of(slow, ["x", "y"], "a"))
