"""Faults that are told and do not stop a run: which row, what is wrong, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

import pandas as pd

COLUMNS = ("layer", "row_id", "code", "message", "message_en", "remedy")
LEFT_OUT = "left_out_"
NOTES = (
    "columns_mapped", "values_mapped", "rows_chosen", "unit_reconciled", "title_lines", "merged_cells", "datum_assumed",
    "unit_nested", "group_summed", "weights_learned", "sites_proposed", "opening_derived", "groups_derived",
    "people_interpolated", "people_held", "people_as_in_base_year",
)  # fmt: skip
"""Codes of lines that tell what was done, not what is wrong."""


@dataclass(frozen=True, order=True, slots=True)
class DataFault:
    """One fault of a layer that a reader could live with.

    Attributes
    ----------
    layer
        Name of the file.
    row_id
        Id of the row, ``"row 12"`` where it has none (line of a table, number of a feature), "" where the
        whole layer is meant.
    code
        Machine word; those of rows that were left out start with ``left_out_``.
    message, message_en
        What was found, in Chinese and in English.
    remedy
        What to do.
    """

    layer: str
    row_id: str
    code: str
    message: str
    message_en: str
    remedy: str


class FaultLog:
    """Collects data faults; every row a reader leaves out has a line here."""

    def __init__(self) -> None:
        self._faults: list[DataFault] = []
        self._read: dict[str, tuple[int, int]] = {}
        self._places: list[tuple[str, pd.Series, pd.DataFrame]] = []
        self._remembered: dict[str, list[dict[str, Any]]] = {}

    def __len__(self) -> int:
        return len(self._faults)

    def add(self, layer: str, row_id: str, code: str, message: str, message_en: str, remedy: str) -> None:
        """Add one fault; the parameters are the attributes of `DataFault`."""
        self._faults.append(DataFault(layer, str(row_id), code, message, message_en, remedy))

    def note(self, layer: str, code: str, message: str, message_en: str, remedy: str) -> None:
        """Tell what was done to a whole layer; `code` is one of `NOTES`."""
        self.add(layer, "", code, message, message_en, remedy)

    def read(self, layer: str, *, rows: int, chosen: int) -> None:
        """Remember how many rows a source has, and how many of them its ``where`` chose."""
        before = self._read.get(layer, (0, 0))
        self._read[layer] = (before[0] + rows, before[1] + chosen)
        if chosen < rows:
            self.note(
                layer,
                "rows_chosen",
                f"where 选出 {chosen} 行，另外 {rows - chosen} 行不读",
                f"where chose {chosen} rows; {rows - chosen} are not read",
                "如不对，请改正 where",
            )

    def remember(self, kind: str, entry: Mapping[str, Any]) -> None:
        """Remember how something was read, for the record of a run; it is no fault."""
        self._remembered.setdefault(kind, []).append(dict(entry))

    def remembered(self, kind: str) -> list[dict[str, Any]]:
        """Return what was remembered of one kind, in the order of reading."""
        return [dict(entry) for entry in self._remembered.get(kind, [])]

    def place(self, layer: str, ids: pd.Series, positions: pd.DataFrame) -> None:
        """Remember where the rows of a layer are (x, y; metres, study crs), those too that are left out later."""
        self._places.append((layer, ids, positions[["x", "y"]]))

    def places(self) -> pd.DataFrame:
        """Return layer, row_id, x, y of the rows that faults name and that have a position; the first of each id."""
        blank = pd.DataFrame(columns=["layer", "row_id", "x", "y"]).astype(
            {"layer": "str", "row_id": "str", "x": "float64", "y": "float64"}
        )
        found = [self._placed(*one) for one in self._places]
        places = pd.concat([one for one in found if len(one)] or [blank], ignore_index=True)
        return places.drop_duplicates(["layer", "row_id"])[["layer", "row_id", "x", "y"]]

    def _placed(self, layer: str, ids: pd.Series, positions: pd.DataFrame) -> pd.DataFrame:
        named = ids.isin({fault.row_id for fault in self._faults if fault.layer == layer}).to_numpy()
        return positions[named].assign(layer=layer, row_id=ids[named].astype("str"))

    def accounts(self) -> pd.DataFrame:
        """Return one row per layer: rows of the file, chosen by ``where``, left out with a line each, kept."""
        rows = [
            (layer, rows, chosen, self.left_out(layer), chosen - self.left_out(layer))
            for layer, (rows, chosen) in sorted(self._read.items())
        ]
        return pd.DataFrame(rows, columns=["layer", "rows", "chosen", "left_out", "kept"])

    def left_out(self, layer: str | None = None) -> int:
        """Return how many rows were left out, of one layer or of all."""
        return sum(fault.code.startswith(LEFT_OUT) and layer in (None, fault.layer) for fault in self._faults)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per fault, columns as `DataFault`, sorted, so that the order of reading does not show."""
        rows = [astuple(fault) for fault in sorted(self._faults)]
        return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
