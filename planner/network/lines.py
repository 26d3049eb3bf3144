"""A line layer to ways: road classes, one-way streets, and which vertices are shared."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.errors import NetworkError, fault, shortened
from planner.layers.lines import read_lines
from planner.layers.log import FaultLog
from planner.layers.source import LayerSource
from planner.network.mode import MAX_SPEED_KPH, Mode, classes_of
from planner.network.noding import WayRules, Ways
from planner.network.rules import RURAL, URBAN
from planner.network.settings import RoadSource

_ONEWAY = {"": 0, "no": 0, "false": 0, "0": 0, "yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}


def read_line_layer(source: RoadSource, *, crs: str, modes: Mapping[str, Mode], log: FaultLog | None) -> Ways:
    """Return the roads of a line layer that any of these modes may use.

    Parameters
    ----------
    source
        The layer, and what its columns mean.
    crs
        Metric study CRS.
    modes
        Modes, by name.
    log
        Where told faults go.

    Raises
    ------
    LayerError
        If the layer cannot be read.
    NetworkError
        If it lacks the class column, or holds no road of these modes.
    """
    told = FaultLog() if log is None else log
    layer = LayerSource(path=source.path, layer=source.layer, crs=source.crs)
    return ways_of_lines(read_lines(layer, crs=crs, log=told), source=source, modes=modes, log=told)


def ways_of_lines(lines: gpd.GeoDataFrame, *, source: RoadSource, modes: Mapping[str, Mode], log: FaultLog) -> Ways:
    """Return lines as ways. Lines meet where they have a vertex in common, to the last bit of its coordinates.

    Parameters
    ----------
    lines
        LineStrings in the study CRS, with the columns that `source` names.
    source
        What the columns mean.
    modes
        Modes, by name.
    log
        Where told faults go.

    Raises
    ------
    NetworkError
        If the class column is missing, or no line is of a class that a mode may use.
    """
    road_class = _road_classes(lines, source)
    used_classes = classes_of(modes)
    used = np.isin(road_class.astype(str), sorted(used_classes))
    name = source.path.name
    _tell_unused(road_class[~used], name, log)
    if not used.any():
        found = f"{shortened(sorted(set(road_class)))} in {name}"
        do = "map the layer's classes with class_map, or name another class_column"
        raise NetworkError(fault(f"road classes such as {shortened(sorted(used_classes))}", found, do))
    kept = lines[used]
    _check_finite(kept, name)
    vertex, x, y, offsets = _shared_vertices(kept.geometry.to_numpy())
    return Ways(
        offsets=offsets,
        vertex=vertex,
        x=x,
        y=y,
        road_class=road_class[used],
        oneway=_oneway(kept, source, log),
        barred={mode: np.zeros(len(kept), dtype=bool) for mode in modes},
        rules=_rules(kept, source, log),
    )


def _check_finite(lines: gpd.GeoDataFrame, layer: str) -> None:
    coords, line = shapely.get_coordinates(lines.geometry.to_numpy(), return_index=True)
    lost = np.unique(line[~np.isfinite(coords).all(axis=1)])
    if len(lost):
        found = f"{len(lost)} without, the first is row {lines.index[lost[0]]}"
        raise NetworkError(fault(f"finite coordinates of every line in {layer}", found, "correct or delete the lines"))


def _rules(lines: gpd.GeoDataFrame, source: RoadSource, log: FaultLog) -> WayRules | None:
    """Return speeds, zones, bridges and tunnels of the lines; None where no column is named for them."""
    columns = (source.speed_column, source.zone_column, source.span_column)
    for column in columns:
        if column and column not in lines.columns:
            found = shortened([name for name in lines.columns if name != lines.geometry.name])
            raise NetworkError(fault(f"a column {column!r} in {source.path.name}", found, "correct the name"))
    if not any(columns):
        return None
    return WayRules(
        number=np.arange(len(lines), dtype=np.int64),
        oneway={},
        speed_kph=_speeds(lines, source, log),
        zone=_zones(lines, source, log),
        spans=_spans(lines, source),
    )


def _spans(lines: gpd.GeoDataFrame, source: RoadSource) -> npt.NDArray[np.bool_]:
    if not source.span_column:
        return np.zeros(0, dtype=bool)
    texts = lines[source.span_column].map(_text).str.lower()
    return np.asarray(~texts.isin(["", "no", "false", "0"]), dtype=bool)


def _speeds(lines: gpd.GeoDataFrame, source: RoadSource, log: FaultLog) -> npt.NDArray[np.float64]:
    if not source.speed_column:
        return np.full(len(lines), np.nan)
    texts = lines[source.speed_column].map(_text)
    speed = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ((texts != "") & ~((speed > 0) & (speed <= MAX_SPEED_KPH))).to_numpy()
    if wrong.any():
        listed = shortened(sorted(set(texts[wrong])))
        log.add(
            source.path.name,
            "",
            "speed_impossible",
            f"{wrong.sum()} 条道路的速度不可能（{listed}），按等级取速度",
            f"{wrong.sum()} lines have impossible speeds ({listed}); theirs is that of their class",
            f"请改为大于 0、不超过 {MAX_SPEED_KPH:g} 的 km/h",
        )
    return np.where(wrong, np.nan, speed)


_ZONES = {"urban": URBAN, "town": URBAN, "城镇": URBAN, "rural": RURAL, "country": RURAL, "乡村": RURAL, "": 0}


def _zones(lines: gpd.GeoDataFrame, source: RoadSource, log: FaultLog) -> npt.NDArray[np.int8]:
    if not source.zone_column:
        return np.zeros(len(lines), dtype=np.int8)
    texts = lines[source.zone_column].map(_text).str.lower()
    for value, count in texts[~texts.isin(list(_ZONES))].value_counts().sort_index().items():
        log.add(
            source.path.name,
            "",
            "zone_unknown",
            f"{count} 条道路的城乡标记“{value}”无法识别，未采用",
            f"{count} lines have the zone {value!r}, which is not known and not used",
            "请改为 urban 或 rural",
        )
    return np.array([_ZONES.get(text, 0) for text in texts], dtype=np.int8)


def _road_classes(lines: gpd.GeoDataFrame, source: RoadSource) -> npt.NDArray[np.object_]:
    if source.class_column not in lines.columns:
        if source.default_class:
            return np.full(len(lines), source.default_class, dtype=object)
        found = shortened([name for name in lines.columns if name != lines.geometry.name]) or "no columns"
        expected = f"a column {source.class_column!r} of road classes in {source.path.name}"
        do = "name the column in class_column, or give all lines one default_class"
        raise NetworkError(fault(expected, found, do))
    texts = lines[source.class_column].map(_text).replace("", source.default_class)
    return np.array([source.class_map.get(text, text) for text in texts], dtype=object)


def _tell_unused(classes: npt.NDArray[np.object_], layer: str, log: FaultLog) -> None:
    for name, count in pd.Series(classes, dtype="str").value_counts().sort_index().items():
        log.add(
            layer,
            "",
            "class_not_used",
            f"{count} 条道路的等级“{name}”未对任何出行方式开放，未使用",
            f"{count} lines of class {name!r}, which no mode may use, are left out",
            "请用 class_map 对应到道路等级，或在出行方式中为该等级设定速度",
        )


def _oneway(lines: gpd.GeoDataFrame, source: RoadSource, log: FaultLog) -> npt.NDArray[np.int8]:
    if source.oneway_column not in lines.columns:
        return np.zeros(len(lines), dtype=np.int8)
    texts = lines[source.oneway_column].map(_text).str.lower()
    unknown = texts[~texts.isin(list(_ONEWAY))]
    for value, count in unknown.value_counts().sort_index().items():
        log.add(
            source.path.name,
            "",
            "oneway_unknown",
            f"{count} 条道路的单行标记“{value}”无法识别，按双向通行处理",
            f"{count} lines have the one-way value {value!r}, which is not known; taken as two-way",
            "请改为 yes、-1 或 no",
        )
    return np.array([_ONEWAY.get(text, 0) for text in texts], dtype=np.int8)


def _text(value: object) -> str:
    """Return a cell as text: "" for none, whole numbers without a point."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _shared_vertices(
    lines: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the vertex numbers of all lines in a row, x and y of every vertex, and where each line starts."""
    coords, line = shapely.get_coordinates(lines, return_index=True)
    coords = coords + 0.0  # -0.0 is 0.0
    order = np.lexsort((coords[:, 1], coords[:, 0]))
    ordered = coords[order]
    is_new = np.ones(len(ordered), dtype=bool)
    is_new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    vertex = np.empty(len(coords), dtype=np.int64)
    vertex[order] = np.cumsum(is_new) - 1
    offsets = np.searchsorted(line, np.arange(len(lines) + 1)).astype(np.int64)
    return vertex, ordered[is_new, 0], ordered[is_new, 1], offsets
