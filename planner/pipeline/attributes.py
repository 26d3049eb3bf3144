"""Attributes that mandates, coverage tables and options ask for, against those that facilities have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import pandas as pd

from planner.errors import Faults, MandateError, StudyError, shortened
from planner.pipeline.measure import Rules
from planner.study import Study


def check_options(study: Study, facilities: pd.DataFrame) -> None:
    """Check that options choose the facilities they act on by columns that facilities have.

    Raises
    ------
    StudyError
        With one sentence per column that they have not.
    """
    faults = Faults()
    for template in study.siting.options:
        _tell_unknown(template.where, f"option {template.id}", facilities, faults)
    faults.raise_if_any(StudyError)


def check_rules(rules: Rules, facilities: pd.DataFrame) -> None:
    """Check that mandates and coverage tables choose facilities by columns that facilities have.

    Raises
    ------
    MandateError
        With one sentence per column that they have not.
    """
    faults = Faults()
    for owner, where in _chosen(rules):
        _tell_unknown(where, owner, facilities, faults)
    for mandate in rules.policy.mandates:
        if mandate.raw.get("accepted") and "accepted" not in facilities:
            faults.add(
                f"a column 'accepted' (验收) in the facilities for mandate {mandate.mandate_id}, which asks for it",
                "none",
                "add accepted or accepted_date to a layer of facilities, or take accepted out of the mandate",
            )
    faults.raise_if_any(MandateError)


def _chosen(rules: Rules) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for mandate in rules.policy.mandates:
        yield f"mandate {mandate.mandate_id}", mandate.raw.get("where", {})
    for request in rules.profile.coverage:
        yield f"the coverage table of {request.standard.standard_id}", request.where


def _tell_unknown(where: Mapping[str, Any], owner: str, facilities: pd.DataFrame, faults: Faults) -> None:
    columns = [str(name) for name in facilities.columns if name != "geometry"]
    for name, value in where.items():
        if name in columns:
            _tell_other_kind(name, value, owner, facilities[name], faults)
        else:
            near = get_close_matches(name, columns, n=1)
            found = f"none; {near[0]!r} is near" if near else f"only {', '.join(columns)}"
            faults.add(
                f"a column {name!r} in the facilities, which where of {owner} names",
                found,
                "correct the name, or add the column to a layer of facilities",
            )


def _tell_other_kind(name: str, value: object, owner: str, column: pd.Series, faults: Faults) -> None:
    """Tell of a value that no row can have: true or a number where the column holds texts, or the other way round."""
    wanted = list(value) if isinstance(value, list | tuple) else [value]
    texts = pd.api.types.is_string_dtype(column.dtype)
    strange = [one for one in wanted if isinstance(one, str) != texts]
    if strange:
        there = shortened(sorted({str(one) for one in column.dropna() if str(one)}), limit=5) or "nothing"
        kind = "a text" if texts else "a number, true or false"
        faults.add(
            f"{kind} for {name!r} in where of {owner}, as the facilities have it",
            f"{strange[0]!r}",
            f"write it as the column does, which has {there}",
        )
