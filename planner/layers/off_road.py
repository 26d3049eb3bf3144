"""Rows far from any road: most often a wrong position, sometimes a road that the layer lacks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.layers.quality import Doubts


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
    for at in np.flatnonzero(away > limit_m):
        words = (
            f"离最近的道路 {away[at]:.0f} m（超过 {limit_m:.0f} m）",
            f"The nearest road is {away[at]:.0f} m away (more than {limit_m:.0f} m)",
            "请核对坐标，或补充道路",
        )
        row = table.iloc[at]
        doubts.add(str(table.index[at]), "far_from_road", words, at=(row["x"], row["y"]))
