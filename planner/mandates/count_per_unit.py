"""COUNT_PER_UNIT: at least so many facilities of a kind within every unit of a set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.coverage.incidence import weighted_columns
from planner.coverage.situation import Situation
from planner.coverage.standard import ReachStandard
from planner.coverage.territory import Territory
from planner.mandates.counting import add_count_rows
from planner.mandates.effects import deltas
from planner.mandates.findings import GAP, MET, core_table, evidence, joined, not_evaluable, people_of
from planner.mandates.row_builder import RowBuilder
from planner.mandates.rows import PlanView, Rows
from planner.mandates.unit_sets import UnitSet


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPerUnit:
    """∀ u ∈ units: |{f : f.service, f has the attributes, f lies in u}| ≥ minimum.

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
        """Return one finding per unit, and one per county that has no such unit."""
        units = self.unit_set.codes(situation.territory)
        standing = situation.open_facilities(self.service, self.where)
        member = situation.territory.membership(units, standing["unit_code"])
        count = np.asarray(member.sum(axis=1)).ravel()
        met = count >= self.minimum
        ids = standing.index.to_numpy()
        people = people_of(situation, units)
        found = core_table(
            {
                "unit_code": units,
                "status": np.where(met, MET, GAP),
                "measured": count,
                "required": self.minimum,
                "unit_of_measure": "facilities",
                "shortfall": np.maximum(self.minimum - count, 0),
                "people_affected": np.where(met, 0, people),
                "evidence": [
                    evidence(ids[member.indices[member.indptr[n] : member.indptr[n + 1]]]) for n in range(len(units))
                ],
                "reason_code": np.where(met, "", "missing_facility"),
            },
            count=len(units),
        )
        return joined([found, not_evaluable(self.unit_set.empty_parents(situation.territory), "empty_unit_set")])

    def reach_standard(self, unit_code: str, territory: Territory) -> ReachStandard | None:
        """Return None: a facility counts where it stands."""
        del unit_code, territory
        return None

    def rows(self, view: PlanView) -> Rows:
        """Return one counting row per unit that options could leave unmet."""
        territory = view.situation.territory
        units = self.unit_set.codes(territory)
        standing = view.situation.open_facilities(self.service, self.where)
        base = np.asarray(territory.membership(units, standing["unit_code"]).sum(axis=1)).ravel().astype(np.int64)
        effect = deltas(view, self.service, self.where)
        change = weighted_columns(territory.membership(units, effect.after["unit_code"]), effect.change)
        builder = RowBuilder()
        add_count_rows(builder, units, base=base, change=change, minimum=self.minimum)
        return builder.build()
