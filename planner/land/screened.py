"""What was looked at: one row per rule, whether there was a layer for it, and what it found. No layer is no pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.land.rules import LandRule, rules_frame

_COUNTED = ("excluded", "exception", "not_met", "told", "unknown")
COLUMNS = (
    "rule_id", "name", "name_en", "screened", "layers", "areas", *(f"sites_{one}" for one in _COUNTED), "effect",
    "measure", "limit", "unit", "services", "source", "strength", "note", "why", "why_en",
)  # fmt: skip
_WHY = {
    "no_layer": ("未提供图层，未筛查", "no layer was supplied: not screened"),
    "no_dem": ("未提供高程模型，未筛查", "no elevations were supplied: not screened"),
    "by_template": ("按可选行动逐项核对，见“用地适配”表", "looked at by option template: table site_services"),
    "no_source": ("研究没有注明该规则的依据", "the study states no source of this rule"),
    "": ("", ""),
}


def screened_rules(
    rules: Sequence[LandRule], exclusions: gpd.GeoDataFrame, log: pd.DataFrame, *, dem: str = ""
) -> pd.DataFrame:
    """Return every rule, with which layers it was looked at and how many sites it met.

    Parameters
    ----------
    rules
        As `rules_in_effect` gives.
    exclusions
        The layers.
    log
        As `screen_sites` gives.
    dem
        What the file of elevations is called, "" where there is none.

    Returns
    -------
    DataFrame
        `COLUMNS`; ``screened`` is False where nothing was supplied, and ``why`` says so. Counts of sites by
        outcome; absent where nothing was looked at.
    """
    layers = {rule: ";".join(sorted(set(names))) for rule, names in exclusions.groupby("rule_id")["layer"]}
    table = rules_frame(rules)
    table["layers"] = [layers.get(rule, "") for rule in table["rule_id"]]
    if dem:
        table.loc[table["rule_id"] == "slope", "layers"] = dem
    table["areas"] = table["rule_id"].map(exclusions["rule_id"].value_counts()).fillna(0).astype("int64")
    table["screened"] = (table["layers"] != "") | (table["measure"] == "template")
    for outcome in _COUNTED:
        met = log[log["outcome"] == outcome].groupby("rule_id")["site_id"].nunique()
        counted = table["rule_id"].map(met).fillna(0).astype("Int64")
        table[f"sites_{outcome}"] = counted.mask(table["layers"] == "")  # what was not looked at is not 0
    reasons = [_WHY[_why(row)] for row in table.to_dict("records")]
    table["why"], table["why_en"] = [why for why, _ in reasons], [why for _, why in reasons]
    return table[list(COLUMNS)]


def _why(row: Mapping[Any, Any]) -> str:
    if row["measure"] == "template":
        return "by_template"
    if row["screened"]:
        return "" if row["source"] else "no_source"
    return "no_dem" if row["rule_id"] == "slope" else "no_layer"
