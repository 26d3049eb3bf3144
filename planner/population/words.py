"""What a reader must know of the people counted: whom a layer counts, what is derived, where they were put."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from planner.layers.made_groups import CUT, DERIVED

_BASIS = {
    "zh": {"resident": "常住人口", "registered": "户籍人口", "enrolled": "在校（园）人数", None: "未说明"},
    "en": {"resident": "resident (常住)", "registered": "registered (户籍)", "enrolled": "enrolled (在校)",
           None: "unstated"},
}  # fmt: skip
_TEXTS = {
    "zh": {
        "basis": "人口口径：{0}",
        "layer": "{0}（{1}）",
        "between": "；",
        "derived": "推算的人口分组，不是统计数：{0}",
        "cut": "{0}（{1}，年龄段内按均匀分布切分）",
        "structure": "{0}（{1}，按年龄结构 {2}）",
        "units": "{0} 按单位统计、没有坐标：{1} 个单位的人口各置于面内一点，距离和覆盖只是近似",
        "spread": "{0} 的单位人口按 {2} 分配到 {1}，各单位总数不变，单位内的分布是估计{3}",
        "standing": "；其中 {0} 个单位无处可分，置于面内一点",
        "learned": "由协变量学得的权重（留出单位的误差 {error_share:.0%}，按点数平均分配为 {even_error_share:.0%}）",
    },
    "en": {
        "basis": "Population counted: {0}",
        "layer": "{0} ({1})",
        "between": "; ",
        "derived": "Groups of people that are derived, not counted: {0}",
        "cut": "{0} ({1}, bands cut evenly)",
        "structure": "{0} ({1}, by the shares of ages in {2})",
        "units": "{0} counts people by unit, without coordinates: those of {1} units stand at one point inside each; "
        "distances and coverage are approximate",
        "spread": "The people of units in {0} are spread over {1} by {2}; every unit keeps its total, where they live "
        "in it is an estimate{3}",
        "standing": "; those of {0} units had nowhere to go and stand at one point",
        "learned": "learned weights (error on units left out {error_share:.0%}, by the number of points "
        "{even_error_share:.0%})",
    },
}


def population_record(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what run.json says of the people counted.

    Parameters
    ----------
    layers
        As ``FaultLog.remembered(RECORD)`` gives.

    Returns
    -------
    dict
        ``layers``: the same, groups with ``derived``; ``derived_groups``: names; ``words``: sentences for readers,
        by language, the first of which says whom the layers count.
    """
    marked = [
        {**layer, "groups": [{**group, "derived": group["how"] in DERIVED} for group in layer["groups"]]}
        for layer in layers
    ]
    derived = sorted({group["group"] for layer in marked for group in layer["groups"] if group["derived"]})
    return {
        "layers": marked,
        "derived_groups": derived,
        "words": {language: _words(marked, language) for language in _TEXTS},
    }


def _words(layers: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    say = _TEXTS[language]
    named = dict.fromkeys(say["layer"].format(_BASIS[language][one["basis"]], one["layer"]) for one in layers)
    told = [say["basis"].format(say["between"].join(named))]
    derived = [
        say["cut" if group["how"] == CUT else "structure"].format(group["group"], one["layer"], group["of"])
        for one in layers
        for group in one["groups"]
        if group["derived"]
    ]
    if derived:
        told.append(say["derived"].format(say["between"].join(derived)))
    return [*told, *(sentence for one in layers if (sentence := _placed(one, say)))]


def _placed(layer: Mapping[str, Any], say: Mapping[str, str]) -> str:
    """Return how the people of units came to points, "" where they were counted at points."""
    if layer["counted_at"] != "units":
        return ""
    spread, standing = layer["spread"], layer["units_at_one_point"]
    if spread is None:
        return say["units"].format(layer["layer"], standing)
    rest = say["standing"].format(standing) if standing else ""
    by = say["learned"].format(**spread["learned"]) if "learned" in spread else spread["by"]
    return say["spread"].format(layer["layer"], spread["layer"], by, rest)
