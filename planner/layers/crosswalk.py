"""Two lists of units of different dates: which old code is which new one, as a person confirmed it."""

from __future__ import annotations

import pandas as pd

from planner.layers.checking import checked
from planner.layers.log import FaultLog
from planner.layers.read import read_source
from planner.layers.schema import schema
from planner.layers.source import LayerSource


def read_crosswalk(
    source: LayerSource, *, crs: str, log: FaultLog, boundaries: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the rows of a crosswalk that are applied.

    Parameters
    ----------
    source
        Table with old_code, new_code, confirmed and optionally names, date and source.
    crs
        Of the study.
    log
        Gets a line for every row that is not applied: not confirmed; the new code is not in the list of units; the
        old one is still in it, so that it may mean either; an old unit that was divided among several.
    boundaries
        As `read_boundaries` gives; codes are checked against it where it is given.

    Returns
    -------
    DataFrame
        Columns of the schema ``crosswalk``; each old code once, sorted by it.

    Raises
    ------
    LayerError
        As `read_source` and the schema say.
    """
    wanted = schema("crosswalk")
    frame = read_source(source, crs=crs, log=log, wanted=wanted)
    table = checked(
        pd.DataFrame(frame.drop(columns="geometry", errors="ignore")), wanted, layer=source.name, log=log
    ).drop_duplicates(["old_code", "new_code", "confirmed"])
    reasons = _reasons(table, set() if boundaries is None else set(boundaries["code"]))
    for row, reason in zip(table[reasons != ""].itertuples(), reasons[reasons != ""], strict=True):
        zh, en, remedy = _MESSAGES[reason]
        pair = f"{row.old_code} → {row.new_code}"
        log.add(source.name, row.old_code, reason, f"{pair} {zh}", f"{pair} {en}", remedy)
    return table[reasons == ""].sort_values("old_code", ignore_index=True)


def reconciled(
    frame: pd.DataFrame, crosswalk: pd.DataFrame, boundaries: pd.DataFrame, *, layer: str, log: FaultLog
) -> pd.DataFrame:
    """Return rows with the codes of the study's list of units where a crosswalk says them.

    Parameters
    ----------
    frame
        Any table with ``unit_code``.
    crosswalk
        As `read_crosswalk` gives.
    boundaries
        Codes that are in it are left as they are.
    layer
        What faults call the table.
    log
        Gets a line for each pair of codes, with the number of rows.
    """
    new = frame["unit_code"].map(dict(zip(crosswalk["old_code"], crosswalk["new_code"], strict=True)))
    changed = new.notna() & ~frame["unit_code"].isin(boundaries["code"])
    for (old, now), rows in frame[changed].groupby([frame["unit_code"], new]):
        log.note(
            layer,
            "unit_reconciled",
            f"区划代码 {old} 按对照表改为 {now}（{len(rows)} 行）",
            f"The unit code {old} is {now} by the crosswalk ({len(rows)} rows)",
            "如不对，请改正对照表",
        )
    return frame.assign(unit_code=new.where(changed, frame["unit_code"]).astype("str"))


_MESSAGES = {
    "crosswalk_unconfirmed": ("尚未确认，未采用", "is not confirmed; not applied", "核对后在 confirmed 列写 true"),
    "crosswalk_unknown": (
        "的新代码不在名单内，未采用",
        "leads to a code that is not in the list of units; not applied",
        "请核对新代码及名单日期",
    ),
    "crosswalk_in_use": (
        "的旧代码仍在名单内，未采用",
        "begins at a code that is still in the list of units; not applied",
        "请核对两份名单的日期",
    ),
    "crosswalk_divided": (
        "：一个旧代码对应多个新代码，单凭代码不能归入，未采用",
        "is one of several for its old code, which alone does not tell them apart; not applied",
        "请给这些行写明新代码，或留空按坐标归入",
    ),
}


def _reasons(table: pd.DataFrame, known: set[str]) -> pd.Series:
    """Return why each row is not applied, "" where it is."""
    confirmed = table["confirmed"].fillna(value=False).astype(bool)
    reasons = pd.Series("", index=table.index, dtype="str").where(confirmed, "crosswalk_unconfirmed")
    if known:
        reasons = reasons.mask((reasons == "") & ~table["new_code"].isin(known), "crosswalk_unknown")
        reasons = reasons.mask((reasons == "") & table["old_code"].isin(known), "crosswalk_in_use")
    divided = table["old_code"].where(reasons == "").dropna().duplicated(keep=False)
    return reasons.mask(divided.reindex(table.index, fill_value=False), "crosswalk_divided")
