"""What a verification says, and how two tables are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.errors import shortened

DIFFERENT = ("table", "key", "figure", "in_run", "measured_again")
MISSING = ("table", "key", "found_in")
_RELATIVE = 1e-9
_SHOWN = 20

_TEXTS = {
    "equal": {"zh": "核验通过：{} 项数字全部一致。", "en": "verified: all {} figures are equal."},
    "unequal": {
        "zh": "核验未通过：{} 项一致，{} 项不同，{} 行缺失，{} 处错误。",
        "en": "not verified: {} figures are equal, {} differ, {} rows are missing, {} faults.",
    },
    "different": {
        "zh": "不同：{} {} 的 {}：运行结果 {}，重新核算 {}",
        "en": "different: {} {}, {}: {} in the run, {} measured again",
    },
    "missing": {"zh": "缺失：{} {}，仅见于{}", "en": "missing: {} {}, only in {}"},
    "fault": {"zh": "错误：{}", "en": "fault: {}"},
    "more": {"zh": "……另有 {} 项", "en": "… and {} more"},
    "the run": {"zh": "运行结果", "en": "the run"},
    "the new measure": {"zh": "重新核算", "en": "the new measure"},
}


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Verification:
    """The outcome of measuring a finished run again.

    Attributes
    ----------
    agreeing
        How many figures are equal.
    different
        One row per figure that is not: table, key, figure, in_run, measured_again (text).
    missing
        One row per row that only one side has: table, key, found_in.
    faults
        One sentence per broken promise of the plan or changed input.
    """

    agreeing: int
    different: pd.DataFrame
    missing: pd.DataFrame
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether something was compared and everything is equal."""
        return self.agreeing > 0 and not (len(self.different) or len(self.missing) or self.faults)

    @property
    def equal(self) -> bool:
        """The same as `ok`."""
        return self.ok

    def summary(self, language: str = "zh") -> str:
        """Return the outcome as text: one line, then up to 20 lines for each kind of difference.

        Parameters
        ----------
        language
            "zh" or "en".
        """
        if self.ok:
            return _TEXTS["equal"][language].format(self.agreeing)
        counts = (self.agreeing, len(self.different), len(self.missing), len(self.faults))
        lines = [_TEXTS["unequal"][language].format(*counts)]
        lines += _listed([_TEXTS["fault"][language].format(sentence) for sentence in self.faults], language)
        different = self.different[list(DIFFERENT)].itertuples(index=False)
        lines += _listed([_TEXTS["different"][language].format(*row) for row in different], language)
        missing = self.missing[list(MISSING)].itertuples(index=False)
        worded = [_TEXTS["missing"][language].format(*row[:2], _TEXTS[str(row[2])][language]) for row in missing]
        return "\n".join(lines + _listed(worded, language))


def _listed(lines: Sequence[str], language: str) -> list[str]:
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], *([_TEXTS["more"][language].format(more)] if more > 0 else [])]


def together(parts: Sequence[Verification]) -> Verification:
    """Return several outcomes as one."""
    return Verification(
        agreeing=sum(part.agreeing for part in parts),
        different=_stacked([part.different for part in parts], DIFFERENT),
        missing=_stacked([part.missing for part in parts], MISSING),
        faults=tuple(sentence for part in parts for sentence in part.faults),
    )


def of_faults(faults: Sequence[str], *, checks: int = 0) -> Verification:
    """Return the outcome of checks that are no tables.

    Parameters
    ----------
    faults
        Sentences.
    checks
        How many promises were looked at; those that hold count as agreeing.
    """
    agreeing = max(checks - len(faults), 0)
    return Verification(
        agreeing=agreeing, different=_stacked([], DIFFERENT), missing=_stacked([], MISSING), faults=tuple(faults)
    )


def compare(
    table: str, run: pd.DataFrame, again: pd.DataFrame, *, keys: Sequence[str], figures: Sequence[str]
) -> Verification:
    """Return where two tables agree and where they do not.

    Parameters
    ----------
    table
        Its name, for the report.
    run, again
        What the run wrote and what was measured again; text, numbers, or None for unknown.
    keys
        Columns that name a row.
    figures
        Columns to compare: numbers to a relative 1e-9, text exactly.
    """
    left, right = _keyed(run, keys), _keyed(again, keys)
    doubled = shortened(left.index[left.index.duplicated()].unique())
    faults = (f"{table}: expected one row per key, found several of {doubled}: write each once.",) if doubled else ()
    left, right = left[~left.index.duplicated()], right[~right.index.duplicated()]
    common = left.index.intersection(right.index)
    parts = [_one_figure(table, name, left.loc[common], right.loc[common]) for name in figures]
    alone = [(left.index.difference(right.index), "the run"), (right.index.difference(left.index), "the new measure")]
    missing = [pd.DataFrame({"table": table, "key": keys_, "found_in": side}) for keys_, side in alone if len(keys_)]
    rows = Verification(
        agreeing=0, different=_stacked([], DIFFERENT), missing=_stacked(missing, MISSING), faults=faults
    )
    return together([*parts, rows])


def _keyed(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    names = [" ".join(word for word in map(plain, row) if word) for row in table[list(keys)].itertuples(index=False)]
    return table.set_axis(pd.Index(names, dtype="str"))


def _one_figure(table: str, name: str, run: pd.DataFrame, again: pd.DataFrame) -> Verification:
    left, right = run[name].map(plain), again[name].map(plain)
    same = [_same(one, other) for one, other in zip(left, right, strict=True)]
    wrong = ~np.array(same, dtype=bool)
    different = pd.DataFrame(
        {
            "table": table,
            "key": run.index[wrong],
            "figure": name,
            "in_run": left[wrong].array,
            "measured_again": right[wrong].array,
        }
    )
    return Verification(agreeing=sum(same), different=different, missing=_stacked([], MISSING), faults=())


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        left, right = float(one), float(other)
    except ValueError:
        return False
    return abs(left - right) <= _RELATIVE * max(abs(left), abs(right))


def plain(value: object) -> str:
    """Return a value as the text that a table would hold: "" for unknown, no ``.0`` on whole numbers."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    text = str(value)
    head, point, tail = text.partition(".")
    return head if point and tail.strip("0") == "" and head.lstrip("-").isdigit() else text


def _stacked(tables: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(columns), dtype="str")
