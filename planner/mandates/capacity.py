"""CAPACITY: no class above the limit, catchment by catchment.

`largest_class` speaks for a school nobody acted upon, with the pupils of the base year. After an option, and in a
year with other pupils, the class size is ceil(pupils / classes) of the catchment, and flagged estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.situation import Situation
from planner.coverage.standard import ReachStandard
from planner.coverage.territory import Territory
from planner.mandates.absent import NO_UNIT
from planner.mandates.effects import deltas
from planner.mandates.findings import GAP, MET, NOT_EVALUABLE, core_table, evidence, not_evaluable
from planner.mandates.row_builder import RowBuilder
from planner.mandates.rows import PlanView, Rows


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Catchment:
    """A catchment in one year: its open schools, its pupils, and whether these are as many as in the base year."""

    name: str
    schools: pd.DataFrame
    pupils: int
    as_in_base_year: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """∀ catchments z: the largest class of its schools <= class_size.

    Attributes
    ----------
    service
        The schools.
    group
        Their pupils, a population group (persons at each demand point of the catchment).
    class_size
        Persons per class; None where the profile gives no usable number.
    number_id
        The number's name in the profile.
    missing_number
        Reason code when the number cannot be used, "" otherwise.
    """

    service: str
    group: str
    class_size: int | None
    number_id: str
    missing_number: str = ""

    def evaluate(self, situation: Situation) -> pd.DataFrame:
        """Return one finding per catchment (its unit_code is the catchment's id), one in all where none are given."""
        catchments = self._catchments(situation)
        if not catchments:
            return not_evaluable(_whole_area(situation.territory), "no_data", standard_id=self.number_id)
        return core_table([self._finding(one) for one in catchments])

    def reach_standard(self, unit_code: str, territory: Territory) -> ReachStandard | None:
        """Return None: a facility counts where it stands."""
        del unit_code, territory
        return None

    def rows(self, view: PlanView) -> Rows:
        """Return the rows of every catchment in which an option acts, or that is short as it stands."""
        builder = RowBuilder()
        if self.class_size is None or self.missing_number:
            return builder.build()
        effect = deltas(view, self.service, {})
        after, before = _classes_after_before(view, effect.after)
        of_catchment = effect.after["catchment_id"].to_numpy(dtype=object)
        for one in self._catchments(view.situation):
            acting = np.flatnonzero((of_catchment == one.name) & effect.counts_after)
            change = (after - before)[acting]
            self._add_rows(builder, one, acting, change)
        return builder.build()

    def _catchments(self, situation: Situation) -> list[_Catchment]:
        pupils = self._pupils(situation.demand)
        now = self._pupils(situation.base_demand) if situation.demands else pupils
        schools = situation.open_facilities(self.service)
        named = schools[schools["catchment_id"].fillna("") != ""]
        by_name = {str(name): group for name, group in named.groupby("catchment_id")}
        names = sorted({*by_name, *(str(name) for name in pupils.index)} - {""})
        return [
            _Catchment(
                name=name,
                schools=by_name.get(name, schools.iloc[:0]),
                pupils=int(pupils.get(name, 0)),
                as_in_base_year=int(pupils.get(name, 0)) == int(now.get(name, 0)),
            )
            for name in names
        ]

    def _pupils(self, demand: pd.DataFrame) -> pd.Series:
        column = f"catchment_{self.service}"
        return demand.groupby(column)[self.group].sum() if column in demand else pd.Series(dtype="int64")

    def _finding(self, one: _Catchment) -> dict[str, Any]:
        name, schools, pupils = one.name, one.schools, one.pupils
        base = {"unit_code": name, "unit_of_measure": "persons_per_class", "standard_id": self.number_id,
                "evidence": evidence(list(schools.index)), "required": self.class_size}  # fmt: skip
        if self.class_size is None or self.missing_number:
            return {**base, "status": NOT_EVALUABLE, "reason_code": self.missing_number or "standard_missing"}
        if schools.empty and pupils:
            return {
                **base,
                "status": GAP,
                "shortfall": pupils,
                "people_affected": pupils,
                "reason_code": "missing_facility",
            }
        size, estimated = _largest_class(one)
        if size is None:
            return {**base, "status": NOT_EVALUABLE, "reason_code": "no_data"}
        over = max(size - self.class_size, 0)
        return {
            **base, "status": GAP if over else MET, "measured": size, "shortfall": over, "estimated": estimated,
            "people_affected": pupils if over else 0,
            "reason_code": ("seats_short" if estimated else "class_too_large") if over else "",
        }  # fmt: skip

    def _add_rows(
        self,
        builder: RowBuilder,
        one: _Catchment,
        acting: npt.NDArray[np.int64],
        change: npt.NDArray[np.int64],
    ) -> None:
        name, schools, pupils = one.name, one.schools, one.pupils
        size, _ = _largest_class(one)
        if self.class_size is None or (size is None and not (schools.empty and pupils)):
            return
        if schools["classes"].isna().any():
            return  # after acting the class size could not be told: no option can make it met
        short = size is None or size > self.class_size
        if not short and not len(acting):
            return
        finding = builder.finding(name, required=max(pupils, 1))
        seats = self.class_size * int(schools["classes"].fillna(0).sum())
        terms = [
            (builder.option(int(option)), float(self.class_size * gain))
            for option, gain in zip(acting, change, strict=True)
        ]
        terms.append(
            (
                builder.slack(
                    finding, upper=max(pupils - seats, 0) + self.class_size * int(np.abs(change).sum()) + pupils
                ),
                1.0,
            )
        )
        if short:
            # The measure improves only by acting: the class that is too large stands in the school's own list.
            builder.row(finding, terms, lower=float(pupils - seats))
            acts = [(builder.option(int(option)), 1.0) for option in acting]
            builder.row(finding, [*acts, (builder.slack(finding, upper=1.0), 1.0)], lower=1.0)
            return
        acted = builder.auxiliary()
        for option in acting:
            builder.row(finding, [(acted, 1.0), (builder.option(int(option)), -1.0)], lower=0.0)
        builder.row(finding, [*terms, (acted, -float(pupils))], lower=float(-seats))


def _whole_area(territory: Territory) -> pd.Index:
    """Return the city, the counties where the study names no city, no unit where it has neither."""
    named = (territory.select((level,)) for level in ("city", "county"))
    return next((units for units in named if len(units)), NO_UNIT)


def _largest_class(one: _Catchment) -> tuple[int | None, bool]:
    """Return the largest class of a catchment (None where it is not known) and whether it is an estimate.

    A catchment in which a plan acts is estimated as a whole: pupils move between its schools. So is one with other
    pupils than in the base year, of which the stated classes speak.
    """
    schools, pupils = one.schools, one.pupils
    classes = schools["classes"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    stated = schools["largest_class"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    acted = bool(schools["planned"].any()) or not one.as_in_base_year
    if len(schools) and not acted and not np.isnan(stated).any():
        return int(stated.max()), False
    if np.isnan(classes).any() or classes.sum() <= 0:
        return None, False
    average = -(-pupils // int(classes.sum()))
    known = [] if acted else [int(size) for size in stated[~np.isnan(stated)]]
    return max([average, *known]), not known or average > max(known)


def _classes_after_before(view: PlanView, after: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    facilities = view.situation.facilities
    acted = facilities["classes"].reindex(pd.Index(view.options["facility_id"].to_numpy(dtype=object)))
    later = after["classes"].astype("Float64").fillna(0).to_numpy(dtype=np.float64)
    earlier = acted.astype("Float64").fillna(0).to_numpy(dtype=np.float64)
    return later.astype(np.int64), earlier.astype(np.int64)
