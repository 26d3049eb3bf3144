"""Leading zones: which units belong to them, by a dated list."""

from __future__ import annotations

import pandas as pd

from planner.errors import LayerError, fault, shortened
from planner.layers.checking import checked
from planner.layers.log import LEFT_OUT, FaultLog
from planner.layers.read import read_source
from planner.layers.schema import schema
from planner.layers.source import LayerSource


def read_leading_zones(
    source: LayerSource,
    *,
    crs: str,
    log: FaultLog,
    boundaries: pd.DataFrame | None = None,
    as_of: str = "",
) -> pd.DataFrame:
    """Return the members of leading zones, one row per zone and member.

    Parameters
    ----------
    source
        Table with zone_code, zone_name, unit_code and optionally listed, until, source.
    crs
        Of the study.
    log
        Gets a line for every member that is not in the list of units, or stands in the list twice.
    boundaries
        As `read_boundaries` gives; members are checked against it where it is given.
    as_of
        Date of the list of units (YYYY-MM-DD). A membership that ended by then (``until``) is left out; without a
        date, every one that ended. Zones lie over counties: the two are never summed.

    Returns
    -------
    DataFrame
        zone_code, zone_name, unit_code, listed, source, further columns; sorted by zone and member.

    Raises
    ------
    LayerError
        As `read_source` and the schema say; if a zone has the code of a unit.
    """
    frame = read_source(source, crs=crs, log=log, wanted=schema("leading_zones"))
    table = checked(
        pd.DataFrame(frame.drop(columns="geometry", errors="ignore")),
        schema("leading_zones"),
        layer=source.name,
        log=log,
    )
    if boundaries is not None:
        _check_codes(table, boundaries, source.name)
    known = table["unit_code"].isin(boundaries["code"]) if boundaries is not None else table["unit_code"].notna()
    lasts = ~_ended(table, as_of)
    first = ~table[lasts].duplicated(["zone_code", "unit_code"]).reindex(table.index, fill_value=False)
    for row in table[known & ~lasts].itertuples():
        _tell(row.zone_name or row.zone_code, row.unit_code, "ended", source.name, log)
    for row in table[~known].itertuples():
        _tell(row.zone_name or row.zone_code, row.unit_code, "unit_unknown", source.name, log)
    for row in table[known & lasts & ~first].itertuples():
        _tell(row.zone_name or row.zone_code, row.unit_code, "repeated", source.name, log)
    return table[known & lasts & first].sort_values(["zone_code", "unit_code"], ignore_index=True)


def _check_codes(zones: pd.DataFrame, boundaries: pd.DataFrame, layer: str) -> None:
    shared = sorted(set(zones["zone_code"]) & set(boundaries["code"]))
    if shared:
        expected = f"codes of leading zones in {layer} that no unit has"
        raise LayerError(fault(expected, f"{shortened(shared)} in the boundaries, too", "give the zones other codes"))


def _ended(table: pd.DataFrame, as_of: str) -> pd.Series:
    """Return which memberships had ended at a date; dates as YYYY-MM-DD compare as texts."""
    if "until" not in table.columns:
        return pd.Series(data=False, index=table.index)
    ended = table["until"] != ""
    return ended & (table["until"] <= as_of) if as_of else ended


_MESSAGES = {
    "ended": ("的成员 {} 已退出（见 until），未计入", "had left it by then (see until); left out", "请核对名单日期"),
    "unit_unknown": (
        "的成员 {} 不在名单内，未计入",
        "is not in the list of units; left out",
        "请核对成员代码及名单日期",
    ),
    "repeated": ("的成员 {} 重复，只计一次", "is listed twice; counted once", "请删去重复的行"),
}


def _tell(zone: str, member: str, reason: str, layer: str, log: FaultLog) -> None:
    zh, en, remedy = _MESSAGES[reason]
    log.add(
        layer, member, f"{LEFT_OUT}{reason}", f"{zone}{zh.format(member)}", f"Member {member} of {zone} {en}", remedy
    )
