"""Pieces of edges, drawn: from one distance along an edge to another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from planner.network.graph import RoadNetwork


class Pieces(NamedTuple):
    """Pieces of edges.

    Attributes
    ----------
    edge
        int32: numbers of the edges, ascending; an edge may have several pieces.
    start_mm, stop_mm
        int64: millimetres along the edge, 0 <= start < stop <= length; pieces of one edge ascend and do not touch.
    """

    edge: npt.NDArray[np.int32]
    start_mm: npt.NDArray[np.int64]
    stop_mm: npt.NDArray[np.int64]


def merged_pieces(pieces: Pieces) -> Pieces:
    """Return pieces, given in any order and overlapping at will, as pieces that do not touch."""
    some = pieces.stop_mm > pieces.start_mm
    edge, start, stop = pieces.edge[some], pieces.start_mm[some], pieces.stop_mm[some]
    order = np.lexsort((start, edge))
    edge, start, stop = edge[order], start[order], stop[order]
    # One axis for all edges, each beginning beyond the end of the one before: the farthest stop so far then never
    # comes from another edge.
    shift = edge.astype(np.int64) * (stop.max(initial=0) + 1)
    farthest = np.maximum.accumulate(stop + shift)
    is_first = np.ones(len(edge), dtype=bool)
    is_first[1:] = (start + shift)[1:] > farthest[:-1]
    is_last = np.roll(is_first, -1)
    return Pieces(edge[is_first], start[is_first], (farthest - shift)[is_last])


def without_pieces(pieces: Pieces, taken: Pieces) -> Pieces:
    """Return what of some pieces is left when others, which lie within them, are taken away."""
    edge = np.concatenate((pieces.edge, pieces.edge, taken.edge, taken.edge))
    at = np.concatenate((pieces.start_mm, pieces.stop_mm, taken.start_mm, taken.stop_mm))
    step = np.repeat([1, -1, -1, 1], [len(pieces.edge), len(pieces.edge), len(taken.edge), len(taken.edge)])
    order = np.lexsort((at, edge))
    edge, at, depth = edge[order], at[order], np.cumsum(step[order])
    left = np.flatnonzero((depth[:-1] == 1) & (at[1:] > at[:-1]) & (edge[1:] == edge[:-1]))
    return Pieces(edge[left], at[left], at[left + 1])


def piece_lines(network: RoadNetwork, lines: npt.NDArray[np.object_], pieces: Pieces) -> npt.NDArray[np.object_]:
    """Return the shapes of pieces of edges.

    Parameters
    ----------
    network
        Roads.
    lines
        `RoadNetwork.lines` of them.
    pieces
        Pieces. Where along its shape a piece begins follows from its share of the edge's length.
    """
    drawn = lines[pieces.edge].copy()
    length = network.length_mm[pieces.edge]
    cut = np.flatnonzero((pieces.start_mm > 0) | (pieces.stop_mm < length))
    whole = drawn[cut]
    planar = shapely.length(whole)
    start, stop = (planar * at[cut] / length[cut] for at in (pieces.start_mm, pieces.stop_mm))
    drawn[cut] = _cut_lines(whole, start, stop)
    return drawn


def _cut_lines(
    lines: npt.NDArray[np.object_], start: npt.NDArray[np.float64], stop: npt.NDArray[np.float64]
) -> npt.NDArray[np.object_]:
    """Return each line from one distance along it (metres) to another: both ends and the vertices between them."""
    coords, line = shapely.get_coordinates(lines, return_index=True)
    along = _along(coords, line)
    kept = (along > start[line]) & (along < stop[line])
    ends = shapely.get_coordinates(
        np.concatenate((shapely.line_interpolate_point(lines, start), shapely.line_interpolate_point(lines, stop)))
    )
    number = np.arange(len(lines))
    of_line = np.concatenate((number, line[kept], number))
    order = np.argsort(of_line, kind="stable")  # first ends, vertices, last ends
    placed = np.concatenate((ends[: len(lines)], coords[kept], ends[len(lines) :]))[order]
    return np.asarray(shapely.linestrings(placed, indices=of_line[order]), dtype=np.object_)


def _along(coords: npt.NDArray[np.float64], line: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Return how far along its line every vertex lies."""
    step = np.zeros(len(coords))
    step[1:] = np.where(line[1:] == line[:-1], np.hypot(*np.diff(coords, axis=0).T), 0.0)
    total = np.cumsum(step)
    first = np.searchsorted(line, np.arange(int(line.max(initial=-1)) + 1))
    return np.asarray(total - total[first][line])
