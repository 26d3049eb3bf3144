"""The whole payload of a map."""

from __future__ import annotations

from typing import Any

from planner.report.catalogue import LANGUAGES, catalogue
from planner.report.material import Material, weight_group
from planner.report.pairs import paired_findings
from planner.report.payload import findings, land, people, provision
from planner.report.payload.encode import Grid, Strings
from planner.report.plain import plain
from planner.report.sheets import wan

_SECTIONS = (
    "page services groups levels actions modes cost_kinds directions units causes gap_reasons facility_statuses owners "
    "ranks road_classes statuses strengths"
).split()


def payload(material: Material) -> dict[str, Any]:
    """Return everything the page draws and says, in the types that JSON has.

    Longitudes and latitudes are integers of 1e-5 degree, as differences; texts are positions in ``strings``.
    """
    grid, strings = Grid(material.crs), Strings()
    table = land.unit_table(material)
    position = {str(code): number for number, code in enumerate(table.index)}
    keys = findings.finding_keys(material)
    content = {
        "meta": _meta(material) | {"extent": land.extent(table, material, grid)},
        "texts": {language: _words(material, language) for language in LANGUAGES},
        "units": land.units(table, grid, strings),
        "roads": land.roads(material, grid),
        "exclusions": land.exclusions(material, grid, strings),
        "demand": people.demand(material, grid),
        "standards": people.standards(material, strings),
        "coverage": people.coverage(material, position, strings),
        "gaps": people.gaps(material, grid, position, strings),
        "facilities": provision.facilities(material, grid, position, strings),
        "sites": provision.sites(material, grid, position, strings),
        "plan": provision.plan(material, grid, position, strings, keys),
        "views": findings.views(material, strings),
        "findings": findings.findings(material, table, position, strings),
    }
    return content | {"strings": strings.table}


def _meta(material: Material) -> dict[str, Any]:
    both = paired_findings(material)
    return {
        "title": plain(material.title),
        "notice": plain(material.notice),
        "language": material.language,
        "crs": plain(material.crs),
        "review": plain(material.map_review_number),
        "base_year": material.base_year,
        "final_year": material.final_year,
        "group": weight_group(material),
        "gaps": [int((both[f"status_{when}"] == "gap").sum()) for when in ("before", "after")],
        "findings": len(both),
        "projects": len(material.plan_options),
        "cost_wan": wan(material.plan_options["cost_yuan"].sum()),
    }


def _words(material: Material, language: str) -> dict[str, dict[str, str]]:
    """Return the texts of the page in one language; the study's own words under ``labels``."""
    texts = catalogue(language)
    own = {plain(key): plain(words[LANGUAGES.index(language)]) for key, words in material.labels.items()}
    return {section: dict(texts[section]) for section in _SECTIONS} | {"labels": own}
