"""Column names that people use -> ours, by the synonyms of a schema; what is not clear is asked, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from planner.errors import Faults, LayerError, shortened
from planner.layers.checking import misfit
from planner.layers.guard import Format, format_of
from planner.layers.log import FaultLog
from planner.layers.schema import Column, Schema
from planner.layers.source import BoundarySource, ExclusionSource, LayerSource

_BRACKET = re.compile(r"^(?P<head>.+?)\s*[(\[](?P<inner>[^()\[\]]*)[)\]]$")
_FROM_TO = re.compile(r"^(\d+)(?:周?岁)?(?:-|~|—|–|至|到)(\d+)周?岁(?:人口|人数|儿童|幼儿|老人)?数?$")
_AND_ABOVE = re.compile(r"^(\d+)周?岁(?:及以上|以上)(?:人口|人数|老人|老年人|老年人口)?数?$")
_UNITS = {
    "m2": ("m2", "m^2", "sqm", "平方米", "平米"),
    "m": ("m", "米", "°", "度"),
    "persons": ("人", "名", "persons", "people"),
    "year": ("年", "year"),
    "classes": ("班", "个", "classes"),
}
_REMARKS = ("必填", "选填", "可选", "required", "optional")


def meant(names: Iterable[str], column: Column) -> list[str]:
    """Return the columns of a file that bear our name of a column, or a synonym of it.

    A name counts whatever its width, case and spaces; in brackets may stand the unit of the schema, not another
    one: 面积（m²） is ``area_m2``, 面积（亩） is not. A header of a template ("设施编号 facility_id") bears our name.
    """
    known = [str(name) for name in names]
    ours = [name for name in known if _is_ours(name, column)]
    return ours or [name for name in known if _is_synonym(name, column)]


def age_group(name: str) -> str:
    """Return the group of persons that a header like 3-5岁 or 60岁以上人口 names, "" where it names none."""
    text = _folded(name)
    if between := _FROM_TO.match(text):
        return f"age_{between[1]}_{between[2]}"
    return f"age_{above[1]}_plus" if (above := _AND_ABOVE.match(text)) else ""


def with_aliases(source: LayerSource, raw: pd.DataFrame, wanted: Schema, log: FaultLog) -> LayerSource:
    """Return the source with the columns that its synonyms show; what the study states stays.

    Parameters
    ----------
    source
        What the study says.
    raw
        The file's table, in its own names.
    wanted
        The schema.
    log
        Gets one line with all columns that were mapped.

    Raises
    ------
    LayerError
        With a sentence per column for which several are meant, and per name that means several of ours.
    """
    if format_of(source.path) is Format.PBF:  # tags have names of their own
        return source
    found = _found(source, raw, wanted)
    _ask(found, source.name)
    sure = {ours: names[0] for ours, names in found.items()}
    optional = {column.name: column for column in wanted.columns if column.required not in ("yes", "column")}
    mapped = {
        ours: name for ours, name in sure.items() if ours not in optional or not misfit(raw[name], optional[ours])
    }
    if mapped:
        _tell(mapped, wanted, source.name, log)
    return replace(source, columns={**source.columns, **mapped})


def _found(source: LayerSource, raw: pd.DataFrame, wanted: Schema) -> dict[str, list[str]]:
    """Return our columns that the study leaves open -> the file's that may be meant."""
    stated = {*source.columns, *source.values, *_stated_by_kind(source)}
    stated |= {axis for axis in ("x", "y") if getattr(source, axis) is not None}
    taken = {*source.columns.values(), source.x, source.y, source.named_unit}
    names = [str(name) for name in raw.columns if name not in ("geometry", *taken)]
    located = isinstance(raw, gpd.GeoDataFrame)
    open_columns = [
        column
        for column in wanted.columns
        if column.name not in stated
        and column.name not in names
        and column.dtype != "geometry"
        and not (located and column.dtype == "position")
    ]
    claimed = {column.name for column in wanted.columns} & set(names)
    free = [name for name in names if name not in claimed]
    found = {column.name: meant(free, column) for column in open_columns}
    return {ours: candidates for ours, candidates in found.items() if candidates}


def _stated_by_kind(source: LayerSource) -> tuple[str, ...]:
    """Return our columns that the kind of a source states itself."""
    if isinstance(source, BoundarySource):
        return ("level", "kind") if source.kind else ("level",)
    return ("rule_id", "rule_name", "source") if isinstance(source, ExclusionSource) else ()


def _ask(found: dict[str, list[str]], layer: str) -> None:
    faults = Faults()
    for ours, names in found.items():
        if len(names) > 1:
            ways = " or ".join(f'columns = {{ {ours} = "{name}" }}' for name in names[:3])
            none = "" if ours in ("x", "y") else f', or values = {{ {ours} = "" }} if none is'
            do = f"say which is meant: {ways}{none}"
            faults.add(f"one column for {ours!r} in {layer}", shortened(names, limit=5), do)
    for name in dict.fromkeys(name for names in found.values() for name in names):
        claims = [ours for ours, names in found.items() if name in names]
        if len(claims) > 1:
            ways = " or ".join(f'columns = {{ {ours} = "{name}" }}' for ours in claims)
            faults.add(f"one meaning for column {name!r} of {layer}", " and ".join(claims), f"say which it is: {ways}")
    faults.raise_if_any(LayerError)


def _tell(mapped: dict[str, str], wanted: Schema, layer: str, log: FaultLog) -> None:
    units = {column.name: column.unit for column in wanted.columns if column.dtype != "position"}
    pairs = "，".join(
        f"{name}→{ours}{f'（{units[ours]}）' if units.get(ours) else ''}" for ours, name in mapped.items()
    )
    pairs_en = ", ".join(f"{name} is {ours}{f' ({units[ours]})' if units.get(ours) else ''}" for ours, name in mapped.items())  # fmt: skip # noqa: E501
    remedy = f'如不对，请在研究文件中写明，如 columns = {{ {next(iter(mapped))} = "…" }}'
    log.note(layer, "columns_mapped", f"列名按同义词对应：{pairs}", f"Columns taken by synonym: {pairs_en}", remedy)


def _is_ours(name: str, column: Column) -> bool:
    return any(text == column.name.lower() for text, _ in _readings(name)) or (
        column.dtype == "persons" and age_group(name) == column.name
    )


def _is_synonym(name: str, column: Column) -> bool:
    words = synonyms(column.aliases)
    return any(text in words and (not unit or unit in _UNITS.get(column.unit, ())) for text, unit in _readings(name))


def synonyms(names: Sequence[str]) -> frozenset[str]:
    """Return names as they are compared: width, case and spaces do not count."""
    return frozenset(_folded(name) for name in names)


def _readings(name: str) -> Iterator[tuple[str, str]]:
    """Give what a header may say: its text and a unit in brackets, and its last word (a template's)."""
    text = _folded(name)
    yield text, ""
    bracket = _BRACKET.match(text)
    if bracket is not None:
        inner = bracket["inner"]
        yield bracket["head"], "" if inner in _REMARKS else inner or "?"
    words = unicodedata.normalize("NFKC", name).split()
    if len(words) > 1:
        yield words[-1].lower(), ""


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()).strip("*:")
