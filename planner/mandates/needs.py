"""Which reaches a study reads, so that cutoffs are derived and never typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from planner.coverage.request import CoverageRequest
from planner.coverage.standard import ReachStandard
from planner.mandates.coverage_share import CoverageShare
from planner.mandates.mandate import Mandate
from planner.mandates.network_roles import NetworkRoles
from planner.network.reach import Need


def standards_of(mandates: Iterable[Mandate], coverage: Iterable[CoverageRequest]) -> list[ReachStandard]:
    """Return the reach standards that mandates and coverage tables read, each once, by id."""
    found: dict[str, ReachStandard] = {request.standard.standard_id: request.standard for request in coverage}
    for mandate in mandates:
        predicate = mandate.predicate
        if isinstance(predicate, NetworkRoles):
            found.update({level.standard.standard_id: level.standard for level in predicate.levels if level.standard})
        elif isinstance(predicate, CoverageShare) and predicate.standard:
            found[predicate.standard.standard_id] = predicate.standard
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
