"""The town again: two townships of 1 km, and points that name theirs, shifted by 500 m or more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_facilities
from planner.layers.datum import DATUMS, Datum, from_wgs84
from planner.layers.evidence import named_units

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def _rows(datum: Datum, names: tuple[str, str] = ("西镇", "东镇")) -> list[str]:
    """Return 60 points on a grid, in degrees of a datum, each with the name of its township."""
    x, y = (one.ravel() for one in np.meshgrid(np.linspace(E + 30, E + 1970, 12), np.linspace(N + 30, N + 970, 5)))
    lon, lat = from_wgs84(*TO_DEGREES.transform(x, y), datum)
    named = np.where(x < E + 1000, *names)
    cells = zip(range(len(x)), named, lon, lat, strict=True)
    return [f"f{number},{name},{one:.9f},{other:.9f}" for number, name, one, other in cells]


def _source(write: Callable[..., Path], rows: list[str], **settings: Any) -> LayerSource:
    path = write("poi.csv", "编号,所在乡镇,lon,lat\n" + "\n".join(rows) + "\n")
    chosen: dict[str, Any] = {"x": "lon", "y": "lat", "columns": {"facility_id": "编号"}, "values": {"service": "s"}}
    return LayerSource(path=path, **{**chosen, **settings})


def without_mapping(log: FaultLog) -> pd.DataFrame:
    """Return what was told, but for the line that says which columns were recognised."""
    told = log.to_frame()
    return told[told["code"] != "columns_mapped"].reset_index(drop=True)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_an_undeclared_datum_stops_with_the_evidence(
    datum: Datum, town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog
) -> None:
    """Whichever datum the list is in, the message counts all 60 of its rows for that one first, and asks."""
    with pytest.raises(LayerError) as caught:
        read_facilities([_source(write, _rows(datum))], town, crs=CRS, log=log)
    (sentence,) = caught.value.faults
    label = "wgs84 or cgcs2000" if datum == "wgs84" else datum
    assert f"of 60 rows that name a unit in column 'unit_name', so many lie in it: 60 as {label}," in sentence
    assert 'write datum = "bd09"' in sentence


def test_without_names_there_is_no_evidence_and_no_guess(
    town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog
) -> None:
    """Rows that name no unit stop the run as well."""
    with pytest.raises(LayerError, match="found none, and no column whose rows name units"):
        read_facilities([_source(write, _rows("gcj02", ("甲", "乙")))], town, crs=CRS, log=log)


@pytest.mark.parametrize("declared", DATUMS)
@pytest.mark.parametrize("true", ["wgs84", "gcj02", "bd09"])
def test_a_wrong_datum_is_doubted_and_a_right_one_is_not(
    declared: Datum, true: Datum, town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog
) -> None:
    """The doubt names the datum that fits, for each wrong pair; for the right ones there is no line at all."""
    read = read_facilities([_source(write, _rows(true), datum=declared)], town, crs=CRS, log=log)
    told = without_mapping(log)
    if declared == true or {declared, true} == {"wgs84", "cgcs2000"}:
        assert (len(read), len(told)) == (60, 0)
        return
    doubt = told[told["code"] == "datum_doubtful"].iloc[0]
    assert f'datum = "{true}"' in doubt["remedy"]
    assert f"60 as {true}" in doubt["message_en"]


def test_the_order_of_rows_does_not_show(town: gpd.GeoDataFrame, write: Callable[..., Path]) -> None:
    """The same rows backwards tell the same."""
    told = []
    for rows in (_rows("gcj02"), _rows("gcj02")[::-1]):
        log = FaultLog()
        read_facilities([_source(write, rows, datum="wgs84")], town, crs=CRS, log=log)
        told.append(log.to_frame())
    assert told[0].equals(told[1])


def test_a_few_misplaced_rows_are_told_one_by_one(
    town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog
) -> None:
    """A row whose point lies in another unit than it names has a line with both; the datum is not doubted."""
    rows = _rows("gcj02")
    rows[0] = rows[0].replace("西镇", "东镇")
    read_facilities([_source(write, rows, datum="gcj02")], town, crs=CRS, log=log)
    told = without_mapping(log)
    assert told[["row_id", "code"]].to_numpy().tolist() == [["f0", "outside_named_unit"]]
    assert told["message_en"][0] == "The row names '东镇', but its position lies in 西镇"


def test_other_names_are_translated_by_the_study(town: gpd.GeoDataFrame, write: Callable[..., Path]) -> None:
    """A leading zone that stands for two townships, a village without a polygon, a column named by the study."""
    log = FaultLog()
    source = _source(
        write, _rows("bd09", ("新区", "T2")), datum="bd09", named_unit="所在乡镇", units={"新区": ["西镇", "T2"]}
    )
    read_facilities([source], town, crs=CRS, log=log)
    assert len(log) == 0
    frame = read_facilities([source], town, crs=CRS, log=log).reset_index()
    named = named_units(frame, source, town)
    assert named is not None
    assert (named.column, sorted(named.words)) == ("所在乡镇", ["T2", "新区"])
    villages = named_units(frame.assign(所在乡镇="村"), source, town)
    assert villages is not None
    assert villages.areas[0].area == pytest.approx(1e6)  # the township above it


def test_a_column_that_is_not_there_is_told(town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog) -> None:
    """A wrong name in named_unit is one sentence."""
    source = _source(write, _rows("wgs84"), datum="wgs84", named_unit="乡镇")
    with pytest.raises(LayerError, match=r"expected a column '乡镇' in poi.csv"):
        read_facilities([source], town, crs=CRS, log=log)


def test_metres_without_a_crs_are_told_plainly(town: gpd.GeoDataFrame, write: Callable[..., Path]) -> None:
    """Where the numbers are no degrees, no datum is tried and the crs is asked for."""
    with pytest.raises(LayerError, match=r"expected a coordinate reference system for poi.csv"):
        read_facilities([_source(write, ["f0,西镇,400100,4300100"])], town, crs=CRS, log=FaultLog())
