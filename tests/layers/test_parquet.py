from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely.geometry import Point, box

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source


@pytest.fixture
def layer() -> gpd.GeoDataFrame:
    """Return a point, a polygon and a row without a geometry."""
    return gpd.GeoDataFrame(
        {"名称": ["甲", "乙", None], "people": [1, 2, 3]},
        geometry=[Point(121.6, 38.9), box(121.6, 38.9, 121.7, 39), None],
        crs="EPSG:4490",
    )


def _read(path: Path) -> pd.DataFrame:
    return read_source(LayerSource(path=path), crs="EPSG:4550", log=FaultLog())


def _refused(path: Path) -> str:
    with pytest.raises(LayerError) as caught:
        _read(path)
    (sentence,) = caught.value.faults
    assert "\n" not in sentence
    return sentence


def test_geoparquet_reads_like_a_geopackage(layer: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Columns, geometries and reference system are those that were written, whoever reads them."""
    layer.to_parquet(tmp_path / "a.parquet", write_covering_bbox=True)
    layer.to_file(tmp_path / "a.gpkg")
    read, other = _read(tmp_path / "a.parquet"), _read(tmp_path / "a.gpkg")
    assert list(read.columns) == ["名称", "people", "geometry"]
    assert read["people"].to_list() == [1, 2, 3]
    assert isinstance(read, gpd.GeoDataFrame)
    assert read.geometry.iloc[:2].geom_equals_exact(other.geometry.iloc[:2], 1e-6).all()  # type: ignore[attr-defined]
    assert read.geometry.isna().to_list() == [False, False, True]


def test_a_plain_table_is_a_table(tmp_path: Path) -> None:
    """Parquet without geometries reads like a CSV."""
    pd.DataFrame({"code": ["0123"], "people": [2]}).to_parquet(tmp_path / "a.parquet")
    assert _read(tmp_path / "a.parquet").to_dict("list") == {"code": ["0123"], "people": [2]}


@pytest.mark.parametrize(("crs", "message"), [("absent", ""), (None, "expected a coordinate reference system")])
def test_what_the_metadata_says_of_the_crs_holds(
    crs: str | None, message: str, layer: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """Absent means longitude and latitude of WGS84, as the format says; null means that nobody knows."""
    layer.to_parquet(tmp_path / "whole.parquet")
    table = pq.read_table(tmp_path / "whole.parquet")
    meta = json.loads(table.schema.metadata[b"geo"])
    meta["columns"]["geometry"]["crs"] = None
    if crs == "absent":
        del meta["columns"]["geometry"]["crs"]
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(meta)}), tmp_path / "a.parquet")
    if message:
        assert message in _refused(tmp_path / "a.parquet")
    else:
        assert len(_read(tmp_path / "a.parquet")) == 3


def test_a_small_file_of_many_rows_is_refused_by_its_contents(tmp_path: Path) -> None:
    """Six million equal rows in some kilobytes are refused before they are unpacked."""
    pq.write_table(pa.table({"a": pa.array(np.zeros(6_000_000, dtype=np.int8))}), tmp_path / "bomb.parquet")
    assert (tmp_path / "bomb.parquet").stat().st_size < 100_000
    assert "6,000,000 rows" in _refused(tmp_path / "bomb.parquet")


def test_a_planted_pickle_is_not_run(tmp_path: Path) -> None:
    """An extension type whose metadata is a pickle (how pyarrow once ran code) is read as its plain storage."""
    marker = tmp_path / "was-here"
    payload = f"cposix\nsystem\n(S'touch {marker}'\ntR.".encode()
    metadata = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": payload}
    field = pa.field("a", pa.int64(), metadata=metadata)
    pq.write_table(pa.table([[1]], schema=pa.schema([field])), tmp_path / "a.parquet")
    assert _read(tmp_path / "a.parquet")["a"].to_list() == [1]
    assert not marker.exists()


def test_damage_is_one_sentence(layer: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A cut file, a broken footer, other metadata and another encoding of geometries are told."""
    layer.to_parquet(tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    for name, content, message in (
        ("cut", whole[:-20], "without its end"),
        ("footer", whole[:-508] + bytes(500) + whole[-8:], "expected Parquet in"),
        ("short", b"PAR1", "expected Parquet in"),
    ):
        (tmp_path / f"{name}.parquet").write_bytes(content)
        assert message in _refused(tmp_path / f"{name}.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    column = {"columns": {"geometry": {"encoding": "point"}}, "primary_column": "geometry"}
    for stated, message in (("[]", "metadata"), ("{", "metadata"), (json.dumps(column), "geometries as WKB")):
        pq.write_table(table.replace_schema_metadata({"geo": stated}), tmp_path / "b.parquet")
        assert message in _refused(tmp_path / "b.parquet")
