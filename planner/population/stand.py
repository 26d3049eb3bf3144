"""Points that stand for whole units, where nothing tells where in them people live."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import shapely

from planner.layers.locate import with_polygons
from planner.layers.unit_people import above_of

COLUMNS = ("x", "y", "drawn")


def standing(units: Sequence[str], boundaries: pd.DataFrame) -> pd.DataFrame:
    """Return a point inside each unit.

    Parameters
    ----------
    units
        Codes.
    boundaries
        As `read_boundaries` gives.

    Returns
    -------
    DataFrame
        Indexed by unit code: x, y (metres) of a point on the surface of its polygon, and ``drawn``, the unit whose
        polygon it is: the unit's own, else that of the nearest unit in which it lies. Units of which none
        has a polygon are absent.
    """
    polygons = with_polygons(boundaries)
    shapes = dict(zip(polygons["code"], polygons.geometry if len(polygons) else (), strict=True))
    parents = dict(zip(boundaries["code"], boundaries["parent_code"], strict=True))
    drawn = {unit: next((code for code in (unit, *above_of(unit, parents)) if code in shapes), "") for unit in units}
    points = {unit: shapely.point_on_surface(shapes[code]) for unit, code in drawn.items() if code}
    rows = [(unit, point.x, point.y, drawn[unit]) for unit, point in points.items()]
    return pd.DataFrame(rows, columns=["unit", *COLUMNS]).set_index("unit")
