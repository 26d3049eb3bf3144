"""Which group of people is part of which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.layers.ages import EVERYBODY, OLDEST, Ages, ages_of


def parents(groups: Sequence[str], ages: Mapping[str, Ages] | None = None) -> dict[str, str]:
    """Return by group the narrowest other one that counts everybody whom it counts, "" where there is none.

    Parameters
    ----------
    groups
        Names; of two groups with the same ages the earlier one holds the later.
    ages
        Of groups whose names do not say them; they win over names. A group of unknown ages is part of
        everybody only.
    """
    known = {group: (ages or {}).get(group) or ages_of(group) for group in groups}
    return {group: _parent(group, groups, known) for group in groups}


def _parent(group: str, groups: Sequence[str], known: Mapping[str, Ages | None]) -> str:
    own = known[group]
    wider: list[tuple[int, int, str]] = []
    for place, name in enumerate(groups):
        other = known[name]
        if name == group or other is None:
            continue
        if other == EVERYBODY if own is None else other.holds(own) and (other != own or place < groups.index(group)):
            wider.append((other.end - other.first + (OLDEST if other.sex is None else 0), place, name))
    return min(wider)[2] if wider else ""
