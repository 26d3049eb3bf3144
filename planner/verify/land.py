"""Land once more: which sites may be used, and whether the plan builds what its templates say on them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.errors import fault
from planner.verify.files import Run
from planner.verify.fitting import check_fitting
from planner.verify.needs import needs_again
from planner.verify.outcome import Verification, compare, of_faults, plain, together
from planner.verify.promised import promised_there, promised_twice
from planner.verify.proposed import proposed_of
from planner.verify.screening import LOG, VERDICT, screened_again, verdicts

_LEAST_M2, _RELATIVE = 0.01, 1e-6
_LOGGED = ["site_id", "rule_id", "layer", "source"]
_REMEDY = "run the study again, and report it if it comes back"
_NEEDS = ("conversion_needed", "expropriation_needed")
_PLACE = ("x", "y", "unit_code")


def check_land(run: Run, sites: gpd.GeoDataFrame, exclusions: gpd.GeoDataFrame) -> Verification:
    """Return whether sites lie where the run says, may be used, and get what the templates allow.

    Parameters
    ----------
    run
        A finished run.
    sites
        As the input layers have them: site_id, x, y, unit_code, land_use, area_m2, geometry.
    exclusions
        Land of which rules speak: rule_id, layer, source, geometry.
    """
    sites = _with_proposed(run, sites)
    log = screened_again(run, sites, exclusions)
    plain_sites = pd.DataFrame(sites.drop(columns="geometry"))
    found = [verdicts(log, plain_sites["site_id"]), needs_again(plain_sites)]  # in the order of the sites
    again = plain_sites.assign(**{name: part[name].to_numpy() for part in found for name in part.columns[1:]})
    table, chosen = run.tables["sites"], run.tables["plan_options"]
    figures = [name for name in (*_PLACE, "land_use", "area_m2", *VERDICT, *_NEEDS) if name in table.columns]
    built = chosen[chosen["action"] == "build"] if len(chosen) else chosen
    known = built[built["place_id"].isin(again["site_id"])] if len(built) else built
    parts = [compare("sites", table, again, keys=["site_id"], figures=figures)] if len(table) or len(again) else []
    if len(known):
        at = again.set_index("site_id").loc[known["place_id"]].reset_index()
        there = at.assign(option_id=known["option_id"].to_numpy())
        parts.append(compare("plan_options", known, there, keys=["option_id"], figures=_PLACE))
    promised = promised_there(run, sites)
    if "screening" in run.tables:
        parts.append(_same_log(run.tables["screening"], log))
    if "site_services" in run.tables:
        parts.append(check_fitting(run, again, promised))
    broken = (*_against_templates(run, again.set_index("site_id")), *promised_twice(run, promised))
    return together([*parts, of_faults(broken, checks=max(len(chosen), len(broken)))])


def _with_proposed(run: Run, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites of the layers and those that the run proposes (which are checked apart), with their origin."""
    made = proposed_of(run)
    told = sites.assign(origin="supplied")
    if made.empty:
        return told
    kept = ["site_id", "name", "unit_code", "x", "y", "origin"]
    points = gpd.GeoDataFrame(made[kept], geometry=gpd.points_from_xy(made["x"], made["y"]), crs=sites.crs)
    both = pd.concat([told, points], ignore_index=True)
    texts = [name for name in told.columns if told[name].dtype == "str"]
    return gpd.GeoDataFrame(both.assign(**{name: both[name].fillna("") for name in texts}), crs=sites.crs)


def _same_log(table: pd.DataFrame, log: Sequence[Mapping[str, Any]]) -> Verification:
    """Compare the screening log; areas to a hundredth of a square metre, as two ways to overlay them differ."""
    figures = [name for name in LOG if name in table.columns]
    again = pd.DataFrame(log, columns=[*_LOGGED, *figures])
    for name in {"overlap_m2", "measured"} & set(figures):
        keys = table[_LOGGED].itertuples(index=False, name=None)
        stated = dict(zip(keys, pd.to_numeric(table[name], errors="coerce"), strict=True))
        again[name] = [
            _if_alike(stated.get(key, math.nan), metres)
            for key, metres in zip(again[_LOGGED].itertuples(index=False, name=None), again[name], strict=True)
        ]
    return compare("screening", table, again, keys=_LOGGED, figures=figures)


def _if_alike(stated: float, again: float) -> float:
    """Return what the run states where it is the same but for how it was computed, else what was found again."""
    return stated if abs(stated - again) <= _LEAST_M2 + _RELATIVE * abs(stated) else again


def _against_templates(run: Run, sites: pd.DataFrame) -> Iterator[str]:
    templates = {entry["id"]: entry for entry in run.settings.get("siting", {}).get("options") or ()}
    facilities = run.tables["facilities"]
    classes = dict(zip(facilities["facility_id"], facilities["classes"], strict=True))
    for row in run.tables["plan_options"].to_dict("records"):
        template = templates.get(row["option_id"].partition(":")[0])
        wrong = _departures(row, template, sites, classes) if template else []
        if wrong:
            yield fault(f"{row['option_id']} as its template says", "; ".join(wrong), _REMEDY)


def _departures(
    row: Mapping[str, Any], template: Mapping[str, Any], sites: pd.DataFrame, classes: Mapping[str, str]
) -> list[str]:
    """Return in what an option is not what its template says; `classes` are those of the facilities."""
    stated = {name: template.get(name) for name in ("action", "service", "cost_yuan", "build_years", "classes")}
    if template.get("add_classes"):
        stated["classes"] = int(classes.get(row["facility_id"], "") or 0) + template["add_classes"]
    wanted = {name: value for name, value in (stated | dict(template.get("set") or {})).items() if value is not None}
    wrong = [f"{name} {row[name]}" for name, value in wanted.items() if plain(row[name]) != plain(value)]
    if template.get("cost_yuan") is None and row["cost_yuan"] != "":
        wrong.append(f"cost_yuan {row['cost_yuan']}")
    if row["action"] == "build" and row["place_id"] in sites.index:
        site = sites.loc[row["place_id"]]
        uses = [plain(use) for use in template.get("land_uses") or ()]
        if site["origin"] == "supplied" and uses and plain(site["land_use"]) not in uses:
            wrong.append(f"land use {site['land_use']}")
        if site["origin"] != "supplied":
            return wrong if template.get("generated") else [*wrong, "a proposed site"]
        if float(site["area_m2"]) < float(template.get("min_area_m2") or 0):
            wrong.append(f"{site['area_m2']} m2")
    return wrong
