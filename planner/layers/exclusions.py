"""Areas in which nothing may be built."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
import shapely

from planner.errors import Faults, LayerError
from planner.layers.areas import mended
from planner.layers.crs import study_crs
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.read import read_source
from planner.layers.schema import checked, schema
from planner.layers.source import ExclusionSource

COLUMNS = ("rule_id", "rule_name", "layer", "source")


def read_exclusions(sources: Sequence[ExclusionSource], *, crs: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Return the exclusion areas of all sources.

    Parameters
    ----------
    sources
        Each with its rule.
    crs
        Of the study.
    log
        Gets a line for every row that is no polygon, which is left out.

    Returns
    -------
    GeoDataFrame
        rule_id, rule_name, layer (file), source (document), geometry (polygon or multipolygon, study crs).

    Raises
    ------
    LayerError
        With the faults of all sources at once.
    """
    faults = Faults()
    tables = [_empty(crs)]
    for source in sources:
        try:
            tables.append(_read_one(source, crs, log))
        except LayerError as error:
            faults.extend(error)
    faults.raise_if_any(LayerError)
    filled = [table for table in tables if len(table)]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=study_crs(crs)) if filled else tables[0]


def _read_one(source: ExclusionSource, crs: str, log: FaultLog) -> gpd.GeoDataFrame:
    frame = read_source(source, crs=crs, log=log, wanted=schema("exclusions"))
    stated = frame.assign(rule_id=source.rule_id, rule_name=source.rule_name or source.rule_id, source=source.source)
    table = checked(stated, schema("exclusions"), layer=source.name, log=log)
    polygons = mended(table, "", source.name, log)
    areal = ~shapely.is_missing(polygons)
    for row in table.index[~areal]:
        log.add(
            source.name,
            f"row {row}",
            f"{LEFT_OUT}not_areal",
            "该行没有面，不参与筛选",
            "The row has no polygon and excludes nothing",
            "请改用面图层",
        )
    kept = table.assign(layer=source.name)[list(COLUMNS)][areal]
    return gpd.GeoDataFrame(kept, geometry=polygons[areal], crs=study_crs(crs))


def _empty(crs: str) -> gpd.GeoDataFrame:
    columns = {name: pd.Series(dtype="str") for name in COLUMNS}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=study_crs(crs)), crs=study_crs(crs))
