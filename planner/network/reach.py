"""Reach: sparse, labelled costs between places and targets, and the k nearest beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from planner.units import CostKind

Direction = Literal["toward", "from"]
TargetKind = Literal["demand", "place", "anchor"]


class ReachKey(NamedTuple):
    """What a cost measures: by which mode, as what, and which way.

    ``toward``: the target travels to the place (people come). ``from``: the place's vehicle travels to
    the target (depots deliver). The mode of a straight line (``radius_m``) is ``"straight"``.
    """

    mode: str
    cost_kind: CostKind
    direction: Direction


class ReachLabel(NamedTuple):
    """The key of a reach, with its targets and the service whose places it holds.

    Reaches are held by service so that the places and cutoff of one never enlarge another's.
    """

    key: ReachKey
    targets: TargetKind
    service: str


class Need(NamedTuple):
    """A reach that somebody will read: which, up to what cost, from which places."""

    label: ReachLabel
    cutoff: int
    place_ids: tuple[str, ...]


def _read_only(array: npt.NDArray[np.generic]) -> None:
    array.flags.writeable = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Reach:
    """All costs up to a cutoff, rows places, columns targets, in CSR form.

    Attributes
    ----------
    label
        What is measured.
    cutoff
        Largest cost held; millimetres or milliseconds.
    place_ids, target_ids
        Labels of rows and columns; unique strings.
    indptr
        int64, shape (len(place_ids) + 1,).
    indices
        int32 columns, ascending within each row, each at most once.
    costs
        int32, millimetres or milliseconds, 0 <= cost <= cutoff. A pair that is not held is farther or
        cannot be reached: which of the two, `Nearest` tells.
    """

    label: ReachLabel
    cutoff: int
    place_ids: pd.Index
    target_ids: pd.Index
    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int32]
    costs: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        if self.place_ids.has_duplicates or self.target_ids.has_duplicates:
            raise ValueError("expected unique place and target ids, found duplicates: make them unique.")
        if len(self.indptr) != len(self.place_ids) + 1 or self.indptr[-1] != len(self.indices):
            raise ValueError("expected one row per place, found another shape: rebuild the reach.")
        if len(self.costs) and (self.costs.min() < 0 or self.costs.max() > self.cutoff):
            raise ValueError("expected costs in [0, cutoff], found others: rebuild the reach.")
        for array in (self.indptr, self.indices, self.costs):
            _read_only(array)

    def within(self, limit: int) -> sp.csr_array:
        """Return the boolean matrix places x targets of costs <= `limit` (an integer cost).

        Raises
        ------
        ValueError
            If `limit` exceeds the cutoff: the answer would silently lack pairs.
        """
        if limit > self.cutoff:
            do = "compute the reach with a larger cutoff"
            raise ValueError(f"expected a limit up to the cutoff {self.cutoff}, found {limit}: {do}.")
        shape = (len(self.place_ids), len(self.target_ids))
        # Explicit copy: a cost of zero is a pair, so the pattern must not come from the values.
        pattern = sp.csr_array(
            (np.ones(len(self.costs), dtype=bool), self.indices.copy(), self.indptr.copy()), shape=shape
        )
        pattern.data[:] = self.costs <= limit
        pattern.eliminate_zeros()
        return pattern

    def to_frame(self) -> pd.DataFrame:
        """Return one row per pair: place_id, target_id, and the cost in the unit its column names."""
        rows = np.repeat(np.arange(len(self.place_ids)), np.diff(self.indptr))
        return pd.DataFrame(
            {
                "place_id": self.place_ids.to_numpy()[rows],
                "target_id": self.target_ids.to_numpy()[self.indices],
                self.label.key.cost_kind: self.costs / 1000,
            }
        )


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Nearest:
    """The k nearest places of every target, without a cutoff.

    Attributes
    ----------
    label
        What is measured.
    place_ids, target_ids
        Labels; `place` holds positions in the first, rows follow the second.
    place
        int32, shape (targets, k); -1 where fewer than k places can be reached at all. Ascending by cost,
        equal costs by place_id.
    costs
        int64, shape (targets, k), millimetres or milliseconds; -1 where `place` is -1.
    """

    label: ReachLabel
    place_ids: pd.Index
    target_ids: pd.Index
    place: npt.NDArray[np.int32]
    costs: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        shape = (len(self.target_ids), self.place.shape[1])
        if self.place.shape != shape or self.costs.shape != shape:
            raise ValueError("expected one row per target, found another shape: rebuild the table.")
        _read_only(self.place)
        _read_only(self.costs)

    @property
    def complete(self) -> bool:
        """Whether the lists hold every place there is, so that a missing one is unreachable."""
        return bool(self.place.shape[1] >= len(self.place_ids))


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Reaches:
    """Every reach of a study.

    Attributes
    ----------
    bounded, nearest
        By label.
    access
        How each place, demand point and anchor attaches to the network of a mode: by (mode, target kind)
        a table indexed by id with columns ``status`` ("attached", "off_network", "on_fragment"),
        ``access_m`` (length of the access leg), ``component`` (number of its connected component, the
        largest is 0; -1 where not attached); on roads also ``edge``, ``along_mm``, ``rest_mm``, ``access_mm``.
    """

    bounded: Mapping[ReachLabel, Reach]
    nearest: Mapping[ReachLabel, Nearest]
    access: Mapping[tuple[str, TargetKind], pd.DataFrame]
