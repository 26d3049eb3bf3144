from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from shapely.geometry import LineString, MultiLineString, Point

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_lines

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000


def test_lines_and_their_parts(geojson: Callable[..., Path], log: FaultLog) -> None:
    """Parts become rows with the attributes of their line; points, gaps and dots have a line in the log."""
    line = LineString([(E, N), (E + 10, N)])
    rows = [
        (line, {"road_class": "primary"}),
        (MultiLineString([line, LineString([(E, N), (E, N + 5)])]), {"road_class": "trunk"}),
        (Point(E, N), {"road_class": "x"}),
        (LineString([(E, N), (E, N)]), {"road_class": "x"}),
        (None, {"road_class": "x"}),
    ]
    read = read_lines(LayerSource(path=geojson("r.geojson", rows)), crs=CRS, log=log)
    assert read["road_class"].to_list() == ["primary", "trunk", "trunk"]
    assert set(read.geom_type) == {"LineString"}
    assert log.to_frame()["row_id"].to_list() == ["row 3", "row 4", "row 5"]


def test_shared_vertices_stay_shared(geojson: Callable[..., Path], log: FaultLog) -> None:
    """Equal coordinates in degrees are equal in metres, so that roads still meet."""
    rows = [(LineString([(121.6, 38.9), (121.61, 38.91)]), {}), (LineString([(121.61, 38.91), (121.62, 38.9)]), {})]
    read = read_lines(LayerSource(path=geojson("r.geojson", rows, "EPSG:4490")), crs=CRS, log=log)
    assert read.geometry.iloc[0].coords[-1] == read.geometry.iloc[1].coords[0]


def test_other_layers_are_no_roads(geojson: Callable[..., Path], write: Callable[..., Path], log: FaultLog) -> None:
    """A layer of points and a table are one sentence each."""
    with pytest.raises(LayerError, match=r"expected lines in p.geojson, found Point"):
        read_lines(LayerSource(path=geojson("p.geojson", [(Point(E, N), {})])), crs=CRS, log=log)
    with pytest.raises(LayerError, match="a table without geometries"):
        read_lines(LayerSource(path=write("r.csv", "a\n1\n")), crs=CRS, log=log)
