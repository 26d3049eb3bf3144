"""Candidate sites with their planned land use: where something may be built, all invented."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sample_build import story
from sample_build.facilities import Ledger
from sample_build.plane import Floats
from sample_build.sources import CENTRAL_DISTRICTS

KINDERGARTEN, SCHOOL, CLINIC, HOSPITAL, PARK, DEPOT = "080404", "080403", "080602", "080601", "1401", "1102"
_DISTRACTORS = (("0702", 70), ("0704", 60), ("16", 80), (SCHOOL, 60), ("1403", 40))
_KINDERGARTEN_SITES, _PARK_SITES, _CLINIC_SITES, _REMOTE_DEPOT_SITES = 300, 230, 34, 320
_REMOTE_M = 3600.0
_PARKS_APART_M = 1100.0


@dataclass
class SiteBook:
    """Collects sites and what must lie in which exclusion area."""

    ledger: Ledger
    rng: np.random.Generator
    rows: list[dict[str, object]] = field(default_factory=list)
    in_farmland: list[str] = field(default_factory=list)
    in_red_line: list[str] = field(default_factory=list)

    def add(self, land_use: str, unit: str, xy: Floats, area: tuple[int, int]) -> str:
        """Add a site and return its id."""
        number = 1 + sum(row["unit_code"] == unit and row["land_use"] == land_use for row in self.rows)
        site_id = f"S-{unit}-{land_use}-{number:02d}"
        size = int(self.rng.integers(area[0] // 50, area[1] // 50 + 1)) * 50
        row = {"site_id": site_id, "land_use": land_use, "area_m2": size, "unit_code": unit}
        self.rows.append(row | {"x": float(xy[0]), "y": float(xy[1])})
        return site_id

    def positions(self, land_use: str) -> Floats:
        """Return the positions of the sites of one land use, metres."""
        found = [(row["x"], row["y"]) for row in self.rows if row["land_use"] == land_use]
        return np.array(found, dtype=np.float64).reshape(-1, 2)

    def everywhere(self) -> Floats:
        """Return the positions of all sites, metres."""
        return np.array([(row["x"], row["y"]) for row in self.rows], dtype=np.float64).reshape(-1, 2)


def build_sites(ledger: Ledger, people: pd.Series, rng: np.random.Generator) -> SiteBook:
    """Return all candidate sites: first those the story needs, then others at random."""
    book = SiteBook(ledger, rng)
    _story_kindergartens(book)
    _story_health(book)
    _story_depots(book)
    _more_kindergartens(book, people)
    _more_clinics(book)
    _parks(book, people)
    _remote_depots(book)
    _distractors(book, people)
    _random_exclusions(book)
    return book


def site_table(book: SiteBook) -> pd.DataFrame:
    """Return the site table, one row per site, sorted by id, with names."""
    table = pd.DataFrame(book.rows).sort_values("site_id", ignore_index=True)
    names = book.ledger.sources.units.set_index("code")["name"]
    number = [site_id[-2:] for site_id in table["site_id"]]
    labels = zip(table["unit_code"], table["land_use"], number, strict=True)
    table["name"] = [f"示例{names[unit]}{use}地块{n}" for unit, use, n in labels]
    return table[["site_id", "name", "x", "y", "unit_code", "land_use", "area_m2"]]


def _story_kindergartens(book: SiteBook) -> None:
    spots, trap = book.ledger.spots, book.ledger.trap
    for unit in story.KINDERGARTEN_GAPS:
        first = book.add(KINDERGARTEN, unit, spots.near_seat(unit)[1], (4200, 6500))
        if unit in (story.NO_OPTION_KINDERGARTEN, story.FARMLAND_TRAP_UNIT):
            book.in_farmland.append(first)
            trap("no_option_kindergarten_site" if unit == story.NO_OPTION_KINDERGARTEN else "farmland_site", first)
        if unit != story.NO_OPTION_KINDERGARTEN:
            second = book.add(KINDERGARTEN, unit, spots.near_seat(unit, skip_m=1500)[1], (2700, 3600))
            if unit == story.FARMLAND_TRAP_UNIT:
                trap("farmland_site_alternative", second)
    lone = story.LONE_KINDERGARTEN_UNIT
    for _ in range(2):
        trap("lone_kindergarten_sites", book.add(KINDERGARTEN, lone, spots.near_seat(lone)[1], (4000, 6000)))


def _story_health(book: SiteBook) -> None:
    for unit, state in story.HEALTH_GAPS.items():
        _, xy = book.ledger.spots.near_seat(unit, within_m=1500)
        if unit == story.COSTLY_HEALTH_UNIT:
            book.ledger.trap("costly_health_site", book.add(HOSPITAL, unit, xy, (5000, 6000)))
        elif state != "unstandardised":
            book.add(CLINIC, unit, xy, (2500, 4500))


def _story_depots(book: SiteBook) -> None:
    for unit in story.WITHOUT_COUNTY_DEPOT:
        for skip in (600.0, 1400.0):
            book.add(DEPOT, unit, book.ledger.spots.near_seat(unit, skip_m=skip)[1], (3200, 6000))
    for unit in story.WITHOUT_TOWNSHIP_DEPOT:
        book.add(DEPOT, unit, book.ledger.spots.near_seat(unit, skip_m=500)[1], (900, 1800))


def _more_kindergartens(book: SiteBook, people: pd.Series) -> None:
    settled = (story.NO_OPTION_KINDERGARTEN, story.LONE_KINDERGARTEN_UNIT)
    for unit, count in _shares(people, _KINDERGARTEN_SITES, exclude=settled):
        away = np.concatenate([book.ledger.positions("kindergarten"), book.positions(KINDERGARTEN)])
        for _, xy in book.ledger.spots.spread_out(unit, count, away_from=away, least_m=650.0):
            book.add(KINDERGARTEN, unit, xy, (2000, 7000))


def _more_clinics(book: SiteBook) -> None:
    units = [u for u in story.FORMER_TOWNS_WITH_HEALTH_CENTRE if u not in story.HEALTH_GAPS]
    centres = book.ledger.positions("township_health_centre")
    for unit in sorted(book.rng.choice(units, size=_CLINIC_SITES, replace=False)):
        for _, xy in book.ledger.spots.spread_out(str(unit), 1, away_from=centres, least_m=2500.0):
            book.add(CLINIC, str(unit), xy, (1800, 4500))


def _parks(book: SiteBook, people: pd.Series) -> None:
    for unit, count in _shares(people, _PARK_SITES):
        away = np.concatenate([book.ledger.positions("fitness_park"), book.positions(PARK)])
        for _, xy in book.ledger.spots.spread_out(unit, count, away_from=away, least_m=_PARKS_APART_M):
            book.add(PARK, unit, xy, (6000, 42000))


def _remote_depots(book: SiteBook) -> None:
    """Add depot sites in villages far from every depot of a township or higher."""
    depots = book.ledger.positions("disaster_depot")
    levels = np.array([row["level"] for row in book.ledger.rows if row["service"] == "disaster_depot"])
    upper = depots[levels != "village"]
    spots = book.ledger.spots
    villages = book.ledger.sources.villages["code"]
    codes = [code for code in villages if min(np.hypot(*(upper - spots.centre_of(code)).T)) > _REMOTE_M]
    for code in sorted(book.rng.choice(codes, size=min(_REMOTE_DEPOT_SITES, len(codes)), replace=False)):
        book.add(DEPOT, str(code)[:9], spots.in_village(str(code))[1], (150, 1000))


def _distractors(book: SiteBook, people: pd.Series) -> None:
    for land_use, count in _DISTRACTORS:
        for unit in sorted(book.rng.choice(list(people.index), size=count)):
            _, xy = book.ledger.spots.spread_out(str(unit), 1)[0]
            book.add(land_use, str(unit), xy, (400, 20000))


def _random_exclusions(book: SiteBook) -> None:
    """Choose sites of no importance to the story that lie in an exclusion area."""
    lone = story.LONE_KINDERGARTEN_UNIT
    kept = {*story.KINDERGARTEN_GAPS, *story.HEALTH_GAPS, lone, *story.WITHOUT_COUNTY_DEPOT}
    outside = [row for row in book.rows if not str(row["unit_code"]).startswith(CENTRAL_DISTRICTS)]
    free = [str(row["site_id"]) for row in outside if row["unit_code"] not in kept]
    chosen = [str(s) for s in book.rng.choice(free, size=52, replace=False)]
    book.in_farmland += chosen[:38]
    book.in_red_line += chosen[38:]


def _shares(people: pd.Series, count: int, exclude: tuple[str, ...] = ()) -> list[tuple[str, int]]:
    """Return how many of `count` sites each unit gets: by people, the square root softening large units."""
    weights = np.sqrt(people.drop(list(exclude)).astype(float))
    cumulative = np.floor(np.cumsum(weights) / weights.sum() * count + 1e-9).astype(int)
    numbers = zip(weights.index, np.diff(cumulative, prepend=0), strict=True)
    return [(str(unit), int(number)) for unit, number in numbers if number]
