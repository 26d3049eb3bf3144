from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import LayerError
from planner.land import site_slopes
from planner.land.slope import MOST_POINTS, grid_in

CRS = "EPSG:4550"
X, Y, CELL = 500_000.0, 4_300_000.0, 10.0


def _dem(path: Path, rise: tuple[float, float], *, crs: str = CRS) -> Path:
    column, row = np.meshgrid(np.arange(60) + 0.5, np.arange(60) + 0.5)
    band = rise[0] * column * CELL - rise[1] * row * CELL + 1000
    profile = {"driver": "GTiff", "height": 60, "width": 60, "count": 1, "dtype": "float64", "crs": crs,
               "transform": Affine(CELL, 0.0, X, 0.0, -CELL, Y + 600)}  # fmt: skip
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(band, 1)
    return path


@settings(max_examples=20)
@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_plane_has_the_slope_of_its_gradient(
    tmp_path_factory: pytest.TempPathFactory, east: float, north: float
) -> None:
    """On a tilted plane mean and steepest are the angle of its gradient, of a parcel and of a point."""
    dem = _dem(tmp_path_factory.mktemp("dem") / "d.tif", (east, north))
    shapes = np.array([shapely.box(X + 100, Y + 100, X + 300, Y + 250), shapely.Point(X + 333, Y + 77)])
    found = site_slopes(dem, shapes, crs=CRS)
    degrees = np.degrees(np.arctan(np.hypot(east, north)))
    assert found.mean == pytest.approx([degrees] * 2, abs=0.01)
    assert found.steepest == pytest.approx([degrees] * 2, abs=0.01)


def test_what_the_model_does_not_cover_is_unknown(tmp_path: Path) -> None:
    """Outside there is no slope; on the border the share that is known is told."""
    shapes = np.array([shapely.box(X + 5000, Y, X + 5100, Y + 100), shapely.box(X + 500, Y + 100, X + 700, Y + 200)])
    found = site_slopes(_dem(tmp_path / "d.tif", (0.1, 0)), shapes, crs=CRS)
    assert np.isnan(found.mean).tolist() == [True, False]
    assert found.known_share[0] == 0
    assert 0.3 < found.known_share[1] < 0.6


def test_a_model_of_elsewhere_is_refused(tmp_path: Path) -> None:
    """None of the sites in it: one sentence that speaks of sites, not of roads."""
    far = np.array([shapely.Point(X - 90_000, Y)])
    with pytest.raises(LayerError, match=r"an elevation model of the sites in d.tif, found none of them in it"):
        site_slopes(_dem(tmp_path / "d.tif", (0, 0)), far, crs=CRS)
    assert len(site_slopes(tmp_path / "none.tif", np.array([]), crs=CRS).mean) == 0


def test_a_large_site_has_a_coarser_grid() -> None:
    """No site has more than so many points, and a sliver has at least one."""
    x, _ = grid_in(shapely.box(0, 0, 5000, 5000), 10.0)
    assert MOST_POINTS / 8 < len(x) <= MOST_POINTS
    x, y = grid_in(shapely.box(1, 1, 2, 9), 10.0)
    assert shapely.box(1, 1, 2, 9).contains(shapely.Point(x[0], y[0]))
