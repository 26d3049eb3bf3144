"""plan.gpkg: the plan, the facilities, the findings by unit and the gap areas, for a GIS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from planner.report.material import Material, with_id
from planner.report.pairs import paired_findings, plan_rows
from planner.report.plain import plain
from planner.report.plan_sites import ATTRIBUTES, plan_sites

_STATUS_ORDER = {"gap": 2, "not_evaluable": 1, "met": 0}
_FAILURES = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)


def write_geopackage(material: Material, folder: Path) -> None:
    """Write plan.gpkg in the study CRS; the same tables give the same bytes.

    Layers: proposed_sites, facilities, gap_areas (points), findings_units (the units that have a polygon, with one
    status column per mandate and side; the worst where a mandate counts years).

    Raises
    ------
    OSError
        If it cannot be written.
    """
    layers = {
        "proposed_sites": _points(_with_land(material), material.crs),
        "facilities": _points(with_id(material.facilities, "facility_id").sort_values("facility_id"), material.crs),
        "findings_units": findings_units(material),
        "gap_areas": _points(_gap_areas(material), material.crs),
    }
    with _fixed_date(material.base_year):
        for name, layer in layers.items():
            _write(layer, folder / "plan.gpkg", name)


def findings_units(material: Material) -> gpd.GeoDataFrame:
    """Return the units that have a polygon and a finding, with one column ``<mandate>_before`` and ``…_after`` each."""
    findings = paired_findings(material)
    units = material.boundaries[material.boundaries.geometry.notna()]
    units = (
        units[units["code"].isin(findings["unit_code"])].drop_duplicates("code").sort_values("code", ignore_index=True)
    )
    table = units[["code", "name", "level", "kind", "parent_code", units.geometry.name]].copy()
    for mandate, part in findings.groupby("mandate_id", sort=True):
        for when in ("before", "after"):
            worst = part.groupby("unit_code")[f"status_{when}"].agg(_worst)
            table[f"{_column_name(str(mandate))}_{when}"] = table["code"].map(worst)
    return table


def _with_land(material: Material) -> pd.DataFrame:
    """Return the plan's options with what the land-use review asks of their sites, as text."""
    rows, land = plan_rows(material), plan_sites(material).set_index("option_id")
    names = [name for name in (*ATTRIBUTES, "remark", "remark_en") if name in land.columns and name not in rows.columns]
    texts = {name: {key: plain(value) for key, value in land[name].items() if not pd.isna(value)} for name in names}
    return rows.assign(**{name: [texts[name].get(key, "") for key in rows["option_id"]] for name in names})


def _gap_areas(material: Material) -> pd.DataFrame:
    sides = {"before": material.gap_areas_before, "after": material.gap_areas_after}
    parts = [frame.assign(side=side) for side, frame in sides.items() if len(frame)]
    return pd.concat(parts, ignore_index=True) if parts else material.gap_areas_before.assign(side="")


def _points(table: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    plain_table = pd.DataFrame(table.drop(columns=["geometry"], errors="ignore")).reset_index(drop=True)
    return gpd.GeoDataFrame(plain_table, geometry=gpd.points_from_xy(plain_table["x"], plain_table["y"]), crs=crs)


def write_points(points: gpd.GeoDataFrame, path: Path, name: str) -> None:
    """Write one layer of points; texts are made plain, and the file's date is not the clock's.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with _fixed_date(2000):
        _write(points, path, name)


def _write(layer: gpd.GeoDataFrame, path: Path, name: str) -> None:
    clean = layer.copy()
    for column in clean.columns.drop(clean.geometry.name):
        if not pd.api.types.is_numeric_dtype(clean[column]) and not pd.api.types.is_bool_dtype(clean[column]):
            clean[column] = [None if value is None or value is pd.NA else plain(value) for value in clean[column]]
    kind = "Point" if name != "findings_units" else "MultiPolygon"
    try:
        clean.to_file(
            path, layer=name, driver="GPKG", engine="pyogrio", geometry_type=kind, promote_to_multi=kind != "Point"
        )
    except _FAILURES as error:
        raise OSError(str(error)) from error


@contextmanager
def _fixed_date(year: int) -> Iterator[None]:
    """Have GDAL write one date instead of the clock's."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{year}-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _worst(statuses: pd.Series) -> str | None:
    known = [status for status in statuses if isinstance(status, str)]
    return max(known, key=lambda status: _STATUS_ORDER.get(status, 0), default=None)


def _column_name(mandate: str) -> str:
    return re.sub(r"\W+", "_", mandate)
