from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from planner.errors import LayerError
from planner.layers import (
    BoundarySource,
    DemandSource,
    FaultLog,
    LayerSource,
    read_boundaries,
    read_demand,
    read_facilities,
    read_sites,
    schema,
)
from planner.layers.aliases import meant, with_aliases
from planner.layers.schema import TABLES, Column
from tests.layers.conftest import CRS

AT = "400500,4300500"


def _column(table: str, name: str) -> Column:
    return next(column for column in schema(table).columns if column.name == name)


def _codes(log: FaultLog) -> list[str]:
    return log.to_frame()["code"].to_list()


@pytest.mark.parametrize("table", TABLES)
def test_every_synonym_finds_its_column(table: str) -> None:
    """Each synonym of the alias tables means its column, in any width, case and with spaces around."""
    for column in schema(table).columns:
        for alias in column.aliases:
            for spelt in (alias, f" {alias.upper()} ", f"{alias}*", f"{alias} {column.name}"):
                assert meant(["other", spelt], column) == [spelt]


@pytest.mark.parametrize("table", TABLES)
def test_a_synonym_that_means_two_columns_is_known_to(table: str) -> None:
    """Words that mean two columns are there on purpose: 级别, 规模, and X坐标, which surveyors count northwards."""
    aliases = [alias for column in schema(table).columns for alias in column.aliases]
    twice = {alias for alias in aliases if aliases.count(alias) > 1}
    axes = {"X坐标", "Y坐标"} if table in ("facilities", "demand", "residential_areas", "sites") else set()
    assert twice == axes | ({"级别", "规模"} if table == "facilities" else set())


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("用地面积（m²）", True),
        ("用地面积(平方米)", True),
        ("用地面积（亩）", False),
        ("用地面积(公顷)", False),
        ("面积", True),
    ],
)
def test_a_unit_in_brackets_must_be_ours(name: str, ours: bool) -> None:
    """An area in mu or hectares is never taken for square metres."""
    assert bool(meant([name], _column("sites", "area_m2"))) is ours


def test_age_groups_are_found_by_their_words() -> None:
    """3-5岁 and 60岁以上人口 are groups that a study names age_3_5 and age_60_plus."""
    wanted = schema("demand").with_groups(["age_3_5", "age_60_plus"])
    columns = {column.name: column for column in wanted.columns}
    names = ["3-5岁", "60岁及以上人口", "6~11岁"]
    assert meant(names, columns["age_3_5"]) == ["3-5岁"]
    assert meant(names, columns["age_60_plus"]) == ["60岁及以上人口"]


def test_a_chinese_list_is_read_as_it_is(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """Names and words of a Chinese list become ours, and it is told which, with units and rows."""
    text = (
        "学校标识码,机构名称,经度,纬度,办园性质,学位数,班级数,是否标准化,建成年份,状态,在园人数\n"
        f"1,甲,{AT},公办,90,3,是,2001,在建,80\n2,乙,{AT},民办,60,2,否,2002,已建成,50\n"
    )
    found = read_facilities([table(text, values={"service": "kindergarten"})], town, crs=CRS, log=log)
    assert found["owner"].to_list() == ["public", "private"]
    assert found["status"].to_list() == ["在建", "现状"]
    assert found["capacity"].to_list() == [90, 60]
    assert found["classes"].to_list() == [3, 2]
    assert found["pupils"].to_list() == [80, 50]
    assert found["standardised"].to_list() == [True, False]
    assert found["opened_year"].to_list() == [2001, 2002]
    told = log.to_frame()
    assert told["code"].to_list() == ["columns_mapped", "values_mapped", "values_mapped"]
    assert "学位数→capacity（persons）" in told["message"].iloc[0]
    assert any("公办→public（1 行）" in message for message in told["message"])


def test_what_the_study_states_wins(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """A column or a value that the study names is not looked for by synonyms."""
    text = f"编号,机构代码,x,y,办学性质,所有制\n1,9,{AT},公办,集体\n"
    source = table(text, columns={"facility_id": "机构代码", "owner": "所有制"}, values={"service": "s"})
    found = read_facilities([source], town, crs=CRS, log=log)
    assert found.index.to_list() == ["9"]
    assert found["owner"].to_list() == ["集体"]


def test_what_is_not_clear_is_asked(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """Two names for one column, and one name for two, are a sentence each, with the keys to write."""
    text = f"编号,x,y,办学性质,举办者类型,级别\n1,{AT},公办,教育部门,县级\n"
    with pytest.raises(LayerError) as caught:
        read_facilities([table(text, values={"service": "s"})], town, crs=CRS, log=log)
    two_names, two_meanings = caught.value.faults
    assert two_names.startswith("expected one column for 'owner' in table.csv, found 办学性质, 举办者类型: say which")
    assert 'columns = { owner = "办学性质" } or columns = { owner = "举办者类型" }' in two_names
    assert two_meanings.startswith("expected one meaning for column '级别' of table.csv, found rank and level: ")
    assert two_meanings.endswith('columns = { rank = "级别" } or columns = { level = "级别" }.')


def test_which_axis_is_north_is_asked(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """X坐标 is north to a surveyor and east to others: it is never taken for either, until the study says so."""
    text = "编号,X坐标,Y坐标\n1,4300500,400500\n"
    with pytest.raises(LayerError, match=r"one column for 'x' in table\.csv, found X坐标, Y坐标"):
        read_facilities([table(text, values={"service": "s"})], town, crs=CRS, log=log)
    source = table(text, values={"service": "s"}, x="Y坐标", y="X坐标")
    assert read_facilities([source], town, crs=CRS, log=log)["x"].to_list() == [400500]


def test_a_column_whose_values_do_not_fit_is_left_and_told(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """A synonym alone does not make a year of a word: the column stays as it is, with the reason."""
    text = f"编号,x,y,建成年份\n1,{AT},九十年代\n"
    found = read_facilities([table(text, values={"service": "s"})], town, crs=CRS, log=log)
    assert found["建成年份"].to_list() == ["九十年代"]
    told = log.to_frame().set_index("code")
    assert "九十年代" in told.at["column_not_used", "message_en"]


def test_kinds_and_groups_and_sites(
    town: gpd.GeoDataFrame, write: Callable[..., Path], table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """Kinds of units, groups of people and areas of sites are found the same way."""
    path = write("units.csv", "区划代码,区划名称,类型\n1,甲,街道\n2,乙,乡\n3,丙,农场\n")
    units = read_boundaries([BoundarySource(path=path, level="township")], crs=CRS, log=log)
    assert units["kind"].to_list() == ["subdistrict", "township", "农场"]
    people = DemandSource(path=table(f"编号,经度,纬度,常住人口,3-5岁\n1,{AT},10,1\n").path, crs=CRS,
                          groups=("people", "age_3_5"))  # fmt: skip
    assert read_demand([people], town, crs=CRS, log=log)[["people", "age_3_5"]].to_numpy().tolist() == [[10, 1]]
    sites = read_sites([table(f"地块编号,x,y,用地代码,用地面积(㎡)\n1,{AT},080404,90\n")], town, crs=CRS, log=log)
    assert sites["area_m2"].to_list() == [90]


def test_a_list_of_two_populations_is_asked_about(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """Resident and registered people are not the same: which is meant is asked."""
    source = DemandSource(path=table(f"编号,x,y,常住人口,户籍人口\n1,{AT},10,9\n").path, crs=CRS)
    with pytest.raises(LayerError, match="one column for 'people'"):
        read_demand([source], town, crs=CRS, log=log)


def test_value_words_are_of_known_columns() -> None:
    """Words for values belong to columns of texts, mean allowed values, and are no value themselves."""
    for table in TABLES:
        for column in schema(table).columns:
            words = [word for word, _ in column.synonyms]
            assert len(words) == len(set(words))
            assert not column.synonyms or column.dtype == "string"
            assert not column.allowed or {value for _, value in column.synonyms} <= set(column.allowed)
            assert not set(words) & {value for _, value in column.synonyms}


def test_accounts(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """Rows of the file are those that where did not choose, those left out with a line, and those kept."""
    text = f"编号,x,y,类\n1,{AT},a\n2,,,a\n3,{AT},b\n示例,{AT},a\n"
    found = read_facilities([table(text, where={"类": "a"}, values={"service": "s"})], town, crs=CRS, log=log)
    assert log.accounts().to_dict("records") == [
        {"layer": "table.csv", "rows": 4, "chosen": 3, "left_out": 2, "kept": 1}
    ]
    assert len(found) == 1
    assert sorted(set(_codes(log))) == ["columns_mapped", "left_out_example", "left_out_no_position", "rows_chosen"]


def test_an_osm_extract_keeps_its_tags() -> None:
    """Tags are not Chinese headers: a schema's own names are the only ones that count there."""
    source = LayerSource(path=Path("x.osm.pbf"))
    assert with_aliases(source, pd.DataFrame({"编号": ["1"]}), schema("facilities"), FaultLog()) is source
