"""Who is covered: demand points with their state per standard, coverage by unit, gap areas."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.report.material import Material, lead_group, weight_group, with_id
from planner.report.pairs import paired_coverage
from planner.report.payload.encode import Grid, Strings
from planner.report.payload.land import point_columns


def demand(material: Material, grid: Grid) -> dict[str, Any]:
    """Return positions and persons of the demand points, neighbours beside each other.

    ``covered`` holds one text per standard, one digit per point: 1 covered before, 2 covered after, 3 both, 0 neither.
    """
    order = _order(material.demand, material.crs)
    places = material.demand.iloc[order]
    group = weight_group(material)
    people = places[group].to_numpy(dtype=np.float64) if group else np.ones(len(places))
    return {
        **point_columns(places, grid),
        "people": [int(value) for value in np.rint(people)],
        "covered": [_digits(material, request["standard_id"], order) for request in material.coverage_requests],
    }


def standards(material: Material, strings: Strings) -> list[dict[str, Any]]:
    """Return what the page says of each coverage that is shown."""
    first = material.coverage_before.drop_duplicates("standard_id").set_index("standard_id")
    found = []
    for request in material.coverage_requests:
        standard = request["standard_id"]
        known = first.loc[standard] if standard in first.index else None
        found.append(
            {
                "id": strings.put(standard),
                "service": strings.put(request["service"]),
                "limit": strings.put(request.get("limit", "")),
                "mode": strings.put("" if known is None else known["mode"]),
                "kind": strings.put("" if known is None else known["cost_kind"]),
                "direction": strings.put("" if known is None else known["direction"]),
                "group": strings.put(lead_group(material, standard)),
            }
        )
    return found


def coverage(material: Material, position: dict[str, int], strings: Strings) -> dict[str, Any]:
    """Return coverage by standard, unit and group: total, covered before and after (persons or points)."""
    number = {request["standard_id"]: row for row, request in enumerate(material.coverage_requests)}
    table = paired_coverage(material)
    table = table[table["standard_id"].isin(list(number)) & table["unit_code"].isin(list(position))]
    return {
        "standard": [number[standard] for standard in table["standard_id"]],
        "unit": [position[code] for code in table["unit_code"]],
        "group": strings.puts(table["group"]),
        **{name: _counts(table[name]) for name in ("total", "covered_before", "covered_after")},
    }


def gaps(material: Material, grid: Grid, position: dict[str, int], strings: Strings) -> list[dict[str, Any]]:
    """Return the gap areas before and after, largest first."""
    names = with_id(material.facilities, "facility_id")
    by_place = dict(zip(names["place_id"], names["name"], strict=True)) | dict(
        zip(names["facility_id"], names["name"], strict=True)
    )
    number = {request["standard_id"]: row for row, request in enumerate(material.coverage_requests)}
    return [
        _gaps_of(material, table, grid, position, strings, by_place, number)
        for table in (material.gap_areas_before, material.gap_areas_after)
    ]


def _gaps_of(
    material: Material,
    table: pd.DataFrame,
    grid: Grid,
    position: dict[str, int],
    strings: Strings,
    names: dict[str, str],
    number: dict[str, int],
) -> dict[str, Any]:
    shown = table[table["standard_id"].isin(list(number))].reset_index(drop=True)
    people = pd.Series([gap_people(material, row) for _, row in shown.iterrows()], index=shown.index, dtype="float64")
    order = people.sort_values(ascending=False, kind="stable").index
    shown, people = shown.loc[order], people.loc[order]
    nearest = next(
        (shown[name] for name in ("nearest_facility_id", "nearest_place_id") if name in shown.columns), shown["gap_id"]
    )
    return {
        **point_columns(shown, grid),
        "standard": [number[standard] for standard in shown["standard_id"]],
        "people": _counts(people),
        "points": _counts(shown["points"]),
        "unit": [position.get(code, -1) for code in shown["unit_code"]],
        "nearest": strings.puts(names.get(str(place), "") for place in nearest),
        "cost": [None if pd.isna(cost) else round(float(cost), 1) for cost in shown["nearest_cost"]],
        "reason": strings.puts(shown["reason"]),
    }


def gap_people(material: Material, row: pd.Series) -> float:
    """Return the persons of a gap area in the group that leads its standard."""
    for column in ("people", lead_group(material, str(row["standard_id"]))):
        if column in row.index and pd.notna(row[column]):
            return float(row[column])
    return float(row["points"])


def _order(demand_table: pd.DataFrame, crs: str) -> npt.NDArray[np.int64]:
    """Return the positions of the points along a Hilbert curve, so that differences are small."""
    if not len(demand_table):
        return np.zeros(0, dtype=np.int64)
    points = gpd.GeoSeries(gpd.points_from_xy(demand_table["x"], demand_table["y"]), crs=crs)
    ids = with_id(demand_table, "demand_id")["demand_id"].astype("str")
    return np.asarray(np.lexsort((ids.to_numpy(dtype=object), points.hilbert_distance().to_numpy())), dtype=np.int64)


def _digits(material: Material, standard: str, order: npt.NDArray[np.int64]) -> str:
    blank = np.zeros(len(order), dtype=bool)
    before, after = (side.get(standard, blank) for side in (material.covered_before, material.covered_after))
    codes = np.asarray(before, dtype=np.uint8) + 2 * np.asarray(after, dtype=np.uint8)
    return (codes[order] + ord("0")).astype(np.uint8).tobytes().decode("ascii")


def _counts(values: pd.Series) -> list[int | None]:
    return [None if pd.isna(value) else round(float(value)) for value in values]
