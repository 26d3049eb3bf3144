"""A first study file from layers nobody described: what shows is written, what does not is left to be stated."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box

from planner.errors import OutputError, StudyError
from planner.study import write_study

TOWNS = [box(122.6, 39.6, 122.7, 39.7), box(122.7, 39.6, 122.8, 39.7)]


def _written(folder: Path, name: str = "study.toml") -> tuple[str, dict]:
    target = folder / name
    write_study(target, folder=folder)
    text = target.read_text("utf-8")
    return text, tomllib.loads(text)


def test_blank_study_is_toml_and_names_what_is_required(tmp_path: Path) -> None:
    """Without a folder the file is TOML in which only the name and the language are set."""
    assert write_study(tmp_path / "我的 study.toml") == []
    text = (tmp_path / "我的 study.toml").read_text("utf-8")
    assert tomllib.loads(text) == {"study": {"name": "我的 study", "language": "zh"}, "mandates": {}, "standards": {}}
    assert all(f"# {key} = " in text for key in ("base_year", "years", "crs", "policy", "profile"))


def test_an_existing_file_is_never_replaced(tmp_path: Path) -> None:
    """A file that exists is refused and stays as it is."""
    (tmp_path / "study.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="exists"):
        write_study(tmp_path / "study.toml")
    assert (tmp_path / "study.toml").read_text("utf-8") == "mine"


def test_a_place_without_a_folder_is_an_output_error(tmp_path: Path) -> None:
    """A study file in a folder that does not exist is refused in one sentence."""
    with pytest.raises(OutputError, match="expected to write"):
        write_study(tmp_path / "nowhere" / "study.toml")


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    """A file, or nothing, in place of the folder of layers is a fault, and nothing is written."""
    with pytest.raises(StudyError, match="a folder of layers"):
        write_study(tmp_path / "study.toml", folder=tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


def test_polygons_with_chinese_columns_are_boundaries(tmp_path: Path) -> None:
    """Polygons with codes and names become boundaries, their level by the digits, their own reference system told."""
    columns = {"区划代码": ["210283101", "210283102"], "区划名称": ["甲镇", "乙镇"]}
    gpd.GeoDataFrame(columns, geometry=TOWNS, crs=4490).to_file(tmp_path / "乡镇.gpkg")
    text, study = _written(tmp_path)
    (layer,) = study["layers"]["boundaries"]
    assert layer == {
        "path": "乡镇.gpkg",
        "level": "township",
        "columns": {"code": "区划代码", "name": "区划名称"},
    }
    assert "EPSG:4490" in text
    assert '# kind = "town"' in text


def test_a_shapefile_without_reference_system_must_be_given_one(tmp_path: Path) -> None:
    """Where a file carries no reference system, none is written: a comment asks for it."""
    gpd.GeoDataFrame({"XZQDM": ["210283", "210284"], "XZQMC": ["甲", "乙"]}, geometry=TOWNS, crs=4490).to_file(
        tmp_path / "区县.shp", encoding="utf-8"
    )
    (tmp_path / "区县.prj").unlink()
    text, study = _written(tmp_path)
    (layer,) = study["layers"]["boundaries"]
    assert layer["level"] == "county"
    assert "crs" not in layer
    assert '# crs = "EPSG:4326"  # state it' in text


def test_a_gbk_table_of_facilities(tmp_path: Path) -> None:
    """A GBK table is read, its encoding written; a missing column and values that do not fit are comments."""
    text = "编号,机构名称,经度,纬度,班级数,标准化\nk1,第一幼儿园,122.65,39.65,6,合格\n"
    (tmp_path / "幼儿园.csv").write_bytes(text.encode("gbk"))
    written, study = _written(tmp_path)
    (layer,) = study["layers"]["facilities"]
    assert layer["encoding"] == "gb18030"
    assert (layer["x"], layer["y"]) == ("经度", "纬度")
    assert layer["columns"] == {"facility_id": "编号", "name": "机构名称", "classes": "班级数"}
    assert "\n# service: " in written
    assert "\n# standardised: " in written


def test_what_may_be_two_tables_is_written_as_alternatives(tmp_path: Path) -> None:
    """A table that may be facilities or people is written twice, each behind #, with the reason."""
    (tmp_path / "x.csv").write_text("编号,经度,纬度,常住人口,学位数\n1,122.6,39.6,3,4\n", encoding="utf-8")
    text, study = _written(tmp_path)
    assert "layers" not in study
    assert "# [[layers.facilities]]" in text
    assert "# [[layers.population]]" in text
    assert "也像" in text


def test_roads_need_a_class_that_is_known(tmp_path: Path) -> None:
    """Lines of known road classes are the roads; rivers with a class column are a comment."""
    lines = [LineString([(122.6, 39.6), (122.7, 39.7)])]
    gpd.GeoDataFrame({"fclass": ["river"]}, geometry=lines, crs=4326).to_file(tmp_path / "a.gpkg")
    text, study = _written(tmp_path)
    assert "roads" not in study
    assert "# [roads]" in text
    gpd.GeoDataFrame({"fclass": ["primary"]}, geometry=lines, crs=4326).to_file(tmp_path / "b.gpkg")
    gpd.GeoDataFrame({"fclass": ["primary"]}, geometry=lines, crs=4326).to_file(tmp_path / "c.gpkg")
    text, study = _written(tmp_path, "second.toml")
    assert study["roads"] == {"path": "b.gpkg", "kind": "lines", "class_column": "fclass"}
    assert text.count("# [roads]") == 2


def test_broken_and_strange_files_are_told(tmp_path: Path) -> None:
    """A damaged file, one that shows nothing and one of another format are comments."""
    (tmp_path / "broken.gpkg").write_bytes(b"no database")
    (tmp_path / "wish.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "plan.dwg").touch()
    text, study = _written(tmp_path)
    assert "layers" not in study
    assert all(f"# {line}" in text for line in ("broken.gpkg: ", "wish.csv: ", "  plan.dwg"))


def test_names_cannot_leave_their_comment(tmp_path: Path) -> None:
    """A column or a file whose name holds a line break and TOML adds nothing to the study."""
    evil = 'x\n[study]\nname = "evil"'
    gpd.GeoDataFrame({evil: [1]}, geometry=[Point(1, 1)], crs=4326).to_file(tmp_path / "p.gpkg", layer=evil)
    (tmp_path / "q\nseed = 7.csv").write_text('"a\nseed = 8"\n1\n', encoding="utf-8")
    _, study = _written(tmp_path)
    assert study["study"] == {"name": "study", "language": "zh"}
