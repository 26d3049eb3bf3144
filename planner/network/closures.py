"""Roads that are lost: the same network with edges or nodes closed."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError, fault, shortened
from planner.network.graph import RoadNetwork


def with_closures(network: RoadNetwork, *, edges: Iterable[int] = (), nodes: Iterable[int] = ()) -> RoadNetwork:
    """Return the network with more edges and nodes closed to every mode: "what if this bridge is lost".

    All arrays are shared; the work is proportional to what is closed, not to the network. Numbers of edges and nodes
    stay what they were. Points attach to the roads that are left: who lives on a lost road goes by the nearest other.

    Parameters
    ----------
    network
        Roads. They are not changed.
    edges
        Numbers of edges, as `RoadNetwork.to_frame` has them.
    nodes
        Numbers of nodes; all edges that end there are closed.

    Raises
    ------
    NetworkError
        If there is no such edge or node.
    """
    closed = copy(network)  # unlike `replace`, which would prove the invariants of all arrays anew
    object.__setattr__(closed, "closed_edges", _more(network.closed_edges, edges, network.edge_count, "edges"))
    object.__setattr__(closed, "closed_nodes", _more(network.closed_nodes, nodes, network.node_count, "nodes"))
    return closed


def _more(held: npt.NDArray[np.int32], added: Iterable[int], count: int, what: str) -> npt.NDArray[np.int32]:
    numbers = np.array(list(added), dtype=np.int64)
    unknown = numbers[(numbers < 0) | (numbers >= count)]
    if len(unknown):
        do = f"use the numbers of the network's {what}"
        raise NetworkError(fault(f"{what} from 0 to {count - 1}", shortened(unknown.tolist()), do))
    closed = np.union1d(held, numbers).astype(np.int32)
    closed.flags.writeable = False
    return closed
