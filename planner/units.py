"""Quantities: one internal unit per dimension, integers where equal must mean equal.

Costs are stored as integers: millimetres for lengths, milliseconds for times. (Finer than a tenth of a
second, because an edge of 10 m driven at 60 km/h takes 0.6 s and rounding each edge would add up.)
"""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
import numpy.typing as npt

CostKind = Literal["radius_m", "distance_m", "travel_time_s"]

MM_PER_M = 1000
MS_PER_S = 1000
YUAN_PER_WAN = 10_000

_PER_METRE = {"m": 1.0, "米": 1.0, "km": 1000.0, "公里": 1000.0, "千米": 1000.0}
_PER_SECOND = {"s": 1.0, "秒": 1.0, "min": 60.0, "分钟": 60.0, "h": 3600.0, "小时": 3600.0}
_QUANTITY = re.compile(r"^\s*([0-9]+(?:\.[0-9]+)?)\s*(\S+)\s*$")


def parse_limit(text: str, *, cost_kind: CostKind) -> float:
    """Return the metres or seconds that a text such as ``"15 min"`` or ``"1.5 km"`` means.

    Parameters
    ----------
    text
        A number and a unit, the unit always written.
    cost_kind
        Says whether a length or a time is meant.

    Raises
    ------
    ValueError
        If the number or the unit cannot be read, or the unit is of the other dimension.
    """
    factors = _PER_SECOND if cost_kind == "travel_time_s" else _PER_METRE
    match = _QUANTITY.match(text)
    if match is None or match[2] not in factors:
        units = ", ".join(factors)
        raise ValueError(
            f"expected a number and a unit ({units}), found {text!r}: write for example "
            + ('"15 min".' if cost_kind == "travel_time_s" else '"500 m".')
        )
    return float(match[1]) * factors[match[2]]


def to_cost(value: float, *, cost_kind: CostKind) -> int:
    """Return metres as millimetres, seconds as milliseconds, rounded to the nearest integer."""
    return round(value * (MS_PER_S if cost_kind == "travel_time_s" else MM_PER_M))


def from_cost(cost: int, *, cost_kind: CostKind) -> float:
    """Return millimetres as metres, milliseconds as seconds."""
    return cost / (MS_PER_S if cost_kind == "travel_time_s" else MM_PER_M)


def lengths_mm(lengths_m: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return lengths in metres as integer millimetres, halves rounded to even (``numpy.rint``)."""
    return np.rint(np.asarray(lengths_m, dtype=np.float64) * MM_PER_M).astype(np.int64)


def travel_times_ms(lengths: npt.NDArray[np.int64], speed_kph: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the integer milliseconds that integer millimetres take at a speed.

    One kilometre per hour is 1/3.6 millimetre per millisecond.
    """
    speed = np.asarray(speed_kph, dtype=np.float64)
    return np.rint(np.asarray(lengths, dtype=np.float64) * 3.6 / speed).astype(np.int64)
