"""Screening: which rule and layer says what of which site, with how much of its land, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.land.overlaps import are_points, distances, outside_m2, overlaps
from planner.land.rules import LandRule
from planner.land.settings import LandException
from planner.land.slope import Slopes
from planner.land.verdict import with_verdict
from planner.land.words import NOTES

LOG_DTYPES = {
    "site_id": "str", "rule_id": "str", "rule_name": "str", "layer": "str", "source": "str", "overlap_m2": "float64",
    "excluded": "bool", "outcome": "str", "effect": "str", "measure": "str", "measured": "float64",
    "limit": "float64", "unit": "str", "services": "str", "rule_source": "str", "strength": "str",
    "exception": "str", "note": "str", "note_en": "str",
}  # fmt: skip
LOG_COLUMNS = tuple(LOG_DTYPES)
Row = dict[str, Any]


def screen_sites(
    sites: gpd.GeoDataFrame,
    exclusions: gpd.GeoDataFrame,
    *,
    rules: Sequence[LandRule] = (),
    exceptions: Sequence[LandException] = (),
    slopes: Slopes | None = None,
    dem: str = "",
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the sites with what may be built on them, and the log of every meeting of site, rule and layer.

    Parameters
    ----------
    sites
        As `read_sites` gives.
    exclusions
        As `read_exclusions` gives, in the same crs.
    rules
        As `rules_in_effect` gives. A layer of another rule excludes what it touches by more than a square metre.
    exceptions
        Cited; one takes its rule from its site.
    slopes
        Of the sites, in their order; None where there are no elevations.
    dem
        What the file of the elevations is called.

    Returns
    -------
    sites : GeoDataFrame
        Same rows, with the columns of `with_verdict`.
    log : DataFrame
        One row per site, rule and layer that meet, for a condition per site: `LOG_COLUMNS`. ``outcome``: excluded,
        exception, negligible (within the limit), met, met_elsewhere, not_met, told, unknown. ``measured`` is NaN where
        nothing can be measured, and the note says why; so is ``overlap_m2`` where the rule speaks of no area.
    """
    by_id = {rule.rule_id: rule for rule in rules}
    cited = {(one.site_id, one.rule_id): one.cited for one in exceptions}
    rows: list[Row] = []
    for rule_id, areas in exclusions.groupby("rule_id", sort=True):
        rule = by_id.get(str(rule_id), _unknown(str(rule_id), areas))
        rows += _of_rule(rule, areas, sites, _supporting(rule, rules, exclusions))
    if slopes is not None and "slope" in by_id:
        rows += _of_slope(by_id["slope"], sites, slopes, dem)
    log = _framed([_judged(row, by_id.get(row["rule_id"]), cited) for row in rows])
    return with_verdict(sites, log), log


def _unknown(rule_id: str, areas: gpd.GeoDataFrame) -> LandRule:
    name = str(areas["rule_name"].iloc[0])
    return LandRule(rule_id=rule_id, name=name, name_en=name, effect="exclude", measure="overlap")


def _supporting(rule: LandRule, rules: Sequence[LandRule], exclusions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the land on which a condition is met, too."""
    helps = [other.rule_id for other in rules if other.supports == rule.rule_id]
    return exclusions[exclusions["rule_id"].isin(helps)]


def _of_rule(
    rule: LandRule, areas: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, supporting: gpd.GeoDataFrame
) -> list[Row]:
    shapes = sites.geometry.to_numpy()
    if rule.measure == "outside":
        return list(_outside(rule, areas, sites, supporting))
    if rule.measure == "distance":
        limit = rule.limit or 0.0
        found = distances(shapes, areas, within_m=limit)
        at = shapes[found["row"].to_numpy(dtype=np.int64)]
        notes = np.where(are_points(at), "from_point", "")
        return _rows(rule, found.rename(columns={"m": "measured"}), sites, notes, found["m"].to_numpy() < limit)
    found = overlaps(shapes, areas)
    points = found["m2"].isna().to_numpy()
    breach = points | (found["m2"].to_numpy() > (0.0 if rule.limit is None else rule.limit))
    measured = found.assign(measured=found["m2"], overlap_m2=found["m2"])
    return _rows(rule, measured, sites, np.where(points, "point", ""), breach)


def _rows(rule: LandRule, found: pd.DataFrame, sites: gpd.GeoDataFrame, notes: Any, breach: Any) -> list[Row]:
    table = found.assign(site_id=sites.index[found["row"].to_numpy(dtype=np.int64)], note=notes, breach=breach)
    stated = {"rule_id": rule.rule_id, "effect": rule.effect, "measure": rule.measure, "limit": rule.limit,
              "unit": rule.unit, "services": ";".join(rule.services), "rule_source": rule.source,
              "strength": rule.strength}  # fmt: skip
    return [{str(name): value for name, value in {**row, **stated}.items()} for row in table.to_dict("records")]


def _outside(
    rule: LandRule, areas: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, supporting: gpd.GeoDataFrame
) -> Iterator[Row]:
    """Give a row per site: how much lies outside, and whether other land or a village plan meets the condition."""
    shapes = sites.geometry.to_numpy()
    points = are_points(shapes)
    limit = 0.0 if rule.limit is None else rule.limit
    measured = outside_m2(shapes, areas.geometry.to_numpy())
    breach = measured > np.where(points, 0.0, limit)
    both = np.concatenate([areas.geometry.to_numpy(), supporting.geometry.to_numpy()])
    left = measured.copy()
    left[breach] = outside_m2(shapes[breach], both)
    elsewhere = breach & (left <= np.where(points, 0.0, limit))
    plans = sites["village_plan"].fillna("") if "village_plan" in sites.columns else pd.Series("", index=sites.index)
    planned = breach & ~elsewhere & (plans != "").to_numpy()
    notes = np.where(elsewhere, "elsewhere", np.where(planned, "plan", np.where(points, "point", "")))
    named = {name: "；".join(sorted(set(areas[name]) - {""})) for name in ("rule_name", "layer", "source")}
    found = pd.DataFrame({**named, "row": np.arange(len(sites)), "measured": np.where(points, np.nan, measured)})
    for row in _rows(rule, found, sites, notes, breach & ~elsewhere & ~planned):
        helped = {"elsewhere": "；".join(sorted(set(supporting["layer"]))), "plan": str(plans.get(row["site_id"], ""))}
        yield {**row, "said": helped.get(row["note"], ""), "met": "met_elsewhere" if row["note"] in helped else "met"}


def _of_slope(rule: LandRule, sites: gpd.GeoDataFrame, slopes: Slopes, dem: str) -> list[Row]:
    measured = slopes.steepest if rule.measure == "slope_max" else slopes.mean
    known = np.isfinite(measured)
    breach = np.zeros(len(sites), dtype=bool) if rule.limit is None else np.nan_to_num(measured) > rule.limit
    told = rule.limit is None
    found = pd.DataFrame(
        {"rule_name": rule.name, "layer": dem, "source": "", "row": np.arange(len(sites)), "measured": measured}
    )
    rows = _rows(rule, found, sites, np.where(known, "slope", "no_elevation"), breach)
    for row, mean, steep, share in zip(rows, slopes.mean, slopes.steepest, slopes.known_share, strict=True):
        row["said"] = (f"{mean:g}", f"{steep:g}", f"{share:.0%}")
        row["met"] = "unknown" if row["note"] == "no_elevation" else "told" if told else "met"
    return rows


def _judged(row: Row, rule: LandRule | None, cited: Mapping[tuple[str, str], str]) -> Row:
    """Return a row with what follows from it."""
    effect = row["effect"]
    exception = cited.get((row["site_id"], row["rule_id"]), "") if effect == "exclude_unless_exception" else ""
    if not row["breach"]:
        outcome = row.get("met", "negligible")
    else:
        outcome = {"condition": "not_met", "told": "told"}.get(effect, "exception" if exception else "excluded")
    said = row.get("said", "")
    words = said if isinstance(said, tuple) else (said,)
    zh, en = NOTES[row["note"]]
    name = rule.name if rule is not None and row["rule_name"] == row["rule_id"] else row["rule_name"]
    return {**row, "rule_name": name, "outcome": outcome, "excluded": outcome == "excluded",
            "exception": exception if row["breach"] else "", "note": zh.format(*words),
            "note_en": en.format(*words)}  # fmt: skip


def _framed(rows: Sequence[Row]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(LOG_DTYPES))
    texts = {name: table[name].fillna("") for name, dtype in LOG_DTYPES.items() if dtype == "str"}
    keys = ["site_id", "rule_id", "layer", "source"]
    return table.assign(**texts).astype(LOG_DTYPES).sort_values(keys, kind="stable", ignore_index=True)
