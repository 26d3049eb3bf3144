from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely.geometry import Point, box

from planner.errors import InputError, LayerError
from planner.layers import DemandSource, FaultLog
from planner.layers.source import SpreadSource
from planner.population import RECORD, read_people

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000
GROUPS = ("people", "age_3_5")
TABLE = "区划代码,常住人口,3-5岁\nT1,101,11\nT2,50,3\n"


@pytest.fixture
def read(town: gpd.GeoDataFrame, log: FaultLog) -> Callable[..., pd.DataFrame]:
    """Return a function that reads layers of population."""

    def make(*sources: DemandSource) -> pd.DataFrame:
        return read_people(sources, town, crs=CRS, log=log)

    return make


@pytest.fixture
def buildings(geojson: Callable[..., Path]) -> Path:
    """Return three buildings in T1 (one without a floor) and one outside the town; none stands in T2."""
    rows = [(Point(E + 100, N + 100), {"id": "b1", "floor": 300.0}),
            (Point(E + 200, N + 100), {"id": "b2", "floor": 100.0}),
            (box(E + 300, N, E + 320, N + 20), {"id": "b3", "floor": None}),
            (Point(E - 500, N), {"id": "b4", "floor": 9.0})]  # fmt: skip
    return geojson("buildings.geojson", rows)


def test_units_without_coordinates_stand_at_one_point(
    read: Callable[..., pd.DataFrame], write: Callable[..., Path], log: FaultLog
) -> None:
    """Where nothing says where people live, each unit's stand at a point inside it, and the record says so."""
    demand = read(
        DemandSource(path=write("u.csv", TABLE + "V1,0,0\n".replace("V1", "X9")), groups=GROUPS, basis="resident")
    )
    assert demand[["unit_code", "people", "age_3_5"]].to_numpy().tolist() == [["T1", 101, 11], ["T2", 50, 3]]
    assert demand["x"].between([E, E + 1000], [E + 1000, E + 2000]).all()
    (entry,) = log.remembered(RECORD)
    assert (entry["basis"], entry["counted_at"], entry["units_at_one_point"]) == ("resident", "units", 2)
    told = log.to_frame()
    assert {"left_out_unit_unknown", "unit_points"} <= set(told["code"])
    assert "(people: 0)" in told.set_index("code").loc["left_out_unit_unknown", "message_en"]


def test_a_village_without_a_polygon_stands_in_its_township(
    read: Callable[..., pd.DataFrame], write: Callable[..., Path], log: FaultLog
) -> None:
    """People keep their own code and stand where the nearest polygon above is."""
    demand = read(DemandSource(path=write("u.csv", "unit_code,people\nV1,7\n")))
    assert demand.loc["V1", ["unit_code", "people"]].to_list() == ["V1", 7]
    assert E < demand.loc["V1", "x"] < E + 1000
    assert "1 of them in the polygon of a higher unit" in log.to_frame()["message_en"].item()


def test_people_are_spread_over_buildings_by_weight(
    read: Callable[..., pd.DataFrame], write: Callable[..., Path], buildings: Path, log: FaultLog
) -> None:
    """Three quarters of the floor have three quarters of the people, to the person; a unit without any keeps its."""
    spread = SpreadSource(path=buildings, weight="floor")
    demand = read(DemandSource(path=write("u.csv", TABLE), groups=GROUPS, spread=spread))
    assert demand[list(GROUPS)].to_dict("index") == {
        "T1:b1": {"people": 76, "age_3_5": 8},
        "T1:b2": {"people": 25, "age_3_5": 3},
        "T2": {"people": 50, "age_3_5": 3},
    }
    assert demand.loc["T1:b1", ["unit_code", "x", "y"]].to_list() == ["T1", E + 100, N + 100]
    told = log.to_frame().set_index("code")["row_id"].to_dict()
    assert told["nothing_to_spread_over"] == "T2"
    assert {"weight_missing", "spread_unused"} <= set(told)
    (entry,) = log.remembered(RECORD)
    assert entry["spread"] == {"layer": "buildings.geojson", "by": "floor"}
    assert entry["persons"] == {"people": 151, "age_3_5": 14}


def test_a_raster_or_polygons_may_weigh(
    read: Callable[..., pd.DataFrame], write: Callable[..., Path], geojson: Callable[..., Path], tmp_path: Path,
    log: FaultLog,
) -> None:  # fmt: skip
    """Without a named weight a raster weighs by its cells, polygons by their area, points alike."""
    people = write("u.csv", "unit_code,people\nT1,90\n")
    shape = {"count": 1, "height": 1, "width": 2, "dtype": "float32", "crs": CRS}
    place = rasterio.Affine(100, 0, E, 0, -100, N + 1000)
    with rasterio.open(tmp_path / "w.tif", "w", driver="GTiff", transform=place, **shape) as file:
        file.write(np.array([[[1.5, 0.75]]], dtype="float32"))
    squares = geojson("s.geojson", [(box(E, N, E + 10, N + 10), {}), (box(E + 50, N, E + 70, N + 10), {})])
    dots = geojson("d.geojson", [(Point(E + 10, N + 10), {}), (Point(E + 20, N + 10), {})])
    for path, shares, by in (
        (tmp_path / "w.tif", [60, 30], "band_1"),
        (squares, [30, 60], "area"),
        (dots, [45, 45], "equal"),
    ):
        demand = read(DemandSource(path=people, spread=SpreadSource(path=path)))
        assert demand["people"].to_list() == shares
        assert log.remembered(RECORD)[-1]["spread"]["by"] == by


def test_the_order_of_rows_does_not_show(
    town: gpd.GeoDataFrame, write: Callable[..., Path], geojson: Callable[..., Path]
) -> None:
    """Buildings in another order give the same people at the same buildings."""
    chance = np.random.default_rng(5)
    rows = [(Point(E + chance.uniform(1, 1999), N + chance.uniform(1, 999)), {"id": f"b{n}", "w": chance.gamma(1.0)})
            for n in range(60)]  # fmt: skip
    people = write("u.csv", TABLE)
    found = []
    for order in (rows, [rows[n] for n in chance.permutation(60)]):
        spread = SpreadSource(path=geojson("b.geojson", order), weight="w")
        found.append(
            read_people([DemandSource(path=people, groups=GROUPS, spread=spread)], town, crs=CRS, log=FaultLog())
        )
    pd.testing.assert_frame_equal(*found)
    assert found[0].groupby("unit_code")[list(GROUPS)].sum().to_numpy().tolist() == [[101, 11], [50, 3]]
    assert (found[0]["age_3_5"] <= found[0]["people"]).all()


def test_layers_are_joined(read: Callable[..., pd.DataFrame], write: Callable[..., Path]) -> None:
    """Points and units of several layers stand in one table; a group that one lacks is 0 there; ids are unique."""
    points = DemandSource(
        path=write("p.csv", f"demand_id,x,y,pupils\na,{E + 5},{N + 5},4\n"), crs=CRS, groups=("pupils",)
    )
    units = DemandSource(path=write("u.csv", "unit_code,people\nT2,9\n"))
    demand = read(points, units)
    assert demand[["people", "pupils"]].to_dict("index") == {
        "T2": {"people": 9, "pupils": 0},
        "a": {"people": 0, "pupils": 4},
    }
    again = DemandSource(path=write("q.csv", f"demand_id,x,y,people\nT2,{E + 5},{N + 5},4\n"), crs=CRS)
    with pytest.raises(LayerError, match="each id in column 'demand_id'"):
        read(again, units)


def test_two_tables_of_the_same_units_are_one(
    read: Callable[..., pd.DataFrame], write: Callable[..., Path], buildings: Path
) -> None:
    """Residents and pupils of the same villages stand at the same points; one group counted twice is refused."""
    spread = SpreadSource(path=buildings, weight="floor")
    people = DemandSource(path=write("u.csv", "unit_code,people\nT1,8\nT2,5\n"), spread=spread)
    pupils = DemandSource(path=write("v.csv", "unit_code,pupils\nT1,4\n"), groups=("pupils",), spread=spread)
    demand = read(people, pupils)
    assert demand[["people", "pupils"]].to_dict("index") == {
        "T1:b1": {"people": 6, "pupils": 3},
        "T1:b2": {"people": 2, "pupils": 1},
        "T2": {"people": 5, "pupils": 0},
    }
    with pytest.raises(LayerError, match="'people' of each unit in one layer of population, found T1"):
        read(people, DemandSource(path=write("w.csv", "unit_code,people\nT1,4\n")))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("unit_code,people\nK1,9\nT1,5\n", "no unit of u.csv to lie in another one of it, found T1 in K1"),
        ("unit_code,people\nX1,9\n", "units of the study in u.csv"),
        ("unit_code,people\nT1,9\nT1,5\n", "each id in column 'unit_code'"),
        ("name,people\nT1,9\n", "a column 'x' in u.csv"),
    ],
)
def test_tables_of_units_that_cannot_be(
    text: str, sentence: str, read: Callable[..., pd.DataFrame], write: Callable[..., Path]
) -> None:
    """Subtotals beside their parts, unknown codes alone, a unit twice, neither codes nor coordinates: refused."""
    with pytest.raises(LayerError, match=sentence):
        read(DemandSource(path=write("u.csv", text)))


@pytest.mark.parametrize(
    ("rows", "weight", "sentence"),
    [
        ([{"id": "a", "w": -1.0}], "w", "0 or more in column 'w'"),
        ([{"id": "a", "w": 1.0}], "floor", "a column 'floor'"),
        ([{"id": "a", "w": 1.0}, {"id": "a", "w": 2.0}], "w", "each id in column 'id'"),
    ],
)
def test_weights_that_cannot_be(
    rows: list[dict[str, Any]], weight: str, sentence: str, read: Callable[..., pd.DataFrame],
    write: Callable[..., Path], geojson: Callable[..., Path],
) -> None:  # fmt: skip
    """Negative weights, columns that are not there, and ids that repeat are refused."""
    path = geojson("b.geojson", [(Point(E + 100, N + 100), row) for row in rows])
    with pytest.raises(LayerError, match=sentence):
        read(DemandSource(path=write("u.csv", TABLE), groups=GROUPS, spread=SpreadSource(path=path, weight=weight)))


def test_a_weight_is_given_or_learned() -> None:
    """A weight beside covariates is a contradiction."""
    with pytest.raises(InputError, match="'weight' or 'covariates'"):
        SpreadSource(path=Path("b.gpkg"), weight="w", covariates=("a",))
