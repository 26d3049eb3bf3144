"""What a unit is said to have of a group in a year: stated, between two statements, or after the last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Between = Literal["step", "linear"]


class Stated(NamedTuple):
    """One row of a table of people by year."""

    year: int
    persons: int
    kind: str
    source: str


class Target(NamedTuple):
    """What a unit has in a year.

    Attributes
    ----------
    persons
        How many.
    basis
        ``stated``; ``interpolated`` between two years; ``held``, from the last stated year before.
    kind, source
        Of the statement that it rests on (the later of two).
    """

    persons: int
    basis: str
    kind: str
    source: str


def target(stated: Sequence[Stated], year: int, *, base: tuple[int, int], between: Between) -> Target | None:
    """Return what a series says of a year; None where it says nothing of it, so that the base year's people stay.

    Parameters
    ----------
    stated
        Ascending by year, all after the base year.
    year
        After the base year.
    base
        The base year and its persons.
    between
        ``step``: the last stated number holds until the next; before the first nothing is said. ``linear``: along
        a straight line between two statements, the base year being the first; whole persons, halves up.
    """
    exact = next((one for one in stated if one.year == year), None)
    if exact is not None:
        return Target(exact.persons, "stated", exact.kind, exact.source)
    before = [one for one in stated if one.year < year]
    after = next((one for one in stated if one.year > year), None)
    if between == "linear" and after is not None:
        since, persons = (before[-1].year, before[-1].persons) if before else base
        span, change = after.year - since, (after.persons - persons) * (year - since)
        return Target(persons + (2 * change + span) // (2 * span), "interpolated", after.kind, after.source)
    return Target(before[-1].persons, "held", before[-1].kind, before[-1].source) if before else None
