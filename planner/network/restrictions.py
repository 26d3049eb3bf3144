"""Turn restrictions of OpenStreetMap: relations to what they forbid a mode.

https://wiki.openstreetmap.org/wiki/Relation:restriction and, for those that hold at times only,
https://wiki.openstreetmap.org/wiki/Conditional_restrictions
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from planner.layers.log import FaultLog
from planner.network.mode import Mode
from planner.network.osm_file import Relation
from planner.network.osm_tags import CONDITIONAL, always

_KINDS = ("no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit",
          "only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn")  # fmt: skip

_HOURS = frozenset({"day_on", "day_off", "hour_on", "hour_off"})
"""Keys by which hours were stated before ``restriction:conditional`` was."""


class Restriction(NamedTuple):
    """A turn restriction of one mode.

    Attributes
    ----------
    relation
        Number of the relation.
    only
        Whether the turn is the only one that may be made, or the one that may not.
    here, there
        Numbers of the ways one comes from, and goes to.
    via
        Vertex (`planner.network.noding.Ways.vertex`) at which one turns; -1 where one turns by way of ways.
    ways
        Numbers of these ways, in order; none where one turns at a vertex.
    """

    relation: int
    only: bool
    here: tuple[int, ...]
    there: tuple[int, ...]
    via: int
    ways: tuple[int, ...] = ()


def read_restrictions(
    relations: Iterable[Relation], mode: Mode, vertex: Mapping[int, int]
) -> tuple[list[Restriction], Counter[str]]:
    """Return the restrictions that bind a mode, and how many cannot be applied, by reason.

    Parameters
    ----------
    relations
        With ``type=restriction``.
    mode
        Its `restriction_tags` name the keys; one of its `access_tags` in ``except`` frees it.
    vertex
        Vertices by number of the node, of the nodes that roads have.
    """
    found: list[Restriction] = []
    left_out: Counter[str] = Counter()
    for relation in relations:
        kind = _kind(relation.tags, mode)
        excepted = {word.strip() for word in relation.tags.get("except", "").split(";")}
        if not kind or excepted & set(mode.access_tags):
            continue
        reason = _why_not(kind, relation.members, vertex)
        if reason:
            left_out[reason] += 1
            continue
        via = [one for one, role in relation.members if role == "via"]
        here, there = (
            tuple(int(one[1:]) for one, role in relation.members if role == wanted and one[:1] == "w")
            for wanted in ("from", "to")
        )
        only, at_node = kind.startswith("only_"), via[0][:1] == "n"
        at = vertex[int(via[0][1:])] if at_node else -1
        ways = () if at_node else tuple(int(one[1:]) for one in via)
        found.append(Restriction(relation.number, only, here, there, at, ways))
    return found, left_out


def _kind(tags: Mapping[str, str], mode: Mode) -> str:
    """Return which restriction a relation states for a mode: "" for none, `CONDITIONAL` if at times only."""
    for key in mode.restriction_tags:
        if always(tags.get(key + CONDITIONAL, "")):
            return always(tags[key + CONDITIONAL])
        if key in tags:
            return CONDITIONAL if _HOURS & set(tags) else tags[key]
        if key + CONDITIONAL in tags:
            return CONDITIONAL
    return ""


def _why_not(kind: str, members: Sequence[tuple[str, str]], vertex: Mapping[int, int]) -> str:
    """Return why a restriction cannot be applied, "" if it can."""
    roles = defaultdict(list)
    for one, role in members:
        roles[role].append(one)
    if kind not in _KINDS:
        return "conditional" if kind == CONDITIONAL else "kind"
    via = roles["via"]
    by_ways = bool(via) and all(one[:1] == "w" for one in via)
    at_node = len(via) == 1 and via[0][:1] == "n"
    if not (by_ways or at_node) or not roles["from"] or not roles["to"]:
        return "members"
    return "" if by_ways or int(via[0][1:]) in vertex else "outside"


_REASONS = {
    "members": ("成员缺失、不明确或对该方式封闭", "have members that are missing, ambiguous or closed to the mode"),
    "outside": ("节点不在道路上", "turn at a node that is on no road"),
    "kind": ("类型未知", "are of an unknown kind"),
    "conditional": ("仅在部分时段或条件下有效", "hold at some times or on conditions only"),
}


_REMEDY = "如该处转向影响结果，请在 OpenStreetMap 中修正关系成员"
_NO_HOURS = "可达性计算不区分时段；如全天有效，请以 restriction 标注，或写作 @ (24/7)"


def tell_restrictions(left_out: Mapping[str, int], mode: str, layer: str, log: FaultLog) -> None:
    """Tell how many turn restrictions are not applied to a mode, by reason."""
    for reason, count in sorted(left_out.items()):
        zh, en = _REASONS[reason]
        log.add(
            layer,
            "",
            f"restriction_{reason}",
            f"出行方式 {mode}：{count} 条转向限制未采用（{zh}）",
            f"{count} turn restrictions are not applied to {mode}: they {en}",
            _NO_HOURS if reason == "conditional" else _REMEDY,
        )
