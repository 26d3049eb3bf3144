"""What speaks for a datum: under which one most points lie in the unit that their row names.

A datum is never guessed from this, only asked for, or doubted where another one fits clearly better.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from scipy.stats import binomtest

from planner.errors import LayerError, fault
from planner.layers.crs import MissingCrsError, transformed
from planner.layers.datum import Datum, from_wgs84, to_wgs84
from planner.layers.locate import with_polygons
from planner.layers.log import FaultLog
from planner.layers.source import LayerSource

_WGS84 = CRS.from_epsg(4326)
_TRIED: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")  # cgcs2000 differs from wgs84 by centimetres
_SAMPLE = 20_000  # rows that are tried; more say nothing new
_NAMING = 0.5  # of the rows must name a unit, for a column that nobody declared
_ASK = (
    'write datum = "bd09" if they are from Baidu, "gcj02" if from Amap or Tencent, '
    'else "cgcs2000" or "wgs84", as whoever made the layer says'
)
_DOUBT = 0.001  # chance of so one-sided a count, were the declared datum as good as the other


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Named:
    """Which unit each row names.

    Attributes
    ----------
    column
        Of the table.
    words
        Its different values, as they are.
    which
        Per row, the number of its value in `words`.
    areas
        Per value, the ground of all units that it may mean (two streets may share a name); None where it
        means none.
    """

    column: str
    words: list[str]
    which: npt.NDArray[np.int64]
    areas: list[shapely.Geometry | None]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which rows name a unit that has a polygon."""
        return np.array([area is not None for area in self.areas], dtype=np.bool_)[self.which]

    def holds(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Return which rows' positions (study crs, metres) lie in the unit that the row names."""
        inside = np.zeros(len(x), dtype=np.bool_)
        order = np.argsort(self.which, kind="stable")
        ends = np.searchsorted(self.which[order], np.arange(len(self.words) + 1))
        for number, area in enumerate(self.areas):
            rows = order[ends[number] : ends[number + 1]]
            if area is not None and len(rows):
                inside[rows] = shapely.intersects_xy(area, x[rows], y[rows])
        return inside


def named_units(frame: pd.DataFrame, source: LayerSource, boundaries: pd.DataFrame) -> Named | None:
    """Return which unit each row of a table names; None where no column names units that have polygons.

    Parameters
    ----------
    frame
        With our column names.
    source
        Its `named_unit` says which column; else it is ``unit_code``, or the column in which most rows,
        and at least half of them, hold the code or name of a unit.
    boundaries
        As `read_boundaries` gives. A unit without a polygon stands for the nearest one above it that has one.
    """
    meant = _meanings(boundaries)
    if not meant:
        return None
    column = _declared_column(frame, source) or _likely_column(frame, source.units, meant)
    if not column:
        return None
    which, words = pd.factorize(frame[column].astype("str").fillna(""))
    listed = [str(word) for word in words]
    areas = [_area(_wanted(word, source.units), meant, boundaries) for word in listed]
    return Named(column=column, words=listed, which=np.asarray(which, dtype=np.int64), areas=areas)


def undeclared(frame: gpd.GeoDataFrame, source: LayerSource, boundaries: pd.DataFrame, target: CRS) -> LayerError:
    """Return the error of points whose datum nobody declared, with what speaks for which.

    Parameters
    ----------
    frame
        The points, their degrees as the file has them, called WGS84.
    source, boundaries
        As for `named_units`.
    target
        The study's coordinate reference system.
    """
    counted = _counts(frame, source, boundaries, "wgs84", target)
    if counted is None:
        found = "none, and no column whose rows name units of the boundaries to try it by"
        return MissingCrsError(fault(f"the datum of {source.name}", found, _ASK))
    column, inside = counted
    rows = len(inside["wgs84"])
    best = sorted((-int(inside[datum].sum()), _label(datum)) for datum in _TRIED)
    shown = ", ".join(f"{-count:,} as {label}" for count, label in best)
    found = f"none; of {rows:,} rows that name a unit in column {column!r}, so many lie in it: {shown}"
    return MissingCrsError(fault(f"the datum of {source.name}", found, _ASK))


def tell_datum(
    frame: gpd.GeoDataFrame, source: LayerSource, boundaries: pd.DataFrame, target: CRS, log: FaultLog
) -> None:
    """Tell if points lie in the units that their rows name clearly more often under another datum.

    Parameters
    ----------
    frame
        The points as read: shifted back from the declared datum, in the reference system of their source.
    source, boundaries, target
        As for `undeclared`.
    log
        Gets a line with code ``datum_doubtful``.
    """
    declared = source.datum or "wgs84"
    counted = _counts(frame, source, boundaries, declared, target)
    if counted is None:
        return
    column, inside = counted
    as_read = inside["wgs84" if declared == "cgcs2000" else declared]
    for other in sorted(_TRIED, key=lambda datum: (-int(inside[datum].sum()), datum)):
        gained, lost = int((inside[other] & ~as_read).sum()), int((as_read & ~inside[other]).sum())
        if gained > lost and binomtest(lost, gained + lost, alternative="less").pvalue < _DOUBT:
            _tell_doubt(source.name, column, declared, other, as_read, inside[other], log)
            return


def _tell_doubt(
    layer: str,
    column: str,
    declared: Datum,
    other: Datum,
    as_read: npt.NDArray[np.bool_],
    instead: npt.NDArray[np.bool_],
    log: FaultLog,
) -> None:
    rows, now, then = len(as_read), int(as_read.sum()), int(instead.sum())
    log.add(
        layer,
        "",
        "datum_doubtful",
        f"“{column}”列写明单位的 {rows} 行中，按 {declared} 有 {now} 行落在所写单位内，"
        f"按 {other} 有 {then} 行：坐标基准可能有误",
        f"Of {rows} rows that name a unit in column {column!r}, {now} lie in it as {declared}, {then} as {other}: "
        "the datum may be wrong",
        f'请向提供者核实；若确为 {other}，写 datum = "{other}"；也可能是区划面的基准有误',
    )


def tell_outside(ids: pd.Series, words: Iterable[str], units: Iterable[str], *, layer: str, log: FaultLog) -> None:
    """Tell of rows whose position is not in the unit that they name.

    Parameters
    ----------
    ids
        Of these rows.
    words, units
        For each, the unit that it names and the name of the one in which it lies, "" where in none.
    layer, log
        Where it is told, with code ``outside_named_unit``.
    """
    for row, word, unit in zip(ids, words, units, strict=True):
        log.add(
            layer,
            row,
            "outside_named_unit",
            f"该行写的单位是“{word}”，坐标却在{unit or '所有区划面之外'}",
            f"The row names {word!r}, but its position lies in {unit or 'no polygon'}",
            "请核对坐标（是否为地址解析错误）与所写单位",
        )


def _counts(
    frame: gpd.GeoDataFrame, source: LayerSource, boundaries: pd.DataFrame, declared: Datum, target: CRS
) -> tuple[str, dict[Datum, npt.NDArray[np.bool_]]] | None:
    """Return, per datum, which of the rows that name a unit lie in it; None where none names one."""
    lon, lat = _degrees(frame)
    rows = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    rows = rows[_chosen(lon[rows], lat[rows])]
    sample = pd.DataFrame(frame.drop(columns=frame.geometry.name)).iloc[rows]
    named = named_units(sample, source, boundaries)
    if named is None or not named.known.any():
        return None
    written = from_wgs84(lon[rows], lat[rows], declared)
    inside: dict[Datum, npt.NDArray[np.bool_]] = {}
    for datum in _TRIED:
        x, y = transformed(*to_wgs84(*written, datum), source=_WGS84, target=target)
        inside[datum] = named.holds(x, y)[named.known]
    return named.column, inside


def _chosen(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return about `_SAMPLE` of many positions, chosen by their own digits, so that the order does not show."""
    one_in = max(1, len(lon) // _SAMPLE)
    mixed = (lon.view(np.uint64) ^ (lat.view(np.uint64) >> np.uint64(7))) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray((mixed >> np.uint64(33)) % np.uint64(one_in) == 0, dtype=np.bool_)


def _degrees(frame: gpd.GeoDataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    bounds = frame.geometry.bounds.to_numpy(dtype=np.float64).reshape(-1, 4)
    return transformed(
        (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2, source=CRS(frame.crs), target=_WGS84
    )


def _meanings(boundaries: pd.DataFrame) -> dict[str, list[str]]:
    """Return, by code and by name, the codes of units with polygons that are meant."""
    polygons = set(with_polygons(boundaries)["code"])
    if not polygons:
        return {}
    blank = pd.Series("", index=boundaries.index)
    parents = dict(zip(boundaries["code"], boundaries.get("parent_code", blank), strict=True))
    meant: dict[str, list[str]] = {}
    for code, name in zip(boundaries["code"], boundaries.get("name", blank), strict=True):
        at = code
        while at and at not in polygons:
            at = parents.get(at, "")
        if at:
            for word in {folded(code), folded(name)} - {""}:
                meant.setdefault(word, []).append(at)
    return meant


def folded(word: object) -> str:
    """Return how names are compared: full-width letters, spaces and case make no difference."""
    return unicodedata.normalize("NFKC", str(word)).strip().casefold()


def _wanted(word: str, units: Mapping[str, object]) -> list[str]:
    stated = units.get(word, word)
    return [str(one) for one in stated] if isinstance(stated, list | tuple) else [str(stated)]


def _area(words: Iterable[str], meant: Mapping[str, list[str]], boundaries: pd.DataFrame) -> shapely.Geometry | None:
    codes = {code for word in words for code in meant.get(folded(word), [])}
    if not codes:
        return None
    polygons = with_polygons(boundaries)
    area = shapely.union_all(polygons.geometry[polygons["code"].isin(codes).to_numpy()].to_numpy())
    shapely.prepare(area)
    return area


def _declared_column(frame: pd.DataFrame, source: LayerSource) -> str:
    """Return the column that the study names, under our name; "" where it names none."""
    if source.named_unit is None:
        return ""
    ours = {theirs: name for name, theirs in source.columns.items()}
    names = [name for name in (source.named_unit, ours.get(source.named_unit, "")) if name in frame.columns]
    if not names:
        found = ", ".join(str(name) for name in frame.columns[:8])
        expected = f"a column {source.named_unit!r} in {source.name}"
        raise LayerError(fault(expected, found, "correct 'named_unit' in the study file"))
    return names[0]


def _likely_column(frame: pd.DataFrame, units: Mapping[str, object], meant: Mapping[str, list[str]]) -> str:
    """Return the column in which most rows name a unit, ``unit_code`` before all others; "" where none does."""
    sample = frame.iloc[:: max(1, len(frame) // 1_000)]
    best, share = "", _NAMING
    for name in sorted(map(str, frame.columns), key=lambda one: (one != "unit_code", one)):
        if name == "geometry" or pd.api.types.is_numeric_dtype(sample[name].dtype):
            continue
        naming = [
            any(folded(one) in meant for one in _wanted(word, units)) for word in sample[name].astype("str").fillna("")
        ]
        if np.mean(naming) > share:
            best, share = name, float(np.mean(naming))
        if best == "unit_code":
            break
    return best


def _label(datum: Datum) -> str:
    return "wgs84 or cgcs2000" if datum == "wgs84" else datum
