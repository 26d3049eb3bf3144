"""Elevations from a GeoTIFF: one band, read where the roads are, between the middles of its cells."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import rasterio
from pyproj import CRS, Transformer
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from planner.errors import LayerError, NetworkError, fault
from planner.layers.crs import accepted
from planner.layers.guard import is_file, not_local

F64 = npt.NDArray[np.float64]

MAX_SIDE = 1_000_000
"""Rows or columns of a raster."""

MAX_CELLS = 100_000_000
"""Cells read at once, those about the roads: 400 MB of them at the usual four bytes."""

_MARGIN = 16
"""Cells read beyond the outermost vertex of the roads."""

_FEET = frozenset({"ft", "foot", "feet", "us-ft", "us survey foot"})

_ALONE = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"}
"""GDAL looks at no file beside the one that is named."""


class Terrain(NamedTuple):
    """An elevation model about the roads.

    Attributes
    ----------
    metres
        Shape (rows, columns): elevations, NaN where the raster knows none.
    corner
        Row and column, in the raster, of the first cell held.
    shape
        Rows and columns of the raster.
    to_raster
        From the study CRS to that of the raster.
    affine
        a, b, c, d, e, f: column = a x + b y + c, row = d x + e y + f, counted from the raster's corner.
    cell_mm
        Shorter side of a cell in the study CRS, in the middle of the roads' bounding box; millimetres.
    """

    metres: npt.NDArray[np.floating]
    corner: tuple[int, int]
    shape: tuple[int, int]
    to_raster: Transformer
    affine: tuple[float, ...]
    cell_mm: int

    def elevations(self, x: F64, y: F64) -> F64:
        """Return elevations in metres, to the millimetre, NaN where unknown.

        Bilinear between the middles of the four cells about a position, each of which must be known; in the outer half
        of the outermost cells as at their middles.

        Parameters
        ----------
        x, y
            Metres, study CRS.
        """
        row, column, inside = self._place(x, y)
        row, column = (np.clip(at - 0.5, 0, size - 1) for at, size in zip((row, column), self.shape, strict=True))
        top, left = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
        down, over = row - top, column - left
        upper, lower = (self._at(line, left) * (1 - over) + self._at(line, left + 1) * over for line in (top, top + 1))
        height = np.rint((upper * (1 - down) + lower * down) * 1000) / 1000
        return np.where(inside, height, np.nan)

    def _place(self, x: F64, y: F64) -> tuple[F64, F64, npt.NDArray[np.bool_]]:
        """Return rows and columns, and whether they are in the raster."""
        return _place(self.to_raster, self.affine, self.shape, x, y)

    def _at(self, row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> F64:
        """Return the elevation of cells of the raster; cells beyond its edge are those at it, others not held NaN."""
        down, over = np.minimum(row, self.shape[0] - 1), np.minimum(column, self.shape[1] - 1)
        down, over = down - self.corner[0], over - self.corner[1]
        held = (down >= 0) & (down < self.metres.shape[0]) & (over >= 0) & (over < self.metres.shape[1])
        return np.where(held, self.metres[np.where(held, down, 0), np.where(held, over, 0)], np.nan)


def read_terrain(path: Path, *, crs: str, x: F64, y: F64, what: str = "the roads") -> Terrain:
    """Return the elevations about some positions.

    Parameters
    ----------
    path
        A local GeoTIFF with one band of metres, which carries its CRS. No file beside it is read.
    crs
        Study CRS of the positions.
    x, y
        Metres: where elevations will be asked for, and anywhere between.
    what
        Of which these are, in the words of a fault.

    Raises
    ------
    NetworkError
        If it is not a local GeoTIFF, has several bands, no CRS, feet or no numbers, is too large or damaged, or lies
        elsewhere.
    """
    if problem := not_local(str(path)):
        raise NetworkError(problem)
    if not is_file(path):
        raise NetworkError(fault(f"an elevation model at {path.name}", "no such file", "correct the path of dem"))
    try:
        with rasterio.Env(**_ALONE), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # told as a fault
            with rasterio.open(path, driver="GTiff") as raster:
                return _read(raster, path.name, crs, x, y, what)
    except LayerError as error:
        raise NetworkError(error.faults) from None
    except (RasterioError, ValueError, MemoryError) as error:
        found = (str(error).splitlines() or ["a damaged file"])[0].rstrip(".")[:120]
        raise NetworkError(fault(f"a GeoTIFF in {path.name}", found, "export the elevation model again")) from None


def _read(raster: DatasetReader, name: str, crs: str, x: F64, y: F64, what: str) -> Terrain:
    _check(raster, name)
    system = accepted(CRS.from_wkt(raster.crs.to_wkt()), layer=name)
    to_raster = Transformer.from_crs(CRS.from_user_input(crs), system, always_xy=True)
    forward = raster.transform
    back = ~forward
    affine = (back.a, back.b, back.c, back.d, back.e, back.f)
    row, column, inside = _place(to_raster, affine, raster.shape, x, y)
    if not inside.any():
        do = "give one of the place, or leave dem out"
        raise NetworkError(fault(f"an elevation model of {what} in {name}", "none of them in it", do))
    corner, size = _held(row[inside], column[inside], raster.shape)
    if math.prod(size) > MAX_CELLS:
        found = f"{size[0]:,} x {size[1]:,}"
        do = "resample the elevation model, for example to 30 m"
        raise NetworkError(fault(f"at most {MAX_CELLS:,} cells of {name} about {what}", found, do))
    window = Window(corner[1], corner[0], size[1], size[0])
    band = raster.read(1, window=window, masked=True)
    metres = band.astype(np.result_type(band.dtype, np.float32)).filled(np.nan)
    scale, offset = raster.scales[0], raster.offsets[0]
    if (scale, offset) != (1.0, 0.0):
        metres = metres * np.float64(scale) + offset
    metres[~np.isfinite(metres)] = np.nan
    sides = ((forward.a, forward.d), (forward.b, forward.e))
    return Terrain(metres, corner, raster.shape, to_raster, affine, _cell_mm(to_raster, sides, x, y))


def _check(raster: DatasetReader, name: str) -> None:
    if raster.crs is None or not raster.crs.to_wkt():
        do = "export the elevation model with its CRS"
        raise NetworkError(fault(f"a coordinate reference system in {name}", "none", do))
    if raster.count != 1 or np.dtype(raster.dtypes[0]).kind not in "iuf":
        found = f"{raster.count} of {', '.join(sorted(set(raster.dtypes)))}"
        raise NetworkError(fault(f"one band of elevations in {name}", found, "export the elevations alone"))
    if max(raster.shape) > MAX_SIDE:
        found = f"{raster.height:,} x {raster.width:,}"
        raise NetworkError(fault(f"at most {MAX_SIDE:,} rows and columns in {name}", found, "cut the place out"))
    if (raster.units[0] or "").strip().lower() in _FEET:
        raise NetworkError(fault(f"elevations in metres in {name}", "feet", "convert them to metres"))


def _place(
    to_raster: Transformer, affine: tuple[float, ...], shape: tuple[int, int], x: F64, y: F64
) -> tuple[F64, F64, npt.NDArray[np.bool_]]:
    """Return rows and columns of positions, 0 where they are outside, and whether they are in the raster."""
    east, north = to_raster.transform(x, y)
    a, b, c, d, e, f = affine
    with np.errstate(invalid="ignore"):
        column, row = a * east + b * north + c, d * east + e * north + f
        inside = (column >= 0) & (column <= shape[1]) & (row >= 0) & (row <= shape[0])
    return np.where(inside, row, 0.0), np.where(inside, column, 0.0), inside


def _held(row: F64, column: F64, shape: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the first cell to read, and how many rows and columns."""
    corner, size = [], []
    for at, count in zip((row, column), shape, strict=True):
        first = max(0, math.floor(at.min()) - _MARGIN)
        corner.append(first)
        size.append(min(count, math.floor(at.max()) + 1 + _MARGIN) - first)
    return (corner[0], corner[1]), (size[0], size[1])


def _cell_mm(to_raster: Transformer, sides: tuple[tuple[float, float], ...], x: F64, y: F64) -> int:
    """Return the length of the shorter side of a cell in the study CRS."""
    at = to_raster.transform((x.min() + x.max()) / 2, (y.min() + y.max()) / 2)
    here = to_raster.transform(*at, direction="INVERSE")
    spots = (to_raster.transform(at[0] + dx, at[1] + dy, direction="INVERSE") for dx, dy in sides)
    lengths = [math.dist(here, spot) for spot in spots]
    if not all(map(math.isfinite, lengths)):
        raise ValueError("cells without a size in the study CRS")
    return max(1, round(1000 * min(lengths)))
