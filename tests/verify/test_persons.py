from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.population import parents, whole_persons
from planner.verify.persons import _handed_out, whole

GROUPS = ("people", "age_60_plus", "age_80_plus", "pupils")
ROW = st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(0, 10), st.integers(0, 10), st.floats(0, 3))


@given(rows=st.lists(ROW, min_size=1, max_size=25))
def test_people_are_made_whole_alike(rows: list[tuple[str, int, int, int, float]]) -> None:
    """Two programmes that share no code give the same whole persons, ties and ceilings included."""
    table = pd.DataFrame(rows, columns=["unit_code", "tenths", "old", "oldest", "pupils"])
    people = table["tenths"] / 10
    old = people * table["old"] / 10
    table = table.assign(people=people, age_60_plus=old, age_80_plus=old * table["oldest"] / 10)
    table.index = pd.Index([f"d{number:02d}" for number in table.index]).sort_values(ascending=False)
    within = parents(GROUPS)
    ours = whole_persons(table, groups=GROUPS, units=table["unit_code"], within=within)
    pd.testing.assert_frame_equal(whole(table, GROUPS, within)[list(GROUPS)], ours, check_names=False)


def test_no_room_is_told() -> None:
    """Bounds below a unit's total do not go unnoticed."""
    with pytest.raises(ValueError, match="room"):
        _handed_out([0.6], [0])
