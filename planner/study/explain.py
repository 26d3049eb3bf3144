"""What pydantic finds wrong, in one sentence each: expected … found … do …."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any, get_args, get_type_hints

from pydantic import ValidationError

from planner.errors import InputError, fault, shortened

_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "path_type": "a path",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "mapping_type": "a table",
    "dataclass_type": "a table",
    "dataclass_exact_type": "a table",
    "model_type": "a table",
    "date_type": "a date as YYYY-MM-DD",
    "date_from_datetime_parsing": "a date as YYYY-MM-DD",
    "date_parsing": "a date as YYYY-MM-DD",
    "finite_number": "a finite number",
}
_UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")


def explained(error: ValidationError | Iterable[Any], *, kind: type, where: str) -> list[str]:
    """Return one sentence per fault.

    Parameters
    ----------
    error
        Raised while a wrapper with the single field ``value`` was validated, or some of its details.
    kind
        The dataclass that was expected.
    where
        How people call this part of the study file, e.g. ``"[study]"``.
    """
    details = error.errors() if isinstance(error, ValidationError) else error
    return [sentence for one in details for sentence in _sentences(one, kind, where)]


def unknown_key(name: str, known: Sequence[str], where: str) -> str:
    """Return the fault of a key that nobody reads, with the nearest one that is."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    do = f"write '{near[0]}'" if near else f"remove it (known are {shortened(sorted(known), limit=30)})"
    return fault(f"a known key in {where}", f"'{name}'", do)


def shown(value: object) -> str:
    """Return a value as a study file would show it, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _sentences(one: Mapping[str, Any], kind: type, where: str) -> list[str]:
    location = [part for part in one["loc"][1:] if part != "[key]"]
    at, owner = _place(location, where)
    if one["type"] in _UNKNOWN:
        known = [field.name for field in fields(_kind_at(kind, location[:-1]))]
        return [unknown_key(str(location[-1]), known, owner)]
    if one["type"] == "missing":
        return [fault(f"a key '{location[-1]}' in {owner}", "none", f"add {location[-1]} = …")]
    if one["type"] == "value_error":
        cause = one["ctx"]["error"]
        return list(cause.faults) if isinstance(cause, InputError) else [f"{cause} (in {at})"]
    return [fault(f"{_wanted(one)} for {at}", shown(one["input"]), _remedy(one))]


def _wanted(one: Mapping[str, Any]) -> str:
    if one["type"] == "literal_error":
        return f"one of {one['ctx']['expected'].replace(' or ', ', ')}"
    return _EXPECTED.get(one["type"], str(one["msg"]).removeprefix("Input should be ").rstrip("."))


def _remedy(one: Mapping[str, Any]) -> str:
    if one["type"] == "literal_error":
        options = [option.strip("'") for option in one["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        near = get_close_matches(str(one["input"]), options, n=1, cutoff=0.5)
        return f"write '{near[0]}'" if near else "choose one of them"
    return "correct it"


def _place(location: Sequence[int | str], where: str) -> tuple[str, str]:
    """Return how people call a place in the study file, and what it stands in."""
    owner = where
    key = ""
    for number, part in enumerate(location):
        last = number == len(location) - 1
        if isinstance(part, int):
            owner, key = f"{owner} number {part + 1}", ""
        elif last:
            key = part
        else:
            owner = f"{owner.rstrip(']')}.{part}]" if owner.endswith("]") else f"{owner}, {part}"
    return (f"'{key}' in {owner}" if key else owner), owner


def _kind_at(kind: type, location: Sequence[int | str]) -> type:
    """Return the dataclass that stands at a place within `kind`."""
    for part in location:
        if isinstance(part, str) and is_dataclass(kind):
            hint = get_type_hints(kind)[part]
            inner = [one for one in (hint, *get_args(hint)) if is_dataclass(one)]
            kind = inner[0] if inner else kind  # type: ignore[assignment]
    return kind
