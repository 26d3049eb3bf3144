"""A tiny town for the readers.

Study crs EPSG:4550, origin O = (400000, 4300000); two townships of 1 km x 1 km in one county::

    +--------+--------+
    |  T1    |  T2    |     county K1, village V1 (no polygon) in T1
    +--------+--------+
    O
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box, mapping

from planner.layers import BoundarySource, FaultLog, LayerSource, read_boundaries

CRS = "EPSG:4550"
EAST, NORTH = 400_000.0, 4_300_000.0


@pytest.fixture
def log() -> FaultLog:
    """Return an empty log."""
    return FaultLog()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a text file and returns its path."""

    def make(name: str, text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return make


@pytest.fixture
def geojson(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes (geometry, properties) pairs as GeoJSON in EPSG:4550."""

    def make(name: str, features: Sequence[tuple[Any, Mapping[str, object]]], crs: object = CRS) -> Path:
        collection: dict[str, object] = {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": dict(row), "geometry": None if shape is None else mapping(shape)}
                for shape, row in features
            ],
        }
        if crs is not None:
            collection["crs"] = {"type": "name", "properties": {"name": crs}} if isinstance(crs, str) else crs
        path = tmp_path / name
        path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
        return path

    return make


@pytest.fixture
def town(geojson: Callable[..., Path], write: Callable[..., Path]) -> gpd.GeoDataFrame:
    """Return the boundaries of the town."""
    whole = box(EAST, NORTH, EAST + 2000, NORTH + 1000)
    west, east = box(EAST, NORTH, EAST + 1000, NORTH + 1000), box(EAST + 1000, NORTH, EAST + 2000, NORTH + 1000)
    counties = geojson("town_counties.geojson", [(whole, {"code": "K1", "name": "县"})])
    rows = [(west, {"code": "T1", "name": "西镇"}), (east, {"code": "T2", "name": "东镇"})]
    townships = geojson("town_townships.geojson", rows)
    villages = write("town_villages.csv", "code,name,parent_code\nV1,村,T1\n")
    sources = [
        BoundarySource(path=counties, level="county", kind="county"),
        BoundarySource(path=townships, level="township", kind="town"),
        BoundarySource(path=villages, level="village", kind="village"),
    ]
    return read_boundaries(sources, crs=CRS, log=FaultLog())


@pytest.fixture
def table(write: Callable[..., Path]) -> Callable[..., LayerSource]:
    """Return a function that writes a CSV in EPSG:4550 and returns its source."""

    def make(text: str, **settings: Any) -> LayerSource:
        return LayerSource(path=write("table.csv", text), **{"crs": CRS, **settings})

    return make


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real layers; skip where PLANNER_REAL_DATA does not name one."""
    folder = os.environ.get("PLANNER_REAL_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PLANNER_REAL_DATA names no folder")
    return Path(folder)
