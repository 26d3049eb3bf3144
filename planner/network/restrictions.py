"""Turn restrictions of OpenStreetMap: relations to pairs of ends of edges.

https://wiki.openstreetmap.org/wiki/Relation:restriction
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.layers.log import FaultLog
from planner.network.mode import Mode
from planner.network.osm_file import Relation

I32 = npt.NDArray[np.int32]

_KINDS = ("no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit",
          "only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn")  # fmt: skip


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
        Vertex (`planner.network.noding.Ways.vertex`) at which one turns.
    """

    relation: int
    only: bool
    here: tuple[int, ...]
    there: tuple[int, ...]
    via: int


class Ends(NamedTuple):
    """Ends of edges, as restrictions see them.

    Attributes
    ----------
    at
        int32, shape (2 * edges,): the node of each end.
    way
        int64, shape (edges,): number of the way of each edge.
    may_arrive, may_depart
        bool, shape (2 * edges,): whether one may come off the edge there, and go on it.
    """

    at: I32
    way: npt.NDArray[np.int64]
    may_arrive: npt.NDArray[np.bool_]
    may_depart: npt.NDArray[np.bool_]


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
        kind = next((relation.tags[key] for key in mode.restriction_tags if key in relation.tags), "")
        excepted = {word.strip() for word in relation.tags.get("except", "").split(";")}
        if not kind or excepted & set(mode.access_tags):
            continue
        reason = _why_not(kind, relation.members, vertex)
        if reason:
            left_out[reason] += 1
            continue
        (via,) = (int(one[1:]) for one, role in relation.members if role == "via")
        here, there = (
            tuple(int(one[1:]) for one, role in relation.members if role == wanted and one[:1] == "w")
            for wanted in ("from", "to")
        )
        found.append(Restriction(relation.number, kind.startswith("only_"), here, there, vertex[via]))
    return found, left_out


def _why_not(kind: str, members: Sequence[tuple[str, str]], vertex: Mapping[int, int]) -> str:
    """Return why a restriction cannot be applied, "" if it can."""
    roles = defaultdict(list)
    for one, role in members:
        roles[role].append(one)
    if kind not in _KINDS:
        return "kind"
    if any(one[:1] == "w" for one in roles["via"]):
        return "via_way"
    if len(roles["via"]) != 1 or not roles["from"] or not roles["to"]:
        return "members"
    return "" if int(roles["via"][0][1:]) in vertex else "outside"


def banned_turns(restrictions: Iterable[Restriction], node_of: npt.NDArray[np.int32], ends: Ends) -> tuple[I32, int]:
    """Return the turns that restrictions forbid, and how many restrictions cannot be applied.

    A restriction that names a way which passes through the node, instead of ending there, applies where only one of its
    two arms can be meant: that on which the mode may come, or go on. To turn round on the way one came by names both.

    Parameters
    ----------
    restrictions
        Of one mode.
    node_of
        Node by vertex.
    ends
        Ends of all edges, and what the mode may do there.

    Returns
    -------
    tuple
        int32, shape (turns, 2), sorted: as `planner.network.rules.RoadRules.banned`; and a count.
    """
    order = np.argsort(ends.at, kind="stable")
    first = np.searchsorted(ends.at[order], np.arange(int(ends.at.max(initial=-1)) + 2))
    turns: set[tuple[int, int]] = set()
    left_out = 0
    for one in restrictions:
        node = node_of[one.via]
        around = order[first[node] : first[node + 1]]
        for here, there in product(one.here, one.there):
            pairs = _arms(here, there, around, ends)
            if not pairs:
                left_out += not _is_idle(one.only, here, there, around, ends)
            elif one.only:
                to = {depart for _, depart in pairs}
                turns |= {(arrive, int(other)) for arrive, _ in pairs for other in around if int(other) not in to}
            else:
                turns |= pairs
    return np.array(sorted(turns), dtype=np.int32).reshape(-1, 2), left_out


def _arms(here: int, there: int, around: npt.NDArray[np.int64], ends: Ends) -> set[tuple[int, int]]:
    """Return the turns from one way to another at the ends around a node; none where it is not clear which."""
    way = ends.way[around // 2]
    arriving = around[(way == here) & ends.may_arrive[around]]
    departing = around[(way == there) & ends.may_depart[around]]
    if here == there and len(arriving):
        return {(int(end), int(end)) for end in around[way == here]}
    if len(arriving) == 1 and len(departing) == 1:
        return {(int(arriving[0]), int(departing[0]))}
    return set()


def _is_idle(only: bool, here: int, there: int, around: npt.NDArray[np.int64], ends: Ends) -> bool:  # noqa: FBT001
    """Return whether one-way streets and access forbid anyway what a restriction would."""
    way = ends.way[around // 2]
    come, go = around[way == here], around[way == there]
    if not len(come) or not len(go):
        return False
    return not ends.may_arrive[come].any() or not (only or ends.may_depart[go].any())


_REASONS = {
    "via_way": ("经由道路（而非节点）", "lead by way of roads, not of a node"),
    "members": ("成员缺失、不明确或对该方式封闭", "have members that are missing, ambiguous or closed to the mode"),
    "outside": ("节点不在道路上", "turn at a node that is on no road"),
    "kind": ("类型未知或有条件", "are of an unknown kind"),
}


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
            "如该处转向影响结果，请在 OpenStreetMap 中修正关系成员",
        )
