"""OpenStreetMap extracts (.osm.pbf): features chosen by their tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pandas as pd
import shapely
from pyproj import CRS

from planner.errors import LayerError, fault
from planner.layers.log import LEFT_OUT, FaultLog

WGS84 = CRS.from_epsg(4326)
OWN_COLUMNS = ("id", "osm_type")
_TYPES = {"n": "node", "w": "way", "r": "relation"}
_TYPES = {"n": "node", "w": "way", "r": "relation"}


@dataclass(slots=True)
class _Features:
    """Features as they are found: id, tags and geometry."""

    ids: list[str] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    geometry: list[Any] = field(default_factory=list)
    unresolved: dict[str, str] = field(default_factory=dict)  # id -> why it has no geometry


def read_osm(
    path: Path, *, tags: Mapping[str, object], columns: Iterable[str], layer: str, log: FaultLog
) -> gpd.GeoDataFrame:
    """Return nodes, closed ways and multipolygon relations that have all these tags.

    Parameters
    ----------
    path
        An .osm.pbf file.
    tags
        Key -> ``True`` (any value), a value, or a list of values.
    columns
        Further tags to keep as columns, beside ``name`` and the keys of `tags`; ``osm_type`` is ``node``,
        ``way`` or ``relation``.
    layer, log
        Features that cannot be resolved (open ways, relations with missing members) are told here.

    Returns
    -------
    GeoDataFrame
        In EPSG:4326: ``id`` (``"n1"``, ``"w1"``, ``"r1"``), ``osm_type`` (``node``, ``way``, ``relation``), one
        column per tag ("" where absent), geometry (point, polygon or multipolygon), sorted by id.

    Raises
    ------
    LayerError
        If no tags are given or the file is damaged.
    """
    if not tags:
        do = 'add for example osm = { amenity = "school" } to the layer in the study file'
        raise LayerError(fault(f"the tags of the features wanted from {layer}", "none", do))
    try:
        found = _collected(path, tags)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        reason = " ".join(str(error).split())[:100]
        raise LayerError(fault(f"an OpenStreetMap extract in {layer}", reason, "download it again")) from None
    _tell_unresolved(found, layer, log)
    names = [name for name in dict.fromkeys(["name", *tags, *columns]) if name not in OWN_COLUMNS]
    frame = pd.DataFrame([[tag.get(name, "") for name in names] for tag in found.tags], columns=names, dtype="str")
    ids = pd.Series(found.ids, dtype="str")
    frame = frame.assign(id=ids, osm_type=ids.str[0].map(_TYPES).astype("str"))[[*OWN_COLUMNS, *names]]
    table = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(found.geometry, crs=WGS84), crs=WGS84)
    return table.sort_values("id", ignore_index=True)


def matches(tags: Mapping[str, str], wanted: Mapping[str, object]) -> bool:
    """Return whether a feature's tags hold all that is wanted."""
    return all(key in tags and _fits(tags[key], value) for key, value in wanted.items())


def _fits(value: str, wanted: object) -> bool:
    if wanted is True:
        return True
    if isinstance(wanted, list | tuple):
        return any(_fits(value, one) for one in wanted)
    return value == str(wanted)


def _collected(path: Path, wanted: Mapping[str, object]) -> _Features:
    found = _Features()
    key = osmium.filter.KeyFilter(next(iter(wanted)))
    for item in osmium.FileProcessor(str(path)).with_areas(key).with_filter(key):
        tags = {tag.k: tag.v for tag in item.tags}
        if matches(tags, wanted):
            _add(found, item, tags)
    for name in found.ids:  # the area of a relation may come before or after the relation
        found.unresolved.pop(name, None)
    return found


def _add(found: _Features, item: Any, tags: dict[str, str]) -> None:
    if item.is_node():
        _keep(found, f"n{item.id}", tags, shapely.Point(item.lon, item.lat))
    elif item.is_way():
        _add_way(found, item, tags)
    elif item.is_relation():
        if tags.get("type") in ("multipolygon", "boundary"):
            found.unresolved[f"r{item.id}"] = "relation"
    elif not item.from_way():  # an area assembled from a relation; those of ways are made above
        _keep(found, f"r{item.orig_id()}", tags, _area(item))


def _add_way(found: _Features, way: Any, tags: dict[str, str]) -> None:
    name = f"w{way.id}"
    corners = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    if not way.is_closed() or len(corners) < max(4, len(way.nodes)):
        found.unresolved[name] = "open" if not way.is_closed() else "nodes"
        return
    _keep(found, name, tags, shapely.make_valid(shapely.Polygon(corners)))


def _keep(found: _Features, name: str, tags: dict[str, str], geometry: Any) -> None:
    found.ids.append(name)
    found.tags.append({**tags, "osm_type": _TYPES[name[0]]})
    found.geometry.append(geometry)


def _area(area: Any) -> Any:
    rings = []
    for outer in area.outer_rings():
        shell = [(node.lon, node.lat) for node in outer]
        holes = [[(node.lon, node.lat) for node in inner] for inner in area.inner_rings(outer)]
        rings.append(shapely.Polygon(shell, holes))
    return rings[0] if len(rings) == 1 else shapely.MultiPolygon(rings)


_REASONS = {
    "open": ("way 未闭合", "the way is not closed"),
    "nodes": ("way 缺少节点", "the way lacks nodes"),
    "relation": ("relation 缺少成员或无法组成面", "the relation lacks members or makes no area"),
}


def _tell_unresolved(found: _Features, layer: str, log: FaultLog) -> None:
    for name, reason in sorted(found.unresolved.items()):
        zh, en = _REASONS[reason]
        log.add(
            layer,
            name,
            f"{LEFT_OUT}unresolved",
            f"OSM 要素无法组成几何：{zh}；未读入",
            f"The OSM feature has no geometry: {en}; left out",
            "在 OSM 中修正该要素，或换用更完整的数据范围",
        )
