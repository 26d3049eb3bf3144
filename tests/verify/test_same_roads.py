"""The verifier's roads against the run's: two readings of one file, two searches, the same costs."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pytest
import rasterio
from osmium.osm.mutable import Node, Relation, Way
from rasterio import Affine
from scipy.sparse.csgraph import dijkstra

from planner.network import (
    Need,
    NetworkSettings,
    ReachKey,
    ReachLabel,
    RoadSource,
    default_modes,
    reaches,
    read_network,
)
from planner.verify.costs import _graph, attach
from planner.verify.edges import edges_of
from planner.verify.roads import roads_of_mode
from planner.verify.ways import osm_chains

CRS = "EPSG:4550"
FOLDER = os.environ.get("PLANNER_REAL_DATA", "")

MODES = {
    **default_modes(),
    "strict_drive": replace(
        default_modes()["drive"],
        name="strict_drive",
        u_turns=False,
        tagged_speeds=True,
        urban_kph={"residential": 20.0},
        rural_kph={"residential": 60.0},
    ),
    "boat": replace(default_modes()["walk"].with_overrides(speed_kph={"ferry": 12.0}), name="boat"),
}


def random_town(path: Path, seed: int) -> Path:
    """Write a town by chance: a bent grid with arterial roads, crossings, barriers, rails, ferries, restrictions."""
    rng = np.random.default_rng(seed)
    side = 6
    places = {
        1 + row * side + column: (
            121.6 + 0.002 * column + rng.uniform(-5e-4, 5e-4),
            38.9 + 0.002 * row + rng.uniform(-5e-4, 5e-4),
        )
        for row in range(side)
        for column in range(side)
    }
    tags = {node: node_tags(rng) for node in places}
    ways: dict[int, tuple[list[int], dict[str, str]]] = {}
    for line in range(side):
        across = [1 + line * side + column for column in range(side)]
        up = [1 + row * side + line for row in range(side)]
        for drawn in (across, up):
            kind = str(rng.choice(["primary", "residential", "trunk", "footway", "tertiary", "residential"]))
            cut = int(rng.integers(1, side - 1))
            for part in (drawn[: cut + 1], drawn[cut:]):
                ways[100 + len(ways)] = (part, way_tags(rng, kind))
    some = rng.choice(sorted(places), 3, replace=False).tolist()
    ways[200] = (some, {"railway": "rail"})
    ways[201] = (rng.choice(sorted(places), 2, replace=False).tolist(), {"route": "ferry", "duration": "0:07"})
    ways[202] = (rng.choice(sorted(places), 2, replace=False).tolist(), {"highway": "footway", "footway": "crossing"})
    turns = [restriction(rng, ways) for _ in range(12)] + [by_ways(rng, ways) for _ in range(60)]
    write(path, places, tags, ways, turns)
    return path


def node_tags(rng: np.random.Generator) -> dict[str, str]:
    """Return tags of a node by chance."""
    choices: list[dict[str, str]] = [
        *([{}] * 8),
        {"highway": "crossing"},
        {"highway": "crossing", "crossing": "no"},
        {"highway": "traffic_signals"},
        {"railway": "level_crossing"},
        {"barrier": "bollard"},
        {"barrier": "gate", "access": "private"},
        {"barrier": "gate", "motor_vehicle": "yes"},
        {"barrier": "stile"},
    ]
    return choices[rng.integers(len(choices))]


def way_tags(rng: np.random.Generator, kind: str) -> dict[str, str]:
    """Return tags of a road of a class by chance."""
    extra: list[dict[str, str]] = [
        *([{}] * 4),
        {"oneway": "yes"},
        {"oneway": "-1", "oneway:bicycle": "no"},
        {"oneway": "yes", "cycleway": "opposite_lane"},
        {"maxspeed": "33"},
        {"maxspeed": "20 mph", "maxspeed:type": "CN:urban"},
        {"source:maxspeed": "CN:rural", "maxspeed": "-4"},
        {"foot": "no"},
        {"access": "private", "bicycle": "yes"},
        {"motor_vehicle:conditional": "no @ (24/7)", "access": "yes"},
        {"access:conditional": "no @ (Mo-Fr 07:00-09:00)"},
        {"oneway:conditional": "yes @ 24/7", "oneway": "no"},
        {"bridge": "viaduct", "layer": "1"},
        {"tunnel": "yes", "bridge": "no"},
    ]
    return {"highway": kind, **extra[rng.integers(len(extra))]}


def restriction(rng, ways):
    """Return tags and members of a turn restriction by chance: mostly of roads that meet, some that do not."""
    here, there = rng.choice(sorted(ways), 2)
    meeting = sorted(set(ways[here][0]) & set(ways[there][0])) or [1]
    kind = str(rng.choice(["no_left_turn", "only_straight_on", "no_u_turn", "no_entry", "only_sideways"]))
    key = str(rng.choice(["restriction", "restriction", "restriction:motorcar", "restriction:hgv"]))
    if kind == "no_u_turn":
        there = here
    tags = {"type": "restriction", key: kind} | ({"except": "bus;motorcar"} if rng.random() < 0.1 else {})
    via = ("w", int(here)) if rng.random() < 0.1 else ("n", int(meeting[0]))
    return tags, [("w", int(here), "from"), (*via, "via"), ("w", int(there), "to")]


def by_ways(rng, ways):
    """Return tags and members of a restriction by way of one to three roads that meet, in any order."""
    roads = {name: nodes for name, (nodes, tags) in ways.items() if tags.get("highway", "footway") != "footway"}
    chain = [int(rng.choice(sorted(roads)))]
    for _ in range(int(rng.integers(2, 5))):
        last = roads[chain[-1]]
        on = [name for name, nodes in roads.items() if name not in chain and {last[0], last[-1]} & set(nodes)]
        chain.append(int(rng.choice(on)) if on else chain[0])
    here, *via, there = chain
    kind = str(rng.choice(["no_left_turn", "no_u_turn", "only_straight_on", "only_right_turn"]))
    key = str(rng.choice(["restriction", "restriction", "restriction", "restriction:conditional"]))
    value = kind if key == "restriction" else kind + str(rng.choice([" @ (24/7)", " @ (Mo-Fr 07:00-09:00)"]))
    said = {"type": "restriction", key: value} | ({"hour_on": "07:00"} if rng.random() < 0.1 else {})
    order = via[::-1] if rng.random() < 0.3 else via
    return said, [("w", here, "from"), *(("w", one, "via") for one in order), ("w", there, "to")]


def write(path, places, tags, ways, restrictions):
    """Write an OpenStreetMap file."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node, place in places.items():
            writer.add_node(Node(id=node, location=place, tags=tags[node]))
        for way, (nodes, said) in ways.items():
            writer.add_way(Way(id=way, nodes=nodes, tags=said))
        for number, (said, members) in enumerate(restrictions, start=1):
            writer.add_relation(Relation(id=number, members=members, tags=said))


def points(seed: int, count: int, box: tuple[float, float, float, float], prefix: str) -> pd.DataFrame:
    """Return points by chance in a box."""
    rng = np.random.default_rng(seed)
    index = pd.Index([f"{prefix}{n:03d}" for n in range(count)], dtype="str")
    return pd.DataFrame({"x": rng.uniform(box[0], box[2], count), "y": rng.uniform(box[1], box[3], count)}, index=index)


def hills(path: Path, seed: int) -> Path:
    """Write elevations of the town by chance, in degrees, with cells that have none; the town's west lies beyond."""
    rng = np.random.default_rng(seed)
    metres = rng.uniform(0, 60, (45, 40)).astype(np.float32)
    metres[rng.random(metres.shape) < 0.02] = -9999
    shape = {"driver": "GTiff", "count": 1, "dtype": "float32", "height": 45, "width": 40, "nodata": -9999}
    with rasterio.open(
        path, "w", crs="EPSG:4490", transform=Affine(0.0004, 0, 121.601, 0, -0.0003, 38.912), **shape
    ) as raster:
        raster.write(metres, 1)
    return path


def compare(
    path: Path,
    crs: str,
    modes: list[str],
    *,
    seed: int,
    cutoff: int,
    counts: tuple[int, int],
    dem: Path | None = None,
) -> int:
    """Check that run and verifier give the same costs from places to targets; return how many there are."""
    network = read_network(RoadSource(path=path, kind="osm", dem=dem), crs=crs, modes=MODES)
    settings = NetworkSettings(max_snap_m=200.0, min_component_m=300.0, threads=1)
    edges = edges_of(osm_chains(path, crs, {name: asdict(mode) for name, mode in MODES.items()}), dem=dem, crs=crs)
    if dem is not None:
        np.testing.assert_array_equal(network.rules.slowness, edges.slower)
    box = (network.node_x.min(), network.node_y.min(), network.node_x.max(), network.node_y.max())
    places, targets = points(seed, counts[0], box, "p"), points(seed + 1, counts[1], box, "t")
    total = 0
    for name in modes:
        of_mode = roads_of_mode(edges, name, asdict(MODES[name]), asdict(settings))
        ways = (("distance_m", "toward"), ("travel_time_s", "from"))
        for kind, direction in ways if dem is None else (("travel_time_s", "toward"), ("travel_time_s", "from")):
            label = ReachLabel(ReachKey(name, kind, direction), "demand", "x")
            need = Need(label, cutoff, tuple(places.index))
            found = reaches(
                network, places=places, demand=targets, anchors=targets[:0], needs=[need], settings=settings
            ).bounded[label]
            graph, sources, sinks = _graph(
                of_mode,
                attach(of_mode, places),
                attach(of_mode, targets),
                timed=kind == "travel_time_s",
                toward=direction == "toward",
            )
            again = dijkstra(graph, indices=sources, limit=cutoff)[:, sinks]
            held = np.full(again.shape, np.inf)
            held[np.repeat(np.arange(len(places)), np.diff(found.indptr)), found.indices] = found.costs
            np.testing.assert_array_equal(held, again, err_msg=f"{name} {kind} {direction}")
            total += int(np.isfinite(again).sum())
    return total


@pytest.mark.parametrize("seed", range(12))
def test_random_towns_cost_the_same(seed: int, tmp_path: Path) -> None:
    """All modes, with restrictions, barriers, sides of arterial roads, rails, ferries and tagged speeds, both ways."""
    path = random_town(tmp_path / "town.osm.pbf", seed)
    network = read_network(RoadSource(path=path, kind="osm"), crs=CRS, modes=MODES)
    assert len(network.rules.sequences["drive"]) > 2
    assert compare(path, CRS, list(MODES), seed=seed, cutoff=10**7, counts=(6, 30)) > 500


@pytest.mark.parametrize("seed", range(8))
def test_random_towns_on_hills_cost_the_same(seed: int, tmp_path: Path) -> None:
    """The slowness of every edge is the same, with bridges, tunnels and unknown ground, and so are times both ways."""
    path = random_town(tmp_path / "town.osm.pbf", seed)
    dem = hills(tmp_path / "hills.tif", seed)
    modes = ["walk", "school_penalised", "drive"]
    assert compare(path, CRS, modes, seed=seed, cutoff=10**7, counts=(6, 30), dem=dem) > 200


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("extract", "crs"),
    [
        ("osm-helsinki-centre/helsinki_centre.osm.pbf", "EPSG:3879"),
        ("osm-liechtenstein/liechtenstein.osm.pbf", "EPSG:2056"),
    ],
)
def test_real_extracts_cost_the_same(extract: str, crs: str) -> None:
    """On real extracts both readings give the same costs, for drivers, cyclists and pupils."""
    path = Path(FOLDER) / extract
    if not FOLDER or not path.is_file():
        pytest.skip("PLANNER_REAL_DATA names no folder with this extract")
    modes = ["drive", "cycle", "school_strict", "school_penalised"]
    assert compare(path, crs, modes, seed=3, cutoff=4_000_000, counts=(40, 300)) > 1000
