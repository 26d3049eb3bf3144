"""Units against each other: codes that do not nest, names that occur twice, borders that overlap or leave gaps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.layers.locate import with_polygons
from planner.layers.quality import Doubts
from planner.layers.source import LEVELS
from planner.layers.spelling import similar

_SLIVER_M2 = 1_000.0  # what drawing at 1:10,000 leaves along a border
_SLIVER_SHARE = 1e-4  # of the smaller unit
_OUTSIDE_SHARE = 0.01  # of a unit outside the one above it
_DIGITS = {"city": 4, "county": 6, "township": 9}  # of a 6-, 9- or 12-digit code that say its level
_LENGTHS = (6, 9, 12)
_BY_CODE = "按代码连接，不要按名称连接"


def codes_that_do_not_nest(units: pd.DataFrame, doubts: Doubts) -> None:
    """Tell units whose parent is not coarser, or whose code does not begin with its parent's digits.

    Only codes of 6, 9 or 12 digits, as GB/T 2260 and GB/T 10114 make them, say anything about nesting.
    """
    parents = units.set_index("code")
    for row in units[units["parent_code"].isin(parents.index)].itertuples():
        above = parents.loc[row.parent_code]
        if LEVELS.index(above["level"]) >= LEVELS.index(row.level):
            words = (f"{row.name}（{row.level}）的上级 {above['name']} 不是更高一级（{above['level']}）",
                     f"{row.name} ({row.level}) lies in {above['name']}, which is no coarser ({above['level']})",
                     "请改正 parent_code 或 level")  # fmt: skip
            doubts.add(row.code, "parent_not_coarser", words, at=_at(units, row.Index))
        digits = _DIGITS.get(above["level"], 0)
        standard = _is_standard(row.code) and _is_standard(row.parent_code)
        if standard and digits and row.code[:digits] != row.parent_code[:digits]:
            words = (f"{row.name}的代码 {row.code} 与上级 {row.parent_code} 的前 {digits} 位不同",
                     f"The code {row.code} of {row.name} does not begin with the {digits} digits of {row.parent_code}",
                     "请核对代码与名单日期，或改正 parent_code")  # fmt: skip
            doubts.add(row.code, "code_not_nested", words, at=_at(units, row.Index))


def names_that_occur_twice(units: pd.DataFrame, doubts: Doubts) -> None:
    """Tell homonyms of one level (those of villages, which are common, in one line), and shortened names."""
    for level, rows in units[units["name"] != ""].groupby("level", sort=True):
        twice = rows[rows["name"].duplicated(keep=False)].sort_values(["name", "code"])
        if level == "village" and len(twice):
            words = (f"村级有 {twice['name'].nunique()} 个名称重复出现，共 {len(twice)} 个单位",
                     f"{twice['name'].nunique()} names are those of several villages, {len(twice)} in all",
                     _BY_CODE)  # fmt: skip
            doubts.add("", "homonym", words, others=twice["code"])
            continue
        for name, same in twice.groupby("name", sort=True):
            codes = list(same["code"])
            words = (f"“{name}”有 {len(codes)} 个：{'、'.join(codes)}",
                     f"{len(codes)} units of level {level} are called {name}: {', '.join(codes)}",
                     _BY_CODE)  # fmt: skip
            doubts.add(codes[0], "homonym", words, others=codes[1:], at=_at(units, same.index[0]))
    _tell_shortened(units, doubts)


def _tell_shortened(units: pd.DataFrame, doubts: Doubts) -> None:
    """Tell pairs like 南沙街道 and 南沙河口街道 below one parent: one is the other with letters left out."""
    for _, rows in units[units["level"] != "village"].groupby(["level", "parent_code"], sort=True):
        names = dict(zip(rows["name"], rows["code"], strict=True))
        for name, code in names.items():
            for longer in (other for other in similar(name, names) if _is_shortened(name, other)):
                words = (f"“{name}”与“{longer}”相近，请确认不是同一单位",
                         f"{name} and {longer} are alike; are they one unit?",
                         "如是同一单位，请合并；不会自动更改")  # fmt: skip
                doubts.add(code, "name_similar", words, others=[names[longer]], at=_at(units, rows.index[0]))


def _is_shortened(name: str, longer: str) -> bool:
    letters = iter(longer)
    return len(name) < len(longer) and all(letter in letters for letter in name)


def borders(units: pd.DataFrame, doubts: Doubts) -> None:
    """Tell units of one level that overlap, gaps between them, and units that leave the one above them.

    Parameters
    ----------
    units
        As `read_boundaries` gives. Overlaps and gaps of less than `_SLIVER_M2` are what drawing leaves.
    doubts
        Gets a line per pair that overlaps, per parent with gaps, per unit that leaves its parent.
    """
    for level in LEVELS:
        polygons = with_polygons(units, level)
        if len(polygons):
            _overlaps(polygons, doubts)
            _against_parents(polygons, units, doubts)


def _overlaps(polygons: gpd.GeoDataFrame, doubts: Doubts) -> None:
    shapes, names, codes = polygons.geometry.to_numpy(), polygons["name"].to_numpy(), polygons["code"].to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    common = shapely.intersection(shapes[left], shapes[right])
    area, smaller = shapely.area(common), np.minimum(shapely.area(shapes[left]), shapely.area(shapes[right]))
    for at in np.flatnonzero((area > _SLIVER_M2) & (area > _SLIVER_SHARE * smaller)):
        one, other = left[at], right[at]
        words = (f"{names[one]}与{names[other]}重叠 {area[at]:.0f} m²",
                 f"{names[one]} and {names[other]} overlap by {area[at]:.0f} m2",
                 "请在源数据中修正界线；其中的点归入代码较小的单位")  # fmt: skip
        doubts.add(codes[one], "overlap", words, others=[codes[other]], at=_inner(common[at]))


def _against_parents(polygons: gpd.GeoDataFrame, units: pd.DataFrame, doubts: Doubts) -> None:
    above = with_polygons(units).set_index("code").geometry
    for parent, rows in polygons[polygons["parent_code"].isin(above.index)].groupby("parent_code", sort=True):
        whole, shapes = above[parent], rows.geometry.to_numpy()
        outside = shapely.difference(shapes, whole)
        share = shapely.area(outside) / shapely.area(shapes)
        for row, beyond, part in zip(rows.itertuples(), outside, share, strict=True):
            if part > _OUTSIDE_SHARE:
                words = (f"{row.name}有 {part:.1%}（{beyond.area:.0f} m²）在上级 {parent} 之外",
                         f"{part:.1%} of {row.name} ({beyond.area:.0f} m2) lies outside its parent {parent}",
                         "请核对界线或 parent_code")  # fmt: skip
                doubts.add(row.code, "outside_parent", words, at=_inner(beyond))
        _gaps(parent, whole, rows, units, doubts)


def _gaps(parent: str, whole: object, rows: pd.DataFrame, units: pd.DataFrame, doubts: Doubts) -> None:
    """Tell what no child covers, where all children of that level have polygons."""
    level = rows["level"].iloc[0]
    if int(((units["parent_code"] == parent) & (units["level"] == level)).sum()) != len(rows):
        return
    parts = shapely.get_parts(shapely.difference(whole, shapely.union_all(rows.geometry.to_numpy())))
    large = parts[shapely.area(parts) > _SLIVER_M2] if len(parts) else parts
    if len(large) and shapely.area(large).sum() > _SLIVER_SHARE * shapely.area(whole):
        area, biggest = shapely.area(large).sum(), large[int(np.argmax(shapely.area(large)))]
        words = (f"{parent} 内有 {len(large)} 处共 {area:.0f} m² 不属于任何 {level} 级单位",
                 f"{len(large)} gaps of {area:.0f} m2 in all within {parent} belong to no unit of level {level}",
                 "请在源数据中修正界线；其中的点归入上级单位")  # fmt: skip
        doubts.add(str(parent), "gap", words, at=_inner(biggest))


def _is_standard(code: str) -> bool:
    return code.isdigit() and len(code) in _LENGTHS


def _inner(shape: object) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    return float(shapely.get_x(point)), float(shapely.get_y(point))


def _at(units: pd.DataFrame, row: object) -> tuple[float, float]:
    shapes: npt.NDArray[np.object_] = units.loc[[row]].geometry.to_numpy()
    return _inner(shapes[0]) if shapes[0] is not None else (float("nan"), float("nan"))
