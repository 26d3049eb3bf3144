from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import box

from planner.cli import WRONG_INPUT, main
from planner.errors import InputError, LayerError, OutputError
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
    read_people_by_year,
    read_permitted_land,
    read_residential_areas,
    read_sites,
)
from planner.layers.age_structure import read_structure
from planner.layers.by_year import KEYS
from planner.layers.catchments import read_catchments
from planner.layers.crosswalk import read_crosswalk
from planner.layers.example import key_column
from planner.layers.template import FORMATS, LAYERS, example_row, header, schema_of, write_template
from planner.layers.template_workbook import choices
from planner.layers.unit_people import read_unit_people
from tests.layers.conftest import CRS, EAST, NORTH

PAIRS = [(layer, kind) for layer in LAYERS for kind in FORMATS if (layer, kind) not in
         {(one, suffix) for one in ("exclusions", "permitted_land") for suffix in (".csv", ".xlsx")}]  # fmt: skip

OF_OWN = {
    "population_by_unit": "T1", "age_structure": "9岁", "population_by_year": "T1", "single_ages": "T1", "births": "T1",
}  # fmt: skip


def _fill(path: Path, layer: str) -> None:
    """Add a row below the example, as a user would: the same cells under a key of its own, in the town."""
    wanted = schema_of(layer)
    row = example_row(wanted) | {"unit_code": "T1", "parent_code": "", "new_code": "T1",
                                 "x": str(EAST + 500), "y": str(NORTH + 500),
                                 key_column(wanted): OF_OWN.get(layer, "9")}  # fmt: skip
    cells = [row[column.name] for column in wanted.columns if column.dtype != "geometry"]
    if path.suffix == ".csv":
        with path.open("a", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerow(cells)
    elif path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        book.worksheets[0].append(cells)
        book.save(path)
    else:
        _fill_geopackage(path, layer, row)


def _fill_geopackage(path: Path, layer: str, row: dict[str, str]) -> None:
    table = gpd.read_file(path, layer=layer)
    more = table.assign(**{name: row[name] for name in ("unit_code", "parent_code", "new_code") if name in table})
    more = more.assign(**{key_column(schema_of(layer)): OF_OWN.get(layer, "9")})
    if isinstance(table, gpd.GeoDataFrame):
        area = box(EAST + 450, NORTH + 450, EAST + 550, NORTH + 550)
        shape = area.centroid if table.geom_type.iloc[0] == "Point" else area
        more = more.set_geometry([shape], crs=table.crs)
    filled = pd.concat([table, more], ignore_index=True)
    path.unlink()
    if isinstance(filled, gpd.GeoDataFrame):
        filled.to_file(path, layer=layer, driver="GPKG")
    else:
        pyogrio.write_dataframe(filled, path, layer=layer, driver="GPKG")


def _read(path: Path, layer: str, town: gpd.GeoDataFrame, log: FaultLog) -> pd.DataFrame:  # noqa: PLR0911 - by layer
    crs = {} if path.suffix == ".gpkg" else {"crs": CRS}
    if layer == "boundaries":
        return read_boundaries([BoundarySource(path=path, level="township")], crs=CRS, log=log)
    if layer == "population":
        return read_demand([DemandSource(path=path, **crs)], town, crs=CRS, log=log)
    if layer in ("exclusions", "permitted_land"):
        return _read_land(path, layer, log)
    bare = {
        "leading_zones": partial(read_leading_zones, boundaries=town),
        "crosswalk": read_crosswalk,
        "age_structure": read_structure,
        "catchments": lambda source, **told: read_catchments([source], **told),
    }
    if layer in bare:
        return bare[layer](LayerSource(path=path), crs=CRS, log=log)
    if layer == "population_by_unit":
        return read_unit_people(DemandSource(path=path), town, crs=CRS, log=log)
    if layer in KEYS:
        return read_people_by_year(layer, [LayerSource(path=path)], town, crs=CRS, log=log)
    if layer == "residential_areas":
        return read_residential_areas([LayerSource(path=path, **crs)], town, crs=CRS, log=log)
    reader = read_facilities if layer == "facilities" else read_sites
    return reader([LayerSource(path=path, **crs)], town, crs=CRS, log=log)


def _read_land(path: Path, layer: str, log: FaultLog) -> pd.DataFrame:
    if layer == "exclusions":
        return read_exclusions([ExclusionSource(path=path, rule_id="basic-farmland")], crs=CRS, log=log)
    return read_permitted_land([LayerSource(path=path)], crs=CRS, log=log)


@pytest.mark.parametrize(("layer", "kind"), PAIRS)
def test_a_filled_template_reads_back(
    layer: str, kind: str, tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog
) -> None:
    """For every layer and format: the row that was filled in is read without a fault, the example is not."""
    path = write_template(layer, tmp_path / f"模板{kind}", crs=CRS)
    _fill(path, layer)
    table = _read(path, layer, town, log)
    assert len(table) == 1
    assert set(log.to_frame()["code"]) - {"columns_mapped"} == {"left_out_example"}


def test_a_template_nobody_filled_in_is_told(tmp_path: Path, town: gpd.GeoDataFrame, log: FaultLog) -> None:
    """The example alone is no layer."""
    path = write_template("facilities", tmp_path / "f.xlsx")
    with pytest.raises(LayerError, match="only the example of the template"):
        _read(path, "facilities", town, log)


def test_the_workbook_explains_itself(tmp_path: Path) -> None:
    """Headers bear the Chinese name and ours, with a remark; allowed values are drop-downs; a sheet explains all."""
    path = write_template("facilities", tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(path)
    page, about = book.worksheets
    columns = {column.name: column for column in schema_of("facilities").columns}
    heads = {cell.value: cell for cell in page[1]}
    assert list(heads) == [header(column) for column in columns.values()]
    assert "单位 / unit: persons" in heads["容量 capacity"].comment.text
    lists = {
        str(rule.sqref).split(":")[0]: rule.formula1
        for rule in page.data_validations.dataValidation
        if rule.type == "list"
    }
    status = heads["状态 status"].column_letter
    assert lists[f"{status}2"] == '"现状,在建,已批未建,规划"'
    assert len(lists) == sum(bool(choices(column)) for column in columns.values())
    assert [row[0].value for row in about.iter_rows(min_row=2, max_row=len(columns) + 1)] == list(heads)
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_same_template_is_the_same_file(tmp_path: Path) -> None:
    """A workbook of today and one of tomorrow have the same bytes."""
    one, other = (write_template("sites", tmp_path / f"{name}.xlsx").read_bytes() for name in "ab")
    assert one == other


@pytest.mark.parametrize(
    ("layer", "name", "message"),
    [
        ("facilitys", "a.csv", "write facilities"),
        ("sites", "a.shp", "expected a template as .xlsx, .csv, .gpkg, found a.shp"),
        ("exclusions", "a.csv", "expected a .gpkg for exclusions"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(layer: str, name: str, message: str, tmp_path: Path) -> None:
    """An unknown layer, a format without a template, polygons as a table."""
    with pytest.raises(InputError, match=message):
        write_template(layer, tmp_path / name)


def test_a_file_is_never_replaced(write: Callable[..., Path]) -> None:
    """A template does not write over what somebody filled in."""
    path = write("f.csv", "mine")
    with pytest.raises(OutputError, match="which exists"):
        write_template("facilities", path)
    assert path.read_text() == "mine"


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """``planner template`` writes a workbook, for polygons a GeoPackage, and says what to do next."""
    monkeypatch.chdir(tmp_path)
    for arguments, code in ((["population"], 0), (["exclusions"], 0), (["people"], WRONG_INPUT)):
        with pytest.raises(SystemExit) as left:
            main(["template", *arguments, "--language", "en"])
        assert (left.value.code or 0) == code
    assert {path.name for path in tmp_path.iterdir()} == {"population.xlsx", "exclusions.gpkg"}
    assert "its example row is never read" in capsys.readouterr().out
