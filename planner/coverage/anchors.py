"""Anchors: the point that stands for a unit, its most central residential point by people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.territory import Territory

_PAIRS_AT_ONCE = 4_000_000


def anchors(
    territory: Territory, demand: pd.DataFrame, *, people: str = "people", levels: tuple[str, ...]
) -> pd.DataFrame:
    """Return one anchor for every unit at these levels that has demand.

    The anchor is the demand point with the least sum of people x straight distance to all demand of the
    unit (the weighted medoid); among equals the smallest demand_id. Where nobody is counted in a unit, every
    point weighs the same.

    Parameters
    ----------
    territory
        The units.
    demand
        Indexed by demand_id: unit_code, x, y (metres), `people` (persons).
    people
        The group that weighs.
    levels
        For which levels anchors are needed.

    Returns
    -------
    pandas.DataFrame
        Indexed by unit code, sorted: demand_id, x, y.
    """
    units = territory.select(levels)
    ordered = demand.sort_index()
    member = territory.membership(units, ordered["unit_code"])
    xy = ordered[["x", "y"]].to_numpy(dtype=np.float64)
    weight = ordered[people].to_numpy(dtype=np.float64)
    chosen: dict[str, int] = {}
    for number, code in enumerate(units):
        points = np.sort(member.indices[member.indptr[number] : member.indptr[number + 1]])
        if len(points):
            chosen[str(code)] = int(points[_medoid(xy[points], weight[points])])
    picked = ordered.iloc[list(chosen.values())]
    return pd.DataFrame(
        {"demand_id": picked.index.to_numpy(), "x": picked["x"].to_numpy(), "y": picked["y"].to_numpy()},
        index=pd.Index(list(chosen), name="unit_code", dtype="str"),
    )


def _medoid(xy: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> int:
    mass = weight if weight.sum() > 0 else np.ones(len(xy))
    block = max(1, _PAIRS_AT_ONCE // len(xy))
    totals = np.concatenate([_weighted_distance(xy[at : at + block], xy, mass) for at in range(0, len(xy), block)])
    # Rounded to the millimetre-person, so that the smallest id wins among points that are equal but for rounding.
    return int(np.argmin(np.rint(totals * 1000)))


def _weighted_distance(
    some: npt.NDArray[np.float64], every: npt.NDArray[np.float64], mass: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    between = np.hypot(some[:, None, 0] - every[None, :, 0], some[:, None, 1] - every[None, :, 1])
    return np.asarray(between @ mass, dtype=np.float64)
