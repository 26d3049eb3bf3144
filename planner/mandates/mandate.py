"""A mandate: a clause of the policy with the predicate that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import pandas as pd

from planner.coverage.situation import Situation
from planner.coverage.standard import ReachStandard
from planner.coverage.territory import Territory
from planner.mandates.rows import PlanView, Rows

Strength = Literal["hard", "network", "soft"]


class Predicate(Protocol):
    """Reads a clause in two ways that must agree."""

    def evaluate(self, situation: Situation) -> pd.DataFrame:
        """Return the findings in the core columns."""

    def rows(self, view: PlanView) -> Rows:
        """Return the same as rows over the options of a plan."""

    def reach_standard(self, unit_code: str, territory: Territory) -> ReachStandard | None:
        """Return the limit within which a facility counts for a unit; None where it must stand in the unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """One clause, how it is read, and for whom.

    Attributes
    ----------
    mandate_id
        Its name.
    quote, section, lead_department
        The words of the policy, where they stand, who leads.
    strength
        ``hard``: met or not. ``network``: levels are named without 每个. ``soft``: reported, never a row.
    predicate_name, predicate
        Which kind, and the bound object.
    service
        What it is about.
    label
        What people call it, in Chinese and in English.
    interpretive, note
        Whether our reading goes beyond the words, and how.
    raw
        The entry with unit sets resolved, for the record of a run.
    """

    mandate_id: str
    quote: str
    section: str
    lead_department: str
    strength: Strength
    predicate_name: str
    predicate: Predicate
    service: str
    label: tuple[str, str] = ("", "")
    interpretive: bool = False
    note: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)

    def rows(self, view: PlanView) -> Rows:
        """Return the predicate's rows under this mandate's id; a soft mandate has none."""
        if self.strength == "soft":
            raise ValueError("expected a hard or network mandate, found a soft one: soft mandates are never rows.")
        rows = self.predicate.rows(view)
        return replace(rows, findings=rows.findings.assign(mandate_id=self.mandate_id))
