from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planner.errors import LayerError
from planner.layers import DemandSource, FaultLog, LayerSource, look, read_demand, read_source

CRS = "EPSG:4550"
EAST, NORTH = 400_000.0, 4_300_000.0
GRID = rasterio.Affine(100, 0, EAST, 0, -100, NORTH + 1_000)  # cells of 100 m from the town's north-west corner


@pytest.fixture
def raster(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes persons per cell as a GeoTIFF and returns its path."""

    def make(persons: Any, **settings: Any) -> Path:
        values = np.asarray(persons, dtype="float32")
        bands = values[None] if values.ndim == 2 else values
        shape = {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2], "dtype": "float32"}
        made = {"crs": CRS, "transform": GRID, "nodata": -99_999.0, **shape, **settings}
        with rasterio.open(tmp_path / "people.tif", "w", driver="GTiff", **made) as file:
            file.write(bands)
        return tmp_path / "people.tif"

    return make


def _refused(path: Path, **settings: Any) -> str:
    with pytest.raises(LayerError) as caught:
        read_source(LayerSource(path=path, **settings), crs=CRS, log=FaultLog())
    (sentence,) = caught.value.faults
    assert "\n" not in sentence
    return sentence


def test_cells_with_people_become_demand_points(raster: Callable[..., Path], town: gpd.GeoDataFrame) -> None:
    """Cells stand at their centres under the name of row and column; empty and missing ones are no points."""
    log = FaultLog()
    path = raster([[1.5, 0.0, -99_999.0], [2.0, np.nan, 3.0]])
    source = DemandSource(path=path, columns={"people": "band_1"})
    demand = read_demand([source], town, crs=CRS, log=log)
    assert demand[["x", "y", "people"]].to_dict("index") == {
        "r0c0": {"x": EAST + 50, "y": NORTH + 950, "people": 1.5},
        "r1c0": {"x": EAST + 50, "y": NORTH + 850, "people": 2.0},
        "r1c2": {"x": EAST + 250, "y": NORTH + 850, "people": 3.0},
    }
    told = log.to_frame()
    assert told["code"].to_list() == ["raster_cells"]
    assert "3 of 6 cells" in told["message_en"][0]
    assert "band_1 = 6.5" in told["message_en"][0]


@given(persons=arrays("float32", (7, 9), elements=st.floats(0, 1e6, width=32)))
def test_no_person_is_lost(persons: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The persons of all points are those of all cells, as another reading of the raster counts them."""
    path = tmp_path_factory.mktemp("raster") / "a.tif"
    shape = {"count": 1, "height": 7, "width": 9, "dtype": "float32", "crs": CRS, "transform": GRID}
    with rasterio.open(path, "w", driver="GTiff", **shape) as file:
        file.write(persons[None])
    if not persons.any():
        return
    read = read_source(LayerSource(path=path), crs=CRS, log=FaultLog())
    assert read["band_1"].sum() == pytest.approx(persons.astype("float64").sum(), rel=1e-12)
    assert len(read) == np.count_nonzero(persons)


def test_bands_are_groups(raster: Callable[..., Path], town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """A raster of several bands gives several groups; a cell with people in one of them is a point."""
    path = raster([[[5, 0], [1, 0]], [[0, 2], [1, 0]]])
    source = DemandSource(path=path, columns={"people": "band_1", "age_3_5": "band_2"}, groups=("people", "age_3_5"))
    demand = read_demand([source], town, crs=CRS, log=log)
    assert demand[["people", "age_3_5"]].to_numpy().tolist() == [[5, 0], [0, 2], [1, 1]]


def test_degrees_are_projected(raster: Callable[..., Path], log: FaultLog) -> None:
    """A WorldPop raster in degrees is placed in the study's crs; one that carries no crs must have one declared."""
    degrees = rasterio.Affine(0.001, 0, 121.6, 0, -0.001, 38.9)
    read = read_source(LayerSource(path=raster([[1]], crs="EPSG:4326", transform=degrees)), crs=CRS, log=log)
    back = read.to_crs("EPSG:4326").geometry  # type: ignore[operator]
    assert (back.x.iloc[0], back.y.iloc[0]) == pytest.approx((121.6005, 38.8995), abs=1e-9)
    bare = raster([[1]], crs=None)
    assert "expected a coordinate reference system" in _refused(bare)
    assert len(read_source(LayerSource(path=bare, crs=CRS), crs=CRS, log=log)) == 1


def test_rasters_that_cannot_be_are_told(raster: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Undeclared nodata, nobody at all, no place on earth, Xian80, too many cells: one sentence each."""
    assert "found -99999 in row 0, column 1" in _refused(raster([[1, -99_999]], nodata=None))
    assert "no cell above 0" in _refused(raster([[0, 0]]))
    assert "Xian 1980" in _refused(raster([[1]], crs="EPSG:2384"))
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        nowhere = raster([[1]], transform=rasterio.Affine.identity())
    assert "a place on earth" in _refused(nowhere, crs=CRS)
    monkeypatch.setattr("planner.layers.raster.MAX_CELLS", 3)
    assert "clip the raster" in _refused(raster([[1, 1], [1, 1]]))


def test_only_the_raster_itself_is_read(raster: Callable[..., Path], tmp_path: Path) -> None:
    """Overviews, world files and metadata beside a raster, and a virtual raster in disguise, change nothing."""
    path = raster([[1, 2]])
    (tmp_path / "people.tfw").write_text("1\n0\n0\n-1\n0\n0\n")
    (tmp_path / "people.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:2384</SRS></PAMDataset>")
    read = read_source(LayerSource(path=path), crs=CRS, log=FaultLog())
    assert read.geometry.x.to_list() == [EAST + 50, EAST + 150]
    (tmp_path / "a.tif").write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    assert "to be TIFF" in _refused(tmp_path / "a.tif")
    (tmp_path / "b.tif").write_bytes(b"II*\0" + bytes(40))
    assert "expected a GeoTIFF in b.tif" in _refused(tmp_path / "b.tif")
    assert [seen.kind for seen in look(path)] == ["point"]
