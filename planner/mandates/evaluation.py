"""Evaluate mandates on a situation: the one table that everything else reads."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planner.coverage.situation import Situation
from planner.coverage.territory import Territory
from planner.mandates.every_institution import EveryInstitution
from planner.mandates.findings import CORE_COLUMNS, GAP, MET, NOT_EVALUABLE, joined
from planner.mandates.mandate import Mandate
from planner.mandates.profile import Profile
from planner.mandates.reasons import REASONS
from planner.mandates.undated import with_undated_told

KEY = ("mandate_id", "unit_code", "year")
"""Columns that name a finding."""

FINDING_COLUMNS = (
    "mandate_id", "unit_code", "unit_name", "unit_level", "county_code", "county_name", "year", "status",
    "measured", "required", "unit_of_measure", "shortfall", "people_affected", "evidence", "reason_code",
    "reason", "reason_en", "estimated", "strength", "predicate", "service", "quote", "section",
    "lead_department", "interpretive", "standard_id", "standard_limit", "standard_confirmed",
)  # fmt: skip

_PLACE = ("unit_name", "unit_level", "county_code", "county_name")
_DTYPES_OF_NONE = {name: CORE_COLUMNS.get(name, "str") for name in FINDING_COLUMNS}


def evaluate(mandates: Sequence[Mandate], situation: Situation, *, profile: Profile | None = None) -> pd.DataFrame:
    """Return one finding per mandate, unit and year.

    Parameters
    ----------
    mandates
        As a policy gives them.
    situation
        What is measured.
    profile
        Where `standard_limit` and `standard_confirmed` are looked up.

    Returns
    -------
    pandas.DataFrame
        Columns `FINDING_COLUMNS`, sorted by mandate_id, unit_code, year. ``status`` is met, gap or
        not_evaluable; the last is never counted as met.
    """
    table = joined([_described(mandate, _found(mandate, situation)) for mandate in mandates])
    table = _with_date_of_list(table, situation.territory.listed)
    of_institutions = [mandate.mandate_id for mandate in mandates if isinstance(mandate.predicate, EveryInstitution)]
    table = _with_places(table, situation, of_institutions)
    table = _with_standards(table, profile)
    if table.empty:
        return table.reindex(columns=list(FINDING_COLUMNS)).astype(_DTYPES_OF_NONE)
    return table.reindex(columns=list(FINDING_COLUMNS)).sort_values(list(KEY), ignore_index=True)


def count_statuses(findings: pd.DataFrame) -> dict[str, int]:
    """Return how many findings are met, gap and not evaluable."""
    counts = findings["status"].value_counts()
    return {status: int(counts.get(status, 0)) for status in (MET, GAP, NOT_EVALUABLE)}


def finding_keys(findings: pd.DataFrame) -> pd.Index:
    """Return one string per finding: mandate_id|unit_code|year (year empty where none is counted)."""
    year = findings["year"].astype("str").where(findings["year"].notna(), "")
    return pd.Index(findings["mandate_id"] + "|" + findings["unit_code"] + "|" + year, dtype="str")


def _found(mandate: Mandate, situation: Situation) -> pd.DataFrame:
    found = mandate.predicate.evaluate(situation).astype(CORE_COLUMNS)
    return with_undated_told(found, mandate, situation)


def _described(mandate: Mandate, found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(
        mandate_id=mandate.mandate_id, strength=mandate.strength, predicate=mandate.predicate_name,
        service=mandate.service, quote=mandate.quote, section=mandate.section,
        lead_department=mandate.lead_department, interpretive=mandate.interpretive,
        reason=found["reason_code"].map(lambda code: REASONS[code][0]).astype("str"),
        reason_en=found["reason_code"].map(lambda code: REASONS[code][1]).astype("str"),
    )  # fmt: skip


def _with_date_of_list(table: pd.DataFrame, listed: str) -> pd.DataFrame:
    """Add, where a unit is said to be absent, of which date the list is."""
    if not listed or table.empty:
        return table
    when = f"（{listed}）", f" (listed {listed})"
    by_list = table["reason_code"].isin(["empty_unit_set", "no_such_unit"])
    return table.assign(
        reason=table["reason"].mask(by_list, table["reason"] + when[0]),
        reason_en=table["reason_en"].mask(by_list, table["reason_en"] + when[1]),
    )


def _with_places(table: pd.DataFrame, situation: Situation, of_institutions: Sequence[str]) -> pd.DataFrame:
    """Add names, levels and counties; a catchment is named after its first school, what has no unit by a dash."""
    if table.empty:
        return table
    territory, facilities = situation.territory, situation.facilities
    named = (
        facilities[facilities["catchment_id"].fillna("") != ""]
        .sort_index()
        .drop_duplicates("catchment_id")
        .set_index("catchment_id")
    )
    places = [
        _place(str(code), territory, facilities, "institution")
        if mandate in of_institutions
        else _place(str(code), territory, named, "catchment")
        for code, mandate in zip(table["unit_code"], table["mandate_id"], strict=True)
    ]
    return table.assign(**dict(zip(_PLACE, map(list, zip(*places, strict=True)), strict=True)))


def _place(code: str, territory: Territory, named: pd.DataFrame, level: str) -> tuple[str, str, str, str]:
    """Return the name, level, county and county's name of a unit, or of one of `named`, which has this level."""
    if code in territory.ancestors:
        at, name, level = code, territory.name(code), str(territory.units.at[code, "level"])
    elif code:
        at, name = str(named["unit_code"].get(code, "")), str(named["name"].get(code, "")) or code
    else:
        at, name, level = "", "—", "city"
    county = territory.parent_at(at, "county") if at in territory.ancestors else ""
    return name, level, county, territory.name(county) if county else ""


def _with_standards(table: pd.DataFrame, profile: Profile | None) -> pd.DataFrame:
    entries = {} if profile is None else profile.entries
    used = table["standard_id"].tolist() if len(table) else []
    confirmed = [entries[name].confirmed and not entries[name].invented if name in entries else pd.NA for name in used]
    return table.assign(
        standard_limit=[entries[name].text if name in entries else "" for name in used],
        standard_confirmed=pd.array(confirmed, dtype="boolean"),
    )
