"""Shares of ages by unit, as somebody published them: groups that a file does not count, derived from its people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from planner.errors import Faults, LayerError, shortened
from planner.layers.ages import Ages, age_column, composed
from planner.layers.checking import checked
from planner.layers.log import FaultLog
from planner.layers.read import read_source
from planner.layers.schema import schema
from planner.layers.source import LayerSource

_SLACK = 0.005  # by which published shares may exceed 1: they are rounded


def read_structure(source: LayerSource, *, crs: str, log: FaultLog) -> pd.DataFrame:
    """Return shares of ages.

    Parameters
    ----------
    source
        Table with age, share, source and optionally sex and unit_code ("" everywhere).
    crs
        Of the study.
    log
        Gets faults that do not stop the reading.

    Returns
    -------
    DataFrame
        unit_code, age, sex, share, source, and ``ages`` (`Ages`).

    Raises
    ------
    LayerError
        If ages cannot be understood, occur twice in a unit, or its shares are more than all.
    """
    wanted = schema("age_structure")
    frame = read_source(source, crs=crs, log=log, wanted=wanted)
    table = checked(pd.DataFrame(frame.drop(columns="geometry", errors="ignore")), wanted, layer=source.name, log=log)
    faults = Faults()
    ages = [_ages(row.age, row.sex) for row in table.itertuples()]
    strange = table["age"][[one is None for one in ages]]
    if len(strange):
        do = "write for example 3岁, 0-4岁, 85岁及以上"
        faults.add(f"ages in column 'age' of {source.name}", shortened(strange), do)
    twice = table.duplicated(["unit_code", "age", "sex"])
    if twice.any():
        faults.add(f"each age once in each unit of {source.name}", shortened(table["age"][twice]), "remove a row")
    faults.raise_if_any(LayerError)
    read = table.assign(ages=ages, share=table["share"].astype("float64"))
    for code, rows in read.groupby("unit_code"):
        if (total := _most(rows)) > 1 + _SLACK:
            where = code or "everywhere"
            faults.add(f"shares of at most 1 in all, {where}, in {source.name}", f"{total:.3f}", "correct them")
    faults.raise_if_any(LayerError)
    return read


def with_structure(
    people: pd.DataFrame, structure: pd.DataFrame, *, ages: Mapping[str, Ages], parents: Mapping[str, str], layer: str
) -> pd.DataFrame:
    """Return people with groups derived from ``people`` by shares of ages.

    Parameters
    ----------
    people
        ``unit_code``, ``people``.
    structure
        As `read_structure` gives.
    ages
        Groups to derive.
    parents
        Unit -> the unit it lies in, "" at the top. The shares of the unit itself are taken, else those of the nearest
        unit in which it lies, else those for everywhere.
    layer
        What faults call the people.

    Raises
    ------
    LayerError
        If the shares of some unit do not cover a group.
    """
    by_unit = {str(code): rows for code, rows in structure.groupby("unit_code")}
    units = {code: _shares_of(code, by_unit, parents, ages) for code in pd.unique(people["unit_code"])}
    faults = Faults()
    for group in ages:
        lacking = [code for code, shares in units.items() if group not in shares]
        if lacking:
            do = "add rows for everywhere (empty unit_code), with ages of which none must be cut out of an open band"
            faults.add(
                f"shares of ages that make up {group!r} in every unit of {layer}", f"none for {shortened(lacking)}", do
            )
    faults.raise_if_any(LayerError)
    shares = {group: people["unit_code"].map({code: one[group] for code, one in units.items()}) for group in ages}
    return people.assign(**{group: people["people"] * share.astype(np.float64) for group, share in shares.items()})


def _shares_of(
    code: str, by_unit: Mapping[str, pd.DataFrame], parents: Mapping[str, str], ages: Mapping[str, Ages]
) -> dict[str, float]:
    """Return the share of each group that the rows of a unit, or of the nearest one above it, make up."""
    found: dict[str, float] = {}
    for rows in _above(code, by_unit, parents):
        counted = {str(number): one for number, one in zip(rows.index, rows["ages"], strict=True)}
        share = {str(number): float(one) for number, one in rows["share"].items()}
        for group, wanted in ages.items():
            parts = composed(wanted, counted) if group not in found else None
            if parts:
                found[group] = sum(part * share[name] for name, part in parts.items())
    return found


def _above(code: str, by_unit: Mapping[str, pd.DataFrame], parents: Mapping[str, str]) -> Sequence[pd.DataFrame]:
    chain = [code]
    while (above := parents.get(chain[-1], "")) and above not in chain:
        chain.append(above)
    return [by_unit[one] for one in (*chain, "") if one in by_unit]


def _most(rows: pd.DataFrame) -> float:
    """Return the sum of shares of both sexes together, or of the two sexes, whichever is more."""
    of_both = rows.loc[rows["sex"] == "", "share"].sum()
    return float(max(of_both, rows.loc[rows["sex"] != "", "share"].sum()))


def _ages(text: str, sex: str) -> Ages | None:
    said = age_column(text)
    if said is None or not sex:
        return said
    return Ages(first=said.first, last=said.last, sex="f" if sex == "f" else "m")
