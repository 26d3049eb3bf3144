"""COUNT_PER_UNIT: at least so many facilities of a kind within every unit of a set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.incidence import weighted_columns
from planner.coverage.situation import Situation, matches, may_match
from planner.coverage.standard import ReachStandard
from planner.coverage.territory import Territory
from planner.mandates.absent import absent_units
from planner.mandates.counting import add_count_rows
from planner.mandates.effects import deltas
from planner.mandates.findings import GAP, MET, NOT_EVALUABLE, core_table, evidence, joined, people_of
from planner.mandates.row_builder import RowBuilder
from planner.mandates.rows import PlanView, Rows
from planner.mandates.unit_sets import UnitSet


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPerUnit:
    """∀ u ∈ units: |{f : f.service, f has the attributes, f lies in u}| ≥ minimum.

    A facility of which an attribute is not known is not counted. Where too few are certain and those that may
    have the attributes would make them enough, nobody can tell: not evaluable, for lack of data.

    Attributes
    ----------
    service, where
        What counts.
    unit_set
        Where it must stand.
    minimum
        How many.
    """

    service: str
    where: Mapping[str, object]
    unit_set: UnitSet
    minimum: int = 1

    def evaluate(self, situation: Situation) -> pd.DataFrame:
        """Return one finding per unit, and one per county that has no such unit (or one in all)."""
        units = self.unit_set.codes(situation.territory)
        possible = situation.open_facilities(self.service)
        possible = possible[may_match(possible, self.where)]
        certain = matches(possible, self.where)
        member = situation.territory.membership(units, possible["unit_code"])
        count = np.asarray(member @ certain.astype(np.int64)).ravel()
        met = count >= self.minimum
        unknown = ~met & (np.asarray(member.sum(axis=1)).ravel() >= self.minimum)
        ids = possible.index.to_numpy()
        people = people_of(situation, units)
        found = core_table(
            {
                "unit_code": units,
                "status": np.where(met, MET, np.where(unknown, NOT_EVALUABLE, GAP)),
                "measured": _known(count, unknown),
                "required": self.minimum,
                "unit_of_measure": "facilities",
                "shortfall": _known(np.maximum(self.minimum - count, 0), unknown),
                "people_affected": _known(np.where(met, 0, people), unknown),
                "evidence": [
                    evidence(ids[at[certain[at] | doubtful]])
                    for at, doubtful in zip(np.split(member.indices, member.indptr[1:])[:-1], unknown, strict=True)
                ],
                "reason_code": np.where(met, "", np.where(unknown, "no_data", "missing_facility")),
            },
            count=len(units),
        )
        return joined([found, absent_units([self.unit_set], situation.territory)])

    def reach_standard(self, unit_code: str, territory: Territory) -> ReachStandard | None:
        """Return None: a facility counts where it stands."""
        del unit_code, territory
        return None

    def rows(self, view: PlanView) -> Rows:
        """Return one counting row per unit that options could leave unmet; only what is certain counts."""
        territory = view.situation.territory
        units = self.unit_set.codes(territory)
        standing = view.situation.open_facilities(self.service, self.where)
        base = np.asarray(territory.membership(units, standing["unit_code"]).sum(axis=1)).ravel().astype(np.int64)
        effect = deltas(view, self.service, self.where)
        change = weighted_columns(territory.membership(units, effect.after["unit_code"]), effect.change)
        builder = RowBuilder()
        add_count_rows(builder, units, base=base, change=change, minimum=self.minimum)
        return builder.build()


def _known(values: npt.NDArray[np.int64], unknown: npt.NDArray[np.bool_]) -> pd.Series:
    """Return whole numbers, absent where they are not known."""
    return pd.Series(values, dtype="Int64").mask(unknown)
