"""What is odd about roads but no reason to stop: told, and kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.layers.log import FaultLog
from planner.network.graph import RoadNetwork
from planner.units import MM_PER_M


def tell_oddities(network: RoadNetwork, *, dropped: int, layer: str, log: FaultLog) -> None:
    """Tell which roads lie on each other, start and end at one node, or have no length.

    Parameters
    ----------
    network
        Roads.
    dropped
        How many ways were left out for having no length at all.
    layer
        Name of the roads.
    log
        Where it is told.
    """
    twice = drawn_again(network)
    if len(twice):
        km = network.length_mm[twice].sum() / MM_PER_M / 1000
        log.add(
            layer,
            "",
            "duplicate_road",
            f"{len(twice)} 段道路（{km:.1f} km）重复绘制；均保留，取较快的一条",
            f"{len(twice)} stretches of road ({km:.1f} km) are drawn more than once; all are kept, the cheapest counts",
            "请删除重复的道路",
        )
    loops = np.flatnonzero(network.u == network.v)
    if len(loops):
        log.add(
            layer,
            "",
            "loop",
            f"{len(loops)} 段道路起止于同一节点（环路），保留",
            f"{len(loops)} stretches of road start and end at one node; they are kept",
            "回车道等环路属正常情况，无需处理",
        )
    spots = int((network.length_mm <= 1).sum())
    if spots or dropped:
        log.add(
            layer,
            "",
            "no_length",
            f"{dropped} 条道路没有长度，未采用；{spots} 段连接同一位置的两个节点，按 1 毫米计",
            f"{dropped} ways have no length and are left out; {spots} stretches join nodes at one place and count as "
            "1 mm",
            "请检查重复的节点",
        )


def drawn_again(network: RoadNetwork) -> npt.NDArray[np.int64]:
    """Return the edges that are drawn as an edge with a lower number is, in either direction."""
    low, high = np.minimum(network.u, network.v), np.maximum(network.u, network.v)
    order = np.lexsort((network.length_mm, high, low))
    keys = np.column_stack((low, high, network.length_mm))[order]
    same = np.flatnonzero((keys[1:] == keys[:-1]).all(axis=1))
    seen: dict[bytes, int] = {}
    again = set()
    for edge in np.unique(np.concatenate((order[same], order[same + 1]))).tolist():
        shape = network.coords[network.offsets[edge] : network.offsets[edge + 1]]
        key = min(shape.tobytes(), shape[::-1].tobytes())
        if key in seen:
            again.add(edge)
        seen.setdefault(key, edge)
    return np.array(sorted(again), dtype=np.int64)
