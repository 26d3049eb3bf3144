"""The quality report: what a person should look at, and that no row is lost without a line."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.cli import WRONG_INPUT, main
from planner.layers import (
    BoundarySource,
    DemandSource,
    ExclusionSource,
    FaultLog,
    LayerSource,
    read_boundaries,
    read_demand,
    read_exclusions,
    read_facilities,
    read_leading_zones,
    read_sites,
)
from planner.pipeline import Check, check
from planner.pipeline.quality import quality
from planner.report.csvfiles import read_table
from tests.conftest import CHECKOUT
from tests.little import FILES, STUDY

ZONES = """zone_code,zone_name,unit_code,listed
JP,金普新区,210213,2023-06-30
GX,高新区,210211,2023-06-30
GX,高新区,210212,2023-06-30
CX,长兴岛,210281,2023-06-30
"""
LIST = """[layers.leading_zones]
path = "zones.csv"
[[layers.facilities]]
path = "list.csv"
crs = "EPSG:4326"
x = "wgs84_lng"
y = "wgs84_lat"
columns = { facility_id = "id", service = "kind_guess", county_name = "area_reported", unit_name = "township" }

"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a little study that runs."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path / "study.toml"


def _leave(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return int(left.value.code or 0)


def test_a_sound_study_has_nothing_to_look_at(study: Path) -> None:
    """No fault, no doubt, and every row of every layer is read."""
    found = check(study)
    assert found.quality.empty
    accounts = found.tried.accounts.set_index("layer")
    assert (accounts["rows"] == accounts["kept"]).all()
    assert accounts["rows"].to_dict() == {"units.csv": 1, "towns.geojson": 2, "facilities.csv": 1, "people.csv": 2,
                                          "sites.csv": 1}  # fmt: skip


def test_what_is_told_has_a_place_and_a_remedy(study: Path) -> None:
    """A row outside all units is left out, and stands in the report with the place it has."""
    rows = FILES["people.csv"] + "d3,121.9,39.05,1\nd4,121.64,39.04,7\n"
    (study.parent / "people.csv").write_text(rows, encoding="utf-8")
    found = check(study)
    table = found.quality.set_index("code")
    assert table["row_id"].to_dict() == {"left_out_no_unit": "d3", "coordinate_shared": "d1"}
    assert table["x"].notna().all()
    assert (table["remedy"] != "").all()
    text = found.summary("zh")
    assert "质量检查 1 处" in text
    assert "people.csv：文件 4 行，where 选出 4 行，列明未读 1 行，读入 3 行" in text


def test_the_report_is_written_whole_and_replaced(study: Path, tmp_path: Path) -> None:
    """``planner check -o`` writes two tables and the places; an earlier report is replaced, nothing else ever is."""
    (study.parent / "people.csv").write_text(FILES["people.csv"] + "d3,121.9,39.05,1\n", encoding="utf-8")
    out = tmp_path / "质量"
    assert _leave("check", str(study), "-o", str(out)) == 0
    assert _leave("check", str(study), "-o", str(out)) == 0
    assert read_table(out / "quality.csv")["row_id"].to_list() == ["d3"]
    assert read_table(out / "accounts.csv").set_index("layer").at["people.csv", "left_out"] == "1"
    places = gpd.read_file(out / "quality.gpkg")
    assert places.crs == "EPSG:4550"
    assert places["code"].to_list() == ["left_out_no_unit"]
    assert _leave("check", str(study), "-o", str(study.parent)) == WRONG_INPUT
    assert study.is_file()


def test_a_broken_study_still_has_a_report(study: Path, tmp_path: Path) -> None:
    """Faults that keep a study from running do not hide what can be said of the other layers."""
    text = (study.parent / "people.csv").read_text("utf-8").replace("39.04,100", "39.04,-100")
    (study.parent / "people.csv").write_text(text, encoding="utf-8")
    more = FILES["facilities.csv"] + "k2,kindergarten,121.65,39.05,public,central\n"
    (study.parent / "facilities.csv").write_text(more, encoding="utf-8")
    assert _leave("check", str(study), "-o", str(tmp_path / "q")) == WRONG_INPUT
    assert "coordinate_shared" in read_table(tmp_path / "q" / "quality.csv")["code"].to_list()


def test_layers_are_looked_at_before_the_study_is_whole(study: Path, tmp_path: Path) -> None:
    """A study file with faults has a report, too; without a reference system there is no map of it."""
    study.write_text(STUDY.replace('crs = "EPSG:4550"', 'krs = "EPSG:4550"'), encoding="utf-8")
    assert _leave("check", str(study), "-o", str(tmp_path / "q")) == WRONG_INPUT
    assert not (tmp_path / "q" / "quality.gpkg").exists()


CELLS = st.sampled_from(["121.65", "121.75", "121.9", ""])
ROWS = st.lists(st.tuples(CELLS, st.sampled_from(["T1", "T9", ""]), st.sampled_from("ab")), max_size=8)


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> gpd.GeoDataFrame:
    """Return the two towns of the little study."""
    path = tmp_path_factory.mktemp("towns") / "towns.geojson"
    path.write_text(FILES["towns.geojson"], encoding="utf-8")
    source = BoundarySource(path=path, level="township", kind="town")
    return read_boundaries([source], crs="EPSG:4550", log=FaultLog())


@settings(max_examples=12)
@given(more=ROWS)
def test_rows_in_are_rows_out_and_rows_listed(
    more: list[tuple[str, str, str]], towns: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """For every layer of points: what a file holds is chosen or not, read, or left out with a line of its own."""
    rows = [("121.65", "T1", "a"), *more]
    lines = [f"{number},{x},{'39.05' if x else ''},{unit},{kind},s,080404,9,5\n"
             for number, (x, unit, kind) in enumerate(rows)]  # fmt: skip
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    path.write_text("编号,经度,纬度,区划代码,类,service,land_use,area_m2,people\n" + "".join(lines), "utf-8")
    asked: dict[str, Any] = {"path": path, "crs": "EPSG:4326", "where": {"类": "a"}}
    for read, source in (
        (read_facilities, LayerSource(**asked)),
        (read_sites, LayerSource(**asked)),
        (read_demand, DemandSource(**asked)),
    ):
        log = FaultLog()
        table = read([source], towns, crs="EPSG:4550", log=log)  # type: ignore[operator]
        account = log.accounts().iloc[0]
        assert account["rows"] == len(rows)
        assert account["chosen"] == sum(kind == "a" for _, _, kind in rows)
        assert account["kept"] == len(table)
        assert account["left_out"] == log.to_frame()["code"].str.startswith("left_out_").sum()


def test_no_row_of_the_other_layers_is_lost(towns: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """Units, members of zones, exclusions: rows of the file are rows read and rows listed."""
    log = FaultLog()
    zones = tmp_path / "zones.csv"
    zones.write_text("zone_code,zone_name,unit_code\nZ,z,T1\nZ,z,T1\nZ,z,T9\n", encoding="utf-8")
    read = read_leading_zones(LayerSource(path=zones), crs="EPSG:4550", log=log, boundaries=towns)
    assert log.accounts()[["rows", "left_out", "kept"]].to_numpy().tolist() == [[3, 2, len(read)]]
    areas = tmp_path / "areas.geojson"
    point = '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[121.6,39]}}'
    areas.write_text(FILES["towns.geojson"].replace('"features":[', f'"features":[{point},'), encoding="utf-8")
    log = FaultLog()
    kept = read_exclusions([ExclusionSource(path=areas, rule_id="r")], crs="EPSG:4550", log=log)
    assert log.accounts()[["rows", "left_out", "kept"]].to_numpy().tolist() == [[3, 1, len(kept)]]
    log = FaultLog()
    units = tmp_path / "units.csv"
    units.write_text("code,name\n1,a\n2,b\n", encoding="utf-8")
    both = read_boundaries([BoundarySource(path=units, level="county")], crs="EPSG:4550", log=log)
    assert log.accounts()[["rows", "left_out", "kept"]].to_numpy().tolist() == [[2, 0, len(both)]]


@pytest.fixture(scope="module")
def dalian(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Return the check of the official list of 2022 against the units of Dalian."""
    real = os.environ.get("PLANNER_REAL_DATA", "")
    if not real or not Path(real).is_dir():
        pytest.skip("PLANNER_REAL_DATA names no folder")
    folder = tmp_path_factory.mktemp("dalian")
    for file in (CHECKOUT / "examples" / "dalian-health").iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    shutil.copytree(Path(real) / "dalian-districts", folder / "dalian-districts")
    shutil.copy(Path(real) / "dalian-facilities-2022" / "dalian_covid_points_2022.csv", folder / "list.csv")
    (folder / "zones.csv").write_text(ZONES, encoding="utf-8")
    text = (folder / "study.toml").read_text("utf-8")
    head, rest = text.split("[[layers.facilities]]")
    (folder / "study.toml").write_text(head + LIST + "# One rough point" + rest.split("# One rough point")[1], "utf-8")
    return check(folder / "study.toml")


@pytest.mark.real_data
def test_the_real_list_is_read_whole(dalian: Check) -> None:
    """All 1,495 rows are read: none is dropped for being doubtful."""
    assert dalian.ok
    account = dalian.tried.accounts.set_index("layer").loc["list.csv"]
    assert account.to_dict() == {"rows": 1495, "chosen": 1495, "left_out": 0, "kept": 1495}


@pytest.mark.real_data
def test_collapsed_geocodes_of_the_real_list(dalian: Check) -> None:
    """119 coordinates hold 304 rows, as plain counting says; those of one name are told as repeated rows."""
    facilities = dalian.tried.tables["facilities"]
    assert facilities is not None
    at = facilities.groupby([facilities["bd09_lng"], facilities["bd09_lat"]])
    assert (at.size() > 1).sum() == 119
    names = at["name"].nunique()
    told = dalian.quality[dalian.quality["code"] == "coordinate_shared"]
    assert len(told) == (names > 1).sum() == 108
    assert (told["others"].str.count(";") + 2).max() == 14
    repeated = dalian.quality[dalian.quality["code"] == "name_repeated"]
    once = at.filter(lambda rows: len(rows) > 1 and (rows["name"] == rows["name"].iloc[0]).all())
    assert set(once.index) <= set(";".join([*repeated["row_id"], *repeated["others"]]).split(";"))


@pytest.mark.real_data
def test_points_in_the_wrong_county_of_the_real_list(dalian: Check) -> None:
    """12 rows stand outside the county or zone they name: 11 by kilometres, one 2 m beside the border."""
    codes = dalian.quality["code"].value_counts()
    assert codes["outside_county"] + codes["beside_border"] == 12
    assert codes["beside_border"] == 1
    rows = dalian.quality[dalian.quality["code"] == "outside_county"]
    assert "坐标在所写的旅顺口区之外 108290 m，实际落在普兰店区" in rows["message"].to_list()


@pytest.mark.real_data
def test_spelling_variants_and_homonyms_of_the_real_list(dalian: Check) -> None:
    """The six variants are offered the one unit that is meant, and both pairs of homonyms are told."""
    told = dalian.quality[dalian.quality["code"] == "spelling"]["message"]
    meant = {"南沙街道": "南沙河口街道", "双岛街道": "双岛湾街道", "海清岛街道": "海青岛街道", "杨家乡": "杨家满族乡",
             "太平岭乡": "太平岭满族乡", "桂云花乡": "桂云花满族乡"}  # fmt: skip
    assert len(told) == len(meant)
    for name, unit in meant.items():
        assert sum(f"“{name}”" in one and f"是否为 {unit} 2" in one for one in told) == 1
    homonyms = dalian.quality[dalian.quality["code"] == "homonym"]["message"]
    assert [name for name in ("得胜街道", "新华街道") if homonyms.str.contains(name).any()] == ["得胜街道", "新华街道"]
    facilities = dalian.tried.tables["facilities"]
    assert facilities is not None
    assert "南沙街道" in facilities["unit_name"].to_list()  # offered, never applied


def test_the_report_does_not_depend_on_the_order_of_rows(study: Path) -> None:
    """The same rows in another order give the same report."""
    rows = [f"d{number},121.6{number % 3},39.0{number % 2 + 4},{number * 0}\n" for number in range(9)]
    reports: list[pd.DataFrame] = []
    for order in (rows, rows[::-1]):
        (study.parent / "people.csv").write_text("demand_id,lon,lat,people\n" + "".join(order), encoding="utf-8")
        reports.append(quality(check(study).tried))
    pd.testing.assert_frame_equal(*reports)
    assert len(reports[0]) > 9


def test_codes_of_an_older_list_are_reconciled_in_a_study(study: Path) -> None:
    """[layers.crosswalk] gives rows with old codes their unit, says so, and only as far as a person confirmed it."""
    text = STUDY.replace("[standards]", '[layers.crosswalk]\npath = "codes.csv"\n[standards]')
    study.write_text(text, encoding="utf-8")
    (study.parent / "codes.csv").write_text("旧代码,新代码,已确认\nOLD,T1,是\nOLDER,T2,否\n", encoding="utf-8")
    rows = "demand_id,unit_code,lon,lat,people\nd1,OLD,121.74,39.04,100\nd2,OLDER,121.64,39.06,50\n"
    (study.parent / "people.csv").write_text(rows, encoding="utf-8")
    found = check(study)
    assert found.ok
    people = found.tried.tables["population"]
    assert people is not None
    assert people["unit_code"].to_dict() == {"d1": "T1", "d2": "T1"}  # the second by its position
    codes = found.quality.set_index("code")["row_id"].to_dict()
    assert codes == {"crosswalk_unconfirmed": "OLDER", "outside_unit": "d1", "unit_unknown": "d2"}
    assert "区划代码 OLD 按对照表改为 T1（1 行）" in found.summary("zh")
