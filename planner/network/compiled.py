"""What the compiled searches share: how they are compiled, and the tables they read.

Costs are integers, so that equal means equal. Numba compiles a search when it is first called; importing compiles
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

UNSEEN = np.int32(2**31 - 1)
"""Cost of a node or target that was not reached."""

MAX_CUTOFF = 2**31 - 2
"""Largest cutoff of a bounded search: 2,147 km, or 24 days."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Starts(NamedTuple):
    """Where a search starts: up to two nodes per place, the ends of its edge.

    Attributes
    ----------
    node
        int32, shape (places, 2); -1 for none.
    cost
        int64, shape (places, 2): what it costs to get there from the place.
    """

    node: I32
    cost: I64


class Ends(NamedTuple):
    """Which targets hang on a node: those of node n are at ``indptr[n]:indptr[n + 1]``.

    Attributes
    ----------
    indptr, target, cost
        int64, shape (nodes + 1,); int32; int64: what it costs to get from the node to the target.
    """

    indptr: I64
    target: I32
    cost: I64


class Direct(NamedTuple):
    """Pairs that need no node because they lie on one edge: those of row r are at ``indptr[r]:indptr[r + 1]``.

    Attributes
    ----------
    indptr, other, cost
        int64; int32: the target of a place, or the place of a target; int64.
    """

    indptr: I64
    other: I32
    cost: I64


class Buckets(NamedTuple):
    """Shape of the bucket queue.

    Attributes
    ----------
    shift
        A bucket is ``2 ** shift`` wide.
    length
        Number of buckets, a power of two; all costs in the queue at one time lie within ``length - 1`` buckets.
    """

    shift: int
    length: int


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile on first call, without the GIL; kept on disk where a folder can be written."""
    try:
        dispatcher = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # nowhere to keep it
        dispatcher = numba.njit(nogil=True)(function)
    return cast(Callable[_P, _R], dispatcher)
