from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest

from planner.coverage.situation import is_open
from planner.layers import FaultLog, LayerSource, read_facilities

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000
TEXT = (
    "facility_id,name,service,x,y,status,opened_year,standardised,capacity,beds\n"
    f'b,园,kindergarten,{E + 500},{N + 500},在建,2027,是,"1,200",12\n'
    f"a,校,primary_school,{E + 500},{N + 500},,,,,\n"
)


def test_a_facility_row_as_the_contract_says(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """Sorted index, defaults of status and place, nullable types, further columns, nothing planned."""
    read = read_facilities([table(TEXT)], town, crs=CRS, log=log)
    assert read.index.name == "facility_id"
    assert list(read.index) == ["a", "b"]
    assert not isinstance(read, gpd.GeoDataFrame)
    assert read.loc["a", ["status", "place_id", "planned", "unit_code"]].to_list() == ["现状", "a", False, "T1"]
    assert read.loc["b", ["capacity", "opened_year", "beds"]].to_list() == [1200.0, 2027, "12"]
    assert read.loc["b", "standardised"] is True or bool(read.loc["b", "standardised"])
    assert read["planned"].dtype == bool
    assert pd.isna(read.loc["a", "standardised"])


def test_the_situation_reads_the_table(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """A facility under construction counts from its year on."""
    read = read_facilities([table(TEXT)], town, crs=CRS, log=log)
    assert [list(is_open(read, year)) for year in (2026, 2027)] == [[True, False], [True, True]]


def test_constants_serve_a_whole_file(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """A list of one service needs no column for it; true and false may be constants."""
    source = table(
        f"编号,x,y\n1,{E + 500},{N + 500}\n",
        columns={"facility_id": "编号"},
        values={"service": "park", "demonstration": True},
    )
    row = read_facilities([source], town, crs=CRS, log=log).loc["1"]
    assert row["service"] == "park"
    assert bool(row["demonstration"])


@pytest.mark.parametrize("column", ["opened_year", "classes", "largest_class"])
def test_no_source_gives_an_empty_table(column: str, town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """A study may have no facility at all; the table has its columns still."""
    read = read_facilities([], town, crs=CRS, log=log)
    assert len(read) == 0
    assert read[column].dtype == "Int64"
