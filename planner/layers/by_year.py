"""People of units by year: stated totals, single ages, births."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.errors import Faults, LayerError, shortened
from planner.layers.checking import checked
from planner.layers.crosswalk import reconciled
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.read import read_source
from planner.layers.schema import schema
from planner.layers.source import LayerSource

KEYS = {
    "population_by_year": ("unit_code", "group", "year"),
    "single_ages": ("unit_code", "age"),
    "births": ("unit_code", "year"),
}
"""Tables of people by year, and the columns that name a row of each."""


def read_people_by_year(
    table: str,
    sources: Sequence[LayerSource],
    boundaries: pd.DataFrame,
    *,
    crs: str,
    log: FaultLog,
    crosswalk: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the rows of a table of people by year, whole persons, sorted by their keys.

    Parameters
    ----------
    table
        One of `KEYS`.
    sources
        Any number; none gives an empty table.
    boundaries
        As `read_boundaries` gives: units of any level.
    crs
        Of the study.
    log
        Gets a line for every row whose unit is not in the list, and for numbers that are not whole.
    crosswalk
        Codes of an older list of units, as `read_crosswalk` gives.

    Returns
    -------
    DataFrame
        Columns of the schema; ``persons`` or ``births`` int64, rounded half up.

    Raises
    ------
    LayerError
        As the schema says; if two rows state the same with different numbers.
    """
    wanted, keys = schema(table), list(KEYS[table])
    number = "births" if table == "births" else "persons"
    parts = []
    for source in sources:
        frame = read_source(source, crs=crs, log=log, wanted=wanted)
        rows = checked(
            pd.DataFrame(frame.drop(columns="geometry", errors="ignore")), wanted, layer=source.name, log=log
        )
        if crosswalk is not None:
            rows = reconciled(rows, crosswalk, boundaries, layer=source.name, log=log)
        parts.append(_in_the_list(_whole(rows, number, source.name, log), boundaries, keys, source.name, log))
    if not parts:
        return pd.DataFrame({column.name: pd.Series(dtype="str") for column in wanted.columns})
    together = pd.concat(parts, ignore_index=True).sort_values([*keys, number], kind="stable", ignore_index=True)
    together = together.drop_duplicates([*keys, number], ignore_index=True)
    _check_once(together, keys, number, table)
    return together.astype({name: "int64" for name in keys if name not in ("unit_code", "group")})


def _whole(rows: pd.DataFrame, number: str, layer: str, log: FaultLog) -> pd.DataFrame:
    """Return persons as whole numbers, halves up; told where they were none."""
    values = rows[number].to_numpy(dtype=np.float64)
    whole = np.floor(values + 0.5)
    broken = int((whole != values).sum())
    if broken:
        log.add(
            layer,
            "",
            "fractional_persons",
            f"{broken} 行人数不是整数，已四舍五入",
            f"persons are not whole in {broken} rows and were rounded",
            "请提供整数人口",
        )
    return rows.assign(**{number: whole.astype(np.int64)})


def _in_the_list(
    rows: pd.DataFrame, boundaries: pd.DataFrame, keys: Sequence[str], layer: str, log: FaultLog
) -> pd.DataFrame:
    known = rows["unit_code"].isin(boundaries["code"])
    for row in rows.loc[~known, list(keys)].itertuples(index=False):
        log.add(
            layer,
            " ".join(map(str, row)),
            f"{LEFT_OUT}unit_unknown",
            f"区划代码 {row[0]} 不在名单内，未读入",
            f"The unit code {row[0]} is not in the list of units; left out",
            "请核对区划代码及名单日期",
        )
    return rows[known]


def _check_once(rows: pd.DataFrame, keys: Sequence[str], number: str, table: str) -> None:
    twice = rows[rows[list(keys)].duplicated(keep=False)]
    faults = Faults()
    if len(twice):
        named = [" ".join(map(str, key)) for key in twice[list(keys)].drop_duplicates().itertuples(index=False)]
        found = f"several for {shortened(named)}"
        faults.add(f"one number of {number} for each {', '.join(keys)} of {table}", found, "keep the one that holds")
    faults.raise_if_any(LayerError)
