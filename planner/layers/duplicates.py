"""Rows that may be there twice: the same coordinate for many, the same name in one place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.errors import shortened
from planner.layers.quality import MOST_LINES, Doubts
from planner.layers.spelling import folded

_REMEDY = "请逐行核对地址，改正坐标；确在同一处的可不改"
NEAR_M = 500.0
"""Rows of one name farther apart than this are two places (a chain, or a common name)."""


def shared_coordinates(table: pd.DataFrame, doubts: Doubts) -> None:
    """Tell each coordinate, to the millimetre, at which several rows stand: geocoding often collapses addresses.

    Parameters
    ----------
    table
        Indexed by id, with x, y. Rows of one and the same name may share a place: they are one house.
    doubts
        Gets one line per coordinate, with all its rows.
    """
    shared = _shared(table)
    groups = [rows for _, rows in shared.groupby("_at", sort=True)] if shared["_at"].nunique() <= MOST_LINES else []
    if len(shared) and not groups:
        count, listed = shared["_at"].nunique(), [str(row) for row in shared.index]
        words = (
            f"{len(listed)} 行只有 {count} 个不同坐标",
            f"{len(listed)} rows stand at {count} coordinates",
            _REMEDY,
        )
        doubts.add("", "coordinate_shared", words, others=listed)
    for rows in groups:
        if _has_names(rows) and (rows["name"] == rows["name"].iloc[0]).all():
            continue
        listed, size = [str(row) for row in rows.index], len(rows)
        words = (
            f"{size} 行的坐标完全相同（{_labels(rows)}），可能是地址解析失败后落在同一点",
            f"{size} rows have one and the same coordinate ({_labels(rows)}); a geocoder may have collapsed them",
            _REMEDY,
        )
        doubts.add(listed[0], "coordinate_shared", words, others=listed[1:], at=(rows["x"].iloc[0], rows["y"].iloc[0]))


def repeated_rows(table: pd.DataFrame, doubts: Doubts) -> None:
    """Tell rows of one service and one name that stand within `NEAR_M` of each other."""
    if "name" not in table.columns:
        return
    named = table[table["name"] != ""]
    keys = [named["name"].map(folded), *(named[name] for name in ("service",) if name in named.columns)]
    for _, rows in named.groupby(keys, sort=True):
        if len(rows) > 1 and (near := _near_first(rows)):
            listed = [str(row) for row in near]
            place = rows.loc[near[0]]
            doubts.add(
                listed[0],
                "name_repeated",
                (
                    f"“{place['name']}”在 {NEAR_M:.0f} m 内出现 {len(near)} 次，可能重复",
                    f"{place['name']!r} stands {len(near)} times within {NEAR_M:.0f} m; it may be one",
                    "请核对，重复的只留一行",
                ),
                others=listed[1:],
                at=(place["x"], place["y"]),
            )


def _shared(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose coordinate others have, too, with the number of it as ``_at``."""
    keys = pd.DataFrame({axis: np.rint(table[axis].to_numpy(np.float64) * 1000) for axis in ("x", "y")})
    numbers = keys.groupby(["x", "y"], sort=True).ngroup().to_numpy()
    shared = keys.duplicated(keep=False).to_numpy()
    return table[shared].assign(_at=numbers[shared])


def _has_names(rows: pd.DataFrame) -> bool:
    return "name" in rows.columns and bool((rows["name"] != "").all())


def _labels(rows: pd.DataFrame) -> str:
    return shortened(rows["name"].where(rows["name"] != "", rows.index) if "name" in rows.columns else rows.index)


def _near_first(rows: pd.DataFrame) -> list[object]:
    """Return the ids within `NEAR_M` of the first row, it included; none where it stands alone."""
    distance = np.hypot(rows["x"] - rows["x"].iloc[0], rows["y"] - rows["y"].iloc[0])
    near = list(rows.index[(distance <= NEAR_M).to_numpy()])
    return near if len(near) > 1 else []
