"""Unit sets: which units a clause speaks of. 乡镇 is not 街道; 区市县 is not 区市县(先导区)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.coverage.territory import Territory


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
    )
}
