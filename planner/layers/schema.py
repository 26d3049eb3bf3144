"""Schemas: one small file per table says its columns; checks are made from it.

A schema is a CSV in ``schemas/``: column, dtype, unit, required (``yes``: every row has a value;
``column``: the column is there, a value may lack; ``no``: added, empty, where the file has none; ``given``: used
where the file has it, never added), allowed (values between ``|``; an empty one allows empty cells), description,
example (a cell of a template), alias_zh (Chinese names and synonyms between ``|``; the first heads the column of a
template). ``schemas/values.csv`` holds words that people use for values.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

TABLES = (
    "age_structure", "births", "boundaries", "catchments", "crosswalk", "demand", "exclusions", "facilities",
    "leading_zones", "permitted_land", "population_by_year", "residential_areas", "single_ages", "sites", "unit_people",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a schema; the attributes are the columns of its file.

    `synonyms` are pairs: a word that people use, the value that it means.
    """

    name: str
    dtype: str
    unit: str
    required: str
    allowed: tuple[str, ...]
    description: str
    example: str
    aliases: tuple[str, ...]
    synonyms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The columns of one table.

    Attributes
    ----------
    table
        Its name.
    columns
        In the order of the file.
    id_column
        The column whose values are unique and never empty; "" where a table has none.
    """

    table: str
    columns: tuple[Column, ...]
    id_column: str

    def with_groups(self, groups: Sequence[str]) -> Schema:
        """Return the schema with these columns of persons, all required."""
        known = {column.name: column for column in self.columns if column.dtype == "persons"}
        template = next(iter(known.values()))
        added = (replace(known.get(name, replace(template, name=name, aliases=())), required="yes") for name in groups)
        return replace(self, columns=(*(column for column in self.columns if column.dtype != "persons"), *added))


_EMPTY_DTYPE = {
    "position": "float64",
    "integer": "Int64",
    "boolean": "boolean",
    "number": "Float64",
    "persons": "float64",
}
_IDS = {"boundaries": "code", "demand": "demand_id", "facilities": "facility_id", "sites": "site_id",
        "unit_people": "unit_code", "residential_areas": "area_id"}  # fmt: skip


@cache
def schema(table: str) -> Schema:
    """Return the schema of a table, one of `TABLES`."""
    text = files("planner.layers").joinpath("schemas", f"{table}.csv").read_text(encoding="utf-8")
    columns = tuple(_column(row, _words_of(table, row["column"])) for row in csv.DictReader(text.splitlines()))
    return Schema(table=table, columns=columns, id_column=_IDS.get(table, ""))


@cache
def _value_words() -> tuple[dict[str, str], ...]:
    text = files("planner.layers").joinpath("schemas", "values.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _words_of(table: str, column: str) -> tuple[tuple[str, str], ...]:
    """Return (word, value) pairs of a column."""
    rows = (row for row in _value_words() if (row["table"], row["column"]) == (table, column))
    return tuple((word, row["value"]) for row in rows for word in row["synonyms"].split("|"))


def _column(row: dict[str, str], synonyms: tuple[tuple[str, str], ...]) -> Column:
    return Column(
        name=row["column"],
        dtype=row["dtype"],
        unit=row["unit"],
        required=row["required"],
        allowed=tuple(row["allowed"].split("|")) if row["allowed"] else (),
        description=row["description"],
        example=row["example"],
        aliases=tuple(row["alias_zh"].split("|")) if row["alias_zh"] else (),
        synonyms=synonyms,
    )


def empty(table: str) -> pd.DataFrame:
    """Return a table without rows that has the columns of its schema, positions as x and y."""
    blank = pd.RangeIndex(0)
    columns = (one for one in schema(table).columns if one.dtype != "geometry" and one.required != "given")
    return pd.DataFrame({column.name: empty_column(blank, column) for column in columns}, index=blank)


def empty_column(index: pd.Index, column: Column) -> pd.Series:
    """Return a column without a value in any row, of the dtype of its schema."""
    dtype = _EMPTY_DTYPE.get(column.dtype)
    return pd.Series("", index=index, dtype="str") if dtype is None else pd.Series(np.nan, index=index).astype(dtype)
