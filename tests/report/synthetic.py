"""A made-up study for the tests of the report: three counties, 36 townships, five services, a plan.

Nothing here comes from the other rooms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.report import Material
from tests.report import synthetic_land as land
from tests.report import synthetic_results as results
from tests.report.synthetic_land import CRS, SERVICES

HOSTILE = (
    "<script>alert(1)</script>",
    "${alert(1)}",
    '=HYPERLINK("x","y")',
    "@SUM(1+1)",
    "مدرسة الأطفال \u202eabc",
    "👩‍🏫🏫" * 4,
    "很长的名称" * 60,
    "{{ 7 * 7 }}{% raw %}",
    "</script><script>alert(1)</script>",
    "'; alert(1); //",
    "+cmd|' /C calc'!A0",
    "<img src=x onerror=alert(1)>\u2028`\\",
)


@dataclass(frozen=True)
class Size:
    """How big the made-up study is."""

    points: int = 2_000
    blocks: int = 6
    sites: int = 60


def synthetic(*, seed: int = 7, hostile: bool = False, size: Size | None = None, language: str = "zh") -> Material:
    """Return a whole material; `hostile` gives the first facilities, sites and units names that attack."""
    size = size or Size()
    rng = np.random.default_rng(seed)
    centres = land.centres(rng)
    boundaries = land.boundaries(centres)
    townships = boundaries[boundaries["level"] == "township"].reset_index(drop=True)
    demand = land.demand(rng, centres, townships, size.points)
    facilities, sites = land.facilities(rng, centres, townships), land.sites(rng, centres, townships, size.sites)
    if hostile:
        facilities.loc[facilities.index[: len(HOSTILE)], "name"] = list(HOSTILE)
        sites.loc[sites.index[: len(HOSTILE)], "name"] = list(HOSTILE)
        boundaries.loc[boundaries.index[4 : 4 + len(HOSTILE)], "name"] = list(HOSTILE)
    options = land.options(sites, townships)
    requests = [
        {
            "standard_id": f"{service}.near",
            "service": service,
            "label": f"{service} {limit:g} m",
            "limit": f"{limit:g} m",
        }
        for service, limit in SERVICES.items()
    ]
    covered = {
        side: results.covered(demand, facilities, options if side == "after" else options[:0])
        for side in ("before", "after")
    }
    coverage = {side: results.coverage(boundaries, demand, flags) for side, flags in covered.items()}
    gaps = {side: results.gaps(demand, facilities, flags) for side, flags in covered.items()}
    findings = {
        side: results.findings(boundaries, demand, facilities, options if side == "after" else options[:0])
        for side in covered
    }
    plan = options.assign(start_year=[2026 + i % 4 for i in range(len(options))])
    plan["complete_year"] = plan["start_year"] + 1
    return Material(
        title="滨海三县基本公共服务设施布局研究",
        notice="示例数据：全部虚构，不得作为规划依据",
        language=language,
        crs=CRS,
        base_year=2025,
        years=(2026, 2027, 2028, 2029, 2030),
        boundaries=boundaries,
        roads=land.roads(rng, centres, size.blocks),
        facilities=facilities,
        sites=sites,
        exclusions=land.exclusions(centres),
        publish_exclusions=("water",),
        demand=demand,
        findings_before=findings["before"],
        findings_after=findings["after"],
        coverage_before=coverage["before"],
        coverage_after=coverage["after"],
        covered_before=covered["before"],
        covered_after=covered["after"],
        coverage_requests=requests,
        gap_areas_before=gaps["before"],
        gap_areas_after=gaps["after"],
        plan_options=plan,
        plan_effects=results.effects(plan, findings, demand, covered),
        plan_causes=results.causes(findings["after"], sites),
        plan_budget=results.budget(plan),
        stages=pd.DataFrame(
            [{"name": "2030.hard_count", "status": "optimal", "objective": 3, "bound": 3.0, "gap": 0.0, "seconds": 0.4}]
        ),
        screening=results.screening(sites),
        data_faults=pd.DataFrame(
            [["facilities", "f1", "duplicate_name", "名称重复：得胜街道", "duplicate name", "=按代码连接"]],
            columns=["layer", "row_id", "code", "message", "message_en", "remedy"],
        ),
        options=options,
        run={
            "planner": "0.1.0",
            "inputs": [{"path": "roads.gpkg", "sha256": "0" * 64, "bytes": 1234, "rows": np.int64(5)}],
            "nan": float("nan"),
        },
    )
