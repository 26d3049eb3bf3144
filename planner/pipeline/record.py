"""run.json: everything needed to know what ran, and to measure it again from the files."""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from planner import __version__
from planner.mandates import Policy, count_statuses
from planner.network import RoadNetwork
from planner.pipeline.inputs import input_files
from planner.pipeline.measure import Rules
from planner.siting import Plan
from planner.study import Study

_LIBRARIES = ("geopandas", "highspy", "numba", "numpy", "osmium", "pandas", "pyogrio", "pyproj", "scikit-learn", "scipy", "shapely")


def run_record(
    study: Study,
    rules: Rules,
    *,
    before: pd.DataFrame,
    after: pd.DataFrame,
    plan: Plan,
    network: RoadNetwork | None,
    unreached: pd.DataFrame,
    timings_s: Mapping[str, float],
    rows: Mapping[str, int],
) -> dict[str, Any]:
    """Return what goes into run.json.

    Parameters
    ----------
    study, rules
        What was asked.
    before, after
        Findings.
    plan
        What was decided.
    network
        The roads, to tell their components.
    unreached
        Uncovered people by reason.
    timings_s
        Seconds by stage of the run.
    rows
        How many rows each table had.
    """
    return {
        "planner": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "study": {"path": str(study.path), "sha256": _sha256(study.path), "name": study.name, "title": study.title},
        "inputs": [_described(path, study.folder) for path in input_files(study)],
        "settings": {
            **study.effective(),
            "forbid_unconfirmed": study.standards.forbid_unconfirmed,
            "standards": _entries(rules, "standard"),
            "numbers": _entries(rules, "number"),
            "coverage": [{"where": {}, **table} for table in rules.profile.raw.get("coverage", [])],
            "mandates": [dict(mandate.raw) for mandate in rules.policy.mandates],
            "profile": {"id": rules.profile.profile_id, "version": rules.profile.version, "note": rules.profile.note},
            "policy": {"id": rules.policy.policy_id, "title": rules.policy.title, "issued": rules.policy.issued},
        },
        "seed": study.seed,
        "rows": dict(rows),
        "findings": {"before": count_statuses(before), "after": count_statuses(after)},
        "plan": {
            "options": len(plan.options), "cost_yuan": plan.cost_yuan, "status": plan.status, "ties": plan.ties,
            "stages": list(plan.stages), "unmet_with_cause": plan.causes["cause"].value_counts().sort_index().to_dict(),
        },
        "network": network_record(network),
        "unreached": unreached,
        "timings_s": {name: round(seconds, 3) for name, seconds in timings_s.items()},
        "peak_memory_mib": peak_memory_mib(),
        "notice": study.notice,
        "assumptions": assumptions(study, rules.policy),
    }  # fmt: skip


def assumptions(study: Study, policy: Policy) -> list[str]:
    """Return, in the study's language, what the numbers take for granted."""
    zh = study.language == "zh"
    told = [
        f"人口按 {study.base_year} 年数据，规划各年不变" if zh else f"population is that of {study.base_year} in every year",
        "投资在开工年计入预算，当年未用完的结转" if zh else "money is spent in the year work starts; what is left carries over",
    ]
    if policy.horizon is not None and study.years[-1] > policy.horizon:
        told.append("按原文件口径延伸，须以现行标准复核" if zh else f"the policy speaks up to {policy.horizon}; later years extend its terms and need checking against current standards")
    if not study.siting.budget_yuan and study.siting.max_options is None:
        told.append("研究未给出预算：以最少投资满足要求" if zh else "the study states no budget: mandates are met at least cost")
    return told


def network_record(network: RoadNetwork | None) -> dict[str, Any] | None:
    """Return nodes, edges and, by mode, the components of the roads: those of 10 km or more, and how many smaller ones."""
    if network is None:
        return None
    modes = {}
    for name in sorted(network.modes):
        table = network.component_summary(name)
        large = table[table["road_m"] >= 10_000]
        modes[name] = {"components": len(table), "large": large.round(1).to_dict(orient="records"), "fragments": len(table) - len(large),
                       "fragments_road_m": round(float(table["road_m"].sum() - large["road_m"].sum()), 1)}  # fmt: skip
    return {"nodes": network.node_count, "edges": network.edge_count, "modes": modes}


def peak_memory_mib() -> float:
    """Return the largest resident memory of this process so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def _entries(rules: Rules, table: str) -> Sequence[dict[str, Any]]:
    return [dict(entry) for entry in rules.profile.raw.get(table, [])]


def _described(path: Path, folder: Path) -> dict[str, Any]:
    return {"path": Path(os.path.relpath(path, folder)).as_posix(), "sha256": _sha256(path), "bytes": path.stat().st_size}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
