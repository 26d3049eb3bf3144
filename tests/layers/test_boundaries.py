from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from planner.coverage import territory
from planner.errors import LayerError
from planner.layers import BoundarySource, FaultLog, read_boundaries

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000


def test_levels_stand_in_one_table(town: gpd.GeoDataFrame) -> None:
    """All levels, sorted by code, with polygons where there are any."""
    assert list(town["code"]) == ["K1", "T1", "T2", "V1"]
    assert list(town["level"]) == ["county", "township", "township", "village"]
    assert list(town["kind"]) == ["county", "town", "town", "village"]
    assert town.geometry.isna().to_list() == [False, False, False, True]
    assert town.crs == CRS


def test_parents_are_found_by_position(town: gpd.GeoDataFrame) -> None:
    """A township lies in the county that holds a point inside it; a given parent stands; the top has none."""
    assert list(town["parent_code"]) == ["", "K1", "K1", "T1"]


def test_the_territory_accepts_the_table(town: gpd.GeoDataFrame) -> None:
    """The room above finds chains of units in it."""
    assert territory(town).ancestors["V1"] == ("V1", "T1", "K1")


def test_a_level_without_polygons_is_passed_over(geojson: Callable[..., Path], write: Callable[..., Path]) -> None:
    """Where counties have no polygons, a township's parent is the city that has one."""
    city = geojson("city.geojson", [(box(E, N, E + 9, N + 9), {"code": "C", "name": "市"})])
    counties = write("counties.csv", "code,name,parent_code\nK,县,C\n")
    towns = geojson("towns.geojson", [(box(E + 1, N + 1, E + 2, N + 2), {"code": "T", "name": "镇"})])
    paths = {"city": city, "county": counties, "township": towns}
    sources = [BoundarySource(path=path, level=level) for level, path in paths.items()]  # type: ignore[arg-type]
    units = read_boundaries(sources, crs=CRS, log=FaultLog()).set_index("code")
    assert units["parent_code"].to_dict() == {"C": "", "K": "C", "T": "C"}


def test_expected_units_that_are_absent_are_told(
    geojson: Callable[..., Path], write: Callable[..., Path], log: FaultLog
) -> None:
    """Absent by code, absent by name with the nearest spelling, present by name in another case: two lines."""
    rows = [
        (box(E, N, E + 9, N + 9), {"code": "1", "name": "Żabbar"}),
        (box(E, N, E + 9, N + 9), {"code": "2", "name": "南沙街道"}),
    ]
    expected = write("list.csv", "code,name\n1,\n7,七\n,żabbar\n,南沙河口街道\n")
    source = BoundarySource(path=geojson("u.geojson", rows), level="township", expected=expected)
    read_boundaries([source], crs=CRS, log=log)
    told = log.to_frame().set_index("row_id")
    assert told["code"].to_dict() == {"7": "unit_absent", "南沙河口街道": "unit_absent"}
    assert "南沙街道" in told.loc["南沙河口街道", "remedy"]


def test_an_expected_list_needs_codes_or_names(
    geojson: Callable[..., Path], write: Callable[..., Path], log: FaultLog
) -> None:
    """A list with neither is one sentence."""
    path = geojson("u.geojson", [(box(E, N, E + 9, N + 9), {"code": "1", "name": "a"})])
    source = BoundarySource(path=path, level="township", expected=write("list.csv", "a\n1\n"))
    with pytest.raises(LayerError, match=r"a column 'code' or 'name' in list.csv, found a"):
        read_boundaries([source], crs=CRS, log=log)


def test_a_crossed_polygon_is_mended_and_told(geojson: Callable[..., Path], log: FaultLog) -> None:
    """A bow tie gets the area of both halves, with a line that names the unit."""
    tie = Polygon([(E, N), (E + 100, N + 100), (E + 100, N), (E, N + 100)])
    path = geojson("u.geojson", [(tie, {"code": "7", "name": "a"})])
    units = read_boundaries([BoundarySource(path=path, level="township")], crs=CRS, log=log)
    assert units.geometry.area.iloc[0] == pytest.approx(5000)
    assert log.to_frame()[["row_id", "code"]].to_numpy().tolist() == [["7", "geometry_mended"]]


def test_unknown_parents_are_told(write: Callable[..., Path], log: FaultLog) -> None:
    """A parent that is not in the list of units is named with the unit."""
    source = BoundarySource(path=write("u.csv", "code,name,parent_code\n1,a,9\n"), level="village")
    read_boundaries([source], crs=CRS, log=log)
    assert log.to_frame()[["row_id", "code"]].to_numpy().tolist() == [["1", "parent_unknown"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,name,parent_code\n1,a,2\n2,b,1\n", "found 1, 2 among their own parents"),
        ("code,name\n1,a\n1,b\n", "expected each id in column 'code'"),
        ("code\n1\n", "expected a column 'name' .名称. in u.csv"),
        ("code,nahme\n1,a\n", 'add columns = { name = "nahme" }'),
    ],
)
def test_bad_tables_are_refused(text: str, message: str, write: Callable[..., Path], log: FaultLog) -> None:
    """Rings of parents, repeated codes and missing columns."""
    with pytest.raises(LayerError, match=message):
        read_boundaries([BoundarySource(path=write("u.csv", text), level="village")], crs=CRS, log=log)


def test_codes_are_unique_over_all_levels(write: Callable[..., Path], log: FaultLog) -> None:
    """The same code at two levels is refused."""
    sources = [
        BoundarySource(path=write("a.csv", "code,name\n1,a\n"), level="county"),
        BoundarySource(path=write("b.csv", "code,name\n1,b\n"), level="village"),
    ]
    with pytest.raises(LayerError, match="each id in column 'code' of the boundaries once"):
        read_boundaries(sources, crs=CRS, log=log)


def test_no_source_is_told(log: FaultLog) -> None:
    """A study without boundaries cannot be measured."""
    with pytest.raises(LayerError, match="at least one layer of boundaries"):
        read_boundaries([], crs=CRS, log=log)
