"""What mandates need and may not get: numbers of the profile, units, groups of people."""

from __future__ import annotations

from collections.abc import Container, Iterable

from planner.coverage.territory import Territory
from planner.mandates.capacity import Capacity
from planner.mandates.coverage_share import CoverageShare
from planner.mandates.mandate import Mandate
from planner.mandates.network_roles import NetworkRoles
from planner.mandates.unit_sets import UnitSet


def missing_numbers(mandate: Mandate) -> list[tuple[str, str]]:
    """Return the numbers of the profile that a mandate cannot use: id as the policy names it, reason code."""
    predicate, raw = mandate.predicate, mandate.raw
    pairs: list[tuple[object, str]] = []
    if isinstance(predicate, Capacity):
        pairs = [(predicate.number_id, predicate.missing_number)]
    elif isinstance(predicate, CoverageShare):
        pairs = [(raw.get("standard"), predicate.missing_standard)]
    elif isinstance(predicate, NetworkRoles):
        named = [level.get("standard") for level in raw.get("levels", [])]
        pairs = [(name, level.missing_standard) for name, level in zip(named, predicate.levels, strict=False)]
    return [(str(name or "?"), reason) for name, reason in pairs if reason]


def empty_sets(mandate: Mandate, territory: Territory) -> list[UnitSet]:
    """Return the unit sets of a mandate in which the territory has no unit at all."""
    predicate = mandate.predicate
    own = getattr(predicate, "unit_set", None)
    sets = [level.unit_set for level in predicate.levels] if isinstance(predicate, NetworkRoles) else [own]
    return [one for one in sets if isinstance(one, UnitSet) and one.codes(territory).empty]


def group_readings(mandates: Iterable[Mandate], columns: Container[str]) -> dict[str, str]:
    """Return the population group that each mandate reads from a demand table with these columns, by mandate."""
    found = {}
    for mandate in mandates:
        predicate = mandate.predicate
        if isinstance(predicate, CoverageShare) and predicate.standard is not None:
            found[mandate.mandate_id] = predicate.group
        if isinstance(predicate, Capacity) and f"catchment_{predicate.service}" in columns:
            found[mandate.mandate_id] = predicate.group
    return found
