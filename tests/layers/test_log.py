from __future__ import annotations

from planner.layers import FaultLog
from planner.layers.log import COLUMNS


def test_frame_is_sorted_whatever_the_order() -> None:
    """Two logs with the same faults in another order give the same table."""
    first, second = FaultLog(), FaultLog()
    for row in ("b", "a"):
        first.add("x.csv", row, "code", "中", "en", "remedy")
    for row in ("a", "b"):
        second.add("x.csv", row, "code", "中", "en", "remedy")
    assert first.to_frame().equals(second.to_frame())
    assert list(first.to_frame()["row_id"]) == ["a", "b"]


def test_empty_frame_has_the_columns() -> None:
    """A run without faults still writes a table with its header."""
    assert tuple(FaultLog().to_frame().columns) == COLUMNS


def test_rows_left_out_are_counted_by_layer() -> None:
    """Only faults whose code says so count as rows left out."""
    log = FaultLog()
    log.add("x.csv", "1", "left_out_no_unit", "", "", "")
    log.add("x.csv", "2", "unit_unknown", "", "", "")
    log.add("y.csv", "1", "left_out_no_position", "", "", "")
    assert (log.left_out(), log.left_out("x.csv"), len(log)) == (2, 1, 3)
