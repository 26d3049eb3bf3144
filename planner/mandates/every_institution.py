"""COUNT_PER_UNIT over institutions: every facility of a service is a unit of its own, and must itself fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from planner.coverage.situation import Situation, matches, may_match
from planner.coverage.standard import ReachStandard
from planner.coverage.territory import Territory
from planner.errors import MandateError, fault, shortened
from planner.mandates.absent import NO_UNIT
from planner.mandates.counting import add_count_rows
from planner.mandates.effects import deltas
from planner.mandates.findings import GAP, MET, NOT_EVALUABLE, core_table, not_evaluable
from planner.mandates.row_builder import RowBuilder
from planner.mandates.rows import PlanView, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryInstitution:
    """∀ f : f.service is open → f has the attributes.

    The unit of a finding is the facility, by its id; one that a plan builds has its option's id and must fit too.
    Whom a gap affects is not known: the people of an institution are not those of a unit.

    Attributes
    ----------
    service
        Whose facilities are asked.
    where
        What each of them must have.
    """

    service: str
    where: Mapping[str, object]

    def evaluate(self, situation: Situation) -> pd.DataFrame:
        """Return one finding per open facility of the service; one in all, not evaluable, where there is none.

        Raises
        ------
        MandateError
            If facilities have ids that are codes of units: their findings could not be told apart.
        """
        standing = self._standing(situation)
        if standing.empty:
            return not_evaluable(NO_UNIT, "no_institution")
        fit = matches(standing, self.where)
        unknown = ~fit & may_match(standing, self.where)
        measured = pd.Series(fit.astype(np.int64), dtype="Int64").mask(unknown)
        return core_table(
            {
                "unit_code": standing.index.to_numpy(),
                "status": np.where(fit, MET, np.where(unknown, NOT_EVALUABLE, GAP)),
                "measured": measured,
                "required": 1,
                "unit_of_measure": "facilities",
                "shortfall": 1 - measured,
                "people_affected": pd.Series(0, index=measured.index, dtype="Int64").mask(~fit),
                "evidence": standing.index.to_numpy(),
                "reason_code": np.where(fit, "", np.where(unknown, "no_data", "not_fitting")),
            },
            count=len(standing),
        )

    def reach_standard(self, unit_code: str, territory: Territory) -> ReachStandard | None:
        """Return None: nothing but the facility itself counts."""
        del unit_code, territory
        return None

    def rows(self, view: PlanView) -> Rows:
        """Return one row per facility that options could leave without the attributes.

        Only an action on that very facility changes it. An option that builds one which does not fit has a row of its
        own, under the option's id, that is met exactly where the option is not taken.
        """
        standing, options = self._standing(view.situation), view.options
        effect = deltas(view, self.service, self.where)
        builds = ((options["action"] == "build") & (effect.after["service"] == self.service)).to_numpy(dtype=bool)
        acted = standing.index.get_indexer(pd.Index(options["facility_id"].to_numpy(dtype=object)))
        row = np.where(builds, len(standing) + np.cumsum(builds) - 1, acted)
        value = np.where(builds, effect.counts_after.astype(np.int64) - 1, effect.change)
        units = [*standing.index, *options.index[builds]]
        there = np.flatnonzero(row >= 0)
        change = sp.csr_array((value[there], (row[there], there)), shape=(len(units), len(options)))
        base = np.concatenate([matches(standing, self.where), np.ones(int(builds.sum()), dtype=bool)]).astype(np.int64)
        builder = RowBuilder()
        add_count_rows(builder, pd.Index(units, dtype="str"), base=base, change=change, minimum=1)
        return builder.build()

    def _standing(self, situation: Situation) -> pd.DataFrame:
        """Return the open facilities of the service by id, none of which may be mistaken for a unit."""
        standing = situation.open_facilities(self.service).sort_index()
        taken = standing.index.intersection(situation.territory.units.index)
        if len(taken):
            what = f"ids of facilities of {self.service} that are no codes of units, as findings are told by them"
            raise MandateError(fault(what, shortened(taken), "rename these facilities"))
        return standing
