"""Values as plain data: a tree that JSON can hold, and the arrays it points to.

What is kept of a run must be read back exactly, must not be able to run anything when it is read (so no pickle), and
must have a fingerprint that depends on content only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

Tree = Any
"""What `json` reads and writes."""

Array = npt.NDArray[np.generic]

_MASKED = {"Int64": "int64", "Float64": "float64", "boolean": "bool"}


class Packed(NamedTuple):
    """A value as plain data.

    Attributes
    ----------
    tree
        What `json` can hold; each array stands in it as its position among `arrays`.
    arrays
        Numbers and truth values, never objects.
    """

    tree: Tree
    arrays: list[Array]


def pack(value: object) -> Packed:
    """Return a value as plain data.

    Parameters
    ----------
    value
        Dataclasses, named tuples, enums, mappings, lists, tuples, arrays, sparse CSR arrays, indexes and frames (of
        numbers, truth values and text), numbers, text and None, in any nesting.

    Raises
    ------
    TypeError
        For anything else.
    """
    arrays: list[Array] = []
    return Packed(_packed(value, arrays), arrays)


def fingerprint(value: object) -> str:
    """Return the SHA-256 of a value's content, as hexadecimal digits; see `pack` for what it may be."""
    packed = pack(value)
    digest = hashlib.sha256(json.dumps(packed.tree).encode())
    for array in packed.arrays:
        digest.update(f"|{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _packed(value: object, arrays: list[Array]) -> Tree:  # noqa: PLR0911 - one return per kind of value
    if value is None or (isinstance(value, str | bool | int | float) and not isinstance(value, Enum)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return _packed_array(value, arrays)
    if isinstance(value, pd.Index):
        return {"index": _packed_column(pd.Series(value), arrays), "name": value.name}
    if isinstance(value, pd.DataFrame):
        columns = [[str(name), _packed_column(column, arrays)] for name, column in value.items()]
        return {"frame": columns, "index": _packed(value.index, arrays)}
    if isinstance(value, sp.csr_array):
        return {"csr": [_packed_array(part, arrays) for part in (value.data, value.indices, value.indptr)],
                "shape": list(value.shape)}  # fmt: skip
    if isinstance(value, Mapping):
        return {"map": [[_packed(key, arrays), _packed(entry, arrays)] for key, entry in value.items()]}
    return _packed_object(value, arrays)


def _packed_object(value: object, arrays: list[Array]) -> Tree:
    if isinstance(value, Enum):
        return {"kind": type(value).__name__, "enum": value.value}
    if is_dataclass(value):
        named = {field.name: _packed(getattr(value, field.name), arrays) for field in fields(value)}
        return {"kind": type(value).__name__, "fields": named}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        named = {name: _packed(part, arrays) for name, part in zip(value._fields, value, strict=True)}
        return {"kind": type(value).__name__, "fields": named}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_packed(part, arrays) for part in value]}
    raise TypeError(f"expected plain data, arrays, frames or dataclasses, found {type(value).__name__}.")


def _packed_array(array: Array, arrays: list[Array]) -> Tree:
    if array.dtype.hasobject:
        raise TypeError("expected an array of numbers, found one of objects.")
    arrays.append(array)
    return {"array": len(arrays) - 1}


def _packed_column(column: pd.Series, arrays: list[Array]) -> Tree:
    dtype = str(column.dtype)
    if dtype in _MASKED:
        missing = column.isna().to_numpy()
        numbers = column.to_numpy(dtype=_MASKED[dtype], na_value=0)
        return {"dtype": dtype, "numbers": _packed_array(numbers, arrays), "missing": _packed_array(missing, arrays)}
    if dtype == "geometry":
        return {"dtype": dtype, "wkb": [None if shape is None else shape.wkb_hex for shape in column]}
    if dtype in ("str", "object"):
        texts = [None if pd.isna(text) else text for text in column.tolist()]
        if any(text is not None and not isinstance(text, str) for text in texts):
            raise TypeError(f"expected numbers or text in column {column.name!r}, found other objects.")
        return {"dtype": dtype, "texts": texts}
    return {"dtype": dtype, "numbers": _packed_array(column.to_numpy(), arrays)}


def unpack(packed: Packed, kinds: Mapping[str, type]) -> Any:
    """Return the value that was packed.

    Parameters
    ----------
    packed
        What `pack` gave. Arrays are handed on as they are.
    kinds
        Classes that may be made, by name: dataclasses, named tuples and enums.

    Raises
    ------
    KeyError, TypeError, ValueError, IndexError
        If it is not what `pack` gives, or a class is none of `kinds`.
    """
    return _unpacked(packed.tree, packed.arrays, kinds)


def _unpacked(tree: Tree, arrays: list[Array], kinds: Mapping[str, type]) -> Any:  # noqa: PLR0911 - one per kind
    if not isinstance(tree, dict):
        return tree
    if "kind" in tree:
        kind: Any = kinds[tree["kind"]]
        if "enum" in tree:
            return kind(tree["enum"])
        return kind(**{name: _unpacked(part, arrays, kinds) for name, part in tree["fields"].items()})
    if "array" in tree:
        return arrays[tree["array"]]
    if "frame" in tree:
        index = _unpacked(tree["index"], arrays, kinds)
        columns = {name: pd.Series(_column(part, arrays), index=index) for name, part in tree["frame"]}
        return pd.DataFrame(columns, index=index)
    if "index" in tree:
        return pd.Index(_column(tree["index"], arrays), name=tree["name"])
    if "csr" in tree:
        data, indices, indptr = (arrays[part["array"]] for part in tree["csr"])
        return sp.csr_array((data, indices, indptr), shape=tuple(tree["shape"]))
    if "map" in tree:
        return {_unpacked(key, arrays, kinds): _unpacked(entry, arrays, kinds) for key, entry in tree["map"]}
    parts = [_unpacked(part, arrays, kinds) for part in tree["tuple" if "tuple" in tree else "list"]]
    return tuple(parts) if "tuple" in tree else parts


def _column(tree: Tree, arrays: list[Array]) -> Any:
    if "wkb" in tree:
        raise ValueError("expected a frame without shapes, found one with them: they have a fingerprint only.")
    if "texts" in tree:
        return pd.array(tree["texts"], dtype=tree["dtype"])
    numbers = arrays[tree["numbers"]["array"]]
    if "missing" not in tree:
        return numbers
    column = pd.array(numbers, dtype=tree["dtype"])
    column[arrays[tree["missing"]["array"]]] = pd.NA
    return column
