"""run.json: everything needed to know what ran, and to measure it again from the files."""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from planner import __version__
from planner.land import LandRule, rules_frame
from planner.mandates import Policy, count_statuses
from planner.network import RoadNetwork
from planner.pipeline.clock import Clock
from planner.pipeline.commitments import commitments_record, facility_assumptions
from planner.pipeline.finished import Finished
from planner.pipeline.inputs import groups_of, groups_within, input_files
from planner.pipeline.measure import Rules, repeated_commitments
from planner.pipeline.outcome import Outcome
from planner.pipeline.road_parts import road_parts
from planner.pipeline.years import bands_of, speaks_of_years
from planner.population import population_record
from planner.study import Study

_LIBRARIES = (
    "geopandas",
    "highspy",
    "numba",
    "numpy",
    "osmium",
    "pandas",
    "pyogrio",
    "pyproj",
    "rasterio",
    "scikit-learn",
    "scipy",
    "shapely",
)


def run_record(outcome: Outcome) -> dict[str, Any]:
    """Return what goes into run.json, but for the time and memory it took."""
    study, plan, inputs = outcome.study, outcome.plan, outcome.inputs
    people = population_record(inputs.population)
    assumed = assumptions(study, outcome.rules.policy, _modes_in_use(outcome.rules))
    return {
        "planner": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "study": {"path": str(study.path), "sha256": _sha256(study.path), "name": study.name, "title": study.title},
        "inputs": [_described(path, study.folder) for path in input_files(study)],
        "settings": _settings(study, outcome.rules, inputs.land_rules),
        "seed": study.seed,
        "rows": {
            "demand": len(inputs.demand),
            "facilities": len(inputs.facilities),
            "sites": len(inputs.sites),
            "options": len(outcome.options),
        },
        "findings": {"before": count_statuses(outcome.findings), "after": count_statuses(outcome.findings_after)},
        "plan": {
            "options": len(plan.options),
            "cost_yuan": plan.cost_yuan,
            "status": plan.status,
            "ties": plan.ties,
            "stages": list(plan.stages),
            "unmet_with_cause": plan.causes["cause"].value_counts().sort_index().to_dict(),
        },
        "network": network_record(inputs.network, inputs.boundaries, _modes_in_use(outcome.rules)),
        "unreached": outcome.unreached,
        "population": people,
        "notice": study.notice,
        "commitments": commitments_record(inputs.facilities, repeated_commitments(study, inputs)),
        "assumptions": [
            *assumed,
            *facility_assumptions(inputs.facilities, study.language),
            *people["words"][study.language],
        ],
    }


def _settings(study: Study, rules: Rules, land: Sequence[LandRule]) -> dict[str, Any]:
    """Return everything that was in effect, defaults filled in and built-ins resolved."""
    return {
        **study.effective(),
        "groups_within": groups_within(study),
        **({"bands": bands_of(study, groups_of(study))} if study.layers.single_ages else {}),
        "forbid_unconfirmed": study.standards.forbid_unconfirmed,
        "standards": _entries(rules, "standard"),
        "numbers": _entries(rules, "number"),
        "land_rules": rules_frame(land).to_dict("records"),
        "coverage": [{"where": {}, **table} for table in rules.profile.raw.get("coverage", [])],
        "mandates": [dict(mandate.raw) for mandate in rules.policy.mandates],
        "profile": {"id": rules.profile.profile_id, "version": rules.profile.version, "note": rules.profile.note},
        "policy": {"id": rules.policy.policy_id, "title": rules.policy.title, "issued": rules.policy.issued},
    }


_ASSUMPTIONS = {
    "zh": {
        "population": "人口按 {base} 年数据，规划各年不变",
        "population_by_year": "人口按年计：现状为 {base} 年，规划后为 {last} 年，见 demand_by_year，未给出的年份{rule}",
        "cohorts": "分年龄人口逐年推移：存活比例 {survival}，不计迁移",
        "areas": "新建居住区自交付年份起计入；各年龄组按所在单元现状年构成推算",
        "anchors": "单元代表点按 {base} 年人口选定，各年不变",
        "money": "投资在开工年计入预算，当年未用完的结转",
        "horizon": "按原文件口径延伸，须以现行标准复核",
        "no_budget": "研究未给出预算：以最少投资满足要求",
        "no_costs": "研究未提供费用：以最少项目数满足要求，费用不作比较",
        "proposed": "允许采用程序生成的候选点（{proposed}）：无地块，地类、面积未知，报审前须落实地块",
        "adjustment": "允许采用需调整规划的候选地（{adjusted}）：须先调整规划",
        "no_crossings": "线状路网不含过街设施：干道和铁路按处处不可穿越（或每次穿越均计代价）处理",
    },
    "en": {
        "population": "population is that of {base} in every year",
        "population_by_year": "population is counted by year: at present that of {base}, with the plan that of {last}; "
        "demand_by_year has every year; years that nobody states {rule}",
        "cohorts": "single ages are shifted year by year: survival {survival}, migration is not modelled",
        "areas": "new residential areas count from their year of delivery; their age groups are derived from the "
        "base-year structure of the unit around them",
        "anchors": "the point that stands for a unit is chosen by the people of {base} and stays",
        "money": "money is spent in the year work starts; what is left carries over",
        "horizon": "the policy speaks up to {horizon}; later years extend its terms and must be checked against "
        "current standards",
        "no_budget": "the study states no budget: mandates are met at least cost",
        "no_costs": "the study supplies no costs: mandates are met with the fewest options, and costs are not compared",
        "proposed": "{proposed} may use sites that the planner proposes: these have no parcel, land use or area yet",
        "adjustment": "{adjusted} may use sites that need an adjustment of the plan: it must be adjusted first",
        "no_crossings": "roads given as lines say nothing of crossings: arterial roads are crossed nowhere, or at a "
        "cost everywhere",
    },
}


def assumptions(study: Study, policy: Policy, modes_in_use: Collection[str] = ()) -> list[str]:
    """Return, in the study's language, what the numbers take for granted."""
    told = [*_people_told(study), "money"]
    if policy.horizon is not None and study.years[-1] > policy.horizon:
        told.append("horizon")
    costs_unknown = any(template.cost_yuan is None for template in study.siting.options)
    if costs_unknown:
        told.append("no_costs")
    elif not study.siting.budget_yuan and study.siting.max_options is None:
        told.append("no_budget")
    proposed = [template.id for template in study.siting.options if template.generated]
    adjusted = [template.id for template in study.siting.options if template.plan_adjustment]
    told += ["proposed"] if proposed else []
    told += ["adjustment"] if adjusted else []
    severed = any(study.modes[name].severed_by for name in modes_in_use if name in study.modes)
    if severed and study.roads is not None and study.roads.kind == "lines":
        told.append("no_crossings")
    texts, rule = _ASSUMPTIONS[study.language], study.years_of_people
    words = {
        "base": study.base_year,
        "last": study.years[-1],
        "horizon": policy.horizon,
        "rule": _RULES[study.language][rule.between],
        "proposed": "、".join(proposed),
        "adjusted": "、".join(adjusted),
        "survival": f"{rule.survival:g}" + (f" ({rule.survival_source})" if rule.survival_source else ""),
    }
    return [texts[name].format(**words) for name in told]


_RULES = {
    "zh": {"step": "沿用此前最近一年的数", "linear": "按直线内插，最后一年之后不变"},
    "en": {"step": "have the last number before", "linear": "lie on a straight line, and after the last one stay"},
}


def _people_told(study: Study) -> list[str]:
    """Return what is to be said of the years of people."""
    layers = study.layers
    told = ["population"] if not speaks_of_years(study) else ["population_by_year"]
    told += ["cohorts"] if layers.single_ages else []
    told += ["areas"] if layers.residential_areas else []
    return [*told, "anchors"] if speaks_of_years(study) else told


def _modes_in_use(rules: Rules) -> frozenset[str]:
    return frozenset(standard.key.mode for standard in rules.standards)


def network_record(
    network: RoadNetwork | None, boundaries: pd.DataFrame, modes_in_use: Collection[str]
) -> dict[str, Any] | None:
    """Return nodes, edges and, by mode in use, the connected parts of the roads, the large ones by name."""
    if network is None:
        return None
    modes = {name: road_parts(network, name, boundaries) for name in sorted(network.modes) if name in modes_in_use}
    return {"nodes": network.node_count, "edges": network.edge_count, "modes": modes}


def effort(clock: Clock, finished: Finished) -> dict[str, Any]:
    """Return the seconds of every part so far, the peak memory, and how many stages an earlier run had finished."""
    seconds = {name: round(value, 3) for name, value in clock.so_far().items()}
    return {"timings_s": seconds, "peak_memory_mib": peak_memory_mib(), "resumed": dict(Counter(finished.resumed))}


def peak_memory_mib() -> float:
    """Return the largest resident memory of this process so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def _entries(rules: Rules, table: str) -> Sequence[dict[str, Any]]:
    return [dict(entry) for entry in rules.profile.raw.get(table, [])]


def _described(path: Path, folder: Path) -> dict[str, Any]:
    return {
        "path": Path(os.path.relpath(path, folder)).as_posix(),
        "sha256": _sha256(path),
        "bytes": path.stat().st_size,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
