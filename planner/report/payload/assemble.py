"""The whole payload of a map."""

from __future__ import annotations

from typing import Any

from planner.report.catalogue import LANGUAGES, catalogue
from planner.report.material import Material, people_words, weight_group
from planner.report.pairs import paired_findings
from planner.report.payload import findings, land, people, provision
from planner.report.payload.draft import Draft
from planner.report.payload.encode import Grid, Strings
from planner.report.plain import plain
from planner.report.sheets import wan

_SECTIONS = (
    "page services groups levels actions modes cost_kinds directions units causes gap_reasons facility_statuses owners "
    "ranks road_classes statuses strengths bases origins"
).split()


def payload(material: Material) -> dict[str, Any]:
    """Return everything the page draws and says, in the types that JSON has.

    Longitudes and latitudes are integers of 1e-5 degree, as differences; texts are positions in ``strings``.
    """
    table = land.unit_table(material)
    draft = Draft(
        material,
        Grid(material.crs),
        Strings(),
        units={str(code): number for number, code in enumerate(table.index)},
        standards={request["standard_id"]: number for number, request in enumerate(material.coverage_requests)},
    )
    content = {
        "meta": _meta(material) | {"extent": land.extent(table, draft)},
        "texts": {language: _words(material, language) for language in LANGUAGES},
        "units": land.units(table, draft),
        "borders": land.borders(table, draft.grid),
        "roads": land.roads(draft),
        "exclusions": land.exclusions(draft),
        "demand": people.demand(draft),
        "standards": people.standards(draft),
        "coverage": people.coverage(draft),
        "gaps": people.gaps(draft),
        "facilities": provision.facilities(draft),
        "sites": provision.sites(draft),
        "plan": provision.plan(draft, findings.finding_keys(material)),
        "views": findings.views(draft),
        "findings": findings.findings(draft, table),
    }
    return content | {"strings": draft.strings.table}


def _meta(material: Material) -> dict[str, Any]:
    both = paired_findings(material)
    return {
        "title": plain(material.title),
        "notice": plain(material.notice),
        "people": {language: [plain(one) for one in people_words(material, language)] for language in LANGUAGES},
        "language": material.language,
        "crs": plain(material.crs),
        "review": plain(material.map_review_number),
        "base_year": material.base_year,
        "final_year": material.final_year,
        **({"people_year": material.base_year} if material.by_year else {}),
        "group": weight_group(material),
        "gaps": [int((both[f"status_{when}"] == "gap").sum()) for when in ("before", "after")],
        "findings": len(both),
        "projects": len(material.plan_options),
        "cost_wan": wan(material.plan_options["cost_yuan"].sum(skipna=False)),
    }


def _words(material: Material, language: str) -> dict[str, dict[str, str]]:
    """Return the texts of the page in one language; the study's own words under ``labels``."""
    texts = catalogue(language)
    own = {plain(key): plain(words[LANGUAGES.index(language)]) for key, words in material.labels.items()}
    return {section: dict(texts[section]) for section in _SECTIONS} | {"labels": own}
