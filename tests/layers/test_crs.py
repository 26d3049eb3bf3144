from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source
from planner.layers.crs import check_range, parsed, study_crs, transformed

XIAN_WKT = (
    'PROJCS["x",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140,298.257]],'
    'PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["central_meridian",123],PARAMETER["false_easting",500000],PARAMETER["scale_factor",1],'
    'PARAMETER["latitude_of_origin",0],UNIT["Meter",1]]'
)


@pytest.mark.parametrize("code", ["EPSG:4550", "EPSG:4549", "EPSG:4528", "EPSG:32651"])
def test_projected_metres_are_accepted(code: str) -> None:
    """Gauss-Krüger zones with and without prefix, and UTM, can be the crs of a study."""
    assert study_crs(code).is_projected


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("EPSG:4490", "not projected"),
        ("EPSG:4326", "not projected"),
        ("EPSG:3857", "1284 m"),
        ("EPSG:2225", "foot"),
        ("EPSG:2384", "Xian 1980"),
        ("EPSG:99999", "EPSG:99999"),
        ("nonsense", "nonsense"),
    ],
)
def test_other_study_crs_are_refused(code: str, found: str) -> None:
    """Degrees, feet, Web Mercator, refused datums and unknown codes are one sentence each."""
    with pytest.raises(LayerError, match=found) as caught:
        study_crs(code)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    "text", ["EPSG:4610", "EPSG:4214", "EPSG:2333", "EPSG:2384", "EPSG:2435", "EPSG:21421", XIAN_WKT]
)
def test_old_datums_are_refused_with_the_reason(text: str) -> None:
    """Xian80 and Beijing54, geographic, projected or as WKT, are refused because PROJ moves nothing."""
    with pytest.raises(LayerError, match="silently misplace"):
        parsed(text, layer="x.shp")


def test_a_layer_in_an_old_datum_is_refused(write: Callable[..., Path], log: FaultLog) -> None:
    """The refusal reaches the reader of a table."""
    source = LayerSource(path=write("x.csv", "id,x,y\n1,121.6,38.9\n"), crs="EPSG:4610", x="x", y="y")
    with pytest.raises(LayerError, match="Xian 1980"):
        read_source(source, crs="EPSG:4550", log=log)


@pytest.mark.parametrize(
    ("x", "y", "code", "message"),
    [
        (38.9, 121.6, "EPSG:4490", "swap x and y"),
        (400_000.0, 4_300_000.0, "EPSG:4490", "write the projected crs"),
        (121.6, 38.9, "EPSG:4550", "look like degrees"),
    ],
)
def test_coordinates_that_cannot_be_are_told(x: float, y: float, code: str, message: str) -> None:
    """Swapped degrees, metres called degrees and degrees called metres are recognised."""
    with pytest.raises(LayerError, match=message):
        check_range(np.array([x, np.nan]), np.array([y, np.nan]), CRS(code), layer="x.csv")


@given(st.floats(121.6, 124.4), st.floats(38.6, 40.2), st.sampled_from(["EPSG:4490", "EPSG:4326", "EPSG:4549"]))
def test_the_crs_of_the_input_does_not_matter(lon: float, lat: float, code: str) -> None:
    """The same place given in degrees or in another zone lies within a millimetre in the study's crs."""
    target, via = CRS("EPSG:4550"), CRS(code)
    direct = transformed(np.array([lon]), np.array([lat]), source=CRS("EPSG:4490"), target=target)
    x, y = transformed(np.array([lon]), np.array([lat]), source=CRS("EPSG:4490"), target=via)
    again = transformed(x, y, source=via, target=target)
    np.testing.assert_allclose(np.concatenate(again), np.concatenate(direct), atol=1e-3, rtol=0)


CITY_GRID = (
    'PROJCS["Dalian_City_2000",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40000.0],PARAMETER["False_Northing",-4300000.0],'
    'PARAMETER["Central_Meridian",121.6],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)
NAMELESS_KRASSOVSKY = CITY_GRID.replace(
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]]',
    'GEOGCS["GCS_Local",DATUM["D_Local",SPHEROID["Krasovsky_1940",6378245.0,298.3]]',
)


def test_a_local_city_grid_is_read_as_text_and_as_prj(write: Callable[..., Path], log: FaultLog) -> None:
    """Well-known text of a city's own grid, or the .prj file that holds it, puts points where CGCS2000 does."""
    x, y = transformed(np.array([121.62]), np.array([38.92]), source=CRS("EPSG:4490"), target=CRS(CITY_GRID))
    table = write("x.csv", f"id,x,y\n1,{x[0]},{y[0]}\n")
    right = transformed(np.array([121.62]), np.array([38.92]), source=CRS("EPSG:4490"), target=CRS("EPSG:4550"))
    for stated in (CITY_GRID, str(write("city.prj", CITY_GRID))):
        read = read_source(LayerSource(path=table, crs=stated), crs="EPSG:4550", log=log, positions=True)
        np.testing.assert_allclose([read.geometry.x[2], read.geometry.y[2]], np.concatenate(right), atol=1e-3, rtol=0)


def test_a_grid_on_an_old_ellipsoid_is_refused_whatever_its_name() -> None:
    """A city grid on Krassovsky's ellipsoid is Beijing54 in disguise; with its own parameters it is accepted."""
    with pytest.raises(LayerError, match=r"unknown datum on Krass.*silently misplace"):
        parsed(NAMELESS_KRASSOVSKY, layer="x.shp")
    given, nothing = "+towgs84=15.8,-154.4,-82.3,0,0,0,0", "+towgs84=0,0,0"
    base = "+proj=tmerc +lon_0=123 +x_0=500000 +ellps=krass +units=m +no_defs +type=crs "
    assert parsed(base + given, layer="x.shp").is_bound
    with pytest.raises(LayerError, match="silently misplace"):
        parsed(base + nothing, layer="x.shp")


def test_a_plane_without_a_datum_is_refused() -> None:
    """A local coordinate system that says nothing of the earth cannot be placed."""
    with pytest.raises(LayerError, match="a plane of its own"):
        parsed('LOCAL_CS["city",UNIT["metre",1]]', layer="x.shp")


@pytest.mark.parametrize(
    "text",
    [
        "+init=/etc/passwd:x",
        "+proj=longlat +nadgrids=/etc/passwd +type=crs",
        "+proj=longlat +geoidgrids=http://localhost/x.gtx +type=crs",
        "http://localhost/crs",
        "/etc/passwd",
        "missing.prj",
        "WGS84",
    ],
)
def test_a_crs_opens_no_other_file(text: str) -> None:
    """Texts that would make PROJ open files, addresses, names and absent .prj files are one sentence each."""
    with pytest.raises(LayerError) as caught:
        parsed(text, layer="x.csv")
    assert len(caught.value.faults) == 1


def test_web_mercator_is_read_but_never_measured_in(write: Callable[..., Path], log: FaultLog) -> None:
    """A layer in EPSG:3857 is transformed to the study's crs; the study itself may not be in it."""
    x, y = transformed(np.array([121.62]), np.array([38.92]), source=CRS("EPSG:4326"), target=CRS("EPSG:3857"))
    source = LayerSource(path=write("x.csv", f"id,x,y\n1,{x[0]},{y[0]}\n"), crs="EPSG:3857")
    read = read_source(source, crs="EPSG:4550", log=log, positions=True)
    right = transformed(np.array([121.62]), np.array([38.92]), source=CRS("EPSG:4326"), target=CRS("EPSG:4550"))
    np.testing.assert_allclose([read.geometry.x[2], read.geometry.y[2]], np.concatenate(right), atol=1e-3, rtol=0)
    with pytest.raises(LayerError, match="1284 m"):
        study_crs("EPSG:3857")
