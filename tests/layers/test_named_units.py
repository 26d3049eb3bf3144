from __future__ import annotations

import geopandas as gpd
import pandas as pd

from planner.layers.named_units import Areas, outside_given_unit, outside_named_county, unknown_units
from planner.layers.quality import Doubts
from tests.layers.conftest import EAST, NORTH


def _rows(**columns: list[str]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    index = pd.Index([f"f{number}" for number in range(count)])
    return pd.DataFrame({"x": EAST + 500.0, "y": NORTH + 500.0, **columns}, index=index)


def test_a_row_outside_the_unit_of_its_code(town: gpd.GeoDataFrame) -> None:
    """How far outside, and where instead; 20 m beside a border is told apart; a unit without polygon says nothing."""
    table = _rows(unit_code=["T2", "T1", "T1", "V1"]).assign(x=[EAST + 500, EAST + 500, EAST + 1020, EAST + 1500])
    doubts = Doubts("facilities")
    outside_given_unit(table, Areas(town), doubts)
    found = doubts.to_frame().set_index("row_id")
    assert found["code"].to_dict() == {"f0": "outside_unit", "f2": "beside_border"}
    assert found.at["f0", "message"] == "坐标在所写的T2之外 500 m，实际落在西镇"


def test_a_leading_zone_is_its_members(town: gpd.GeoDataFrame) -> None:
    """A row that names a zone lies in one of its members; a zone is never smaller than its members' polygons."""
    zones = pd.DataFrame({"zone_code": ["Z", "Y"], "zone_name": ["新区", "村区"], "unit_code": ["T2", "V1"]})
    table = _rows(county_name=["新区", "新区", "村区", "县"]).assign(x=[EAST + 500, EAST + 1500, EAST + 900, EAST + 1])
    doubts = Doubts("facilities")
    outside_named_county(table, Areas(town, zones), doubts)
    assert doubts.to_frame()[["row_id", "code"]].to_numpy().tolist() == [["f0", "outside_county"]]


def test_names_that_the_list_lacks_are_offered_the_nearest(town: gpd.GeoDataFrame) -> None:
    """One line per name with all its rows; what is similar is offered, nothing is changed."""
    table = _rows(unit_name=["西乡", "西乡", "北京镇", "东镇", ""])
    before = table.copy()
    doubts = Doubts("facilities")
    unknown_units(table, Areas(town), doubts)
    found = doubts.to_frame()
    assert found[["code", "row_id", "others"]].to_numpy().tolist() == [
        ["spelling", "f0", "f1"],
        ["unit_name_unknown", "f2", ""],
    ]
    assert "是否为 西镇 T1？" in found["message"].iloc[0]
    pd.testing.assert_frame_equal(table, before)


def test_a_name_of_two_units_needs_a_county(town: gpd.GeoDataFrame) -> None:
    """A homonym without a county is ambiguous; with a county, or a leading zone, it is not."""
    units = pd.concat([town, town[town["code"] == "T1"].assign(code="T9", parent_code="K9", geometry=None)])
    more = gpd.GeoDataFrame(units, crs=town.crs)
    zones = pd.DataFrame({"zone_code": ["Z"], "zone_name": ["新区"], "unit_code": ["K1"]})
    doubts = Doubts("facilities")
    unknown_units(_rows(unit_name=["西镇"] * 3, county_name=["", "县", "新区"]), Areas(more, zones), doubts)
    assert doubts.to_frame()[["code", "row_id", "others"]].to_numpy().tolist() == [["unit_ambiguous", "f0", ""]]
