"""Junction to junction: chains of edges without a choice between them become one edge each, shapes kept."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from planner.network.compiled import I64, compiled
from planner.network.graph import RoadNetwork
from planner.network.rules import RoadRules


class Simplification(NamedTuple):
    """A simplified network, and what has become of the nodes and edges of the one before.

    Attributes
    ----------
    network
        Roads.
    node
        int32, shape (nodes before,): number of the node; -1 where it lies within an edge now.
    edge
        int32, shape (edges before,): number of the edge that it is part of.
    along_mm
        int64, shape (edges before,): where the part begins along that edge, millimetres.
    turned
        bool, shape (edges before,): whether it runs against that edge.
    """

    network: RoadNetwork
    node: npt.NDArray[np.int32]
    edge: npt.NDArray[np.int32]
    along_mm: npt.NDArray[np.int64]
    turned: npt.NDArray[np.bool_]


def simplified(network: RoadNetwork) -> Simplification:
    """Return the network with an edge from junction to junction.

    A node is passed over where exactly two edges end that are equal in class, access, closure, one-way rule,
    tagged speed and zone. Junctions, dead ends, loops and changes of any of these stay, and so do nodes that have
    rules, or serve modes of the network for turning round or crossing. A ring without a junction keeps its lowest node.

    Lengths are summed in millimetres, so every distance between nodes that are kept is the same to the millimetre.
    Times follow from the summed length, rounded once instead of once per part: they differ by at most half a
    millisecond per edge on the way, of either network. Where slopes count, an edge has the mean slowness of its parts:
    its ends are as far in time as before, a point on it as far as its share of the length. Points attach to the same
    spot; how far along the edge it lies may differ by the rounding of the parts, half a millimetre each.

    Parameters
    ----------
    network
        Roads. It is not changed.
    """
    passed = _passed_nodes(network)
    chains = _chains(network, passed)
    number = np.cumsum(~passed, dtype=np.int32) - 1
    one = chains.edge[chains.first]
    sign = np.where(chains.turned[chains.first], -1, 1).astype(np.int8)
    offsets, coords = _joined_shapes(network, chains)
    length = network.length_mm[chains.edge]
    before = np.cumsum(length) - length
    merged = replace(
        network,
        node_x=network.node_x[~passed],
        node_y=network.node_y[~passed],
        u=number[chains.u],
        v=number[chains.v],
        length_mm=np.bincount(chains.number, weights=length, minlength=len(one)).astype(np.int64),
        class_code=network.class_code[one],
        oneway=network.oneway[one] * sign,
        barred={mode: flags[one] for mode, flags in network.barred.items()},
        offsets=offsets,
        coords=coords,
        closed_edges=np.flatnonzero(_is_closed(network)[one]).astype(np.int32),
        closed_nodes=number[network.closed_nodes],
        rules=_rules(network.rules, one, sign, number, chains, length),
    )
    place = np.argsort(chains.edge)
    return Simplification(
        network=merged,
        node=np.where(passed, -1, number).astype(np.int32),
        edge=chains.number[place],
        along_mm=(before - before[chains.first][chains.number])[place],
        turned=chains.turned[place],
    )


class _Chains(NamedTuple):
    """Edges in the order in which they follow each other, chain after chain; chains by their ends, then first edge.

    Attributes
    ----------
    edge, turned, number
        int32; bool, whether the edge runs against its chain; int32, number of the chain.
    first
        int64, shape (chains,): where each chain begins.
    u, v
        int32, shape (chains,): nodes at its ends.
    """

    edge: npt.NDArray[np.int32]
    turned: npt.NDArray[np.bool_]
    number: npt.NDArray[np.int32]
    first: npt.NDArray[np.int64]
    u: npt.NDArray[np.int32]
    v: npt.NDArray[np.int32]


def _ends_by_node(network: RoadNetwork) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return nodes and ends of edges, sorted by node. An end is twice the edge's number, plus 1 for the end at v."""
    node = np.column_stack((network.u, network.v)).ravel()
    end = np.argsort(node, kind="stable")
    return node[end], end


def _passed_nodes(network: RoadNetwork) -> npt.NDArray[np.bool_]:
    """Return the nodes at which nothing changes: bool, shape (nodes,)."""
    at, end = _ends_by_node(network)
    two = np.flatnonzero(np.bincount(at, minlength=network.node_count) == 2)
    first = np.searchsorted(at, two)
    one, other = end[first] // 2, end[first + 1] // 2
    follows = end[first] % 2 != end[first + 1] % 2  # both are drawn the same way
    passed = np.zeros(network.node_count, dtype=bool)
    passed[two] = (one != other) & _alike(network, one, other, np.where(follows, 1, -1).astype(np.int8))
    passed[network.closed_nodes] = False
    passed[_ruled_nodes(network)] = False
    part = _parts(network)
    has_kept = np.zeros(int(part.max(initial=-1)) + 1, dtype=bool)
    has_kept[part[~passed]] = True
    ring, lowest = np.unique(part, return_index=True)
    passed[lowest[~has_kept[ring]]] = False
    return passed


def _alike(
    network: RoadNetwork, one: npt.NDArray[np.int64], other: npt.NDArray[np.int64], sign: npt.NDArray[np.int8]
) -> npt.NDArray[np.bool_]:
    """Return whether edges differ in nothing but shape; the sign is -1 where they are drawn against each other."""
    alike = (network.class_code[one] == network.class_code[other]) & (
        network.oneway[one] == network.oneway[other] * sign
    )
    rules = network.rules
    for flags in (*network.barred.values(), _is_closed(network), *([rules.zone] if len(rules.zone) else [])):
        alike &= flags[one] == flags[other]
    for oneway in rules.oneway.values():
        alike &= oneway[one] == oneway[other] * sign
    if len(rules.speed_kph):
        alike &= np.isclose(rules.speed_kph[one], rules.speed_kph[other], rtol=0, atol=0, equal_nan=True)
    return np.asarray(alike)


def _ruled_nodes(network: RoadNetwork) -> npt.NDArray[np.int32]:
    """Return the nodes at which some mode of the network does what it could not do within an edge.

    Those of which rules speak; those next to a forbidden turn, where one may turn round instead; those on roads that a
    mode may cross anywhere at a cost.
    """
    ends = np.column_stack((network.u, network.v))
    turning = [ends.ravel()[turns[:, 0]] for turns in network.rules.banned.values()]
    turning += [ends.ravel()[some[some >= 0]] for some in network.rules.sequences.values()]
    near = np.isin(ends, np.concatenate([np.zeros(0, dtype=np.int32), *turning])).any(axis=1)
    crossed = {name for mode in network.modes.values() if mode.crossing_m is not None for name in mode.severed_by}
    near |= np.isin(np.array(network.classes, dtype=str), sorted(crossed))[network.class_code]
    return np.concatenate((network.rules.nodes(network.u, network.v), ends[near].ravel()))


def _rules(
    rules: RoadRules,
    one: npt.NDArray[np.int32],
    sign: npt.NDArray[np.int8],
    number: npt.NDArray[np.int32],
    chains: _Chains,
    length: npt.NDArray[np.int64],
) -> RoadRules:
    """Return the rules of the chains: of each those of its edges, which are equal; nodes of rules are all kept."""
    place = np.argsort(chains.edge)
    edge, turned = chains.number[place], chains.turned[place]

    def ends(turns: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        told = np.where(turns < 0, -1, 2 * edge[turns // 2] + (turns % 2 ^ turned[turns // 2]))
        return told[np.lexsort(told.T[::-1])].astype(np.int32)

    return replace(
        rules,
        oneway={mode: oneway[one] * sign for mode, oneway in rules.oneway.items()},
        speed_kph=rules.speed_kph[one] if len(rules.speed_kph) else rules.speed_kph,
        zone=rules.zone[one] if len(rules.zone) else rules.zone,
        slowness=_slowness(rules.slowness, length, chains),
        blocked={mode: number[nodes] for mode, nodes in rules.blocked.items()},
        crossings=number[rules.crossings],
        rails=number[rules.rails],
        banned={mode: ends(turns) for mode, turns in rules.banned.items()},
        sequences={mode: ends(some) for mode, some in rules.sequences.items()},
    )


def _slowness(
    slowness: npt.NDArray[np.float64], length: npt.NDArray[np.int64], chains: _Chains
) -> npt.NDArray[np.float64]:
    """Return the mean slowness of the edges of each chain, by their lengths, in the direction of the chain."""
    if not len(slowness):
        return slowness
    along = np.where(chains.turned[:, None], slowness[chains.edge, ::-1], slowness[chains.edge])
    weight = np.maximum(length, 1)
    total = np.bincount(chains.number, weights=weight)
    return np.column_stack([np.bincount(chains.number, weights=weight * way) / total for way in along.T])


def _is_closed(network: RoadNetwork) -> npt.NDArray[np.bool_]:
    closed = np.zeros(network.edge_count, dtype=bool)
    closed[network.closed_edges] = True
    return closed


def _parts(network: RoadNetwork) -> npt.NDArray[np.int32]:
    """Return the connected part of every node, by all edges, whoever may use them."""
    size = network.node_count
    pattern = sp.coo_array((np.ones(network.edge_count, dtype=np.int8), (network.u, network.v)), shape=(size, size))
    return np.asarray(connected_components(pattern, directed=False)[1], dtype=np.int32)


def _chains(network: RoadNetwork, passed: npt.NDArray[np.bool_]) -> _Chains:
    at, end = _ends_by_node(network)
    mate = np.full(2 * network.edge_count, -1, dtype=np.int64)
    inner = end[passed[at]].reshape(-1, 2)
    mate[inner[:, 0]], mate[inner[:, 1]] = inner[:, 1], inner[:, 0]
    walked, length = _walk(mate, end[~passed[at]])
    chain = np.repeat(np.arange(len(length)), length)
    stop = np.cumsum(length)
    node = np.column_stack((network.u, network.v)).ravel()
    u, v = node[walked[stop - length]], node[walked[stop - 1] ^ 1]
    order = np.lexsort((walked[stop - length], v, u))
    number = np.empty(len(length), dtype=np.int32)
    number[order] = np.arange(len(length), dtype=np.int32)
    place = np.argsort(number[chain], kind="stable")
    return _Chains(
        edge=(walked[place] // 2).astype(np.int32),
        turned=walked[place] % 2 == 1,
        number=number[chain][place],
        first=(np.cumsum(length[order]) - length[order]).astype(np.int64),
        u=u[order],
        v=v[order],
    )


@compiled
def _walk(mate: I64, starts: I64) -> tuple[I64, I64]:
    """Follow every chain from one of its ends.

    Returns the ends at which its edges are entered, chain after chain, and the number of edges of each chain. A chain
    runs the way its first edge is drawn, that being the one at the end met first.
    """
    entered = np.empty(mate.size // 2, dtype=np.int64)
    lengths = np.empty(mate.size // 2, dtype=np.int64)
    seen = np.zeros(mate.size // 2, dtype=np.bool_)
    filled, count = 0, 0
    for start in starts:
        if seen[start // 2]:
            continue
        begin, end = filled, start
        while end >= 0:
            seen[end // 2] = True
            entered[filled] = end
            filled += 1
            end = mate[end ^ 1]
        if start % 2 == 1:
            entered[begin:filled] = entered[begin:filled][::-1].copy() ^ 1
        lengths[count] = filled - begin
        count += 1
    return entered[:filled], lengths[:count].copy()


def _joined_shapes(network: RoadNetwork, chains: _Chains) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return offsets and vertices of the chains. Where two edges meet, the vertex is held once."""
    count = np.diff(network.offsets)[chains.edge]
    step = np.where(chains.turned, -1, 1)
    begin = np.where(chains.turned, network.offsets[chains.edge + 1] - 1, network.offsets[chains.edge])
    run = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    at = np.repeat(begin, count) + run * np.repeat(step, count)
    is_first = np.zeros(len(chains.edge), dtype=bool)
    is_first[chains.first] = True
    kept = (run > 0) | np.repeat(is_first, count)
    vertices = np.bincount(np.repeat(chains.number, count)[kept], minlength=len(chains.first))
    offsets = np.concatenate(([0], np.cumsum(vertices))).astype(np.int64)
    return offsets, network.coords[at[kept]]
