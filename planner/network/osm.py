"""OpenStreetMap data to ways: which ways are roads, who may use them, which way, how fast."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError, fault
from planner.layers.crs import check_range, parsed, study_crs
from planner.layers.log import FaultLog
from planner.network.mode import FERRY, RAILWAY, Mode, classes_of
from planner.network.noding import WayRules, Ways, projected
from planner.network.osm_file import Extract, check_osm_file, read_extract
from planner.network.osm_tags import (
    CONDITIONAL,
    CROSSING_KEYS,
    RAILS,
    ZONE_KEYS,
    class_of,
    duration_s,
    is_barred,
    is_blocked,
    is_conditional,
    is_crossing,
    is_crossing_way,
    is_span,
    oneway_of,
    tagged_speed,
    zone_of,
)
from planner.network.osm_told import Told, tell_ways
from planner.network.restrictions import read_restrictions

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

_KEYS = ("highway", "route", "railway", "area", "oneway", "junction", "barrier", "crossing", "duration",
         "bridge", "tunnel", *CROSSING_KEYS, *ZONE_KEYS)  # fmt: skip


def read_osm(path: Path, *, crs: str, modes: Mapping[str, Mode], log: FaultLog | None) -> Ways:
    """Return the roads of an OpenStreetMap file that any of these modes may use.

    Roads are ways with a ``highway`` tag that are not areas, and ferry routes where a mode takes ferries. What tags
    mean is in `planner.network.osm_tags`. A way whose nodes are partly missing (a clipped extract) is cut at the gap
    and told.

    Parameters
    ----------
    path
        A local PBF or XML file.
    crs
        Metric study CRS.
    modes
        Modes, by name.
    log
        Where told faults go.

    Raises
    ------
    NetworkError
        If the file cannot be read to its end, or holds no road of these modes.
    """
    study_crs(crs)
    check_osm_file(path)
    reader = _Tags(modes)
    extract = read_extract(path, keys=reader.keys, keep=reader.told)
    told = FaultLog() if log is None else log
    stretches = _stretches(extract)
    _report(extract, stretches, modes, path.name, told)
    if not len(stretches.way):
        seen = sum(bool(one.road_class) and one.road_class != FERRY for one in _told(extract))
        found = f"{path.name} with {seen} highways, none of them usable"
        do = "check the extract and the classes of the modes"
        raise NetworkError(fault(f"roads for {', '.join(modes)}", found, do))
    return _ways(extract, stretches, modes, crs=crs, layer=path.name)


class _Tags:
    """What the tags of ways say to the modes of a study."""

    def __init__(self, modes: Mapping[str, Mode]) -> None:
        self.modes = tuple(modes.values())
        self.used = classes_of(modes)
        self.rails = any(RAILWAY in mode.severed_by for mode in self.modes)
        own = {key for mode in self.modes for key in (*mode.access_tags, *mode.oneway_tags)}
        self.keys = frozenset((*_KEYS, *own, *(key + CONDITIONAL for key in own)))

    def told(self, tags: dict[str, str]) -> Told | None:
        road_class = class_of(tags)
        is_rail = self.rails and tags.get("railway") in RAILS
        if not road_class and not is_rail:
            return None
        speed, possible = tagged_speed(tags.get("maxspeed", ""))
        return Told(
            road_class=road_class,
            is_road=road_class in self.used and tags.get("area") != "yes",
            is_rail=is_rail,
            is_crossing=is_crossing_way(tags),
            oneway=oneway_of(tags),
            oneways=tuple(oneway_of(tags, mode.oneway_tags) for mode in self.modes),
            barred=tuple(is_barred(tags, mode.access_tags) for mode in self.modes),
            speed_kph=speed,
            impossible="" if possible else tags["maxspeed"],
            zone=zone_of(tags),
            duration_s=duration_s(tags.get("duration", "")) if road_class == FERRY else np.nan,
            is_span=is_span(tags),
            conditional=tuple(is_conditional(tags, mode) for mode in self.modes),
        )


class _Stretches(NamedTuple):
    """Runs of nodes that are all there: way (position in the extract), first and past the last node, per stretch."""

    way: I64
    first: I64
    past: I64


def _told(extract: Extract) -> list[Told]:
    return [one for one in extract.kept if isinstance(one, Told)]


def _stretches(extract: Extract) -> _Stretches:
    way = np.repeat(np.arange(len(extract.way)), np.diff(extract.offsets))
    is_road = np.array([one.is_road for one in _told(extract)], dtype=bool)
    there = ~np.isnan(extract.lon) & is_road[way]
    before = np.zeros(len(way), dtype=bool)
    before[1:] = there[:-1] & (way[1:] == way[:-1])
    after = np.zeros(len(way), dtype=bool)
    after[:-1] = there[1:] & (way[1:] == way[:-1])
    first, last = np.flatnonzero(there & ~before), np.flatnonzero(there & ~after)
    long = last > first
    return _Stretches(way=way[first[long]], first=first[long], past=last[long] + 1)


def _ways(extract: Extract, stretches: _Stretches, modes: Mapping[str, Mode], *, crs: str, layer: str) -> Ways:
    counts = stretches.past - stretches.first
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    at = np.arange(offsets[-1]) + np.repeat(stretches.first - offsets[:-1], counts)
    refs, first, vertex = np.unique(extract.ref[at], return_index=True, return_inverse=True)
    lon, lat = extract.lon[at][first], extract.lat[at][first]
    degrees = parsed("EPSG:4326", layer=layer)
    check_range(lon, lat, degrees, layer=layer)
    x, y = projected(lon, lat, source=degrees, crs=crs, layer=layer)
    every = _told(extract)
    told = [every[way] for way in stretches.way.tolist()]
    ways = Ways(
        offsets=offsets,
        vertex=vertex.astype(np.int64),
        x=x,
        y=y,
        road_class=np.array([one.road_class for one in told], dtype=object),
        oneway=np.array([one.oneway for one in told], dtype=np.int8),
        barred={name: np.array([one.barred[n] for one in told], dtype=bool) for n, name in enumerate(modes)},
    )
    return ways._replace(rules=_rules(extract, ways, told, extract.way[stretches.way], refs, modes))


def _rules(
    extract: Extract, ways: Ways, told: list[Told], number: I64, refs: I64, modes: Mapping[str, Mode]
) -> WayRules:
    vertex_of = dict(zip(refs.tolist(), range(len(refs)), strict=True)) if extract.restrictions else {}
    blocked = {name: _vertices(refs, {n for n, tags in extract.nodes.items() if is_blocked(tags, mode)})
               for name, mode in modes.items()}  # fmt: skip
    severing = {name for mode in modes.values() for name in mode.severed_by}
    crossings, rails = _crossings(extract, ways, refs, severing) if severing else (np.zeros(0, np.int64),) * 2
    turns = {name: read_restrictions(extract.restrictions, mode, vertex_of)
             for name, mode in modes.items() if mode.restriction_tags}  # fmt: skip
    return WayRules(
        number=number,
        oneway={name: np.array([one.oneways[n] for one in told], dtype=np.int8)
                for n, (name, mode) in enumerate(modes.items()) if mode.oneway_tags != ("oneway",)},
        speed_kph=_speeds(ways, told, number),
        zone=np.array([one.zone for one in told], dtype=np.int8),
        blocked={name: vertices for name, vertices in blocked.items() if len(vertices)},
        crossings=crossings,
        rails=rails,
        turns={name: listed for name, (listed, _) in turns.items()},
        left_out={name: left_out for name, (_, left_out) in turns.items()},
        spans=np.array([one.is_span for one in told], dtype=bool),
    )  # fmt: skip


def _vertices(refs: I64, numbers: set[int]) -> I64:
    """Return the vertices of these nodes, ascending; nodes on no road are none."""
    return np.flatnonzero(np.isin(refs, np.array(sorted(numbers), dtype=np.int64)))


def _crossings(extract: Extract, ways: Ways, refs: I64, severing: set[str]) -> tuple[I64, I64]:
    """Return the vertices on severing roads and rails where one may cross, and those on rails where one may not."""
    way = np.repeat(np.arange(len(extract.way)), np.diff(extract.offsets))
    told = _told(extract)
    on_way = np.array([one.is_crossing for one in told], dtype=bool)[way]
    on_rail = np.array([one.is_rail for one in told], dtype=bool)[way]
    marked = {number for number, tags in extract.nodes.items() if is_crossing(tags)}
    crossing = np.isin(refs, np.concatenate((np.array(sorted(marked), dtype=np.int64), extract.ref[on_way])))
    rail = np.isin(refs, extract.ref[on_rail])
    severed = np.isin(ways.road_class.astype(str), sorted(severing))
    on_road = np.zeros(len(refs), dtype=bool)
    on_road[ways.vertex[np.repeat(severed, np.diff(ways.offsets))]] = True
    return np.flatnonzero(crossing & (on_road | rail)), np.flatnonzero(rail & ~crossing)


def _speeds(ways: Ways, told: list[Told], number: I64) -> F64:
    """Return the tagged speed of every stretch; on ferries the length of the whole way by its duration."""
    speed = np.array([one.speed_kph for one in told], dtype=np.float64)
    ferry = np.flatnonzero([one.road_class == FERRY for one in told])
    speed[ferry] = np.nan
    for stretch in ferry[~np.isnan([told[stretch].duration_s for stretch in ferry])] if len(ferry) else ():
        metres = 0.0
        for part in np.flatnonzero(number == number[stretch]):
            drawn = ways.vertex[ways.offsets[part] : ways.offsets[part + 1]]
            metres += float(np.hypot(np.diff(ways.x[drawn]), np.diff(ways.y[drawn])).sum())
        speed[stretch] = 3.6 * metres / told[stretch].duration_s if metres else np.nan
    return speed


def _report(extract: Extract, stretches: _Stretches, modes: Mapping[str, Mode], layer: str, log: FaultLog) -> None:
    told = _told(extract)
    held = np.bincount(stretches.way, weights=stretches.past - stretches.first, minlength=len(told))
    short = held < np.diff(extract.offsets)
    clipped = [f"w{extract.way[n]}" for n, one in enumerate(told) if one.is_road and short[n]]
    tell_ways(told, clipped, modes, layer, log)
