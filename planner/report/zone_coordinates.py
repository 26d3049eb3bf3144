"""Coordinates as a Chinese land office records them: in the 3-degree zone in which the place itself lies."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer

from planner.layers.zones import zone, zone_numbers

COLUMNS = ("zone_crs", "zone_easting_m", "zone_northing_m")
_WEST, _EAST = 73.5, 135.0  # of China; the zones 25 to 45


def zone_coordinates(x: pd.Series, y: pd.Series, *, crs: str) -> pd.DataFrame:
    """Return positions in the statutory 3-degree zone of each place.

    Parameters
    ----------
    x, y
        Metres in `crs`.
    crs
        Of the study. Where it is not of CGCS2000, or a place lies east or west of China, the columns are absent:
        a change of datum is the survey office's.

    Returns
    -------
    DataFrame
        Same index: ``zone_crs`` (such as ``EPSG:4528``, whose eastings begin with the number of the zone, here 40),
        ``zone_easting_m``, ``zone_northing_m`` (metres, rounded to the centimetre).
    """
    absent = {"zone_crs": pd.Series(pd.NA, index=x.index, dtype="str"),
              **{name: pd.Series(pd.NA, index=x.index, dtype="Float64") for name in COLUMNS[1:]}}  # fmt: skip
    table = pd.DataFrame(absent)
    source = CRS.from_user_input(crs)
    if x.empty or source.geodetic_crs is None or "2000" not in source.geodetic_crs.name:
        return table
    lon, _ = Transformer.from_crs(source, source.geodetic_crs, always_xy=True).transform(x.to_numpy(), y.to_numpy())
    inside = np.isfinite(lon) & (lon >= _WEST) & (lon <= _EAST)
    numbers = np.where(inside, zone_numbers(np.where(inside, lon, 120.0)), 0)
    for number in sorted(set(numbers[inside].tolist())):
        rows, code = numbers == number, f"EPSG:{zone(number).epsg_prefixed}"
        move = Transformer.from_crs(source, code, always_xy=True)
        easting, northing = move.transform(x.to_numpy()[rows], y.to_numpy()[rows])
        table.loc[rows, "zone_crs"] = code
        table.loc[rows, "zone_easting_m"] = np.round(easting, 2)
        table.loc[rows, "zone_northing_m"] = np.round(northing, 2)
    return table
