"""Rows far from any road: most often a wrong position, sometimes a road that the layer lacks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.layers.quality import MOST_LINES, Doubts

_REMEDY = "请核对坐标，或补充道路"


def far_from_roads(table: pd.DataFrame, lines: npt.NDArray[np.object_], doubts: Doubts, *, limit_m: float) -> None:
    """Tell rows farther from every road than a limit.

    Parameters
    ----------
    table
        Indexed by id, with x, y.
    lines
        The roads (shapely lines, study crs); none says nothing.
    doubts
        Gets one line per row, with the distance.
    limit_m
        Straight-line distance in metres.
    """
    if not len(lines) or table.empty:
        return
    points = shapely.points(table[["x", "y"]].to_numpy(np.float64))
    (asked, _), distance = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    away = np.full(len(table), np.inf)
    away[asked] = distance
    far = np.flatnonzero(away > limit_m)
    if len(far) > MOST_LINES:
        words = (
            f"{len(far)} 行离最近的道路超过 {limit_m:.0f} m",
            f"{len(far)} rows are more than {limit_m:.0f} m from the nearest road",
            _REMEDY,
        )
        doubts.add("", "far_from_road", words, others=[str(row) for row in table.index[far]])
        return
    for at in far:
        words = (
            f"离最近的道路 {away[at]:.0f} m（超过 {limit_m:.0f} m）",
            f"The nearest road is {away[at]:.0f} m away (more than {limit_m:.0f} m)",
            _REMEDY,
        )
        row = table.iloc[at]
        doubts.add(str(table.index[at]), "far_from_road", words, at=(row["x"], row["y"]))
