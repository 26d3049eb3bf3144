from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from planner.errors import InputError, LayerError
from planner.layers import DemandSource, FaultLog, LayerSource, read_demand

CRS = "EPSG:4550"
AT = "400500,4300500"
HERE = "T1"


@pytest.fixture
def people(town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog) -> Callable[..., Any]:
    """Return a function that reads a table of people."""

    def read(text: str, **settings: Any) -> Any:
        return read_demand([DemandSource(path=write("p.csv", text), crs=CRS, **settings)], town, crs=CRS, log=log)

    return read


def _how(log: FaultLog) -> dict[str, str]:
    return {entry["group"]: entry["how"] for entry in log.remembered("population_groups")}


def test_single_years_are_added_up(people: Callable[..., Any], log: FaultLog) -> None:
    """Groups whose names say their ages, or whose ages are stated, are sums of the years; the sum is no estimate."""
    text = f"demand_id,x,y,people,2岁,3岁,4岁,5岁,6岁\na,{AT},90,1,2,3,4,5\n"
    ages = {"pre": {"from": 2, "to": 6}}
    read = people(text, groups=("people", "age_3_5", "pre"), ages=ages)
    assert read.loc["a", ["people", "age_3_5", "pre"]].to_list() == [90, 9, 15]
    assert _how(log) == {"people": "counted", "age_3_5": "summed", "pre": "summed"}
    assert log.to_frame()["code"].to_list() == ["group_summed", "group_summed"]


def test_bands_are_cut_evenly_and_marked_derived(people: Callable[..., Any], log: FaultLog) -> None:
    """A group that cuts bands is made as if people were spread evenly over their years, and says so."""
    text = f"demand_id,x,y,0-4岁,5-9岁,女15-49岁,10岁及以上\na,{AT},10,20,8,70\n"
    read = people(text, groups=("people", "age_3_5", "women_15_49"))
    assert read.loc["a", ["people", "age_3_5", "women_15_49"]].to_list() == [100, 8, 8]
    assert _how(log) == {"people": "summed", "age_3_5": "cut", "women_15_49": "summed"}
    told = log.to_frame().set_index("code").loc["group_cut", "message_en"]
    assert (
        told
        == "age_3_5 is derived: made of 0-4岁×0.4, 5-9岁×0.2, as if people were spread evenly over the years of a band"
    )


def test_a_group_of_its_own_column_is_counted(people: Callable[..., Any], log: FaultLog) -> None:
    """A column that bears a group's name, or its synonym, is taken before any columns by age."""
    read = people(f"demand_id,x,y,people,3-5岁,3岁,4岁,5岁\na,{AT},90,7,1,1,1\n", groups=("people", "age_3_5"))
    assert read.loc["a", "age_3_5"] == 7
    assert _how(log)["age_3_5"] == "counted"


def test_what_cannot_be_made_is_asked_for(people: Callable[..., Any]) -> None:
    """Ages that no columns cover, bad cells, an open band that would be cut: the layer is refused."""
    with pytest.raises(LayerError, match="expected a column 'age_3_5'"):
        people(f"demand_id,x,y,people,3岁,4岁\na,{AT},90,1,1\n", groups=("people", "age_3_5"))
    with pytest.raises(LayerError, match="expected a column 'age_80_plus'"):
        people(f"demand_id,x,y,people,60岁以上\na,{AT},90,1\n", groups=("people", "age_80_plus"))
    with pytest.raises(LayerError, match="1 cells that are empty or negative"):
        people(f"demand_id,x,y,people,3岁\na,{AT},90,-1\n", groups=("people", "age_3"))


def test_groups_are_derived_by_shares_of_ages(
    people: Callable[..., Any], write: Callable[..., Path], log: FaultLog
) -> None:
    """The shares of the unit itself win, then those of the unit it lies in, then those for everywhere."""
    shares = write(
        "ages.csv",
        "年龄,性别,区划代码,比重,来源\n0-4岁,,,0.05,s\n5岁及以上,,,0.95,s\n60岁以上,,K1,0.3,s\n0-5岁,,T1,0.12,s\n15-49岁,女,K1,0.2,s\n",
    )
    text = "demand_id,unit_code,x,y,people\na,T1,400500,4300500,100\nb,T2,401500,4300500,200\n"
    structure = LayerSource(path=shares)
    groups = ("people", "age_3_5", "age_60_plus", "women_15_49", "age_0_4")
    with pytest.raises(
        LayerError, match=r"shares of ages that make up 'age_3_5' in every unit of p\.csv, found none for T2"
    ):
        people(text, groups=groups, structure=structure)
    read = people(text, groups=tuple(name for name in groups if name != "age_3_5"), structure=structure)
    assert read.loc["a", list(read.columns[3:])].to_list() == pytest.approx([100, 30, 20, 10])
    assert read.loc["b", list(read.columns[3:])].to_list() == pytest.approx([200, 60, 40, 10])
    assert _how(log)["age_60_plus"] == "structure"
    assert "group_derived" in set(log.to_frame()["code"])
    assert "_structured" not in read.columns


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("0-4岁,0.6,s\n5岁及以上,0.6,s\n", "shares of at most 1 in all, everywhere"),
        ("young,0.6,s\n", "expected ages in column 'age'"),
        ("0-4岁,0.1,s\n0-4岁,0.1,s\n", "each age once in each unit"),
        ("0-4岁,0.1,\n", "a value in every row of column 'source'"),
    ],
)
def test_wrong_shares_are_refused(
    rows: str, sentence: str, people: Callable[..., Any], write: Callable[..., Path]
) -> None:
    """Shares above all, ages that say nothing, ages twice, and shares that nobody published are refused."""
    structure = LayerSource(path=write("ages.csv", f"age,share,source\n{rows}"))
    with pytest.raises(LayerError, match=sentence):
        people(f"demand_id,x,y,people\na,{AT},1\n", groups=("people", "age_0_4"), structure=structure)


@pytest.mark.parametrize(
    "ages",
    [
        {"age_3_5": {"first": 3}},
        {"age_3_5": {"from": 3, "to": 5, "sex": "x"}},
        {"age_3_5": {"to": 5}},
        {"age_3_5": {"from": 9, "to": 5}},
        {"other": {"from": 3}},
    ],
)
def test_ages_that_say_nothing_are_refused(ages: Any) -> None:
    """Ages are stated by from, to and sex, of groups that the layer counts."""
    with pytest.raises(InputError, match="expected "):
        DemandSource(path=Path("p.csv"), groups=("people", "age_3_5"), ages=ages)


def test_a_structure_needs_people() -> None:
    """Shares of ages are shares of people, who must be counted."""
    with pytest.raises(InputError, match="'people' in 'groups'"):
        DemandSource(path=Path("p.csv"), groups=("age_3_5",), structure=LayerSource(path=Path("s.csv")))
