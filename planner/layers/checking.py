"""A table against its schema: the right columns, dtypes and values, every fault at once."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.errors import Faults, LayerError, shortened
from planner.layers.log import FaultLog
from planner.layers.schema import TABLES, Column, Schema, empty_column, schema
from planner.layers.values import as_booleans, as_integers, as_numbers, as_texts, cells, is_empty


def checked(frame: pd.DataFrame, wanted: Schema, *, layer: str, log: FaultLog) -> pd.DataFrame:
    """Return the table with the dtypes of its schema; further columns stay as they are.

    Parameters
    ----------
    frame
        Our column names; texts, or whatever dtypes a file had.
    wanted
        The schema.
    layer
        What faults call the table.
    log
        Where columns are told that look like one of ours and are not used, and values that were put into our
        words (公办 is ``public``).

    Returns
    -------
    DataFrame or GeoDataFrame
        Same rows and index. Texts are stripped, "" where empty; integers Int64; numbers Float64; booleans
        nullable; persons float64. Columns that are not required and absent are added, empty.

    Raises
    ------
    LayerError
        With everything that is wrong: missing columns (with the nearest name, or the Chinese one that is
        meant), values of another type, values that are not allowed, empty and repeated ids, persons that
        are missing, negative or infinite.
    """
    faults = Faults()
    out = frame.copy()
    for column in wanted.columns:
        if column.dtype in ("geometry", "position"):
            continue
        if column.name in frame.columns:
            ours = _in_our_words(frame[column.name], column, layer, log)
            out[column.name] = _values(ours, column, layer, faults)
        elif column.required == "given":
            continue
        elif column.required == "no":
            _tell_unused(frame, column, layer, log)
            out[column.name] = empty_column(frame.index, column)
        else:
            _missing(frame, column, layer, faults)
    _check_geometry(frame, wanted, layer, faults)
    if wanted.id_column in frame.columns:
        check_unique(out[wanted.id_column], layer=layer, faults=faults)
    faults.raise_if_any(LayerError)
    return out


def check_unique(ids: pd.Series, *, layer: str, faults: Faults) -> None:
    """Add a fault if an id occurs twice; empty ones are another fault."""
    twice = ids.duplicated(keep=False).to_numpy() & (ids != "").to_numpy()
    if twice.any():
        found = cells(ids, twice)
        faults.add(f"each id in column {ids.name!r} of {layer} once", found, "give each row an id of its own")


def misfit(values: pd.Series, column: Column) -> str:
    """Return why values cannot be those of a column, "" where they can."""
    if column.dtype in ("position", "geometry"):
        return ""
    faults = Faults()
    _values(_in_our_words(values, column, "", FaultLog()), column, str(values.name), faults)
    try:
        faults.raise_if_any(LayerError)
    except LayerError as error:
        return error.faults[0]
    return ""


def _in_our_words(values: pd.Series, column: Column, layer: str, log: FaultLog) -> pd.Series:
    """Return texts with the words that people use replaced by the values they mean; each word is told."""
    if not column.synonyms:
        return values
    texts, words = as_texts(values), dict(column.synonyms)
    folded = texts.str.casefold()
    known = folded.isin(list(words)) & ~texts.isin(column.allowed)
    if not known.any():
        return values
    counted = texts[known].value_counts().sort_index()
    pairs = [(word, words[word.casefold()], count) for word, count in counted.items()]
    log.note(
        layer,
        "values_mapped",
        f"{column.name} 的值按同义词对应："
        + "，".join(f"{word}→{value}（{count} 行）" for word, value, count in pairs),
        f"Values of {column.name} taken by synonym: "
        + ", ".join(f"{word} is {value} ({count} rows)" for word, value, count in pairs),
        f"研究、政策文件中请写 {pairs[0][1]}，不写 {pairs[0][0]}",
    )
    return texts.where(~known, folded.map(words).fillna("")).astype("str")


def _values(values: pd.Series, column: Column, layer: str, faults: Faults) -> pd.Series:
    converted = _CONVERT[column.dtype](values, column.name, layer, faults)
    if column.required == "yes":
        _check_filled(values, converted, column, layer, faults)
    _check_allowed(converted, column, layer, faults)
    return converted


def _check_filled(values: pd.Series, converted: pd.Series, column: Column, layer: str, faults: Faults) -> None:
    nothing = np.array(converted.isna() | (converted == "").fillna(value=False), dtype=bool)
    nothing[nothing] = is_empty(values[nothing])  # a cell that could not be read has its own fault
    if nothing.any():
        found = f"none: {cells(values, nothing)}"
        faults.add(f"a value in every row of column {column.name!r} of {layer}", found, "fill these cells")


def _check_allowed(values: pd.Series, column: Column, layer: str, faults: Faults) -> None:
    if not column.allowed:
        return
    wrong = ~values.isin(column.allowed).to_numpy() & (values != "").to_numpy()
    if wrong.any():
        options = ", ".join(word for word in column.allowed if word)
        faults.add(
            f"one of {options} in column {column.name!r} of {layer}", cells(values, wrong), "correct these cells"
        )


def _persons(values: pd.Series, name: str, layer: str, faults: Faults) -> pd.Series:
    numbers = as_numbers(values, column=name, layer=layer, faults=faults)
    negative = numbers < 0
    if negative.any():
        found = cells(values, negative)
        faults.add(f"persons (0 or more) in column {name!r} of {layer}", found, "correct these cells")
    return pd.Series(numbers, index=values.index)


def _numbers(values: pd.Series, name: str, layer: str, faults: Faults) -> pd.Series:
    numbers = as_numbers(values, column=name, layer=layer, faults=faults)
    negative = numbers < 0
    if negative.any():
        found = cells(values, negative)
        faults.add(f"0 or more in column {name!r} of {layer}", found, "correct these cells or leave them empty")
    return pd.Series(numbers, index=values.index, dtype="Float64")


def _dates(values: pd.Series, name: str, layer: str, faults: Faults) -> pd.Series:
    texts = as_texts(values).str.slice(0, 10)
    known = pd.to_datetime(texts.where(texts != "", None), format="%Y-%m-%d", errors="coerce").notna()
    wrong = ~known.to_numpy() & (texts != "").to_numpy()
    if wrong.any():
        faults.add(f"dates as YYYY-MM-DD in column {name!r} of {layer}", cells(values, wrong), "correct these cells")
    return texts


_CONVERT: dict[str, Callable[[pd.Series, str, str, Faults], pd.Series]] = {
    "string": lambda values, _name, _layer, _faults: as_texts(values),
    "integer": lambda values, name, layer, faults: as_integers(values, column=name, layer=layer, faults=faults),
    "boolean": lambda values, name, layer, faults: as_booleans(values, column=name, layer=layer, faults=faults),
    "number": _numbers,
    "persons": _persons,
    "date": _dates,
}


def near_names(frame: pd.DataFrame, column: Column, *, cutoff: float = 0.6) -> list[str]:
    """Return the columns of a table that may be meant: by a synonym first, else by spelling."""
    known = [str(name) for name in frame.columns if name != "geometry"]
    synonyms = {alias.lower() for alias in column.aliases} | {column.name.lower()}
    meant = [name for name in known if name.strip().lower() in synonyms]
    return meant or get_close_matches(column.name, known, n=1, cutoff=cutoff)


def _missing(frame: pd.DataFrame, column: Column, layer: str, faults: Faults) -> None:
    zh = f" ({column.aliases[0]})" if column.aliases else ""
    near = near_names(frame, column)
    known = [str(name) for name in frame.columns if name != "geometry"]
    if len(near) > 1:
        do = f"say which of {shortened(near)} is meant: columns = {{ {column.name} = … }}"
    elif near:
        do = f'add columns = {{ {column.name} = "{near[0]}" }} to the layer in the study file'
    else:
        key = f"{{ {column.name} = … }}"
        do = f"name it with columns = {key}, or state one value for all rows with values = {key}"
    faults.add(f"a column {column.name!r}{zh} in {layer}", shortened(known, limit=8), do)


def _tell_unused(frame: pd.DataFrame, column: Column, layer: str, log: FaultLog) -> None:
    near = [name for name in near_names(frame, column, cutoff=0.85) if name not in _ours()]
    if near:
        why = misfit(frame[near[0]], column).rstrip(".")
        log.add(
            layer,
            "",
            "column_not_used",
            f"列“{near[0]}”可能是 {column.name}，未使用{f'（{why}）' if why else ''}",
            f"Column {near[0]!r} may be {column.name!r}; it is not used{f' ({why})' if why else ''}",
            f'如确是，请写 columns = {{ {column.name} = "{near[0]}" }}',
        )


@cache
def _ours() -> frozenset[str]:
    return frozenset(column.name for table in TABLES for column in schema(table).columns)


def _check_geometry(frame: pd.DataFrame, wanted: Schema, layer: str, faults: Faults) -> None:
    needed = any(column.dtype == "geometry" and column.required == "yes" for column in wanted.columns)
    if needed and not isinstance(frame, gpd.GeoDataFrame):
        faults.add(f"geometries in {layer}", "a table without any", "export the layer as GeoPackage or GeoJSON")
