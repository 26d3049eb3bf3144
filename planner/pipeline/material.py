"""The tables of a run, handed to the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage import Situation
from planner.mandates import Profile
from planner.pipeline.inputs import Inputs
from planner.pipeline.outcome import Outcome
from planner.report import Material
from planner.siting import site_services, site_services_summary


def material_of(outcome: Outcome, *, at_the_end: Callable[[], Mapping[str, object]]) -> Material:
    """Return everything the report shows; nothing in it is computed again.

    Parameters
    ----------
    outcome
        What the run found.
    at_the_end
        Gives what is added to run.json when everything else is written.
    """
    study, inputs, plan = outcome.study, outcome.inputs, outcome.plan
    profile = outcome.rules.profile
    services = site_services(study.siting.options, pd.DataFrame(inputs.sites.drop(columns="geometry")))
    return Material(
        title=study.report.title or study.title,
        notice=study.report.notice or study.notice,
        language=study.language,
        crs=study.crs,
        base_year=study.base_year,
        years=study.years,
        map_review_number=study.report.map_review_number,
        publish_exclusions=study.report.publish_exclusions,
        boundaries=_with_zones(inputs),
        facilities=inputs.facilities,
        sites=inputs.sites,
        demand=inputs.demand,
        exclusions=inputs.exclusions if len(inputs.exclusions) else None,
        roads=None if inputs.network is None else inputs.network.to_frame(),
        options=outcome.options,
        screening=inputs.screening,
        screening_rules=inputs.screened,
        site_services=services[services["verdict"] != "other_land_use"],
        site_services_summary=site_services_summary(study.siting.options, services),
        data_faults=inputs.faults,
        findings_before=outcome.findings,
        findings_after=outcome.findings_after,
        coverage_before=outcome.coverage,
        coverage_after=outcome.coverage_after,
        covered_before=_covered(outcome.present, profile),
        covered_after=_covered(outcome.planned, profile),
        coverage_requests=[
            _request(profile, request.standard.standard_id, request.groups) for request in profile.coverage
        ],
        gap_areas_before=outcome.gap_areas,
        gap_areas_after=outcome.gap_areas_after,
        plan_options=plan.options,
        plan_effects=plan.effects,
        plan_causes=plan.causes,
        plan_budget=plan.budget,
        stages=pd.DataFrame([asdict(stage) for stage in plan.stages]),
        standards=_standards(profile),
        labels={
            **{mandate.mandate_id: mandate.label for mandate in outcome.rules.policy.mandates},
            **study.report.labels,
        },
        run=outcome.record,
        by_year=outcome.by_year,
        at_the_end=at_the_end,
    )


def _covered(situation: Situation, profile: Profile) -> dict[str, npt.NDArray[np.bool_]]:
    return {
        request.standard.standard_id: situation.covered(request.standard, request.where) for request in profile.coverage
    }


def _with_zones(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the boundaries with the leading zones below them; a zone has no polygon of its own."""
    units = inputs.territory.units
    zones = units[units["level"] == "leading_zone"].rename_axis("code").reset_index()
    if zones.empty:
        return inputs.boundaries
    table = gpd.GeoDataFrame(zones, geometry=gpd.GeoSeries([None] * len(zones), crs=inputs.boundaries.crs))
    return gpd.GeoDataFrame(pd.concat([inputs.boundaries, table], ignore_index=True), crs=inputs.boundaries.crs)


def _request(profile: Profile, standard_id: str, groups: Sequence[str]) -> dict[str, str]:
    entry = profile.entries[standard_id]
    service = "" if entry.reach is None else entry.reach.service
    return {"standard_id": standard_id, "service": service, "label": "", "limit": entry.text, "group": groups[0]}


def _standards(profile: Profile) -> list[dict[str, object]]:
    return [
        {
            "id": entry.entry_id, "limit": entry.text, "modal": entry.modal, "area": entry.area, "source": entry.source,
            "confirmed": entry.confirmed, "invented": entry.invented, "note": entry.note,
            **({"service": entry.reach.service, "mode": entry.reach.key.mode, "cost_kind": entry.reach.key.cost_kind,
                "direction": entry.reach.key.direction} if entry.reach else {}),
        }
        for entry in profile.entries.values()
    ]  # fmt: skip
