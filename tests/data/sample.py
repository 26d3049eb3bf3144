"""Reads the sample's files as they are, once a run."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

SAMPLE = Path(__file__).parents[2] / "data"
METRES = "EPSG:4550"
AGES = ["age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_15_59", "age_60_plus"]


@cache
def table(path: str) -> pd.DataFrame:
    """Return a CSV; codes and ids stay text, empty cells become NA."""
    text = dict.fromkeys(("code", "parent_code", "unit_code", "county_code", "land_use", "level", "catchment_id"), str)
    return pd.read_csv(SAMPLE / path, dtype=text)


@cache
def layer(path: str) -> gpd.GeoDataFrame:
    """Return a GeoJSON layer in degrees."""
    return gpd.read_file(SAMPLE / path)


@cache
def in_metres(path: str) -> gpd.GeoDataFrame:
    """Return a GeoJSON layer in metres of the study CRS."""
    return layer(path).to_crs(METRES)


@cache
def points(path: str) -> gpd.GeoSeries:
    """Return the points of a CSV in metres, in its order."""
    rows = table(path)
    return gpd.GeoSeries(gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4326").to_crs(METRES)


@cache
def traps() -> dict[str, list[str]]:
    """Return the ids of every trap."""
    return tomllib.loads((SAMPLE / "traps.toml").read_text(encoding="utf-8"))


def facility(facility_id: str) -> pd.Series:
    """Return one facility."""
    return table("facilities/facilities.csv").set_index("facility_id").loc[facility_id]


def site_point(site_id: str) -> gpd.GeoSeries:
    """Return the point of one site, metres, as a series of one."""
    return points("sites/sites.csv")[(table("sites/sites.csv")["site_id"] == site_id).to_numpy()]


def excluded_sites() -> set[str]:
    """Return the sites inside an exclusion area."""
    areas = [in_metres(f"exclusions/{name}.geojson").union_all() for name in ("basic_farmland", "ecological_red_line")]
    inside = np.any([points("sites/sites.csv").within(area) for area in areas], axis=0)
    return set(table("sites/sites.csv").loc[inside, "site_id"])


def outside_their_cell(path: str) -> npt.NDArray[np.bool_]:
    """Return which rows of a CSV do not lie in the township cell that their unit code names."""
    cells = layer("boundaries/townships.geojson").set_index("code").geometry
    rows = table(path)
    spots = gpd.GeoSeries(gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4326")
    named = gpd.GeoSeries(cells.loc[rows["unit_code"].str[:9]].to_numpy(), crs="EPSG:4326")
    return ~spots.within(named).to_numpy()
