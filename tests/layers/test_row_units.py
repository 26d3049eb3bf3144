"""The unit of a row whose code is finer, older or of another list than the boundaries."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from planner.layers import FaultLog
from planner.layers.row_units import codes_above, with_units

UNITS = gpd.GeoDataFrame(
    {"code": ["210281", "210281001", "210281002"], "level": ["county", "township", "township"]},
    geometry=[box(0, 0, 20, 10), box(0, 0, 10, 10), None],
    crs="EPSG:4550",
)


def _rows(*rows: tuple[str, float, float]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(list(rows), columns=["unit_code", "x", "y"]).assign(id=[f"r{n}" for n in range(len(rows))])
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["x"], table["y"]), crs="EPSG:4550")


def test_a_code_of_a_finer_list_nests(log: FaultLog) -> None:
    """A village code whose township is in the list belongs there, by position as by its digits: one note, no doubt."""
    out = with_units(_rows(("210281001003", 5, 5), ("210281001004", 6, 6)), UNITS, "id", "a.csv", log)
    assert out["unit_code"].tolist() == ["210281001", "210281001"]
    assert log.to_frame()["code"].tolist() == ["unit_nested"]


def test_a_row_in_no_polygon_is_kept_by_its_digits(log: FaultLog) -> None:
    """Where the township has no polygon and the row lies in none, the digits of its code say where it belongs."""
    out = with_units(_rows(("210281002001", 50, 50)), UNITS, "id", "a.csv", log)
    assert out["unit_code"].tolist() == ["210281002"]


def test_digits_and_position_at_odds_are_told(log: FaultLog) -> None:
    """A row whose position lies in another unit than its digits say is told by itself."""
    with_units(_rows(("210281002001", 5, 5)), UNITS, "id", "a.csv", log)
    assert log.to_frame()[["row_id", "code"]].to_numpy().tolist() == [["r0", "unit_unknown"]]


@given(st.lists(st.text("0123456789A", max_size=13), max_size=8))
def test_the_unit_above_is_a_prefix_in_the_list(codes: list[str]) -> None:
    """What is found is in the list, is shorter than the code, and the code begins with it; words are none."""
    for code, above in zip(codes, codes_above(np.array(codes, dtype=object), UNITS), strict=True):
        assert above == "" or (above in set(UNITS["code"]) and code.startswith(above) and code.isdecimal())
