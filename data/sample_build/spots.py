"""Where a facility or a site may stand: beside residential points, on each at most once while there are free ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sample_build.cells import Cells
from sample_build.plane import Floats, Ints, nearest_m, spread, to_degrees, to_metres

Spot = tuple[str, Floats]
_STEPS_ASIDE_M = (22.0, 16.0, 9.0, 4.0, 0.0)


class Spots:
    """Hands out positions inside the cell of a unit.

    Parameters
    ----------
    demand
        Residential points: x, y (metres), unit_code, note; those with a note are left alone.
    cells
        Cell and seat of every unit.
    rng
        Draws the step aside.
    """

    def __init__(self, demand: pd.DataFrame, cells: Cells, rng: np.random.Generator) -> None:
        plain = demand[demand["note"] == ""].reset_index(drop=True)
        self._xy = plain[["x", "y"]].to_numpy(dtype=np.float64)
        self._village = plain["unit_code"].to_numpy(dtype=object)
        self._of_unit = _groups(plain["unit_code"].str[:9])
        self._of_village = _groups(plain["unit_code"])
        self._used: npt.NDArray[np.bool_] = np.zeros(len(plain), dtype=bool)
        self._cells = cells
        self._rng = rng

    def near_seat(self, unit: str, *, within_m: float = 700.0, skip_m: float = 0.0) -> Spot:
        """Return the village code and position of a free spot near the seat of a unit."""
        rows = self._free(self._of_unit[unit])
        distance = np.hypot(*(self._xy[rows] - self._cells.seats[unit]).T)
        return self._take(int(rows[np.argmin(np.abs(distance - skip_m - 0.25 * within_m))]))

    def spread_out(self, unit: str, count: int, *, away_from: Floats | None = None, least_m: float = 0.0) -> list[Spot]:
        """Return up to `count` free spots far from each other and from given positions."""
        if count <= 0:
            return []
        rows = self._free(self._of_unit[unit])
        taken = np.zeros((0, 2)) if away_from is None else away_from
        rows = rows[nearest_m(self._xy[rows], taken) >= least_m]
        return [self._take(int(rows[n])) for n in spread(self._rng, self._xy[rows], count, taken)]

    def centre_of(self, village: str) -> Floats:
        """Return the middle of a village's or community's residential points."""
        return np.asarray(self._xy[self._of_village[village]].mean(axis=0))

    def in_village(self, village: str) -> Spot:
        """Return the most central spot of a village or community, a free one where there is any."""
        rows = self._free(self._of_village[village])
        distance = np.hypot(*(self._xy[rows] - self.centre_of(village)).T)
        return self._take(int(rows[np.argmin(distance)]))

    def _free(self, rows: Ints) -> Ints:
        free = rows[~self._used[rows]]
        return free if len(free) else rows

    def _take(self, row: int) -> Spot:
        self._used[row] = True
        village = str(self._village[row])
        return village, self._stepped_aside(self._xy[row], village[:9])

    def _stepped_aside(self, spot: Floats, unit: str) -> Floats:
        """Return a place some ten metres off, inside the cell even after rounding."""
        for reach in _STEPS_ASIDE_M:
            angle = self._rng.uniform(0, 2 * np.pi)
            moved = to_metres(to_degrees(spot + reach * np.array([np.cos(angle), np.sin(angle)])))[0]
            if shapely.contains_xy(self._cells.metres[unit], *moved):
                return np.asarray(moved)
        return spot


def _groups(codes: pd.Series) -> dict[str, Ints]:
    return {str(code): np.asarray(rows, dtype=np.int64) for code, rows in codes.groupby(codes).indices.items()}
