"""Every format that holds text, in every encoding that offices deliver, written here and read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source
from planner.layers.text import codec, confidence

NAMES = ["得胜街道", "鲅鱼圈镇", "长海县獐子岛镇沙包社区", "中心幼儿园（分园）", "plain"]
HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=8)


def _frame(column: str = "名称", names: list[str] = NAMES) -> gpd.GeoDataFrame:
    shapes = [Point(121.6 + 0.01 * number, 38.9) for number in range(len(names))]
    return gpd.GeoDataFrame({column: names}, geometry=shapes, crs="EPSG:4490")


def _write(path: Path, kind: str, encoding: str) -> None:
    """Write the names in a format and an encoding; a Shapefile with its .cpg."""
    frame = _frame()
    if kind == "csv":
        pd.DataFrame({"名称": NAMES}).to_csv(path, index=False, encoding=encoding)
    elif kind == "shp":
        frame.to_file(path, encoding=encoding)
    elif kind == "xlsx":
        pd.DataFrame({"名称": NAMES}).to_excel(path, index=False)
    elif kind == "parquet":
        frame.to_parquet(path)
    elif kind == "geojson":
        text = frame.to_json()
        path.write_bytes(text.encode("ascii").decode("unicode_escape").encode(encoding))
    else:
        frame.to_file(path, driver={"gpkg": "GPKG", "gdb": "OpenFileGDB"}[kind])


PAIRS = [
    *(("csv", one) for one in ("utf-8", "utf-8-sig", "gbk", "gb18030")),
    *(("shp", one) for one in ("utf-8", "gbk", "gb18030")),
    *(("geojson", one) for one in ("utf-8", "utf-8-sig", "gb18030")),
    *((one, "utf-8") for one in ("gpkg", "gdb", "parquet", "xlsx")),
]


@pytest.mark.parametrize(("kind", "encoding"), PAIRS)
@pytest.mark.parametrize("declared", [False, True])
def test_every_pair_reads_the_same(kind: str, encoding: str, declared: bool, tmp_path: Path, log: FaultLog) -> None:
    """The column and its names come back exactly, whether the encoding is declared or found out."""
    path = tmp_path / f"layer.{kind}"
    _write(path, kind, encoding)
    source = LayerSource(path=path, encoding=encoding if declared else None)
    assert read_source(source, crs="EPSG:4550", log=log)["名称"].to_list() == NAMES
    guessed = kind in ("csv", "geojson") and encoding.startswith("gb") and not (declared and kind == "csv")
    assert log.to_frame()["code"].to_list() == (["encoding_assumed"] if guessed else [])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("cpg", [None, "UTF-8", "GBK", "936", "OEM", "65001"])
def test_a_cpg_is_believed_only_where_the_bytes_agree(
    encoding: str, cpg: str | None, tmp_path: Path, log: FaultLog
) -> None:
    """A .cpg that is absent, right, wrong or unknown never spoils a name; a wrong one is told."""
    path = tmp_path / "a.shp"
    _frame().to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    assert read_source(LayerSource(path=path), crs="EPSG:4550", log=log)["名称"].to_list() == NAMES
    stated = {"UTF-8": "utf-8", "65001": "utf-8", "GBK": "gb18030", "936": "gb18030"}.get(cpg or "")
    told = log.to_frame()["code"].to_list()
    if stated is None:
        assert told == (["encoding_assumed"] if encoding == "gb18030" else [])
    elif stated == "utf-8" and encoding == "gb18030":
        assert told == ["encoding_contradicted"]
    elif stated == encoding:
        assert told == []


def test_a_declared_encoding_wins_over_the_cpg(tmp_path: Path, log: FaultLog) -> None:
    """What the study says is used, whatever stands beside the Shapefile."""
    path = tmp_path / "a.shp"
    _frame().to_file(path, encoding="gb18030")
    path.with_suffix(".cpg").write_text("UTF-8")
    source = LayerSource(path=path, encoding="gb18030")
    assert read_source(source, crs="EPSG:4550", log=log)["名称"].to_list() == NAMES
    assert len(log) == 0


@settings(max_examples=40)
@given(names=st.lists(HANZI, min_size=1, max_size=5), encoding=st.sampled_from(["utf-8", "gb18030"]))
def test_any_chinese_shapefile_round_trips(
    names: list[str], encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Random names in a DBF with a .cpg come back as they were."""
    path = tmp_path_factory.mktemp("shp") / "a.shp"
    _frame("name", names).to_file(path, encoding=encoding)
    assert read_source(LayerSource(path=path), crs="EPSG:4550", log=FaultLog())["name"].to_list() == names


def test_the_confidence_is_stated_and_means_something(write: Callable[..., Path], log: FaultLog) -> None:
    """Chinese in GB18030 is above 95 %; Latin and Big5 bytes taken for it are far below."""
    chinese = "大连市瓦房店市得胜街道社区卫生服务中心，普兰店区大刘家街道（中心）卫生院。".encode("gb18030")
    assert confidence(chinese) > 0.95
    assert confidence("Müller, Straße, Zürich, Köln".encode("latin-1")) < 0.5
    assert confidence("臺北市大安區國民小學辦學資料與學區".encode("big5")) < 0.8
    path = write("a.csv", "名称\n得胜街道\n", "gb18030")
    read_source(LayerSource(path=path), crs="EPSG:4550", log=log)
    assert log.to_frame()["message_en"].to_list() == ["No encoding is declared; read as gb18030 (confidence 100%)"]


@pytest.mark.parametrize(
    ("name", "found"), [("936", "gb18030"), ("GBK", "gb18030"), ("UTF-8", "utf-8"), ("OEM", None), ("", None)]
)
def test_code_pages_have_names(name: str, found: str | None) -> None:
    """What .cpg files say is understood, and what nobody knows is nothing."""
    assert codec(name) == found


def test_a_wrong_declaration_is_refused(write: Callable[..., Path], log: FaultLog) -> None:
    """UTF-8 declared for GB18030 bytes stops the reading."""
    path = write("a.csv", "名称\n得胜街道\n", "gb18030")
    with pytest.raises(LayerError, match=r"expected text in utf-8 in a.csv"):
        read_source(LayerSource(path=path, encoding="utf-8"), crs="EPSG:4550", log=log)
