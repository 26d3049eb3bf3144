"""COVERAGE: a share of the people of every unit lives within a limit (of people; of units is another predicate)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from planner.coverage.incidence import weighted_columns
from planner.coverage.rates import weights_of
from planner.coverage.situation import Situation
from planner.coverage.standard import ReachStandard
from planner.coverage.territory import Territory
from planner.mandates.absent import absent_units
from planner.mandates.effects import deltas
from planner.mandates.findings import GAP, MET, NOT_EVALUABLE, core_table, joined, not_evaluable
from planner.mandates.row_builder import RowBuilder
from planner.mandates.rows import PlanView, Rows
from planner.mandates.unit_sets import UnitSet


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageShare:
    """∀ u ∈ units: people of u within the limit / people of u >= share.

    Attributes
    ----------
    service, where
        What covers.
    standard
        The limit; None where the profile gives none.
    missing_standard
        Reason code when the standard cannot be used, "" otherwise.
    group
        Who counts (or "places").
    share
        In [0, 1].
    unit_set
        For which units.
    """

    service: str
    where: Mapping[str, object]
    standard: ReachStandard | None
    group: str
    share: float
    unit_set: UnitSet
    missing_standard: str = ""

    def evaluate(self, situation: Situation) -> pd.DataFrame:
        """Return one finding per unit."""
        units = self.unit_set.codes(situation.territory)
        nowhere = absent_units([self.unit_set], situation.territory)
        if self.standard is None or self.missing_standard:
            return joined([not_evaluable(units, self.missing_standard or "standard_missing"), nowhere])
        weight = weights_of(situation.demand, self.group)
        member = situation.territory.membership(units, situation.demand["unit_code"]).astype(np.int64)
        total = np.asarray(member @ weight)
        covered = np.asarray(member @ (weight * situation.covered(self.standard, self.where)))
        met = covered >= self._required(total)
        somebody = total > 0
        share = np.divide(covered, total, out=np.full(len(total), np.nan), where=somebody)
        found = core_table(
            {
                "unit_code": units,
                "status": np.where(somebody, np.where(met, MET, GAP), NOT_EVALUABLE),
                "measured": pd.array(np.where(somebody, share, 0.0), dtype="Float64"),
                "required": self.share,
                "unit_of_measure": "share",
                "shortfall": np.where(somebody & ~met, self.share - np.nan_to_num(share), 0.0),
                "people_affected": np.where(met, 0, total - covered),
                "reason_code": np.where(somebody, np.where(met, "", "share_below"), "no_data"),
                "standard_id": self.standard.standard_id,
            },
            count=len(units),
        )
        found.loc[~somebody, ["measured", "shortfall"]] = pd.NA
        return joined([found, nowhere])

    def reach_standard(self, unit_code: str, territory: Territory) -> ReachStandard | None:
        """Return the limit within which people are covered."""
        del unit_code, territory
        return self.standard

    def rows(self, view: PlanView) -> Rows:
        """Return, per unit, a row that counts covered people, over merged demand columns."""
        builder = RowBuilder()
        if self.standard is None or self.missing_standard:
            return builder.build()
        situation = view.situation
        units = self.unit_set.codes(situation.territory)
        weight = weights_of(situation.demand, self.group)
        member = situation.territory.membership(units, situation.demand["unit_code"]).astype(np.int64)
        required = self._required(np.asarray(member @ weight))
        base, change = cover_change(view, self.standard, self.where)
        for number, code in enumerate(units):
            inside = member.indices[member.indptr[number] : member.indptr[number + 1]].astype(np.int64)
            if weight[inside].sum() > 0:
                _add_unit_row(builder, str(code), int(required[number]), inside, weight, base, change)
        return builder.build()

    def _required(self, total: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the fewest people that make the share; the guard is against 0.9 * 10 = 9.000000000000002."""
        return np.array([math.ceil(self.share * int(people) - 1e-9) for people in total], dtype=np.int64)


def cover_change(
    view: PlanView, standard: ReachStandard, where: Mapping[str, object]
) -> tuple[npt.NDArray[np.int64], sp.csr_array]:
    """Return how many open facilities cover each target, and targets x options: what each option changes."""
    cover = view.situation.covers(standard)
    base = cover.times_covered(view.situation.open_facilities(standard.service, where)["place_id"])
    effect = deltas(view, standard.service, where)
    by_target = sp.csr_array(cover.from_places(effect.after["place_id"]).T)
    return base, weighted_columns(by_target, effect.change)


def _add_unit_row(
    builder: RowBuilder,
    code: str,
    required: int,
    inside: npt.NDArray[np.int64],
    weight: npt.NDArray[np.int64],
    base: npt.NDArray[np.int64],
    change: sp.csr_array,
) -> None:
    groups = merged(inside, weight, base, change)
    sure = sum(people for (count, touched), people in groups.items() if count + sum(min(0, v) for _, v in touched) > 0)
    if sure >= required:
        return
    finding = builder.finding(code, required=required)
    terms = [(builder.slack(finding, upper=required), 1.0)]
    certain = 0
    for (count, touched), people in sorted(groups.items()):
        if count + sum(min(0, v) for _, v in touched) > 0:
            certain += people
        elif count or touched:
            covered = builder.auxiliary()
            terms.append((covered, float(people)))
            links = [(builder.option(option), -float(value)) for option, value in touched]
            builder.row(finding, [(covered, 1.0), *links], upper=float(count))
    builder.row(finding, terms, lower=float(required - certain))


def merged(
    points: npt.NDArray[np.int64], weight: npt.NDArray[np.int64], base: npt.NDArray[np.int64], change: sp.csr_array
) -> dict[tuple[int, tuple[tuple[int, int], ...]], int]:
    """Return the people of all points that the same options cover, so that they share one column."""
    groups: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
    for point in points:
        if weight[point] <= 0:
            continue
        span = slice(change.indptr[point], change.indptr[point + 1])
        touched = tuple(zip(change.indices[span].tolist(), change.data[span].tolist(), strict=True))
        # How often a point is covered matters only where an option could take cover away.
        count = int(base[point]) if any(value < 0 for _, value in touched) else min(int(base[point]), 1)
        groups[(count, touched)] = groups.get((count, touched), 0) + int(weight[point])
    return groups
