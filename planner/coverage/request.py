"""Which coverage is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.coverage.standard import ReachStandard

PLACES = "places"
"""The group that counts residential points instead of people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRequest:
    """Who must be counted as served by what.

    Attributes
    ----------
    standard
        The limit; its targets are demand points.
    groups
        Population groups to count; the first one leads.
    where
        Attributes a facility must have to count.
    """

    standard: ReachStandard
    groups: tuple[str, ...]
    where: Mapping[str, object] = field(default_factory=dict)
