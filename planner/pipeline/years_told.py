"""What is told of people by year: never a number that came about silently."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.errors import shortened
from planner.layers import FaultLog
from planner.population import Cohorts, PeopleByYear
from planner.study import Study

_LAYER = "population_by_year"


def tell_stated(stated: pd.DataFrame, groups: tuple[str, ...], base_year: int, log: FaultLog) -> pd.DataFrame:
    """Return the rows that can be used; the others are told, each with its reason."""
    if stated.empty:
        return stated.reindex(columns=["unit_code", "year", "group", "persons", "kind", "source"])
    strange = ~stated["group"].isin(list(groups))
    early = ~strange & (stated["year"] <= base_year)
    for rows, code, zh, en, do in (
        (stated[strange], "group_unknown", "分组不在研究的人口分组中", "the study has no such group",
         f"人口分组有：{', '.join(groups)}"),
        (stated[early], "year_not_later", f"不晚于现状年 {base_year}，该年以人口图层为准",
         f"not after the base year {base_year}, of which the population layer speaks", "请核对年份"),
    ):  # fmt: skip
        for row in rows.itertuples():
            name = f"{row.unit_code} {row.group} {row.year}"
            log.add(_LAYER, name, code, f"{zh}，未采用", f"{en}; not used", do)
    return stated[~strange & ~early]


def tell_base(
    rows: pd.DataFrame, sums: Mapping[str, Mapping[str, int]], base_year: int, layer: str, log: FaultLog
) -> None:
    """Tell where a table has another number for the base year than the population layer, which holds."""
    now = rows[(rows["year"] == base_year) & rows["group"].isin(list(sums))]
    for group, part in now.groupby("group", sort=True):
        counted = [sums[str(group)].get(str(code), 0) for code in part["unit_code"]]
        apart = part[part["persons"].to_numpy() != counted]
        if len(apart):
            units, ours = shortened(apart["unit_code"]), sum(counted)
            log.add(
                layer, str(group), "base_year_differs",
                f"{base_year} 年 {units} 的人数与人口图层不同（合计 {int(part['persons'].sum())}，人口图层 {ours}）",
                f"the persons of {base_year} in {units} differ from the population layer "
                f"({int(part['persons'].sum())} in all, {ours} there)",
                "现状年以人口图层为准；请核对口径",
            )  # fmt: skip


_LACKING = {
    "ages_incomplete": (
        "从 0 岁起有的年龄没有行，未推算",
        "an age from 0 on has no row; not projected",
        "请补齐各年龄",
    ),
    "ages_too_coarse": (
        "分组的年龄超出最高年龄（该龄及以上），未推算",
        "its ages end beyond the highest age of the table, which is open; not projected",
        "请提供更细的分年龄人口",
    ),
    "births_missing": (
        "缺少有关年份的出生人数，缺的年份未推算",
        "births of some years are missing; years that need them are not projected",
        "请补充出生人数",
    ),
}


def tell_cohorts(made: Cohorts, groups: tuple[str, ...], log: FaultLog) -> None:
    """Tell which groups of which units could not be projected from single ages, and why."""
    for code, rows in made.lacking.groupby("code", sort=True):
        zh, en, do = _LACKING[str(code)]
        for group, part in rows.groupby("group", sort=True):
            units = shortened(part["unit_code"])
            log.add("single_ages", str(group), str(code), f"{units}：{zh}", f"{units}: {en}", do)
    if without := [group for group in groups if group not in set(made.rows["group"])]:
        log.add(
            "single_ages", "", "groups_not_projected",
            f"{', '.join(without)} 不能由分年龄人口推算",
            f"{', '.join(without)} cannot be projected from single ages",
            "请在 [years_of_people] ages 中写明年龄，或在 population_by_year 中给出",
        )  # fmt: skip


def tell_areas(areas: pd.DataFrame, points: pd.DataFrame, groups: tuple[str, ...], log: FaultLog) -> None:
    """Tell what was derived of new residential areas."""
    for area, derived, home in zip(areas.index, areas.get("derived", []), points.get("structure_of", []), strict=True):
        made = ("人口由户数推算；", "people derived from dwellings; ") if derived else ("", "")
        if len(groups) > 1 or derived:
            log.note(
                "residential_areas",
                "groups_derived",
                f"{area}：{made[0]}各年龄组按 {home or '—'} 现状年构成推算",
                f"{area}: {made[1]}age groups derived from the base-year structure of {home or 'no unit'}",
                "推算数以 derived 标明",
            )


def tell_catchments(points: pd.DataFrame, columns: list[str], log: FaultLog) -> None:
    """Tell of new areas that name no catchment where residential points do: their pupils count in none."""
    for column in columns:
        given = points[column] if column in points else pd.Series("", index=points.index)
        for name in points.index[(given.fillna("") == "").to_numpy(dtype=bool)]:
            log.add(
                "residential_areas", str(name), "area_without_catchment",
                f"没有 {column}：其学生不计入任何学区",
                f"It has no {column}: its pupils count in no catchment",
                f"请填 {column}",
            )  # fmt: skip


_TOLD = {
    "spread_by_people": (
        "现状年没有该组人口，按总人口分配",
        "nobody of the group lived there in the base year; shared out by all people",
        "请核对",
    ),
    "spread_to_middle": (
        "现状年没有人口，全部放在居中的居住点",
        "nobody lived there in the base year; all put at the point nearest to the middle",
        "请核对，或补充居住点",
    ),
    "unplaced": (
        "没有可放人口的居住点，该单位的数未能达到",
        "no residential point is left for the people: the unit's number is not reached",
        "请补充居住点",
    ),
    "exceeded": (
        "下级单位与新建居住区之和已超过该数，未采用该数",
        "finer units and new areas hold more than the number; it is not used",
        "请核对各级数据",
    ),
}


def tell_people(found: PeopleByYear, study: Study, log: FaultLog) -> None:
    """Tell what was not done as stated, and which numbers of which years no table states."""
    for row in found.told.itertuples():
        zh, en, do = _TOLD[str(row.code)]
        name = f"{row.unit_code} {row.group} {row.year}"
        log.add(_LAYER, name, f"people_{row.code}", zh, en, do)
    table = found.table
    for basis, zh, en in (
        ("interpolated", "按直线内插", "interpolated along a straight line"),
        ("held", "沿用此前最近一年的数", "held from the last stated year before"),
    ):
        rows = table[table["basis"] == basis]
        for year, part in rows.groupby("year", sort=True):
            log.note(
                _LAYER, f"people_{basis}",
                f"{year} 年有 {len(part)} 个数未给出，{zh}",
                f"{len(part)} numbers of {year} are not stated: {en}",
                "如不对，请补充该年数据",
            )  # fmt: skip
    later = table[(table["year"] > study.base_year) & table["basis"].eq("base") & table["unit_level"].eq("township")]
    for (year, group), part in later.groupby(["year", "group"], sort=True):
        log.note(
            _LAYER, "people_as_in_base_year",
            f"{year} 年 {group}：{len(part)} 个乡镇街道没有数据，按现状年人口",
            f"{group} in {year}: {len(part)} townships without data keep the people of the base year",
            "如不对，请补充该年数据",
        )  # fmt: skip
