"""Which unit lies in which: codes only, geometry never."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
import scipy.sparse as sp


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Territory:
    """Administrative units, their parents, and the leading zones laid over them.

    Attributes
    ----------
    units
        Indexed by code (unique strings), columns name, level ("city", "county", "township", "village",
        "leading_zone"), kind, parent_code ("" at the top).
    ancestors
        By code: the unit itself, its parents up to the city, and the leading zones that any of these
        belongs to. Zones overlap counties, so a sum over both counts people twice.
    listed
        Date of the list of units, as the study states it; "" where it states none.
    """

    units: pd.DataFrame
    ancestors: Mapping[str, tuple[str, ...]]
    listed: str

    def name(self, code: str) -> str:
        """Return the name of a unit."""
        return str(self.units.at[code, "name"])

    def parent_at(self, code: str, level: str) -> str:
        """Return the code of the unit at `level` in which `code` lies, "" where there is none."""
        levels = self.units["level"]
        return next((above for above in self.ancestors[code] if levels[above] == level), "")

    def select(self, levels: Sequence[str], kinds: Sequence[str] = ()) -> pd.Index:
        """Return the codes of all units at these levels, of these kinds where any are given, sorted."""
        chosen = self.units["level"].isin(list(levels))
        if kinds:
            chosen = chosen & self.units["kind"].isin(list(kinds))
        return self.units.index[chosen].sort_values()

    def membership(self, units: pd.Index, codes: Iterable[str]) -> sp.csr_array:
        """Return the boolean matrix units x rows: does the row, known by its unit code, lie in the unit."""
        row_codes = list(codes)
        position = {code: number for number, code in enumerate(units)}
        pairs = [
            (position[above], column)
            for column, code in enumerate(row_codes)
            for above in self.ancestors.get(code, ())
            if above in position
        ]
        rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        data = np.ones(len(rows), dtype=bool)
        return sp.csr_array((data, (rows, columns)), shape=(len(units), len(row_codes)))


def territory(boundaries: pd.DataFrame, zones: pd.DataFrame | None = None, *, listed: str = "") -> Territory:
    """Return the territory of a boundary table and, where given, a leading-zone membership table.

    Parameters
    ----------
    boundaries
        One row per unit: code, name, level, kind, parent_code (as `planner.layers.read_boundaries` gives).
    zones
        One row per zone and member: zone_code, zone_name, unit_code.
    listed
        Date of the list of units.
    """
    units = boundaries[["code", "name", "level", "kind", "parent_code"]].copy()
    members: dict[str, list[str]] = {}
    if zones is not None and len(zones):
        heads = zones.drop_duplicates("zone_code")
        overlay = pd.DataFrame(
            {
                "code": heads["zone_code"],
                "name": heads["zone_name"],
                "level": "leading_zone",
                "kind": "leading_zone",
                "parent_code": "",
            }
        )
        units = pd.concat([units, overlay], ignore_index=True)
        for zone, member in zip(zones["zone_code"], zones["unit_code"], strict=True):
            members.setdefault(member, []).append(zone)
    units = units.set_index("code").sort_index()
    parents: dict[str, str] = units["parent_code"].to_dict()
    ancestors = {code: _chain(code, parents, members) for code in units.index}
    return Territory(units=units, ancestors=MappingProxyType(ancestors), listed=listed)


def _chain(code: str, parents: Mapping[str, str], members: Mapping[str, list[str]]) -> tuple[str, ...]:
    chain: list[str] = []
    zones: list[str] = []
    at = code
    while at and at in parents and at not in chain:
        chain.append(at)
        zones.extend(zone for zone in members.get(at, []) if zone not in zones)
        at = parents[at]
    return (*chain, *zones)
