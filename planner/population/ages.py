"""Ages that a group of people counts, and which group is part of which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from planner.errors import InputError, fault

Sex = Literal["f", "m"]
OLDEST = 150
"""A year of age that nobody reaches: an open band ends before it."""

_NAME = re.compile(r"^(?:(?P<sex>women|men)_|age_)(?P<first>\d{1,3})(?:_(?P<last>\d{1,3})|_plus)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """Whole years of age, both ends included.

    Attributes
    ----------
    first
        Youngest.
    last
        Oldest; None where the group has no end (60 and more).
    sex
        ``"f"``, ``"m"``, or None for both.
    """

    first: int = 0
    last: int | None = None
    sex: Sex | None = None

    def __post_init__(self) -> None:
        last = OLDEST - 1 if self.last is None else self.last
        if not 0 <= self.first <= last < OLDEST:
            found = f"from {self.first} to {'the oldest' if self.last is None else self.last}"
            raise InputError(fault(f"ages from 0 to {OLDEST - 1}, the youngest first", found, "correct from and to"))

    @property
    def end(self) -> int:
        """The first year of age that is not counted any more."""
        return OLDEST if self.last is None else self.last + 1

    def holds(self, other: Ages) -> bool:
        """Whether everybody whom another group counts is counted here."""
        return self.first <= other.first and other.end <= self.end and self.sex in (None, other.sex)


EVERYBODY = Ages()


def ages_of(group: str) -> Ages | None:
    """Return the ages that the name of a group says, None where it says none.

    ``age_3_5``, ``age_60_plus``, ``age_7``, ``women_15_49``, ``men_60_plus``; ``people`` is everybody.
    """
    if group == "people":
        return EVERYBODY
    said = _NAME.match(group)
    if said is None:
        return None
    first, open_end = int(said["first"]), group.endswith("_plus")
    last = None if open_end else int(said["last"] or first)
    if first >= OLDEST or (last is not None and not first <= last < OLDEST):
        return None
    return Ages(first=first, last=last, sex={"women": "f", "men": "m"}.get(said["sex"]))  # type: ignore[arg-type]


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
