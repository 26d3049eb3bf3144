"""The first and the last sheet: what came out, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from planner.report.catalogue import both, text, word
from planner.report.material import Material, people_words
from planner.report.pairs import paired_findings
from planner.report.sheets import Block, Column, Sheet, block, coverage_columns, coverage_rows, wan

_ITEMS = (Column("item", "long", 44), Column("value", "item", 44))
_MANDATES = (
    Column("mandate_id", width=44),
    Column("quote", "long", 44),
    Column("strength", width=12),
    Column("met_before", "whole", 14),
    Column("gap_before", "whole", 14),
    Column("not_evaluable_before", "whole", 14),
    Column("met_after", "whole", 14),
    Column("gap_after", "whole", 14),
    Column("not_evaluable_after", "whole", 14),
    Column("standard_confirmed", "flag", 14),
)
_COVERAGE = (
    Column("standard_id", width=44),
    Column("unit_name", width=44),
    Column("measure", width=12),
    Column("group", width=14),
    Column("total", "whole", 14),
    Column("covered_before", "whole", 14),
    Column("share_before", "share", 14),
    Column("covered_after", "whole", 14),
    Column("share_after", "share", 14),
)
_BUDGET = (
    Column("year", "year", 44),
    Column("options", "whole", 44),
    Column("budget_wan", "number", 12),
    Column("spent_wan", "number", 14),
    Column("carried_wan", "number", 14),
)
_STAGES = (
    Column("stage", "long", 44),
    Column("stage_status", width=44),
    Column("objective", "number", 14),
    Column("bound", "number", 14),
    Column("gap", "share", 14),
    Column("seconds", "number", 14),
)
_QUOTES = (
    Column("mandate_id", width=32),
    Column("quote", "long", 64),
    Column("section", "long", 30),
    Column("lead_department", "long", 26),
    Column("strength", width=12),
    Column("standard_id", width=26),
    Column("standard_limit", width=14),
    Column("standard_confirmed", "flag", 14),
)
_STANDARDS = (
    Column("standard_id", width=32),
    Column("source", "long", 64),
    Column("service", width=30),
    Column("limit", width=26),
    Column("mode", width=12),
    Column("cost_kind", width=26),
    Column("modal", width=14),
    Column("confirmed", "flag", 14),
    Column("invented", "flag", 10),
)
_INPUTS = (
    Column("path", "long", 32),
    Column("sha256", width=64),
    Column("bytes", "whole", 30),
    Column("rows", "whole", 26),
)


def overview_sheet(material: Material) -> Sheet:
    """Return the sheet a reader opens first."""
    findings = paired_findings(material)
    blocks = (
        block("summary", _ITEMS, _summary(material, findings)),
        block("by_mandate", _MANDATES, _by_mandate(material, findings)),
        block("coverage", coverage_columns(material, _COVERAGE), coverage_rows(material, widest=True)),
        block("budget", _BUDGET, _by_year(material)),
        block("stages", _STAGES, _stages(material)),
    )
    return Sheet("overview", blocks)


def sources_sheet(material: Material) -> Sheet:
    """Return the sheet of quotes, numbers, input files and versions."""
    blocks: list[Block] = [
        block("mandates", _QUOTES, _quotes(material)),
        block("standards", _STANDARDS, _standards(material)),
        block("inputs", _INPUTS, _mappings(material.run.get("inputs"))),
        block("programs", _ITEMS, _programs(material)),
    ]
    return Sheet("sources", tuple(blocks))


def _summary(material: Material, findings: pd.DataFrame) -> list[dict[str, object]]:
    unconfirmed = findings["standard_confirmed"].eq(False).fillna(False).astype(bool)  # noqa: FBT003 - three-valued
    gap_after = findings["status_after"] == "gap"
    values: dict[str, object] = {
        "title": material.title,
        "notice": material.notice,
        "review_number": material.map_review_number or text("overview", "no_review_number", material.language),
        "base_year": str(material.base_year),
        "final_year": str(material.final_year),
        **({"people_years": f"{material.base_year} → {material.final_year}"} if material.by_year else {}),
        "crs": material.crs,
    }
    rows: list[dict[str, object]] = [{"item": _item(key), "value": value} for key, value in values.items()]
    said = zip(people_words(material, "zh"), people_words(material, "en"), strict=True)
    rows += [{"item": _item("people_counted"), "value": f"{zh} {en}"} for zh, en in said]
    for when in ("before", "after"):
        for status in ("met", "gap", "not_evaluable"):
            words = [f"{text('overview', status, lang)} ({text('overview', when, lang)})" for lang in ("zh", "en")]
            rows.append({"item": " ".join(words), "value": int((findings[f"status_{when}"] == status).sum())})
    last: dict[str, object] = {
        "confirmed_gap": int((gap_after & ~unconfirmed).sum()),
        "unconfirmed_gap": int((gap_after & unconfirmed).sum()),
        "projects": len(material.plan_options),
        "cost": wan(material.plan_options["cost_yuan"].sum(skipna=False)),
        "faults": len(material.data_faults),
    }
    return rows + [{"item": _item(key), "value": value} for key, value in last.items()]


def _item(key: str) -> str:
    return both("overview", key).replace("\n", " ")


def _by_mandate(material: Material, findings: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for mandate, part in findings.groupby("mandate_id", sort=True):
        first = part.iloc[0]
        row: dict[str, object] = {"mandate_id": mandate, "quote": first["quote"]}
        row["strength"] = word("strengths", str(first["strength"]), material.language)
        known = part["standard_confirmed"].dropna()
        row["standard_confirmed"] = bool(known.all()) if len(known) else None
        for when in ("before", "after"):
            counts = part[f"status_{when}"].value_counts()
            row |= {f"{status}_{when}": int(counts.get(status, 0)) for status in ("met", "gap", "not_evaluable")}
        rows.append(row)
    return rows


def _by_year(material: Material) -> list[dict[str, object]]:
    done = material.plan_options["complete_year"].value_counts()
    return [
        {
            "year": row["year"],
            "options": int(done.get(row["year"], 0)),
            "budget_wan": wan(row["budget_yuan"]),
            "spent_wan": wan(row["spent_yuan"]),
            "carried_wan": wan(row["carried_yuan"]),
        }
        for row in material.plan_budget.to_dict(orient="records")
    ]


def _stages(material: Material) -> list[dict[str, object]]:
    renamed = material.stages.rename(columns={"name": "stage", "status": "stage_status"})
    return [dict(row) for row in renamed.to_dict(orient="records")]


def _quotes(material: Material) -> list[dict[str, object]]:
    keys = [
        "mandate_id",
        "quote",
        "section",
        "lead_department",
        "strength",
        "standard_id",
        "standard_limit",
        "standard_confirmed",
    ]
    table = (
        material.findings_after[keys]
        .drop_duplicates(["mandate_id", "standard_id"])
        .sort_values(["mandate_id", "standard_id"])
    )
    rows = []
    for row in table.to_dict(orient="records"):
        row["strength"] = word("strengths", str(row["strength"]), material.language)
        rows.append(dict(row))
    return rows


def _standards(material: Material) -> list[dict[str, object]]:
    known = [dict(row) for row in material.standards] or [dict(row) for row in material.coverage_requests]
    for row in known:
        row.setdefault("standard_id", row.get("id"))
        row.setdefault("cost_kind", row.get("cost"))
        for section, key in (("services", "service"), ("modes", "mode"), ("cost_kinds", "cost_kind")):
            if row.get(key):
                row[key] = word(section, str(row[key]), material.language, material.labels)
    return known


def _programs(material: Material) -> list[dict[str, object]]:
    versions = material.run.get("versions") or material.run.get("libraries") or {}
    items = sorted(versions.items()) if isinstance(versions, Mapping) else []
    return [{"item": name, "value": version} for name, version in items]


def _mappings(value: object) -> list[Mapping[str, object]]:
    entries = value if isinstance(value, Iterable) and not isinstance(value, str) else ()
    return [entry for entry in entries if isinstance(entry, Mapping)]
