from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from planner.population import parents, whole_persons

GROUPS = ("age_80_plus", "people", "age_60_plus")
ROW = st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.floats(0, 1), st.floats(0, 1))


@given(rows=st.lists(ROW, min_size=1, max_size=30))
def test_groups_stay_inside_each_other(rows: list[tuple[str, int, float, float]]) -> None:
    """Every unit keeps the total of every group to the person, and no row has more elderly than people."""
    people = np.array([row[1] / 10 for row in rows])
    old = people * [row[2] for row in rows]
    table = pd.DataFrame({"people": people, "age_60_plus": old, "age_80_plus": old * [row[3] for row in rows]})
    units = np.array([row[0] for row in rows])
    whole = whole_persons(table, groups=GROUPS, units=units, within=parents(GROUPS))
    assert list(whole.columns) == list(GROUPS)
    assert (whole["age_80_plus"] <= whole["age_60_plus"]).all()
    assert (whole["age_60_plus"] <= whole["people"]).all()
    assert ((whole.groupby(units).sum() - table[list(GROUPS)].groupby(units).sum()).abs() <= 0.5 + 1e-6).all(axis=None)


def test_whole_groups_are_left_alone() -> None:
    """Whole persons are not touched; a row that has more children than people, as it came, is no ceiling."""
    table = pd.DataFrame({"people": [1.0, 0.0], "age_3_5": [2.0, 0.6]}, index=["a", "b"])
    whole = whole_persons(table, groups=("people", "age_3_5"), units=["u", "u"], within={"age_3_5": "people"})
    assert whole.to_dict("list") == {"people": [1, 0], "age_3_5": [2, 1]}
    assert whole.index.to_list() == ["a", "b"]
