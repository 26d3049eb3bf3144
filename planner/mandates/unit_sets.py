"""Unit sets: which units a clause speaks of. 乡镇 is not 街道; 区市县 is not 区市县(先导区)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.coverage.territory import Territory
from planner.errors import Faults
from planner.mandates.shapes import TABLE, TEXT, TEXTS, fits

_SHAPES = {"label": TEXT, "levels": TEXTS, "kinds": TEXTS}
_LEVELS = ("city", "county", "township", "village", "leading_zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSet:
    """A named set of units.

    Attributes
    ----------
    name
        As policy files write it.
    label
        Chinese words for it.
    levels, kinds
        What belongs to it; no kinds means all of these levels.
    """

    name: str
    label: str
    levels: tuple[str, ...]
    kinds: tuple[str, ...] = ()

    @property
    def of_institutions(self) -> bool:
        """Whether its units are no areas but the facilities of a service, which no territory lists."""
        return self.levels == ("institution",)

    @property
    def described(self) -> dict[str, Any]:
        """What it is, for the record of a run."""
        return {"name": self.name, "label": self.label, "levels": list(self.levels), "kinds": list(self.kinds)}

    def codes(self, territory: Territory) -> pd.Index:
        """Return the codes of the units in this set, sorted."""
        return territory.select(self.levels, self.kinds)

    def empty_parents(self, territory: Territory) -> pd.Index:
        """Return the counties in which this set has no unit at all, sorted.

        A set of counties, zones or the city has no such parents. Without counties in the study the city
        stands for them.
        """
        if not set(self.levels) <= {"township", "village"}:
            return territory.units.index[:0]
        parents = territory.select(("county",))
        if parents.empty:
            parents = territory.select(("city",))
        member = territory.membership(parents, self.codes(territory))
        return parents[member.sum(axis=1) == 0]


BUILT_IN = {
    unit_set.name: unit_set
    for unit_set in (
        UnitSet(name="city", label="市", levels=("city",)),
        UnitSet(name="counties", label="区市县", levels=("county",)),
        UnitSet(name="counties_and_leading_zones", label="区市县(先导区)", levels=("county", "leading_zone")),
        UnitSet(name="leading_zones", label="先导区", levels=("leading_zone",)),
        UnitSet(name="rural_counties", label="县(县级市)", levels=("county",), kinds=("county", "county_city")),
        UnitSet(name="townships", label="乡镇", levels=("township",), kinds=("town", "township")),
        UnitSet(name="streets", label="街道", levels=("township",), kinds=("subdistrict",)),
        # All township-level units: the few of another kind (farms, parks) have no 街道 or 乡镇 above them, and
        # a clause that names the level would otherwise oblige nobody there.
        UnitSet(name="streets_and_townships", label="街道(乡镇)", levels=("township",)),
        UnitSet(name="communities", label="社区", levels=("village",), kinds=("community",)),
        UnitSet(name="villages", label="村", levels=("village",), kinds=("village",)),
        UnitSet(name="communities_and_villages", label="社区(村)", levels=("village",)),
        UnitSet(name="institutions", label="机构", levels=("institution",)),
    )
}


def own_unit_set(name: str, entry: Any, faults: Faults, where: str) -> UnitSet:
    """Return a unit set in a study's own words.

    Parameters
    ----------
    name, entry
        As the policy file writes it.
    faults
        Gets a sentence for everything that is wrong; what is returned then is of no use.
    where
        How people call the file.
    """
    owner = f"unit set {name} of {where}"
    if not TABLE.fits(entry):
        faults.add(f"a table as {owner}", repr(entry), "correct it")
        return BUILT_IN["city"]
    if not fits(entry, _SHAPES, owner, faults):
        return BUILT_IN["city"]
    levels, kinds = tuple(entry.get("levels", ())), tuple(entry.get("kinds", ()))
    if not levels or set(levels) - set(_LEVELS):
        faults.add(f"levels of {owner} to be some of {', '.join(_LEVELS)}", repr(list(levels)), "correct them")
    return UnitSet(name=name, label=str(entry.get("label", name)), levels=levels, kinds=kinds)
