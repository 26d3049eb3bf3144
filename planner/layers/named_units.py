"""Rows against the units they name: by code, and by the names that a file writes beside it."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.layers.locate import codes_at, with_polygons
from planner.layers.quality import Doubts
from planner.layers.spelling import folded, similar

BORDER_M = 50.0
"""A point nearer than this to the unit it names stands beside a border that may be drawn roughly."""


class Areas:
    """Polygons of units, and of leading zones as far as their members have any.

    Parameters
    ----------
    units
        As `read_boundaries` gives.
    zones
        As `read_leading_zones` gives. A member without a polygon stands for the unit above it that has one, so
        that a zone is never smaller than it is.
    """

    def __init__(self, units: gpd.GeoDataFrame, zones: pd.DataFrame | None = None) -> None:
        self.units = units
        drawn = with_polygons(units)
        self.shapes: dict[str, object] = dict(zip(drawn["code"], drawn.geometry.to_numpy(), strict=True))
        self.parents: dict[str, str] = dict(zip(units["code"], units["parent_code"], strict=True))
        self.counties = _by_name(units[units["level"] == "county"])
        self.finer = _by_name(units[units["level"].isin(["township", "village"])])
        self.members: dict[str, tuple[str, ...]] = {}
        for code, rows in () if zones is None else zones.groupby("zone_code", sort=True):
            self.members[str(code)] = tuple(rows["unit_code"])
            self.shapes[str(code)] = shapely.union_all([self.area(member) for member in rows["unit_code"]])
            self.counties.setdefault(folded(rows["zone_name"].iloc[0]), []).append(str(code))

    def area(self, code: str) -> object:
        """Return the polygon of a unit, or of the nearest unit above it that has one; None where none has."""
        while code and code not in self.shapes:
            code = self.parents.get(code, "")
        return self.shapes.get(code)

    def lies_in(self, code: str, county: str) -> bool:
        """Return whether a unit is, or lies in, a county or a member of a leading zone, by their codes."""
        whole = self.members.get(county, (county,))
        while code and code not in whole:
            code = self.parents.get(code, "")
        return code != ""


def outside_given_unit(table: pd.DataFrame, areas: Areas, doubts: Doubts) -> None:
    """Tell rows whose position lies outside the unit of their code, if that unit has a polygon."""
    for code, rows in table.groupby("unit_code", sort=True):
        if str(code) in areas.shapes:
            _tell_outside(rows, str(code), str(code), areas, doubts, "outside_unit")


def outside_named_county(table: pd.DataFrame, areas: Areas, doubts: Doubts) -> None:
    """Tell rows whose position lies outside the county, or leading zone, that ``county_name`` names."""
    if "county_name" not in table.columns:
        return
    for name, rows in table[table["county_name"] != ""].groupby("county_name", sort=True):
        codes = areas.counties.get(folded(str(name)), [])
        if not codes:
            _tell_unknown(rows, str(name), areas.counties, areas, doubts)
        elif len(codes) == 1:
            _tell_outside(rows, codes[0], str(name), areas, doubts, "outside_county")


def unknown_units(table: pd.DataFrame, areas: Areas, doubts: Doubts) -> None:
    """Tell names in ``unit_name`` that the list of units lacks, with similar ones, and names that several bear."""
    if "unit_name" not in table.columns:
        return
    counties = table["county_name"] if "county_name" in table.columns else pd.Series("", index=table.index)
    named = table[table["unit_name"] != ""]
    for (name, county), rows in named.groupby([named["unit_name"], counties.reindex(named.index)], sort=True):
        within = areas.counties.get(folded(str(county)), [])
        choice = _within(areas, within)
        codes = choice.get(folded(str(name)), [])
        if not codes:
            _tell_unknown(rows, str(name), choice, areas, doubts)
        elif len(codes) > 1:
            words = (f"“{name}”有 {len(codes)} 个同名单位（{'、'.join(codes)}），共 {len(rows)} 行，无法按名称区分",
                     f"{name!r} names {len(codes)} units ({', '.join(codes)}); {len(rows)} rows do not say which",
                     "请给这些行写明区划代码")  # fmt: skip
            _add(rows, "unit_ambiguous", words, doubts)


def _within(areas: Areas, counties: list[str]) -> Mapping[str, list[str]]:
    """Return finer units by name: those of a county or leading zone where one is known, else all."""
    if len(counties) != 1:
        return areas.finer
    inside = {name: [code for code in codes if areas.lies_in(code, counties[0])] for name, codes in areas.finer.items()}
    return {name: codes for name, codes in inside.items() if codes}


def _tell_outside(rows: pd.DataFrame, code: str, label: str, areas: Areas, doubts: Doubts, word: str) -> None:
    points = shapely.points(rows[["x", "y"]].to_numpy(np.float64))
    distance = shapely.distance(points, areas.shapes[code])
    far = distance > 0
    finest = with_polygons(areas.units[areas.units["code"].isin(areas.shapes) & _level_of(areas, code)])
    found = codes_at(points[far], finest) if far.any() and len(finest) else np.full(int(far.sum()), "", dtype=object)
    names = dict(zip(areas.units["code"], areas.units["name"], strict=True))
    for row, away, instead in zip(rows[far].itertuples(), distance[far], found, strict=True):
        where = f"，实际落在{names.get(instead, instead)}" if instead else "，不在任何区划面内"
        where_en = f" and lies in {names.get(instead, instead)}" if instead else " and lies in no unit"
        words = (f"坐标在所写的{label}之外 {away:.0f} m{where}",
                 f"Its position is {away:.0f} m outside {label}, which it names,{where_en}",
                 "请核对坐标、地址与所属单位")  # fmt: skip
        doubts.add(str(row.Index), word if away > BORDER_M else "beside_border", words, at=(row.x, row.y))


def _level_of(areas: Areas, code: str) -> pd.Series:
    """Return which units are of the level of a code; counties for a leading zone."""
    level = areas.units.loc[areas.units["code"] == code, "level"]
    return areas.units["level"] == (level.iloc[0] if len(level) else "county")


def _tell_unknown(rows: pd.DataFrame, name: str, known: Mapping[str, list[str]], areas: Areas, doubts: Doubts) -> None:
    names = dict(zip(areas.units["code"], areas.units["name"], strict=True))
    near = [f"{names.get(code, near)} {code}" for near in similar(folded(name), known) for code in known[near]]
    offered = f"；是否为 {'、'.join(near)}？" if near else ""
    offered_en = f"; is it {' or '.join(near)}?" if near else ""
    remedy = "如是同一单位，请改正名称或写明代码；不会自动更改" if near else "请补充名单（如先导区），或改正名称"
    words = (f"名单中没有“{name}”（{len(rows)} 行）{offered}",
             f"The list of units has no {name!r} ({len(rows)} rows){offered_en}", remedy)  # fmt: skip
    _add(rows, "spelling" if near else "unit_name_unknown", words, doubts)


def _add(rows: pd.DataFrame, code: str, words: tuple[str, str, str], doubts: Doubts) -> None:
    listed = [str(row) for row in rows.index]
    doubts.add(listed[0], code, words, others=listed[1:], at=(rows["x"].iloc[0], rows["y"].iloc[0]))


def _by_name(units: pd.DataFrame) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, code in zip(units["name"], units["code"], strict=True):
        if name:
            found.setdefault(folded(name), []).append(str(code))
    return found
