"""Population rasters (GeoTIFF, as WorldPop's) to points: one per cell in which there are people."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
import shapely
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from planner.errors import LayerError, fault
from planner.layers.crs import missing
from planner.layers.guard import MAX_ROWS
from planner.layers.log import FaultLog

MAX_CELLS = 400_000_000
_BLOCK_ROWS = 512
_OWN_ID = "id"
# Nothing but the file: no overviews, world files or metadata beside it, no other driver, no network.
_GDAL = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO", "GDAL_GEOREF_SOURCES": "INTERNAL"}


def read_raster(path: Path, *, declared: CRS | None, layer: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Return the cells of a raster that hold more than 0 in any band, as points at their centres.

    Parameters
    ----------
    path
        A GeoTIFF of persons per cell (not per km²).
    declared
        Its reference system where it carries none.
    layer, log
        How many cells there were, how many are points, and the persons of each band are told here.

    Returns
    -------
    GeoDataFrame
        ``id`` (``"r12c34"``: row and column from 0, north-west first), ``band_1`` … as float64 persons (0 where
        only another band has people), geometry; in the order of the file. Persons are as in the file: nothing
        is rounded.

    Raises
    ------
    LayerError
        If it is damaged, has no place on earth, is too large, holds negative values that it does not declare
        as missing, or nobody lives in it.
    """
    try:
        with warnings.catch_warnings(), rasterio.Env(**_GDAL):
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # told below, as a fault
            with rasterio.open(path, driver="GTiff") as raster:
                return _points(raster, declared, layer, log)
    except RasterioError as error:
        reason = " ".join(str(error).split())[:100]
        raise LayerError(fault(f"a GeoTIFF in {layer}", reason, "export the raster again")) from None


def _points(raster: rasterio.DatasetReader, declared: CRS | None, layer: str, log: FaultLog) -> gpd.GeoDataFrame:
    cells = raster.width * raster.height * raster.count
    if cells > MAX_CELLS:
        do = "clip the raster to the extent of the study"
        raise LayerError(fault(f"at most {MAX_CELLS:,} cells in {layer}", f"{cells:,}", do))
    if raster.transform.is_identity:
        raise LayerError(fault(f"a place on earth in {layer}", "none", "export the raster as a GeoTIFF with it"))
    crs = CRS.from_wkt(raster.crs.to_wkt()) if raster.crs else declared
    if crs is None:
        raise missing(layer)
    rows, columns, persons = _inhabited(raster, layer)
    if not len(rows):
        raise LayerError(fault(f"people in {layer}", "no cell above 0", "check the raster that was exported"))
    x, y = _centres(raster, rows, columns)
    _tell(raster, len(rows), persons, layer, log)
    table = {f"band_{band + 1}": persons[band] for band in range(len(persons))}
    ids = pd.Series(np.char.add(np.char.add("r", rows.astype(str)), np.char.add("c", columns.astype(str))), dtype="str")
    return gpd.GeoDataFrame({_OWN_ID: ids, **table}, geometry=shapely.points(x, y), crs=crs)


def _inhabited(
    raster: rasterio.DatasetReader, layer: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return rows, columns and persons (bands × cells) of the cells in which there are people."""
    rows, columns, persons, count = [], [], [], 0
    for top in range(0, raster.height, _BLOCK_ROWS):
        window = Window(0, top, raster.width, min(_BLOCK_ROWS, raster.height - top))
        read = raster.read(window=window, masked=True)
        values = np.where(np.ma.getmaskarray(read), 0.0, read.data.astype(np.float64))
        values[np.isnan(values)] = 0.0
        _check_persons(values, top, layer)
        row, column = np.nonzero((values > 0).any(axis=0))
        count += len(row)
        if count > MAX_ROWS:
            do = "clip the raster to the study, or aggregate its cells"
            raise LayerError(fault(f"at most {MAX_ROWS:,} cells with people in {layer}", "more", do))
        rows.append(row + top)
        columns.append(column)
        persons.append(values[:, row, column])
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(persons, axis=1)


def _check_persons(values: npt.NDArray[np.float64], top: int, layer: str) -> None:
    wrong = (values < 0) | np.isinf(values)
    if wrong.any():
        band, row, column = (int(one[0]) for one in np.nonzero(wrong))
        found = f"{values[band, row, column]:g} in row {row + top}, column {column}"
        do = "declare that value as nodata in the raster, if it means none"
        raise LayerError(fault(f"0 persons or more in every cell of {layer}", found, do))


def _centres(
    raster: rasterio.DatasetReader, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    a, b, c, d, e, f = tuple(raster.transform)[:6]
    across, down = columns + 0.5, rows + 0.5
    return a * across + b * down + c, d * across + e * down + f


def _tell(
    raster: rasterio.DatasetReader, points: int, persons: npt.NDArray[np.float64], layer: str, log: FaultLog
) -> None:
    cells = raster.width * raster.height
    totals = ", ".join(f"band_{band + 1} = {total:.1f}" for band, total in enumerate(persons.sum(axis=1)))
    log.add(
        layer,
        "",
        "raster_cells",
        f"栅格共 {cells} 格，其中 {points} 格有人，各成一个居住点；人数合计：{totals}",
        f"{points} of {cells} cells of the raster hold people and are points; persons in all: {totals}",
        "请与公布的总人口核对",
    )
