"""Modes of travel: which road classes a mode may use, how fast, and whether one-way streets bind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from planner.errors import Faults, NetworkError

STRAIGHT = "straight"
"""Name of the mode of a straight line, which needs no roads."""

MAX_SPEED_KPH = 300.0
"""Speeds above this are taken for a mistake of unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A row of the table of modes.

    Attributes
    ----------
    name
        Its name in standards and study files; not ``"straight"``.
    speed_kph
        Kilometres per hour by road class (values of the OpenStreetMap key ``highway``). A class that is
        absent is not permitted.
    access_speed_kph
        Kilometres per hour along access legs, from a point to the road it attaches to.
    obeys_oneway
        Whether one-way streets bind the mode.
    access_tags
        OpenStreetMap keys that say who may use a way, the most specific first. The first one that a way
        carries decides: ``no`` and ``private`` bar the mode, any other value does not. Read from OSM only.

    Raises
    ------
    NetworkError
        If a speed is not a number in (0, 300], or the name is empty or taken.
    """

    name: str
    speed_kph: Mapping[str, float]
    access_speed_kph: float
    obeys_oneway: bool
    access_tags: tuple[str, ...] = ("access",)

    def __post_init__(self) -> None:
        faults = Faults()
        if not self.name or self.name == STRAIGHT:
            faults.add('a mode name other than "straight"', repr(self.name), "choose another name")
        speeds = {**{f"speed_kph.{name}": speed for name, speed in self.speed_kph.items()},
                  "access_speed_kph": self.access_speed_kph}  # fmt: skip
        for key, speed in speeds.items():
            if not (math.isfinite(speed) and 0 < speed <= MAX_SPEED_KPH):
                faults.add(
                    f"km/h above 0 and up to {MAX_SPEED_KPH:g} for {key} of mode {self.name!r}",
                    f"{speed!r}",
                    "correct the speed, or override it with 0 to close the class to the mode",
                )
        faults.raise_if_any(NetworkError)
        object.__setattr__(self, "speed_kph", dict(self.speed_kph))
        object.__setattr__(self, "access_tags", tuple(self.access_tags))

    def with_overrides(
        self,
        *,
        speed_kph: Mapping[str, float] | None = None,
        access_speed_kph: float | None = None,
        obeys_oneway: bool | None = None,
    ) -> Mode:
        """Return the same mode with other values.

        Parameters
        ----------
        speed_kph
            Kilometres per hour of the classes that differ; 0 closes a class to the mode.
        access_speed_kph
            Kilometres per hour along access legs.
        obeys_oneway
            Whether one-way streets bind the mode.
        """
        merged = {**self.speed_kph, **(speed_kph or {})}
        return replace(
            self,
            speed_kph={name: speed for name, speed in merged.items() if speed != 0},
            access_speed_kph=self.access_speed_kph if access_speed_kph is None else access_speed_kph,
            obeys_oneway=self.obeys_oneway if obeys_oneway is None else obeys_oneway,
        )


_WALKED = (
    *("trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link"),
    *("unclassified", "residential", "living_street", "service", "road", "track", "path"),
    *("footway", "pedestrian", "cycleway", "bridleway", "corridor"),
)

WALK = Mode(
    name="walk",
    speed_kph={**dict.fromkeys(_WALKED, 5.0), "steps": 2.5},
    access_speed_kph=5.0,
    obeys_oneway=False,
    access_tags=("foot", "access"),
)
"""Walking.

5 km/h is what OSRM's foot profile uses for every class, and what the 15-minute circle of GB 50180 implies: 1,000 m in
a straight line, with a detour of a quarter, in a quarter of an hour. Steps at half of it. Everything but motorways is
open to people on foot: OpenStreetMap's world-wide default closes only those, and national roads (``trunk``) are walked
along in the countryside; where it is forbidden the way carries ``foot=no``. One-way streets do not bind walkers.
"""

DRIVE = Mode(
    name="drive",
    speed_kph={
        "motorway": 90.0,
        "motorway_link": 45.0,
        "trunk": 65.0,
        "trunk_link": 40.0,
        "primary": 50.0,
        "primary_link": 30.0,
        "secondary": 40.0,
        "secondary_link": 25.0,
        "tertiary": 30.0,
        "tertiary_link": 20.0,
        "unclassified": 25.0,
        "residential": 25.0,
        "living_street": 10.0,
        "service": 15.0,
        "road": 20.0,
    },
    access_speed_kph=5.0,
    obeys_oneway=True,
    access_tags=("motorcar", "motor_vehicle", "vehicle", "access"),
)
"""Driving.

Speeds lie at or below the middle of the design speeds of CJJ 37 for urban roads, as OpenStreetMap's classes are used in
China, since no congestion and no signals are modelled: 快速路 (``trunk``) 60-100, 主干路 (``primary``) 40-60,
次干路 (``secondary``) 30-50, 支路 (``tertiary`` and below) 20-40 km/h. Motorways, residential and living streets and
service roads as in OSRM's car profile; links at about half the speed of their road. Tracks, paths and pedestrian
streets are closed. Access legs are walked. Tagged speed limits are not read: a study overrides the class.
"""


def default_modes() -> dict[str, Mode]:
    """Return the table of modes that a study starts from, by name: ``walk`` and ``drive``."""
    return {mode.name: mode for mode in (WALK, DRIVE)}
