"""Coverage by unit: people of each group, and residential points, within a standard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.request import PLACES, CoverageRequest
from planner.coverage.situation import Situation
from planner.population.by_year import LIVED_IN

LEVELS = ("city", "county", "township", "leading_zone")


def coverage_by_unit(situation: Situation, requests: Sequence[CoverageRequest]) -> pd.DataFrame:
    """Return who is covered, by standard, unit and group.

    Two rates stand side by side: of people (each group) and of places (residential points, group
    ``places``). Overlaps count once. Leading zones overlap counties: never sum the two.

    Returns
    -------
    pandas.DataFrame
        standard_id, service, mode, cost_kind, direction, limit (metres or seconds), unit_code, unit_name,
        unit_level, group, total, covered, uncovered (persons or points), share (NaN where total is 0).
    """
    tables = [_one(situation, request) for request in requests]
    if not tables:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat(tables, ignore_index=True)


_COLUMNS = [
    "standard_id", "service", "mode", "cost_kind", "direction", "limit",
    "unit_code", "unit_name", "unit_level", "group", "total", "covered", "uncovered", "share",
]  # fmt: skip


def weights_of(demand: pd.DataFrame, group: str) -> npt.NDArray[np.int64]:
    """Return the persons of a group at each demand point; 1 each for ``places``, 0 where nobody is to live yet."""
    if group == PLACES and LIVED_IN in demand:
        return np.asarray(demand[LIVED_IN].to_numpy(), dtype=np.int64)
    if group == PLACES:
        return np.ones(len(demand), dtype=np.int64)
    return np.asarray(demand[group].to_numpy(), dtype=np.int64)


def _one(situation: Situation, request: CoverageRequest) -> pd.DataFrame:
    units = situation.territory.select(LEVELS)
    member = situation.territory.membership(units, situation.demand["unit_code"]).astype(np.int64)
    inside = situation.covered(request.standard, request.where)
    groups = dict.fromkeys((*request.groups, PLACES))
    frames = [_counts(situation, request, units, member, inside, group) for group in groups]
    table = pd.concat(frames, ignore_index=True)
    return table.sort_values(["unit_code", "group"], kind="stable", ignore_index=True)[_COLUMNS]


def _counts(
    situation: Situation,
    request: CoverageRequest,
    units: pd.Index,
    member: object,
    inside: npt.NDArray[np.bool_],
    group: str,
) -> pd.DataFrame:
    weight = weights_of(situation.demand, group)
    total = np.asarray(member @ weight)  # type: ignore[operator]
    covered = np.asarray(member @ (weight * inside))  # type: ignore[operator]
    standard, names = request.standard, situation.territory.units
    return pd.DataFrame(
        {
            "standard_id": standard.standard_id,
            "service": standard.service,
            "mode": standard.key.mode,
            "cost_kind": standard.key.cost_kind,
            "direction": standard.key.direction,
            "limit": standard.limit,
            "unit_code": units,
            "unit_name": names.loc[units, "name"].to_numpy(),
            "unit_level": names.loc[units, "level"].to_numpy(),
            "group": group,
            "total": total,
            "covered": covered,
            "uncovered": total - covered,
            "share": np.divide(covered, total, out=np.full(len(total), np.nan), where=total > 0),
        }
    )
