"""The siting problem: what the law demands, what stands, what may be done, what it may cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.request import CoverageRequest
from planner.coverage.situation import Situation
from planner.mandates.mandate import Mandate
from planner.mandates.rows import PlanView
from planner.siting.options import earliest_completion


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCovered:
    """An objective: cover as many people of the request's first group as possible."""

    request: CoverageRequest

    @property
    def name(self) -> str:
        """The name of its stage."""
        return f"covered[{self.request.standard.standard_id},{self.request.groups[0]}]"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SitingProblem:
    """Everything siting reads.

    Attributes
    ----------
    mandates
        Hard and network ones become rows; soft ones are left out.
    present
        The situation of the base year.
    options
        Indexed by option_id, sorted.
    years
        Years of the plan, ascending; the last one is the horizon.
    budget_yuan
        By year; empty where the study states none. What is not spent carries over.
    max_options
        How many options a plan may take; None for any number.
    max_yuan_per_person
        What one more covered person may cost; None where the study states none.
    objectives
        What is asked for beyond the mandates, most important first.
    units
        Boundaries with polygons where known (code, geometry), to say how far away the nearest site is.
    seed
        Of the tie weights.
    """

    mandates: tuple[Mandate, ...]
    present: Situation
    options: pd.DataFrame
    years: tuple[int, ...]
    budget_yuan: dict[int, int]
    max_options: int | None
    max_yuan_per_person: float | None
    objectives: tuple[PeopleCovered, ...]
    units: gpd.GeoDataFrame | None
    seed: int

    @property
    def horizon(self) -> int:
        """The last year."""
        return self.years[-1]

    @property
    def binding(self) -> tuple[Mandate, ...]:
        """The mandates that become rows."""
        return tuple(mandate for mandate in self.mandates if mandate.strength != "soft")

    def view(self, year: int, options: pd.DataFrame) -> PlanView:
        """Return what predicates may know of a plan over these options, measured in `year`."""
        return PlanView(
            situation=self.present.at(year),
            options=options,
            years=self.years,
            earliest_completion=earliest_completion(options),
        )

    def budget_until(self) -> npt.NDArray[np.float64]:
        """Return the budget available up to and including each year (inf where the study states none)."""
        if not self.budget_yuan:
            return np.full(len(self.years), np.inf)
        return np.cumsum([float(self.budget_yuan.get(year, 0)) for year in self.years])


def usable(options: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return the options that can be complete within the years of the plan."""
    return options[earliest_completion(options) <= years[-1]]
