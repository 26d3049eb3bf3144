"""Groups of people that a file does not count by themselves, made from its columns by age."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.errors import Faults, LayerError, fault, shortened
from planner.layers.ages import Ages, age_columns, composed
from planner.layers.log import FaultLog
from planner.layers.source import DemandSource, LayerSource
from planner.layers.values import as_numbers

COUNTED, SUMMED, CUT, STRUCTURE = "counted", "summed", "cut", "structure"
"""How a group came about: a column of its own; columns added up; bands cut evenly (derived); shares (derived)."""

STRUCTURED = "_structured"
"""Column of the rows whose groups are still to be filled: the file with the shares of ages, and the groups."""

BLANK = pd.Series(dtype="float64")
"""Stands for a group that is still to be filled."""

DERIVED = (CUT, STRUCTURE)


def with_groups(frame: pd.DataFrame, source: LayerSource, log: FaultLog) -> pd.DataFrame:
    """Return a table of people with the groups that can be made from its columns by age.

    Parameters
    ----------
    frame
        Our column names, values as the file has them.
    source
        Groups, and their ages where names do not say them. A source of another kind is left as it is.
    log
        Remembers (``population_groups``) how each group came about, and gets a line for each that was made.

    Returns
    -------
    DataFrame
        With a float column per group that was made; 0 for groups that shares of ages will fill.

    Raises
    ------
    LayerError
        If a column by age holds something else than persons.
    """
    if not isinstance(source, DemandSource):
        return frame
    ages, counted = source.known_ages(), age_columns(frame.columns)
    made: dict[str, pd.Series] = {}
    for group in source.groups:
        shares = composed(ages[group], counted) if group in ages and group not in frame.columns else None
        if group in frame.columns:
            _remember(group, COUNTED, "", source, log)
        elif shares:
            how = SUMMED if all(share == 1 for share in shares.values()) else CUT
            made[group] = _added(frame, shares, source.name)
            _remember(group, how, _words(shares), source, log)
            _tell(group, how, shares, source.name, log)
        elif source.structure is not None and group != "people":
            made[group] = BLANK
            _check_known(group, ages, source.name)
            _remember(group, STRUCTURE, source.structure.name, source, log)
            _tell_structure(group, source.structure.name, source.name, log)
    filled = [group for group in made if made[group] is BLANK]
    if filled and source.structure is not None:
        mark = "|".join([str(source.structure.path), *filled])
        made[STRUCTURED] = pd.Series(mark, index=frame.index, dtype="str")
    return frame.assign(**{name: 0.0 if values is BLANK else values for name, values in made.items()})


def _check_known(group: str, ages: Mapping[str, Ages], layer: str) -> None:
    if group not in ages:
        do = f"state them: ages = {{ {group} = {{ from = 3, to = 5 }} }}, or name a column"
        raise LayerError(fault(f"the ages of the group {group!r} of {layer}", "none", do))


def _remember(group: str, how: str, of: str, source: LayerSource, log: FaultLog) -> None:
    log.remember("population_groups", {"layer": source.name, "group": group, "how": how, "of": of})


def _added(frame: pd.DataFrame, shares: Mapping[str, float], layer: str) -> pd.Series:
    faults = Faults()
    total = pd.Series(0.0, index=frame.index)
    for name, share in sorted(shares.items()):
        numbers = as_numbers(frame[name], column=name, layer=layer, faults=faults)
        if (numbers < 0).any() or (numbers != numbers).any():  # noqa: PLR0124 - NaN: an empty cell
            found = f"{int((~(numbers >= 0)).sum())} cells that are empty or negative"
            faults.add(f"persons (0 or more) in every row of column {name!r} of {layer}", found, "correct these cells")
        total = total + numbers * share
    faults.raise_if_any(LayerError)
    return total


def _words(shares: Mapping[str, float]) -> str:
    return ", ".join(name if share == 1 else f"{name} × {share:.4g}" for name, share in shares.items())


def _tell_structure(group: str, structure: str, layer: str, log: FaultLog) -> None:
    log.add(
        layer, "", "group_derived",
        f"{group} 为推算值：由 people 按年龄结构（{structure}）推算",
        f"{group} is derived: people times the shares of ages in {structure}",
        "最好提供分年龄人口",
    )  # fmt: skip


def _tell(group: str, how: str, shares: Mapping[str, float], layer: str, log: FaultLog) -> None:
    names = shortened((name if share == 1 else f"{name}×{share:.3g}" for name, share in shares.items()), limit=8)
    if how == SUMMED:
        log.note(layer, "group_summed", f"{group} 由 {names} 各列相加而得", f"{group} is the sum of {names}",
                 "如不对，请改正 groups 或 ages")  # fmt: skip
        return
    log.add(
        layer, "", "group_cut",
        f"{group} 为推算值：由 {names} 按年龄段内均匀分布切分而得",
        f"{group} is derived: made of {names}, as if people were spread evenly over the years of a band",
        "最好提供单岁人口，或分组人口",
    )  # fmt: skip
