"""The unit of each row: by its code, by its position, by the first digits of its code."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import shortened
from planner.layers.locate import unit_codes_xy, with_polygons
from planner.layers.log import LEFT_OUT, FaultLog

_DIGITS, _LENGTHS = (9, 6, 4), (6, 9, 12)


def with_units(
    frame: gpd.GeoDataFrame, boundaries: pd.DataFrame, id_column: str, layer: str, log: FaultLog
) -> gpd.GeoDataFrame:
    """Return the rows with a known unit code, found by position, then by the digits of their own, where they have none.

    A row whose code begins with that of the unit it lies in is not in doubt: only its own unit is not in the list.

    Parameters
    ----------
    frame
        With unit_code ("" unknown), x and y.
    boundaries
        As `read_boundaries` gives.
    id_column
        Its name in `frame`.
    layer, log
        What is told, and where; rows in no unit are left out with a line each.
    """
    given = frame["unit_code"].to_numpy(dtype=object)
    unknown = ~frame["unit_code"].isin(boundaries["code"]).to_numpy()
    codes = given.copy()
    x, y = (frame[axis].to_numpy(dtype=np.float64)[unknown] for axis in ("x", "y"))
    codes[unknown] = unit_codes_xy(x, y, boundaries)
    above = codes.copy()
    above[unknown] = codes_above(given[unknown], boundaries)
    nested = unknown & (above != "").astype(np.bool_) & ((codes == above) | (codes == "")).astype(np.bool_)
    codes[nested] = above[nested]
    _tell_nested(given[nested], layer, log)
    lost = (codes == "").astype(np.bool_)
    told = unknown & ~nested & (lost | (given != "").astype(np.bool_))
    for row, code, instead in zip(frame.loc[told, id_column], given[told], codes[told], strict=True):
        _tell_unit(row, code, instead, layer, log)
    _tell_coarse(codes[unknown & ~nested], boundaries, layer, log)
    out = frame.assign(unit_code=pd.Series(codes, index=frame.index, dtype="str"))
    return out[~lost] if lost.any() else out


def codes_above(codes: npt.NDArray[np.object_], boundaries: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the code of the finest unit in whose code each of these begins; "" where there is none.

    Codes of the statistical office nest by their digits: 4 a city, 6 a county, 9 a township, 12 a village (GB/T 2260,
    GB/T 10114, 统计用区划代码).
    """
    numbers, words = pd.factorize(codes)
    known = set(boundaries["code"])
    found = [
        next((word[:digits] for digits in _DIGITS if str(word).isdecimal() and word[:digits] in known), "")
        if len(word) in _LENGTHS
        else ""
        for word in words
    ]
    above: npt.NDArray[np.object_] = np.array([*found, ""], dtype=object)[numbers]
    return above


def _tell_nested(codes: npt.NDArray[np.object_], layer: str, log: FaultLog) -> None:
    if len(codes):
        shown = shortened(sorted(set(codes)), limit=3)
        log.note(
            layer, "unit_nested",
            f"{len(codes)} 行的区划代码（{shown}）不在名单内，按代码前几位归入其上级单位",
            f"{len(codes)} rows have codes that are not in the list of units ({shown}); by their first digits they "
            "belong to the unit above",
            "如需按更细的单位评估，请补充该级区划名单",
        )  # fmt: skip


def _tell_unit(row: str, given: str, instead: str, layer: str, log: FaultLog) -> None:
    if not instead:
        named = f"代码 {given} 不在名单内，" if given else "没有区划代码，"
        named_en = f"its unit code {given} is not in the list of units" if given else "it has no unit code"
        log.add(
            layer,
            row,
            f"{LEFT_OUT}no_unit",
            f"{named}坐标也不在任何区划面内，未读入",
            f"The row lies in no polygon and {named_en}; left out",
            "请补充 unit_code，或检查坐标与区划面",
        )
    elif given:
        log.add(
            layer,
            row,
            "unit_unknown",
            f"区划代码 {given} 不在名单内，按坐标归入 {instead}",
            f"The unit code {given} is not in the list of units; by position it lies in {instead}",
            "请核对区划代码及名单日期",
        )


def _tell_coarse(codes: npt.NDArray[np.object_], boundaries: pd.DataFrame, layer: str, log: FaultLog) -> None:
    """Say how many rows could only be given a unit of a coarser level than polygons exist for."""
    levels = boundaries.set_index("code")["level"]
    polygons = with_polygons(boundaries)["level"].unique()
    finest = next((level for level in ("village", "township", "county", "city") if level in polygons), "")
    for level, count in levels.reindex(codes[codes != ""]).value_counts().sort_index().items():
        if level != finest:
            log.add(
                layer,
                "",
                "unit_coarse",
                f"{count} 行不在任何 {finest} 级区划面内，归入 {level} 级单位",
                f"{count} rows lie in no {finest} polygon; they are given the unit of level {level}",
                "请补充区划面，或给这些行写明 unit_code",
            )
