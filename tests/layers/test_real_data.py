from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from planner.errors import LayerError
from planner.layers import (
    BoundarySource,
    DemandSource,
    ExclusionSource,
    FaultLog,
    LayerSource,
    read_boundaries,
    read_demand,
    read_exclusions,
    read_facilities,
)
from planner.layers.zones import zone_numbers

pytestmark = pytest.mark.real_data
UTM_MALTA, UTM_LIECHTENSTEIN = "EPSG:32633", "EPSG:32632"


def _councils(folder: Path, crs: str, log: FaultLog, **settings: object) -> gpd.GeoDataFrame:
    source = BoundarySource(
        path=next(folder.glob("*_admin.geojson")),
        level="township",
        kind="council",
        columns={"code": "osm_id"},
        where={"admin_level": 8},
        **settings,  # type: ignore[arg-type]
    )
    return read_boundaries([source], crs=crs, log=log)


def test_malta(real_data: Path, write: Callable[..., Path], log: FaultLog) -> None:
    """60 councils, of a list what the extract lacks; schools and all buildings, none lost, in some seconds."""
    folder = real_data / "osm-malta"
    started = time.perf_counter()
    expected = write("councils.csv", "name\nValletta\nHal Ghaxaq (not there)\n")
    councils = _councils(folder, UTM_MALTA, log, expected=expected)
    assert (len(councils), councils.geometry.isna().sum()) == (60, 0)
    assert log.to_frame()["code"].to_list()[-1] == "unit_absent"
    extract = folder / "malta.osm.pbf"
    schools = LayerSource(path=extract, osm={"amenity": "school"}, values={"service": "school"})
    log = FaultLog()
    assert len(read_facilities([schools], councils, crs=UTM_MALTA, log=log)) + log.left_out() == 127
    log = FaultLog()
    buildings = DemandSource(path=extract, osm={"building": True}, values={"people": 1})
    demand = read_demand([buildings], councils, crs=UTM_MALTA, log=log)
    assert len(demand) + log.left_out() == 57 + 9704 + 28
    assert demand["people"].sum() == len(demand)
    assert time.perf_counter() - started < 30


def test_malta_poi_swapped(real_data: Path, log: FaultLog) -> None:
    """Real points with longitude and latitude swapped are recognised, though both are possible."""
    folder = real_data / "osm-malta"
    councils = _councils(folder, UTM_MALTA, log)
    settings = {"columns": {"facility_id": "osm_id"}, "values": {"service": "s"}, "where": {"kind": "amenity=school"}}
    good = LayerSource(path=folder / "malta_poi.csv", crs="EPSG:4326", x="lon", y="lat", **settings)  # type: ignore[arg-type]
    assert len(read_facilities([good], councils, crs=UTM_MALTA, log=log)) > 100
    bad = LayerSource(path=folder / "malta_poi.csv", crs="EPSG:4326", x="lat", y="lon", **settings)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="swap x and y"):
        read_facilities([bad], councils, crs=UTM_MALTA, log=log)


def test_liechtenstein(real_data: Path, log: FaultLog) -> None:
    """Schools of the extract and of the list agree; protected areas are read as exclusions."""
    folder = real_data / "osm-liechtenstein"
    communes = _councils(folder, UTM_LIECHTENSTEIN, log)
    extract = LayerSource(
        path=folder / "liechtenstein.osm.pbf", osm={"amenity": "school"}, values={"service": "school"}
    )
    log = FaultLog()
    schools = read_facilities([extract], communes, crs=UTM_LIECHTENSTEIN, log=log)
    assert len(schools) + log.left_out() == 22
    protected = ExclusionSource(path=folder / "liechtenstein_protected.geojson", rule_id="protected")
    assert len(read_exclusions([protected], crs=UTM_LIECHTENSTEIN, log=log)) == 16


def _dalian_list(folder: Path, **settings: object) -> LayerSource:
    """Return the list of 1,495 points as delivered: Baidu's columns, districts by name, some of them leading zones."""
    return LayerSource(
        path=folder / "dalian-facilities-2022" / "dalian_covid_points_2022.csv",
        x="bd09_lng",
        y="bd09_lat",
        columns={"facility_id": "id"},
        values={"service": "sampling"},
        named_unit="area_reported",
        # Leading zones are no districts: the ones in whose ground they lie.
        units={"金普新区": ["金州区", "普兰店区"], "高新区": ["甘井子区", "旅顺口区"], "长兴岛": "瓦房店市"},
        **settings,  # type: ignore[arg-type]
    )


def _districts(folder: Path) -> gpd.GeoDataFrame:
    source = BoundarySource(
        path=folder / "dalian-districts" / "dalian_districts_amap_wgs84.geojson",
        level="county",
        kind="district",
        columns={"code": "district_adcode", "name": "district_name"},
    )
    return read_boundaries([source], crs="EPSG:4550", log=FaultLog())


def test_the_dalian_list_in_its_own_datum(real_data: Path, log: FaultLog) -> None:
    """Read as BD-09, at least 1,480 of 1,495 points lie in the district they name; each other one has a line."""
    districts = _districts(real_data)
    read = read_facilities([_dalian_list(real_data, datum="bd09")], districts, crs="EPSG:4550", log=log)
    told = log.to_frame()
    assert len(read) == 1_495
    assert set(told["code"]) == {"outside_named_unit"}
    assert len(told) <= 15
    assert told["row_id"].is_unique
    assert told["message_en"].str.match(r"The row names '\S+', but its position lies in \S+$").all()


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02"])
def test_the_dalian_list_in_a_wrong_datum_is_told(datum: str, real_data: Path, log: FaultLog) -> None:
    """Declared as anything else, the list is doubted with the counts, and no row vanishes without a line."""
    source = _dalian_list(real_data, datum=datum)
    read = read_facilities([source], _districts(real_data), crs="EPSG:4550", log=log)
    told = log.to_frame()
    doubt = told[told["code"] == "datum_doubtful"]
    assert doubt["remedy"].str.contains('datum = "bd09"').to_list() == [True]
    assert len(read) + log.left_out() == 1_495


def test_the_dalian_list_in_no_datum_stops(real_data: Path, log: FaultLog) -> None:
    """Undeclared, the run stops, and the message counts for each datum the points inside the unit they name."""
    found = r"1,483 as bd09, 1,426 as gcj02, 1,382 as wgs84 or cgcs2000: write datum"
    with pytest.raises(LayerError, match=found) as caught:
        read_facilities([_dalian_list(real_data)], _districts(real_data), crs="EPSG:4550", log=log)
    assert len(caught.value.faults) == 1


def test_lueshunkou_lies_in_zone_40(real_data: Path) -> None:
    """121.5 degrees east splits the city: all of 旅顺口 is zone 40, none of 庄河, and 甘井子 has both."""
    districts = _districts(real_data).to_crs("EPSG:4490").set_index("name").geometry
    zones = {name: set(zone_numbers(shapely.get_coordinates(one)[:, 0]).tolist()) for name, one in districts.items()}
    assert (zones["旅顺口区"], zones["庄河市"], zones["甘井子区"]) == ({40}, {41}, {40, 41})
