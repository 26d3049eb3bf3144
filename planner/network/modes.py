"""The table of modes that a study starts from, each with its sources."""

from __future__ import annotations

from dataclasses import replace

from planner.network.mode import FERRY, MAX_SPEED_KPH, RAILWAY, STRAIGHT, Mode

__all__ = [
    "CYCLE",
    "DRIVE",
    "FERRY",
    "MAX_SPEED_KPH",
    "RAILWAY",
    "SCHOOL_PENALISED",
    "SCHOOL_STRICT",
    "STRAIGHT",
    "WALK",
    "Mode",
    "default_modes",
]


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
    slopes=True,
)
"""Walking.

5 km/h is what OSRM's foot profile uses for every class, and what the 15-minute circle of GB 50180 implies: 1,000 m in
a straight line, with a detour of a quarter, in a quarter of an hour. Steps at half of it. Everything but motorways is
open to people on foot: OpenStreetMap's world-wide default closes only those, and national roads (``trunk``) are walked
along in the countryside; where it is forbidden the way carries ``foot=no``. One-way streets do not bind walkers. A
barrier on a way stops them only where its access tags say so. Where the roads have an elevation model, these are the
speeds on the flat, and slopes change them as Tobler's hiking function does (`planner.network.slopes`).
"""

_CYCLED = (
    *("trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link"),
    *("unclassified", "residential", "living_street", "service", "road", "cycleway"),
)

CYCLE = Mode(
    name="cycle",
    speed_kph={
        **dict.fromkeys(_CYCLED, 15.0),
        "track": 12.0,
        "path": 12.0,
        "bridleway": 12.0,
        **dict.fromkeys(("footway", "pedestrian", "corridor"), 5.0),
        "steps": 2.0,
    },
    access_speed_kph=5.0,
    obeys_oneway=True,
    access_tags=("bicycle", "vehicle", "access"),
    oneway_tags=("oneway:bicycle", "cycleway", "oneway"),
    barriers=("stile", "turnstile", "full-height_turnstile", "kissing_gate", "wall", "fence", "hedge"),
)
"""Cycling.

15 km/h on roads and cycle tracks is the default of OSRM's bicycle profile; tracks and paths 12 as there; on footways
and steps the bicycle is pushed, at the speed of walking or less. One-way streets bind, unless ``oneway:bicycle=no`` or
``cycleway=opposite*`` frees them (OpenStreetMap wiki, Key:oneway:bicycle, Key:cycleway). A ``cycleway`` beside the road
is not a road of its own.
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
    barriers=(
        *("bollard", "gate", "block", "chain", "jersey_barrier", "debris", "log", "planter", "rope", "wall", "fence"),
        *("hedge", "ditch", "stile", "turnstile", "full-height_turnstile", "kissing_gate", "cycle_barrier", "barrier"),
        *("motorcycle_barrier", "bus_trap", "horse_stile", "hampshire_gate", "swing_gate", "yes"),
    ),
    restriction_tags=("restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle", "restriction"),
)
"""Driving.

Speeds lie at or below the middle of the design speeds of CJJ 37 for urban roads, as OpenStreetMap's classes are used in
China, since no congestion and no signals are modelled: 快速路 (``trunk``) 60-100, 主干路 (``primary``) 40-60,
次干路 (``secondary``) 30-50, 支路 (``tertiary`` and below) 20-40 km/h. Motorways, residential and living streets and
service roads as in OSRM's car profile; links at about half the speed of their road. Tracks, paths and pedestrian
streets are closed. Access legs are walked. Tagged speed limits are read only where the study asks for it
(``tagged_speeds``): a limit is not a speed. Barriers are those that the OpenStreetMap wiki (Key:barrier) takes to stop
cars, gates included, unless an access tag on them says otherwise; lift gates, toll booths, entrances, cattle grids and
border posts do not. Turn restrictions, at a node or by way of ways: OpenStreetMap wiki, Relation:restriction. Those
that hold at some hours or on a condition only are told and not applied, as is such access: reach has no time of day.
"""

_SEVERING = ("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", RAILWAY)

SCHOOL_STRICT = replace(WALK, name="school_strict", severed_by=_SEVERING)
"""Walking to school, never across an arterial road or a railway but at a crossing.

走读小学生不应跨过城镇干道、公路及铁路: pupils of primary schools who walk should not cross arterial roads of towns,
highways and railways (中小学校建筑设计规范 GBJ 99-86, 2.1.1). Read as ``trunk`` and ``primary`` (快速路, 主干路, 国道,
省道), motorways and railways, and away from crossings: a marked or signalled crossing, a bridge or an underpass is a
way across. An arterial road may be walked along, on the side one is on.
"""

SCHOOL_PENALISED = replace(WALK, name="school_penalised", severed_by=_SEVERING, crossing_s=216.0, crossing_m=300.0)
"""Walking to school, where each crossing of an arterial road or railway away from a crossing counts as 300 m more.

The number is the planner's own, not a standard's: with streets at most 300 m apart (GB 50180-2018, 6.0.2) the next
junction lies 150 m away at most, and as far back. 216 s is that length at 5 km/h.
"""


def default_modes() -> dict[str, Mode]:
    """Return the table of modes that a study starts from, by name."""
    return {mode.name: mode for mode in (WALK, CYCLE, DRIVE, SCHOOL_STRICT, SCHOOL_PENALISED)}
