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
        What `json` can hold; each array stands in it by its name among `arrays`.
    arrays
        Numbers and truth values, never objects; named by where they stand in the value.
    """

    tree: Tree
    arrays: dict[str, Array]


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
    arrays: dict[str, Array] = {}
    return Packed(_packed(value, "value", arrays), arrays)


def fingerprint(value: object) -> str:
    """Return the SHA-256 of a value's content, as hexadecimal digits; see `pack` for what it may be."""
    packed = pack(value)
    digest = hashlib.sha256(json.dumps(packed.tree).encode())
    for array in packed.arrays.values():
        digest.update(f"|{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _packed(value: object, name: str, arrays: dict[str, Array]) -> Tree:  # noqa: PLR0911 - one return per kind of value
    if value is None or (isinstance(value, str | bool | int | float) and not isinstance(value, Enum)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return _packed_array(value, name, arrays)
    if isinstance(value, pd.Index):
        return {"index": _packed_column(pd.Series(value), name, arrays), "name": value.name}
    if isinstance(value, pd.DataFrame):
        columns = [
            [str(label), _packed_column(column, f"{name}/{at}", arrays)]
            for at, (label, column) in enumerate(value.items())
        ]
        return {"frame": columns, "index": _packed(value.index, f"{name}/index", arrays)}
    if isinstance(value, sp.csr_array):
        parts = {"data": value.data, "indices": value.indices, "indptr": value.indptr}
        return {"csr": [_packed_array(part, f"{name}/{part_name}", arrays) for part_name, part in parts.items()],
                "shape": list(value.shape)}  # fmt: skip
    if isinstance(value, Mapping):
        return {"map": [[_packed(key, f"{name}/key{at}", arrays), _packed(entry, f"{name}/{at}", arrays)]
                        for at, (key, entry) in enumerate(value.items())]}  # fmt: skip
    return _packed_object(value, name, arrays)


def _packed_object(value: object, name: str, arrays: dict[str, Array]) -> Tree:
    if isinstance(value, Enum):
        return {"kind": type(value).__name__, "enum": value.value}
    named = _fields(value)
    if named is not None:
        held = {field: _packed(part, f"{name}/{field}", arrays) for field, part in named.items()}
        return {"kind": type(value).__name__, "fields": held}
    if isinstance(value, list | tuple):
        held_parts = [_packed(part, f"{name}/{at}", arrays) for at, part in enumerate(value)]
        return {type(value).__name__: held_parts}
    raise TypeError(f"expected plain data, arrays, frames or dataclasses, found {type(value).__name__}.")


def _fields(value: object) -> dict[str, object] | None:
    """Return the fields of a dataclass or a named tuple by name; None for anything else."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    return None


def _packed_array(array: Array, name: str, arrays: dict[str, Array]) -> Tree:
    if array.dtype.hasobject:
        raise TypeError("expected an array of numbers, found one of objects.")
    arrays[name] = array
    return {"array": name}


def _packed_column(column: pd.Series, name: str, arrays: dict[str, Array]) -> Tree:
    dtype = str(column.dtype)
    if dtype in _MASKED:
        missing = column.isna().to_numpy()
        numbers = column.to_numpy(dtype=_MASKED[dtype], na_value=0)
        return {"dtype": dtype, "numbers": _packed_array(numbers, name, arrays),
                "missing": _packed_array(missing, f"{name}/missing", arrays)}  # fmt: skip
    if dtype == "geometry":
        return {"dtype": dtype, "wkb": [None if shape is None else shape.wkb_hex for shape in column]}
    if dtype in ("str", "object"):
        texts = [None if pd.isna(text) else text for text in column.tolist()]
        if any(text is not None and not isinstance(text, str) for text in texts):
            raise TypeError(f"expected numbers or text in column {column.name!r}, found other objects.")
        return {"dtype": dtype, "texts": texts}
    return {"dtype": dtype, "numbers": _packed_array(column.to_numpy(), name, arrays)}


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
    LookupError, TypeError, ValueError, AttributeError
        If it is not what `pack` gives, or a class is none of `kinds`.
    """
    return _unpacked(packed.tree, packed.arrays, kinds)


def _unpacked(tree: Tree, arrays: Mapping[str, Array], kinds: Mapping[str, type]) -> Any:  # noqa: PLR0911 - one per kind
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


def _column(tree: Tree, arrays: Mapping[str, Array]) -> Any:
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
