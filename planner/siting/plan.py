"""The plan: what is done where and when, how sure that is, and the situation it leads to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.coverage.situation import Situation
from planner.mandates.effects import resulting_facilities
from planner.siting.stages import Stage


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Plan:
    """The outcome of siting.

    Attributes
    ----------
    options
        The options taken: their rows, and start_year, complete_year (Int64). Indexed by option_id.
    stages
        Every stage of the final year and of the schedule.
    effects
        Per option and coverage request of its service: option_id, closes (finding keys joined by ";"),
        standard_id, group, people_gained (covered by it and by nobody at present), people_only (covered by
        it alone in the plan).
    causes
        Per hard or network finding still unmet: mandate_id, unit_code, year, cause, reason, reason_en,
        nearest_site_id, nearest_m, cheapest_yuan, verified.
    budget
        Per year: budget_yuan, spent_yuan, carried_yuan (Int64, missing where the study states no budget).
    ties
        ``unique``, or ``ties_unproven`` where another plan may do equally well.
    seed
        Of the tie weights.
    """

    options: pd.DataFrame
    stages: tuple[Stage, ...]
    effects: pd.DataFrame
    causes: pd.DataFrame
    budget: pd.DataFrame
    ties: str
    seed: int

    @property
    def status(self) -> str:
        """``optimal`` when every stage is proven, else ``time_stopped`` or ``stopped``."""
        statuses = {stage.status for stage in self.stages}
        return next((worst for worst in ("time_stopped", "stopped") if worst in statuses), "optimal")

    @property
    def cost_yuan(self) -> int | None:
        """What all options cost together; None where their costs are not supplied."""
        costs = self.options["cost_yuan"]
        return None if costs.isna().any() else int(costs.sum())

    def apply(self, present: Situation, year: int) -> Situation:
        """Return the situation of `year` with the options that are complete by then. Nothing is changed in place."""
        return present.at(year).with_facilities(applied(present.facilities, self.options, year))

    def summary(self) -> str:
        """Return a few lines that say what the plan holds and how sure it is."""
        by_year = self.options.groupby("complete_year").size()
        years = ", ".join(f"{year}: {count}" for year, count in by_year.items())
        gap = max((stage.gap for stage in self.stages), default=0.0)
        cost = "cost not supplied" if self.cost_yuan is None else f"{self.cost_yuan / 10_000:,.0f} 万元"
        return (
            f"{len(self.options)} options, {cost} ({years or 'none'})\n"
            f"{self.status}, largest gap {gap:g}, choice {self.ties}, "
            f"{len(self.causes)} findings left unmet, each with its cause"
        )


def applied(facilities: pd.DataFrame, options: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the facility table with the options complete by `year` applied.

    A build becomes a facility whose id is the option's; any other action changes the row it acts on, whose
    id and opening year stay.
    """
    done = options[(options["complete_year"] <= year).to_numpy(dtype=bool)]
    if done.empty:
        return facilities
    result = resulting_facilities(facilities, done)
    builds = (done["action"] == "build").to_numpy()
    built = result[builds].assign(opened_year=pd.array(done.loc[builds, "complete_year"], dtype="Int64"))
    changed = result[~builds].set_axis(done.loc[~builds, "facility_id"].to_numpy(dtype=object))
    kept = facilities[~facilities.index.isin(changed.index)]
    parts = [part for part in (kept, changed, built) if len(part)]
    table = pd.concat(parts) if len(parts) > 1 else parts[0]
    table = table.astype({name: dtype for name, dtype in facilities.dtypes.items() if name != "geometry"})
    table.index = pd.Index(np.asarray(table.index, dtype=object), dtype="str", name=facilities.index.name)
    return table.sort_index()
