"""Coordinates whose datum nobody stated are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.layers import FaultLog
from planner.layers.read import read_source
from planner.layers.source import LayerSource


def _geojson(properties: dict[str, Any], **more: object) -> str:
    point = {"type": "Point", "coordinates": [121.6, 38.9]}
    feature = {"type": "Feature", "properties": properties, "geometry": point}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more})


def _told(log: FaultLog) -> list[str]:
    return log.to_frame()["code"].tolist()


def test_a_geojson_without_a_reference_system_is_told(write: Callable[..., Path], log: FaultLog) -> None:
    """It is read as WGS84, which RFC 7946 says and Chinese exports often are not."""
    read_source(LayerSource(path=write("a.geojson", _geojson({"a": 1}))), crs="EPSG:4550", log=log)
    assert _told(log) == ["datum_assumed"]


@pytest.mark.parametrize("stated", [{"crs": "EPSG:4490"}, {"datum": "gcj02"}, {"datum": "wgs84"}])
def test_what_is_declared_is_not_told(stated: dict[str, Any], write: Callable[..., Path], log: FaultLog) -> None:
    """A declared system or datum leaves nothing to tell."""
    read_source(LayerSource(path=write("a.geojson", _geojson({"a": 1})), **stated), crs="EPSG:4550", log=log)
    assert _told(log) == []


def test_a_file_that_names_its_system_is_not_told(write: Callable[..., Path], log: FaultLog) -> None:
    """A crs member is a statement."""
    crs = {"type": "name", "properties": {"name": "EPSG:4490"}}
    read_source(LayerSource(path=write("a.geojson", _geojson({"a": 1}, crs=crs))), crs="EPSG:4550", log=log)
    assert _told(log) == []


def test_outlines_of_a_map_service_are_doubted(write: Callable[..., Path], log: FaultLog) -> None:
    """The properties that DataV writes beside its GCJ-02 outlines are recognised; a stated datum settles it."""
    path = write("a.geojson", _geojson({"adcode": 210202, "subFeatureIndex": 0, "acroutes": [100000]}))
    read_source(LayerSource(path=path), crs="EPSG:4550", log=log)
    assert "datum_doubtful" in _told(log)
    settled = FaultLog()
    read_source(LayerSource(path=path, datum="gcj02"), crs="EPSG:4550", log=settled)
    assert "datum_doubtful" not in _told(settled)
