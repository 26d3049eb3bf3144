"""Before beside after: the same row of two tables in one, and a plan's options beside their effects."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.report.material import Material, weight_group, with_id

FINDING_KEYS = ("mandate_id", "unit_code", "year")
COVERAGE_KEYS = ("standard_id", "unit_code", "group")

_MEASURES = (
    "status",
    "measured",
    "required",
    "shortfall",
    "people_affected",
    "evidence",
    "reason_code",
    "reason",
    "reason_en",
)
_COUNTS = ("total", "covered", "share", "uncovered")


def paired_findings(material: Material) -> pd.DataFrame:
    """Return one row per mandate × unit × year: what both tables share, and ``…_before``, ``…_after`` of the rest.

    Rows are sorted by mandate, unit, year. ``required`` is there once where before and after agree on it, as
    ``required`` (after, else before).
    """
    both = _paired(material.findings_before, material.findings_after, FINDING_KEYS, (*_MEASURES, "estimated"))
    both["required"] = both["required_after"].where(both["required_after"].notna(), both["required_before"])
    return both.sort_values(list(FINDING_KEYS), kind="stable", ignore_index=True)


def paired_coverage(material: Material) -> pd.DataFrame:
    """Return one row per standard × unit × group: shared columns, and ``…_before``, ``…_after`` of the counts.

    In the order of the tables.
    """
    both = _paired(material.coverage_before, material.coverage_after, COVERAGE_KEYS, _COUNTS)
    both["total"] = both["total_after"].where(both["total_after"].notna(), both["total_before"])
    return both


def widest_rows(coverage: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of coverage that speak of the whole: of the city, else of the highest level there is."""
    present = set(coverage["unit_level"])
    level = next((level for level in ("city", "county", "township") if level in present), "")
    return coverage[coverage["unit_level"] == level]


def plan_rows(material: Material) -> pd.DataFrame:
    """Return the plan's options by year of completion, each with what it does.

    The effect shown beside an option is the one for the group that demand points are weighed by, else its first;
    ``closes`` is the union over all its effects.
    """
    options = with_id(material.plan_options, "option_id")
    effects = material.plan_effects
    lead = weight_group(material)
    ranked = effects.assign(_rank=(effects["group"] != lead).astype(int)).sort_values("_rank", kind="stable")
    first = ranked.drop_duplicates("option_id").set_index("option_id")
    closes = effects.groupby("option_id", sort=False)["closes"].agg(_union)
    for column in ("people_gained", "people_only", "standard_id", "group"):
        options[column] = options["option_id"].map(first[column])
    options["closes"] = options["option_id"].map(closes).fillna("")
    return options.sort_values(["complete_year", "option_id"], kind="stable", ignore_index=True)


def _paired(before: pd.DataFrame, after: pd.DataFrame, keys: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    """Return both tables side by side; a row that one of them lacks keeps its words from the other."""
    wanted = [*keys, *measures]
    sides = before[wanted].merge(after[wanted], on=list(keys), how="outer", suffixes=("_before", "_after"), sort=False)
    words = pd.concat([after, before])[[column for column in after.columns if column not in measures]]
    return words.drop_duplicates(list(keys)).merge(sides, on=list(keys), how="left", sort=False)


def _union(texts: pd.Series) -> str:
    keys = [key for entry in texts if isinstance(entry, str) for key in entry.split(";") if key]
    return ";".join(dict.fromkeys(keys))
