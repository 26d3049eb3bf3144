"""What tags say of roads beyond class and direction, as it was read once more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Turn(NamedTuple):
    """A turn restriction: from ways to ways; whether these are the only turns allowed.

    At a vertex (later a node), or by way of ways, then `at` is -1.
    """

    only: bool
    here: tuple[int, ...]
    there: tuple[int, ...]
    at: int
    by: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Said:
    """What tags say of features and vertices beyond class and direction.

    Attributes
    ----------
    way
        Number of the way of each feature.
    direction
        By mode: of each feature, where the mode has tags of its own.
    tagged_kph
        Of each feature, NaN for none.
    setting
        "urban", "rural" or "" of each feature.
    span
        Of each feature, whether it is a bridge or a tunnel.
    stopped
        By mode: vertices that it cannot pass.
    crossings, rails
        Vertices where one may cross on foot, and those on a railway where one may not.
    turns
        By mode.
    """

    way: list[int]
    direction: dict[str, list[int]] = field(default_factory=dict)
    tagged_kph: list[float] = field(default_factory=list)
    setting: list[str] = field(default_factory=list)
    span: list[bool] = field(default_factory=list)
    stopped: dict[str, set[int]] = field(default_factory=dict)
    crossings: set[int] = field(default_factory=set)
    rails: set[int] = field(default_factory=set)
    turns: dict[str, list[Turn]] = field(default_factory=dict)

    def vertices(self) -> set[int]:
        """Return the vertices at which roads are cut because something is said of them."""
        via = {turn.at for turns in self.turns.values() for turn in turns if not turn.by}
        return self.crossings.union(self.rails, via, *self.stopped.values())
