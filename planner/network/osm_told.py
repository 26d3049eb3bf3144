"""What the tags of OpenStreetMap ways say, and what of it is told because it is not used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from planner.errors import shortened
from planner.layers.log import FaultLog
from planner.network.mode import Mode, classes_of


class Told(NamedTuple):
    """What the tags of a way say; by mode where it says several things."""

    road_class: str
    is_road: bool
    is_rail: bool
    is_crossing: bool
    oneway: int
    oneways: tuple[int, ...]
    barred: tuple[bool, ...]
    speed_kph: float
    impossible: str
    zone: int
    duration_s: float
    is_span: bool
    conditional: tuple[bool, ...]


def tell_ways(
    told: Sequence[Told], clipped: Sequence[str], modes: Mapping[str, Mode], layer: str, log: FaultLog
) -> None:
    """Tell which ways are cut, left out, or taken for less than they say.

    Parameters
    ----------
    told
        Of all highways and ferries of the file.
    clipped
        Ids of the roads that lack nodes.
    modes
        Modes the roads are read for.
    layer
        Name of the file.
    log
        Where it is told.
    """
    roads = [one for one in told if one.is_road]
    _tell_clipped(clipped, layer, log)
    _tell_unused(told, modes, layer, log)
    _tell_conditional(roads, modes, layer, log)
    impossible = [one.impossible for one in roads if one.impossible]
    if impossible and any(mode.tagged_speeds for mode in modes.values()):
        listed = shortened(sorted(set(impossible)))
        log.add(
            layer,
            "",
            "speed_impossible",
            f"{len(impossible)} 条道路的限速不可能（{listed}），按等级取速度",
            f"{len(impossible)} ways have impossible speeds ({listed}); theirs is that of their class",
            "请在 OpenStreetMap 中修正 maxspeed",
        )


def _tell_clipped(clipped: Sequence[str], layer: str, log: FaultLog) -> None:
    if not clipped:
        return
    count, names = len(clipped), shortened(clipped)
    log.add(
        layer,
        "",
        "clipped_way",
        f"{count} 条道路缺少部分节点（{names}），已在缺口处断开",
        f"{count} ways lack some of their nodes ({names}); they were cut at the gap",
        "裁剪时保留道路的全部节点（osmium extract --strategy complete_ways）",
    )


def _tell_unused(told: Sequence[Told], modes: Mapping[str, Mode], layer: str, log: FaultLog) -> None:
    used = classes_of(modes)
    areas = sum(not one.is_road and one.road_class in used for one in told)
    unused = Counter(one.road_class for one in told if one.road_class and one.road_class not in used)
    if areas:
        log.add(
            layer,
            "",
            "highway_area",
            f"{areas} 个面状道路（area=yes）未作为道路使用",
            f"{areas} highway areas (area=yes) are not used as roads",
            "如需通行，请补绘穿过该面的道路中心线",
        )
    if unused:
        listed = ", ".join(f"{name} × {count}" for name, count in sorted(unused.items()))
        log.add(
            layer,
            "",
            "class_not_used",
            f"{sum(unused.values())} 条道路的等级未对任何出行方式开放：{listed}",
            f"{sum(unused.values())} ways are of classes that no mode may use: {listed}",
            "如应通行，请在出行方式中为该等级设定速度",
        )


def _tell_conditional(roads: Sequence[Told], modes: Mapping[str, Mode], layer: str, log: FaultLog) -> None:
    for number, name in enumerate(modes):
        count = sum(one.conditional[number] for one in roads)
        if count:
            log.add(
                layer,
                "",
                "access_conditional",
                f"出行方式 {name}：{count} 条道路的通行权或单行方向仅在部分时段或条件下有效，该条件未采用",
                f"{count} ways have access or a direction for {name} that holds at some times or on conditions only; "
                "these are not applied",
                "可达性计算不区分时段；如全天有效，请以无条件标签标注，或写作 @ (24/7)",
            )
