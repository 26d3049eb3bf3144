from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from shapely.geometry import Point, box

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_permitted_land

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000


def test_land_is_read_with_its_use(geojson: Callable[..., Path], log: FaultLog) -> None:
    """Polygons with the code of their use, by our name or a Chinese one; what is no polygon has a line."""
    path = geojson("a.geojson", [(box(E, N, E + 9, N + 9), {"用地代码": "0704"}), (Point(E, N), {"用地代码": "0704"})])
    bare = geojson("b.geojson", [(box(E, N, E + 9, N + 9), {})])
    read = read_permitted_land([LayerSource(path=path), LayerSource(path=bare)], crs=CRS, log=log)
    assert read["land_use"].tolist() == ["0704", ""]
    assert (read.crs, log.left_out()) == (CRS, 1)
    assert read_permitted_land([], crs=CRS, log=log).empty


def test_all_faults_are_told(write: Callable[..., Path], log: FaultLog) -> None:
    """Two tables without geometries are two sentences."""
    paths = [write(f"{name}.csv", "land_use\n1\n") for name in "ab"]
    with pytest.raises(LayerError) as caught:
        read_permitted_land([LayerSource(path=path) for path in paths], crs=CRS, log=log)
    assert len(caught.value.faults) == 2
