"""The guide's example is a study that works, with files as the guide describes them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from planner.layers.datum import from_wgs84
from planner.pipeline import check

TOWNS = (("210281100", "甲镇", "镇", 121.6), ("210281101", "乙街道", "街道", 121.7))


def _units() -> str:
    def feature(code: str, name: str, kind: str, west: float) -> dict[str, object]:
        ring = [[west, 39.0], [west + 0.1, 39.0], [west + 0.1, 39.1], [west, 39.1], [west, 39.0]]
        return {
            "type": "Feature",
            "properties": {"XZQDM": code, "XZQMC": name, "类别": kind},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    features = [feature(*town) for town in TOWNS]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _list(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["某市幼儿园名单（虚构）"])
    sheet.append(["序号", "幼儿园名称", "所在乡镇", "办学性质", "是否中心园", "经度", "纬度"])
    for number, (_, name, _, west) in enumerate(TOWNS):
        lon, lat = from_wgs84(np.array([west + 0.05]), np.array([39.05]), "gcj02")
        sheet.append([number + 1, f"{name}中心园", name, "公办", "中心园", float(lon[0]), float(lat[0])])
    sheet.append(["合计", None, None, None, None, None, None])
    sheet.merge_cells("A1:G1")
    book.save(path)


@pytest.fixture
def study(checkout: Path, tmp_path: Path) -> Path:
    """Write the example of the guide, and the files it names."""
    guide = (checkout / "docs" / "bring-your-own-data.md").read_text("utf-8")
    block = re.search(r"<!-- study: example -->\n```toml\n(.*?)```", guide, flags=re.DOTALL)
    assert block is not None
    folder = tmp_path / "数据"
    folder.mkdir()
    (folder / "区划.geojson").write_text(_units(), "utf-8")
    _list(folder / "幼儿园.xlsx")
    people = "居住点编号,村代码,经度,纬度,常住人口\n1,210281100001,121.64,39.04,100\n2,210281101002,121.74,39.04,50\n"
    (folder / "人口.csv").write_text(people, "gb18030")
    path = tmp_path / "study.toml"
    path.write_text(block[1], "utf-8")
    return path


def test_the_example_of_the_guide_runs(study: Path) -> None:
    """The study of the guide has no fault, every row is read, and the Amap coordinates lie in their townships."""
    checked = check(study)
    assert checked.faults == ()
    facilities = checked.tried.tables["facilities"]
    assert facilities is not None
    assert facilities["unit_code"].tolist() == [town[0] for town in TOWNS]
    assert set(checked.tried.faults["code"]) >= {"title_lines", "left_out_total", "unit_nested"}


def test_without_the_datum_the_evidence_is_told(study: Path) -> None:
    """As the guide says: a list of points without a datum stops, and the sentence counts the rows that fit."""
    study.write_text(study.read_text("utf-8").replace('datum = "gcj02"\n', ""), "utf-8")
    (fault,) = check(study).faults
    assert "2 as gcj02" in fault
