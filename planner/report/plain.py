"""Text from outside, made safe to write: no control characters, no half characters, no formulas."""

from __future__ import annotations

import re

import pandas as pd

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


def plain(value: object) -> str:
    """Return a value as text that every format can hold; "" for None and missing values.

    Returns become newlines (a spreadsheet file would break at them), other control characters but the tab are dropped,
    halves of surrogate pairs become "?".
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):  # noqa: PLR0124
        return ""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode("utf-8")


def guarded(text: str) -> str:
    """Return a text that no spreadsheet reads as a formula.

    A text that begins with one of ``= + - @``, their full-width forms, tab, return, newline or an apostrophe gets an
    apostrophe before it. `unguarded` undoes exactly that, so ids survive the round trip.
    """
    return f"'{text}" if text.startswith(_GUARDED) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text.removeprefix("'")
