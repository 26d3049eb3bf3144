"""Text from outside, made safe."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.report.plain import guarded, plain, unguarded


@given(st.text())
def test_guard_undone_exactly(words: str) -> None:
    """Whatever a text begins with, taking the guard off gives the text back."""
    assert unguarded(guarded(words)) == words


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_formula_begins_a_guarded_text(start: str) -> None:
    """A text that a spreadsheet would run begins with an apostrophe."""
    assert guarded(start + "1+1").startswith("'")


@pytest.mark.parametrize("missing", [None, pd.NA, pd.NaT, float("nan")])
def test_missing_is_empty(missing: object) -> None:
    """What is absent is an empty text, not the word nan."""
    assert plain(missing) == ""


def test_control_and_half_characters_dropped() -> None:
    """No control character and no half of a surrogate pair is left."""
    assert plain("a\x00b\x1bc\ud800") == "abc?"
    assert plain("tab\tline\r\nline\rline\n") == "tab\tline\nline\nline\n"
