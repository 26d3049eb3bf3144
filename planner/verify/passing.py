"""Who may go on at a node: from every end of a road that one can come off to every end that one can go on.

At most nodes everybody: they are one vertex of the graph. At the others every end of a road has two vertices of its
own, for coming and for going, and what is allowed is drawn between them, one turn at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.verify.behind import Behind, End, Way, long_turns
from planner.verify.told import Turn
from planner.verify.ways import Ints, Settings

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Lanes:
    """Lanes of a mode: its edges, the right sides of those that cannot be crossed, edges held again for what is behind.

    Attributes
    ----------
    edge
        Edge of each lane; lane e is edge e, or its left side.
    right
        By edge: the lane on its right side, -1 for none.
    only
        Of each lane: 1 if it may be travelled forward only because of what is behind, -1 backward only, 0 for neither.
    coming, going
        Shape (lanes, 2): vertex one gets to on coming off a lane at its tail and head, and from which one goes on it;
        -1 for none.
    tail, head, crossed
        Turns from vertex to vertex, and how many roads they cross.
    size
        Number of vertices.
    """

    edge: Ints
    right: Ints
    only: Ints
    coming: Ints
    going: Ints
    tail: Ints
    head: Ints
    crossed: Ints
    size: int

    def doors(self, lane: Ints, end: int, vertices: Ints) -> tuple[Ints, Ints]:
        """Return by which vertices some lanes are come off or gone on at one end (`coming` or `going`): row, vertex.

        Whoever goes to a point on an edge may have come to it any way: all lanes that hold the edge again lead there.
        """
        again = np.flatnonzero((self.only != 0) & (vertices[:, end] >= 0) & (vertices is self.going))
        row, copy = np.nonzero(lane[:, None] == self.edge[again][None])
        found = vertices[again, end][copy]
        return np.concatenate((np.arange(len(lane)), row)), np.concatenate((vertices[lane, end], found))


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Plan:
    """What of the roads decides who may pass; all per edge unless said otherwise.

    Attributes
    ----------
    ends
        Shape (edges, 2): nodes.
    forward, backward
        Directions in which the mode may travel.
    severing
        Edges that cannot be crossed away from a crossing.
    bearing
        Shape (edges, 2): direction in which each end leaves its node, radians.
    way
        Number of the way.
    stopped, crossings, rails
        Nodes.
    turns
        Restrictions, at nodes.
    open_to
        Shape (edges, 2): whether one may come off, and go on, whatever the class: forward then backward.
    """

    ends: Ints
    forward: Flags
    backward: Flags
    severing: Flags
    bearing: npt.NDArray[np.float64]
    way: Ints
    stopped: set[int]
    crossings: set[int]
    rails: set[int]
    turns: list[Turn]
    open_to: Flags


Rule = Callable[[Way, End], int | None]
"""How many roads one crosses, having come a way, from its last end to an end; None where one may not go."""


def lanes_of(plan: Plan, mode: Settings) -> Lanes:
    """Return the lanes of a mode and what may be done at their ends."""
    count = len(plan.ends)
    used = plan.forward | plan.backward
    right = np.full(count, -1, dtype=np.int64)
    two = np.flatnonzero(plan.severing & used)
    right[two] = count + np.arange(len(two))
    edge = np.concatenate((np.arange(count), two))
    going = plan.ends[edge].copy()
    coming = going.copy()
    size = int(plan.ends.max(initial=-1)) + 1
    at: dict[int, list[End]] = defaultdict(list)
    forbidden = long_turns(plan.turns, plan.ends, plan.way, plan.open_to)
    special = _special(plan, mode) | {int(plan.ends[end]) for way in forbidden for end in way}
    for lane in np.flatnonzero(used[edge] & np.isin(going, sorted(special)).any(axis=1)).tolist():
        for end in (0, 1):
            if int(going[lane, end]) in special:
                at[int(going[lane, end])].append((lane, end))
    for node in sorted(at):
        for lane, end in at[node]:
            coming[lane, end], going[lane, end] = size, size + 1
            size += 2
    behind = Behind(forbidden, size)
    turns = _turns(plan, mode, at, edge, (coming, going), behind)
    again = list(behind.held)
    more_going, more_coming = (np.full((len(again), 2), -1, dtype=np.int64) for _ in range(2))
    for row, way in enumerate(again):
        _, end = way[-1]
        more_going[row, 1 - end], more_coming[row, end] = behind.held[way]
    table = np.array(turns, dtype=np.int64).reshape(-1, 3)
    return Lanes(
        edge=np.concatenate((edge, np.array([way[-1][0] for way in again], dtype=np.int64))),
        right=right,
        only=np.array([0] * len(edge) + [2 * way[-1][1] - 1 for way in again], dtype=np.int64),
        coming=np.concatenate((coming, more_coming)),
        going=np.concatenate((going, more_going)),
        tail=table[:, 0],
        head=table[:, 1],
        crossed=table[:, 2],
        size=behind.size,
    )


def _turns(
    plan: Plan,
    mode: Settings,
    at: Mapping[int, list[End]],
    edge: Ints,
    vertices: tuple[Ints, Ints],
    behind: Behind,
) -> list[tuple[int, int, int]]:
    """Return the turns from vertex to vertex, and how many roads they cross."""
    coming, going = vertices
    rules = {node: _rule(plan, mode, node, at[node], edge, behind) for node in sorted(at)}
    ways: list[Way] = [(end,) for node in sorted(at) for end in at[node]]
    turns = []
    for way in ways:  # grows while it is gone through
        node = int(plan.ends[edge[way[-1][0]], way[-1][1]])
        start = int(coming[way[-1]]) if len(way) == 1 else behind.vertices(way)[1]
        for there in at[node]:
            crossed = rules[node](way, there)
            if crossed is None:
                continue
            longer = behind.counting((*way, (there[0], 1 - there[1])))
            if len(longer) > 1 and longer not in behind.held:
                ways.append(longer)
            onto = behind.vertices(longer)[0] if len(longer) > 1 else int(going[there])
            turns.append((start, onto, crossed))
    return turns


def _special(plan: Plan, mode: Settings) -> set[int]:
    """Return the nodes at which not everybody may go everywhere."""
    special = plan.stopped | {turn.at for turn in plan.turns if not turn.by}
    if mode.get("u_turns") is False:
        special |= set(plan.ends.ravel().tolist())
    if plan.severing.any():
        special |= set(plan.ends[plan.severing].ravel().tolist())
    return special | (plan.rails if "railway" in (mode.get("severed_by") or ()) else set())


def _rule(plan: Plan, mode: Settings, node: int, here: list[End], edge: Ints, behind: Behind) -> Rule:
    if node in plan.stopped:
        return lambda way, go: None  # noqa: ARG005 - nobody goes on
    may_cross = mode.get("crossing_m") is not None
    if mode.get("severed_by"):
        on_rails = node in plan.rails and "railway" in mode["severed_by"]
        return _over_rails(may_cross=may_cross) if on_rails else _by_sides(plan, node, edge, may_cross=may_cross)
    return _by_turns(plan, mode, node, here, behind)


def _over_rails(*, may_cross: bool) -> Rule:
    return lambda way, go: 0 if way[-1] == go else 1 if may_cross else None


def _by_sides(plan: Plan, node: int, edge: Ints, *, may_cross: bool) -> Rule:
    """Count the arms of severing roads between two directions, the shorter way about the node."""
    tails, heads = np.flatnonzero(plan.ends[:, 0] == node), np.flatnonzero(plan.ends[:, 1] == node)
    about = sorted(
        (float(plan.bearing[one, end]), 2 * int(one) + end) for end, some in ((0, tails), (1, heads)) for one in some
    )
    place = {end: 2 * rank for rank, (_, end) in enumerate(about)}
    arms = [place[end] for _, end in about if plan.severing[end // 2]]

    def where(end: End) -> float:
        lane, side = end
        one = int(edge[lane])
        middle = place[2 * one + side]
        if not plan.severing[one]:
            return middle
        on_left = (lane < len(plan.ends)) == (side == 0)  # looking away from the node
        return middle + 0.5 if on_left else middle - 0.5

    def crossed(way: Way, go: End) -> int | None:
        come = way[-1]
        if node in plan.crossings or (len(arms) < 2 and len(about) > 1):
            return 0
        if len(about) == 1:  # the road ends alone: nothing to walk round by
            return 0 if come == go else 1 if may_cross else None
        first, last = sorted((where(come), where(go)))
        between = sum(first < arm < last for arm in arms)
        least = min(between, len(arms) - between)
        return least if may_cross or least == 0 else None

    return crossed


def _by_turns(plan: Plan, mode: Settings, node: int, here: list[End], behind: Behind) -> Rule:
    every = [(int(one), end) for one, end in np.argwhere(plan.ends == node)]
    banned: set[tuple[End, End]] = set()
    for turn in plan.turns:
        if turn.at == node and not turn.by:
            banned |= _banned(plan, turn, every)

    def may(way: Way, go: End) -> bool:
        return (way[-1], go) not in banned and not behind.forbids(way, go)

    def departs(end: End) -> bool:
        return bool((plan.forward, plan.backward)[end[1]][end[0]])

    def crossed(way: Way, go: End) -> int | None:
        if not may(way, go):
            return None
        if mode.get("u_turns") is False and way[-1] == go:
            return None if any(end != go and departs(end) and may(way, end) for end in here) else 0
        return 0

    return crossed


def _banned(plan: Plan, turn: Turn, every: list[End]) -> set[tuple[End, End]]:
    """Return what one restriction forbids, nothing where it is not clear which arms it means."""
    banned: set[tuple[End, End]] = set()
    for here in turn.here:
        for there in turn.there:
            ends = [end for end in every if plan.way[end[0]] == here]
            come = [end for end in ends if plan.open_to[end[0], 1 - end[1]]]
            go = [end for end in every if plan.way[end[0]] == there and plan.open_to[end]]
            if here == there and come:
                meant = {(end, end) for end in ends}
            elif len(come) == len(go) == 1:
                meant = {(come[0], go[0])}
            else:
                continue
            if turn.only:
                to = {end for _, end in meant}
                banned |= {(end, other) for end, _ in meant for other in every if other not in to}
            else:
                banned |= meant
    return banned


def nodes_of(vertices: set[int], number: Ints) -> set[int]:
    """Return vertices as nodes, as far as they are."""
    return {int(number[one]) for one in vertices if number[one] >= 0}


def stopped_parts(ends: Ints, stopped: set[int], size: int) -> Ints:
    """Return the ends of edges with a vertex of its own for each end at a node that cannot be passed."""
    cut = np.isin(ends, sorted(stopped))
    own = ends.copy()
    own[cut] = size + np.arange(int(cut.sum()))
    return own
