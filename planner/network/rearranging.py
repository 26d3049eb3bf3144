"""Reaches made of reaches: fewer rows or columns, turned round, the least cost of several modes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import NetworkError, fault, shortened
from planner.network.modes import STRAIGHT
from planner.network.reach import Reach, ReachKey, ReachLabel


def restricted(reach: Reach, *, places: Sequence[str] | None = None, targets: Sequence[str] | None = None) -> Reach:
    """Return the rows of some places and the columns of some targets, in the order given.

    Parameters
    ----------
    reach
        Costs.
    places, targets
        Ids; all where they are not given.

    Raises
    ------
    NetworkError
        If an id is not in the reach, or twice in the request.
    """
    rows = _positions(reach.place_ids, places)
    columns = _positions(reach.target_ids, targets)
    number = np.full(len(reach.target_ids), -1, dtype=np.int32)
    number[columns] = np.arange(len(columns), dtype=np.int32)
    counts = np.diff(reach.indptr)[rows]
    row = np.repeat(np.arange(len(rows)), counts)
    held = np.repeat(reach.indptr[:-1][rows] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    column, cost = number[reach.indices[held]], reach.costs[held]
    kept = column >= 0
    return _reach(reach.label, reach.cutoff, reach.place_ids[rows], reach.target_ids[columns],
                  (row[kept], column[kept], cost[kept]))  # fmt: skip


def transposed(reach: Reach) -> Reach:
    """Return the same costs with the targets as places: what was ``from`` the places is ``toward`` them then.

    Straight lines have no direction and stay ``toward``.
    """
    key = reach.label.key
    turned = "toward" if key.mode == STRAIGHT or key.direction == "from" else "from"
    label = ReachLabel(ReachKey(key.mode, key.cost_kind, turned), "place", reach.label.service)  # type: ignore[arg-type]
    cells = (reach.indices.astype(np.int64), _rows(reach).astype(np.int32), reach.costs)
    return _reach(label, reach.cutoff, reach.target_ids, reach.place_ids, cells)


def combined(*reaches: Reach) -> Reach:
    """Return the least cost of several modes.

    It is held up to the smallest of the cutoffs: beyond, one of the modes would be missing. The mode of the result has
    the names of all, joined with "+".

    Parameters
    ----------
    *reaches
        Of one cost kind, direction, kind of targets and service, with the same places and targets in the same order.

    Raises
    ------
    NetworkError
        If there are none, or they differ in more than the mode.
    """
    if not reaches:
        raise NetworkError(fault("one reach or more", "none", "give those to be combined"))
    first = reaches[0]
    for other in reaches[1:]:
        same = other.label.key._replace(mode=first.label.key.mode) == first.label.key
        if not same or other.label[1:] != first.label[1:]:
            do = "combine reaches that differ in their mode only"
            raise NetworkError(fault(f"reaches like {first.label}", str(other.label), do))
        if not (other.place_ids.equals(first.place_ids) and other.target_ids.equals(first.target_ids)):
            raise NetworkError(fault("the same places and targets in all", "others", "restrict them to the same ids"))
    cutoff = min(reach.cutoff for reach in reaches)
    row, column, cost = (
        np.concatenate(parts)
        for parts in zip(*((_rows(reach), reach.indices, reach.costs) for reach in reaches), strict=True)
    )
    order = np.lexsort((cost, column, row))
    row, column, cost = row[order], column[order], cost[order]
    kept = cost <= cutoff
    kept[1:] &= (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    mode = "+".join(dict.fromkeys(reach.label.key.mode for reach in reaches))
    label = first.label._replace(key=first.label.key._replace(mode=mode))
    return _reach(label, cutoff, first.place_ids, first.target_ids, (row[kept], column[kept], cost[kept]))


def _positions(ids: pd.Index, wanted: Sequence[str] | None) -> npt.NDArray[np.int64]:
    if wanted is None:
        return np.arange(len(ids))
    asked = pd.Index(wanted, dtype=ids.dtype)
    if asked.has_duplicates:
        raise NetworkError(fault("every id once", "one twice", "ask for each id once"))
    positions = ids.get_indexer(asked)
    if (positions < 0).any():
        unknown = shortened(asked[positions < 0])
        raise NetworkError(fault("ids of the reach", unknown, "ask for ids it has"))
    return np.asarray(positions, dtype=np.int64)


def _rows(reach: Reach) -> npt.NDArray[np.int64]:
    return np.repeat(np.arange(len(reach.place_ids)), np.diff(reach.indptr))


def _reach(
    label: ReachLabel,
    cutoff: int,
    place_ids: pd.Index,
    target_ids: pd.Index,
    cells: tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]],
) -> Reach:
    """Return the reach that holds these cells: rows, columns, costs."""
    row, column, cost = cells
    order = np.lexsort((column, row))
    indptr = np.zeros(len(place_ids) + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=len(place_ids)), out=indptr[1:])
    return Reach(
        label=label,
        cutoff=cutoff,
        place_ids=place_ids,
        target_ids=target_ids,
        indptr=indptr,
        indices=column[order].astype(np.int32),
        costs=cost[order].astype(np.int32),
    )
