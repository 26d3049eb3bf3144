"""Blocks of work through an executor."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from planner.network.blocks import blocks_of, in_order


def test_blocks_cover_all_rows_once():
    """The last block is shorter where rows do not divide evenly; no rows, no blocks."""
    assert blocks_of(5, 2) == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert blocks_of(0, 2) == []


def test_results_come_in_order_and_few_are_waiting():
    """Whatever finishes first, results are in the order of the blocks; never more than asked for are under way."""
    waiting = []

    def submit(block: slice) -> Future[int]:
        waiting.append(block)
        return pool.submit(lambda: block.start)

    with ThreadPoolExecutor(3) as pool:
        for position, result in enumerate(in_order(submit, blocks_of(40, 4), ahead=3)):
            assert result == 4 * position
            assert len(waiting) - position <= 4


def test_a_failure_cancels_what_waits():
    """The error of a block comes out, and later blocks are cancelled."""
    later: Future[int] = Future()
    failed: Future[int] = Future()
    failed.set_exception(RuntimeError("lost"))
    given = iter([failed, later])
    with pytest.raises(RuntimeError, match="lost"):
        list(in_order(lambda _: next(given), blocks_of(2, 1), ahead=2))
    assert later.cancelled()
