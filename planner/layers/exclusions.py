"""Land on which rules decide: areas, and points and lines from which a distance is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.errors import Faults, LayerError
from planner.layers.areas import mended
from planner.layers.checking import checked
from planner.layers.crs import study_crs
from planner.layers.layer_codes import check_codes
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.read import read_source
from planner.layers.schema import schema
from planner.layers.source import ExclusionSource

COLUMNS = ("rule_id", "rule_name", "layer", "source")


def read_exclusions(
    sources: Sequence[ExclusionSource], *, crs: str, log: FaultLog, measured_from: Collection[str] = ()
) -> gpd.GeoDataFrame:
    """Return the constraint areas of all sources.

    Parameters
    ----------
    sources
        Each with its rule.
    crs
        Of the study.
    log
        Gets a line for every row that is no polygon, which is left out.
    measured_from
        Rules from whose land a distance is kept: their points and lines are read, too.

    Returns
    -------
    GeoDataFrame
        rule_id, rule_name, layer (file), source (document), geometry (polygon or multipolygon, or any for
        `measured_from`; study crs).

    Raises
    ------
    LayerError
        With the faults of all sources at once; a layer whose name or columns bear a code that contradicts its
        rule, or may mean two, is asked about.
    """
    faults = Faults()
    tables = [_empty(crs)]
    for source in sources:
        try:
            tables.append(_read_one(source, crs, log, any_shape=source.rule_id in measured_from))
        except LayerError as error:
            faults.extend(error)
    faults.raise_if_any(LayerError)
    filled = [table for table in tables if len(table)]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=study_crs(crs)) if filled else tables[0]


def _read_one(source: ExclusionSource, crs: str, log: FaultLog, *, any_shape: bool) -> gpd.GeoDataFrame:
    frame = read_source(source, crs=crs, log=log, wanted=schema("exclusions"), positions=any_shape)
    check_codes(frame, source)
    stated = frame.assign(rule_id=source.rule_id, rule_name=source.rule_name or source.rule_id, source=source.source)
    table = checked(stated, schema("exclusions"), layer=source.name, log=log)
    polygons = _shapes(table, source, log) if any_shape else mended(table, "", source.name, log)
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


def _shapes(table: gpd.GeoDataFrame, source: ExclusionSource, log: FaultLog) -> npt.NDArray[np.object_]:
    """Return points and lines as they are, polygons mended; None where a row has no geometry."""
    shapes = np.array(table.geometry, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    drawn = shapely.get_dimensions(shapes) == 2
    shapes[drawn] = mended(table[drawn], "", source.name, log)
    return shapes


def _empty(crs: str) -> gpd.GeoDataFrame:
    columns = {name: pd.Series(dtype="str") for name in COLUMNS}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=study_crs(crs)), crs=study_crs(crs))
