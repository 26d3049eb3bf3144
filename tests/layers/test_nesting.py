from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from planner.layers.nesting import borders, codes_that_do_not_nest, names_that_occur_twice
from planner.layers.quality import Doubts
from tests.layers.conftest import CRS


def _units(rows: list[tuple[str, str, str, str, object]]) -> gpd.GeoDataFrame:
    columns = ("code", "name", "level", "parent_code", "geometry")
    return gpd.GeoDataFrame([dict(zip(columns, row, strict=True)) for row in rows], crs=CRS)


def _codes(doubts: Doubts) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in doubts.to_frame()[["code", "row_id", "others"]].to_numpy().tolist()]


def test_a_sound_town_has_nothing_to_tell(town: gpd.GeoDataFrame) -> None:
    """Two townships that fill their county, and a village without polygon: no line."""
    doubts = Doubts("boundaries")
    for check in (codes_that_do_not_nest, names_that_occur_twice, borders):
        check(town, doubts)
    assert doubts.to_frame().empty


def test_overlap_gap_and_a_unit_outside_its_parent() -> None:
    r"""Of a county of 4 x 1 km, A and B overlap by 0.1 km2, 0.9 km2 are nobody's, and C lies half outside.

    +--A--+#+--B--+   gap   +--C--|--+
    """
    units = _units(
        [
            ("K", "县", "county", "", box(0, 0, 4000, 1000)),
            ("A", "甲", "township", "K", box(0, 0, 1100, 1000)),
            ("B", "乙", "township", "K", box(1000, 0, 2100, 1000)),
            ("C", "丙", "township", "K", box(3000, 0, 5000, 1000)),
        ]
    )
    doubts = Doubts("boundaries")
    borders(units, doubts)
    assert _codes(doubts) == [("gap", "K", ""), ("outside_parent", "C", ""), ("overlap", "A", "B")]
    messages = doubts.to_frame()["message"].to_list()
    assert "900000 m²" in messages[0]
    assert "50.0%（1000000 m²）" in messages[1]
    assert "100000 m²" in messages[2]


@given(st.lists(st.floats(100, 900), min_size=1, max_size=4, unique=True), st.floats(-80, 80))
def test_areas_of_gaps_and_overlaps_add_up(cuts: list[float], shift: float) -> None:
    """Strips of a county of which one border is moved: what overlaps is told, what is missing is told, else nothing."""
    edges = [0.0, *sorted(cuts), 1000.0]
    strips = [list(pair) for pair in pairwise(edges)]
    strips[0][1] += shift
    rows = [
        (f"S{number}", f"{number}", "township", "K", box(w, 0, e, 1000))
        for number, (w, e) in enumerate(strips)
        if e > w
    ]
    doubts = Doubts("boundaries")
    borders(_units([("K", "县", "county", "", box(0, 0, 1000, 1000)), *rows]), doubts)
    told = {code for code, _, _ in _codes(doubts)}
    if shift < -1.01 and len(rows) == len(strips):
        assert "gap" in told
    if shift > 1.01:
        assert "overlap" in told
    if abs(shift) < 0.99:
        assert not told


def test_a_gap_is_not_told_where_units_have_no_polygon() -> None:
    """A county of which one township has no polygon is not full, and that is no gap."""
    units = _units(
        [
            ("K", "县", "county", "", box(0, 0, 2000, 1000)),
            ("A", "甲", "township", "K", box(0, 0, 1000, 1000)),
            ("B", "乙", "township", "K", None),
        ]
    )
    doubts = Doubts("boundaries")
    borders(units, doubts)
    assert doubts.to_frame().empty


@pytest.mark.parametrize(
    ("code", "parent", "level", "told"),
    [
        ("210281100", "210281", "township", ""),
        ("210281100000", "210281000000", "township", ""),
        ("210283100", "210281", "township", "code_not_nested"),
        ("C-1", "210281", "township", ""),
        ("210282", "210281", "county", "parent_not_coarser"),
    ],
)
def test_codes_nest(code: str, parent: str, level: str, told: str) -> None:
    """A township's code begins with its county's six digits; codes of another kind say nothing."""
    units = _units([(parent, "县", "county", "", None), (code, "镇", level, parent, None)])
    doubts = Doubts("boundaries")
    codes_that_do_not_nest(units, doubts)
    assert [one for one, _, _ in _codes(doubts) if one == told or not told] == ([told] if told else [])


def test_homonyms_and_shortened_names() -> None:
    """得胜街道 of two districts, villages of one name in a single line, and 南沙街道 beside 南沙河口街道."""
    units = _units(
        [
            ("1", "得胜街道", "township", "K1", None),
            ("2", "得胜街道", "township", "K2", None),
            ("3", "东村", "village", "1", None),
            ("4", "东村", "village", "2", None),
            ("5", "南沙街道", "township", "K1", None),
            ("6", "南沙河口街道", "township", "K1", None),
            ("7", "春柳街道", "township", "K1", None),
        ]
    )
    doubts = Doubts("boundaries")
    names_that_occur_twice(units, doubts)
    assert _codes(doubts) == [("homonym", "", "3;4"), ("homonym", "1", "2"), ("name_similar", "5", "6")]
