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
        int32, shape (nodes,): number of the component; -1 for nodes without any road of the mode.
    road_mm
        int64, shape (components,): millimetres of road, descending. Each edge counts once, in whichever directions
        it may be travelled.
    """

    of_node: npt.NDArray[np.int32]
    road_mm: npt.NDArray[np.int64]


def weak_components(
    node_count: int, u: npt.NDArray[np.int32], v: npt.NDArray[np.int32], length_mm: npt.NDArray[np.int64]
) -> Components:
    """Return the connected components of these edges, whatever their direction.

    Components of equal length are ordered by their lowest node.
    """
    pattern = sp.coo_array((np.ones(len(u), dtype=np.int8), (u, v)), shape=(node_count, node_count))
    count, label = connected_components(pattern, directed=False)
    road_mm = np.zeros(count, dtype=np.int64)
    np.add.at(road_mm, label[u], length_mm)
    has_road = np.zeros(count, dtype=bool)
    has_road[label[u]] = True
    lowest_node = np.full(count, node_count, dtype=np.int64)
    np.minimum.at(lowest_node, label, np.arange(node_count))
    order = np.lexsort((lowest_node, -road_mm, ~has_road))[: int(has_road.sum())]
    number = np.full(count, -1, dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return Components(of_node=number[label], road_mm=road_mm[order])


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
