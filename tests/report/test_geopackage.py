"""plan.gpkg."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest

from planner.report import Material
from planner.report.geopackage import write_geopackage
from tests.report.synthetic import HOSTILE


def test_layers_read_back(written: Path, material: Material) -> None:
    """Each layer reads back in the study CRS, with as many rows as its table."""
    path = written / "plan.gpkg"
    rows = {
        "proposed_sites": len(material.plan_options),
        "facilities": len(material.facilities),
        "findings_units": 36,
        "gap_areas": len(material.gap_areas_before) + len(material.gap_areas_after),
    }
    assert {name for name, _ in pyogrio.list_layers(path)} == set(rows)
    for name, count in rows.items():
        layer = gpd.read_file(path, layer=name)
        assert len(layer) == count
        assert layer.crs == material.crs


def test_statuses_by_unit(written: Path, material: Material) -> None:
    """A unit carries its status per mandate, before and after."""
    layer = gpd.read_file(written / "plan.gpkg", layer="findings_units").set_index("code")
    before = material.findings_before.query("mandate_id == 'kindergarten.township-central'").set_index("unit_code")[
        "status"
    ]
    assert layer["kindergarten_township_central_before"].to_dict() == before.reindex(layer.index).to_dict()


def test_names_and_places(written: Path, material: Material) -> None:
    """Names that attack are text, and points stand where the table says."""
    layer = gpd.read_file(written / "plan.gpkg", layer="facilities").set_index("facility_id")
    assert set(HOSTILE) <= set(layer["name"])
    assert layer.geometry.x.to_dict() == pytest.approx(material.facilities["x"].to_dict())


def test_empty_tables(material: Material, tmp_path: Path) -> None:
    """A study without gap areas, plan or findings still gives every layer."""
    empty = replace(
        material,
        gap_areas_before=material.gap_areas_before[:0],
        gap_areas_after=material.gap_areas_after[:0],
        plan_options=material.plan_options[:0],
        findings_before=material.findings_before[:0],
        findings_after=material.findings_after[:0],
    )
    write_geopackage(empty, tmp_path)
    assert len(pyogrio.list_layers(tmp_path / "plan.gpkg")) == 4


def test_clock_of_gdal_given_back(material: Material, tmp_path: Path) -> None:
    """The fixed date does not stay behind in the program."""
    write_geopackage(material, tmp_path)
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
