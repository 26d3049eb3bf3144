"""The situation: what stands, who lives where and how far it is, at one year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from planner.coverage.incidence import selection
from planner.coverage.standard import ReachStandard
from planner.coverage.territory import Territory
from planner.network.reach import Reaches

COMMITTED_STATUSES = ("在建", "已批未建")
EXISTING_STATUS = "现状"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Cover:
    """Which targets a service's places cover.

    Attributes
    ----------
    place_ids, target_ids
        Labels of rows and columns.
    matrix
        Boolean CSR, places x targets.
    """

    place_ids: pd.Index
    target_ids: pd.Index
    matrix: sp.csr_array

    def rows_of(self, place_ids: pd.Series | pd.Index) -> npt.NDArray[np.int64]:
        """Return the row of each place id; -1 where the reach does not hold the place."""
        return np.asarray(self.place_ids.get_indexer(pd.Index(place_ids)), dtype=np.int64)

    def from_places(self, place_ids: pd.Series | pd.Index) -> sp.csr_array:
        """Return the int64 matrix of these places x targets; a place the reach does not hold covers nothing."""
        picked = selection(self.rows_of(place_ids), len(self.place_ids))
        return sp.csr_array(picked @ self.matrix.astype(np.int64))

    def times_covered(self, place_ids: pd.Series | pd.Index) -> npt.NDArray[np.int64]:
        """Return for every target how many of these places cover it."""
        return np.asarray(self.from_places(place_ids).sum(axis=0), dtype=np.int64).ravel()

    def covered_by(self, place_ids: pd.Series | pd.Index) -> npt.NDArray[np.bool_]:
        """Return for every target whether any of these places covers it."""
        return self.times_covered(place_ids) > 0


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Situation:
    """Boundaries, facilities, demand and reaches at one year. Nothing in it is changed in place.

    Attributes
    ----------
    year
        The year that is measured.
    territory
        Units and which lies in which.
    facilities
        Indexed by facility_id, columns as the schema ``facilities`` says, and ``planned`` (bool): whether
        a plan put or changed it there.
    demand
        Indexed by demand_id: unit_code, x, y (metres, study CRS), one column per group (persons), and
        ``catchment_<service>`` where catchments are given.
    anchors
        Indexed by unit code: demand_id, x, y.
    reaches
        Costs between places and targets.
    people
        The group of the demand that counts everybody.
    demands
        By year: the demand of that year, same index; empty where people stay as they are. `at` takes it from there.
    """

    year: int
    territory: Territory
    facilities: pd.DataFrame
    demand: pd.DataFrame
    anchors: pd.DataFrame
    reaches: Reaches
    people: str = "people"
    demands: Mapping[int, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for label, reach in self.reaches.bounded.items():
            if label.targets == "demand" and not reach.target_ids.equals(self.demand.index):
                found = f"expected the demand in the order of its reach ({label.service}), found another"
                raise ValueError(f"{found}: compute the reach anew.")

    def at(self, year: int) -> Situation:
        """Return the same situation in another year: what is committed by then counts, and who lives there then.

        Raises
        ------
        ValueError
            If people change by year and those of this year are not known.
        """
        if not self.demands:
            return replace(self, year=year)
        if year not in self.demands:
            raise ValueError(f"expected one of the years {', '.join(map(str, self.demands))}, found {year}.")
        return replace(self, year=year, demand=self.demands[year])

    @property
    def base_demand(self) -> pd.DataFrame:
        """The demand of the base year, the first there is."""
        return self.demands[min(self.demands)] if self.demands else self.demand

    def with_facilities(self, facilities: pd.DataFrame) -> Situation:
        """Return the same situation with another facility table."""
        return replace(self, facilities=facilities)

    def open_facilities(self, service: str, where: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Return the facilities of a service that are open in this year and have these attributes."""
        table = self.facilities
        chosen = is_open(table, self.year) & (table["service"] == service).to_numpy()
        if where:
            chosen = chosen & matches(table, where)
        return table[chosen]

    def covers(self, standard: ReachStandard) -> Cover:
        """Return which targets each place of the standard's service covers (cost <= limit)."""
        reach = self.reaches.bounded[standard.label]
        return Cover(place_ids=reach.place_ids, target_ids=reach.target_ids, matrix=reach.within(standard.limit_cost))

    def covered(self, standard: ReachStandard, where: Mapping[str, object] | None = None) -> npt.NDArray[np.bool_]:
        """Return for every target of the standard whether an open facility with these attributes covers it."""
        return self.covers(standard).covered_by(self.open_facilities(standard.service, where)["place_id"])


def is_open(facilities: pd.DataFrame, year: int) -> npt.NDArray[np.bool_]:
    """Return which facilities count in a year.

    现状 counts from its opening year (always, where none is given), 在建 and 已批未建 only from a given
    opening year, 规划 never: a plan is not a commitment. None counts from its closing year on.
    """
    opened = facilities["opened_year"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    closed = facilities["closed_year"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    status = facilities["status"]
    begun = np.where(np.isnan(opened), (status == EXISTING_STATUS).to_numpy(), opened <= year)
    counts = status.isin([EXISTING_STATUS, *COMMITTED_STATUSES]).to_numpy()
    ended = ~np.isnan(closed) & (closed <= year)
    return np.asarray(begun & counts & ~ended, dtype=bool)


def is_committed(facilities: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which facilities are promised and do not stand yet: 在建 and 已批未建, whatever their years."""
    return np.asarray(facilities["status"].isin(COMMITTED_STATUSES).to_numpy(dtype=bool))


def is_undated(facilities: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which facilities are committed and say no opening year: nobody knows from when they count."""
    return np.asarray(is_committed(facilities) & facilities["opened_year"].isna().to_numpy(dtype=bool), dtype=bool)


def matches(table: pd.DataFrame, where: Mapping[str, object]) -> npt.NDArray[np.bool_]:
    """Return which rows have all the given attribute values (a list means any of them); unknown is no."""
    chosen = np.ones(len(table), dtype=bool)
    for column, value in where.items():
        wanted = list(value) if isinstance(value, list | tuple) else [value]
        chosen = chosen & table[column].isin(wanted).to_numpy()
    return chosen


def may_match(table: pd.DataFrame, where: Mapping[str, object]) -> npt.NDArray[np.bool_]:
    """Return which rows have each of the given attribute values, or nothing in its place: what is unknown may be so."""
    chosen = np.ones(len(table), dtype=bool)
    for column, value in where.items():
        given = table[column]
        unknown = given.isna().to_numpy(dtype=bool) | (given.astype("str") == "").to_numpy(dtype=bool)
        chosen = chosen & (unknown | matches(table, {column: value}))
    return chosen
