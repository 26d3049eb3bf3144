from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import box

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_sites

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000


def test_parcels_are_measured(town: gpd.GeoDataFrame, geojson: Callable[..., Path], log: FaultLog) -> None:
    """A parcel without a stated area has that of its polygon; a stated one stands."""
    parcel = box(E + 100, N + 100, E + 150, N + 140)
    rows = [
        (parcel, {"site_id": "a", "land_use": "0804"}),
        (parcel, {"site_id": "b", "land_use": "0804", "area_m2": 9}),
    ]
    read = read_sites([LayerSource(path=geojson("s.geojson", rows))], town, crs=CRS, log=log)
    assert read["area_m2"].to_dict() == pytest.approx({"a": 2000.0, "b": 9.0})
    assert parcel.contains(shapely.Point(read.loc["a", "x"], read.loc["a", "y"]))
    assert read.crs == CRS


def test_points_must_state_their_area(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """The area of a point is not known; the sites without one are named."""
    text = f"site_id,land_use,x,y,area_m2\na,0804,{E + 500},{N + 500},\nb,0804,{E + 500},{N + 500},50\n"
    with pytest.raises(LayerError, match="expected the area of every site in 'area_m2', found none for a:"):
        read_sites([table(text)], town, crs=CRS, log=log)


def test_leading_zeros_of_land_use_stay(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """A land-use code is text."""
    read = read_sites([table(f"site_id,land_use,x,y,area_m2\na,0804,{E + 500},{N + 500},50\n")], town, crs=CRS, log=log)
    assert read.loc["a", ["land_use", "area_m2", "unit_code"]].to_list() == ["0804", 50.0, "T1"]


def test_no_source_gives_an_empty_table(town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """A study may have no site; screening and options work on the empty table."""
    read = read_sites([], town, crs=CRS, log=log)
    assert len(read) == 0
    assert read.crs == CRS
    assert {"unit_code", "x", "y", "land_use", "area_m2"} <= set(read.columns)
