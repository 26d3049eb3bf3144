"""Catchments of a town of two townships; T1 has the villages V1 (no polygon) and, in some tests, others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_catchments
from planner.layers.catchments import LISTS, ids_in
from planner.population import with_catchments
from planner.verify.catchments import assigned

CRS = "EPSG:4550"
E, N = 400_000.0, 4_300_000.0
HEAD = "catchment_id,service,schools,kind,feeds,unit_codes,estates\n"
DEMAND = pd.DataFrame(
    {
        "unit_code": ["V1", "T1", "T2", "T2"],
        "x": [E + 100, E + 600, E + 1100, E + 1600],
        "y": [N + 500.0] * 4,
        "people": [100, 50, 30, 20],
        "name": ["", "", "花园", "新村"],
    },
    index=["d1", "d2", "d3", "d4"],
)
FACILITIES = pd.DataFrame(
    {"service": ["primary_school"] * 3 + ["middle_school"] * 2, "catchment_id": ["", "", "", "", "m9"]},
    index=["p1", "p2", "p3", "m1", "m2"],
)


@pytest.fixture
def fill(
    write: Callable[..., Path], town: gpd.GeoDataFrame, log: FaultLog
) -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Return a function that reads rows of catchments and fills people and schools."""

    def make(rows: str, demand: pd.DataFrame = DEMAND) -> tuple[pd.DataFrame, pd.DataFrame]:
        table = read_catchments([LayerSource(path=write("c.csv", HEAD + rows))], crs=CRS, log=log)
        return with_catchments(table, demand, FACILITIES, town, log=log)

    return make


def _codes(log: FaultLog) -> dict[str, str]:
    told = log.to_frame()
    return dict(zip(told["code"], told["message_en"], strict=True))


def test_units_and_estates_make_catchments(fill: Callable[..., Any], log: FaultLog) -> None:
    """A township holds its villages, estates win over units, several schools share; nothing is wrong, nothing told."""
    rows = "a,小学,p1;p2,多校划片,,T1,新村\nb,primary_school,p3,single,,T2,\nm,middle_school,m1;m2,multiple,,K1,\n"
    demand, facilities = fill(rows.replace("m1;m2", "m1、m2"))
    assert demand["catchment_primary_school"].to_list() == ["a", "a", "b", "a"]
    assert demand["catchment_middle_school"].to_list() == ["m"] * 4
    assert facilities["catchment_id"].to_list() == ["a", "a", "b", "m", "m"]
    assert set(_codes(log)) == {"values_mapped", "catchment_differs"}
    assert (
        _codes(log)["catchment_differs"]
        == "catchment_id of m2 is m9 in its file and m by the table of catchments, which is taken"
    )


def test_whatever_does_not_fit_is_told(fill: Callable[..., Any], log: FaultLog) -> None:
    """Unknown schools, units and estates, overlaps, catchments without schools, schools and villages without any."""
    rows = "a,primary_school,p1;p8,single,m8,V1;X1,没有\nb,primary_school,,,,V1,\nc,primary_school,p3;p2,single,,T2,\n"
    demand, facilities = fill(rows)
    assert demand["catchment_primary_school"].to_list() == ["", "", "c", "c"]
    assert facilities["catchment_id"].to_list() == ["a", "c", "c", "", "m9"]
    told = _codes(log)
    assert told["catchment_overlap"] == "V1 is in the catchments a、b of primary_school; counted in none (100 people)"
    assert told["catchment_none"] == "T1 is in no catchment of primary_school (50 people)"
    assert told["catchment_no_school"] == "Catchment b has no school"
    assert {"catchment_unknown_school", "catchment_unknown_unit", "catchment_unknown_estate", "catchment_unknown_feeds",
            "catchment_kind"} <= set(told)  # fmt: skip
    assert "school_no_catchment" not in told


def test_a_school_without_a_catchment_is_told(fill: Callable[..., Any], log: FaultLog) -> None:
    """Each school of a stage that has catchments is in one."""
    fill("a,primary_school,p1,,,T1;T2,\n")
    told = log.to_frame()
    assert told.loc[told["code"] == "school_no_catchment", "row_id"].to_list() == ["p2", "p3"]


def test_people_who_go_elsewhere_than_their_school_feeds_are_told(fill: Callable[..., Any], log: FaultLog) -> None:
    """A primary catchment feeds a middle school; people whose middle catchment is another one are counted."""
    fill("a,primary_school,p1,,m1,T1;T2,\nm,middle_school,m1,,,T1,\nn,middle_school,m2,,,T2,\n")
    expected = "Catchment a feeds m1, but 50 people in it are in catchment n of middle_school"
    assert _codes(log)["catchment_feeds_elsewhere"] == expected


def test_the_table_wins_over_columns_of_the_people(fill: Callable[..., Any], log: FaultLog) -> None:
    """A contradiction is told; what the table does not say stays as the file has it."""
    before = DEMAND.assign(catchment_primary_school=["z", "", "y", ""])
    demand, _ = fill("a,primary_school,p1,,,T1,\n", before)
    assert demand["catchment_primary_school"].to_list() == ["a", "a", "y", ""]
    assert _codes(log)["catchment_differs"].startswith("catchment_primary_school of d1 is z in its file and a")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("a,primary_school,p1,,,T1,\nb,primary_school,p1,,,T2,\n", "school p1 in one catchment of .*, found a and b"),
        ("a,primary_school,p1,,,,\n", "villages, communities or estates of catchment a"),
        ("a,primary_school,p1,single,,T1,\na,primary_school,p2,multiple,,T2,\n", "one kind of catchment a"),
        ("a,primary_school,p1,both,,T1,\n", "one of single, multiple"),
    ],
)  # fmt: skip
def test_ambiguous_tables_are_refused(rows: str, sentence: str, fill: Callable[..., Any]) -> None:
    """A school in two catchments of its stage, a catchment of nothing, of two kinds: nothing is guessed."""
    with pytest.raises(LayerError, match=sentence):
        fill(rows)


def test_a_name_of_two_estates_is_refused(fill: Callable[..., Any]) -> None:
    """Estates of one name in two units are asked about."""
    with pytest.raises(LayerError, match="estate '花园' of a catchment in one unit, found T1, T2"):
        fill("a,primary_school,p1,,,,花园\n", DEMAND.assign(name=["", "花园", "花园", ""]))


def test_polygons_that_cut_villages_are_told(
    town: gpd.GeoDataFrame, geojson: Callable[..., Path], log: FaultLog
) -> None:
    """Points belong to the polygon they stand in; a village that it cuts is told with the share of its area."""
    villages = gpd.GeoDataFrame(
        {"code": ["V2", "V3"], "name": ["", ""], "level": "village", "kind": "village", "parent_code": "T2"},
        geometry=[box(E + 1000, N, E + 1500, N + 1000), box(E + 1500, N, E + 2000, N + 1000)], crs=CRS,
    )  # fmt: skip
    shape = box(E, N, E + 1250, N + 1000)
    path = geojson("c.geojson", [(shape, {"catchment_id": "a", "service": "primary_school", "schools": "p1"})])
    table = read_catchments([LayerSource(path=path)], crs=CRS, log=log)
    units = gpd.GeoDataFrame(pd.concat([town, villages], ignore_index=True), crs=CRS)
    demand, _ = with_catchments(table, DEMAND, FACILITIES, units, log=log)
    assert demand["catchment_primary_school"].to_list() == ["a", "a", "a", ""]
    assert "cuts V2: 50.0% of its area lie inside" in _codes(log)["catchment_cuts_unit"]
    with_catchments(table, DEMAND, FACILITIES, town, log=log)
    assert "catchment_cut_unknown" in _codes(log)


def test_no_catchments_change_nothing(town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """Without a table people and schools stay as they are."""
    table = read_catchments([], crs=CRS, log=log)
    demand, facilities = with_catchments(table, DEMAND, FACILITIES, town, log=log)
    assert demand is DEMAND
    assert facilities is FACILITIES
    assert len(log) == 0
    assert ids_in(" a、b；c,a\n") == ("a", "b", "c")


PARENTS = {"V1": "T1", "V2": "T1", "V3": "T2", "T1": "K", "T2": "K", "K": ""}
SOME = st.lists(st.sampled_from(list(PARENTS)), max_size=3, unique=True)
ROW = st.tuples(SOME, st.lists(st.sampled_from(["d0", "d3", "甲"]), max_size=2, unique=True), st.integers(0, 20))


@given(
    rows=st.lists(ROW, min_size=1, max_size=4), places=st.lists(st.sampled_from(list(PARENTS)), min_size=4, max_size=4)
)
def test_two_programmes_agree(rows: list[Any], places: list[str]) -> None:
    """The verifier, point by point, gives the same people to the same catchments, conflicts included."""
    boundaries = pd.DataFrame({"code": list(PARENTS), "parent_code": list(PARENTS.values()), "level": "village"})
    demand = pd.DataFrame(
        {"unit_code": places, "x": [1.0, 5.0, 11.0, 18.0], "y": 1.0, "people": 1, "name": ["", "甲", "", ""]},
        index=["d0", "d1", "d2", "d3"],
    )
    table = pd.DataFrame(
        [("s", f"z{n}", "", "", (), (), tuple(units), tuple(estates), box(0, 0, wide, 9) if wide else None)
         for n, (units, estates, wide) in enumerate(rows)],
        columns=["service", "catchment_id", "catchment_name", "kind", *LISTS, "geometry"],
    )  # fmt: skip
    facilities = FACILITIES.rename_axis("facility_id")
    ours, schools = with_catchments(table, demand, facilities, boundaries, log=FaultLog())
    theirs, again = assigned(table, demand, facilities.reset_index(), PARENTS)
    assert ours["catchment_s"].to_list() == theirs["catchment_s"].to_list()
    assert schools["catchment_id"].to_list() == again["catchment_id"].to_list()
