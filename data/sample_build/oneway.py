"""One-way streets: alternating pairs in the larger towns, without a corner that cannot be left or entered."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from sample_build.streets import Street, Streets
from sample_build.towns import Town

_LARGE_TOWN_CORNERS = 300
_SHARE_OF_STREETS = 0.42
_CLASSES = ("residential", "tertiary")


def set_oneways(towns: list[Town], streets: Streets, rng: np.random.Generator) -> None:
    """Make some streets one-way, then give back two ways wherever a corner would be cut off."""
    large = np.zeros(streets.count, dtype=bool)
    for town in towns:
        large[town.points] = len(town.points) > _LARGE_TOWN_CORNERS
    turn = 0
    for number, line in enumerate(streets.lines):
        if _may_be_oneway(line, large[line.points[0]]) and rng.random() < _SHARE_OF_STREETS:
            turn += 1
            streets.lines[number] = line.with_oneway("yes" if turn % 2 else "-1")
    while _relax(streets):
        pass


def _may_be_oneway(line: Street, in_large_town: np.bool_) -> bool:
    return bool(in_large_town) and line.setting == "town" and line.road_class in _CLASSES and len(line.points) > 3


def _relax(streets: Streets) -> bool:
    """Give back two ways to the one-way streets that touch a cut-off corner; return whether there were any."""
    starts, ends, owner = streets.segments()
    rule = np.array([line.oneway for line in streets.lines])[owner]
    tails = np.concatenate([starts[rule != "-1"], ends[rule != "yes"]])
    heads = np.concatenate([ends[rule != "-1"], starts[rule != "yes"]])
    graph = sp.csr_array((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(streets.count, streets.count))
    strong = connected_components(graph, connection="strong")[1]
    weak = connected_components(graph, connection="weak")[1]
    main = np.array([np.bincount(strong[weak == n]).argmax() for n in range(weak.max() + 1)])
    cut_off = strong != main[weak]
    touching = np.unique(owner[(cut_off[starts] | cut_off[ends]) & (rule != "no")])
    for number in touching:
        streets.lines[number] = streets.lines[number].with_oneway("no")
    return len(touching) > 0
