from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.layers.spelling import edit_distance, folded, similar

NAMES = st.text("甲乙丙丁", max_size=6)


@given(NAMES, NAMES, NAMES)
def test_the_distance_is_a_metric(one: str, other: str, third: str) -> None:
    """Zero only for equal texts, the same both ways, and no detour is shorter."""
    assert (edit_distance(one, other) == 0) == (one == other)
    assert edit_distance(one, other) == edit_distance(other, one)
    assert edit_distance(one, third) <= edit_distance(one, other) + edit_distance(other, third)


@given(NAMES, NAMES)
def test_the_distance_lies_between_what_difflib_bounds(one: str, other: str) -> None:
    """Never less than the letters that have no partner, never more than what difflib would change."""
    changes = [
        max(b - a, d - c) for tag, a, b, c, d in SequenceMatcher(None, one, other).get_opcodes() if tag != "equal"
    ]
    assert abs(len(one) - len(other)) <= edit_distance(one, other) <= sum(changes)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("南沙街道", ["南沙河口街道"]),
        ("双岛街道", ["双岛湾街道"]),
        ("海清岛街道", ["海青岛街道"]),
        ("杨家乡", ["杨家满族乡"]),
        ("瓦窝乡", ["瓦窝镇"]),
        ("星海湾街道", []),
        ("南沙河口街道", []),
    ],
)
def test_what_may_be_meant(name: str, meant: list[str]) -> None:
    """Variants of a real list find the unit that is meant; a common suffix alone makes no name similar."""
    known = ["南沙河口街道", "春柳街道", "李家街道", "双岛湾街道", "海青岛街道", "杨家满族乡", "瓦窝镇"]
    assert similar(name, known) == meant


def test_width_and_spaces_do_not_count() -> None:
    """Names are compared in one width, case and without spaces."""
    assert folded(" Ａ 镇") == folded("a镇")
