"""Who is covered: demand points with their state per standard, coverage by unit, gap areas."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.report.material import Material, lead_group, weight_group, with_id
from planner.report.pairs import paired_coverage
from planner.report.payload.draft import Draft
from planner.report.payload.land import point_columns


def demand(draft: Draft) -> dict[str, Any]:
    """Return positions and persons of the demand points, neighbours beside each other.

    ``covered`` holds one text per standard, one digit per point: 1 covered before, 2 covered after, 3 both, 0 neither.
    """
    material = draft.material
    order = _order(material.demand, material.crs)
    places = material.demand.iloc[order]
    group = weight_group(material)
    people = places[group].to_numpy(dtype=np.float64) if group else np.ones(len(places))
    return {
        **point_columns(places, draft.grid),
        "people": [int(value) for value in np.rint(people)],
        "covered": [_digits(material, standard, order) for standard in draft.standards],
    }


def standards(draft: Draft) -> list[dict[str, Any]]:
    """Return what the page says of each coverage that is shown."""
    material, strings = draft.material, draft.strings
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


def coverage(draft: Draft) -> dict[str, Any]:
    """Return coverage by standard, unit and group: total, covered before and after (persons or points)."""
    table = paired_coverage(draft.material)
    table = table[table["standard_id"].isin(list(draft.standards)) & table["unit_code"].isin(list(draft.units))]
    return {
        "standard": [draft.standards[standard] for standard in table["standard_id"]],
        "unit": draft.unit(table["unit_code"]),
        "group": draft.strings.puts(table["group"]),
        **{name: _counts(table[name]) for name in ("total", "covered_before", "covered_after")},
        **({"total_before": _counts(table["total_before"])} if draft.material.by_year else {}),
    }


def gaps(draft: Draft) -> list[dict[str, Any]]:
    """Return the gap areas before and after, largest first."""
    return [_gaps_of(draft, table) for table in (draft.material.gap_areas_before, draft.material.gap_areas_after)]


def _gaps_of(draft: Draft, table: pd.DataFrame) -> dict[str, Any]:
    shown = table[table["standard_id"].isin(list(draft.standards))].reset_index(drop=True)
    people = gap_people(draft.material, shown)
    order = people.sort_values(ascending=False, kind="stable").index
    shown, people = shown.loc[order], people.loc[order]
    nearest = next((name for name in ("nearest_facility_id", "nearest_place_id") if name in shown.columns), "gap_id")
    names = _place_names(draft.material)
    return {
        **point_columns(shown, draft.grid),
        "standard": [draft.standards[standard] for standard in shown["standard_id"]],
        "people": _counts(people),
        "points": _counts(shown["points"]),
        "unit": draft.unit(shown["unit_code"]),
        "nearest": draft.strings.puts(names.get(str(place), "") for place in shown[nearest]),
        "cost": [None if pd.isna(cost) else round(float(cost), 1) for cost in shown["nearest_cost"]],
        "reason": draft.strings.puts(shown["reason"]),
    }


def gap_people(material: Material, table: pd.DataFrame) -> pd.Series:
    """Return the persons of each gap area in the group that leads its standard; its points where that is not known."""
    people = table["points"].astype("float64")
    for standard in table["standard_id"].unique():
        group = lead_group(material, standard)
        column = group if group in table.columns else "people"
        if column in table.columns:
            counted = table[column].astype("float64")
            people = people.where((table["standard_id"] != standard) | counted.isna(), counted)
    return people


def _place_names(material: Material) -> dict[str, str]:
    """Return what stands, or is to stand, at each place, by place id and by facility id."""
    facilities, plan = with_id(material.facilities, "facility_id"), with_id(material.plan_options, "option_id")
    found: dict[str, str] = {}
    for table, key in ((plan, "place_id"), (plan, "option_id"), (facilities, "facility_id"), (facilities, "place_id")):
        if key in table.columns:
            found |= dict(zip(table[key].astype("str"), table["name"], strict=True))
    return found


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
