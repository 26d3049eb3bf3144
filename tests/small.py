"""Small situations made by hand or by chance, so that every plan can be tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from planner.coverage import ReachStandard, Situation, Territory, territory
from planner.mandates import PlanView
from planner.network.reach import Nearest, Reach, Reaches, ReachKey, ReachLabel
from planner.siting.options import OPTION_DTYPES, earliest_completion

BASE_YEAR = 2025
YEARS = (2026, 2027)

_FACILITY_DTYPES = {
    "name": "str", "place_id": "str", "service": "str", "unit_code": "str", "x": "float64", "y": "float64",
    "status": "str", "opened_year": "Int64", "closed_year": "Int64", "owner": "str", "rank": "str", "level": "str",
    "standardised": "boolean", "demonstration": "boolean", "capacity": "Float64", "classes": "Int64",
    "largest_class": "Int64", "catchment_id": "str", "planned": "bool",
}  # fmt: skip
_DEFAULTS: dict[str, Any] = {
    "status": "现状",
    "planned": False,
    "x": 0.0,
    "y": 0.0,
    "cost_yuan": 1,
    "earliest_year": YEARS[0],
    "build_years": 0,
}


def _frame(rows: Iterable[Mapping[str, Any]], dtypes: Mapping[str, str], key: str) -> pd.DataFrame:
    listed = list(rows)
    columns = {
        name: [row.get(name, _DEFAULTS.get(name, "" if dtype == "str" else pd.NA)) for row in listed]
        for name, dtype in dtypes.items()
    }
    index = pd.Index([row[key] for row in listed], dtype="str", name=key)
    return pd.DataFrame(columns, index=index).astype(dtypes).sort_index()


def facilities(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return a facility table; what a row does not say takes its default."""
    return _frame(
        ({"place_id": row["facility_id"], "name": row["facility_id"], **row} for row in rows),
        _FACILITY_DTYPES,
        "facility_id",
    )


def options(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return an option table; what a row does not say takes its default."""
    return _frame(({"name": row["option_id"], **row} for row in rows), OPTION_DTYPES, "option_id")


def land(townships: int = 3, villages: int = 2) -> Territory:
    """Return a city of two counties, A of towns and villages, B with a street only, and zone Z over parts of both."""
    rows = [
        ("C", "city", "city", "city", ""),
        ("A", "county A", "county", "county", "C"),
        ("B", "county B", "county", "district", "C"),
    ]
    for number in range(townships):
        rows.append((f"A{number}", f"township {number}", "township", "town", "A"))
        rows += [
            (f"A{number}v{k}", f"village {number}.{k}", "village", "village", f"A{number}") for k in range(villages)
        ]
    rows += [("B0", "street", "township", "subdistrict", "B"), ("B0v0", "community", "village", "community", "B0")]
    boundaries = pd.DataFrame(rows, columns=["code", "name", "level", "kind", "parent_code"])
    zones = pd.DataFrame({"zone_code": ["Z", "Z"], "zone_name": ["zone", "zone"], "unit_code": ["A0", "B0"]})
    return territory(boundaries, zones, listed="2023-06-30")


def people(rng: np.random.Generator, units: Territory, *, points: int = 12, catchments: int = 3) -> pd.DataFrame:
    """Return demand points in random villages; some villages have none."""
    codes = units.select(("village",)).to_numpy()
    return pd.DataFrame(
        {
            "unit_code": pd.array(rng.choice(codes, points), dtype="str"),
            "x": rng.uniform(0, 1000, points),
            "y": rng.uniform(0, 1000, points),
            "people": rng.integers(0, 9, points),
            "age_6_11": rng.integers(0, 9, points),
            "catchment_primary_school": pd.array([f"z{k}" for k in rng.integers(0, catchments, points)], dtype="str"),
        },
        index=pd.Index([f"d{n:02}" for n in range(points)], dtype="str", name="demand_id"),
    )


def standard(targets: str, service: str, *, limit: float = 100.0) -> ReachStandard:
    """Return a straight-line standard."""
    key = ReachKey("straight", "radius_m", "toward")
    return ReachStandard(standard_id=f"{service}.{targets}", service=service, key=key, targets=targets, limit=limit)  # type: ignore[arg-type]


def reach_of(
    costs_mm: np.ndarray[Any, Any], place_ids: Iterable[str], target_ids: Iterable[str], label: ReachLabel, cutoff: int
) -> tuple[Reach, Nearest]:
    """Return the bounded reach and the complete nearest table of a dense cost matrix (negative: unreachable)."""
    places, targets = pd.Index(list(place_ids), dtype="str"), pd.Index(list(target_ids), dtype="str")
    inside = (costs_mm >= 0) & (costs_mm <= cutoff)
    indptr = np.concatenate([[0], np.cumsum(inside.sum(axis=1))]).astype(np.int64)
    rows, columns = np.nonzero(inside)
    reach = Reach(label=label, cutoff=cutoff, place_ids=places, target_ids=targets, indptr=indptr,
                  indices=columns.astype(np.int32), costs=costs_mm[rows, columns].astype(np.int32))  # fmt: skip
    if not len(places):
        costs_mm = np.full((1, len(targets)), -1)  # a list has one column at least
    far = np.where(costs_mm >= 0, costs_mm, np.iinfo(np.int64).max).T
    order = np.argsort(far, axis=1, kind="stable")
    cost = np.take_along_axis(far, order, axis=1)
    unknown = cost == np.iinfo(np.int64).max
    place, told = np.where(unknown, -1, order).astype(np.int32), np.where(unknown, -1, cost).astype(np.int64)
    nearest = Nearest(label=label, place_ids=places, target_ids=targets, place=place, costs=told)
    return reach, nearest


def random_reaches(
    rng: np.random.Generator,
    standards: Iterable[ReachStandard],
    places: Iterable[str],
    demand: pd.DataFrame,
    anchors: pd.DataFrame,
    *,
    near: float = 0.25,
) -> Reaches:
    """Return reaches with random costs; a share `near` of the pairs is within the limit, some are unreachable."""
    bounded, nearest = {}, {}
    ids = sorted(set(places))
    for item in standards:
        targets = demand.index if item.targets == "demand" else anchors.index
        costs = np.where(
            rng.random((len(ids), len(targets))) < near,
            rng.integers(0, item.limit_cost + 1, (len(ids), len(targets))),
            item.limit_cost * 2,
        )
        costs[rng.random(costs.shape) < 0.1] = -1
        bounded[item.label], nearest[item.label] = reach_of(costs, ids, targets, item.label, item.limit_cost)
    return Reaches(bounded=MappingProxyType(bounded), nearest=MappingProxyType(nearest), access=MappingProxyType({}))


def situation(
    units: Territory, table: pd.DataFrame, demand: pd.DataFrame, anchors: pd.DataFrame, reaches: Reaches
) -> Situation:
    """Return the situation of the base year."""
    return Situation(year=BASE_YEAR, territory=units, facilities=table, demand=demand, anchors=anchors, reaches=reaches)


def anchor_table(demand: pd.DataFrame, units: Territory) -> pd.DataFrame:
    """Return any demand point of each unit as its anchor."""
    member = units.membership(units.units.index, demand["unit_code"])
    first = {
        code: member.indices[member.indptr[n]]
        for n, code in enumerate(units.units.index)
        if member.indptr[n] < member.indptr[n + 1]
    }
    at = demand.iloc[list(first.values())]
    return pd.DataFrame(
        {"demand_id": at.index, "x": at["x"].to_numpy(), "y": at["y"].to_numpy()},
        index=pd.Index(list(first), dtype="str"),
    )


def demand_points(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return demand points made by hand; groups that a row does not say are 0, positions the origin."""
    listed = [{"x": 0.0, "y": 0.0, "people": 0, "age_6_11": 0, "catchment_primary_school": "", **row} for row in rows]
    index = pd.Index([f"d{n:02}" for n in range(len(listed))], dtype="str", name="demand_id")
    return pd.DataFrame(listed, index=index).astype({"unit_code": "str", "catchment_primary_school": "str"})


def reaches_of(*given: tuple[ReachStandard, pd.DataFrame]) -> Reaches:
    """Return reaches with these costs in metres, by standard: places x targets, NaN where unreachable."""
    bounded, nearest = {}, {}
    for item, metres in given:
        costs = np.rint(metres.fillna(-0.001).to_numpy(dtype=np.float64) * 1000).astype(np.int64)
        bounded[item.label], nearest[item.label] = reach_of(
            costs, metres.index, metres.columns, item.label, item.limit_cost
        )
    return Reaches(bounded=MappingProxyType(bounded), nearest=MappingProxyType(nearest), access=MappingProxyType({}))


def made_of(
    table: pd.DataFrame,
    *,
    units: Territory | None = None,
    demand: pd.DataFrame | None = None,
    anchors: pd.DataFrame | None = None,
    reaches: Reaches | None = None,
) -> Situation:
    """Return a situation of which only what matters is said: else the land of `land()`, nobody, no reach."""
    where = land() if units is None else units
    who = demand_points({"unit_code": "A0v0"}) if demand is None else demand
    seats = anchor_table(who, where) if anchors is None else anchors
    return situation(where, table, who, seats, reaches_of() if reaches is None else reaches)


def view_of(present: Situation, table: pd.DataFrame, *, year: int = YEARS[-1]) -> PlanView:
    """Return the plan view of these options at the horizon."""
    return PlanView(
        situation=present.at(year), options=table, years=YEARS, earliest_completion=earliest_completion(table)
    )


def every_plan(table: pd.DataFrame, *, at_most: int | None = None) -> Iterator[pd.DataFrame]:
    """Yield every plan: each option left out or completed in a possible year, one option per exclusive group.

    With `at_most`, evenly spread ones of them.
    """
    choices = list(_choices(table))
    step = 1 if at_most is None else max(1, -(-len(choices) // at_most))
    for years in choices[::step]:
        taken = [n for n, year in enumerate(years) if year is not None]
        yield table.iloc[taken].assign(complete_year=pd.array([years[n] for n in taken], dtype="Int64"))


def _choices(table: pd.DataFrame) -> Iterator[tuple[int | None, ...]]:
    """Yield for every plan the year of each option, None where it is left out."""
    groups = table["exclusive_group"].tolist()
    for years in product(*([None, *(at for at in YEARS if at >= first)] for first in earliest_completion(table))):
        named = [group for group, year in zip(groups, years, strict=True) if group and year is not None]
        if len(named) == len(set(named)):
            yield years
