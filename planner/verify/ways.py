"""Roads read once more, from the line layer or the OSM extract, as chains of vertices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import osmium
import osmium.filter
import osmium.osm
import pandas as pd
import pyproj
import shapely

from planner.errors import VerificationError

Ints = npt.NDArray[np.int64]
Settings = Mapping[str, Any]

_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_REFUSED = frozenset({"no", "private"})

_Node = tuple[int, float, float]  # id, longitude, latitude


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Chains:
    """Features as chains of numbered vertices, before they are cut into edges.

    Attributes
    ----------
    chains
        Vertex numbers along each feature.
    xy
        Position of each vertex, study CRS.
    road_class, oneway
        Of each feature.
    closed
        By mode: whether access tags close the feature to it.
    """

    chains: list[Ints]
    xy: npt.NDArray[np.float64]
    road_class: list[str]
    oneway: list[int]
    closed: dict[str, list[bool]]


def line_chains(lines: gpd.GeoDataFrame, source: Settings, modes: Mapping[str, Settings]) -> Chains:
    """Return the lines that some mode may use as chains; vertices with the same coordinates are one.

    Parameters
    ----------
    lines
        The layer, study CRS.
    source
        ``settings.roads`` of run.json.
    modes
        ``settings.modes``.
    """
    single = lines.explode(index_parts=False, ignore_index=True)
    renamed, otherwise = source.get("class_map") or {}, source.get("default_class") or ""
    said = [word or otherwise for word in _text(single, source.get("class_column") or "road_class")]
    classes = [str(renamed.get(word, word)) for word in said]
    usable = {name for mode in modes.values() for name in mode["speed_kph"]}
    parts = [_without_repeats(shapely.get_coordinates(line)) for line in single.geometry]
    kept = [n for n, part in enumerate(parts) if len(part) > 1 and classes[n] in usable]
    chains, vertices = _numbered([parts[n] for n in kept])
    directions = [_direction(word) for word in _text(single, source.get("oneway_column") or "oneway")]
    return Chains(
        chains=chains,
        xy=vertices,
        road_class=[classes[n] for n in kept],
        oneway=[directions[n] for n in kept],
        closed={name: [False] * len(kept) for name in modes},
    )


def osm_chains(path: Path, crs: str, modes: Mapping[str, Settings]) -> Chains:
    """Return the roads of an OpenStreetMap file as chains; ways that share a node meet there.

    Roads are ways whose ``highway`` value some mode may use, areas excepted.

    Parameters
    ----------
    path
        A local file.
    crs
        Study CRS.
    modes
        ``settings.modes``.
    """
    found = list(_stretches(path, {name for mode in modes.values() for name in mode["speed_kph"]}))
    chains, nodes = _numbered([np.array(nodes, dtype=np.float64) for nodes, _ in found])
    project = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    tags = [said for _, said in found]
    return Chains(
        chains=chains,
        xy=np.column_stack(project.transform(nodes[:, 1], nodes[:, 2])),
        road_class=[said["highway"] for said in tags],
        oneway=[_osm_direction(said) for said in tags],
        closed={name: [_closed(said, mode) for said in tags] for name, mode in modes.items()},
    )


def _text(table: pd.DataFrame, column: str) -> list[str]:
    if column not in table:
        return [""] * len(table)
    return [_word(value) for value in table[column]]


def _word(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _direction(value: str) -> int:
    word = value.lower()
    return 1 if word in _FORWARD else -1 if word in _BACKWARD else 0


def _without_repeats(vertices: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    keep = np.append(True, (vertices[1:] != vertices[:-1]).any(axis=1))
    return np.asarray(vertices[keep])


def _numbered(parts: Sequence[npt.NDArray[np.float64]]) -> tuple[list[Ints], npt.NDArray[np.float64]]:
    if not parts:
        raise VerificationError("expected roads with at least one line, found none: name the layer that was read.")
    vertices, number = np.unique(np.concatenate(parts), axis=0, return_inverse=True)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return np.split(number.ravel().astype(np.int64), ends), vertices


def _stretches(path: Path, classes: set[str]) -> Iterator[tuple[list[_Node], dict[str, str]]]:
    """Yield the nodes and tags of every unbroken stretch of a way of these classes.

    A way is broken where the extract lacks a node.
    """
    for way in osmium.FileProcessor(str(path)).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
        if not isinstance(way, osmium.osm.Way):
            continue
        tags = {tag.k: tag.v for tag in way.tags}
        if tags.get("highway") not in classes or tags.get("area") == "yes":
            continue
        for there, nodes in groupby(way.nodes, key=lambda node: bool(node.location.valid())):
            stretch = [node for node, _ in groupby((node.ref, node.lon, node.lat) for node in nodes)] if there else []
            if len(stretch) > 1:
                yield stretch, tags


def _closed(tags: Mapping[str, str], mode: Settings) -> bool:
    """Return whether the most specific access tag that a way carries bars a mode."""
    said = [tags[key] for key in mode.get("access_tags") or ("access",) if key in tags]
    return bool(said) and said[0].strip().lower() in _REFUSED


def _osm_direction(tags: Mapping[str, str]) -> int:
    if tags.get("oneway", "").strip():
        return _direction(tags["oneway"].strip())
    return int(tags.get("junction") in ("roundabout", "circular") or tags["highway"] == "motorway")
