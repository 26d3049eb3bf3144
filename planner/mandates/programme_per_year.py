"""PROGRAMME_PER_YEAR: so many facilities of a kind completed in every year of a programme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.situation import Situation, matches
from planner.coverage.standard import ReachStandard
from planner.coverage.territory import Territory
from planner.mandates.absent import absent_units
from planner.mandates.completions import completion_years, may_be_completed, surely_completed
from planner.mandates.effects import deltas
from planner.mandates.findings import GAP, MET, NOT_EVALUABLE, core_table, evidence, joined
from planner.mandates.row_builder import RowBuilder
from planner.mandates.rows import PlanView, Rows
from planner.mandates.unit_sets import UnitSet


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePerYear:
    """∀ u ∈ units, ∀ y ∈ years: |{f : f.service, f has the attributes, f in u, f completed in y}| ≥ minimum.

    A surplus of one year does not count for another. Where too few are certain and those of which the year (a
    committed one without it) or the acceptance is not known would make them enough, nobody can tell: not evaluable.

    Attributes
    ----------
    service, where
        What counts.
    unit_set
        For whom it is counted (usually the city).
    minimum
        How many a year.
    years
        The years of the programme.
    accepted
        Whether only what was accepted (验收) counts; of what is still to be completed that is taken for granted.
    """

    service: str
    where: Mapping[str, object]
    unit_set: UnitSet
    minimum: int
    years: tuple[int, ...]
    accepted: bool = False

    def evaluate(self, situation: Situation) -> pd.DataFrame:
        """Return one finding per unit and year; what is committed to open in a year counts."""
        units = self.unit_set.codes(situation.territory)
        table = self._of_kind(situation.facilities)
        member = situation.territory.membership(units, table["unit_code"])
        years, certain = completion_years(table), surely_completed(table, accepted=self.accepted)
        doubtful = may_be_completed(table, accepted=self.accepted)
        rows = []
        for number, code in enumerate(units):
            inside = np.sort(member.indices[member.indptr[number] : member.indptr[number + 1]])
            for year in self.years:
                then, undated = years[inside] == year, np.isnan(years[inside])
                sure = then & certain[inside]
                done, perhaps = inside[sure], inside[sure | ((then | undated) & doubtful[inside])]
                rows.append(self._finding(str(code), year, list(table.index[done]), list(table.index[perhaps])))
        nowhere = absent_units([self.unit_set], situation.territory)
        return joined([core_table(rows), nowhere]) if rows else nowhere

    def _finding(self, code: str, year: int, done: list[str], perhaps: list[str]) -> dict[str, object]:
        """Return one finding; `perhaps` are those that are certain and those that may be."""
        short = max(self.minimum - len(done), 0)
        unknown = short > 0 and len(perhaps) >= self.minimum
        finding = {"unit_code": code, "year": year, "required": self.minimum, "unit_of_measure": "facilities"}
        if unknown:
            return {**finding, "status": NOT_EVALUABLE, "evidence": evidence(perhaps), "reason_code": "date_missing"}
        return {
            **finding, "status": GAP if short else MET, "measured": len(done), "shortfall": short,
            "evidence": evidence(done), "reason_code": "not_completed" if short else "",
        }  # fmt: skip

    def reach_standard(self, unit_code: str, territory: Territory) -> ReachStandard | None:
        """Return None: a facility counts where it stands."""
        del unit_code, territory
        return None

    def rows(self, view: PlanView) -> Rows:
        """Return one row per unit and year over the columns "completed exactly in that year"."""
        territory = view.situation.territory
        units = self.unit_set.codes(territory)
        facilities = view.situation.facilities
        done = facilities[self._counts(facilities)]
        base = territory.membership(units, done["unit_code"]).astype(np.int64)
        completed = completion_years(done)
        effect = deltas(view, self.service, self.where)
        inside = territory.membership(units, effect.after["unit_code"])
        change = self._change(view, effect.after)
        builder = RowBuilder()
        for number, code in enumerate(units):
            options = inside.indices[inside.indptr[number] : inside.indptr[number + 1]].astype(np.int64)
            for year in self.years:
                standing = int((base[[number]] @ (completed == year).astype(np.int64))[0])
                self._add_row(builder, view, str(code), year, standing, options, effect.counts_after, change)
        return builder.build()

    def _add_row(
        self,
        builder: RowBuilder,
        view: PlanView,
        code: str,
        year: int,
        standing: int,
        options: npt.NDArray[np.int64],
        counts_after: npt.NDArray[np.bool_],
        change: npt.NDArray[np.int64],
    ) -> None:
        builds = (view.options["action"] == "build").to_numpy()
        acted_year = _completion_year_of_acted(view)
        terms: list[tuple[int, float]] = []
        for option in np.sort(options):
            if builds[option]:
                if counts_after[option] and view.earliest_completion[option] <= year:
                    terms.append((builder.option(int(option), year=year), 1.0))
            elif acted_year[option] == year and change[option]:
                terms.append((builder.option(int(option)), float(change[option])))
        losses = sum(value for _, value in terms if value < 0)
        if standing + losses >= self.minimum:
            return
        finding = builder.finding(code, year=year, required=self.minimum)
        terms.append((builder.slack(finding, upper=self.minimum - min(0.0, standing + losses)), 1.0))
        builder.row(finding, terms, lower=float(self.minimum - standing))

    def _of_kind(self, facilities: pd.DataFrame) -> pd.DataFrame:
        return facilities[(facilities["service"] == self.service).to_numpy() & matches(facilities, self.where)]

    def _counts(self, facilities: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which facilities count in the year they are completed, whichever year it is seen from."""
        kind = (facilities["service"] == self.service).to_numpy() & matches(facilities, self.where)
        return np.asarray(surely_completed(facilities, accepted=self.accepted) & kind, dtype=bool)

    def _change(self, view: PlanView, after: pd.DataFrame) -> npt.NDArray[np.int64]:
        """Return what each option that acts on a facility changes in the count of that facility's year."""
        facilities = view.situation.facilities
        row = facilities.index.get_indexer(pd.Index(view.options["facility_id"].to_numpy(dtype=object)))
        before = np.append(self._counts(facilities), False)[row]
        return np.asarray(self._counts(after).astype(np.int64) - before.astype(np.int64), dtype=np.int64)


def _completion_year_of_acted(view: PlanView) -> npt.NDArray[np.float64]:
    facilities = view.situation.facilities
    years = pd.Series(completion_years(facilities), index=facilities.index)
    acted = years.reindex(pd.Index(view.options["facility_id"].to_numpy(dtype=object)))
    return np.asarray(acted.to_numpy(dtype=np.float64), dtype=np.float64)
