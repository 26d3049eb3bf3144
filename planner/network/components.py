"""Connected parts of a network: numbered, the one with most road first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from planner.units import MM_PER_M


class Components(NamedTuple):
    """Weakly connected components.

    Attributes
    ----------
    of_node
        int32, shape (nodes,): number of the component; -1 for nodes without any road of the mode, and for those that it
        cannot pass.
    of_edge
        int32, shape (edges,): number of the component; -1 for edges that the mode may not use.
    road_mm
        int64, shape (components,): millimetres of road, descending. Each edge counts once, in whichever directions
        it may be travelled.
    """

    of_node: npt.NDArray[np.int32]
    of_edge: npt.NDArray[np.int32]
    road_mm: npt.NDArray[np.int64]


def weak_components(
    node_count: int,
    u: npt.NDArray[np.int32],
    v: npt.NDArray[np.int32],
    length_mm: npt.NDArray[np.int64],
    *,
    used: npt.NDArray[np.bool_],
    blocked: npt.NDArray[np.int32],
) -> Components:
    """Return the connected components of the edges in use, whatever their direction.

    Edges do not connect at blocked nodes. Components of equal length are ordered by their lowest node, or edge where
    all nodes are blocked.
    """
    edges = np.flatnonzero(used)
    ends = np.column_stack((u[edges], v[edges])).astype(np.int64)
    stopped = np.isin(ends, blocked)
    ends[stopped] = node_count + np.arange(int(stopped.sum()))
    size = node_count + int(stopped.sum())
    pattern = sp.coo_array((np.ones(len(edges), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(size, size))
    count, label = connected_components(pattern, directed=False)
    of_edge = label[ends[:, 0]]
    road_mm = np.zeros(count, dtype=np.int64)
    np.add.at(road_mm, of_edge, length_mm[edges])
    has_road = np.zeros(count, dtype=bool)
    has_road[of_edge] = True
    lowest_node = np.full(count, size, dtype=np.int64)
    np.minimum.at(lowest_node, label, np.arange(size))
    order = np.lexsort((lowest_node, -road_mm, ~has_road))[: int(has_road.sum())]
    number = np.full(count, -1, dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    every = np.full(len(u), -1, dtype=np.int32)
    every[edges] = number[of_edge]
    return Components(of_node=number[label[:node_count]], of_edge=every, road_mm=road_mm[order])


def summarise_components(
    components: Components, node_x: npt.NDArray[np.float64], node_y: npt.NDArray[np.float64]
) -> pd.DataFrame:
    """Return one row per component.

    Returns
    -------
    pandas.DataFrame
        component (0 has most road), road_m (metres), nodes, x, y (metres; mean of the nodes).
    """
    held = components.of_node >= 0
    number = components.of_node[held]
    count = len(components.road_mm)
    nodes = np.bincount(number, minlength=count)
    return pd.DataFrame(
        {
            "component": np.arange(count),
            "road_m": components.road_mm / MM_PER_M,
            "nodes": nodes,
            "x": np.bincount(number, weights=node_x[held], minlength=count) / np.maximum(nodes, 1),
            "y": np.bincount(number, weights=node_y[held], minlength=count) / np.maximum(nodes, 1),
        }
    )
