"""Proposed sites: points that the planner itself puts forward, where no parcel is known yet.

They carry ``origin`` (the method) and ``proposed_by`` (id of the [[land.generate]]), no land use and no area. All
coordinates are rounded to the millimetre.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.coverage import Territory
from planner.errors import LayerError, fault, shortened
from planner.land.rules import LandRule
from planner.land.settings import GenerateSettings
from planner.layers.locate import unit_codes_xy
from planner.layers.log import LEFT_OUT, FaultLog

F64 = npt.NDArray[np.float64]

SUPPLIED = "supplied"
MOST_POINTS = 200_000
"""Of one grid."""
INWARD_M = 1.0
"""How far inside permitted land a point is put that would lie on its border."""
BARRING = ("exclude", "exclude_unless_exception")


def village_centres(
    settings: GenerateSettings,
    boundaries: gpd.GeoDataFrame,
    territory: Territory,
    taken: Sequence[str],
    demand: pd.DataFrame,
    *,
    people: str,
    log: FaultLog,
) -> pd.DataFrame:
    """Return one point for every unit of a level in which no site was supplied.

    The mean of its residential points, weighted by people (each alike where nobody is counted); where that lies
    outside the unit's polygon, or there is none, the residential point (in the polygon) that is nearest to it, the
    smallest id among equals; where there are no residential points, a point inside the polygon.

    Parameters
    ----------
    settings
        Id and level.
    boundaries, territory
        Polygons of units; which lies in which.
    taken
        Unit codes of the supplied sites.
    demand
        Indexed by demand_id: unit_code, x, y, `people`.
    people
        The group that weighs.
    log
        Gets a line for every unit with neither polygon nor residential points.

    Returns
    -------
    DataFrame
        Indexed by site_id (``<id>-<unit>``): name, unit_code, x, y, origin, proposed_by.
    """
    occupied = {above for code in taken for above in territory.ancestors.get(code, ())}
    units = [code for code in territory.select([settings.level]) if code not in occupied]
    shapes = dict(zip(boundaries["code"], boundaries.geometry, strict=True))
    ordered = demand.sort_index()
    member = territory.membership(pd.Index(units), ordered["unit_code"])
    xy, weight = ordered[["x", "y"]].to_numpy(dtype=np.float64), ordered[people].to_numpy(dtype=np.float64)
    rows = []
    for number, code in enumerate(units):
        here = np.sort(member.indices[member.indptr[number] : member.indptr[number + 1]])
        spot = _centre(xy[here], weight[here], shapes.get(code))
        if spot is None:
            _tell_no_centre(code, settings, log)
        else:
            rows.append((f"{settings.id}-{code}", f"{territory.name(code)}（拟选点）", code, *spot))
    return _framed(rows, settings)


def _centre(xy: F64, weight: F64, shape: shapely.Geometry | None) -> tuple[float, float] | None:
    if not len(xy):
        inner = None if shape is None else shapely.point_on_surface(shape)
        return None if inner is None else (inner.x, inner.y)
    mean = np.average(xy, axis=0, weights=weight if weight.sum() > 0 else None)
    if shape is None:
        return _nearest(xy, mean)
    if shapely.intersects_xy(shape, *mean):
        return float(mean[0]), float(mean[1])
    within = xy[shapely.intersects_xy(shape, xy[:, 0], xy[:, 1])]
    return _nearest(within, mean) if len(within) else _centre(within, weight[:0], shape)


def _nearest(xy: F64, spot: F64) -> tuple[float, float]:
    apart = np.rint(np.hypot(*(xy - spot).T) * 1000)
    chosen = xy[int(np.argmin(apart))]
    return float(chosen[0]), float(chosen[1])


def grid(
    settings: GenerateSettings, region: shapely.Geometry, boundaries: gpd.GeoDataFrame, *, log: FaultLog
) -> pd.DataFrame:
    """Return points `spacing_m` apart in a region, at multiples of the spacing in the study crs.

    Parameters
    ----------
    settings
        Id and spacing.
    region
        As `permitted_region` gives.
    boundaries
        In whose units they lie; points outside all are left out, and told.
    log
        Is told.

    Returns
    -------
    DataFrame
        Indexed by site_id (``<id>-<column>-<row>``): name, unit_code, x, y, origin, proposed_by; by row and column.

    Raises
    ------
    LayerError
        If there would be more than `MOST_POINTS`.
    """
    step = float(settings.spacing_m or 0)
    west, south, east, north = shapely.bounds(region)
    if not np.isfinite(west):
        return _framed([], settings)
    columns = np.arange(np.ceil(west / step), np.floor(east / step) + 1).astype(np.int64)
    lines = np.arange(np.ceil(south / step), np.floor(north / step) + 1).astype(np.int64)
    if len(columns) * len(lines) > 50 * MOST_POINTS:
        raise _too_many(settings, f"{len(columns):,} x {len(lines):,}")
    column, line = (axis.ravel() for axis in np.meshgrid(columns, lines))
    shapely.prepare(region)
    inside = shapely.intersects_xy(region, column * step, line * step)
    column, line = column[inside], line[inside]
    if len(column) > MOST_POINTS:
        raise _too_many(settings, f"{len(column):,}")
    codes = unit_codes_xy(column * step, line * step, boundaries)
    lost = int((codes == "").sum())
    if lost:
        _tell_outside(settings, lost, log)
    spots = zip(column.tolist(), line.tolist(), codes.tolist(), strict=True)
    rows = [(f"{settings.id}-{i}-{j}", f"网格点 {i}-{j}", code, i * step, j * step) for i, j, code in spots if code]
    return _framed(rows, settings)


def permitted_region(
    settings: GenerateSettings,
    permitted: gpd.GeoDataFrame,
    exclusions: gpd.GeoDataFrame,
    rules: Sequence[LandRule],
) -> shapely.Geometry:
    """Return the permitted land of some uses, without what rules of every service exclude by area.

    Raises
    ------
    LayerError
        If there is no land of these uses.
    """
    chosen = permitted[permitted["land_use"].isin(settings.land_uses)] if settings.land_uses else permitted
    if chosen.empty:
        uses = f" of {shortened(settings.land_uses)}" if settings.land_uses else ""
        do = "add [[layers.permitted_land]], or correct land_uses"
        raise LayerError(fault(f"permitted land{uses} for [[land.generate]] {settings.id!r}", "none", do))
    out = [one.rule_id for one in rules if one.effect in BARRING and one.measure == "overlap" and not one.services]
    barred = exclusions[exclusions["rule_id"].isin(out)].geometry.to_numpy()
    return shapely.difference(shapely.union_all(chosen.geometry.to_numpy()), shapely.union_all(barred))


def with_proposed(
    sites: gpd.GeoDataFrame, proposed: Sequence[pd.DataFrame], *, log: FaultLog | None = None
) -> gpd.GeoDataFrame:
    """Return supplied and proposed sites in one table, sorted by id.

    Returns
    -------
    GeoDataFrame
        ``origin`` says which are which; land use is "" and area NaN where a site is proposed, its geometry a point.

    Raises
    ------
    LayerError
        If a proposed site has the id of another.
    """
    told = sites if "origin" in sites.columns else sites.assign(origin=SUPPLIED, proposed_by="")
    made = [table for table in proposed if len(table)]
    if not made:
        return told
    table = pd.concat(made)
    clash = table.index[table.index.duplicated() | table.index.isin(told.index)]
    if len(clash):
        do = "choose another id of [[land.generate]]"
        raise LayerError(fault("ids of proposed sites that no other site has", shortened(clash), do))
    points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["x"], table["y"]), crs=told.crs)
    both = pd.concat([told, points])
    texts = {name: both[name].fillna("").astype("str") for name in told.columns if told[name].dtype == "str"}
    kinds = {name: told[name].dtype for name in told.columns if name not in texts and name != "geometry"}
    joined = gpd.GeoDataFrame(both.assign(**texts).astype(kinds), crs=told.crs)
    if log is not None:
        _tell_made(table, log)
    return joined.sort_index().rename_axis("site_id")


def _framed(rows: Sequence[tuple[object, ...]], settings: GenerateSettings) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["site_id", "name", "unit_code", "x", "y"])
    spots = {axis: np.round(table[axis].astype("float64"), 3) for axis in ("x", "y")}
    texts = {"site_id": "str", "name": "str", "unit_code": "str"}
    made = table.assign(**spots, origin=settings.method, proposed_by=settings.id)
    return made.astype(texts).set_index("site_id")


def _too_many(settings: GenerateSettings, found: str) -> LayerError:
    return LayerError(fault(f"at most {MOST_POINTS:,} points of {settings.id!r}", found, "make spacing_m larger"))


def _tell_no_centre(code: str, settings: GenerateSettings, log: FaultLog) -> None:
    log.add(
        settings.id, code, f"{LEFT_OUT}no_centre", "该单位没有面，也没有居住点，未能拟选点",
        "The unit has neither a polygon nor residential points; no site is proposed", "请补充区划面或人口",
    )  # fmt: skip


def _tell_outside(settings: GenerateSettings, lost: int, log: FaultLog) -> None:
    log.add(
        settings.id, "", "proposed_outside", f"{lost} 个网格点不在任何单位内，未采用",
        f"{lost} grid points lie in no unit and are left out", "请核对允许用地与区划面",
    )  # fmt: skip


def _tell_made(table: pd.DataFrame, log: FaultLog) -> None:
    for origin, count in table["origin"].value_counts().sort_index().items():
        log.add(
            "sites", "", "sites_proposed", f"程序生成候选点 {count} 个（{origin}），无地块，需落实地块",
            f"{count} sites were proposed ({origin}); they have no parcel yet", "请落实地块后再报审",
        )  # fmt: skip
