"""Which table a layer is: only what its geometries and column names show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from planner.layers import Seen
from planner.layers.aliases import age_group, meant
from planner.layers.checking import misfit
from planner.layers.schema import Column, schema
from planner.network.modes import default_modes

TABLES = {"boundaries": "boundaries", "facilities": "facilities", "population": "demand", "sites": "sites",
          "exclusions": "exclusions", "leading_zones": "leading_zones", "crosswalk": "crosswalk"}  # fmt: skip
"""Table of a study file -> its schema."""

_SHAPES = {"boundaries": ("polygon", "table"), "facilities": ("point", "polygon", "table"),
           "population": ("point", "polygon", "table"), "sites": ("point", "polygon", "table"),
           "exclusions": ("polygon",), "leading_zones": ("table",), "crosswalk": ("table",)}  # fmt: skip
_TELLING = {
    "boundaries": {"code", "parent_code", "level", "kind"},
    "facilities": {"service", "status", "opened_year", "owner", "rank", "standardised", "capacity", "classes",
                   "largest_class"},
    "population": {"people"},
    "sites": {"land_use", "area_m2"},
    "exclusions": {"rule_id", "rule_name"},
    "leading_zones": {"zone_code", "zone_name"},
    "crosswalk": {"old_code", "new_code"},
}  # fmt: skip
_TELLING_NAMES = {"机构代码", "学校标识码", "统一社会信用代码", "设施编号", "设施名称", "机构名称"}  # of facilities
_ROAD_CLASS = ("road_class", "highway", "fclass", "道路等级")
_ONEWAY = ("oneway", "单行", "单行线", "是否单行")
_GROUP = re.compile(r"^age_\w+$")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Guess:
    """What a layer may be.

    Attributes
    ----------
    seen
        The layer.
    table
        Table of the study file, ``roads``, or "" where nothing shows.
    sure
        Whether it is written as an active table.
    reason
        Chinese and English: what shows it, or why it is not sure.
    columns
        Our column -> the file's, where the names differ and the values fit.
    open_columns
        Our column -> Chinese and English: what is still to be stated.
    groups
        Columns of persons, in our names.
    level
        Of boundaries whose codes all say the same.
    """

    seen: Seen
    table: str
    sure: bool
    reason: tuple[str, str]
    columns: Mapping[str, str] = field(default_factory=dict)
    open_columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    level: str = ""


def guesses(seen: Seen) -> list[Guess]:
    """Return what a layer may be, most telling first; a single sure one, or alternatives."""
    if seen.kind == "unreadable":
        return [Guess(seen=seen, table="", sure=False, reason=(seen.problem, "cannot be read"))]
    if seen.kind == "osm":
        return [_osm(seen)]
    if seen.kind == "line":
        return [_lines(seen)]
    shown = {table: _shown(table, seen) for table in TABLES if seen.kind in _SHAPES[table]}
    most = sorted((table for table, names in shown.items() if names), key=lambda table: -len(shown[table]))
    if not most:
        columns = "、".join(str(name) for name in seen.table.columns[:8])
        return [
            Guess(seen=seen, table="", sure=False, reason=(f"列名不能说明是哪类图层：{columns}", "no column tells"))
        ]
    sure = len(most) == 1
    return [_made(table, seen, sure=sure, shown=shown) for table in most]


def _shown(table: str, seen: Seen) -> set[str]:
    """Return the file's columns that only a layer of this table has."""
    found = {name for ours in _TELLING[table] for name in _meant(seen.table, _column(table, ours))}
    columns = {str(name).strip() for name in seen.table.columns}
    if table == "facilities":
        found |= _TELLING_NAMES & columns
    if table == "population":
        found |= {name for name in columns if _GROUP.match(name) or age_group(name)}
    if table == "sites" and not _meant(seen.table, _column("sites", "land_use")):
        return set()
    if table == "boundaries":
        return found if _is_list_of_units(seen, found) else set()
    return found


def _is_list_of_units(seen: Seen, found: set[str]) -> bool:
    """Return whether rows are units: a code and a name, polygons or parents, and nothing that stands in a unit."""
    code, name = (_meant(seen.table, _column("boundaries", ours)) for ours in ("code", "name"))
    others = any(
        _meant(seen.table, _column(table, ours))
        for table, ours in (
            ("facilities", "service"),
            ("sites", "land_use"),
            ("demand", "x"),
            ("leading_zones", "zone_code"),
        )
    )
    return bool(code and name) and not others and (seen.kind == "polygon" or len(found) > 1)


def _column(table: str, ours: str) -> Column:
    return next(column for column in schema(TABLES.get(table, table)).columns if column.name == ours)


def _meant(table: pd.DataFrame, column: Column) -> list[str]:
    """Return the columns of a file that bear our name of a column, or a synonym of it."""
    return meant(table.columns, column)


def _made(table: str, seen: Seen, *, sure: bool, shown: Mapping[str, set[str]]) -> Guess:
    columns: dict[str, str] = {}
    stated: dict[str, tuple[str, str]] = {}
    for column in schema(TABLES[table]).columns:
        if column.dtype != "geometry" and not (column.dtype == "position" and seen.kind != "table"):
            _match(column, seen, columns, stated)
    if table == "exclusions":
        stated.pop("rule_id", None)  # stated by the source, not by a column
    evidence = "、".join(sorted(shown[table]))
    if sure:
        reason = (f"依据：{_KIND_ZH[seen.kind]}，列 {evidence}", f"shown by: {seen.kind}, these columns")
    else:
        rivals = "、".join(other for other, names in shown.items() if names and other != table)
        reason = (f"列 {evidence} 像 {table}，但也像 {rivals}", f"may be {table}, or another; remove # if it is")
    groups = _groups(seen, columns) if table == "population" else ()
    level = _level(seen, columns.get("code", "code")) if table == "boundaries" else ""
    return Guess(seen=seen, table=table, sure=sure, reason=reason, columns=columns, open_columns=stated,
                 groups=groups, level=level)  # fmt: skip


_KIND_ZH = {"polygon": "面", "point": "点", "table": "表", "line": "线", "mixed": "多种几何", "osm": "OSM"}


def _match(column: Column, seen: Seen, columns: dict[str, str], stated: dict[str, tuple[str, str]]) -> None:
    """Find one column of ours among those of a file; what is not clear is to be stated."""
    free = [name for name in _meant(seen.table, column) if name not in columns.values()]
    if len(free) > 1:
        stated[column.name] = (f"可能是 {'、'.join(free)} 之一", "one of these, say which")
    elif not free:
        if column.required in ("yes", "column") and column.dtype != "persons":
            stated[column.name] = (f"文件中没有这一列（{column.description}）", "not in the file; name or state it")
    elif problem := misfit(seen.table[free[0]], column):
        stated[column.name] = (f"列 {free[0]} 的内容不符：{problem}", "its values do not fit")
    elif free[0] != column.name:
        columns[column.name] = free[0]


def _groups(seen: Seen, columns: Mapping[str, str]) -> tuple[str, ...]:
    people = ("people",) if "people" in columns or "people" in seen.table.columns else ()
    names = [str(name) for name in seen.table.columns]
    ages = (name if _GROUP.match(name) else age_group(name) for name in names)
    return tuple(dict.fromkeys((*people, *filter(None, ages))))


def _level(seen: Seen, code: str) -> str:
    """Return the level that all codes say by the national standard (GB/T 2260 and its extensions), "" where none."""
    if code not in seen.table.columns:
        return ""
    levels = {_level_of(str(value).strip()) for value in seen.table[code]}
    return levels.pop() if len(levels) == 1 else ""


def _level_of(code: str) -> str:
    if not code.isdigit() or len(code) not in (6, 9, 12):
        return ""
    if len(code) == 12 and not code.endswith("000"):
        return "village"
    if len(code) >= 9 and code[6:9] != "000":
        return "township"
    return "city" if code[4:6] == "00" else "county"


def _lines(seen: Seen) -> Guess:
    names = [str(name) for name in seen.table.columns]
    classes, oneway = ([name for name in names if name.lower() in known] for known in (_ROAD_CLASS, _ONEWAY))
    columns = {key: found[0] for key, found in (("class_column", classes), ("oneway_column", oneway)) if found}
    if len(classes) != 1:
        reason = (
            "是线，但没有（或不止一个）道路等级列，也可能是河流、管线",
            "lines, but no one column of road classes",
        )
        return Guess(seen=seen, table="roads", sure=False, reason=reason, columns=columns)
    known = {name for mode in default_modes().values() for name in mode.speed_kph}
    if not known & set(seen.table[classes[0]].astype("str")):
        reason = (
            f"是线，但 {classes[0]} 的值都不是已知的道路等级",
            "lines, but no value is a known class: add class_map",
        )
        return Guess(seen=seen, table="roads", sure=False, reason=reason, columns=columns)
    reason = (f"依据：线，列 {classes[0]}", "shown by: lines, this column")
    return Guess(seen=seen, table="roads", sure=True, reason=reason, columns=columns)


def _osm(seen: Seen) -> Guess:
    if seen.roads:
        reason = ("OpenStreetMap 数据，含 highway 道路", "an OpenStreetMap extract with ways of the key highway")
        return Guess(seen=seen, table="roads", sure=True, reason=reason)
    return Guess(seen=seen, table="", sure=False, reason=("OpenStreetMap 数据，不含道路", "no roads in it"))
