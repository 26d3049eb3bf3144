from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from shapely.geometry import box

from planner.errors import LayerError
from planner.land import built_in_rules
from planner.layers import ExclusionSource, FaultLog, read_exclusions
from planner.layers.layer_codes import meanings

CRS = "EPSG:4550"
AREA = box(400_000, 4_300_000, 400_010, 4_300_010)


def test_every_code_means_a_known_rule() -> None:
    """Codes speak of rules that there are."""
    assert {rule for rules in meanings().values() for rule in rules} <= {rule.rule_id for rule in built_in_rules()}


@pytest.mark.parametrize(
    ("name", "columns", "rule_id", "words"),
    [
        ("CZKFBJ.geojson", {}, "urban-growth-boundary", "to know what CZKFBJ means"),
        ("x.geojson", {"czkfbj": 1}, "village-construction-boundary", "column czkfbj"),
        ("x.geojson", {"图层": "czkfbj"}, "urban-growth-boundary", "a cell of column 图层"),
        ("2023_STBHHX_ln.geojson", {}, "basic-farmland", "which means ecological-red-line"),
        ("大连市永久基本农田.geojson", {}, "ecological-red-line", "which means basic-farmland"),
        ("yjjbntbhtb.geojson", {}, "farmland", "to be 'farmland' as declared"),
    ],
)
def test_a_code_that_contradicts_or_is_ambiguous_is_asked_about(
    geojson: Callable[..., Path], log: FaultLog, name: str, columns: dict[str, object], rule_id: str, words: str
) -> None:
    """In the name of the file, of a column, or in a cell: a code is never believed, and the study answers."""
    path = geojson(name, [(AREA, columns)])
    with pytest.raises(LayerError, match=words) as caught:
        read_exclusions([ExclusionSource(path=path, rule_id=rule_id)], crs=CRS, log=log)
    code = next(code for code in meanings() if code in str(caught.value))
    answered = ExclusionSource(path=path, rule_id=rule_id, code_means={code: rule_id})
    assert len(read_exclusions([answered], crs=CRS, log=log)) == 1


def test_a_code_that_agrees_needs_no_answer(geojson: Callable[..., Path], log: FaultLog) -> None:
    """A layer whose code means its rule alone is read; a word that only contains the letters is no code."""
    for name, rule in (("YJJBNTBHTB.geojson", "basic-farmland"), ("stbhhxy.geojson", "blue-line")):
        source = ExclusionSource(path=geojson(name, [(AREA, {})]), rule_id=rule)
        assert len(read_exclusions([source], crs=CRS, log=log)) == 1


def test_points_are_read_where_a_distance_is_kept(geojson: Callable[..., Path], log: FaultLog) -> None:
    """Fuel stations are points; only rules that measure from them read them."""
    path = geojson("fuel.geojson", [(AREA.centroid, {}), (AREA, {}), (None, {})])
    source = ExclusionSource(path=path, rule_id="hazardous-site")
    assert len(read_exclusions([source], crs=CRS, log=log, measured_from={"hazardous-site"})) == 2
    assert len(read_exclusions([source], crs=CRS, log=log)) == 1
