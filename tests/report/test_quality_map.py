"""quality.html: what a person should look at, as data only, in a page that fetches nothing."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from planner.layers.quality import COLUMNS
from planner.report.catalogue import catalogue
from planner.report.quality_map import quality_map

CRS = "EPSG:4550"
HOSTILE = "</script><script>alert(1)</script>{{ 7*7 }}"


def _quality(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(COLUMNS)).astype({"x": "float64", "y": "float64"})


ROWS = _quality(
    ("facilities", "k1", "coordinate_shared", "两行共用", "two share", "核对", "k2", 382_000.0, 4_320_000.0),
    ("a.csv", HOSTILE, "left_out_no_position", HOSTILE, HOSTILE, HOSTILE, "", float("nan"), float("nan")),
)
ACCOUNTS = pd.DataFrame([("a.csv", 3, 3, 1, 2)], columns=["layer", "rows", "chosen", "left_out", "kept"])
UNITS = gpd.GeoDataFrame(
    {"level": ["township", "county", "county"]},
    geometry=[box(381_000, 4_319_000, 383_000, 4_321_000), box(380_000, 4_318_000, 390_000, 4_325_000), None],
    crs=CRS,
)


def _page(rows: pd.DataFrame = ROWS, units: gpd.GeoDataFrame | None = UNITS) -> str:
    page = quality_map(rows, ACCOUNTS, units, crs=CRS, title="标题", notice=HOSTILE)
    text: str = page.get_root().render()
    return text


def _data(page: str) -> dict[str, object]:
    block = re.search(r'id="planner-data">(.*?)</script>', page, flags=re.DOTALL)
    assert block is not None
    found: dict[str, object] = json.loads(block[1])
    return found


def test_every_fault_stands_in_the_page_at_its_place() -> None:
    """Faults with a place carry their degrees, the others none; texts are those of the table, in both languages."""
    data = _data(_page())
    first, second = data["faults"]  # type: ignore[misc]
    expected = gpd.GeoSeries([Point(382_000, 4_320_000)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    assert first["at"] == pytest.approx([expected.y, expected.x], abs=1e-5)
    assert (first["layer"], first["layer_zh"], first["message"]) == ("facilities", "设施", ["两行共用", "two share"])
    assert second["at"] is None
    assert data["accounts"] == [["a.csv", "3", "3", "1", "2"]]


def test_outlines_coarse_first_and_without_empty_ones() -> None:
    """Units without a polygon are passed over, and the coarsest level comes first, as the ground."""
    units = _data(_page())["units"]
    assert [unit["level"] for unit in units] == ["county", "township"]  # type: ignore[attr-defined]
    assert _data(_page(units=None))["units"] == []


def test_names_are_data_only() -> None:
    """A hostile text stands in the block of data and nowhere else, and nothing is fetched."""
    page = _page()
    assert "<script>alert" not in page
    assert "alert(1)" in json.dumps(_data(page))
    assert not re.search(
        r"\b(?:src|href)\s*=\s*[\"']", re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    )


def test_a_sound_study_has_a_page_too() -> None:
    """Without a fault the page says that there is nothing to look at."""
    data = _data(_page(_quality(), None))
    assert data["faults"] == []
    assert catalogue("zh")["quality"]["nothing"] in json.dumps(data, ensure_ascii=False)
