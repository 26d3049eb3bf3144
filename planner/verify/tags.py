"""What OpenStreetMap tags say, read once more: by the wiki's pages, with no code of the run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Tags = Mapping[str, str]
Settings = Mapping[str, Any]

RAIL_LINES = ("rail", "light_rail", "narrow_gauge", "subway")
URBAN, RURAL = "urban", "rural"

_FORWARD = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}
_REFUSED = ("no", "private")
_UNMARKED = ("no", "unmarked", "informal")
_ON_RAILS = ("crossing", "level_crossing", "tram_crossing", "tram_level_crossing")


def said(tags: Tags, key: str) -> str:
    """Return the value of a key; what holds "@ 24/7" under the key's conditional stands before it."""
    timed = tags.get(f"{key}:conditional", "")
    what, _, when = timed.rpartition("@")
    if what.strip() and ";" not in timed and when.strip(" ()") == "24/7":
        return what.strip()
    return tags.get(key, "")


def restriction(tags: Tags, keys: Sequence[str]) -> str:
    """Return the turn restriction that binds by the first key that says something; "" for none at every hour."""
    for key in keys:
        if not {key, f"{key}:conditional"} & set(tags):
            continue
        value = said(tags, key)
        hours = {"day_on", "day_off", "hour_on", "hour_off"} & set(tags)
        return "" if hours and value == tags.get(key, "") else value
    return ""


def kind(tags: Tags) -> str:
    """Return the class of a way: its ``highway``, "ferry", or "" for neither."""
    return tags.get("highway") or ("ferry" if tags.get("route") == "ferry" else "")


def direction(value: str) -> int:
    """Return 1, -1 or 0 for a value of a one-way tag or column."""
    return _FORWARD.get(value.strip().lower(), 0)


def way_direction(tags: Tags, keys: Sequence[str]) -> int:
    """Return in which direction a way may be travelled only, 0 for both, by the first key that says something."""
    for key in keys:
        value = said(tags, key).strip()
        if "cycleway" in key:
            if value.lower()[:8] == "opposite":
                return 0
            continue
        if value:
            return direction(value)
    return 1 if tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway" else 0


def refused(tags: Tags, keys: Sequence[str]) -> bool:
    """Return whether the most specific access tag that is there bars a mode."""
    first = next((value for key in keys if (value := said(tags, key))), "")
    return first.strip().lower() in _REFUSED


def stops(tags: Tags, mode: Settings) -> bool:
    """Return whether a mode cannot pass a node: a barrier, by its access tags or else by its kind."""
    keys = mode.get("access_tags") or ("access",)
    if "barrier" not in tags:
        return False
    return refused(tags, keys) if set(keys) & set(tags) else tags["barrier"] in (mode.get("barriers") or ())


def crossing_node(tags: Tags) -> bool:
    """Return whether one may cross on foot at a node."""
    if tags.get("highway") == "crossing" and tags.get("crossing", "") not in _UNMARKED:
        return True
    return tags.get("highway") == "traffic_signals" or tags.get("railway", "") in _ON_RAILS


def crossing_way(tags: Tags) -> bool:
    """Return whether a way is a crossing, all along."""
    return "crossing" in (tags.get("footway"), tags.get("path"), tags.get("cycleway")) and (
        tags.get("crossing", "") not in _UNMARKED
    )


def limit_kph(tags: Tags) -> float | None:
    """Return the tagged speed in km/h, None where there is none or none that is possible."""
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|)", tags.get("maxspeed", "").strip().lower())
    if match is None:
        return None
    speed = float(match[1]) * (1.609344 if match[2] == "mph" else 1.0)
    return speed if 0 < speed <= 300 else None


def bridge_or_tunnel(tags: Mapping[str, str]) -> bool:
    """Return whether a way is a bridge or a tunnel."""
    return not {tags.get("bridge", "").strip().lower(), tags.get("tunnel", "").strip().lower()} <= {"", "no"}


def setting(tags: Tags) -> str:
    """Return "urban", "rural" or ""."""
    for key in ("maxspeed:type", "zone:maxspeed", "zone:traffic", "source:maxspeed", "maxspeed"):
        last = tags.get(key, "").lower().split(":", 1)[-1] if ":" in tags.get(key, "") else ""
        if last in (URBAN, RURAL):
            return last
    return ""


def minutes(tags: Tags) -> float | None:
    """Return how many minutes a ferry takes, None where that is not said."""
    said = tags.get("duration", "").strip().upper()
    if re.fullmatch(r"PT(\d+H)?(\d+M)?(\d+S)?", said):
        parts = {unit: int(number) for number, unit in re.findall(r"(\d+)([HMS])", said)}
        return (60 * parts.get("H", 0) + parts.get("M", 0) + parts.get("S", 0) / 60) or None
    match = re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,4})(?::(\d{2}))?", said)
    if match is None:
        return None
    return (60 * int(match[1] or 0) + int(match[2]) + int(match[3] or 0) / 60) or None
