from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import Faults, LayerError
from planner.layers.values import as_booleans, as_integers, as_numbers, as_texts


def _numbers(cells: list[object]) -> list[float]:
    faults = Faults()
    numbers = as_numbers(pd.Series(cells), column="c", layer="x.csv", faults=faults)
    faults.raise_if_any(LayerError)
    return [float(number) for number in numbers]


def test_numbers_as_a_person_writes_them() -> None:
    """Spaces, full-width digits and thousands commas are read."""
    assert _numbers([" 12 ", "１，２３４", "1,234.5", "-3e2"]) == [12.0, 1234.0, 1234.5, -300.0]


@pytest.mark.parametrize("cell", ["abc", "1,23", "inf", "-inf", "nan", "1_000", "12人"])
def test_other_texts_are_faults(cell: str) -> None:
    """What is no finite number is told with its row, never guessed or filled."""
    with pytest.raises(LayerError, match=f'found "{cell}" in row 0'):
        _numbers([cell])


def test_up_to_three_cells_are_named() -> None:
    """Three cells are shown, the others counted."""
    with pytest.raises(LayerError, match=r'"a" in row 0, "b" in row 1, "c" in row 2 and 2 more'):
        _numbers(["a", "b", "c", "d", "e"])


@given(
    st.lists(st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False)), min_size=1)
)
def test_numbers_written_out_come_back(values: list[float]) -> None:
    """Any finite number survives being written as text."""
    assert _numbers([repr(value) for value in values]) == [float(value) for value in values]


def test_integers_are_whole_or_missing() -> None:
    """2020.0 is a year, an empty cell is missing, 2020.5 is a fault."""
    faults = Faults()
    years = as_integers(pd.Series(["2020", "2020.0", ""]), column="year", layer="x.csv", faults=faults)
    assert years.dtype == "Int64"
    assert list(years.fillna(0)) == [2020, 2020, 0]
    as_integers(pd.Series([2020.5]), column="year", layer="x.csv", faults=faults)
    with pytest.raises(LayerError, match="whole numbers"):
        faults.raise_if_any(LayerError)


def test_booleans_in_both_languages() -> None:
    """true/false, 是/否 and 1/0 in any case and type are read; anything else is told."""
    faults = Faults()
    truth = as_booleans(pd.Series(["true", "FALSE", "是", "否", "1", "0", ""]), column="b", layer="x", faults=faults)
    assert truth.dtype == "boolean"
    assert list(truth.astype("object").fillna("?")) == [True, False, True, False, True, False, "?"]
    assert list(as_booleans(pd.Series([True, False]), column="b", layer="x", faults=faults)) == [True, False]
    as_booleans(pd.Series(["也许"]), column="b", layer="x.csv", faults=faults)
    with pytest.raises(LayerError, match="也许"):
        faults.raise_if_any(LayerError)


def test_texts_of_numeric_columns_keep_no_decimals() -> None:
    """A code that a file holds as a float is the code again; a fraction stays one."""
    assert list(as_texts(pd.Series([210202.0, np.nan]))) == ["210202", ""]
    assert list(as_texts(pd.Series([1.5]))) == ["1.5"]
    assert list(as_texts(pd.Series([" a ", None], dtype="object"))) == ["a", ""]
