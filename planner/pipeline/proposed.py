"""Sites that the planner proposes where nothing serves people at present."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely

from planner.errors import StudyError, fault
from planner.land import GenerateSettings, LandRule
from planner.land.clusters import unserved_clusters
from planner.land.proposed import permitted_region, with_proposed
from planner.layers import FaultLog
from planner.mandates import Profile
from planner.pipeline.finished import Finished
from planner.pipeline.inputs import Inputs, groups_of
from planner.pipeline.measure import Rules, present_situation, study_options
from planner.pipeline.screened import screened
from planner.study import Study


def asks_for_clusters(study: Study) -> bool:
    """Return whether sites are to be proposed where people are unserved: that must be measured first."""
    return any(one.method == "unserved_clusters" for one in study.land.generate)


def check_clusters(study: Study, profile: Profile) -> None:
    """Check that clusters are asked for of standards and groups that there are.

    Raises
    ------
    StudyError
        With the first that is not.
    """
    standards = [request.standard.standard_id for request in profile.coverage]
    for one in study.land.generate:
        if one.method == "unserved_clusters" and one.standard not in standards:
            expected = f"a standard of the coverage tables ({', '.join(standards)}) for [[land.generate]] {one.id!r}"
            raise StudyError(fault(expected, one.standard, "name one of them"))
        if one.method == "unserved_clusters" and one.group not in groups_of(study):
            expected = f"a group of the study ({', '.join(groups_of(study))}) for [[land.generate]] {one.id!r}"
            raise StudyError(fault(expected, one.group, "name one of them"))


def with_clusters(
    study: Study, rules: Rules, inputs: Inputs, options: pd.DataFrame, finished: Finished
) -> tuple[Inputs, pd.DataFrame]:
    """Return inputs and options with the sites that are proposed where people are unserved at present.

    Parameters
    ----------
    study, rules, inputs
        What is asked, held to, and read.
    options
        Those of the sites that there are.
    finished
        Stages of an interrupted run.
    """
    present = present_situation(study, inputs, rules, options.iloc[:0], finished)
    requests = {request.standard.standard_id: request for request in reversed(rules.profile.coverage)}
    log, made = FaultLog(), []
    for one in study.land.generate:
        if one.method == "unserved_clusters":
            request = requests[one.standard]
            open_rows = ~present.covered(request.standard, request.where)
            people = inputs.demand[["unit_code", "x", "y"]].assign(people=inputs.demand[one.group])[open_rows]
            region = _region(one, inputs.permitted, inputs.exclusions, inputs.land_rules)
            here = people[people["people"] > 0]
            made.append(unserved_clusters(one, here, inputs.boundaries, seed=study.seed, region=region))
    found = screened(study, with_proposed(inputs.sites, made, log=log), inputs.exclusions, inputs.land_rules)
    faults = pd.concat([inputs.faults, log.to_frame()], ignore_index=True)
    grown = replace(inputs, sites=found.sites, screening=found.log, screened=found.rules, faults=faults)
    return grown, study_options(study, grown)


def _region(
    one: GenerateSettings, permitted: gpd.GeoDataFrame, exclusions: gpd.GeoDataFrame, rules: tuple[LandRule, ...]
) -> shapely.Geometry | None:
    """Return the land on which the sites are put; None where the study names none."""
    if permitted.empty and not one.land_uses:
        return None
    return permitted_region(one, permitted, exclusions, rules)
