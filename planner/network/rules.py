"""What the roads' tags say beyond class and one-way: per edge and per node, kept beside the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

URBAN, RURAL = 1, 2
"""Values of `RoadRules.zone`; 0 where nothing is said."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class RoadRules:
    """Rules of a road network. Arrays per edge are empty where nothing is said of any edge.

    An *end* of an edge is twice its number, plus 1 for the end at v.

    Attributes
    ----------
    oneway
        By mode, where it is told otherwise than `RoadNetwork.oneway`: int8, shape (edges,): 1, -1, 0 in the same
        meaning.
    speed_kph
        float64, shape (edges,) or (0,): tagged speed, NaN where there is none. On ferries what the crossing takes.
    zone
        int8, shape (edges,) or (0,): `URBAN`, `RURAL` or 0.
    slowness
        float64, shape (edges, 2) or (0, 2): how many times as long as on the flat an edge takes on foot, from u to v
        and from v to u (`planner.network.slopes`).
    blocked
        By mode: int32, ascending: nodes that cannot be passed, for a barrier.
    crossings
        int32, ascending: nodes where people on foot may cross.
    rails
        int32, ascending: nodes shared with a railway line, without a crossing.
    banned
        By mode: int32, shape (turns, 2), sorted: the end of the edge on which one arrives, and that of the edge on
        which one may not go on.
    """

    oneway: Mapping[str, npt.NDArray[np.int8]] = field(default_factory=dict)
    speed_kph: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    zone: npt.NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, dtype=np.int8))
    slowness: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    blocked: Mapping[str, npt.NDArray[np.int32]] = field(default_factory=dict)
    crossings: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    rails: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    banned: Mapping[str, npt.NDArray[np.int32]] = field(default_factory=dict)
    sequences: Mapping[str, npt.NDArray[np.int32]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        arrays: list[npt.NDArray[np.generic]] = [self.speed_kph, self.zone, self.slowness, self.crossings, self.rails]
        tables = (self.oneway, self.blocked, self.banned, self.sequences)
        for array in (*arrays, *(array for table in tables for array in table.values())):
            array.flags.writeable = False
        if not (np.isnan(self.speed_kph) | ((self.speed_kph > 0) & np.isfinite(self.speed_kph))).all():
            raise ValueError("expected tagged speeds above 0, found others: rebuild the network.")
        if self.slowness.shape[1:] != (2,) or not ((self.slowness > 0) & np.isfinite(self.slowness)).all():
            raise ValueError("expected slowness above 0 for both directions, found others: rebuild the network.")

    def fits(self, node_count: int, edge_count: int) -> bool:
        """Return whether the rules can be those of a network with so many nodes and edges."""
        per_edge: list[npt.NDArray[np.generic]] = [self.speed_kph, self.zone, self.slowness, *self.oneway.values()]
        nodes = [self.crossings, self.rails, *self.blocked.values()]
        sizes = all(len(array) in (0, edge_count) for array in per_edge)
        known = all(array.size == 0 or (array.min() >= 0 and array.max() < node_count) for array in nodes)
        told = [*self.banned.values(), *(some[some != -1] for some in self.sequences.values())]
        ends = all(turns.size == 0 or (turns.min() >= 0 and turns.max() < 2 * edge_count) for turns in told)
        return sizes and known and ends

    def nodes(self, u: npt.NDArray[np.int32], v: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Return all nodes of which some rule speaks, ascending: they stay nodes whatever is simplified.

        Parameters
        ----------
        u, v
            Ends of the edges.
        """
        at = np.column_stack((u, v)).ravel()
        turning = [at[turns[:, 0]] for turns in self.banned.values()]
        turning += [at[some[some >= 0]] for some in self.sequences.values()]
        said = np.concatenate([self.crossings, self.rails, *self.blocked.values(), *turning])
        return np.unique(said).astype(np.int32)


NO_RULES = RoadRules()
"""Of roads whose tags say nothing more."""
