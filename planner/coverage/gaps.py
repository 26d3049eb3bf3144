"""Gap areas: clusters of people who are not covered, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.nearest import nearest_open
from planner.coverage.rates import weights_of
from planner.coverage.request import CoverageRequest
from planner.coverage.situation import Situation
from planner.units import from_cost

NEIGHBOUR_M = 500.0
"""Uncovered points closer than this belong to one gap area."""


class GapAreas(NamedTuple):
    """Gap areas and their members.

    Attributes
    ----------
    areas
        One row per gap area: gap_id, standard_id, service, x, y (metres, weighted centre), one column per
        group (persons), points, unit_code (where most of them live), unit_name, nearest_facility_place_id,
        nearest_cost (metres or seconds from the point that is nearest; NaN where no point can reach any),
        reason.
    members
        gap_id, standard_id, demand_id, reason.
    """

    areas: pd.DataFrame
    members: pd.DataFrame


def uncovered_reason(situation: Situation, request: CoverageRequest) -> pd.Series:
    """Return for every demand point why it is not covered, "" where it is.

    ``beyond_limit``: a facility can be reached, but too far. ``unreachable``: none can be reached from its
    part of the network. ``off_network``, ``on_fragment``: the point does not attach to the network.
    """
    standard = request.standard
    covered = situation.covered(standard, request.where)
    nearest = nearest_open(situation, standard, request.where)
    access = situation.reaches.access.get((standard.key.mode, standard.targets))
    reason = np.where(nearest["cost"].to_numpy() >= 0, "beyond_limit", "unreachable").astype(object)
    if access is not None:
        status = access["status"].reindex(situation.demand.index).to_numpy(dtype=object)
        reason = np.where(status == "attached", reason, status)
    return pd.Series(np.where(covered, "", reason), index=situation.demand.index, name="reason", dtype="str")


def unreachable(situation: Situation, requests: Sequence[CoverageRequest]) -> pd.DataFrame:
    """Return by standard and reason how many people and points are not covered.

    Returns
    -------
    pandas.DataFrame
        standard_id, service, reason, group (the leading one), persons, points.
    """
    rows = []
    for request in requests:
        reason = uncovered_reason(situation, request)
        weight = pd.Series(weights_of(situation.demand, request.groups[0]), index=reason.index)
        for name, people in weight[reason != ""].groupby(reason[reason != ""]):
            rows.append(
                (request.standard.standard_id, request.standard.service, name, request.groups[0], int(people.sum()), len(people))
            )
    return pd.DataFrame(rows, columns=["standard_id", "service", "reason", "group", "persons", "points"])


def gap_areas(situation: Situation, requests: Sequence[CoverageRequest]) -> GapAreas:
    """Return the gap areas of every request: uncovered points within 500 m of each other form one."""
    parts = [_gaps_of(situation, request) for request in requests]
    areas = pd.concat([part.areas for part in parts], ignore_index=True) if parts else pd.DataFrame()
    members = pd.concat([part.members for part in parts], ignore_index=True) if parts else pd.DataFrame()
    return GapAreas(areas=areas, members=members)


def _gaps_of(situation: Situation, request: CoverageRequest) -> GapAreas:
    reason = uncovered_reason(situation, request)
    open_points = reason[reason != ""].sort_index()
    demand = situation.demand.loc[open_points.index]
    label = _clusters(demand[["x", "y"]].to_numpy(dtype=np.float64))
    nearest = nearest_open(situation, request.standard, request.where).loc[demand.index]
    members = pd.DataFrame({"cluster": label, "demand_id": demand.index, "reason": open_points.to_numpy()})
    order = _by_people(label, weights_of(demand, request.groups[0]))
    rows = [
        _area(situation, request, f"{request.standard.standard_id}#{rank + 1}", demand[label == cluster],
              nearest[label == cluster], open_points[label == cluster])
        for rank, cluster in enumerate(order)
    ]  # fmt: skip
    names = {cluster: f"{request.standard.standard_id}#{rank + 1}" for rank, cluster in enumerate(order)}
    members = members.assign(gap_id=members["cluster"].map(names), standard_id=request.standard.standard_id)
    return GapAreas(areas=pd.DataFrame(rows), members=members[["gap_id", "standard_id", "demand_id", "reason"]])


def _clusters(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    if not len(xy):
        return np.zeros(0, dtype=np.int64)
    from sklearn.cluster import DBSCAN  # importing scikit-learn takes seconds

    return np.asarray(DBSCAN(eps=NEIGHBOUR_M, min_samples=1).fit_predict(xy), dtype=np.int64)


def _by_people(label: npt.NDArray[np.int64], weight: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    people = np.bincount(label, weights=weight) if len(label) else np.zeros(0)
    return np.lexsort((np.arange(len(people)), -people))


def _area(
    situation: Situation,
    request: CoverageRequest,
    gap_id: str,
    demand: pd.DataFrame,
    nearest: pd.DataFrame,
    reason: pd.Series,
) -> dict[str, object]:
    weight = weights_of(demand, request.groups[0])
    mass = weight if weight.sum() else np.ones(len(demand))
    known = nearest["known"].to_numpy() & (nearest["cost"].to_numpy() >= 0)
    closest = nearest[known]["cost"].idxmin() if known.any() else None
    people_by_unit = pd.Series(mass, index=demand["unit_code"].to_numpy()).groupby(level=0).sum()
    unit = str(people_by_unit.idxmax())
    return {
        "gap_id": gap_id,
        "standard_id": request.standard.standard_id,
        "service": request.standard.service,
        "x": float(np.average(demand["x"], weights=mass)),
        "y": float(np.average(demand["y"], weights=mass)),
        **{group: int(weights_of(demand, group).sum()) for group in request.groups},
        "points": len(demand),
        "unit_code": unit,
        "unit_name": situation.territory.name(unit) if unit in situation.territory.ancestors else "",
        "nearest_place_id": "" if closest is None else str(nearest.at[closest, "place_id"]),
        "nearest_cost": np.nan if closest is None else from_cost(int(nearest.at[closest, "cost"]), cost_kind=request.standard.key.cost_kind),
        "reason": str(reason.value_counts().sort_index().idxmax()),
    }
