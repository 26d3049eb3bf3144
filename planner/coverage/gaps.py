"""Gap areas: clusters of people who are not covered, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.nearest import nearest_open
from planner.coverage.rates import weights_of
from planner.coverage.request import PLACES, CoverageRequest
from planner.coverage.situation import Situation
from planner.units import to_cost

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
    """Return for every demand point why it is not covered, "" where it is, or where nobody is to live yet.

    ``beyond_limit``: a facility can be reached, but too far. ``unreachable``: none can be reached from its
    part of the network. ``off_network``, ``on_fragment``: the point does not attach to the network.
    """
    standard = request.standard
    covered = situation.covered(standard, request.where)
    nearest = nearest_open(situation, standard, request.where)
    access = situation.reaches.access.get((standard.key.mode, standard.targets))
    if not nearest["known"].all():
        raise ValueError(
            "expected lists of nearest places that reach an open one, found some that end before: grow them first."
        )
    reason = np.where(nearest["cost"].to_numpy() >= 0, "beyond_limit", "unreachable").astype(object)
    if access is not None:
        status = access["status"].reindex(situation.demand.index).to_numpy(dtype=object)
        reason = np.where(status == "attached", reason, status)
    nobody = weights_of(situation.demand, PLACES) == 0
    return pd.Series(np.where(covered | nobody, "", reason), index=situation.demand.index, name="reason", dtype="str")


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
                (
                    request.standard.standard_id,
                    request.standard.service,
                    name,
                    request.groups[0],
                    int(people.sum()),
                    len(people),
                )
            )
    return pd.DataFrame(rows, columns=["standard_id", "service", "reason", "group", "persons", "points"])


def gap_areas(situation: Situation, requests: Sequence[CoverageRequest]) -> GapAreas:
    """Return the gap areas of every request: uncovered points of one township, joined by steps of up to 500 m."""
    parts = [_gaps_of(situation, request) for request in requests]
    areas = pd.concat([part.areas for part in parts], ignore_index=True) if parts else pd.DataFrame()
    members = pd.concat([part.members for part in parts], ignore_index=True) if parts else pd.DataFrame()
    return GapAreas(areas=areas, members=members)


def _gaps_of(situation: Situation, request: CoverageRequest) -> GapAreas:
    reason = uncovered_reason(situation, request).sort_index()
    points = _points(situation, request, reason[reason != ""])
    points = points.assign(gap_id=_ranked(points, request.standard.standard_id))
    areas = _areas(situation, request, points)
    members = points.reset_index()[["gap_id", "demand_id", "reason"]]
    return GapAreas(areas=areas, members=members.assign(standard_id=request.standard.standard_id))


def _points(situation: Situation, request: CoverageRequest, reason: pd.Series) -> pd.DataFrame:
    """Return the uncovered points: cluster, people, x, y, unit_code, reason, nearest place and cost, groups."""
    demand = situation.demand.loc[reason.index]
    nearest = nearest_open(situation, request.standard, request.where).loc[reason.index]
    known = nearest["cost"].to_numpy() >= 0
    people = weights_of(demand, request.groups[0])
    return pd.DataFrame(
        {
            "cluster": _clusters(
                demand[["x", "y"]].to_numpy(dtype=np.float64), _township(situation, demand["unit_code"])
            ),
            "people": people,
            "x": demand["x"],
            "y": demand["y"],
            "unit_code": demand["unit_code"],
            "reason": reason,
            "nearest_place_id": nearest["place_id"].where(known, ""),
            "nearest_cost": nearest["cost"].where(known),
            **{group: weights_of(demand, group) for group in request.groups},
        },
        index=pd.Index(reason.index, name="demand_id"),
    )


def _township(situation: Situation, codes: pd.Series) -> npt.NDArray[np.int64]:
    """Return a number for the township of each point, so that a gap area has one unit that answers for it."""
    territory = situation.territory
    known = {code: territory.parent_at(code, "township") for code in codes.unique() if code in territory.ancestors}
    return np.asarray(pd.factorize(codes.map(known).fillna(""), sort=True)[0], dtype=np.int64)


def _clusters(xy: npt.NDArray[np.float64], township: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the number of each point's gap area: joined by steps of 500 m, cut at township boundaries."""
    if not len(xy):
        return np.zeros(0, dtype=np.int64)
    from sklearn.cluster import DBSCAN  # noqa: PLC0415 - importing scikit-learn takes seconds

    chained = np.asarray(DBSCAN(eps=NEIGHBOUR_M, min_samples=1).fit_predict(xy), dtype=np.int64)
    return np.asarray(pd.factorize(chained * (township.max() + 1) + township, sort=True)[0], dtype=np.int64)


def _ranked(points: pd.DataFrame, standard_id: str) -> pd.Series:
    """Return the gap area of each point; the one with most people is number 1."""
    people = points.groupby("cluster")["people"].sum()
    rank = np.lexsort((people.index.to_numpy(), -people.to_numpy()))
    names = pd.Series(
        [f"{standard_id}#{number}" for number in range(1, len(rank) + 1)], index=people.index[rank], dtype="str"
    )
    return points["cluster"].map(names)


def _areas(situation: Situation, request: CoverageRequest, points: pd.DataFrame) -> pd.DataFrame:
    order = points.groupby("gap_id", sort=False)["cluster"].first()
    by_gap = points.groupby("gap_id")
    # Where nobody of the leading group lives, every point weighs the same.
    mass = points["people"].where(by_gap["people"].transform("sum") > 0, 1)
    total = mass.groupby(points["gap_id"]).sum()
    home = _most(points, mass, "unit_code")
    closest = points.sort_values("nearest_cost", kind="stable").groupby("gap_id").first()
    per_unit = 1.0 if len(points) == 0 else 1.0 / to_cost(1.0, cost_kind=request.standard.key.cost_kind)
    table = pd.DataFrame(
        {
            "standard_id": request.standard.standard_id,
            "service": request.standard.service,
            "x": (points["x"] * mass).groupby(points["gap_id"]).sum() / total,
            "y": (points["y"] * mass).groupby(points["gap_id"]).sum() / total,
            **{group: by_gap[group].sum() for group in request.groups},
            "points": by_gap.size(),
            "unit_code": home,
            "unit_name": home.map(situation.territory.units["name"]).fillna("").astype("str"),
            "nearest_place_id": closest["nearest_place_id"],
            "nearest_cost": closest["nearest_cost"] * per_unit,
            "reason": _most(points, pd.Series(1, index=points.index), "reason"),
        },
        index=order.index.astype("str"),
    )
    number = table.index.str.rsplit("#", n=1).str[-1].astype("int64")
    return table.iloc[np.argsort(number)].rename_axis("gap_id").reset_index()


def _most(points: pd.DataFrame, mass: pd.Series, column: str) -> pd.Series:
    """Return by gap area the value of a column that holds most mass; the smallest of equals."""
    held = mass.groupby([points["gap_id"], points[column]]).sum().reset_index(name="mass")
    best = held.sort_values(["mass", column], ascending=[False, True], kind="stable").drop_duplicates("gap_id")
    return best.set_index("gap_id")[column]
