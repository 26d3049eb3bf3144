"""How two tables are compared and what is said about it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.verify.outcome import compare, of_faults, plain, together


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (pd.NA, ""), (np.nan, ""), (True, "True"), (np.bool_(False), "False"), (5.0, "5"), ("5.0", "5"),
     (-2, "-2"), (0.25, "0.25"), ("v1.0", "v1.0"), ("007", "007"), ("1.05", "1.05")],
)  # fmt: skip
def test_values_read_as_a_table_would_hold_them(value: object, text: str) -> None:
    """Unknown is empty, whole numbers have no decimals, text stays."""
    assert plain(value) == text


def test_numbers_are_equal_but_for_the_last_digits() -> None:
    """A relative 1e-9 is rounding; more is a difference."""
    run = pd.DataFrame({"id": ["a", "b", "c"], "n": ["0.30000000000000004", "1e6", ""], "s": ["met", "met", ""]})
    again = pd.DataFrame({"id": ["a", "b", "c"], "n": [0.3, 1_000_001, None], "s": ["met", "gap", None]})
    outcome = compare("t", run, again, keys=["id"], figures=["n", "s"])
    assert outcome.agreeing == 4
    assert outcome.different["key"].tolist() == ["b", "b"]
    assert outcome.different["in_run"].tolist() == ["1e6", "met"]


def test_rows_of_one_side_only_are_missing() -> None:
    """A row that only the run or only the new measure has is told with its side."""
    run, again = (pd.DataFrame({"id": [name, "x"], "year": [2026, None], "n": [1, 1]}) for name in "ab")
    outcome = compare("t", run, again, keys=["id", "year"], figures=["n"])
    assert outcome.missing.to_numpy().tolist() == [["t", "a 2026", "the run"], ["t", "b 2026", "the new measure"]]
    assert "missing: t a 2026, only in the run" in outcome.summary("en")


def test_a_key_that_occurs_twice_is_a_fault() -> None:
    """Two rows of one key are told, not compared by chance."""
    run = pd.DataFrame({"id": ["a", "a"], "n": [1, 2]})
    outcome = compare("t", run, run[:1], keys=["id"], figures=["n"])
    assert not outcome.ok
    assert "found several of a" in outcome.faults[0]


def test_nothing_compared_is_not_verified() -> None:
    """An empty comparison proves nothing."""
    assert not of_faults([]).ok
    assert of_faults([], checks=1).ok


@pytest.mark.parametrize("language", ["zh", "en"])
def test_long_lists_are_cut(language: str) -> None:
    """Twenty lines of a kind and how many more; in both languages."""
    outcome = together([of_faults([f"fault {number}" for number in range(25)], checks=30)])
    lines = outcome.summary(language).splitlines()
    assert len(lines) == 22
    assert "5" in lines[-1]
    assert outcome.agreeing == 5
