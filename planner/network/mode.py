"""A mode of travel: what it may use of the roads, how fast, and what stops it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from planner.errors import Faults, NetworkError

STRAIGHT = "straight"
"""Name of the mode of a straight line, which needs no roads."""

MAX_SPEED_KPH = 300.0
"""Speeds above this are taken for a mistake of unit."""

FERRY = "ferry"
"""Road class of ferry routes (``route=ferry``), which are no highways."""

RAILWAY = "railway"
"""Class of railway lines in `Mode.severed_by`; no mode travels on them."""

_SPEEDS = ("speed_kph", "urban_kph", "rural_kph")
_TUPLES = ("access_tags", "oneway_tags", "barriers", "restriction_tags", "severed_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A row of the table of modes.

    Attributes
    ----------
    name
        Its name in standards and study files; not ``"straight"``.
    speed_kph
        Kilometres per hour by road class (values of the OpenStreetMap key ``highway``, or ``ferry``). A class that is
        absent is not permitted.
    access_speed_kph
        Kilometres per hour along access legs, from a point to the road it attaches to.
    obeys_oneway
        Whether one-way streets bind the mode.
    access_tags
        OpenStreetMap keys that say who may use a way or pass a barrier, the most specific first. The first one that is
        there decides: ``no`` and ``private`` bar the mode, any other value does not. Read from OSM only, as all tags.
    oneway_tags
        OpenStreetMap keys that say in which direction the mode may travel, the most specific first.
    barriers
        Values of the key ``barrier`` on a node that the mode cannot pass, unless an access tag on it says otherwise.
    restriction_tags
        OpenStreetMap keys of turn restrictions that bind the mode, the most specific first; none where no turn is
        forbidden to it.
    u_turns
        Whether one may turn round at every node. If not, only where a road has no other way on: every node is then
        searched by the road one comes from, which is some three times the work.
    tagged_speeds
        Whether a speed limit tagged on a road (or its column of a line layer) takes the place of its class's speed.
    slopes
        Whether speeds are those on the flat, and slopes change them where the roads have an elevation model
        (`planner.network.RoadSource.dem`): by Tobler's hiking function, so for people on foot only.
    urban_kph, rural_kph
        Kilometres per hour by class on roads said to be inside and outside built-up areas; `speed_kph` serves the
        classes that are absent, and roads of which neither is said.
    severed_by
        Classes of roads (and ``railway``) that cannot be crossed away from a crossing, only walked along on the side
        one is on.
    crossing_s, crossing_m
        What crossing one of them away from a crossing costs, in seconds and metres, both or none; None where it is not
        done at all.

    Raises
    ------
    NetworkError
        If a speed is not a number in (0, 300], a cost of crossing is negative or alone, the name is empty or taken, or
        a mode is both severed by roads and bound by turn restrictions.
    """

    name: str
    speed_kph: Mapping[str, float]
    access_speed_kph: float
    obeys_oneway: bool
    access_tags: tuple[str, ...] = ("access",)
    oneway_tags: tuple[str, ...] = ("oneway",)
    barriers: tuple[str, ...] = ()
    restriction_tags: tuple[str, ...] = ()
    u_turns: bool = True
    tagged_speeds: bool = False
    slopes: bool = False
    urban_kph: Mapping[str, float] = field(default_factory=dict)
    rural_kph: Mapping[str, float] = field(default_factory=dict)
    severed_by: tuple[str, ...] = ()
    crossing_s: float | None = None
    crossing_m: float | None = None

    def __post_init__(self) -> None:
        faults = Faults()
        if not self.name or self.name == STRAIGHT:
            faults.add('a mode name other than "straight"', repr(self.name), "choose another name")
        self._check_speeds(faults)
        self._check_crossing(faults)
        faults.raise_if_any(NetworkError)
        for name in _SPEEDS:
            object.__setattr__(self, name, dict(getattr(self, name)))
        for name in _TUPLES:
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def _check_speeds(self, faults: Faults) -> None:
        by_class = {f"{table}.{name}": speed for table in _SPEEDS for name, speed in getattr(self, table).items()}
        for key, speed in {**by_class, "access_speed_kph": self.access_speed_kph}.items():
            if not (math.isfinite(speed) and 0 < speed <= MAX_SPEED_KPH):
                faults.add(
                    f"km/h above 0 and up to {MAX_SPEED_KPH:g} for {key} of mode {self.name!r}",
                    f"{speed!r}",
                    "correct the speed, or override it with 0 to close the class to the mode",
                )

    def _check_crossing(self, faults: Faults) -> None:
        costs = [cost for cost in (self.crossing_s, self.crossing_m) if cost is not None]
        if len(costs) == 1 or any(not (math.isfinite(cost) and 0 <= cost <= 86_400) for cost in costs):
            found = f"{self.crossing_s!r} s and {self.crossing_m!r} m"
            expected = f"crossing_s and crossing_m of mode {self.name!r}, both from 0 to 86,400 or neither"
            faults.add(expected, found, "state both costs, or neither where roads are not crossed at all")
        if self.severed_by and (self.restriction_tags or not self.u_turns):
            expected = f"either severed_by or rules for turns in mode {self.name!r}"
            faults.add(expected, "both", "leave out restriction_tags and u_turns")

    def with_overrides(self, **values: Any) -> Mode:
        """Return the same mode with other values.

        Parameters
        ----------
        **values
            Attributes that differ; None for those that do not. Speeds by class are merged into those of the mode, and 0
            closes a class to it.
        """
        given = {name: value for name, value in values.items() if value is not None}
        for name in _SPEEDS:
            if name in given:
                merged = {**getattr(self, name), **given[name]}
                given[name] = {road_class: speed for road_class, speed in merged.items() if speed != 0}
        known = {one.name for one in fields(self)}
        if unknown := sorted(set(given) - known):
            raise TypeError(f"expected attributes of a mode, found {', '.join(unknown)}: correct the name.")
        return replace(self, **given)


def classes_of(modes: Mapping[str, Mode]) -> frozenset[str]:
    """Return the road classes that some mode may use, or is severed by."""
    used = {name for mode in modes.values() for name in (*mode.speed_kph, *mode.severed_by)}
    return frozenset(used - {RAILWAY})
