"""What a check found, and its words, Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from planner.errors import shortened
from planner.layers.log import NOTES
from planner.mandates import REASONS, Mandate, empty_sets, missing_numbers
from planner.pipeline.inputs import Tried, groups_of
from planner.pipeline.measure import Rules
from planner.study import Study

_SHOWN = 5  # rows of one kind of fault of one layer

_WORDS = {
    "zh": {
        "faults": "错误 {0} 处（不改正就不能运行）：",
        "none": "没有错误：可以运行。",
        "unchecked": "尚未检查完：",
        "because": "  {0}：因为{1}有误，没有（完全）检查；改正后请再检查一次",
        "told": "数据问题 {0} 处（可以运行，结果中会写明）：",
        "notes": "读入说明（请核对）：",
        "doubts": "质量检查 {0} 处（请逐条核对；不改也能运行，数据未作任何更改）：",
        "kept": "  {0}：文件 {1} 行，where 选出 {2} 行，列明未读 {3} 行，读入 {4} 行",
        "more": "  {0}：另有 {1} 行同样的问题",
        "read": "已读入：",
        "rows": "  {0}：{1} 行{2}",
        "levels": "（{0}）",
        "groups": "  人口分组：{0}",
        "services": "  设施服务：{0}",
        "roads": "  道路：{0} 个节点，{1} 条边",
        "no_roads": "  道路：无（只量直线距离）",
        "modes": "  出行方式：{0}",
        "options": "  可选行动：{0} 项{1}",
        "mandates": "义务（{0} 条）：",
        "evaluable": "  可评估    {0} {1}",
        "lacking": "  不能评估  {0} {1}：{2}",
        "partly": "  部分可评估  {0} {1}：{2}",
        "empty": "名单中没有属于“{0}”的单位（请核对 kind）",
    },
    "en": {
        "faults": "{0} faults (the study does not run until they are corrected):",
        "none": "No faults: the study would run.",
        "unchecked": "Not wholly checked:",
        "because": "  {0}: not (wholly) checked because of the faults of {1}; correct those and check again",
        "told": "{0} faults of the data (the study runs, and its results tell them):",
        "notes": "How layers were read (please check):",
        "doubts": "{0} places to look at (the study runs all the same; nothing was changed):",
        "kept": "  {0}: {1} rows in the file, {2} chosen by where, {3} left out and listed, {4} read",
        "more": "  {0}: {1} more rows of the same kind",
        "read": "Read:",
        "rows": "  {0}: {1} rows{2}",
        "levels": " ({0})",
        "groups": "  groups of people: {0}",
        "services": "  services of facilities: {0}",
        "roads": "  roads: {0} nodes, {1} edges",
        "no_roads": "  roads: none (straight lines only)",
        "modes": "  modes: {0}",
        "options": "  options: {0}{1}",
        "mandates": "Mandates ({0}):",
        "evaluable": "  evaluable      {0} {1}",
        "lacking": "  not evaluable  {0} {1}: {2}",
        "partly": "  partly         {0} {1}: {2}",
        "empty": "no unit in the list belongs to {0!r} (see kind)",
    },
}
_NAMES = {
    "boundaries": "行政区划", "leading_zones": "先导区", "crosswalk": "代码对照表", "facilities": "设施",
    "population": "人口", "sites": "地块", "exclusions": "管控区", "options": "可选行动", "study": "研究文件",
    "population_by_year": "分年人口", "single_ages": "分年龄人口", "births": "出生人口",
    "residential_areas": "新建居住区",
    "layers": "图层", "roads": "道路", "standards": "标准", "mandates": "义务",
}  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Check:
    """What a check of a study found.

    Attributes
    ----------
    faults
        What keeps the study from running, one sentence each.
    unchecked
        What was not checked, or not wholly -> the broken input that it depends on.
    study, rules, options
        None where they are broken.
    tried
        The layers, as far as they could be read; its `faults` are those a run can live with.
    quality
        As `planner.pipeline.quality.quality` gives: all that a person should look at, `tried.faults` included.
    """

    faults: tuple[str, ...]
    unchecked: dict[str, str]
    study: Study | None
    rules: Rules | None
    tried: Tried
    options: pd.DataFrame | None
    quality: pd.DataFrame

    @property
    def ok(self) -> bool:
        """Whether the study would run."""
        return not self.faults

    def summary(self, language: str = "zh") -> str:
        """Return faults, what was not checked, faults of the data, and what was read."""
        return "\n".join(_lines(self, language))


def _lines(check: Check, language: str) -> Iterator[str]:
    """Give the lines of a check: faults, what was not checked, faults of the data, what was read."""
    say = _WORDS[language]
    yield say["faults"].format(len(check.faults)) if check.faults else say["none"]
    yield from (f"  {number}. {sentence}" for number, sentence in enumerate(check.faults, start=1))
    if check.unchecked:
        yield say["unchecked"]
        for name, broken in check.unchecked.items():
            yield say["because"].format(_name(name, language), _name(broken, language))
    faults = check.tried.faults
    noted = faults["code"].isin(NOTES)
    yield from _told(faults[noted], "notes", language)
    yield from _told(faults[~noted], "told", language)
    yield from _told(check.quality[~check.quality["code"].isin(faults["code"])], "doubts", language)
    yield from _read(check, language)
    if check.rules is not None:
        mandates = check.rules.policy.mandates
        yield say["mandates"].format(len(mandates))
        yield from (_mandate(one, check, language) for one in mandates)


def _name(table: str, language: str) -> str:
    return _NAMES.get(table, table) if language == "zh" else table


def _told(faults: pd.DataFrame, heading: str, language: str) -> Iterator[str]:
    if faults.empty:
        return
    say, message = _WORDS[language], "message" if language == "zh" else "message_en"
    yield say[heading].format(len(faults))
    for (layer, _), alike in faults.groupby(["layer", "code"], sort=False):
        for row in alike.head(_SHOWN).to_dict("records"):
            parts = (_name(row["layer"], language), row["row_id"], row[message], row["remedy"])
            yield "  " + " | ".join(_plain(str(part)) for part in parts if part)
        if len(alike) > _SHOWN:
            yield say["more"].format(_plain(_name(str(layer), language)), len(alike) - _SHOWN)


def _plain(text: str) -> str:
    """Return a text of a layer without what a terminal would act on."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _read(check: Check, language: str) -> Iterator[str]:
    say, tables = _WORDS[language], check.tried.tables
    yield say["read"]
    for name, table in tables.items():
        if table is not None:
            counted = table["level"].value_counts(sort=False) if name == "boundaries" else pd.Series(dtype="int64")
            levels = ", ".join(f"{level} {count}" for level, count in counted.items())
            yield say["rows"].format(_name(name, language), len(table), say["levels"].format(levels) if levels else "")
    for row in check.tried.accounts[check.tried.accounts["rows"] != check.tried.accounts["kept"]].to_dict("records"):
        yield say["kept"].format(_plain(row["layer"]), row["rows"], row["chosen"], row["left_out"], row["kept"])
    if check.study is not None:
        yield from _settings(check, check.study, language)


def _settings(check: Check, study: Study, language: str) -> Iterator[str]:
    say = _WORDS[language]
    yield say["groups"].format(", ".join(groups_of(study)))
    facilities = check.tried.tables.get("facilities")
    if facilities is not None:
        services = facilities["service"].value_counts().sort_index()
        yield say["services"].format(_plain(", ".join(f"{name} {count}" for name, count in services.items())) or "—")
    network = check.tried.network
    if network is not None:
        yield say["roads"].format(f"{network.node_count:,}", f"{network.edge_count:,}")
    elif study.roads is None:
        yield say["no_roads"]
    if check.rules is not None:
        modes = sorted({standard.key.mode for standard in check.rules.standards})
        yield say["modes"].format(", ".join(modes) or "—")
    if check.options is not None:
        made = check.options["template_id"].value_counts()
        by_template = ", ".join(f"{one.id} {made.get(one.id, 0)}" for one in study.siting.options)
        each = say["levels"].format(_plain(by_template)) if by_template else ""
        yield say["options"].format(len(check.options), each)


def _mandate(mandate: Mandate, check: Check, language: str) -> str:
    say = _WORDS[language]
    label = mandate.label[0 if language == "zh" else 1]
    lacking = missing_numbers(mandate)
    reasons = [f"{name}: {REASONS[code][0 if language == 'zh' else 1]}" for name, code in lacking]
    if check.tried.inputs is not None:
        empty = empty_sets(mandate, check.tried.inputs.territory)
        reasons += [say["empty"].format(one.label if language == "zh" else one.name) for one in empty]
    levels = len(mandate.raw.get("levels", ())) or 1
    kind = "evaluable" if not reasons else "lacking" if len(reasons) >= levels else "partly"
    return say[kind].format(mandate.mandate_id, _plain(label), shortened(reasons, limit=9))
