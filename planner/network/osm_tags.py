"""What OpenStreetMap tags mean for a mode. Each rule with its page of the OpenStreetMap wiki."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from planner.network.mode import FERRY, MAX_SPEED_KPH, Mode
from planner.network.rules import RURAL, URBAN

Tags = Mapping[str, str]

ZONE_KEYS = ("maxspeed:type", "zone:maxspeed", "zone:traffic", "source:maxspeed", "maxspeed")
CROSSING_KEYS = ("footway", "path", "cycleway")
RAILS = frozenset({"rail", "light_rail", "narrow_gauge", "subway"})

CONDITIONAL = ":conditional"
"""What the keys of values that hold on conditions end in."""

_ALWAYS = re.compile(r"^\s*([^@;]+?)\s*@\s*\(?\s*24/7\s*\)?\s*$")
_BARRED = frozenset({"no", "private"})
_ALONG = frozenset({"yes", "true", "1"})
_AGAINST = frozenset({"-1", "reverse"})
_IMPLIED_JUNCTIONS = frozenset({"roundabout", "circular"})
_NO_CROSSING = frozenset({"no", "unmarked", "informal"})
_RAIL_CROSSINGS = frozenset({"crossing", "level_crossing", "tram_crossing", "tram_level_crossing"})
_KPH_PER_MPH = 1.609344
_SPEED = re.compile(r"^(-?[0-9]+(?:\.[0-9]+)?)\s*(km/h|kmh|kph|mph)?$")
_CLOCK = re.compile(r"^(?:(\d{1,3}):)?(\d{1,4})(?::(\d{2}))?$")
_ISO = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$")


def class_of(tags: Tags) -> str:
    """Return the road class of a way: its ``highway``, or ``ferry`` for a ferry route; "" for none.

    `Tag:route=ferry <https://wiki.openstreetmap.org/wiki/Tag:route%3Dferry>`_.
    """
    return tags.get("highway", "") or (FERRY if tags.get("route") == "ferry" else "")


def oneway_of(tags: Tags, keys: Sequence[str] = ("oneway",)) -> int:
    """Return 1 for a way that may be travelled along only, -1 for against only, 0 for both.

    `Key:oneway <https://wiki.openstreetmap.org/wiki/Key:oneway>`_, `Key:oneway:bicycle
    <https://wiki.openstreetmap.org/wiki/Key:oneway:bicycle>`_ and `Key:cycleway
    <https://wiki.openstreetmap.org/wiki/Key:cycleway>`_ (``opposite`` and its kin free bicycles). Reversible and
    alternating ways count as both: which way they run depends on the hour. Without a tag, roundabouts and motorways are
    one-way.

    Parameters
    ----------
    tags
        Of the way.
    keys
        Keys that speak of the mode, the most specific first.
    """
    for key in keys:
        value = (always(tags.get(key + CONDITIONAL, "")) or tags.get(key, "")).strip().lower()
        if key.startswith("cycleway"):
            if value.startswith("opposite"):
                return 0
        elif value:
            return int(value in _ALONG) - int(value in _AGAINST)
    return int(tags.get("junction") in _IMPLIED_JUNCTIONS or tags.get("highway") == "motorway")


def is_span(tags: Tags) -> bool:
    """Return whether a way is a bridge or a tunnel, so that the ground says nothing of its height.

    `Key:bridge <https://wiki.openstreetmap.org/wiki/Key:bridge>`_, `Key:tunnel
    <https://wiki.openstreetmap.org/wiki/Key:tunnel>`_.
    """
    return any(tags.get(key, "no").strip().lower() not in ("", "no") for key in ("bridge", "tunnel"))


def always(value: str) -> str:
    """Return what a conditional value says if it holds at every time (``no @ (24/7)``), "" if it does not.

    `Conditional restrictions <https://wiki.openstreetmap.org/wiki/Conditional_restrictions>`_. Reach has no time of
    day, and knows nothing of weights or permits: values on any other condition are told and not applied.
    """
    match = _ALWAYS.match(value)
    return match[1] if match else ""


def is_barred(tags: Tags, access_tags: Sequence[str]) -> bool:
    """Return whether the most specific access tag that a way carries bars the mode.

    `Key:access <https://wiki.openstreetmap.org/wiki/Key:access>`_.
    """
    said = (always(tags.get(key + CONDITIONAL, "")) or tags.get(key, "") for key in access_tags)
    return next(filter(None, said), "").strip().lower() in _BARRED


def is_conditional(tags: Tags, mode: Mode) -> bool:
    """Return whether access or direction of a way depend for a mode on an hour or another condition."""
    directions = mode.oneway_tags if mode.obeys_oneway else ()
    keys = (key + CONDITIONAL for key in (*mode.access_tags, *directions))
    return any(key in tags and not always(tags[key]) for key in keys)


def is_blocked(tags: Tags, mode: Mode) -> bool:
    """Return whether a mode cannot pass a node, for a barrier on it.

    An access tag on the barrier decides, else its kind: `Key:barrier
    <https://wiki.openstreetmap.org/wiki/Key:barrier>`_.
    """
    if "barrier" not in tags:
        return False
    if any(key in tags for key in mode.access_tags):
        return is_barred(tags, mode.access_tags)
    return tags["barrier"] in mode.barriers


def is_crossing(tags: Tags) -> bool:
    """Return whether people on foot may cross a road or railway at a node.

    `Tag:highway=crossing <https://wiki.openstreetmap.org/wiki/Tag:highway%3Dcrossing>`_ unless it is said to be
    unmarked, `Tag:highway=traffic_signals <https://wiki.openstreetmap.org/wiki/Tag:highway%3Dtraffic_signals>`_,
    `Tag:railway=level_crossing <https://wiki.openstreetmap.org/wiki/Tag:railway%3Dlevel_crossing>`_ and its kin.
    """
    if tags.get("railway") in _RAIL_CROSSINGS or tags.get("highway") == "traffic_signals":
        return True
    return tags.get("highway") == "crossing" and tags.get("crossing") not in _NO_CROSSING


def is_crossing_way(tags: Tags) -> bool:
    """Return whether a way is the crossing of a road.

    `Tag:footway=crossing <https://wiki.openstreetmap.org/wiki/Tag:footway%3Dcrossing>`_ and its kin.
    """
    return any(tags.get(key) == "crossing" for key in CROSSING_KEYS) and tags.get("crossing") not in _NO_CROSSING


def tagged_speed(text: str) -> tuple[float, bool]:
    """Return the km/h of a tag ``maxspeed``, NaN where it states none, and whether that is possible.

    `Key:maxspeed <https://wiki.openstreetmap.org/wiki/Key:maxspeed>`_. ``none``, ``signals``, ``CN:urban`` and lists
    state no number. Not possible are numbers outside (0, 300].
    """
    match = _SPEED.match(text.strip().lower())
    if match is None:
        return math.nan, True
    speed = float(match[1]) * (_KPH_PER_MPH if match[2] == "mph" else 1.0)
    possible = 0 < speed <= MAX_SPEED_KPH
    return (speed if possible else math.nan), possible


def zone_of(tags: Tags) -> int:
    """Return whether a road is said to be inside (`URBAN`) or outside (`RURAL`) a built-up area, 0 where it is not.

    Values such as ``CN:urban``: `Key:maxspeed:type <https://wiki.openstreetmap.org/wiki/Key:maxspeed:type>`_,
    `Key:zone:traffic <https://wiki.openstreetmap.org/wiki/Key:zone:traffic>`_.
    """
    for key in ZONE_KEYS:
        kind = tags.get(key, "").lower().partition(":")[2]
        if kind in ("urban", "rural"):
            return URBAN if kind == "urban" else RURAL
    return 0


def duration_s(text: str) -> float:
    """Return the seconds of a tag ``duration`` (``0:45``, ``1:05:30``, ``45``, ``PT45M``), NaN where it states none.

    `Key:duration <https://wiki.openstreetmap.org/wiki/Key:duration>`_: a bare number is minutes.
    """
    value = text.strip().upper()
    match = _ISO.match(value) or _CLOCK.match(value)
    if match is None:
        return math.nan
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(3600 * hours + 60 * minutes + seconds) or math.nan
