from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest

from planner.layers import FaultLog, LayerSource, read_crosswalk, read_facilities
from tests.layers.conftest import CRS

HEAD = "old_code,new_code,confirmed\n"


def _crosswalk(rows: str, table: Callable[..., LayerSource], town: gpd.GeoDataFrame, log: FaultLog) -> pd.DataFrame:
    return read_crosswalk(table(HEAD + rows), crs=CRS, log=log, boundaries=town)


def test_confirmed_codes_are_reconciled_and_told(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """A row with an old code gets the new one that a person confirmed, whatever its position says."""
    codes = _crosswalk("OLD,T2,是\n", table, town, log)
    text = "facility_id,service,unit_code,x,y\n1,s,OLD,400500,4300500\n2,s,T1,400500,4300500\n"
    found = read_facilities([table(text)], town, crs=CRS, log=log, crosswalk=codes)
    assert found["unit_code"].to_dict() == {"1": "T2", "2": "T1"}
    assert log.to_frame()["code"].to_list() == ["unit_reconciled"]
    assert "OLD 按对照表改为 T2（1 行）" in log.to_frame()["message"].iloc[0]


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ("OLD,T2,否\n", ["crosswalk_unconfirmed"]),
        ("OLD,T2,\n", ["crosswalk_unconfirmed"]),
        ("OLD,T9,是\n", ["crosswalk_unknown"]),
        ("T1,T2,是\n", ["crosswalk_in_use"]),
        ("OLD,T1,是\nOLD,T2,是\n", ["crosswalk_divided", "crosswalk_divided"]),
    ],
)
def test_what_is_not_sure_is_told_and_not_applied(
    rows: str, codes: list[str], town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """Not confirmed, leading nowhere, beginning at a code in use, or dividing a unit: a line each, and no change."""
    crosswalk = _crosswalk(rows, table, town, log)
    assert crosswalk.empty
    assert log.to_frame()["code"].to_list() == codes
    text = "facility_id,service,unit_code,x,y\n1,s,OLD,400500,4300500\n"
    found = read_facilities([table(text)], town, crs=CRS, log=log, crosswalk=crosswalk)
    assert found["unit_code"].to_list() == ["T1"]  # by position, which is told
    assert "unit_unknown" in log.to_frame()["code"].to_list()


def test_one_old_code_may_be_divided_where_only_one_part_is_confirmed(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """The person who confirms one of two rows decides; the other is told."""
    crosswalk = _crosswalk("OLD,T1,是\nOLD,T2,否\n", table, town, log)
    assert crosswalk[["old_code", "new_code"]].to_numpy().tolist() == [["OLD", "T1"]]
