from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from shapely.geometry import Point, box

from planner.errors import LayerError
from planner.layers import ExclusionSource, FaultLog, read_exclusions

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000


def test_rules_come_from_the_source(geojson: Callable[..., Path], log: FaultLog) -> None:
    """Every area carries its rule, file and document; a row without a polygon has a line."""
    rows = [(box(E, N, E + 10, N + 10), {"kind": 1}), (Point(E, N), {}), (None, {})]
    source = ExclusionSource(
        path=geojson("x.geojson", rows), rule_id="farmland", rule_name="永久基本农田", source="三区三线"
    )
    read = read_exclusions([source], crs=CRS, log=log)
    assert read.drop(columns="geometry").to_numpy().tolist() == [["farmland", "永久基本农田", "x.geojson", "三区三线"]]
    assert read.crs == CRS
    assert log.left_out() == 2


def test_no_source_gives_an_empty_table(log: FaultLog) -> None:
    """A study may exclude nothing."""
    read = read_exclusions([], crs=CRS, log=log)
    assert (len(read), list(read.columns)) == (0, ["rule_id", "rule_name", "layer", "source", "geometry"])


def test_a_table_excludes_nothing(write: Callable[..., Path], log: FaultLog) -> None:
    """A layer without geometries is refused."""
    source = ExclusionSource(path=write("x.csv", "a\n1\n"), rule_id="r")
    with pytest.raises(LayerError, match=r"expected geometries in x.csv"):
        read_exclusions([source], crs=CRS, log=log)
