"""Connected parts of the roads, told by the names of the units in which they lie: islands, mostly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from planner.layers.locate import codes_at, with_polygons
from planner.layers.source import LEVELS
from planner.network import RoadNetwork
from planner.units import MM_PER_M

LARGE_M = 10_000.0
"""Metres of road from which a part is told by its name; smaller ones are counted as fragments."""

_WHOLE = 0.9
_SHOWN = 3


def road_parts(network: RoadNetwork, mode: str, boundaries: pd.DataFrame) -> dict[str, Any]:
    """Return the connected parts of the roads of a mode, as JSON-able values.

    Parameters
    ----------
    network
        The roads.
    mode
        Name of a mode they were read for.
    boundaries
        As `planner.read_boundaries` gives; parts have names as far as units have polygons.

    Returns
    -------
    dict
        ``components``: how many parts; ``large``: those of 10 km or more, with ``component``, ``road_m``,
        ``nodes``, ``x``, ``y`` (centre, metres), ``name`` and ``units`` (by level the units that hold most of
        the road: code, name, share of it); ``fragments``, ``fragments_road_m``: number and metres of the others.
        A part is named by the units that hold nine tenths of it, the coarsest first, else by the coarse units
        that hold most of it.
    """
    table = network.component_summary(mode)
    large = table[table["road_m"] >= LARGE_M]
    held = _held(network, mode, boundaries, len(large))
    return {
        "components": len(table),
        "large": [
            {**row, **_named(held[held["component"] == row["component"]])}
            for row in large.round(1).to_dict(orient="records")
        ],
        "fragments": len(table) - len(large),
        "fragments_road_m": round(float(table["road_m"].sum() - large["road_m"].sum()), 1),
    }


def _held(network: RoadNetwork, mode: str, boundaries: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return which share of the first `count` parts each unit holds, most first: component, level, code, name, share.

    An edge belongs to the unit of its middle. A level with a single polygon tells nothing apart.
    """
    components = network.components(mode)
    part = components.of_edge
    chosen = np.flatnonzero((part >= 0) & (part < count))
    middles = shapely.line_interpolate_point(network.lines()[chosen], 0.5, normalized=True)
    edges = pd.DataFrame({"component": part[chosen], "length_m": network.length_mm[chosen] / MM_PER_M})
    tables = [
        edges.assign(level=level, code=codes_at(middles, polygons))
        for level in LEVELS
        if len(polygons := with_polygons(boundaries, level)) > 1
    ]
    columns = ["component", "level", "code"]
    if not tables:
        return pd.DataFrame(columns=[*columns, "length_m", "name", "share"])
    held = pd.concat(tables).groupby(columns, as_index=False)["length_m"].sum()
    road_m = edges.groupby("component")["length_m"].sum()
    names = held["code"].map(boundaries.set_index("code")["name"])
    named = held.assign(name=names, share=held["length_m"] / held["component"].map(road_m))
    return named[named["code"] != ""].sort_values(["share", "code"], ascending=[False, True])


def _named(held: pd.DataFrame) -> dict[str, Any]:
    """Return name and units of one part."""
    levels = {level: held[held["level"] == level] for level in LEVELS if (held["level"] == level).any()}
    whole = [str(name) for units in levels.values() for name in units.loc[units["share"] >= _WHOLE, "name"]]
    coarsest = next(iter(levels.values()))["name"].head(_SHOWN).astype(str) if levels else []
    units = {
        level: [
            {"code": row["code"], "name": row["name"], "share": round(row["share"], 3)}
            for row in rows.head(_SHOWN).to_dict(orient="records")
        ]
        for level, rows in levels.items()
    }
    return {"name": " · ".join(whole) or "、".join(coarsest), "units": units}
