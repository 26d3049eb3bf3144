"""Codes that layers of control lines bear: what each may mean. A code alone is never believed.

``layer_codes.csv``: code (in the name of a file, of a layer, of a column, or in a cell), rule_ids (all it has been seen
to mean, between ``|``), note. One county system uses CZKFBJ, the code of the urban growth boundary, for villages.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import pandas as pd

from planner.errors import Faults, LayerError
from planner.layers.source import ExclusionSource

_CELLS = 200  # of a column that are looked at
_WORDS = re.compile(r"[A-Za-z]+|[\u4e00-\u9fff]+")


@cache
def meanings() -> dict[str, tuple[str, ...]]:
    """Return every known code, in capitals -> the rules that it has been seen to mean."""
    text = files("planner.layers").joinpath("layer_codes.csv").read_text(encoding="utf-8")
    return {row["code"].upper(): tuple(row["rule_ids"].split("|")) for row in csv.DictReader(text.splitlines())}


def check_codes(frame: pd.DataFrame, source: ExclusionSource) -> None:
    """Ask about a layer whose names or columns bear a code that means another rule, or several.

    Parameters
    ----------
    frame
        The layer, in the names of its file.
    source
        What the study says that it is; ``code_means`` answers the question.

    Raises
    ------
    LayerError
        With a sentence per code.
    """
    faults = Faults()
    for code, where in sorted(dict(_found(frame, source)).items()):
        known = meanings()[code]
        stated = {name.upper(): rule for name, rule in source.code_means.items()}
        if stated.get(code) == source.rule_id or known == (source.rule_id,):
            continue
        means = " or ".join(known)
        do = f'look at the layer, then write code_means = {{ {code} = "…" }} and that as rule_id'
        if source.rule_id in known:
            faults.add(f"to know what {code} means in {source.name}", f"a code ({where}) that means {means}", do)
        else:
            found = f"the code {code} ({where}), which means {means}"
            faults.add(f"{source.name} to be {source.rule_id!r} as declared", found, do)
    faults.raise_if_any(LayerError)


def _found(frame: pd.DataFrame, source: ExclusionSource) -> Iterator[tuple[str, str]]:
    """Give each known code once with where it stands; of a column's cells all, of a name the longest one in it."""
    yield from ((code, "the name of the file") for code in _in(source.path.stem))
    yield from ((code, "the name of the layer") for code in _in(source.layer or ""))
    for name, column in frame.items():
        if name == "geometry":
            continue
        yield from ((code, f"column {name}") for code in _in(str(name)))
        if not pd.api.types.is_numeric_dtype(column.dtype):
            cells = column.dropna().astype("str").drop_duplicates().head(_CELLS)
            yield from ((code, f"a cell of column {name}") for cell in cells for code in _whole(cell))


def _in(text: str) -> list[str]:
    """Return the codes that are words of a name: letters up to something else, Chinese anywhere."""
    words = [word.upper() for word in _WORDS.findall(text)]
    return [code for code in meanings() for word in words if word == code or (not code.isascii() and code in word)]


def _whole(cell: str) -> list[str]:
    return [cell.strip().upper()] if cell.strip().upper() in meanings() else []
