"""The declared sources, read as they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from shapely import Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

CITY_CODE = "210200"
CITY_NAME = "大连市"
CENTRAL_DISTRICTS = ("210202", "210203", "210204")
TOWNSHIP_KINDS = ("town", "township")
_INVENTED_POSITIONS = {  # three units without a position of their own in the source
    "210212003": (121.255, 38.815),
    "210212014": (121.272, 38.862),
    "210281001": (121.968, 39.652),
}
_COUNTY_KINDS = {"区": "district", "县": "county", "市": "county_city"}


@dataclass(frozen=True)
class Sources:
    """What is real: names, codes, coarse outlines, rough positions and county totals.

    Attributes
    ----------
    units, villages, population
        Tables; codes are strings. `units` has lon, lat (invented where the source has none);
        `villages` has kind (community or village).
    counties
        Outline by code, degrees.
    """

    units: pd.DataFrame
    villages: pd.DataFrame
    population: pd.Series
    counties: dict[str, BaseGeometry]
    county_names: dict[str, str]


def read_sources(folder: Path) -> Sources:
    """Return the declared sources of a folder."""
    outlines = json.loads((folder / "dalian_counties_coarse.geojson").read_text(encoding="utf-8"))["features"]
    population = pd.read_csv(folder / "dalian_county_population.csv", dtype={"code": str}).set_index("code")
    return Sources(
        units=_units(folder / "dalian_units.csv"),
        villages=_villages(folder / "dalian_villages.csv"),
        population=population["population_2020_approx"].astype("int64"),
        counties={str(row["properties"]["code"]): shape(row["geometry"]) for row in outlines},
        county_names={str(row["properties"]["code"]): row["properties"]["name"] for row in outlines},
    )


def county_kind(name: str) -> str:
    """Return the kind of a county-level unit from the last character of its name."""
    return _COUNTY_KINDS[name[-1]]


def committee_kind(code: str, name: str) -> str:
    """Return "community" or "village": from the name, else from the class digits of the code (2, 3, 5: village)."""
    if name.endswith("居委会"):
        return "community"
    if name.endswith(("村委会", "村民委员会")):
        return "village"
    return "village" if code[9] in "235" else "community"


def parts(outline: BaseGeometry) -> list[Polygon]:
    """Return the polygons of an outline, in the order of the source."""
    return [part for part in shapely.get_parts(outline) if isinstance(part, Polygon)]


def _units(path: Path) -> pd.DataFrame:
    units = pd.read_csv(path, dtype={"code": str, "county_code": str}).sort_values("code", ignore_index=True)
    rough = zip(units["code"], units["lon_approx"], units["lat_approx"], strict=True)
    positions = [_INVENTED_POSITIONS.get(code, (lon, lat)) for code, lon, lat in rough]
    units[["lon", "lat"]] = np.array(positions, dtype=np.float64)
    return units[["code", "name", "kind", "county_code", "county_name", "lon", "lat"]]


def _villages(path: Path) -> pd.DataFrame:
    villages = pd.read_csv(path, dtype=str).sort_values("code", ignore_index=True)
    villages["kind"] = [committee_kind(c, n) for c, n in zip(villages["code"], villages["name"], strict=True)]
    return villages[["code", "name", "kind", "unit_code", "county_code"]]
