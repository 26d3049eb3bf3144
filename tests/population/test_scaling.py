from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.population.scaling import Scaled, scaled

LEVELS = {"C": "city", "A": "county", "B": "county", "A1": "township", "A2": "township", "B1": "township"}
ABOVE = {"C": ("C",), "A": ("A", "C"), "B": ("B", "C"), "A1": ("A1", "A", "C"), "A2": ("A2", "A", "C"),
         "B1": ("B1", "B", "C")}  # fmt: skip


def _points(*rows: tuple[str, int]) -> pd.DataFrame:
    index = pd.Index([f"d{n}" for n in range(len(rows))], dtype="str")
    table = pd.DataFrame(rows, columns=["unit_code", "persons"], index=index)
    return table.assign(x=np.arange(len(rows)) * 10.0, y=0.0)


def _scaled(points: pd.DataFrame, totals: dict[str, int], **more: Any) -> Scaled:
    base = points["persons"].to_numpy(dtype=np.int64)
    given_ = {"people": base, "fixed": np.zeros(len(points), dtype=bool), **more}
    return scaled(points, base, totals=totals, levels=LEVELS, ancestors=ABOVE, **given_)


def test_a_unit_gets_its_total_in_proportion() -> None:
    """1, 2 and 4 people of a unit that has 10 later: 1, 3 and 6 by the largest remainder; others stay as they are."""
    found = _scaled(_points(("A1", 1), ("A1", 2), ("A1", 4), ("B1", 5)), {"A1": 10})
    assert found.persons.tolist() == [1, 3, 6, 5]
    assert found.told == {}


def test_finer_totals_hold_and_the_coarser_unit_shares_the_rest() -> None:
    """A1 has its 30; of the county's 100 the other township's points share 70; county B keeps its people."""
    points = _points(("A1", 10), ("A2", 10), ("A2", 10), ("B1", 7))
    assert _scaled(points, {"A": 100, "A1": 30}).persons.tolist() == [30, 35, 35, 7]
    assert _scaled(points, {"C": 107, "A": 100, "A1": 30}).persons.tolist() == [30, 35, 35, 7]


def test_finer_units_that_hold_more_than_the_total_are_told() -> None:
    """County A cannot have 20 where its township has 30: the county's number is not used, and its rest stays."""
    found = _scaled(_points(("A1", 10), ("A2", 10)), {"A": 20, "A1": 30})
    assert found.persons.tolist() == [30, 10]
    assert found.told == {"A": "exceeded"}


def test_new_areas_keep_their_people_and_count_towards_the_total() -> None:
    """A unit of 100 in which a new area has 60: the others share 40."""
    points = _points(("A1", 60), ("A1", 1), ("A1", 1))
    assert _scaled(points, {"A1": 100}, fixed=np.array([True, False, False])).persons.tolist() == [60, 20, 20]


def test_where_nobody_of_the_group_lived_everybody_tells_the_shares() -> None:
    """None of the group, 30 and 10 people: 40 new ones are shared 30 to 10; with nobody at all the middle gets them."""
    points = _points(("A1", 0), ("A1", 0), ("A1", 0))
    found = _scaled(points, {"A1": 40}, people=np.array([30, 10, 0]))
    assert found.persons.tolist() == [30, 10, 0]
    assert found.told == {"A1": "spread_by_people"}
    found = _scaled(points, {"A1": 40})
    assert found.persons.tolist() == [0, 40, 0]
    assert found.told == {"A1": "spread_to_middle"}
    assert _scaled(points, {"A1": 0}).told == {}


def test_people_without_a_point_are_told() -> None:
    """A unit in which nobody can live gets a line, not its people."""
    found = _scaled(_points(("A1", 5)), {"B1": 40})
    assert found.persons.tolist() == [5]
    assert found.told == {"B1": "unplaced"}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["A1", "A2", "B1", "A"]), st.integers(0, 50)), min_size=1, max_size=12),
    st.dictionaries(st.sampled_from(sorted(LEVELS)), st.integers(0, 300), max_size=6),
)
def test_every_total_that_is_not_told_is_kept_to_the_person(
    rows: list[tuple[str, int]], totals: dict[str, int]
) -> None:
    """Whatever lives where and whatever is stated: a unit has its number, or a line says why not; none is negative."""
    points = _points(*rows)
    found = _scaled(points, totals)
    assert (found.persons >= 0).all()
    broken = {unit for unit, code in found.told.items() if code in ("unplaced", "exceeded")}
    for unit, total in totals.items():
        inside = [unit in ABOVE[str(code)] for code in points["unit_code"]]
        if unit not in broken and any(inside):
            assert found.persons[inside].sum() == total
    shuffled = points.sample(frac=1, random_state=1)
    again = pd.Series(_scaled(shuffled, totals).persons, index=shuffled.index).reindex(points.index)
    assert again.tolist() == found.persons.tolist()
