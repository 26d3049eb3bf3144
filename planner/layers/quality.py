"""The quality of layers: what may be wrong with rows that could all be read. Nothing is changed by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd

MOST_LINES = 1_000
"""More rows of one kind are told in one line, which names them all."""
COLUMNS = ("layer", "row_id", "code", "message", "message_en", "remedy", "others", "x", "y")


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that a person should look at.

    Attributes
    ----------
    layer
        Table or file.
    row_id
        Id of the row; "" where the whole layer is meant.
    code
        Machine word.
    message, message_en
        What was found, in Chinese and in English.
    remedy
        What to do.
    others
        Ids of further rows it concerns, joined with ``;``.
    x, y
        Where it is (metres, study crs); NaN where it has no place.
    """

    layer: str
    row_id: str
    code: str
    message: str
    message_en: str
    remedy: str
    others: str = ""
    x: float = float("nan")
    y: float = float("nan")


class Doubts:
    """Collects doubts of one table."""

    def __init__(self, layer: str) -> None:
        self.layer = layer
        self._found: list[Doubt] = []

    def add(
        self,
        row_id: str,
        code: str,
        words: tuple[str, str, str],
        *,
        others: Iterable[str] = (),
        at: tuple[float, float] = (float("nan"), float("nan")),
    ) -> None:
        """Add one doubt; `words` are message, English message and remedy."""
        self._found.append(Doubt(self.layer, str(row_id), code, *words, ";".join(others), float(at[0]), float(at[1])))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per doubt, columns as `Doubt`."""
        return framed(self._found)


def framed(doubts: Iterable[Doubt]) -> pd.DataFrame:
    """Return doubts as a table: by layer and code, those of most rows first, whatever the order of the checks."""
    table = pd.DataFrame([astuple(one) for one in doubts], columns=list(COLUMNS))
    texts = dict.fromkeys(COLUMNS[:-2], "str")
    typed = table.astype({**texts, "x": "float64", "y": "float64"})
    ranked = typed.assign(_fewer=-typed["others"].str.count(";") - (typed["others"] != ""))
    order = ["layer", "code", "_fewer", *COLUMNS[1:2], *COLUMNS[3:7]]
    return ranked.sort_values(order, ignore_index=True).drop(columns="_fewer")


def told(faults: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the faults that readers told, as doubts, with the places of their rows.

    Parameters
    ----------
    faults, places
        As `FaultLog.to_frame` and `FaultLog.places` give.
    """
    placed = faults.merge(places, on=["layer", "row_id"], how="left").assign(others="")
    return placed[list(COLUMNS)].astype({"x": np.float64, "y": np.float64})
