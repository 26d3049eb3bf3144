"""What stands: facilities of five services, all invented."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sample_build import story
from sample_build.plane import Floats
from sample_build.sources import TOWNSHIP_KINDS, Sources
from sample_build.spots import Spots

COLUMNS = (
    "facility_id", "name", "service", "unit_code", "x", "y", "status", "opened_year", "closed_year", "owner", "rank",
    "level", "standardised", "demonstration", "capacity", "classes", "largest_class", "catchment_id", "conversion",
    "expansion",
)  # fmt: skip
Row = dict[str, object]
_PEOPLE_PER_KINDERGARTEN = 8500
_PEOPLE_PER_PARK = 95_000
_DEMONSTRATION_PARKS = 12
_VILLAGE_DEPOT_SHARE = 0.13
_LAGGING_COUNTY = "210214"
_CONVERTIBLE = "可转公办中心园"
_FIRST_KINDERGARTENS: dict[str, tuple[str, Row]] = {  # how the kindergarten next to a unit's seat looks
    "public_central": ("中心幼儿园", {"owner": "public", "rank": "central"}),
    "public_plain": ("第1幼儿园", {"owner": "public"}),
    "private_central": ("中心幼儿园（民办）", {"owner": "private", "rank": "central", "conversion": _CONVERTIBLE}),
    "public_general": ("幼儿园", {"owner": "public", "conversion": _CONVERTIBLE}),
    "private_general": ("民办幼儿园", {"owner": "private", "conversion": _CONVERTIBLE}),
    "none": ("民办幼儿园", {"owner": "private"}),
    "building": ("中心幼儿园", {"owner": "public", "rank": "central", "status": "在建", "opened_year": 2027}),
    "closed": ("中心幼儿园", {"owner": "public", "rank": "central", "closed_year": 2023}),
}
_KINDERGARTEN_TRAPS = {
    "private_central": "private_central_kindergarten",
    "building": "kindergarten_under_construction",
    "closed": "closed_kindergarten",
}
_UNFINISHED_PARKS = (
    ("210212003", "在建", 2026, "park_under_construction"),
    ("210283101", "已批未建", 2028, "park_approved"),
    ("210281101", "规划", 2026, "park_only_planned"),
)


@dataclass
class Ledger:
    """Collects facility rows and the ids that the traps are about."""

    sources: Sources
    spots: Spots
    rng: np.random.Generator
    rows: list[Row] = field(default_factory=list)
    traps: dict[str, list[str]] = field(default_factory=dict)

    def add(self, facility_id: str, name: str, service: str, unit: str, xy: Floats, **attributes: object) -> None:
        """Add a facility that stands, unless its attributes say otherwise."""
        row: Row = {"facility_id": facility_id, "name": name, "service": service, "unit_code": unit, "status": "现状"}
        self.rows.append(row | {"x": float(xy[0]), "y": float(xy[1])} | attributes)

    def trap(self, name: str, *ids: str) -> None:
        """Remember the ids of a trap."""
        self.traps.setdefault(name, []).extend(ids)

    def positions(self, service: str) -> Floats:
        """Return the positions of a service's facilities, metres."""
        found = [(row["x"], row["y"]) for row in self.rows if row["service"] == service]
        return np.array(found, dtype=np.float64).reshape(-1, 2)

    def year(self, first: int, last: int) -> int:
        """Return a random opening year."""
        return int(self.rng.integers(first, last + 1))


def table(ledger: Ledger) -> pd.DataFrame:
    """Return the facility table, one row per facility, sorted by id."""
    return pd.DataFrame(ledger.rows).reindex(columns=list(COLUMNS)).sort_values("facility_id", ignore_index=True)


def add_kindergartens(ledger: Ledger, people: pd.Series) -> None:
    """Add kindergartens: in every unit one near the seat, more where more people live."""
    for _, unit in ledger.sources.units.iterrows():
        code, name = str(unit["code"]), str(unit["name"])
        kind = "public_central" if unit["kind"] in TOWNSHIP_KINDS else _street_first(ledger)
        _first_kindergarten(ledger, code, name, story.KINDERGARTEN_GAPS.get(code, kind))
        if code != story.LONE_KINDERGARTEN_UNIT:
            _other_kindergartens(ledger, code, name, round(people[code] / _PEOPLE_PER_KINDERGARTEN) - 1)


def _other_kindergartens(ledger: Ledger, code: str, name: str, count: int) -> None:
    away = ledger.positions("kindergarten")
    public_allowed = code not in story.KINDERGARTEN_GAPS
    for number, (_, xy) in enumerate(ledger.spots.spread_out(code, count, away_from=away, least_m=320.0), 2):
        owner = "public" if public_allowed and ledger.rng.random() < 0.38 else "private"
        _kindergarten(ledger, code, f"示例{name}第{number}幼儿园", number, xy, owner=owner)


def _street_first(ledger: Ledger) -> str:
    return "public_central" if ledger.rng.random() < 0.6 else "public_plain"


def _first_kindergarten(ledger: Ledger, code: str, name: str, kind: str) -> None:
    _, xy = ledger.spots.near_seat(code)
    title, attributes = _FIRST_KINDERGARTENS[kind]
    facility_id = _kindergarten(ledger, code, f"示例{name}{title}", 1, xy, **attributes)
    if kind in _KINDERGARTEN_TRAPS:
        ledger.trap(_KINDERGARTEN_TRAPS[kind], facility_id)
    if code == story.LONE_KINDERGARTEN_UNIT:
        ledger.trap("lone_kindergarten", facility_id)


def _kindergarten(ledger: Ledger, unit: str, name: str, number: int, xy: Floats, **attributes: object) -> str:
    facility_id = f"KG-{unit}-{number:02d}"
    classes = int(ledger.rng.choice([3, 6, 9, 12], p=[0.2, 0.4, 0.25, 0.15]))
    basics: Row = {"rank": "general", "opened_year": ledger.year(1985, 2022), "classes": classes}
    ledger.add(facility_id, name, "kindergarten", unit, xy, **(basics | {"capacity": classes * 30} | attributes))
    return facility_id


def add_health_centres(ledger: Ledger) -> None:
    """Add township health centres: one in every township but the gaps, and in former towns."""
    units = ledger.sources.units
    wanted = units[units["kind"].isin(TOWNSHIP_KINDS) | units["code"].isin(story.FORMER_TOWNS_WITH_HEALTH_CENTRE)]
    for code, name in zip(wanted["code"], wanted["name"], strict=True):
        usual = "unstandardised" if code[:6] == _LAGGING_COUNTY and ledger.rng.random() < 0.2 else "standardised"
        state = story.HEALTH_GAPS.get(code, usual)
        if state != "none":
            _health_centre(ledger, code, name, private=state == "private", standardised=state != "unstandardised")


def _health_centre(ledger: Ledger, code: str, name: str, *, private: bool, standardised: bool) -> None:
    _, xy = ledger.spots.near_seat(code, within_m=1200)
    title = f"示例{name}{'民营医院（卫生院职能）' if private else '卫生院'}"
    owner, beds = "private" if private else "government", int(ledger.rng.integers(1, 7)) * 10
    ledger.add(f"HC-{code}-01", title, "township_health_centre", code, xy, owner=owner, standardised=standardised,
               opened_year=ledger.year(1960, 2015), capacity=beds)  # fmt: skip


def add_parks(ledger: Ledger, people: pd.Series) -> None:
    """Add fitness parks where most people live, a dozen of them demonstration parks, two not finished yet."""
    units = ledger.sources.units
    count = 0
    for code, name in zip(units["code"], units["name"], strict=True):
        wanted = int(people[code] / _PEOPLE_PER_PARK + ledger.rng.random())
        away = ledger.positions("fitness_park")
        for number, (_, xy) in enumerate(ledger.spots.spread_out(code, wanted, away_from=away, least_m=1500.0), 1):
            count += 1
            _park(ledger, code, name, number, xy, demonstration=count % 5 == 0 and count // 5 <= _DEMONSTRATION_PARKS)
    for code, status, year, trap in _UNFINISHED_PARKS:
        name = units.set_index("code").at[code, "name"]
        _, xy = ledger.spots.spread_out(code, 1, away_from=ledger.positions("fitness_park"))[0]
        _park(ledger, code, str(name), 9, xy, demonstration=True, status=status, opened_year=year)
        ledger.trap(trap, f"FP-{code}-09")


def _park(ledger: Ledger, unit: str, name: str, number: int, xy: Floats, **attributes: object) -> None:
    basics: Row = {"owner": "public", "opened_year": ledger.year(2005, 2025)}
    title = f"示例{name}第{number}体育健身公园"
    ledger.add(f"FP-{unit}-{number:02d}", title, "fitness_park", unit, xy, **(basics | attributes))


def add_depots(ledger: Ledger) -> None:
    """Add disaster depots of four levels."""
    names = ledger.sources.units.set_index("code")["name"]
    _depot(ledger, story.CITY_DEPOT_UNIT, "city", "示例大连市救灾物资储备库", "C", 40_000)
    for code in story.COUNTY_DEPOT_UNITS:
        _depot(ledger, code, "county", f"示例{names[code]}县级救灾物资储备库", "X", 6000)
    for code in names.index:
        if code not in story.WITHOUT_TOWNSHIP_DEPOT:
            _depot(ledger, code, "township", f"示例{names[code]}救灾物资储备站", "Z", 900)
    villages = ledger.sources.villages
    for code, name in zip(villages["code"], villages["name"], strict=True):
        if ledger.rng.random() < _VILLAGE_DEPOT_SHARE:
            _, xy = ledger.spots.in_village(code)
            title = f"示例{name.removesuffix('村委会').removesuffix('居委会')}救灾物资储备点"
            ledger.add(f"DD-{code}", title, "disaster_depot", code, xy, owner="government", level="village",
                       opened_year=ledger.year(2012, 2024), capacity=120)  # fmt: skip


def _depot(ledger: Ledger, unit: str, level: str, name: str, mark: str, capacity: int) -> None:
    _, xy = ledger.spots.near_seat(unit, within_m=2000, skip_m=300)
    ledger.add(f"DD-{unit}-{mark}", name, "disaster_depot", unit, xy, owner="government", level=level,
               opened_year=ledger.year(2008, 2023), capacity=capacity)  # fmt: skip
