"""Committed facilities without a year: not counted, and not evaluable where they would decide."""

from __future__ import annotations

import pandas as pd

from planner.coverage.situation import Situation, is_undated
from planner.mandates.findings import GAP, NOT_EVALUABLE
from planner.mandates.mandate import Mandate

_UNKNOWN = {"measured": pd.NA, "shortfall": pd.NA, "people_affected": pd.NA}


def with_undated_told(found: pd.DataFrame, mandate: Mandate, situation: Situation) -> pd.DataFrame:
    """Return findings in which a gap is not evaluable if it were none with all undated commitments open.

    Parameters
    ----------
    found
        Findings of the mandate, core columns; those that count years judge their years themselves.
    mandate
        What was evaluated.
    situation
        Where. A facility in 在建 or 已批未建 without an opening year counts nowhere in it.
    """
    facilities = situation.facilities
    undated = is_undated(facilities) & (facilities["service"] == mandate.service).to_numpy()
    gaps = (found["status"] == GAP) & found["year"].isna()
    if not undated.any() or not gaps.any():
        return found
    opened = facilities["opened_year"].mask(undated, situation.year)
    perhaps = mandate.predicate.evaluate(situation.with_facilities(facilities.assign(opened_year=opened)))
    perhaps = perhaps.drop_duplicates("unit_code").set_index("unit_code")
    then = found["unit_code"].map(perhaps["status"])
    decided = gaps & then.notna() & (then != GAP)
    if not decided.any():
        return found
    evidence = found["unit_code"].map(perhaps["evidence"]).fillna("").astype("str")
    told = found.assign(
        status=found["status"].mask(decided, NOT_EVALUABLE),
        reason_code=found["reason_code"].mask(decided, "date_missing"),
        evidence=found["evidence"].mask(decided, evidence),
        estimated=found["estimated"].mask(decided, other=False),
    )
    return told.assign(**{name: told[name].mask(decided, empty) for name, empty in _UNKNOWN.items()})
