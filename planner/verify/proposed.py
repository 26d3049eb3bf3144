"""Proposed sites once more: village centres and grid points are found again, clusters proven to be what they say."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.errors import fault, shortened
from planner.verify.files import Run
from planner.verify.outcome import Verification, of_faults
from planner.verify.recount import Scene
from planner.verify.world import World, groups_of

_REMEDY = "run the study again, and report it if it comes back"
_NEAR_M = 0.002
Spots = dict[str, tuple[float, float]]


def proposed_of(run: Run) -> pd.DataFrame:
    """Return the sites that the run says the planner proposed: text, with numbers x and y."""
    table = run.tables["sites"]
    if "origin" not in table.columns:
        return table.iloc[:0]
    made = table[~table["origin"].isin(["supplied", ""])]
    return made.assign(x=pd.to_numeric(made["x"]), y=pd.to_numeric(made["y"]))


def check_proposals(
    run: Run, scene: Scene, supplied: pd.DataFrame, land: Mapping[str, gpd.GeoDataFrame]
) -> Verification:
    """Return whether proposed sites are what the settings say; parameters as for `wrong_proposals`."""
    asked = (run.settings.get("land") or {}).get("generate") or ()
    return of_faults(wrong_proposals(run, scene, supplied, land), checks=len(asked))


def wrong_proposals(run: Run, scene: Scene, supplied: pd.DataFrame, land: Mapping[str, gpd.GeoDataFrame]) -> list[str]:
    """Return a sentence for every [[land.generate]] whose sites are not what it says.

    Parameters
    ----------
    run
        A finished run.
    scene
        The present.
    supplied
        Sites of the layers: unit_code.
    land
        ``boundaries`` (code, level, geometry), ``exclusions`` (rule_id, geometry), ``permitted`` (land_use, geometry).
    """
    table, told = proposed_of(run), []
    settings = (run.settings.get("land") or {}).get("generate") or ()
    known = [one["id"] for one in settings]
    strange = table.loc[~table["proposed_by"].isin(known), "site_id"].tolist() if len(table) else []
    if strange:
        told.append(fault("proposed sites of [[land.generate]]", shortened(strange), _REMEDY))
    parcels = [name for name, use, area in zip(table["site_id"], table["land_use"], table["area_m2"], strict=True)
               if use or area]  # fmt: skip
    if parcels:
        told.append(fault("no land use and no area of proposed sites", shortened(parcels), _REMEDY))
    for one in settings:
        mine = table[(table["origin"] == one["method"]) & (table["proposed_by"] == one["id"])] if len(table) else table
        told += _of(run, one, mine, scene, supplied, land)
    return told


def _of(
    run: Run, one: Mapping[str, Any], mine: pd.DataFrame, scene: Scene, supplied: pd.DataFrame,
    land: Mapping[str, gpd.GeoDataFrame],
) -> list[str]:  # fmt: skip
    stated = {name: (x, y) for name, x, y in zip(mine["site_id"], mine["x"], mine["y"], strict=True)}
    if one["method"] == "unserved_clusters":
        region = _region(run, one, land) if len(land["permitted"]) else None
        return _wrong_clusters(run, one, mine, scene, region)
    if one["method"] == "grid":
        return _differ(one, stated, _lattice(one, _region(run, one, land), land["boundaries"]))
    return _differ(one, stated, _centres(run, one, scene.world, supplied, land["boundaries"]))


def _differ(one: Mapping[str, Any], stated: Spots, again: Spots) -> list[str]:
    wrong = sorted(stated.keys() ^ again.keys())
    wrong += [name for name in stated.keys() & again.keys() if math.dist(stated[name], again[name]) > _NEAR_M]
    if not wrong:
        return []
    return [
        fault(f"the sites of [[land.generate]] {one['id']!r} where they are found again", shortened(wrong), _REMEDY)
    ]


def _centres(
    run: Run, one: Mapping[str, Any], world: World, supplied: pd.DataFrame, boundaries: gpd.GeoDataFrame
) -> Spots:
    taken = {above for code in supplied["unit_code"] for above in world.above.get(str(code), ())}
    shapes = dict(zip(boundaries["code"].astype(str), boundaries.geometry, strict=True))
    people, found = groups_of(run.settings)[0], {}
    ordered = world.demand.sort_index()
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, unit in enumerate(ordered["unit_code"]):
        for above in world.above.get(str(unit), ()):
            rows_of[above].append(row)
    for code in world.of_level(one.get("level") or "village"):
        if code not in taken:
            spot = _centre(ordered.iloc[rows_of[code]], people, shapes.get(code))
            if spot is not None:
                found[f"{one['id']}-{code}"] = spot
    return found


def _centre(points: pd.DataFrame, people: str, shape: shapely.Geometry | None) -> tuple[float, float] | None:
    spots = list(zip(points["x"], points["y"], strict=True))
    if spots:
        weight = points[people].tolist() if points[people].sum() > 0 else [1.0] * len(spots)
        total = math.fsum(weight)
        mean = tuple(
            math.fsum(w * spot[axis] for w, spot in zip(weight, spots, strict=True)) / total for axis in (0, 1)
        )
        if shape is not None and shape.intersects(shapely.Point(mean)):
            return mean[0], mean[1]
        if shape is not None:
            spots = [spot for spot in spots if shape.intersects(shapely.Point(spot))]
        if spots:
            return min(spots, key=lambda spot: round(math.dist(spot, mean) * 1000))
    inner = None if shape is None else shapely.point_on_surface(shape)
    return None if inner is None else (inner.x, inner.y)


def _region(run: Run, one: Mapping[str, Any], land: Mapping[str, gpd.GeoDataFrame]) -> shapely.Geometry:
    permitted, uses = land["permitted"], one.get("land_uses") or ()
    chosen = permitted[permitted["land_use"].isin(list(uses))] if uses else permitted
    out = [rule["rule_id"] for rule in run.settings["land_rules"] if _bars(rule)]
    barred = land["exclusions"][land["exclusions"]["rule_id"].isin(out)]
    return shapely.union_all(list(chosen.geometry)).difference(shapely.union_all(list(barred.geometry)))


def _bars(rule: Mapping[str, Any]) -> bool:
    return bool(rule["effect"].startswith("exclude") and rule["measure"] == "overlap" and not rule["services"])


def _lattice(one: Mapping[str, Any], region: shapely.Geometry, boundaries: gpd.GeoDataFrame) -> Spots:
    step, found = float(one["spacing_m"]), {}
    units = shapely.union_all([shape for shape in boundaries.geometry if shape is not None])
    for part in shapely.get_parts(region):
        west, south, east, north = part.bounds
        for i in range(math.ceil(west / step), math.floor(east / step) + 1):
            for j in range(math.ceil(south / step), math.floor(north / step) + 1):
                spot = shapely.Point(i * step, j * step)
                if part.intersects(spot) and units.intersects(spot):
                    found[f"{one['id']}-{i}-{j}"] = (i * step, j * step)
    return found


def _wrong_clusters(
    run: Run, one: Mapping[str, Any], mine: pd.DataFrame, scene: Scene, region: shapely.Geometry | None
) -> list[str]:
    """Return what is wrong: centres that are not the means of those nearest to them, sites away from land or people."""
    standard = scene.world.standard(one["standard"])
    request = next(table for table in run.settings["coverage"] if table["standard"] == one["standard"])
    if standard is None:
        return []
    covered = scene.world.ruler.covered(standard, scene.standing(standard["service"], request.get("where")))
    people = scene.world.demand[one.get("group") or "people"].to_numpy(np.float64)
    left = ~np.asarray(covered) & (people > 0)
    xy, weight = scene.world.demand[["x", "y"]].to_numpy(np.float64)[left], people[left]
    name = f"[[land.generate]] {one['id']!r}"
    most = min(int(one["count"]), len({tuple(spot) for spot in xy.tolist()}))
    if len(mine) != most:
        return [fault(f"{most} sites of {name}", str(len(mine)), _REMEDY)]
    told = _unplaced(mine, xy, region, name)
    if most:
        told += _not_means(mine, xy, weight, name)
    return told


def _unplaced(mine: pd.DataFrame, xy: Any, region: shapely.Geometry | None, name: str) -> list[str]:
    wrong = []
    for site, x, y in zip(mine["site_id"], mine["x"], mine["y"], strict=True):
        away = region.distance(shapely.Point(x, y)) if region is not None else np.hypot(*(xy - [x, y]).T).min()
        if away > _NEAR_M:
            wrong.append(site)
    where = "on permitted land" if region is not None else "at residential points that nothing covers"
    return [fault(f"sites of {name} {where}", shortened(wrong), _REMEDY)] if wrong else []


def _not_means(mine: pd.DataFrame, xy: Any, weight: Any, name: str) -> list[str]:
    centres = mine[["centre_x", "centre_y"]].astype(float).to_numpy()
    stated = mine["unserved"].astype(float).to_numpy()
    apart = np.hypot(xy[:, None, 0] - centres[None, :, 0], xy[:, None, 1] - centres[None, :, 1])
    # Centres stand to the millimetre: who is as near to two of them may belong to either.
    nearest = np.argmin(apart, axis=1)
    tied = (apart <= apart.min(axis=1, keepdims=True) + _NEAR_M).sum(axis=1) > 1
    doubtful, wrong = float(weight[tied].sum()), []
    for number, site in enumerate(mine["site_id"]):
        inside = nearest == number
        if abs(weight[inside].sum() - stated[number]) > doubtful + 0.5:
            wrong.append(site)
        elif not doubtful:
            mean = np.average(xy[inside], axis=0, weights=weight[inside])
            wrong += [site] if math.dist(mean, centres[number]) > _NEAR_M else []
    expected = f"each centre of {name} in the mean of the people nearest to it"
    return [fault(expected, shortened(wrong), _REMEDY)] if wrong else []
