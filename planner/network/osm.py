"""OpenStreetMap data to ways: which ways are roads, who may use them, which way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import osmium
import osmium.filter
import osmium.osm

from planner.errors import NetworkError, fault, shortened
from planner.layers.crs import check_range, parsed, study_crs
from planner.layers.guard import guarded, not_local
from planner.layers.log import FaultLog
from planner.network.modes import Mode
from planner.network.noding import Ways, projected

_BARRED = frozenset({"no", "private"})
_ALONG = frozenset({"yes", "true", "1"})
_AGAINST = frozenset({"-1", "reverse"})
_IMPLIED_JUNCTIONS = frozenset({"roundabout", "circular"})

_XML = (".osm", ".osm.gz", ".osm.bz2")

_Stretch = tuple[list[int], list[tuple[float, float]]]


def read_osm(path: Path, *, crs: str, modes: Mapping[str, Mode], log: FaultLog | None) -> Ways:
    """Return the roads of an OpenStreetMap file that any of these modes may use.

    Roads are ways with a ``highway`` tag that are not areas. One-way streets follow ``oneway``, and where it is absent
    ``junction=roundabout|circular`` and ``highway=motorway`` imply it. Access follows `Mode.access_tags`. A way
    whose nodes are partly missing (a clipped extract) is cut at the gap and told.

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
    _check_file(path)
    reader = _Reader(modes)
    try:
        for way in _ways_of(path):
            reader.add(way)
    except RuntimeError as error:
        found = f"{path.name}, which osmium could not read ({error})"
        raise NetworkError(
            fault("a whole OpenStreetMap file (.osm.pbf or .osm)", found, "download or export the file again")
        ) from None
    if log is not None:
        reader.report(log, path.name)
    if not reader.nodes:
        found = f"{path.name} with {reader.seen} highways, none of them usable"
        do = "check the extract and the classes of the modes"
        raise NetworkError(fault(f"roads for {', '.join(modes)}", found, do))
    return reader.ways(crs, path.name)


def _ways_of(path: Path) -> Iterator[osmium.osm.Way]:
    processor = osmium.FileProcessor(str(path)).with_locations()
    processor = processor.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for way in processor.with_filter(osmium.filter.KeyFilter("highway")):
        if isinstance(way, osmium.osm.Way):
            yield way


class _Reader:
    """Collects stretches of ways: runs of nodes that are all there."""

    def __init__(self, modes: Mapping[str, Mode]) -> None:
        self.modes = modes
        self.used_classes = {name for mode in modes.values() for name in mode.speed_kph}
        self.seen = 0
        self.nodes: list[list[int]] = []
        self.places: list[tuple[float, float]] = []
        self.road_class: list[str] = []
        self.oneway: list[int] = []
        self.barred: dict[str, list[bool]] = {name: [] for name in modes}
        self.clipped: list[str] = []
        self.areas = 0
        self.unused: Counter[str] = Counter()

    def add(self, way: osmium.osm.Way) -> None:
        tags = {tag.k: tag.v for tag in way.tags}
        self.seen += 1
        if tags.get("area") == "yes":
            self.areas += 1
        elif tags["highway"] not in self.used_classes:
            self.unused[tags["highway"]] += 1
        else:
            stretches = _stretches(way.nodes)
            if sum(len(nodes) for nodes, _ in stretches) < len(way.nodes):
                self.clipped.append(f"w{way.id}")
            for stretch in stretches:
                self._add_stretch(stretch, tags)

    def _add_stretch(self, stretch: _Stretch, tags: Mapping[str, str]) -> None:
        nodes, places = stretch
        if len(nodes) < 2:
            return
        self.nodes.append(nodes)
        self.places.extend(places)
        self.road_class.append(tags["highway"])
        self.oneway.append(oneway_of(tags))
        for name, mode in self.modes.items():
            self.barred[name].append(is_barred(tags, mode.access_tags))

    def ways(self, crs: str, layer: str) -> Ways:
        refs = np.concatenate([np.array(nodes, dtype=np.int64) for nodes in self.nodes])
        _, first, vertex = np.unique(refs, return_index=True, return_inverse=True)
        lonlat = np.array(self.places, dtype=np.float64)[first]
        degrees = parsed("EPSG:4326", layer=layer)
        check_range(lonlat[:, 0], lonlat[:, 1], degrees, layer=layer)
        x, y = projected(lonlat[:, 0], lonlat[:, 1], source=degrees, crs=crs, layer=layer)
        return Ways(
            offsets=np.cumsum([0, *map(len, self.nodes)], dtype=np.int64),
            vertex=vertex.astype(np.int64),
            x=x,
            y=y,
            road_class=np.array(self.road_class, dtype=object),
            oneway=np.array(self.oneway, dtype=np.int8),
            barred={name: np.array(flags, dtype=bool) for name, flags in self.barred.items()},
        )

    def report(self, log: FaultLog, layer: str) -> None:
        if self.clipped:
            count, names = len(self.clipped), shortened(self.clipped)
            log.add(
                layer,
                "",
                "clipped_way",
                f"{count} 条道路缺少部分节点（{names}），已在缺口处断开",
                f"{count} ways lack some of their nodes ({names}); they were cut at the gap",
                "裁剪时保留道路的全部节点（osmium extract --strategy complete_ways）",
            )
        if self.areas:
            log.add(
                layer,
                "",
                "highway_area",
                f"{self.areas} 个面状道路（area=yes）未作为道路使用",
                f"{self.areas} highway areas (area=yes) are not used as roads",
                "如需通行，请补绘穿过该面的道路中心线",
            )
        if self.unused:
            listed = ", ".join(f"{name} × {count}" for name, count in sorted(self.unused.items()))
            log.add(
                layer,
                "",
                "class_not_used",
                f"{sum(self.unused.values())} 条道路的等级未对任何出行方式开放：{listed}",
                f"{sum(self.unused.values())} ways are of classes that no mode may use: {listed}",
                "如应通行，请在出行方式中为该等级设定速度",
            )


def _check_file(path: Path) -> None:
    if path.name.lower().endswith(".pbf"):
        guarded(path)
        return
    problem = not_local(str(path))
    if problem:
        raise NetworkError(problem)
    if not path.is_file() or not path.name.lower().endswith(_XML):
        found = f"{path.name}, which is not" if path.is_file() else "no such file"
        expected = f"an OpenStreetMap file ({', '.join(('.osm.pbf', *_XML))}) at {path}"
        raise NetworkError(fault(expected, found, "correct the path"))


def _stretches(nodes: osmium.osm.WayNodeList) -> list[_Stretch]:
    stretches: list[_Stretch] = [([], [])]
    for node in nodes:
        place = node.location
        if place.valid():
            stretches[-1][0].append(node.ref)
            stretches[-1][1].append((place.lon, place.lat))
        elif stretches[-1][0]:
            stretches.append(([], []))
    return stretches


def oneway_of(tags: Mapping[str, str]) -> int:
    """Return 1 for a way that may be driven along only, -1 for against only, 0 for both.

    `OSM wiki <https://wiki.openstreetmap.org/wiki/Key:oneway>`_. Reversible and alternating ways count as both: which
    way they run depends on the hour.
    """
    value = tags.get("oneway", "").strip().lower()
    if value in _ALONG:
        return 1
    if value in _AGAINST:
        return -1
    implied = tags.get("junction") in _IMPLIED_JUNCTIONS or tags.get("highway") == "motorway"
    return int(implied and not value)


def is_barred(tags: Mapping[str, str], access_tags: Sequence[str]) -> bool:
    """Return whether the most specific access tag that the way carries bars the mode.

    `OSM wiki <https://wiki.openstreetmap.org/wiki/Key:access>`_.
    """
    value = next((tags[key] for key in access_tags if key in tags), "")
    return value.strip().lower() in _BARRED
