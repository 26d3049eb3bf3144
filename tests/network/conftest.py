"""Small networks made by hand and by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
import shapely

from planner.network import Mode, RoadNetwork
from planner.units import lengths_mm

FOOT = Mode(name="foot", speed_kph={"street": 5.0, "path": 4.0}, access_speed_kph=3.0, obeys_oneway=False)
CAR = Mode(name="car", speed_kph={"street": 37.0, "highway": 83.0}, access_speed_kph=5.0, obeys_oneway=True)

NetworkMaker = Callable[..., RoadNetwork]
PointMaker = Callable[..., pd.DataFrame]


def _network(
    shapes: Sequence[Sequence[tuple[float, float]]],
    *,
    classes: Sequence[str] | None = None,
    oneway: Sequence[int] | None = None,
    barred: Sequence[bool] | None = None,
) -> RoadNetwork:
    coords = np.array([point for shape in shapes for point in shape], dtype=np.float64)
    offsets = np.cumsum([0, *map(len, shapes)]).astype(np.int64)
    ends = coords[np.concatenate((offsets[:-1], offsets[1:] - 1))]
    nodes, number = np.unique(ends, axis=0, return_inverse=True)
    u, v = number.reshape(2, -1).astype(np.int32)
    length = lengths_mm([shapely.LineString(shape).length for shape in shapes])
    names = ("highway", "path", "street")
    codes = [names.index(name) for name in classes or ["street"] * len(shapes)]
    closed = np.array(barred if barred is not None else [False] * len(shapes), dtype=bool)
    return RoadNetwork(
        crs="EPSG:4550",
        modes={"foot": FOOT, "car": CAR},
        classes=names,
        node_x=nodes[:, 0].copy(),
        node_y=nodes[:, 1].copy(),
        u=u,
        v=v,
        length_mm=np.where(u == v, length, np.maximum(length, 1)),
        class_code=np.array(codes, dtype=np.int16),
        oneway=np.array(oneway if oneway is not None else [0] * len(shapes), dtype=np.int8),
        barred={"foot": np.zeros(len(shapes), dtype=bool), "car": closed},
        offsets=offsets,
        coords=coords,
    )


def _points(xy: Sequence[tuple[float, float]], *, prefix: str = "p") -> pd.DataFrame:
    index = pd.Index([f"{prefix}{number}" for number in range(len(xy))], dtype="str")
    return pd.DataFrame(np.array(xy, dtype=np.float64).reshape(-1, 2), columns=["x", "y"], index=index)


@pytest.fixture(scope="session")
def network_of() -> NetworkMaker:
    """Make a network from polylines; nodes are where their ends coincide. Modes: foot, car."""
    return _network


@pytest.fixture(scope="session")
def empty_network() -> RoadNetwork:
    """Make a network without roads. Modes: foot, car."""
    return RoadNetwork(
        crs="EPSG:4550",
        modes={"foot": FOOT, "car": CAR},
        classes=(),
        node_x=np.zeros(0),
        node_y=np.zeros(0),
        u=np.zeros(0, dtype=np.int32),
        v=np.zeros(0, dtype=np.int32),
        length_mm=np.zeros(0, dtype=np.int64),
        class_code=np.zeros(0, dtype=np.int16),
        oneway=np.zeros(0, dtype=np.int8),
        barred={"foot": np.zeros(0, dtype=bool), "car": np.zeros(0, dtype=bool)},
        offsets=np.zeros(1, dtype=np.int64),
        coords=np.zeros((0, 2)),
    )


@pytest.fixture(scope="session")
def points_of() -> PointMaker:
    """Make a table of points p0, p1 and so on."""
    return _points


@pytest.fixture(scope="session")
def random_network() -> Callable[[np.random.Generator], RoadNetwork]:
    """Make a multigraph by chance.

    One-way, parallel and barred edges, loops, bends, edges of 1 mm or none, nodes on one spot, several components.
    """

    def make(rng: np.random.Generator) -> RoadNetwork:
        count = int(rng.integers(6, 16))
        nodes = [(float(x), float(y)) for x, y in np.round(rng.uniform(0, 1000, (count, 2)), 3)]
        nodes[1] = (nodes[0][0] + 0.0004, nodes[0][1])  # less than half a millimetre away
        nodes[2] = (nodes[0][0], nodes[0][1] + 0.001)
        group = rng.integers(0, 2 if rng.random() < 0.5 else 1, count)  # components
        group[:3] = 0
        shapes = [[nodes[0], nodes[1]], [nodes[2], nodes[0]]]
        while len(shapes) < 2 * count:
            a, b = (int(end) for end in rng.integers(0, count, 2))
            if group[a] != group[b]:
                continue
            bends = int(rng.integers(0, 3)) if a != b else 2
            middle = [(float(x), float(y)) for x, y in np.round(rng.uniform(0, 1000, (bends, 2)), 3)]
            shapes.append([nodes[a], *middle, nodes[b]])
            if rng.random() < 0.2:
                shapes.append(shapes[-1] if rng.random() < 0.5 else shapes[-1][::-1])
        size = len(shapes)
        return _network(
            shapes,
            classes=[str(name) for name in rng.choice(["street", "street", "path", "highway"], size)],
            oneway=[int(flag) for flag in rng.choice([0, 0, 1, -1], size)],
            barred=[bool(flag) for flag in rng.random(size) < 0.1],
        )

    return make


@pytest.fixture(scope="session")
def random_points() -> Callable[[np.random.Generator, RoadNetwork, int, str], pd.DataFrame]:
    """Make points by chance: anywhere, on edges, on nodes, on one spot, far outside."""

    def make(rng: np.random.Generator, network: RoadNetwork, count: int, prefix: str) -> pd.DataFrame:
        lines = network.lines()
        points: list[tuple[float, float]] = []
        for _ in range(count):
            kind = rng.random()
            at = (float(rng.uniform(-50, 1050)), float(rng.uniform(-50, 1050)))
            if kind < 0.4:
                spot = lines[rng.integers(len(lines))].interpolate(rng.random(), normalized=True)
                at = (spot.x, spot.y)
            elif kind < 0.6:
                node = rng.integers(network.node_count)
                at = (float(network.node_x[node]), float(network.node_y[node]))
            elif kind < 0.7 and points:
                at = points[-1]
            elif kind < 0.75:
                at = (5000.0, 5000.0)
            points.append(at)
        return _points(points, prefix=prefix)

    return make
