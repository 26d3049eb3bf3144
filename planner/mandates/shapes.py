"""What a value in a policy file or a profile must look like, so that a wrong one ends in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from planner.errors import Faults


class Shape(NamedTuple):
    """What is expected of a value.

    Attributes
    ----------
    words
        How people call it.
    fits
        Whether a value is one.
    """

    words: str
    fits: Callable[[Any], bool]


def _is_texts(value: Any) -> bool:
    texts = isinstance(value, list) and bool(value) and all(isinstance(item, str) and item for item in value)
    return texts and len(set(value)) == len(value)


ANY = Shape("anything", lambda _value: True)
TEXT = Shape("a text", lambda value: isinstance(value, str) and bool(value.strip()))
REMARK = Shape("a text, which may be empty", lambda value: isinstance(value, str))
TRUTH = Shape("true or false", lambda value: isinstance(value, bool))
COUNT = Shape("a whole number of 1 or more", lambda value: type(value) is int and value >= 1)
TABLE = Shape("a table", lambda value: isinstance(value, dict))
TEXTS = Shape("a list of different texts", _is_texts)
TABLES = Shape(
    "a list of tables", lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value)
)


def fits(
    entry: Mapping[str, Any], shapes: Mapping[str, Shape], owner: str, faults: Faults, *, required: Iterable[str] = ()
) -> bool:
    """Return whether a table has only known keys of the right shape, and all required ones; tell what is wrong.

    Parameters
    ----------
    entry
        The table.
    shapes
        Of every key that is known.
    owner
        How people call the table.
    faults
        Gets a sentence for the unknown keys, one for the missing ones, and one for each value of another shape.
    required
        Keys that must be there.
    """
    before = len(faults)
    needed = sorted(required)
    if missing := [key for key in needed if key not in entry]:
        faults.add(f"{', '.join(needed)} in {owner}", f"no {', '.join(missing)}", "add what is missing")
    if unknown := sorted(entry.keys() - shapes.keys()):
        faults.add(f"known keys in {owner}", ", ".join(unknown), "remove or correct them")
    for key, value in entry.items():
        if key in shapes and not shapes[key].fits(value):
            faults.add(f"{shapes[key].words} as {key} of {owner}", repr(value), "correct it")
    return len(faults) == before


def part(content: Mapping[str, Any], key: str, shape: Shape, empty: Any) -> Any:
    """Return one part of a document, or `empty` where it is absent or of another shape (which `fits` tells)."""
    value = content.get(key, empty)
    return value if shape.fits(value) else empty
