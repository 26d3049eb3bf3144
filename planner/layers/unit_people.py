"""People counted by unit (village and community tables): codes and numbers, no coordinates."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.errors import LayerError, fault, shortened
from planner.layers.checking import checked
from planner.layers.crosswalk import reconciled
from planner.layers.demand import CATCHMENT, derived
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.made_groups import with_groups
from planner.layers.read import read_native
from planner.layers.schema import Schema, schema
from planner.layers.source import DemandSource
from planner.layers.values import as_texts


def read_unit_people(
    source: DemandSource,
    boundaries: pd.DataFrame,
    *,
    crs: str,
    log: FaultLog,
    crosswalk: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the people of units.

    Parameters
    ----------
    source
        Table with ``unit_code`` and the groups, or columns by age of which they are made.
    boundaries
        As `read_boundaries` gives.
    crs
        Of the study.
    log
        Gets a line, with its people, for every row whose code is not in the list of units.
    crosswalk
        As `read_crosswalk` gives; old units that are one new unit are added up.

    Returns
    -------
    DataFrame
        Indexed by unit_code, sorted: one float64 column of persons per group, ``catchment_<service>`` where the
        file has such columns.

    Raises
    ------
    LayerError
        If the table is not as its schema says, or a unit lies in another one of the table (people would be counted
        twice).
    """
    wanted = _schema(source)
    frame = pd.DataFrame(read_native(source, log=log, positions=False, wanted=wanted))
    frame = with_groups(frame.drop(columns="geometry", errors="ignore"), source, log)
    table = checked(frame, wanted, layer=source.name, log=log)
    if crosswalk is not None:
        table = reconciled(table, crosswalk, boundaries, layer=source.name, log=log)
    known = table["unit_code"].isin(boundaries["code"])
    _tell_unknown(table[~known], source, log)
    table = derived(table[known], [source], boundaries, crs=crs, log=log)
    if table.empty:
        do = "check the codes of the table and the date of the list of units"
        raise LayerError(fault(f"units of the study in {source.name}", "none", do))
    catchments = [str(name) for name in table.columns if str(name).startswith(CATCHMENT)]
    texts = {name: as_texts(table[name]) for name in catchments}
    summed = table.assign(**texts).groupby("unit_code", sort=True)
    people = summed[[*source.groups]].sum().join(summed[catchments].first())
    _check_apart(people, boundaries, source.name)
    return people


def _schema(source: DemandSource) -> Schema:
    return schema("unit_people").with_groups(source.groups)


def _tell_unknown(rows: pd.DataFrame, source: DemandSource, log: FaultLog) -> None:
    for row in rows.to_dict("records"):
        people = row[source.groups[0]]
        log.add(
            source.name, str(row["unit_code"]), f"{LEFT_OUT}unit_unknown",
            f"区划代码 {row['unit_code']} 不在名单内，没有坐标可归入，未读入（{source.groups[0]} {people:g} 人）",
            f"The unit code {row['unit_code']} is not in the list of units, and the table has no coordinates; left out "
            f"({source.groups[0]}: {people:g})",
            "请核对区划代码及名单日期，或用 [layers.crosswalk] 对照",
        )  # fmt: skip


def _check_apart(people: pd.DataFrame, boundaries: pd.DataFrame, layer: str) -> None:
    """Raise if a unit lies in another unit of the table."""
    parents = dict(zip(boundaries["code"], boundaries["parent_code"], strict=True))
    codes = set(people.index)
    nested = [f"{code} in {above}" for code in people.index for above in above_of(code, parents) if above in codes]
    if nested:
        do = "remove subtotals, or choose one level with where"
        raise LayerError(fault(f"no unit of {layer} to lie in another one of it", shortened(nested), do))


def above_of(code: str, parents: Mapping[str, str]) -> list[str]:
    """Return the units in which a unit lies, the nearest first."""
    chain: list[str] = []
    at = parents.get(code, "")
    while at and at not in chain and at != code:
        chain.append(at)
        at = parents.get(at, "")
    return chain
