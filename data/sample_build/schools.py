"""Primary schools with catchments: every residential point belongs to the nearest school of its unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sample_build import story
from sample_build.facilities import Ledger
from sample_build.plane import Floats

CLASS_LIMIT = 55
PLANNING_SIZE = 45
_PUPILS_PER_SCHOOL = 950
_PUPILS_PER_CROWDED_SCHOOL = 3400
_SMALLEST = 6


@dataclass(frozen=True)
class _Catchment:
    catchment_id: str
    unit: str
    pupils: int
    xy: Floats


def add_schools(ledger: Ledger, demand: pd.DataFrame) -> pd.Series:
    """Add primary schools and return the catchment of every residential point."""
    catchment = pd.Series("", index=demand.index, dtype="str")
    names = ledger.sources.units.set_index("code")["name"]
    for unit, rows in demand.groupby(demand["unit_code"].str[:9], sort=True):
        code = str(unit)
        sites = _school_spots(ledger, code, int(rows["age_6_11"].sum()))
        nearest = np.hypot(*(rows[["x", "y"]].to_numpy()[:, None] - sites[None]).transpose(2, 0, 1)).argmin(axis=1)
        ids = np.array([f"CZ-{code}-{number:02d}" for number in range(1, len(sites) + 1)])
        catchment[rows.index] = ids[nearest]
        pupils = np.bincount(nearest, weights=rows["age_6_11"], minlength=len(sites)).astype(int)
        zones = [_Catchment(str(i), code, int(p), xy) for i, p, xy in zip(ids, pupils, sites, strict=True)]
        _add_unit(ledger, zones, str(names[code]))
    return catchment


def _school_spots(ledger: Ledger, unit: str, pupils: int) -> Floats:
    size = _PUPILS_PER_CROWDED_SCHOOL if unit == story.SHORT_OF_OPTIONS_UNIT else _PUPILS_PER_SCHOOL
    first = ledger.spots.near_seat(unit, within_m=900)[1]
    count = max(round(pupils / size), 1) - 1
    others = ledger.spots.spread_out(unit, count, away_from=first[None], least_m=350.0)
    return np.array([first, *[xy for _, xy in others]])


def _add_unit(ledger: Ledger, zones: list[_Catchment], name: str) -> None:
    largest = max(zones, key=lambda zone: zone.pupils)
    for number, zone in enumerate(zones, 1):
        title = f"示例{name}{'中心小学' if number == 1 else f'第{number}小学'}"
        if zone is largest and zone.unit in (*story.CROWDED_UNITS, story.SHORT_OF_OPTIONS_UNIT):
            _crowded(ledger, zone, title)
        elif zone is largest and zone.unit == story.LARGE_CLASS_UNIT:
            _school(ledger, zone, title, classes=_fitting(zone.pupils, 44), largest=CLASS_LIMIT + 1)
            ledger.trap("class_of_56", _school_id(zone))
        elif zone is largest and zone.unit == story.TWO_CAMPUS_UNIT:
            _two_campuses(ledger, zone, title)
        else:
            _school(ledger, zone, title, classes=_fitting(zone.pupils, float(ledger.rng.uniform(37, 46))), largest=None)


def _fitting(pupils: int, size: float) -> int:
    return max(int(np.ceil(pupils / size)), _SMALLEST)


def _crowded(ledger: Ledger, zone: _Catchment, title: str) -> None:
    missing = story.CROWDED_UNITS.get(zone.unit, story.SHORT_OF_OPTIONS_BY)
    classes = int(np.ceil(zone.pupils / CLASS_LIMIT)) - missing
    _school(ledger, zone, title, classes=classes, largest=int(np.ceil(zone.pupils / classes)) + 2)
    ledger.trap("crowded_catchments", zone.catchment_id)
    if zone.unit == story.SHORT_OF_OPTIONS_UNIT:
        ledger.trap("catchment_beyond_every_option", zone.catchment_id)


def _two_campuses(ledger: Ledger, zone: _Catchment, title: str) -> None:
    half = _fitting(zone.pupils, 84)
    _school(ledger, zone, f"{title}（本部）", classes=half, largest=52)
    _, xy = ledger.spots.spread_out(zone.unit, 1, away_from=zone.xy[None], least_m=300.0)[0]
    _add(ledger, f"{_school_id(zone)}B", f"{title}（分校）", zone, xy, classes=half, largest=51)
    ledger.trap("two_schools_one_catchment", _school_id(zone), f"{_school_id(zone)}B")


def _school_id(zone: _Catchment) -> str:
    return zone.catchment_id.replace("CZ-", "PS-")


def _school(ledger: Ledger, zone: _Catchment, title: str, *, classes: int, largest: int | None) -> None:
    average = int(np.ceil(zone.pupils / classes))
    usual = min(average + int(ledger.rng.integers(0, 5)), CLASS_LIMIT)
    _add(ledger, _school_id(zone), title, zone, zone.xy, classes=classes, largest=usual if largest is None else largest)


def _add(
    ledger: Ledger, school_id: str, title: str, zone: _Catchment, xy: Floats, *, classes: int, largest: int
) -> None:
    crowded = largest > CLASS_LIMIT
    room = ledger.rng.choice(["", "可扩6班", "可扩12班"], p=[0.15, 0.45, 0.4])
    ledger.add(school_id, title, "primary_school", zone.unit, xy, owner="public", opened_year=ledger.year(1950, 2019),
               classes=classes, largest_class=largest, capacity=classes * PLANNING_SIZE, catchment_id=zone.catchment_id,
               expansion="可扩12班" if crowded else str(room))  # fmt: skip
