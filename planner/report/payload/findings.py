"""Findings for the map: one view per mandate and level of unit, and where each finding is drawn."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.report.material import Material
from planner.report.pairs import paired_findings
from planner.report.payload.draft import Draft
from planner.report.payload.provision import facility_rows

STATUSES = ("met", "gap", "not_evaluable")


def findings(draft: Draft, units: pd.DataFrame) -> dict[str, Any]:
    """Return the findings in columns.

    ``unit`` is the unit they speak of (-1 where the boundaries lack it, a catchment for example); ``shape`` the unit
    by whose outline they are drawn, its own or the nearest above it, -1 for none; ``facility`` the one at which a
    finding without outline is drawn, -1 for none. Statuses are positions in `STATUSES`, -1 for none.
    """
    material, strings = draft.material, draft.strings
    table = paired_findings(material)
    views = _views(table)
    places, drawn = _places(material), _drawn_by(units)
    return {
        "view": [views[key] for key in zip(table["mandate_id"], table["unit_level"], strict=True)],
        "unit": draft.unit(table["unit_code"]),
        "name": strings.puts(table["unit_name"]),
        "shape": [drawn.get(code, -1) for code in table["unit_code"]],
        "facility": [
            places.get(code, -1) if level == "institution" else _place_of(code, evidence, places)
            for code, evidence, level in zip(
                table["unit_code"], table["evidence_after"], table["unit_level"], strict=True
            )
        ],
        "year": [None if pd.isna(year) else int(year) for year in table["year"]],
        **{f"status_{when}": [_status(value) for value in table[f"status_{when}"]] for when in ("before", "after")},
        **{name: _numbers(table[name]) for name in ("measured_before", "measured_after", "required")},
        **{
            name: _numbers(table[name])
            for name in ("shortfall_before", "shortfall_after", "people_affected_before", "people_affected_after")
        },
        "measure": strings.puts(table["unit_of_measure"]),
        **{
            name: strings.puts(table[name])
            for name in ("reason_before", "reason_after", "reason_en_before", "reason_en_after")
        },
    }


def views(draft: Draft) -> list[dict[str, Any]]:
    """Return what the page says of each mandate at each level of unit, in the order of `findings`."""
    table, strings = paired_findings(draft.material), draft.strings
    found = []
    for mandate, level in _views(table):
        part = table[(table["mandate_id"] == mandate) & (table["unit_level"] == level)]
        first = part.iloc[0]
        found.append(
            {
                "mandate": strings.put(mandate),
                "level": strings.put(level),
                **{
                    key: strings.put(first[key])
                    for key in ("quote", "section", "lead_department", "strength", "service")
                },
                "standard": strings.put(first["standard_id"]),
                "limit": strings.put(first["standard_limit"]),
                "confirmed": None if pd.isna(first["standard_confirmed"]) else int(bool(first["standard_confirmed"])),
                **{
                    when: [int((part[f"status_{when}"] == status).sum()) for status in STATUSES]
                    for when in ("before", "after")
                },
            }
        )
    return found


def finding_keys(material: Material) -> dict[str, int]:
    """Return the position of each finding by its key ``mandate|unit|year`` (no year: ``mandate|unit|``)."""
    table = paired_findings(material)
    years = ["" if pd.isna(year) else str(int(year)) for year in table["year"]]
    rows = zip(table["mandate_id"], table["unit_code"], years, strict=True)
    return {f"{mandate}|{unit}|{year}": number for number, (mandate, unit, year) in enumerate(rows)}


def _views(table: pd.DataFrame) -> dict[tuple[str, str], int]:
    pairs = table[["mandate_id", "unit_level"]].drop_duplicates().sort_values(["mandate_id", "unit_level"])
    return {key: number for number, key in enumerate(pairs.itertuples(index=False, name=None))}


def _drawn_by(units: pd.DataFrame) -> dict[str, int]:
    """Return for every unit the position of the one by whose outline it is drawn, where there is one."""
    found: dict[str, int] = {}
    for number, (code, shape, parent) in enumerate(zip(units.index, units["shape"], units["parent_code"], strict=True)):
        if shape is not None:
            found[code] = number
        elif parent in found:  # parents come before what lies in them
            found[code] = found[parent]
    return found


def _places(material: Material) -> dict[str, int]:
    """Return the position of a facility by its id and by its catchment."""
    table = facility_rows(material)
    found = {str(name): number for number, name in enumerate(table["facility_id"])}
    if "catchment_id" in table.columns:
        given = zip(table["catchment_id"], range(len(table)), strict=True)
        found |= {f"catchment:{name}": number for name, number in given if name}
    return found


def _place_of(code: str, evidence: object, places: dict[str, int]) -> int:
    first = evidence.split(";")[0] if isinstance(evidence, str) else ""
    return places.get(f"catchment:{code}", places.get(first, -1))


def _status(value: object) -> int:
    return STATUSES.index(value) if isinstance(value, str) and value in STATUSES else -1


def _numbers(values: pd.Series) -> list[float | int | None]:
    found: list[float | int | None] = []
    for value in values:
        number = None if pd.isna(value) else round(float(value), 4)
        found.append(int(number) if number is not None and number.is_integer() else number)
    return found
