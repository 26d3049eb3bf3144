"""Screening once more: site by site and rule by rule, from the layers and the rules that run.json holds."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.verify.files import Run
from planner.verify.hills import raster_of

LOG = ("overlap_m2", "measured", "excluded", "outcome", "effect", "limit", "services", "exception")
VERDICT = ("excluded", "excluded_by", "eligibility", "adjustment_by", "excluded_for", "adjustment_for")
_UNKNOWN_RULE = {"effect": "exclude", "measure": "overlap", "limit": 1.0, "services": "", "supports": ""}
_MOST_POINTS = 10_000
Row = dict[str, Any]


def screened_again(run: Run, sites: gpd.GeoDataFrame, exclusions: gpd.GeoDataFrame) -> list[Row]:
    """Return the screening log as it should be: site_id, rule_id, layer, source and `LOG`.

    Parameters
    ----------
    run
        A finished run.
    sites
        site_id, geometry and, where the layers have it, village_plan.
    exclusions
        rule_id, layer, source, geometry.
    """
    rules = {rule["rule_id"]: rule for rule in run.settings.get("land_rules") or ()}
    land = run.settings.get("land") or {}
    granted = {
        (one["site_id"], one["rule_id"]): f"{one['granted_by']}，{one['document']}，{one['date']}"
        for one in land.get("exceptions") or ()
    }
    rows: list[Row] = []
    for name, areas in exclusions.groupby("rule_id"):
        rule = rules.get(str(name), {**_UNKNOWN_RULE, "rule_id": str(name)})
        if rule["measure"] == "outside":
            helping = [other["rule_id"] for other in rules.values() if other.get("supports") == rule["rule_id"]]
            rows += _outside(rule, areas, exclusions[exclusions["rule_id"].isin(helping)], sites)
            continue
        for (layer, source), part in areas.groupby(["layer", "source"]):
            rows += _meetings(rule, str(layer), str(source), part.geometry.to_numpy(), sites)
    if land.get("dem") and "slope" in rules:
        rows += _steep(rules["slope"], run.folder / land["dem"], run.settings["study"]["crs"], sites)
    return [_with_consequence(row, granted) for row in rows]


def verdicts(rows: Sequence[Row], sites: Sequence[str]) -> pd.DataFrame:
    """Return site_id and `VERDICT` of every site, as these rows of the log mean."""
    of: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        sort = {"excluded": "excluded", "not_met": "adjustment"}.get(row["outcome"])
        if sort and row["services"]:
            of[row["site_id"]][f"{sort}_for"] |= set(row["services"].split(";"))
        elif sort:
            of[row["site_id"]][f"{sort}_by"].add(row["rule_id"])
    table = []
    for site in sites:
        words = {name: ";".join(sorted(of[site][name])) for name in VERDICT if name[-3:] in ("_by", "for")}
        eligibility = (
            "excluded" if words["excluded_by"] else "needs_plan_adjustment" if words["adjustment_by"] else "eligible"
        )
        table.append({"site_id": site, **words, "excluded": bool(words["excluded_by"]), "eligibility": eligibility})
    return pd.DataFrame(table, columns=["site_id", *VERDICT])


def _is_point(shape: shapely.Geometry) -> bool:
    return bool(shape.geom_type in ("Point", "MultiPoint"))


def _row(rule: Mapping[str, Any], site: str, layer: str, source: str, **found: Any) -> Row:
    limit = rule["limit"]
    stated = {"rule_id": rule["rule_id"], "effect": rule["effect"], "services": rule["services"] or "",
              "limit": math.nan if limit is None else float(limit)}  # fmt: skip
    return {"site_id": site, "layer": layer, "source": source, "overlap_m2": math.nan, **stated, **found}


def _meetings(rule: Mapping[str, Any], layer: str, source: str, areas: Any, sites: gpd.GeoDataFrame) -> Iterator[Row]:
    """Give what a layer of areas, or of things to keep away from, says of each site that it meets."""
    everything = shapely.union_all(areas)
    shapely.prepare(everything)
    limit = 0.0 if rule["limit"] is None else float(rule["limit"])
    for site, shape in zip(sites["site_id"], sites.geometry, strict=True):
        if rule["measure"] == "distance":
            metres = round(everything.distance(shape), 3)
            if metres < limit:
                yield _row(rule, site, layer, source, measured=metres, breach=True)
        elif everything.intersects(shape):
            m2 = math.nan if _is_point(shape) else round(everything.intersection(shape).area, 3)
            yield _row(rule, site, layer, source, overlap_m2=m2, measured=m2, breach=not m2 <= limit)


def _outside(
    rule: Mapping[str, Any], areas: gpd.GeoDataFrame, helping: gpd.GeoDataFrame, sites: gpd.GeoDataFrame
) -> Iterator[Row]:
    """Give for each site whether the condition is met: inside, on land that helps, or by a village plan."""
    permitted = shapely.union_all(areas.geometry.to_numpy())
    wider = shapely.union_all([permitted, *helping.geometry])
    layer, source = ("；".join(sorted({*areas[name]} - {""})) for name in ("layer", "source"))
    limit = 0.0 if rule["limit"] is None else float(rule["limit"])
    plans = sites["village_plan"].fillna("") if "village_plan" in sites.columns else [""] * len(sites)
    for site, shape, plan in zip(sites["site_id"], sites.geometry, plans, strict=True):
        if _is_point(shape):
            m2, breach, left = math.nan, not permitted.intersects(shape), not wider.intersects(shape)
        else:
            m2 = round(shape.difference(permitted).area, 3)
            breach, left = m2 > limit, round(shape.difference(wider).area, 3) > limit
        helped = breach and (not left or bool(plan))
        yield _row(rule, site, layer, source, measured=m2, breach=breach and not helped,
                   met="met_elsewhere" if helped else "met")  # fmt: skip


def _steep(rule: Mapping[str, Any], dem: Path, crs: str, sites: gpd.GeoDataFrame) -> Iterator[Row]:
    bounds = sites.geometry.bounds.to_numpy()
    height, cell_mm = raster_of(dem, crs, np.vstack((bounds[:, :2], bounds[:, 2:])))
    cell = cell_mm / 1000
    limit = math.inf if rule["limit"] is None else float(rule["limit"])
    for site, shape in zip(sites["site_id"], sites.geometry, strict=True):
        spots = np.array(_spots(shape, cell))
        east, west, north, south = (
            height(spots + np.array(shift)) for shift in ((cell, 0.0), (-cell, 0.0), (0.0, cell), (0.0, -cell))
        )
        angles = np.degrees(np.arctan(np.sqrt((east - west) ** 2 + (north - south) ** 2) / (2 * cell)))
        known = angles[~np.isnan(angles)]
        if not len(known):
            yield _row(rule, site, dem.name, "", measured=math.nan, breach=False, met="unknown")
            continue
        degrees = round(float(known.max() if rule["measure"] == "slope_max" else known.mean()), 2)
        met = "told" if rule["limit"] is None else "met"
        yield _row(rule, site, dem.name, "", measured=degrees, breach=degrees > limit, met=met)


def _spots(shape: shapely.Geometry, step: float) -> list[tuple[float, float]]:
    west, south, east, north = shape.bounds
    while ((east - west) / step + 1) * ((north - south) / step + 1) > _MOST_POINTS:
        step *= 2
    columns = range(math.ceil(west / step), math.floor(east / step) + 1)
    rows = range(math.ceil(south / step), math.floor(north / step) + 1)
    spots = [(i * step, j * step) for j in rows for i in columns if shape.intersects(shapely.Point(i * step, j * step))]
    inner = shapely.point_on_surface(shape)
    return spots or [(inner.x, inner.y)]


def _with_consequence(row: Row, granted: Mapping[tuple[str, str], str]) -> Row:
    """Return a row with outcome, excluded and exception."""
    exception = ""
    if not row["breach"]:
        outcome = row.get("met", "negligible")
    elif row["effect"] in ("condition", "told"):
        outcome = "not_met" if row["effect"] == "condition" else "told"
    else:
        lenient = row["effect"] == "exclude_unless_exception"
        exception = granted.get((row["site_id"], row["rule_id"]), "") if lenient else ""
        outcome = "exception" if exception else "excluded"
    return {**row, "outcome": outcome, "excluded": outcome == "excluded", "exception": exception}
