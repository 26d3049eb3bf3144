from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

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
