from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from planner.errors import LayerError
from planner.layers.crs import check_range, parsed
from planner.layers.zones import easting_fault, statutory_zone, zone, zone_numbers

CODES = [4490, *range(4499, 4513), *range(4513, 4534), *range(4534, 4555)]
LON = st.floats(73.51, 136.49)


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_cgcs2000_is_read(code: int) -> None:
    """Degrees, 6-degree zones and 3-degree zones with and without prefix are accepted, east first."""
    crs = parsed(f"EPSG:{code}", layer="a.shp")
    assert "2000" in crs.geodetic_crs.name  # type: ignore[union-attr]


@given(LON)
def test_the_statutory_zone_is_the_nearest_meridian(lon: float) -> None:
    """The central meridian lies at most 1.5 degrees away, and both codes of the zone have that meridian."""
    found = statutory_zone(lon)
    assert abs(lon - found.central_meridian) <= 1.5
    for code, easting in ((found.epsg, 500_000), (found.epsg_prefixed, found.number * 1_000_000 + 500_000)):
        step = Transformer.from_crs("EPSG:4490", f"EPSG:{code}", always_xy=True)
        assert step.transform(found.central_meridian, 39.0)[0] == pytest.approx(easting, abs=1e-3)


def test_dalian_lies_in_two_zones() -> None:
    """West of 121.5 degrees (Lüshunkou) is zone 40, at and east of it zone 41."""
    assert statutory_zone(121.287).epsg == 4549
    assert [statutory_zone(lon).number for lon in (121.499999, 121.5, 122.9)] == [40, 41, 41]
    assert zone_numbers(np.array([118.5, 121.49, 121.5])).tolist() == [40, 40, 41]
    assert zone(41).epsg_prefixed == 4529


@pytest.mark.parametrize("lon", [73.0, 137.0, -0.1])
def test_places_abroad_have_no_zone(lon: float) -> None:
    """Outside China there is no statutory zone."""
    with pytest.raises(LayerError, match="3-degree zone from 25 to 45"):
        statutory_zone(lon)


@pytest.mark.parametrize(
    ("x", "y", "code", "message"),
    [
        (4_307_000.0, 378_000.0, 4550, "northing first.*swap x and y"),
        (4_307_000.0, 41_378_000.0, 4529, "northing first.*swap x and y"),
        (4_307_000.0, 41_378_000.0, 4550, "northing first.*swap x and y"),
        (41_378_000.0, 4_307_000.0, 4550, 'zone 41 in front: write crs = "EPSG:4529"'),
        (40_378_000.0, 4_307_000.0, 4550, 'zone 40: write crs = "EPSG:4528"'),
        (41_378_000.0, 4_307_000.0, 4528, 'zone 41: write crs = "EPSG:4529"'),
        (378_000.0, 4_307_000.0, 4529, 'without the zone in front: write crs = "EPSG:4550"'),
        (378_000.0, 4_307_000.0, 4499, 'without the zone in front: write crs = "EPSG:4510"'),
        (21_378_000.0, 4_307_000.0, 4510, 'zone 21 in front: write crs = "EPSG:4499"'),
        (21_378_000.0, 4_307_000.0, 4550, 'zone 21: write crs = "EPSG:4499"'),
        (121.6, 38.9, 4550, "look like degrees"),
    ],
)
def test_survey_coordinates_in_disguise_are_recognised(x: float, y: float, code: int, message: str) -> None:
    """Northing first, a zone in front that the code lacks, the reverse, another zone: one sentence with the remedy."""
    with pytest.raises(LayerError, match=message) as caught:
        check_range(np.array([x, np.nan]), np.array([y, np.nan]), CRS.from_epsg(code), layer="a.csv")
    assert len(caught.value.faults) == 1


@given(LON, st.floats(3.8, 53.6))
def test_true_coordinates_have_no_fault(lon: float, lat: float) -> None:
    """A place of China in its own zone, in any of the codes, is never taken for something else."""
    own = statutory_zone(lon)
    for code in (own.epsg, own.epsg_prefixed):
        crs = CRS.from_epsg(code)
        x, y = Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(lon, lat)
        assert easting_fault(np.array([x]), np.array([y]), crs) is None


def test_other_projections_are_left_alone() -> None:
    """UTM of WGS84 and Web Mercator have no zone in front to speak of."""
    for code in (32651, 3857, 27700):
        assert easting_fault(np.array([4_307_000.0]), np.array([378_000.0]), CRS.from_epsg(code)) is None
