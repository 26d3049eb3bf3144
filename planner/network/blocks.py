"""Work over many places in blocks, through any executor, results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")


def blocks_of(count: int, size: int) -> list[slice]:
    """Return the slices that cut so many rows into blocks."""
    return [slice(first, min(first + size, count)) for first in range(0, count, size)]


def in_order(submit: Callable[[slice], Future[_T]], blocks: list[slice], *, ahead: int) -> Iterator[_T]:
    """Yield the results of all blocks in their order; only a few are under way or waiting to be taken.

    Parameters
    ----------
    submit
        Hands a block to an executor.
    blocks
        What is to be done.
    ahead
        How many blocks may be submitted and not yet taken.
    """
    waiting: deque[Future[_T]] = deque()
    try:
        for block in blocks:
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
            waiting.append(submit(block))
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
