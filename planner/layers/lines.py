"""Lines, for roads of the user's own."""

from __future__ import annotations

import geopandas as gpd
import shapely

from planner.errors import LayerError, fault
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.read import read_source
from planner.layers.source import LayerSource

_LINES = ("LineString", "MultiLineString")


def read_lines(source: LayerSource, *, crs: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Return the lines of one source.

    Parameters
    ----------
    source
        A vector layer.
    crs
        Of the study.
    log
        Gets a line for every row that is no line, or has no length; it is left out.

    Returns
    -------
    GeoDataFrame
        The columns of the file as they are, geometry (LineString, one row per part of a MultiLineString; equal
        coordinates in the file are equal here), indexed by the number of the feature, which repeats for parts.

    Raises
    ------
    LayerError
        As `read_source` says, and if no row is a line.
    """
    frame = read_source(source, crs=crs, log=log)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise LayerError(fault(f"lines in {source.name}", "a table without geometries", "export the roads as lines"))
    shapes = frame.geometry
    linear = shapes.geom_type.isin(_LINES).to_numpy() & (shapely.length(shapes.to_numpy()) > 0)
    for row in frame.index[~linear]:
        log.add(
            source.name,
            f"row {row}",
            f"{LEFT_OUT}not_a_line",
            "该行不是线，或长度为零，未读入",
            "The row is no line, or has no length; left out",
            "请改用线图层",
        )
    if not linear.any():
        kinds = ", ".join(sorted({str(kind) for kind in shapes.geom_type.dropna()})) or "no geometries"
        raise LayerError(fault(f"lines in {source.name}", kinds, "export the roads as lines"))
    return frame[linear].explode(index_parts=False)
