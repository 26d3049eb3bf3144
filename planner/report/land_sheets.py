"""Sheets about land: what screening found, which rules were looked at, and what each service may do with each site."""

from __future__ import annotations

from planner.report.catalogue import word
from planner.report.material import Material, with_id
from planner.report.sheets import Block, Column, Sheet, block, records, speak

SCREENING = (
    Column("site_id", width=16),
    Column("site_name", width=24),
    Column("excluded", "flag", 9),
    Column("outcome", width=14),
    Column("rule_id", width=18),
    Column("rule_name", width=20),
    Column("overlap_m2", "number", 16),
    Column("layer", width=22),
    Column("source", "long", 40),
    Column("effect", width=18),
    Column("measured", "number", 12),
    Column("rule_limit", "number", 10),
    Column("unit", width=8),
    Column("rule_services", width=18),
    Column("rule_source", "long", 40),
    Column("source_strength", width=16),
    Column("exception", "long", 34),
    Column("remark", "long", 34),
)
RULES = (
    Column("rule_id", width=26),
    Column("rule_name", width=26),
    Column("screened", "flag", 10),
    Column("layers", "long", 26),
    Column("sites_excluded", "whole", 10),
    Column("sites_exception", "whole", 10),
    Column("sites_not_met", "whole", 10),
    Column("sites_told", "whole", 10),
    Column("effect", width=18),
    Column("rule_limit", "number", 10),
    Column("unit", width=8),
    Column("rule_services", width=18),
    Column("rule_source", "long", 44),
    Column("source_strength", width=16),
    Column("remark", "long", 34),
)
SERVICES = (
    Column("template_id", width=26),
    Column("service", width=26),
    Column("land_uses", "long", 10),
    Column("min_area_m2", "number", 26),
    Column("usable_sites", "whole", 10),
    Column("other_land_use", "whole", 10),
    Column("excluded_sites", "whole", 10),
    Column("needs_plan_adjustment", "whole", 10),
    Column("too_small", "whole", 18),
    Column("parcel_unknown", "whole", 10),
)
FITTING = (
    Column("template_id", width=24),
    Column("service", width=22),
    Column("site_id", width=20),
    Column("usable", "flag", 9),
    Column("verdict", width=16),
    Column("remark", "long", 44),
    Column("land_use", width=12),
    Column("land_uses", "long", 18),
    Column("area_m2", "number", 14),
    Column("min_area_m2", "number", 14),
)


def land_sheets(material: Material) -> list[Sheet]:
    """Return the sheets about land, in the order of the workbook."""
    both = (
        block("land_rules", RULES, _rules(material)),
        block("site_services", SERVICES, _by_template(material)),
    )
    fitting: tuple[Block, ...] = (block("", FITTING, _fitting(material)),)
    return [
        Sheet("screening", (block("", SCREENING, _screening(material)),), frozen=2),
        Sheet("land", both),
        Sheet("site_services", fitting, frozen=3),
    ]


def _screening(material: Material) -> list[dict[str, object]]:
    names = with_id(material.sites, "site_id").set_index("site_id")["name"]
    rows = records(material.screening)
    for row in rows:
        row["site_name"] = names.get(row["site_id"], "")
        row["remark"] = row.get("note" if material.language == "zh" else "note_en")
        _ruled(row, material)
        if row.get("outcome"):
            speak(row, material, outcomes="outcome")
    return rows


def _rules(material: Material) -> list[dict[str, object]]:
    zh = material.language == "zh"
    rows = records(material.screening_rules)
    for row in rows:
        row["rule_name"] = row["name" if zh else "name_en"]
        row["remark"] = row["why" if zh else "why_en"] or row["note"]
        row["rule_source"] = row["source"]
        _ruled(row, material)
    return rows


def _ruled(row: dict[str, object], material: Material) -> None:
    """Put what a rule is into words."""
    row["rule_limit"] = row.get("limit")
    row["source_strength"], row["effect"] = row.get("strength") or "", row.get("effect") or ""
    speak(row, material, effects="effect", source_strengths="source_strength")
    services = str(row.get("services") or "").split(";")
    row["rule_services"] = "、".join(word("services", one, material.language, material.labels) for one in services)


def _by_template(material: Material) -> list[dict[str, object]]:
    rows = records(material.site_services_summary)
    for row in rows:
        row["usable_sites"], row["excluded_sites"] = row["usable"], row["excluded"]
        speak(row, material, services="service")
    return rows


def _fitting(material: Material) -> list[dict[str, object]]:
    rows = records(material.site_services)
    for row in rows:
        row["remark"] = row["reason" if material.language == "zh" else "reason_en"]
        speak(row, material, services="service", verdicts="verdict")
    return rows
