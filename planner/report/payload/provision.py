"""What stands, what may stand, and what the plan puts there: facilities, sites, projects."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.report.material import Material, with_id
from planner.report.pairs import plan_rows
from planner.report.payload.draft import Draft
from planner.report.payload.land import point_columns
from planner.report.sheets import wan


def facilities(draft: Draft) -> dict[str, Any]:
    """Return the present facilities by service and id."""
    table, strings = facility_rows(draft.material), draft.strings
    return {
        **point_columns(table, draft.grid),
        "id": strings.puts(table["facility_id"]),
        "name": strings.puts(table["name"]),
        "service": strings.puts(table["service"]),
        "unit": draft.unit(table["unit_code"]),
        "status": strings.puts(table["status"]),
        "opened": _whole(table["opened_year"]),
        **{name: strings.puts(_column(table, name)) for name in ("owner", "rank")},
        **{name: _whole(_column(table, name)) for name in ("capacity", "classes", "largest_class")},
    }


def facility_rows(material: Material) -> pd.DataFrame:
    """Return the facilities in the order in which the page holds them."""
    return with_id(material.facilities, "facility_id").sort_values(
        ["service", "facility_id"], kind="stable", ignore_index=True
    )


def sites(draft: Draft) -> dict[str, Any]:
    """Return the candidate sites by id, each with what excludes it."""
    material, strings = draft.material, draft.strings
    table = with_id(material.sites, "site_id").sort_values("site_id", kind="stable", ignore_index=True)
    return {
        **point_columns(table, draft.grid),
        "id": strings.puts(table["site_id"]),
        "name": strings.puts(table["name"]),
        "unit": draft.unit(table["unit_code"]),
        "use": strings.puts(table["land_use"]),
        "area": _whole(table["area_m2"]),
        "excluded": [int(bool(value)) for value in table["excluded"]],
        "rules": strings.puts(_rule_names(material, table["excluded_by"])),
        "adjust": strings.puts(_rule_names(material, _column(table, "adjustment_by").fillna(""))),
        **{name: strings.puts(_column(table, column)) for name, column in _ATTRIBUTES.items()},
        **{name: [_flag(value) for value in _column(table, f"{name}_needed")] for name in _NEEDS},
        **{f"{name}_basis": strings.puts(_column(table, f"{name}_basis")) for name in _NEEDS},
    }


_NEEDS = ("conversion", "expropriation")
_ATTRIBUTES = {
    "origin": "origin", "parcel": "parcel_no", "tenure": "tenure", "current": "current_use",
    "supply": "supply_status", "mode": "supply_mode", "village_plan": "village_plan",
}  # fmt: skip


def plan(draft: Draft, keys: dict[str, int]) -> dict[str, Any]:
    """Return the plan's projects by year; `keys` gives the position of each finding by its key."""
    table, strings = plan_rows(draft.material), draft.strings
    sites = sorted(str(name) for name in with_id(draft.material.sites, "site_id")["site_id"])
    position = {name: number for number, name in enumerate(sites)}
    return {
        **point_columns(table, draft.grid),
        "id": strings.puts(table["option_id"]),
        "name": strings.puts(table["name"]),
        "service": strings.puts(table["service"]),
        "action": strings.puts(table["action"]),
        "acts_on": strings.puts(table["facility_id"]),
        "site": [position.get(str(place), -1) for place in _column(table, "place_id")],
        "unit": draft.unit(table["unit_code"]),
        "start": _whole(table["start_year"]),
        "complete": _whole(table["complete_year"]),
        "cost_wan": [wan(value) for value in table["cost_yuan"]],
        "gained": _whole(table["people_gained"]),
        "alone": _whole(table["people_only"]),
        "group": strings.puts(table["group"]),
        "standard": [draft.standards.get(standard, -1) for standard in table["standard_id"]],
        "closes": [[keys[key] for key in str(closes).split(";") if key in keys] for closes in table["closes"]],
    }


def _rule_names(material: Material, excluded_by: pd.Series) -> list[str]:
    """Return the names of the rules behind their ids, as the screening log gives them."""
    log = material.screening.drop_duplicates("rule_id")
    names = dict(zip(log["rule_id"], log["rule_name"], strict=True))
    return ["、".join(str(names.get(rule, rule)) for rule in str(rules).split(";") if rule) for rules in excluded_by]


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name] if name in table.columns else pd.Series([None] * len(table), dtype=object)


def _flag(value: object) -> int:
    """Return 1 for yes, 0 for no, -1 where nobody knows."""
    return -1 if value is None or pd.isna(value) else int(bool(value))


def _whole(values: pd.Series) -> list[int | None]:
    return [None if pd.isna(value) else round(float(value)) for value in values]
