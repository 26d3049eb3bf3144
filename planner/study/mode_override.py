"""What a study says of a mode: other values of a built-in one, or a mode of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches

from planner.errors import StudyError, fault, shortened
from planner.network.modes import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeOverride:
    """A table [modes.NAME]."""

    speed_kph: Mapping[str, float] | None = None
    access_speed_kph: float | None = None
    obeys_oneway: bool | None = None
    access_tags: tuple[str, ...] | None = None
    oneway_tags: tuple[str, ...] | None = None
    barriers: tuple[str, ...] | None = None
    restriction_tags: tuple[str, ...] | None = None
    u_turns: bool | None = None
    tagged_speeds: bool | None = None
    slopes: bool | None = None
    urban_kph: Mapping[str, float] | None = None
    rural_kph: Mapping[str, float] | None = None
    severed_by: tuple[str, ...] | None = None
    crossing_s: float | None = None
    crossing_m: float | None = None


_OF_EVERY_MODE = ("speed_kph", "access_speed_kph", "obeys_oneway")


def overridden(modes: Mapping[str, Mode], name: str, override: ModeOverride) -> Mode:
    """Return a default mode with other values, or a mode of the study's own."""
    given = {one.name: getattr(override, one.name) for one in fields(override)}
    if name in modes:
        return modes[name].with_overrides(**given)
    lacking = [key for key in _OF_EVERY_MODE if given[key] is None or given[key] == {}]
    if lacking:
        near = get_close_matches(name, modes, n=1)
        do = f"write [modes.{near[0]}]" if near else f"add {shortened(lacking)} for a mode of your own"
        raise StudyError(fault(f"one of the modes {shortened(modes, limit=9)}", f"[modes.{name}]", do))
    return Mode(name=name, **{key: value for key, value in given.items() if value is not None})
