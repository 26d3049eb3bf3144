"""Which reaches a study reads, so that cutoffs are derived and never typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from planner.coverage.request import CoverageRequest
from planner.coverage.standard import ReachStandard
from planner.mandates.coverage_share import CoverageShare
from planner.mandates.mandate import Mandate
from planner.mandates.network_roles import NetworkRoles
from planner.network.reach import Need


def readings(
    mandates: Iterable[Mandate], coverage: Iterable[CoverageRequest]
) -> list[tuple[ReachStandard, Mapping[str, object]]]:
    """Return which standards are read, each with the attributes that facilities must have to count."""
    found: list[tuple[ReachStandard, Mapping[str, object]]] = [
        (request.standard, request.where) for request in coverage
    ]
    for mandate in mandates:
        predicate = mandate.predicate
        if isinstance(predicate, NetworkRoles):
            found += [(level.standard, {"level": level.or_higher}) for level in predicate.levels if level.standard]
        elif isinstance(predicate, CoverageShare) and predicate.standard:
            found.append((predicate.standard, predicate.where))
    return found


def anchor_levels(mandates: Iterable[Mandate]) -> tuple[str, ...]:
    """Return the levels of units whose anchors are read, sorted."""
    roles = [mandate.predicate for mandate in mandates if isinstance(mandate.predicate, NetworkRoles)]
    return tuple(
        sorted({name for role in roles for level in role.levels if level.standard for name in level.unit_set.levels})
    )


def standards_of(mandates: Iterable[Mandate], coverage: Iterable[CoverageRequest]) -> list[ReachStandard]:
    """Return the reach standards that mandates and coverage tables read, each once, by id."""
    found = {standard.standard_id: standard for standard, _ in readings(mandates, coverage)}
    return [found[name] for name in sorted(found)]


def needs(standards: Sequence[ReachStandard], facilities: pd.DataFrame, options: pd.DataFrame) -> list[Need]:
    """Return the reaches to compute: by label the largest limit, from all places of the service.

    Parameters
    ----------
    standards
        What will be read.
    facilities, options
        Existing and possible facilities: place_id, service.
    """
    cutoffs: dict[object, int] = {}
    for standard in standards:
        cutoffs[standard.label] = max(cutoffs.get(standard.label, 0), standard.limit_cost)
    labels = {standard.label for standard in standards}
    return [
        Need(label, cutoffs[label], tuple(sorted(_places(label.service, facilities, options))))
        for label in sorted(labels)
    ]


def _places(service: str, *tables: pd.DataFrame) -> set[str]:
    return {str(place) for table in tables for place in table.loc[table["service"] == service, "place_id"]}
