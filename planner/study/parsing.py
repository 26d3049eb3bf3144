"""One table of the study file to one room's settings, through pydantic."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, time
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from planner.errors import Faults, StudyError
from planner.study.explain import explained

S = TypeVar("S")


def parsed(kind: type[S], raw: object, *, where: str, faults: Faults) -> S | None:
    """Return settings from the values of a TOML table.

    Parameters
    ----------
    kind
        A stdlib dataclass; unknown keys and values of another type are faults.
    raw
        What TOML gave.
    where
        How people call the table.
    faults
        Gets one sentence per fault. What is right is still looked at together, so that a typo does not
        hide a fault of another kind.

    Returns
    -------
    S or None
        If there were faults: the settings without the keys and list entries that have them, for further
        checks only, or None where nothing can be made of the rest.
    """
    try:
        return _validated(kind, raw)
    except ValidationError as error:
        first = error
    faults.extend(StudyError(explained(first, kind=kind, where=where)))
    rest = _without(raw, [one["loc"][1:] for one in first.errors()])
    try:
        return _validated(kind, rest)
    except ValidationError as error:
        hidden = [one for one in error.errors() if one["type"] == "value_error"]
        told = {one["msg"] for one in first.errors()}
        new = [one for one in hidden if one["msg"] not in told]
        faults.extend(StudyError(explained(new, kind=kind, where=where)))
    return None


def _validated(kind: type[S], raw: object) -> S:
    text = json.dumps({"value": raw}, default=_iso)
    return cast("S", cast("Any", _wrapper(cast("Any", kind)).model_validate_json(text)).value)


def _iso(value: object) -> str:
    """Return a date of TOML as JSON can hold it."""
    return value.isoformat() if isinstance(value, date | time) else str(value)


@cache
def _wrapper(kind: Any) -> type[BaseModel]:
    config = ConfigDict(extra="forbid", strict=True)
    model: type[BaseModel] = create_model("_Wrapper", __config__=config, value=(kind, ...))
    return model


def _without(raw: object, places: Sequence[tuple[int | str, ...]]) -> object:
    """Return a copy without the keys at these places; of a list the whole entry goes."""
    here = {place[0] for place in places if place}
    ends = {place[0] for place in places if len(place) == 1 or place[1:] == ("[key]",)}
    if isinstance(raw, list):
        return [one for number, one in enumerate(raw) if number not in here]
    if isinstance(raw, dict):
        inner = {key: [place[1:] for place in places if place and place[0] == key] for key in here}
        return {key: _without(one, inner.get(key, [])) for key, one in raw.items() if key not in ends}
    return raw
