"""What each sheet of the workbook holds: columns and rows, without a word about how they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from planner.report.catalogue import word
from planner.report.material import Material
from planner.report.pairs import paired_coverage, paired_findings, plan_rows, widest_rows
from planner.units import YUAN_PER_WAN

Kind = Literal["text", "long", "item", "whole", "number", "share", "year", "flag", "status"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in the texts, what its cells are, and its width in characters.

    Cells of kind "long" and "item" wrap; an "item" is a text or a number, to the left.
    """

    key: str
    kind: Kind = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Block:
    """A table within a sheet; `heading` is a key of the texts, "" where the sheet's title says enough."""

    heading: str
    columns: tuple[Column, ...]
    rows: list[list[object]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet; one with a single block gets filters and a frozen header, `frozen` columns with it."""

    key: str
    blocks: tuple[Block, ...]
    frozen: int = 0


FINDINGS = (
    Column("mandate_id", width=26),
    Column("quote", width=30),
    Column("unit_code", width=13),
    Column("unit_name", width=16),
    Column("unit_level", width=12),
    Column("county_name", width=10),
    Column("year", "year", 8),
    Column("status_before", "status", 12),
    Column("status_after", "status", 12),
    Column("measured_before", "number", 11),
    Column("measured_after", "number", 11),
    Column("required", "number", 9),
    Column("unit_of_measure", width=11),
    Column("shortfall_before", "number", 11),
    Column("shortfall_after", "number", 11),
    Column("people_affected_before", "whole", 15),
    Column("people_affected_after", "whole", 15),
    Column("reason_before", "long", 34),
    Column("reason_after", "long", 34),
    Column("evidence_after", width=24),
    Column("estimated", "flag", 9),
    Column("strength", width=9),
    Column("section", width=22),
    Column("lead_department", width=18),
    Column("standard_id", width=22),
    Column("standard_limit", width=11),
    Column("standard_confirmed", "flag", 11),
)
PLAN = (
    Column("complete_year", "year", 9),
    Column("start_year", "year", 9),
    Column("name", width=30),
    Column("service", width=21),
    Column("action", width=8),
    Column("unit_name", width=16),
    Column("county_name", width=11),
    Column("cost_wan", "number", 13),
    Column("yearly_cost_wan", "number", 14),
    Column("payer", width=18),
    Column("closes", "long", 56),
    Column("people_gained", "whole", 14),
    Column("people_only", "whole", 14),
    Column("group", width=12),
    Column("standard_id", width=22),
    Column("facility_id", width=14),
    Column("option_id", width=40),
)
CAUSES = (
    Column("mandate_id", width=26),
    Column("quote", width=30),
    Column("unit_code", width=13),
    Column("unit_name", width=16),
    Column("county_name", width=11),
    Column("year", "year", 8),
    Column("cause", width=14),
    Column("reason", "long", 54),
    Column("verified", "flag", 9),
    Column("nearest_site_id", width=24),
    Column("nearest_m", "number", 15),
    Column("cheapest_wan", "number", 19),
    Column("left_wan", "number", 15),
)
COVERAGE = (
    Column("service", width=21),
    Column("standard_id", width=24),
    Column("mode", width=8),
    Column("cost_kind", width=16),
    Column("limit", "number", 9),
    Column("direction", width=14),
    Column("unit_level", width=13),
    Column("unit_code", width=13),
    Column("unit_name", width=16),
    Column("measure", width=13),
    Column("group", width=13),
    Column("total", "whole", 14),
    Column("covered_before", "whole", 12),
    Column("share_before", "share", 11),
    Column("covered_after", "whole", 13),
    Column("share_after", "share", 12),
    Column("uncovered_after", "whole", 13),
)
FAULTS = (
    Column("layer", width=16),
    Column("row_id", width=18),
    Column("code", width=22),
    Column("message", "long", 50),
    Column("message_en", "long", 50),
    Column("remedy", "long", 40),
)


def detail_sheets(material: Material) -> list[Sheet]:
    """Return the sheets of one table each, in the order of the workbook."""
    return [
        Sheet("findings", (_block(FINDINGS, _finding_rows(material)),), frozen=4),
        Sheet("plan", (_block(PLAN, _plan_rows(material)),), frozen=3),
        Sheet("causes", (_block(CAUSES, _cause_rows(material)),), frozen=4),
        Sheet("coverage", (_block(coverage_columns(material, COVERAGE), coverage_rows(material)),), frozen=2),
    ]


def faults_sheet(material: Material) -> Sheet:
    """Return the sheet of faults of the data."""
    return Sheet("faults", (_block(FAULTS, records(material.data_faults)),))


def coverage_columns(material: Material, columns: Sequence[Column]) -> Sequence[Column]:
    """Return the columns of coverage; where people change by year, with the denominator of the present beside."""
    if not material.by_year:
        return columns
    at = [column.key for column in columns].index("total")
    return (*columns[:at], Column("total_before", "whole", 14), *columns[at:])


def coverage_rows(material: Material, *, widest: bool = False) -> list[dict[str, object]]:
    """Return the rows of coverage before and after, each with its rate named in words."""
    both = paired_coverage(material)
    if widest:
        both = widest_rows(both)
    rows = records(both)
    for row in rows:
        row["measure"] = word("measures", "places" if row["group"] == "places" else "people", material.language)
        speak(row, material, services="service", groups="group", modes="mode", cost_kinds="cost_kind")
        speak(row, material, directions="direction", levels="unit_level")
    return rows


def block(heading: str, columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> Block:
    """Return a block whose cells are taken from the rows by the columns' keys; None where a row lacks one."""
    cells = [[row.get(column.key) for column in columns] for row in rows]
    return Block(heading, tuple(columns), cells)


def wan(yuan: object) -> object:
    """Return yuan in 万元, None where unknown."""
    return None if yuan is None or pd.isna(yuan) else float(str(yuan)) / YUAN_PER_WAN


def _block(columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> Block:
    return block("", columns, rows)


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return a table row by row, missing values as None."""
    names = [str(name) for name in frame.columns]
    columns = [[None if pd.isna(value) else value for value in frame[name]] for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def speak(row: dict[str, object], material: Material, **sections: str) -> None:
    """Put words in the place of ids."""
    for section, key in sections.items():
        row[key] = word(section, str(row[key] or ""), material.language, material.labels)


def _finding_rows(material: Material) -> list[dict[str, object]]:
    rows = records(paired_findings(material))
    suffix = "" if material.language == "zh" else "_en"
    for row in rows:
        row["reason_before"] = row.get(f"reason{suffix}_before")
        row["reason_after"] = row.get(f"reason{suffix}_after")
        row["estimated"] = row.get("estimated_after")
        speak(row, material, levels="unit_level", units="unit_of_measure", strengths="strength")
    return rows


def _plan_rows(material: Material) -> list[dict[str, object]]:
    units, closed = _unit_names(material), _finding_names(material)
    rows = records(plan_rows(material))
    for row in rows:
        row["closes"] = _listed(str(row["closes"]), closed)
        row["unit_name"], row["county_name"] = units.get(str(row["unit_code"]), ("", ""))
        row["cost_wan"], row["yearly_cost_wan"] = wan(row["cost_yuan"]), wan(row.get("yearly_cost_yuan"))
        speak(row, material, services="service", actions="action", groups="group")
    return rows


def _cause_rows(material: Material) -> list[dict[str, object]]:
    units = _unit_names(material)
    named = material.findings_after.drop_duplicates("unit_code").set_index("unit_code")
    quotes = material.findings_after.drop_duplicates("mandate_id").set_index("mandate_id")["quote"]
    rows = records(material.plan_causes)
    for row in rows:
        code = str(row["unit_code"])
        fallback = (named.at[code, "unit_name"], named.at[code, "county_name"]) if code in named.index else ("", "")
        row["unit_name"], row["county_name"] = units.get(code, fallback)
        row["quote"] = quotes.get(row["mandate_id"], "")
        row["reason"] = row["reason"] if material.language == "zh" else row["reason_en"]
        row["cheapest_wan"], row["left_wan"] = wan(row.get("cheapest_yuan")), wan(row.get("left_yuan"))
        speak(row, material, causes="cause")
    return rows


def _finding_names(material: Material) -> dict[str, tuple[str, str]]:
    """Return the mandate of a finding and what its unit (and year) is called, by its key ``mandate|unit|year``."""
    table = material.findings_after[["mandate_id", "unit_code", "year", "unit_name"]]
    found = {}
    for mandate, unit, year, name in table.itertuples(index=False, name=None):
        when = "" if pd.isna(year) else str(int(year))
        found[f"{mandate}|{unit}|{when}"] = (str(mandate), f"{name} {when}".strip())
    return found


def _listed(keys: str, names: Mapping[str, tuple[str, str]]) -> str:
    """Return findings as one line per mandate, its units behind it."""
    lines: dict[str, list[str]] = {}
    for key in filter(None, keys.split(";")):
        mandate, unit = names.get(key, (key, ""))
        lines.setdefault(mandate, []).append(unit)
    return "\n".join(f"{mandate}: {'、'.join(units)}" for mandate, units in lines.items())


def _unit_names(material: Material) -> dict[str, tuple[str, str]]:
    """Return for every unit its name and the name of its county, "" where it has none."""
    table = material.boundaries.drop_duplicates("code").set_index("code")
    names, parents, levels = table["name"].to_dict(), table["parent_code"].to_dict(), table["level"].to_dict()
    found = {}
    for code in table.index:
        above = code
        while above in parents and levels[above] not in ("county", "city"):
            above = parents[above]
        found[str(code)] = (str(names[code]), str(names[above]) if levels.get(above) == "county" else "")
    return found
