"""The two readings agree where people change by year, and where completions have dates and are accepted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planner.mandates.programme_per_year import ProgrammePerYear
from tests.mandates.test_rows_agree import CASES, Case, _disagreements, _measured
from tests.small import BASE_YEAR, YEARS

SEEDS = 12


def _with_people_of_years(case: Case, rng: np.random.Generator) -> Case:
    demand = case.present.demand
    groups = [name for name in ("people", "age_6_11") if name in demand]
    later = {year: demand.assign(**{group: rng.integers(0, 14, len(demand)) for group in groups}) for year in YEARS}
    return replace(case, present=replace(case.present, demands={BASE_YEAR: demand, **later}))


def _with_acceptance(case: Case, rng: np.random.Generator) -> Case:
    assert isinstance(case.predicate, ProgrammePerYear)
    table = case.present.facilities
    dates = rng.choice(["", "2026-05-01", "2027-12-31", "2025-01-01"], len(table))
    said = rng.choice([True, False, None], len(table))
    dated = table.assign(completed=pd.array(dates, dtype="str"), accepted=pd.array(said, dtype="boolean"))
    asked = bool(rng.random() < 0.7)
    return replace(case, present=case.present.with_facilities(dated), predicate=replace(case.predicate, accepted=asked))


CHANGED = {"capacity": _with_people_of_years, "coverage_share": _with_people_of_years,
           "programme_per_year": _with_acceptance}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_rows_and_findings_agree_in_every_year(name: str) -> None:
    """On random situations, for plans of every kind, zero slack is possible exactly where a finding is met."""
    totals = np.zeros(3, dtype=int)
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        measured = _measured(CHANGED[name](CASES[name](rng), rng))
        totals += _disagreements(measured, measured.rows)
    assert totals[0] == 0
    assert (totals[1:] > 0).all()  # some are met, and some are not
