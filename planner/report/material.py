"""What a report is made of: every table of a finished run, and nothing that must still be computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import fault, shortened

Labels = Mapping[str, tuple[str, str]]

_FINDINGS = (
    "mandate_id unit_code unit_name unit_level county_code county_name year status measured required unit_of_measure "
    "shortfall people_affected evidence reason_code reason reason_en estimated strength predicate service quote "
    "section lead_department standard_id standard_confirmed standard_limit"
)
_COVERAGE = (
    "standard_id service cost_kind limit mode direction unit_code unit_name unit_level "
    "group total covered share uncovered"
)
_GAPS = "gap_id standard_id x y points unit_code nearest_cost reason"
_COLUMNS: Mapping[str, str] = {
    "boundaries": "code name level kind parent_code geometry",
    "roads": "road_class geometry",
    "facilities": "facility_id name place_id service unit_code x y status opened_year closed_year",
    "sites": "site_id name unit_code x y land_use area_m2 excluded excluded_by",
    "exclusions": "rule_id rule_name geometry",
    "demand": "demand_id x y",
    "findings_before": _FINDINGS,
    "findings_after": _FINDINGS,
    "coverage_before": _COVERAGE,
    "coverage_after": _COVERAGE,
    "gap_areas_before": _GAPS,
    "gap_areas_after": _GAPS,
    "plan_options": "option_id name service action facility_id unit_code x y cost_yuan start_year complete_year",
    "plan_effects": "option_id closes people_gained people_only standard_id group",
    "plan_causes": "mandate_id unit_code year cause reason reason_en verified",
    "plan_budget": "year budget_yuan spent_yuan carried_yuan",
    "stages": "name status objective bound gap seconds",
    "screening": "site_id rule_id rule_name layer source overlap_m2 excluded",
    "screening_rules": "rule_id name name_en screened layers effect limit unit services source strength",
    "site_services": "template_id service site_id verdict usable land_uses min_area_m2",
    "site_services_summary": "template_id service usable",
    "data_faults": "layer row_id code message message_en remedy",
    "options": "option_id service action",
}


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Material:
    """Everything a report shows, as the run left it. Nothing in it is changed or computed anew.

    A table's id (``facility_id``, ``site_id``, ``option_id``, ``demand_id``) may be its index or a column.
    Coordinates x, y are metres in `crs`.

    Attributes
    ----------
    title, notice
        Shown at all times: what this is, and what it must not be taken for.
    language
        The language shown first: "zh" or "en". The other is beside it.
    crs
        The metric study CRS, such as "EPSG:4550".
    base_year, years
        The present, and the years of the plan, ascending; ``years[-1]`` is what "after" means.
    map_review_number
        审图号; "" where there is none yet.
    publish_exclusions
        ``rule_id`` of the excluded land that may be drawn; any other is not in any output of the report.
    boundaries, roads, exclusions
        GeoDataFrames in `crs`; roads and exclusions may be None, a boundary's geometry too.
    facilities, sites, demand, options, screening, data_faults
        As the rooms below left them; `facilities` are those of the present.
    findings_before, findings_after, coverage_before, coverage_after, gap_areas_before, gap_areas_after
        Before: the present. After: the last year with the plan.
    covered_before, covered_after
        By standard_id: bool array aligned with the rows of `demand`.
    coverage_requests
        One mapping per coverage shown: standard_id, service, label, limit, and group (the leading one), all texts.
    plan_options, plan_effects, plan_causes, plan_budget, stages
        The plan; `stages` with columns name, status, objective, bound, gap, seconds.
    screening_rules
        Every rule of land, whether there was a layer to look at, and how many sites it met.
    site_services, site_services_summary
        What each build template may do with each site of a fitting or unknown use; how many sites it may use, and
        why not the others.
    standards
        Rows of the standards profile in use, for the sheet of sources; any keys, those known are shown.
    labels
        Chinese and English words of the study for its own ids (services, groups, mandates, land uses, rules).
    by_year
        Tables of single years, by name; written as they are. Empty where people stay as they are.
    run
        What goes into run.json.
    at_the_end
        Called when everything else is written; what it returns (time taken, memory) is added to run.json.
    """

    title: str
    notice: str
    language: str
    crs: str
    base_year: int
    years: tuple[int, ...]
    boundaries: gpd.GeoDataFrame
    facilities: pd.DataFrame
    sites: pd.DataFrame
    demand: pd.DataFrame
    findings_before: pd.DataFrame
    findings_after: pd.DataFrame
    coverage_before: pd.DataFrame
    coverage_after: pd.DataFrame
    covered_before: Mapping[str, npt.NDArray[np.bool_]]
    covered_after: Mapping[str, npt.NDArray[np.bool_]]
    coverage_requests: Sequence[Mapping[str, str]]
    gap_areas_before: pd.DataFrame
    gap_areas_after: pd.DataFrame
    plan_options: pd.DataFrame
    plan_effects: pd.DataFrame
    plan_causes: pd.DataFrame
    plan_budget: pd.DataFrame
    stages: pd.DataFrame
    screening: pd.DataFrame
    data_faults: pd.DataFrame
    options: pd.DataFrame
    run: Mapping[str, object]
    roads: gpd.GeoDataFrame | None = None
    exclusions: gpd.GeoDataFrame | None = None
    screening_rules: pd.DataFrame = field(default_factory=pd.DataFrame)
    site_services: pd.DataFrame = field(default_factory=pd.DataFrame)
    site_services_summary: pd.DataFrame = field(default_factory=pd.DataFrame)
    map_review_number: str = ""
    publish_exclusions: tuple[str, ...] = ()
    standards: Sequence[Mapping[str, object]] = ()
    by_year: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
    at_the_end: Callable[[], Mapping[str, object]] = dict

    def __post_init__(self) -> None:
        for name, columns in _COLUMNS.items():
            frame: pd.DataFrame | None = getattr(self, name)
            if frame is not None and frame.empty and name not in ("boundaries", "roads", "exclusions"):
                object.__setattr__(self, name, _with_columns(frame, columns.split()))
        lacking = [sentence for name, columns in _COLUMNS.items() for sentence in _lacking(self, name, columns.split())]
        lacking += [
            sentence for covered in (self.covered_before, self.covered_after) for sentence in _misfits(self, covered)
        ]
        if self.language not in ("zh", "en"):
            lacking.append(fault('the language "zh" or "en"', repr(self.language), "choose one of the two"))
        if lacking:
            raise ValueError("\n".join(lacking))

    @property
    def final_year(self) -> int:
        """The year that "after" stands for."""
        return self.years[-1] if self.years else self.base_year


def with_id(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the table with its id as the first column, whether it was a column or the index.

    Parameters
    ----------
    frame
        A table of `Material`.
    name
        The id, such as "facility_id".
    """
    if name not in frame.columns:
        return frame.rename_axis(index=name).reset_index()
    others = [column for column in frame.columns if column != name]
    return frame[[name, *others]].reset_index(drop=True)


def published_exclusions(material: Material) -> gpd.GeoDataFrame | None:
    """Return the excluded land that may be drawn, None where there is none."""
    if material.exclusions is None:
        return None
    chosen = material.exclusions[material.exclusions["rule_id"].isin(list(material.publish_exclusions))]
    return chosen if len(chosen) else None


def people_counted(material: Material) -> dict[str, Any]:
    """Return what the run's record says of the people counted; {} where it says nothing."""
    found = material.run.get("population")
    return dict(found) if isinstance(found, Mapping) else {}


def people_words(material: Material, language: str) -> list[str]:
    """Return whom the layers of population count, and what of it is derived or estimated, in sentences."""
    return [str(sentence) for sentence in people_counted(material).get("words", {}).get(language, [])]


def weight_group(material: Material) -> str:
    """Return the group by whose persons a demand point is weighed: people, else the first that coverage counts."""
    counted = [group for group in material.coverage_before["group"].unique() if group in material.demand.columns]
    return next((group for group in ("people", *counted) if group in material.demand.columns), "")


def lead_group(material: Material, standard_id: str) -> str:
    """Return the group that leads a standard's coverage: the request's own, else people, else the first counted."""
    for request in material.coverage_requests:
        if request["standard_id"] == standard_id and request.get("group"):
            return request["group"]
    table = material.coverage_before
    groups = [group for group in table.loc[table["standard_id"] == standard_id, "group"].unique() if group != "places"]
    return "people" if "people" in groups else next(iter(groups), weight_group(material))


def _with_columns(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return an empty table with at least these columns."""
    return frame.reindex(columns=[*frame.columns, *(column for column in columns if column not in frame.columns)])


def _lacking(material: Material, table: str, columns: Sequence[str]) -> list[str]:
    frame: pd.DataFrame | None = getattr(material, table)
    if frame is None:
        return []
    present = {*map(str, frame.columns), str(frame.index.name)}
    absent = [column for column in columns if column not in present]
    if table in ("facilities", "sites", "demand", "plan_options", "options") and absent == [columns[0]]:
        absent = []  # an unnamed index is the id
    if not absent:
        return []
    return [
        fault(
            f"the table {table} with all its columns", f"none called {shortened(absent)}", "hand over the whole table"
        )
    ]


def _misfits(material: Material, covered: Mapping[str, npt.NDArray[np.bool_]]) -> list[str]:
    points = len(material.demand)
    return [
        fault(
            f"one value per demand point ({points})", f"{len(flags)} for {standard}", "align the array with the demand"
        )
        for standard, flags in covered.items()
        if len(flags) != points
    ]
