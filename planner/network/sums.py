"""Cumulative sums: how many people are within fifteen minutes of every point."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import NetworkError, fault, shortened
from planner.network.blocks import blocks_of, in_order
from planner.network.bounded import BoundedWork, bounded_work
from planner.network.desks import Desk, Desks
from planner.network.router import Points, Router
from planner.network.sums_search import sum_rows

_BLOCK = 2_048
"""Places per task."""

_PARTS = 1_000_000
"""Values are added as integers, millionths: a sum depends neither on the order of rows nor on threads."""


def sums_within(router: Router, places: Points, targets: Points, values: pd.DataFrame, *, cutoff: int) -> pd.DataFrame:
    """Return, for every place, the sum of values over all targets within a cutoff.

    With the direction ``toward``: over the people who reach the place. A target counts once, whichever way leads to
    it; one that does not attach to the roads counts nowhere, and a place that does not has sums of zero.

    Parameters
    ----------
    router
        Roads by mode, cost and direction.
    places, targets
        Where sums are asked for, and what is summed.
    values
        Indexed by the ids of the targets: numeric columns, each summed alone, to a millionth.
    cutoff
        Millimetres or milliseconds, access legs included.

    Returns
    -------
    pandas.DataFrame
        The columns of `values`, float64, indexed by the ids of the places.

    Raises
    ------
    NetworkError
        If a target has no value, a value is not a number, sums grow beyond 9.2e12, or the cutoff is not possible.
    """
    here, there = router.attach(places), router.attach(targets)
    whole = _as_integers(values, there.ids)
    work = bounded_work(router.roads, here, there, cutoff)
    desks = router.roads.desks
    with ThreadPoolExecutor(max_workers=router.settings.thread_count) as pool:
        blocks = blocks_of(len(here.ids), _BLOCK)
        parts = list(
            in_order(lambda block: pool.submit(_rows, work.taken(block), whole, desks), blocks, ahead=len(blocks) + 1)
        )
    sums = np.concatenate([np.zeros((0, whole.shape[1]), dtype=np.int64), *parts]) / _PARTS
    return pd.DataFrame(sums, index=here.ids, columns=values.columns)


def _rows(work: BoundedWork, values: npt.NDArray[np.int64], desks: Desks) -> npt.NDArray[np.int64]:
    links, starts, direct, _, ends, cutoff, buckets = work

    def at(desk: Desk) -> tuple[npt.NDArray[np.int64], Desk | None]:
        sums, enough = sum_rows(links, starts, ends, direct, values, cutoff, buckets.shift, desk)
        return sums, desk if enough else None

    return desks.served(work.shape, at)


def _as_integers(values: pd.DataFrame, ids: pd.Index) -> npt.NDArray[np.int64]:
    missing = ids.difference(values.index)
    if len(missing):
        raise NetworkError(fault("values for every target", f"none for {shortened(missing)}", "give each a row"))
    table = values.loc[ids].to_numpy(dtype=np.float64, na_value=np.nan)
    if not np.isfinite(table).all():
        raise NetworkError(fault("finite values", "others", "fill them or leave the targets out"))
    largest = np.abs(table).sum(axis=0).max(initial=0.0)
    if largest * _PARTS >= 2**63:
        raise NetworkError(fault("sums below 9.2e12", f"{largest:.3g}", "sum in larger units"))
    return np.ascontiguousarray(np.rint(table * _PARTS).astype(np.int64))
