"""What a run says of facilities that do not stand yet: which count, from when, and which do not."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.coverage import is_committed, is_undated

_TOLD = {
    "zh": {
        "committed": "在建和已批未建设施 {n} 处，自启用年份起计入，同一地块不再重复提出",
        "undated": "在建和已批未建设施 {n} 处没有启用年份：不计入，影响结论处记为无法评估",
        "planned": "仅列入规划的设施 {n} 处：任何年份都不计入",
    },
    "en": {
        "committed": "{n} facilities under construction or approved count from their opening year, and nothing of "
        "their kind is proposed on their land again",
        "undated": "{n} facilities under construction or approved state no opening year: they are not counted, and "
        "findings that they would decide are not evaluable",
        "planned": "{n} facilities that are merely planned (规划) count in no year",
    },
}
PLANNED_STATUS = "规划"


def facility_assumptions(facilities: pd.DataFrame, language: str) -> list[str]:
    """Return how facilities that do not stand yet were counted; nothing where there are none."""
    undated = int(is_undated(facilities).sum())
    counts = {
        "committed": int(is_committed(facilities).sum()) - undated,
        "undated": undated,
        "planned": int((facilities["status"] == PLANNED_STATUS).sum()),
    }
    return [_TOLD[language][name].format(n=count) for name, count in counts.items() if count]


def commitments_record(facilities: pd.DataFrame, repeated: pd.DataFrame) -> dict[str, Any]:
    """Return, for run.json, the facilities that do not stand yet, and the options that would repeat one of them.

    Parameters
    ----------
    facilities
        Of the present.
    repeated
        option_id, facility_id.
    """
    undated = is_undated(facilities)
    dated = facilities[is_committed(facilities) & ~undated]
    return {
        "counted_from": {str(name): int(year) for name, year in dated["opened_year"].items()},
        "without_year": [str(name) for name in facilities.index[undated]],
        "planned_not_counted": [str(name) for name in facilities.index[facilities["status"] == PLANNED_STATUS]],
        "not_proposed": {str(row.option_id): str(row.facility_id) for row in repeated.itertuples()},
    }
