"""People of units again: every unit has the people that its table says, and they stand where the layers say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from planner.errors import VerificationError, fault
from planner.layers import FaultLog, read_source
from planner.layers.source import DemandSource, SpreadSource
from planner.layers.unit_people import read_unit_people
from planner.verify.outcome import Verification, of_faults
from planner.verify.persons import whole

_METRE = 0.001


def counted_by_unit(entries: list[Mapping[str, Any]], number: int) -> bool:
    """Return whether a layer of population counts the people of units, by the record of the run."""
    return number < len(entries) and entries[number].get("counted_at") == "units"


def numbers_of(table: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Return the demand table of a run, which is text, with numbers, indexed by demand_id."""
    numbers = {name: pd.to_numeric(table[name]).astype("float64") for name in ("x", "y", *groups)}
    return table.assign(**numbers).set_index("demand_id")


def check_units(
    source: DemandSource,
    record: Mapping[str, Any],
    points: pd.DataFrame,
    boundaries: pd.DataFrame,
    *,
    crs: str,
    crosswalk: pd.DataFrame | None,
) -> Verification:
    """Compare the points of a layer that counts units with its table and with what they were spread over.

    Parameters
    ----------
    source
        The layer.
    record
        What run.json remembers of it.
    points
        Demand points, of other layers too: those of a unit are called ``<unit>`` or ``<unit>:<row>``.
    boundaries, crosswalk
        As the layer readers give.
    crs
        Of the study.
    """
    table = read_unit_people(source, boundaries, crs=crs, log=FaultLog(), crosswalk=crosswalk)
    above = dict(zip(boundaries["code"], boundaries["parent_code"], strict=True))
    units = table.rename_axis(None).assign(unit_code=[above.get(str(code), "") for code in table.index])
    within = {group: str(outer) for group, outer in record.get("within", {}).items()}
    counted = whole(units, list(source.groups), within)
    unit = points.index.astype("str").str.partition(":").get_level_values(0)
    points = points.assign(unit=unit)[unit.isin(counted.index) & (points[list(source.groups)] > 0).any(axis=1)]
    wrong = list(_totals(counted, points, source))
    checks = len(counted) * len(source.groups)
    if source.spread is not None:
        spread = points[points.index != points["unit"]]
        wrong += _shares(source, source.spread, record, counted, spread, crs)
        checks += len(spread)
    return of_faults(wrong, checks=checks)


def _totals(counted: pd.DataFrame, points: pd.DataFrame, source: DemandSource) -> Iterator[str]:
    held = points.groupby("unit")[list(source.groups)].sum()
    lost = set(counted.index) - set(held.index)
    for group in source.groups:
        for code, persons in counted[group].items():
            there = 0 if code in lost else int(held.loc[code, group])
            if there != persons and not (code in lost and persons == 0):
                expected = f"{persons} {group} of unit {code} in {source.name} at demand points"
                yield fault(expected, f"{there} in demand.csv", "run the study again")


def _shares(
    source: DemandSource, spread: SpreadSource, record: Mapping[str, Any], counted: pd.DataFrame, points: pd.DataFrame,
    crs: str,
) -> list[str]:  # fmt: skip
    """Return one sentence per point that stands elsewhere than its row, or has not the share of its weight."""
    rows = _weighed(spread, record["spread"], crs)
    own = points.index.str.partition(":").get_level_values(2)
    absent = ~own.isin(rows.index)
    if absent.any():
        return [fault(f"rows of {spread.name} for all points", f"none for {points.index[absent][0]}", "run again")]
    at = rows.loc[own]
    away = np.hypot(at["x"].to_numpy() - points["x"], at["y"].to_numpy() - points["y"]).to_numpy() > _METRE
    group = source.groups[0]
    total = points["unit"].map(_weight_by_unit(rows, points, own)).to_numpy(dtype=np.float64)
    exact = points["unit"].map(counted[group]).to_numpy(dtype=np.float64) * at["weight"].to_numpy() / total
    unlike = (points[group].to_numpy() > exact + 1 + 1e-4 * exact) & (exact < np.inf)
    bad = np.flatnonzero(away | unlike)
    return [
        fault(f"demand point {points.index[one]} as {spread.name} weighs it", "another place or share", "run again")
        for one in bad
    ]


def _weight_by_unit(rows: pd.DataFrame, points: pd.DataFrame, own: pd.Index) -> dict[str, float]:
    """Return the weights of the rows that hold anybody, by unit: never more than the unit's whole weight."""
    weights = rows.loc[own, "weight"].to_numpy()
    return {str(unit): float(one) for unit, one in pd.Series(weights).groupby(points["unit"].to_numpy()).sum().items()}


def _weighed(spread: SpreadSource, told: Mapping[str, Any], crs: str) -> pd.DataFrame:
    """Return the rows of a spread layer with a place inside each and its weight."""
    frame = read_source(spread, crs=crs, log=FaultLog(), positions=True)
    frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    inner = frame.geometry.representative_point()
    ids = frame["id"].astype("str").str.strip() if "id" in frame.columns else frame.index.astype("str")
    table = pd.DataFrame({"x": inner.x.to_numpy(), "y": inner.y.to_numpy()}, index=pd.Index(ids))
    if "learned" in told:
        parts = told["learned"]["coefficients"].items()
        weight = sum(pd.to_numeric(frame[name]).fillna(0).to_numpy(dtype=np.float64) * one for name, one in parts)
    elif told["by"] == "area":
        weight = frame.geometry.area.to_numpy()
    elif told["by"] == "equal":
        weight = np.ones(len(frame))
    elif told["by"] in frame.columns:
        weight = pd.to_numeric(frame[told["by"]]).fillna(0).to_numpy(dtype=np.float64)
    else:
        raise VerificationError(fault(f"a column {told['by']!r} in {spread.name}", "none", "run the study again"))
    return table.assign(weight=weight)
