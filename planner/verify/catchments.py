"""Catchments again: one residential point after the other, one school after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from shapely.geometry import Point


def assigned(
    catchments: pd.DataFrame, demand: pd.DataFrame, facilities: pd.DataFrame, above: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return people and schools with the catchments that the table of catchments gives them.

    Parameters
    ----------
    catchments
        As the layer reader gives.
    demand
        Indexed by demand_id: unit_code, x, y, perhaps name.
    facilities
        facility_id, service, catchment_id.
    above
        Unit -> the unit it lies in, "" at the top.
    """
    columns = {}
    for service in sorted(set(catchments["service"])):
        rows = catchments[catchments["service"] == service].to_dict("records")
        name = f"catchment_{service}"
        before = demand[name].fillna("") if name in demand else pd.Series("", index=demand.index)
        points = demand.assign(demand_id=demand.index).to_dict("records")
        found = [_of_point(point, rows, above) for point in points]
        columns[name] = [new or old for new, old in zip(found, before, strict=True)]
    school_of = {
        school: row["catchment_id"]
        for row in catchments.to_dict("records")
        for school in row["schools"]
        if ((facilities["facility_id"] == school) & (facilities["service"] == row["service"])).any()
    }
    known = zip(facilities["facility_id"], facilities["catchment_id"], strict=True)
    given = [school_of.get(school) or old for school, old in known]
    return demand.assign(**columns), facilities.assign(catchment_id=given)


def _of_point(point: Mapping[str, Any], rows: list[dict[str, Any]], above: Mapping[str, str]) -> str:
    """Return the catchment of a point: by its estate, else its unit, else its place; "" where two claim it, or none."""
    units = set(_upwards(str(point["unit_code"]), above))
    called = {str(point["demand_id"]), str(point.get("name") or "").strip()} - {""}
    ways = (
        {row["catchment_id"] for row in rows if called & set(row["estates"])},
        {row["catchment_id"] for row in rows if units & set(row["unit_codes"])},
        {
            row["catchment_id"]
            for row in rows
            if row["geometry"] is not None and row["geometry"].intersects(Point(point["x"], point["y"]))
        },
    )
    claimed = next((way for way in ways if way), set())
    return str(next(iter(claimed))) if len(claimed) == 1 else ""


def _upwards(code: str, above: Mapping[str, str]) -> Iterator[str]:
    seen: set[str] = set()
    while code and code not in seen:
        seen.add(code)
        yield code
        code = above.get(code, "")
