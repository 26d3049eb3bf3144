"""Roads read once more, from the line layer or the OSM extract, as chains of vertices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
from planner.verify import tags as said
from planner.verify.told import Said, Turn

Ints = npt.NDArray[np.int64]
Settings = Mapping[str, Any]

_Node = tuple[int, float, float]  # id, longitude, latitude
_Tags = dict[str, str]
_KEYS = ("highway", "railway", "route", "barrier", "type")


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
    said
        What tags say beyond that.
    """

    chains: list[Ints]
    xy: npt.NDArray[np.float64]
    road_class: list[str]
    oneway: list[int]
    closed: dict[str, list[bool]]
    said: Said | None = None


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
    words = [word or otherwise for word in _text(single, source.get("class_column") or "road_class")]
    classes = [str(renamed.get(word, word)) for word in words]
    usable = _classes(modes)
    parts = [_without_repeats(shapely.get_coordinates(line)) for line in single.geometry]
    kept = [n for n, part in enumerate(parts) if len(part) > 1 and classes[n] in usable]
    chains, vertices = _numbered([parts[n] for n in kept])
    directions = [said.direction(word) for word in _text(single, source.get("oneway_column") or "oneway")]
    return Chains(
        chains=chains,
        xy=vertices,
        road_class=[classes[n] for n in kept],
        oneway=[directions[n] for n in kept],
        closed={name: [False] * len(kept) for name in modes},
        said=_said_of_lines(single, source, kept),
    )


_SETTINGS = {"urban": "urban", "town": "urban", "城镇": "urban", "rural": "rural", "country": "rural", "乡村": "rural"}


def _said_of_lines(lines: pd.DataFrame, source: Settings, kept: list[int]) -> Said | None:
    speed, zone, otherwise = (source.get(key) or "" for key in ("speed_column", "zone_column", "default_zone"))
    span = source.get("span_column") or ""
    if not (speed or zone or otherwise or span):
        return None
    decks = [word.lower() not in ("", "no", "false", "0") for word in _text(lines, span)]
    kph = pd.to_numeric(pd.Series(_text(lines, speed)), errors="coerce").to_numpy(np.float64)
    where = [_SETTINGS.get(word.lower(), "") or otherwise for word in _text(lines, zone)]
    return Said(
        way=list(range(len(kept))),
        tagged_kph=[float(kph[n]) if 0 < kph[n] <= 300 else np.nan for n in kept],
        setting=[where[n] for n in kept],
        span=[decks[n] for n in kept],
    )


def osm_chains(path: Path, crs: str, modes: Mapping[str, Settings], *, otherwise: str = "") -> Chains:
    """Return the roads of an OpenStreetMap file as chains; ways that share a node meet there.

    Roads are ways whose class some mode may use or is severed by, areas excepted.

    Parameters
    ----------
    path
        A local file.
    crs
        Study CRS.
    modes
        ``settings.modes``.
    otherwise
        "urban" or "rural" for roads of which neither is said.
    """
    file = _read(path, _classes(modes))
    chains, nodes = _numbered([np.array(nodes, dtype=np.float64) for _, _, nodes in file.roads])
    project = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    xy = np.column_stack(project.transform(nodes[:, 1], nodes[:, 2]))
    tags = [tags for _, tags, _ in file.roads]
    return Chains(
        chains=chains,
        xy=xy,
        road_class=[said.kind(one) for one in tags],
        oneway=[said.way_direction(one, ("oneway",)) for one in tags],
        closed={
            name: [said.refused(one, mode.get("access_tags") or ("access",)) for one in tags]
            for name, mode in modes.items()
        },
        said=_said(file, chains, xy, {int(ref): n for n, ref in enumerate(nodes[:, 0])}, modes, otherwise),
    )


def _classes(modes: Mapping[str, Settings]) -> set[str]:
    travelled = {name for mode in modes.values() for name in mode["speed_kph"]}
    return travelled | {name for mode in modes.values() for name in mode.get("severed_by") or ()} - {"railway"}


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _File:
    """Unbroken stretches of roads (way, tags, nodes), crossing and rail nodes by number, tagged nodes, restrictions."""

    roads: list[tuple[int, _Tags, list[_Node]]] = field(default_factory=list)
    crossing: set[int] = field(default_factory=set)
    rail: set[int] = field(default_factory=set)
    nodes: dict[int, _Tags] = field(default_factory=dict)
    restrictions: list[tuple[_Tags, list[tuple[str, str, int]]]] = field(default_factory=list)


def _read(path: Path, classes: set[str]) -> _File:
    file = _File()
    for one in osmium.FileProcessor(str(path)).with_locations().with_filter(osmium.filter.KeyFilter(*_KEYS)):
        tags = {tag.k: tag.v for tag in one.tags}
        if isinstance(one, osmium.osm.Node):
            file.nodes[one.id] = tags
            if said.crossing_node(tags):
                file.crossing.add(one.id)
        elif isinstance(one, osmium.osm.Way):
            if tags.get("railway") in said.RAIL_LINES:
                file.rail.update(node.ref for node in one.nodes)
            if said.kind(tags) and said.crossing_way(tags):
                file.crossing.update(node.ref for node in one.nodes)
            if said.kind(tags) in classes and tags.get("area") != "yes":
                file.roads.extend((one.id, tags, stretch) for stretch in _stretches(one.nodes))
        elif isinstance(one, osmium.osm.Relation) and tags.get("type") == "restriction":
            file.restrictions.append((tags, [(part.role, part.type, part.ref) for part in one.members]))
    return file


def _stretches(nodes: osmium.osm.WayNodeList) -> list[list[_Node]]:
    """Return the unbroken stretches of a way: it is broken where the extract lacks a node."""
    stretches = []
    for there, some in groupby(nodes, key=lambda node: bool(node.location.valid())):
        stretch = [node for node, _ in groupby((node.ref, node.lon, node.lat) for node in some)] if there else []
        if len(stretch) > 1:
            stretches.append(stretch)
    return stretches


def _said(
    file: _File,
    chains: list[Ints],
    xy: npt.NDArray[np.float64],
    vertex: Mapping[int, int],
    modes: Mapping[str, Settings],
    otherwise: str,
) -> Said:
    tags = [tags for _, tags, _ in file.roads]
    severing = {name for mode in modes.values() for name in mode.get("severed_by") or ()}
    rail = {vertex[ref] for ref in file.rail if ref in vertex} if "railway" in severing else set()
    severed = [chain for chain, one in zip(chains, tags, strict=True) if said.kind(one) in severing]
    crossing = {vertex[ref] for ref in file.crossing if ref in vertex} if severing else set()
    stopped = {
        name: {vertex[ref] for ref, one in file.nodes.items() if ref in vertex and said.stops(one, mode)}
        for name, mode in modes.items()
    }
    return Said(
        way=[number for number, _, _ in file.roads],
        direction={
            name: [said.way_direction(one, mode["oneway_tags"]) for one in tags]
            for name, mode in modes.items()
            if list(mode.get("oneway_tags") or ["oneway"]) != ["oneway"]
        },
        tagged_kph=_tagged(file.roads, chains, xy),
        setting=[said.setting(one) or otherwise for one in tags],
        span=[said.bridge_or_tunnel(one) for one in tags],
        stopped=stopped,
        crossings=crossing & (rail | {int(number) for chain in severed for number in chain}),
        rails=rail - crossing,
        turns={
            name: _turns(file.restrictions, mode, vertex)
            for name, mode in modes.items()
            if mode.get("restriction_tags")
        },
    )


def _tagged(
    roads: list[tuple[int, _Tags, list[_Node]]], chains: list[Ints], xy: npt.NDArray[np.float64]
) -> list[float]:
    """Return the tagged speed of every feature; of a ferry the length of its whole way by the time it takes."""
    speeds = []
    for number, tags, _ in roads:
        speed = said.limit_kph(tags)
        if said.kind(tags) == "ferry":
            taken = said.minutes(tags)
            parts = [xy[chain] for chain, (other, _, _) in zip(chains, roads, strict=True) if taken and other == number]
            metres = sum(float(np.hypot(*np.diff(part, axis=0).T).sum()) for part in parts)
            speed = 3.6 * metres / (60 * taken) if taken else None
        speeds.append(np.nan if speed is None else speed)
    return speeds


def _turns(
    restrictions: Iterable[tuple[_Tags, list[tuple[str, str, int]]]], mode: Settings, vertex: Mapping[int, int]
) -> list[Turn]:
    """Return the restrictions that bind a mode at every hour: at one node, or by way of ways."""
    turns = []
    for tags, members in restrictions:
        rule = said.restriction(tags, mode["restriction_tags"])
        free = {word.strip() for word in tags.get("except", "").split(";")} & set(mode["access_tags"])
        via = [(what, ref) for role, what, ref in members if role == "via"]
        known = re.fullmatch(r"(no|only)_(left_turn|right_turn|straight_on|u_turn)|no_entry|no_exit", rule)
        by = tuple(ref for what, ref in via if what == "w")
        at = vertex.get(via[0][1], -1) if len(via) == 1 and via[0][0] == "n" else -1
        if free or not known or not (at >= 0 or (by and len(by) == len(via))):
            continue
        here, there = (
            tuple(ref for role, what, ref in members if (role, what) == (wanted, "w")) for wanted in ("from", "to")
        )
        turns.append(Turn(rule.startswith("only"), here, there, at, by))
    return turns


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


def _without_repeats(vertices: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    keep = np.append(True, (vertices[1:] != vertices[:-1]).any(axis=1))
    return np.asarray(vertices[keep])


def _numbered(parts: Sequence[npt.NDArray[np.float64]]) -> tuple[list[Ints], npt.NDArray[np.float64]]:
    if not parts:
        raise VerificationError("expected roads with at least one line, found none: name the layer that was read.")
    vertices, number = np.unique(np.concatenate(parts), axis=0, return_inverse=True)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return np.split(number.ravel().astype(np.int64), ends), vertices
