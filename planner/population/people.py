"""Every layer of population to demand points, and a record of whom it counts and how they came there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from planner.errors import Faults, LayerError, shortened
from planner.layers.checking import check_unique
from planner.layers.demand import read_demand
from planner.layers.facilities import ordered
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.points import joined
from planner.layers.read import NoPositionsError
from planner.layers.source import DemandSource
from planner.layers.unit_people import read_unit_people
from planner.population.learn import learned
from planner.population.nesting import parents
from planner.population.spread import spread, whole_units
from planner.population.stand import standing
from planner.population.weights import read_weights, weighing

RECORD = "population"
"""Kind of the entries that `FaultLog.remembered` gives, one per layer."""


def read_people(
    sources: Sequence[DemandSource],
    boundaries: pd.DataFrame,
    *,
    crs: str,
    log: FaultLog,
    crosswalk: pd.DataFrame | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """Return the demand points of all layers of population.

    Parameters
    ----------
    sources
        Points, polygons and rasters stand where they are. A table without coordinates counts the people of units:
        they are spread by weight where its ``spread`` says so, else they stand at a point inside their unit.
    boundaries
        As `read_boundaries` gives.
    crs
        Of the study.
    log
        Gets a line for whatever is left out or assumed, and remembers (`RECORD`) how each layer was read.
    crosswalk
        As `read_crosswalk` gives.
    seed
        Of folds, where weights are learned.

    Returns
    -------
    DataFrame
        As `read_demand` gives. The points of people who were spread are called ``<unit>:<id of the row>``, those
        that stand for a unit ``<unit>``.

    Raises
    ------
    LayerError
        With the faults of all layers at once.
    """
    faults = Faults()
    tables = []
    for source in sources:
        try:
            tables.append(_read_one(source, boundaries, crs=crs, log=log, crosswalk=crosswalk, seed=seed))
        except LayerError as error:
            faults.extend(error)
    faults.raise_if_any(LayerError)
    if len(tables) < 2:
        return tables[0] if tables else read_demand(sources, boundaries, crs=crs, log=log)
    groups = tuple(dict.fromkeys(group for source in sources for group in source.groups))
    filled = [_filled(table.reset_index(), groups) for table in tables]
    by_unit = [entry["counted_at"] == "units" for entry in log.remembered(RECORD)[-len(sources) :]]
    units = [(one, source) for one, source, of in zip(filled, sources, by_unit, strict=True) if of]
    _check_counted_once(units, groups)
    points = [one for one, of in zip(filled, by_unit, strict=True) if not of]
    table = joined([*points, *_together([one for one, _ in units], groups)])
    check_unique(table["demand_id"], layer=" + ".join(source.name for source in sources), faults=faults)
    faults.raise_if_any(LayerError)
    return ordered(_filled(table, groups), "demand").sort_values("demand_id", ignore_index=True).set_index("demand_id")


def _filled(table: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Return a table with every group; of one that it does not count nobody is there."""
    lacking = {group: 0.0 for group in groups if group not in table.columns}
    return table.assign(**lacking).assign(**{group: table[group].fillna(0.0) for group in groups if group in table})


def _together(tables: Sequence[pd.DataFrame], groups: Sequence[str]) -> list[pd.DataFrame]:
    """Return the points of units in one table: people of several layers who stand at one point are one row."""
    if not tables:
        return []
    table = joined(tables)
    others = [name for name in table.columns if name not in (*groups, "demand_id")]
    by_point = table.groupby("demand_id", sort=True)
    return [by_point[others].first().join(by_point[list(groups)].sum()).reset_index()]


def _check_counted_once(units: Sequence[tuple[pd.DataFrame, DemandSource]], groups: Sequence[str]) -> None:
    """Raise if two layers count the same group of the same unit."""
    faults = Faults()
    for group in groups:
        codes = pd.concat(
            [
                table.loc[table[group] > 0, "demand_id"].str.partition(":")[0].drop_duplicates()
                for table, source in units
                if group in source.groups
            ]
            or [pd.Series(dtype="str")]
        )
        if (twice := codes[codes.duplicated()]).size:
            names = " and ".join(source.name for _, source in units if group in source.groups)
            do = "remove the group from one of the layers"
            faults.add(f"{group!r} of each unit in one layer of population", f"{shortened(twice)} in {names}", do)
    faults.raise_if_any(LayerError)


def _read_one(
    source: DemandSource, boundaries: pd.DataFrame, *, crs: str, log: FaultLog, crosswalk: pd.DataFrame | None,
    seed: int,
) -> pd.DataFrame:  # fmt: skip
    before = len(log.remembered("population_groups"))
    placed: dict[str, Any] = {"counted_at": "points"}
    if source.spread is not None:
        table, placed = _of_units(source, boundaries, crs=crs, log=log, crosswalk=crosswalk, seed=seed)
    else:
        try:
            table = read_demand([source], boundaries, crs=crs, log=log, crosswalk=crosswalk)
        except NoPositionsError as error:
            try:
                table, placed = _of_units(source, boundaries, crs=crs, log=log, crosswalk=crosswalk, seed=seed)
            except LayerError as other:
                raise LayerError([*error.faults, *other.faults]) from None
    groups = [
        {name: entry[name] for name in ("group", "how", "of")} for entry in log.remembered("population_groups")[before:]
    ]
    total = {group: round(float(table[group].sum()), 6) for group in source.groups}
    log.remember(
        RECORD,
        {"layer": source.name, "basis": source.basis, "rows": len(table), "persons": total, "groups": groups, **placed},
    )
    return table


def _of_units(
    source: DemandSource, boundaries: pd.DataFrame, *, crs: str, log: FaultLog, crosswalk: pd.DataFrame | None,
    seed: int,
) -> tuple[pd.DataFrame, dict[str, Any]]:  # fmt: skip
    """Return the people of units at points, and how they came there."""
    counted = read_unit_people(source, boundaries, crs=crs, log=log, crosswalk=crosswalk)
    above = dict(zip(boundaries["code"], boundaries["parent_code"], strict=True))
    within = parents(source.groups, source.known_ages())
    people = whole_units(counted, groups=source.groups, parents=above, within=within)
    placed: dict[str, Any] = {"counted_at": "units", "units": len(people), "within": within, "spread": None}
    parts = []
    if source.spread is not None:
        points = read_weights(source.spread, list(people.index), boundaries, crs=crs, log=log)
        told: dict[str, Any] = {"layer": source.spread.name, "by": weighing(source.spread)}
        if source.spread.covariates:
            totals = people[source.groups[0]]
            covariates = source.spread.covariates
            points, told["learned"] = learned(points, totals, covariates, layer=source.name, seed=seed, log=log)
        elif not told["by"]:
            told["by"] = log.remembered("spread_by")[-1]["weight"]
        parts.append(_named(spread(people, points, groups=source.groups, within=within)))
        placed["spread"] = told
    reached = set(parts[0]["unit"]) if parts else set()
    rest = people[~people.index.isin(list(reached)) & (people[list(source.groups)] > 0).any(axis=1)]
    parts.append(_at_one_point(rest, boundaries, source, log))
    placed["units_at_one_point"] = len(parts[-1])
    table = pd.concat([part for part in parts if len(part)] or parts[:1])
    return _as_demand(table, counted, source), placed


def _named(points: pd.DataFrame) -> pd.DataFrame:
    ids = points["unit"].astype("str") + ":" + points.index.astype("str")
    return points.set_axis(pd.Index(ids, dtype="str"))


def _at_one_point(people: pd.DataFrame, boundaries: pd.DataFrame, source: DemandSource, log: FaultLog) -> pd.DataFrame:
    """Return the people of units that are not spread, each at a point inside the unit."""
    at = standing(list(people.index), boundaries)
    for code in people.index.difference(at.index):
        log.add(
            source.name, str(code), f"{LEFT_OUT}no_position",
            f"{code} 及其上级都没有区划面，人口无处可放，未读入（{people.loc[code, source.groups[0]]} 人）",
            f"Neither {code} nor a unit in which it lies has a polygon; its people have no place and are left out "
            f"({people.loc[code, source.groups[0]]})",
            "请补充区划面，或给出居住点坐标",
        )  # fmt: skip
    _tell_standing(at, source, log)
    table = at.join(people)
    return table.assign(unit=table.index, unit_code=table.index)


def _tell_standing(at: pd.DataFrame, source: DemandSource, log: FaultLog) -> None:
    """Tell which units' people stand at one point, unit by unit where they were to be spread."""
    borrowed = int((at["drawn"] != at.index).sum())
    if source.spread is None and len(at):
        log.add(
            source.name, "", "unit_points",
            f"表中没有坐标：{len(at)} 个单位的人口各置于单位面内一点"
            f"（其中 {borrowed} 个用上级单位的面）；距离和覆盖因此只是近似",
            f"The table has no coordinates: the people of {len(at)} units stand at one point inside each "
            f"({borrowed} of them in the polygon of a higher unit); distances and coverage are approximate",
            "可用 spread 按建筑、网格或栅格分配",
        )  # fmt: skip
        return
    for code in at.index:
        log.add(
            source.name, str(code), "nothing_to_spread_over",
            f"{code} 内没有可供分配的建筑或网格（或权重都为 0），人口置于面内一点",
            f"Nothing with a weight lies in {code}; its people stand at one point inside it",
            "请核对 spread 图层的范围",
        )  # fmt: skip


def _as_demand(table: pd.DataFrame, counted: pd.DataFrame, source: DemandSource) -> pd.DataFrame:
    catchments = [name for name in counted.columns if name not in source.groups]
    given = {name: table["unit"].map(counted[name]).fillna("").astype("str") for name in catchments}
    persons = {group: table[group].astype("float64") for group in source.groups}
    codes = table["unit_code"].where(table["unit_code"] != "", table["unit"]).astype("str")
    columns = {"unit_code": codes, "x": table["x"], "y": table["y"], **persons, **given}
    return pd.DataFrame(columns, index=table.index.astype("str").rename("demand_id")).sort_index()
