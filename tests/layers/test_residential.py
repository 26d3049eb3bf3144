from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from planner.layers import FaultLog, LayerSource, read_residential_areas
from tests.layers.conftest import CRS, EAST, NORTH

HEAD = "小区编号,小区名称,套数,人口,户均人口,交付年份,依据,x,y\n"


def _read(folder: Path, town: gpd.GeoDataFrame, log: FaultLog, row: str) -> gpd.GeoDataFrame:
    (folder / "areas.csv").write_text(f"{HEAD}a1,新,{row},{EAST + 500},{NORTH + 500}\n", encoding="utf-8")
    source = LayerSource(path=folder / "areas.csv", crs=CRS)
    return read_residential_areas([source], town, crs=CRS, log=log)


def test_people_are_stated_or_made_from_dwellings(tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """1,400 people stay; 501 dwellings of 2.5 are 1,253 (halves up) and marked derived; the place gives the unit."""
    stated = _read(tmp_path, town, log, "500,1400,,2028,控规").loc["a1"]
    assert stated[["people", "derived", "delivery_year", "unit_code"]].tolist() == [1400, False, 2028, "T1"]
    assert _read(tmp_path, town, log, "501,,2.5,2028,控规").loc["a1", ["people", "derived"]].tolist() == [1253, True]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("500,1400,,,控规", "no_delivery_year"),
        ("500,,,2028,控规", "no_people"),
        (",,2.5,2028,控规", "no_people"),
        ("500,,2.5,2028,", "no_people"),
    ],
)
def test_what_cannot_be_counted_is_told(
    row: str, code: str, tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog
) -> None:
    """Without a year, without people, or persons to a dwelling without a source: a line instead of a number."""
    assert _read(tmp_path, town, log, row).empty
    assert f"left_out_{code}" in set(log.to_frame()["code"])


def test_a_polygon_stands_at_a_point_inside(tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """An area that is drawn has its people at a point inside it."""
    shape = box(EAST + 400, NORTH + 400, EAST + 600, NORTH + 600)
    drawn = gpd.GeoDataFrame({"area_id": ["a"], "people": [9], "delivery_year": [2027]}, geometry=[shape], crs=CRS)
    drawn.to_file(tmp_path / "areas.gpkg")
    found = read_residential_areas([LayerSource(path=tmp_path / "areas.gpkg")], town, crs=CRS, log=log)
    assert shape.contains(gpd.points_from_xy(found["x"], found["y"])[0])


def test_rows_in_are_rows_out_and_rows_listed(tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """The account of the file holds: one row read, one left out with its line."""
    _read(tmp_path, town, log, "500,1400,,,控规")
    assert log.accounts()[["rows", "left_out", "kept"]].to_numpy().tolist() == [[1, 1, 0]]
