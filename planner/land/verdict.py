"""What may be built on a site, as the screening log says it: for every service, or not for some."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

ELIGIBILITIES = ("eligible", "needs_plan_adjustment", "excluded")
COLUMNS = ("excluded", "excluded_by", "eligibility", "adjustment_by", "excluded_for", "adjustment_for")


def with_verdict(sites: gpd.GeoDataFrame, log: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the sites with what follows from the log.

    Returns
    -------
    GeoDataFrame
        Same rows; ``eligibility`` (one of `ELIGIBILITIES`, for services of which no rule speaks alone), ``excluded``
        (bool) and ``excluded_by`` (rules, joined with ";", "" where none), ``adjustment_by`` (rules whose condition is
        unmet: the plan would have to be adjusted), ``excluded_for`` and ``adjustment_for`` (services of which a rule
        speaks alone).
    """
    every = log["services"] == ""
    out, unmet = log["outcome"] == "excluded", log["outcome"] == "not_met"
    excluded_by = _joined(log[every & out], "rule_id", sites.index)
    adjustment_by = _joined(log[every & unmet], "rule_id", sites.index)
    eligibility = pd.Series("eligible", index=sites.index, dtype="str")
    eligibility[adjustment_by != ""] = "needs_plan_adjustment"
    eligibility[excluded_by != ""] = "excluded"
    return sites.assign(
        excluded=(excluded_by != "").to_numpy(dtype=bool),
        excluded_by=excluded_by.to_numpy(),
        eligibility=eligibility.to_numpy(),
        adjustment_by=adjustment_by.to_numpy(),
        excluded_for=_joined(log[~every & out], "services", sites.index).to_numpy(),
        adjustment_for=_joined(log[~every & unmet], "services", sites.index).to_numpy(),
    )


def _joined(log: pd.DataFrame, column: str, index: pd.Index) -> pd.Series:
    """Return by site the different words of a column, sorted, joined with ";"."""
    joined = log.groupby("site_id")[column].agg(lambda texts: ";".join(sorted({*";".join(texts).split(";")})))
    return joined.astype("str").reindex(index, fill_value="").astype("str")
