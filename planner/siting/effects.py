"""What each option of a plan does: findings it closes, people it gains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.coverage.rates import weights_of
from planner.coverage.request import CoverageRequest
from planner.coverage.situation import Situation, matches
from planner.mandates.effects import resulting_facilities
from planner.mandates.evaluation import evaluate, finding_keys
from planner.mandates.findings import MET
from planner.mandates.rows import ColumnKind, Rows
from planner.siting.problem import SitingProblem

EFFECT_COLUMNS = ("option_id", "closes", "standard_id", "group", "people_gained", "people_only")


def effects(
    problem: SitingProblem, options: pd.DataFrame, planned: Situation, requests: Sequence[CoverageRequest]
) -> pd.DataFrame:
    """Return, for each option of a plan, the findings it closes (alone or with others) and the people it covers.

    Parameters
    ----------
    problem
        The siting problem.
    options
        The plan's options with ``complete_year``.
    planned
        The situation with the plan applied, at the horizon.
    requests
        The coverage tables of the study.
    """
    if options.empty:
        return _table([])
    closes = _closed(problem, options, planned)
    people = {number: _people(problem, options, planned, request) for number, request in enumerate(requests)}
    rows: list[tuple[object, ...]] = []
    for option_id, service in options["service"].items():
        closed = ";".join(closes[str(option_id)])
        own = [number for number, request in enumerate(requests) if request.standard.service == service]
        rows += [
            (option_id, closed, requests[number].standard.standard_id, requests[number].groups[0],
             *people[number].loc[option_id])
            for number in own
        ]  # fmt: skip
        if not own:
            rows.append((option_id, closed, "", "", pd.NA, pd.NA))
    return _table(rows)


def _table(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS)).astype({"people_gained": "Int64", "people_only": "Int64"})


def _closed(problem: SitingProblem, options: pd.DataFrame, planned: Situation) -> dict[str, list[str]]:
    """Return by option the keys of findings that are unmet without the plan, met with it, and to whose rows it adds."""
    after = evaluate(problem.binding, planned)
    met = set(finding_keys(after[after["status"] == MET]))
    view = problem.view(problem.horizon, options)
    closes: dict[str, list[str]] = {str(name): [] for name in options.index}
    for mandate in problem.binding:
        rows = mandate.rows(view)
        keys = finding_keys(rows.findings)
        unmet = _unmet_without_plan(rows)
        for finding, option in _supports(rows, options):
            if unmet[finding] and keys[finding] in met:
                closes[str(options.index[option])].append(str(keys[finding]))
    return {name: sorted(set(keys)) for name, keys in closes.items()}


def _unmet_without_plan(rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    unmet = np.zeros(len(rows.findings), dtype=bool)
    np.logical_or.at(unmet, rows.row_finding, rows.row_lower > 0)
    return unmet


def supports(rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return for each entry of the matrix whether a larger value of its column helps its row."""
    lifts = (rows.value > 0) & np.isfinite(rows.row_lower[rows.row])
    lowers = (rows.value < 0) & np.isfinite(rows.row_upper[rows.row])
    return np.asarray(lifts | lowers)


def _supports(rows: Rows, options: pd.DataFrame) -> list[tuple[int, int]]:
    """Return (finding, option) where a taken option has a positive part in a row of the finding."""
    kind = rows.column_kind[rows.column]
    year = rows.column_year[rows.column]
    option = rows.column_option[rows.column]
    complete = options["complete_year"].to_numpy(dtype=np.int64)
    on_time = (kind == ColumnKind.OPTION) | (
        (kind == ColumnKind.YEAR_OPTION) & (complete[np.maximum(option, 0)] == year)
    )
    helps = on_time & supports(rows)
    return list(zip(rows.row_finding[rows.row[helps]].tolist(), option[helps].tolist(), strict=True))


def _people(
    problem: SitingProblem, options: pd.DataFrame, planned: Situation, request: CoverageRequest
) -> pd.DataFrame:
    cover = planned.covers(request.standard)
    weight = weights_of(planned.demand, request.groups[0])
    at_present = problem.present.at(problem.horizon).covered(request.standard, request.where)
    standing = planned.open_facilities(request.standard.service, request.where)
    times = cover.times_covered(standing["place_id"])
    resulting = resulting_facilities(planned.facilities, options)
    counts = (resulting["service"] == request.standard.service).to_numpy() & matches(resulting, request.where)
    own = cover.from_places(options["place_id"])
    return pd.DataFrame(
        {
            "people_gained": np.asarray(own @ (weight * ~at_present)).astype(np.int64) * counts,
            "people_only": np.asarray(own @ (weight * (times == 1))).astype(np.int64) * counts,
        },
        index=options.index,
    )
