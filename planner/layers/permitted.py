"""Land on which sites may be proposed."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
import shapely

from planner.errors import Faults, LayerError
from planner.layers.areas import mended
from planner.layers.checking import checked
from planner.layers.crs import study_crs
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.read import read_source
from planner.layers.schema import schema
from planner.layers.source import LayerSource


def read_permitted_land(sources: Sequence[LayerSource], *, crs: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Return the land of all sources.

    Parameters
    ----------
    sources
        Layers of polygons.
    crs
        Of the study.
    log
        Gets a line for every row that is no polygon, which is left out.

    Returns
    -------
    GeoDataFrame
        land_use ("" where the layer says none), geometry (polygon or multipolygon, study crs).

    Raises
    ------
    LayerError
        With the faults of all sources at once.
    """
    faults, tables = Faults(), []
    for source in sources:
        try:
            tables.append(_read_one(source, crs, log))
        except LayerError as error:
            faults.extend(error)
    faults.raise_if_any(LayerError)
    blank = gpd.GeoDataFrame({"land_use": pd.Series(dtype="str")}, geometry=gpd.GeoSeries([], crs=study_crs(crs)))
    filled = [table for table in tables if len(table)]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=study_crs(crs)) if filled else blank


def _read_one(source: LayerSource, crs: str, log: FaultLog) -> gpd.GeoDataFrame:
    frame = read_source(source, crs=crs, log=log, wanted=schema("permitted_land"))
    table = checked(frame, schema("permitted_land"), layer=source.name, log=log)
    polygons = mended(table, "", source.name, log)
    areal = ~shapely.is_missing(polygons)
    for row in table.index[~areal]:
        log.add(
            source.name, f"row {row}", f"{LEFT_OUT}not_areal", "该行没有面，未读入", "The row has no polygon; left out",
            "请改用面图层",
        )  # fmt: skip
    return gpd.GeoDataFrame(table[["land_use"]][areal], geometry=polygons[areal], crs=study_crs(crs))
