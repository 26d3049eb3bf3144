"""All reaches of a study: attach once per mode, then search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import NetworkError, fault, shortened
from planner.network.bounded import bounded_reach
from planner.network.graph import RoadNetwork
from planner.network.landing import Landing, landing_of
from planner.network.legs import Roads, roads_of
from planner.network.modes import STRAIGHT, Mode
from planner.network.nearest import nearest_places
from planner.network.reach import Nearest, Need, Reach, Reaches, ReachKey, ReachLabel, TargetKind
from planner.network.settings import NetworkSettings
from planner.network.snapping import STATUSES, Attachments, Snapper
from planner.network.straight import straight_nearest, straight_reach
from planner.network.views import ModeView, mode_view
from planner.units import CostKind

DEFAULT_SETTINGS = NetworkSettings()


def reaches(  # noqa: PLR0913 - one option more than usual, all of them named
    network: RoadNetwork | None,
    *,
    places: pd.DataFrame,
    demand: pd.DataFrame,
    anchors: pd.DataFrame,
    needs: Iterable[Need],
    modes: Mapping[str, Mode] | None = None,
    settings: NetworkSettings = DEFAULT_SETTINGS,
    k: int = 4,
    executor: Executor | None = None,
) -> Reaches:
    """Return every reach that is needed, and the k nearest places beside each.

    Cost of a pair: access leg of the place, roads, access leg of the target. Two points on one edge may also be joined
    along it. Needs with the same label are one need: their places together, the larger cutoff. Rows are sorted by
    place id, columns are in the order of the tables; neither changes a cost.

    Parameters
    ----------
    network
        Roads; None where all needs are straight lines.
    places, demand, anchors
        Indexed by unique ids, with x, y in metres of the study CRS.
    needs
        What will be read. Targets of kind "place" are the need's own places.
    modes
        Modes by name, where they differ from those the roads were read for.
    settings
        How points attach; threads.
    k
        Length of the lists of nearest places (shorter where there are fewer places).
    executor
        Computes blocks of places of the bounded reaches over roads instead of threads here: of processes, or of a
        cluster (``distributed.Client.get_executor()``). It stays open.

    Raises
    ------
    NetworkError
        If a mode needs roads and there are none, a place is unknown, a coordinate missing, or a key impossible.
    """
    targets: dict[TargetKind, pd.DataFrame] = {"demand": demand, "anchor": anchors}
    bench = _Bench(_with_modes(network, modes), settings, places, targets, executor)
    merged = _merged(needs)
    bounded = {need.label: bench.bounded(need) for need in merged}
    nearest = {need.label: bench.nearest(need, k) for need in merged}
    return Reaches(bounded=bounded, nearest=nearest, access=bench.access())


def grow_nearest(
    held: Reaches,
    label: ReachLabel,
    network: RoadNetwork | None,
    *,
    points: Mapping[TargetKind, pd.DataFrame],
    modes: Mapping[str, Mode] | None = None,
    settings: NetworkSettings = DEFAULT_SETTINGS,
    k: int | None = None,
) -> Reaches:
    """Return the same reaches with longer lists of nearest places for one label.

    Parameters
    ----------
    held
        What `reaches` returned.
    label
        Which lists.
    network, modes, settings
        As given to `reaches`.
    points
        The tables given to `reaches`, by kind: "place" and, unless they are the targets, "demand" or "anchor". Read
        for straight lines only: how points attach to roads, `held` remembers.
    k
        New length of the lists; twice the present one where it is not given.

    Raises
    ------
    NetworkError
        As `reaches`.
    """
    table = held.nearest[label]
    attached = {key: Attachments.from_frame(frame) for key, frame in held.access.items() if "edge" in frame}
    bench = _Bench(_with_modes(network, modes), settings, points["place"], points, attachments=attached)
    need = Need(label=label, cutoff=0, place_ids=tuple(table.place_ids))
    grown = bench.nearest(need, k or 2 * table.place.shape[1])
    return replace(held, nearest={**held.nearest, label: grown})


def _with_modes(network: RoadNetwork | None, modes: Mapping[str, Mode] | None) -> RoadNetwork | None:
    return network if network is None or modes is None else network.with_modes(modes)


def _merged(needs: Iterable[Need]) -> list[Need]:
    merged: dict[ReachLabel, Need] = {}
    for need in needs:
        other = merged.get(need.label, need)
        places = tuple(sorted({*need.place_ids, *other.place_ids}))
        merged[need.label] = Need(need.label, max(need.cutoff, other.cutoff), places)
    return list(merged.values())


def _is_straight(key: ReachKey) -> bool:
    """Return whether a key means a straight line.

    Raises
    ------
    NetworkError
        If mode and cost kind contradict each other.
    """
    if (key.mode == STRAIGHT) != (key.cost_kind == "radius_m"):
        raise NetworkError(
            fault(
                'radius_m with mode "straight", or distance_m or travel_time_s with a mode of the roads',
                f"{key.cost_kind} with mode {key.mode!r}",
                "correct the standard",
            )
        )
    return key.mode == STRAIGHT


@dataclass(eq=False, slots=True)
class _Bench:
    """What has been prepared so far: snappers, attachments, views and roads are made once and shared."""

    network: RoadNetwork | None
    settings: NetworkSettings
    places: pd.DataFrame
    targets: Mapping[TargetKind, pd.DataFrame]
    executor: Executor | None = None
    snappers: dict[str, Snapper] = field(default_factory=dict)
    attachments: dict[tuple[str, TargetKind], Attachments] = field(default_factory=dict)
    views: dict[tuple[str, CostKind], ModeView] = field(default_factory=dict)
    roads: dict[ReachKey, Roads] = field(default_factory=dict)
    landings: dict[tuple[ReachKey, TargetKind], Landing] = field(default_factory=dict)
    used: dict[tuple[str, TargetKind], pd.DataFrame] = field(default_factory=dict)

    def bounded(self, need: Need) -> Reach:
        label, threads = need.label, self.settings.thread_count
        if _is_straight(label.key):
            return straight_reach(label, *self._points(need), cutoff=need.cutoff, threads=threads)
        places, targets = self._attached(need)
        roads, landing = self._roads(label.key), self._landing(label, targets)
        return bounded_reach(
            label,
            roads,
            places,
            targets,
            cutoff=need.cutoff,
            threads=threads,
            executor=self.executor,
            landing=landing,
        )

    def nearest(self, need: Need, k: int) -> Nearest:
        label = need.label
        if _is_straight(label.key):
            return straight_nearest(label, *self._points(need), k=k, threads=self.settings.thread_count)
        places, targets = self._attached(need)
        return nearest_places(
            label, self._roads(label.key), places, targets, k=k, landing=self._landing(label, targets)
        )

    def access(self) -> dict[tuple[str, TargetKind], pd.DataFrame]:
        """Return the access tables of everything that was attached, straight lines included."""
        return {**self.used, **{key: points.to_frame() for key, points in self.attachments.items()}}

    def _table(self, kind: TargetKind) -> pd.DataFrame:
        return self.places if kind == "place" else self.targets[kind]

    def _points(self, need: Need) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the places and targets of a need as tables."""
        kind = need.label.targets
        places = self.places.iloc[_positions(self.places.index, need)]
        for used in ("place", kind):
            self.used[(STRAIGHT, used)] = _access_of_straight(self._table(used).index)
        return places, places if kind == "place" else self._table(kind)

    def _attached(self, need: Need) -> tuple[Attachments, Attachments]:
        """Return the places and targets of a need as they attach to the network."""
        mode, kind = need.label.key.mode, need.label.targets
        every = self._attach(mode, "place")
        places = every.take(_positions(every.ids, need))
        return places, places if kind == "place" else self._attach(mode, kind)

    def _attach(self, mode: str, kind: TargetKind) -> Attachments:
        if (mode, kind) not in self.attachments:
            if mode not in self.snappers:
                self.snappers[mode] = Snapper(self._required_network(mode), mode, self.settings)
            self.attachments[(mode, kind)] = self.snappers[mode].attach(self._table(kind))
        return self.attachments[(mode, kind)]

    def _landing(self, label: ReachLabel, targets: Attachments) -> Landing:
        """Return the targets made ready; once for all services, except where every service has its own."""
        if label.targets == "place":
            return landing_of(self._roads(label.key), targets)
        if (label.key, label.targets) not in self.landings:
            self.landings[(label.key, label.targets)] = landing_of(self._roads(label.key), targets)
        return self.landings[(label.key, label.targets)]

    def _roads(self, key: ReachKey) -> Roads:
        network = self._required_network(key.mode)
        if key in self.roads:
            return self.roads[key]
        if (key.mode, key.cost_kind) not in self.views:
            self.views[(key.mode, key.cost_kind)] = mode_view(network, key.mode, key.cost_kind)
        self.roads[key] = roads_of(network, key.mode, self.views[(key.mode, key.cost_kind)], key.direction)
        return self.roads[key]

    def _required_network(self, mode: str) -> RoadNetwork:
        if self.network is None:
            do = "add [roads] to the study file, or use standards of straight lines (radius_m)"
            raise NetworkError(fault(f"roads for mode {mode!r}", "none", do))
        return self.network


def _positions(index: pd.Index, need: Need) -> npt.NDArray[np.int64]:
    """Return where the places of a need are, in ascending order of their ids."""
    wanted = sorted(set(need.place_ids))
    positions = index.get_indexer(pd.Index(wanted, dtype=index.dtype))
    unknown = [place for place, at in zip(wanted, positions, strict=True) if at < 0]
    if unknown:
        raise NetworkError(fault("places of the place table", shortened(unknown), "give every needed place a row"))
    return np.asarray(positions, dtype=np.int64)


def _access_of_straight(index: pd.Index) -> pd.DataFrame:
    """Return that everything attaches, where there is nothing to attach to."""
    status = pd.array([STATUSES[0]] * len(index), dtype="str")
    return pd.DataFrame({"status": status, "access_m": 0.0, "component": 0}, index=index).astype({"component": "int32"})
