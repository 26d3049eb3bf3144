"""Values as plain data: read back exactly, told apart by content."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_index_equal

from planner.packing import fingerprint, pack, unpack


class Colour(StrEnum):
    """An enum."""

    RED = "red"


class Key(NamedTuple):
    """A key of a mapping."""

    mode: str
    limit: int


@dataclass(frozen=True)
class Thing:
    """A dataclass that holds the others."""

    name: str
    share: float
    by_key: dict[Key, Any]


KINDS: dict[str, type] = {"Colour": Colour, "Key": Key, "Thing": Thing}

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


@given(plain)
def test_plain_values_come_back_as_they_were(value: object) -> None:
    """Whatever is nested how: the value read back equals the value kept, type by type."""
    again = unpack(pack(value), KINDS)
    assert again == value
    assert repr(again) == repr(value)


def test_classes_come_back_as_they_were() -> None:
    """Dataclasses, named tuples as keys, enums and arrays survive."""
    thing = Thing("甲", 0.1, {Key("walk", 3): Colour.RED, Key("drive", 4): np.arange(3, dtype=np.int32)})
    again = unpack(pack(thing), KINDS)
    assert again.name == thing.name
    assert again.by_key[Key("walk", 3)] is Colour.RED
    assert again.by_key[Key("drive", 4)].dtype == np.int32


def test_frames_come_back_as_they_were() -> None:
    """Text, missing text, nullable integers and truth values, numbers and the index survive with their types."""
    frame = pd.DataFrame(
        {
            "text": pd.array(["a", None, "丙"], dtype="str"),
            "count": pd.array([1, None, 3], dtype="Int64"),
            "flag": pd.array([True, None, False], dtype="boolean"),
            "share": pd.array([None, 0.5, 1.5], dtype="Float64"),
            "x": [0.1, np.nan, np.inf],
        },
        index=pd.Index(["r1", "r2", "r3"], dtype="str", name="row"),
    )
    assert_frame_equal(unpack(pack(frame), KINDS), frame)
    empty = frame.iloc[:0]
    assert_frame_equal(unpack(pack(empty), KINDS), empty)
    assert_index_equal(unpack(pack(frame.index), KINDS), frame.index)


def test_sparse_arrays_come_back_as_they_were() -> None:
    """Pattern, values and shape of a sparse array survive."""
    matrix = sp.csr_array(np.array([[0, 1.5, 0], [2.0, 0, 0]]))
    again = unpack(pack(matrix), KINDS)
    assert again.shape == matrix.shape
    assert (again != matrix).nnz == 0


def test_any_difference_changes_the_fingerprint() -> None:
    """A value, a type, a name, a position or the shape of a geometry: each makes another fingerprint."""
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="id"))
    shapes = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)])
    values: list[object] = [
        *(None, 0, False, "", "0", 0.5, [], (), {}, [0], (0,), {"a": 0}, {"a": 1}, Key("walk", 3), Key("walk", 4)),
        *(np.arange(2), np.arange(2, dtype=np.int32), np.arange(2.0), np.arange(2)[:, None], Colour.RED, "red"),
        *(frame, frame.rename(columns={"a": "b"}), frame.rename_axis("row"), frame.iloc[::-1], frame.astype("Int64")),
        *(shapes, shapes.set_geometry([shapely.Point(0, 1)])),
    ]
    assert len({fingerprint(value) for value in values}) == len(values)


@pytest.mark.parametrize("value", [object(), np.array([object()]), pd.DataFrame({"a": [object()]}), {1, 2}, b""])
def test_what_cannot_be_plain_is_refused(value: object) -> None:
    """An object that is not plain data is an error, never left out of a fingerprint."""
    with pytest.raises(TypeError, match="expected"):
        fingerprint(value)


def test_other_classes_are_not_made() -> None:
    """A kept file names classes by name; one that is not among those allowed is refused."""
    with pytest.raises(KeyError):
        unpack(pack(Thing("a", 0.0, {})), {"Key": Key})
