from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_people_by_year
from tests.layers.conftest import CRS

HEAD = "区划代码,年份,分组,人数,数据类型,依据\n"


def _source(folder: Path, text: str) -> LayerSource:
    (folder / "later.csv").write_text(text, encoding="utf-8")
    return LayerSource(path=folder / "later.csv")


def test_rows_in_chinese_are_read_and_sorted(tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """Chinese headers and words; whole persons, halves up and told; sorted by unit, group and year."""
    text = HEAD + "T1,2030,老年,10.5,预测,r\nT1,2027,老年,9,在校,r\nT1,2030,age_0_2,7,出生,r\n"
    table = read_people_by_year("population_by_year", [_source(tmp_path, text)], town, crs=CRS, log=log)
    assert table["group"].tolist() == ["age_0_2", "老年", "老年"]
    assert table["year"].tolist() == [2030, 2027, 2030]
    assert table["persons"].tolist() == [7, 9, 11]
    assert table["kind"].tolist() == ["births", "enrolment", "projection"]
    assert "fractional_persons" in set(log.to_frame()["code"])


def test_a_unit_that_is_not_in_the_list_is_told(tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """Rows in are rows out and rows listed."""
    text = HEAD + "T1,2030,people,10,预测,r\nT9,2030,people,10,预测,r\n"
    table = read_people_by_year("population_by_year", [_source(tmp_path, text)], town, crs=CRS, log=log)
    faults = log.to_frame()
    assert len(table) == 1
    assert faults[faults["code"] == "left_out_unit_unknown"]["row_id"].tolist() == ["T9 people 2030"]


def test_two_numbers_for_one_thing_are_refused(tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """The same row twice is one; another number for the same unit, group and year is a fault."""
    same = HEAD + "T1,2030,people,10,预测,r\n" * 2
    assert len(read_people_by_year("population_by_year", [_source(tmp_path, same)], town, crs=CRS, log=log)) == 1
    other = HEAD + "T1,2030,people,10,预测,r\nT1,2030,people,11,预测,r\n"
    with pytest.raises(LayerError, match="found several for T1 people 2030"):
        read_people_by_year("population_by_year", [_source(tmp_path, other)], town, crs=CRS, log=log)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("T1,2030,people,10,,r\n", "kind"),
        ("T1,2030,people,10,猜测,r\n", "kind"),
        ("T1,2030,people,10,预测,\n", "source"),
        ("T1,2030,people,-1,预测,r\n", "0 or more"),
    ],
)
def test_a_number_without_kind_or_source_is_refused(
    text: str, message: str, tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog
) -> None:
    """Where a number comes from is part of it."""
    with pytest.raises(LayerError, match=message):
        read_people_by_year("population_by_year", [_source(tmp_path, HEAD + text)], town, crs=CRS, log=log)


def test_no_table_is_an_empty_one(town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """Without sources there are no rows."""
    assert read_people_by_year("births", [], town, crs=CRS, log=log).empty
