"""From tables to the present situation: rules, options, places, anchors, reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from planner.coverage import CoverageRequest, ReachStandard, Situation, anchors, nearest_open
from planner.errors import Faults, LayerError, MandateError, StudyError, fault, shortened
from planner.mandates import Policy, Profile, anchor_levels, needs, read_policy, read_profile, readings, standards_of
from planner.network import Reaches, grow_nearest, reaches
from planner.network.reach import TargetKind
from planner.pipeline.attempts import Attempts
from planner.pipeline.finished import Finished, without_threads
from planner.pipeline.inputs import Inputs, groups_of
from planner.siting import PeopleCovered, SitingProblem, make_options, not_proposed, taken_sites
from planner.study import Study


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Rules:
    """What the study holds the city to.

    Attributes
    ----------
    profile, policy
        The numbers, and the mandates bound to them.
    standards
        The reach standards in use, by id.
    """

    profile: Profile
    policy: Policy
    standards: tuple[ReachStandard, ...]


def read_rules(study: Study) -> Rules:
    """Read the standards profile and the policy of a study, and check them against its population groups.

    Raises
    ------
    InputError
        With all faults of both files at once.
    """
    attempts = Attempts()
    profile = attempts(lambda: read_profile(study.standards.profile, folder=study.folder))
    policy = attempts(
        lambda: read_policy(
            study.mandates.policy,
            profile=profile or _NO_NUMBERS,
            years=study.years,
            only=study.mandates.only,
            forbid_unconfirmed=study.standards.forbid_unconfirmed,
            folder=study.folder,
        )
    )
    if profile is not None:
        attempts(lambda: _check_groups(profile.coverage, groups_of(study)))
        attempts(lambda: _check_objectives(profile.coverage, study))
    if profile is None or policy is None:
        attempts.raise_if_any()
        raise AssertionError("rules without faults were not made")
    standards = tuple(standards_of(policy.mandates, profile.coverage))
    attempts(lambda: _check_modes(standards, study))
    attempts.raise_if_any()
    return Rules(profile=profile, policy=policy, standards=standards)


_NO_NUMBERS = Profile(profile_id="", version="", note="", entries={}, coverage=())
"""Stands for a broken profile, so that the faults of the policy are told with its own."""


def _check_groups(coverage: Iterable[CoverageRequest], groups: Sequence[str]) -> None:
    unknown = sorted({group for request in coverage for group in request.groups} - set(groups))
    if unknown:
        raise MandateError(
            fault(
                f"population groups of the study ({', '.join(groups)})",
                ", ".join(unknown),
                "add the groups or correct the coverage tables",
            )
        )


def _check_objectives(coverage: Iterable[CoverageRequest], study: Study) -> None:
    faults = Faults()
    standards = [request.standard.standard_id for request in coverage]
    aims = study.siting.objectives
    if unknown := [aim.standard for aim in aims if aim.standard not in standards]:
        expected = f"objectives over coverage tables of the profile ({', '.join(standards)})"
        faults.add(expected, ", ".join(unknown), "name one of them")
    groups = groups_of(study)
    if strange := [aim.group for aim in aims if aim.group not in groups]:
        faults.add(f"objectives for groups of the study ({', '.join(groups)})", ", ".join(strange), "name one of them")
    faults.raise_if_any(StudyError)


def _check_modes(standards: Iterable[ReachStandard], study: Study) -> None:
    on_roads = sorted({standard.key.mode for standard in standards} - {"straight"})
    if on_roads and study.roads is None:
        raise StudyError(
            fault(
                "roads for the modes of the standards",
                f"no [roads], but {', '.join(on_roads)}",
                "add [roads] or use straight-line standards",
            )
        )
    unknown = [mode for mode in on_roads if mode not in study.modes]
    if unknown:
        raise StudyError(
            fault(f"modes known to the study ({', '.join(study.modes)})", ", ".join(unknown), "correct the standards")
        )


def study_options(study: Study, inputs: Inputs) -> pd.DataFrame:
    """Return every option that the study's templates give on its sites and facilities, commitments not repeated."""
    made = _every_option(study, inputs)
    return made.drop(index=not_proposed(made, taken_sites(inputs.sites, inputs.facilities))["option_id"])


def repeated_commitments(study: Study, inputs: Inputs) -> pd.DataFrame:
    """Return the options that are not made because what they would build is committed: option_id, facility_id."""
    return not_proposed(_every_option(study, inputs), taken_sites(inputs.sites, inputs.facilities))


def _every_option(study: Study, inputs: Inputs) -> pd.DataFrame:
    return make_options(
        study.siting.options,
        pd.DataFrame(inputs.sites.drop(columns="geometry")),
        inputs.facilities,
        first_year=study.years[0],
    )


def places(facilities: pd.DataFrame, options: pd.DataFrame) -> pd.DataFrame:
    """Return every place where something stands or may stand, indexed by place_id: x, y (metres)."""
    both = pd.concat([facilities[["place_id", "x", "y"]], options[["place_id", "x", "y"]]], ignore_index=True)
    apart = both.drop_duplicates()
    twice = apart[apart["place_id"].duplicated()]["place_id"]
    if len(twice):
        raise LayerError(
            fault(
                "one position for every place", f"several for {shortened(twice)}", "give each position its own place_id"
            )
        )
    return apart.set_index("place_id").sort_index()


def present_situation(
    study: Study, inputs: Inputs, rules: Rules, options: pd.DataFrame, finished: Finished | None = None
) -> Situation:
    """Return the situation of the base year, with every reach that mandates and coverage will read.

    Parameters
    ----------
    study, inputs, rules, options
        What is asked, read, held to, and may be done.
    finished
        Stages of an interrupted run, where there was one.
    """
    points = places(inputs.facilities, options)
    centre = anchors(
        inputs.territory,
        inputs.people.anchored,
        people=groups_of(study)[0],
        levels=anchor_levels(rules.policy.mandates),
    )
    asked = needs(rules.standards, inputs.facilities, options)

    def situation(held: Reaches) -> Situation:
        return Situation(
            year=study.base_year,
            territory=inputs.territory,
            facilities=inputs.facilities,
            demand=inputs.demand,
            anchors=centre,
            reaches=held,
            people=groups_of(study)[0],
            demands=inputs.people.demands,
        )

    def searched() -> Reaches:
        held = reaches(
            inputs.network,
            places=points,
            demand=inputs.demand[["x", "y"]],
            anchors=centre[["x", "y"]],
            needs=asked,
            modes=study.modes,
            settings=study.network,
        )
        return with_complete_nearest(situation(held), study, inputs, rules, options).reaches

    read = [inputs.network, inputs.territory, inputs.facilities, inputs.demand, options, centre, asked]
    said = [study.base_year, study.years, study.modes, without_threads(study.network)]
    listed = readings(rules.policy.mandates, rules.profile.coverage)
    return situation((finished or Finished(None)).once("reach", [read, said, listed], searched))


def with_complete_nearest(
    situation: Situation, study: Study, inputs: Inputs, rules: Rules, options: pd.DataFrame
) -> Situation:
    """Return the situation with lists of nearest places grown until none ends before an open facility.

    The lists hold candidate places too, so that a short one may name no facility at all. Looked at in the
    situation's own year and in the last one: facilities close.
    """
    tables: dict[TargetKind, pd.DataFrame] = {
        "place": places(inputs.facilities, options),
        "demand": inputs.demand[["x", "y"]],
        "anchor": situation.anchors[["x", "y"]],
    }
    read = readings(rules.policy.mandates, rules.profile.coverage)
    years = sorted({situation.year, study.years[-1]})
    for year, (standard, where) in product(years, read):
        while not nearest_open(situation.at(year), standard, where)["known"].all():
            grown = grow_nearest(
                situation.reaches,
                standard.label,
                inputs.network,
                points=tables,
                modes=study.modes,
                settings=study.network,
            )
            situation = replace(situation, reaches=grown)
    return situation


def siting_problem(
    study: Study, inputs: Inputs, rules: Rules, present: Situation, options: pd.DataFrame
) -> SitingProblem:
    """Return the siting problem of a study."""
    settings = study.siting
    by_id = {request.standard.standard_id: request for request in rules.profile.coverage}
    objectives = tuple(
        PeopleCovered(request=replace(by_id[aim.standard], groups=(aim.group, *by_id[aim.standard].groups)))
        for aim in settings.objectives
    )
    return SitingProblem(
        mandates=rules.policy.mandates,
        present=present,
        options=options,
        years=study.years,
        budget_yuan=dict(settings.budget_yuan),
        max_options=settings.max_options,
        max_yuan_per_person=settings.max_yuan_per_person,
        objectives=objectives,
        units=inputs.boundaries,
        seed=study.seed,
    )
