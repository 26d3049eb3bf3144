"""Roads read once more: chains of vertices cut into edges, and these numbered by what they are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from planner.units import lengths_mm
from planner.verify.hills import slower
from planner.verify.passing import nodes_of
from planner.verify.roads import Roads
from planner.verify.told import Said
from planner.verify.ways import Chains, Ints

_CURVE_BITS = 16
_SETTINGS = ("", "urban", "rural")
"""In the order in which they tell edges of one shape apart."""


def edges_of(features: Chains, *, dem: Path | None = None, crs: str = "") -> Roads:
    """Return the edges that chains make, cut at their ends and at each vertex that occurs at least twice.

    Parameters
    ----------
    features
        As `planner.verify.ways` reads them.
    dem, crs
        Elevation model, where there is one, and study CRS.
    """
    seen = np.bincount(np.concatenate(features.chains), minlength=len(features.xy))
    for chain in features.chains:
        seen[chain[[0, -1]]] = 2
    if features.said is not None:
        seen[sorted(features.said.vertices())] = 2
    pieces: list[Ints] = []
    feature: list[int] = []
    for number, chain in enumerate(features.chains):
        cuts = np.flatnonzero(seen[chain] >= 2)
        pieces.extend(chain[start : end + 1] for start, end in pairwise(cuts))
        feature.extend([number] * (len(cuts) - 1))
    roads = _numbered_by_nodes(_edges(features, pieces, np.array(feature, dtype=np.int64)), features.xy)
    if dem is None:
        return roads
    ends, count = np.column_stack((roads.tail, roads.head)), len(roads.tail)
    spans, ferry = roads.said.span or [False] * count, roads.road_class == "ferry"
    return replace(roads, slower=slower(dem, crs, roads.lines, ends, spans, ferry.tolist()))


def _edges(features: Chains, pieces: list[Ints], feature: Ints) -> Roads:
    owner = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    lines = shapely.linestrings(features.xy[np.concatenate(pieces)], indices=owner)
    tail = np.array([piece[0] for piece in pieces], dtype=np.int64)
    head = np.array([piece[-1] for piece in pieces], dtype=np.int64)
    length = lengths_mm(shapely.length(lines))
    return Roads(
        tail=tail,
        head=head,
        length_mm=np.where(tail != head, np.maximum(length, 1), length),
        road_class=np.array(features.road_class, dtype=object)[feature],
        oneway=np.array(features.oneway, dtype=np.int64)[feature],
        closed_to={who: np.array(flags, dtype=bool)[feature] for who, flags in features.closed.items()},
        lines=lines,
        said=Said(way=[]) if features.said is None else _chosen(features.said, feature),
    )


def _chosen(said: Said, number: Ints) -> Said:
    """Return what is said of some features or edges, in this order."""
    return replace(
        said,
        way=[said.way[n] for n in number],
        direction={name: [flags[n] for n in number] for name, flags in said.direction.items()},
        tagged_kph=[said.tagged_kph[n] for n in number],
        setting=[said.setting[n] for n in number],
        span=[said.span[n] for n in number],
    )


def _numbered_by_nodes(roads: Roads, xy: npt.NDArray[np.float64]) -> Roads:
    """Return the edges in the order of their numbers, which decide between equally near edges.

    Nodes are numbered along a Hilbert curve, edges by tail, head, length, second vertex (x, y), class,
    one-way, closed modes, and what else is said: nothing depends on the order of the file.
    """
    nodes = np.unique(np.concatenate((roads.tail, roads.head)))
    number = np.full(len(xy), -1, dtype=np.int64)
    number[nodes[_along_curve(xy[nodes])]] = np.arange(len(nodes))
    tail, head = number[roads.tail], number[roads.head]
    second = shapely.get_coordinates(shapely.get_point(roads.lines, 1))
    closed = [roads.closed_to[name] for name in sorted(roads.closed_to)]
    keys = [
        tail,
        head,
        roads.length_mm,
        second[:, 0],
        second[:, 1],
        roads.road_class.astype(str),
        roads.oneway,
        *closed,
        *([roads.said.direction[name] for name in sorted(roads.said.direction)] if roads.said.way else []),
        *(
            [
                np.nan_to_num(roads.said.tagged_kph),
                [_SETTINGS.index(one) for one in roads.said.setting],
                np.array(roads.said.span),
            ]
            if roads.said.way
            else []
        ),
    ]
    order = np.lexsort(keys[::-1])
    return Roads(
        tail=tail[order],
        head=head[order],
        length_mm=roads.length_mm[order],
        road_class=roads.road_class[order],
        oneway=roads.oneway[order],
        closed_to={name: flags[order] for name, flags in roads.closed_to.items()},
        lines=roads.lines[order],
        said=_at_nodes(_chosen(roads.said, order), number) if roads.said.way else roads.said,
    )


def _at_nodes(said: Said, number: Ints) -> Said:
    """Return the same with nodes for vertices."""
    return replace(
        said,
        stopped={name: nodes_of(vertices, number) for name, vertices in said.stopped.items()},
        crossings=nodes_of(said.crossings, number),
        rails=nodes_of(said.rails, number),
        turns={
            name: [turn if turn.by else turn._replace(at=int(number[turn.at])) for turn in turns]
            for name, turns in said.turns.items()
        },
    )


def _along_curve(xy: npt.NDArray[np.float64]) -> Ints:
    """Return the order of points along a Hilbert curve of 2^16 cells a side over their square, in a cell by x, y."""
    side = max(*np.ptp(xy, axis=0), 1e-9)
    top = (1 << _CURVE_BITS) - 1
    column, row = np.minimum((xy - xy.min(axis=0)) / side * top, top).astype(np.int64).T
    place, swap, flip = np.zeros((3, len(xy)), dtype=np.int64)
    for bit in range(_CURVE_BITS - 1, -1, -1):
        a, b = (column >> bit) & 1, (row >> bit) & 1
        right, upper = np.where(swap, b, a) ^ flip, np.where(swap, a, b) ^ flip
        place = 4 * place + ((3 * right) ^ upper)
        turn = 1 - upper
        flip, swap = flip ^ (turn & right), swap ^ turn
    return np.lexsort((xy[:, 1], xy[:, 0], place))
