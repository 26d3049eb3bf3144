"""New residential areas as places where people live from a year on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import LayerError, fault, shortened

PREFIX = "area:"
"""In front of the id of an area in the table of demand."""

Ancestors = Mapping[str, Sequence[str]]


def area_points(
    areas: pd.DataFrame, demand: pd.DataFrame, *, groups: Sequence[str], ancestors: Ancestors
) -> pd.DataFrame:
    """Return the areas as demand points with all their people.

    The first group is the people of the area. Of each other group it has the share that the finest unit around
    it has in the base year in which anybody lives (derived; persons rounded half up).

    Parameters
    ----------
    areas
        As `planner.layers.read_residential_areas` gives.
    demand
        The people of the base year: unit_code and int64 persons by group.
    groups
        Of the study.
    ancestors
        By unit code: the unit itself and all above it, finest first.

    Returns
    -------
    pandas.DataFrame
        Indexed by demand_id (``area:`` and the area's id); unit_code, x, y, groups, ``catchment_…`` where the areas
        have such columns, ``structure_of`` (the unit whose shares were taken, "" where there was none).

    Raises
    ------
    LayerError
        If a demand point has the id of an area.
    """
    index = pd.Index(PREFIX + areas.index.astype("str"), dtype="str", name="demand_id")
    if len(both := index.intersection(demand.index)):
        do = "rename the residential points"
        raise LayerError(fault(f"no residential point with the id of an area ({PREFIX}…)", shortened(both), do))
    sums = unit_sums(demand, groups, ancestors)
    lead = groups[0]
    homes = [
        next((unit for unit in ancestors.get(code, ()) if sums[lead].get(unit)), "") for code in areas["unit_code"]
    ]
    table = areas[["unit_code", "x", "y", *(name for name in areas if str(name).startswith("catchment_"))]]
    persons = {group: _shares(areas["people"], [_pair(sums, group, lead, home) for home in homes]) for group in groups}
    persons[lead] = areas["people"].to_numpy(dtype=np.int64)
    return table.assign(**persons, structure_of=pd.array(homes, dtype="str")).set_axis(index)


def unit_sums(demand: pd.DataFrame, groups: Sequence[str], ancestors: Ancestors) -> dict[str, dict[str, int]]:
    """Return by group and unit code the persons of every unit in which somebody can live."""
    out: dict[str, dict[str, int]] = {group: {} for group in groups}
    for group in groups:
        for code, persons in demand[group].groupby(demand["unit_code"]).sum().items():
            for unit in ancestors.get(str(code), ()):
                out[group][unit] = out[group].get(unit, 0) + int(persons)
    return out


def _pair(sums: Mapping[str, Mapping[str, int]], group: str, lead: str, home: str) -> tuple[int, int]:
    return (sums[group].get(home, 0), sums[lead][home]) if home else (0, 1)


def _shares(people: pd.Series, pairs: Sequence[tuple[int, int]]) -> npt.NDArray[np.int64]:
    counted = [
        (2 * int(number) * part + whole) // (2 * whole) for number, (part, whole) in zip(people, pairs, strict=True)
    ]
    return np.array(counted, dtype=np.int64)
