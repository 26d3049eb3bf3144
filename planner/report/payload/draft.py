"""What every part of the payload is written with: the material, the grid, the table of texts, and positions by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from planner.report.material import Material
from planner.report.payload.encode import Grid, Strings


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """A payload being written.

    Attributes
    ----------
    material
        The tables of the run.
    grid, strings
        How places and texts become integers.
    units, standards
        Position of each unit code and each standard that is shown.
    """

    material: Material
    grid: Grid
    strings: Strings
    units: dict[str, int]
    standards: dict[str, int]

    def unit(self, codes: Iterable[object]) -> list[int]:
        """Return the positions of unit codes, -1 for those that the boundaries lack."""
        return [self.units.get(str(code), -1) for code in codes]
