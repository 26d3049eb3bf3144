"""A network made ready for questions by one mode, cost and direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from planner.errors import NetworkError, fault
from planner.network.graph import RoadNetwork
from planner.network.legs import Roads, roads_of
from planner.network.modes import STRAIGHT
from planner.network.reach import ReachKey
from planner.network.settings import NetworkSettings
from planner.network.snapping import Attachments, Snapper
from planner.network.views import mode_view

DEFAULT_SETTINGS = NetworkSettings()

Points: TypeAlias = pd.DataFrame | Attachments
"""A table of points (x, y in metres of the study CRS, indexed by unique ids), or what `Router.attach` made of one."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Router:
    """A network made ready for questions by one mode, cost and direction; `router_of` makes it.

    Attributes
    ----------
    network
        Roads.
    key
        Mode, cost kind and direction: ``from`` the places or ``toward`` them.
    settings
        How points attach; threads.
    snapper
        Attaches points.
    roads
        What is searched.
    """

    network: RoadNetwork
    key: ReachKey
    settings: NetworkSettings
    snapper: Snapper
    roads: Roads

    def attach(self, points: Points) -> Attachments:
        """Return how points attach to the roads; what is attached already stays as it is.

        Raises
        ------
        NetworkError
            If a coordinate is missing or an id is there twice.
        """
        if isinstance(points, Attachments):
            return points
        if points.index.has_duplicates:
            twice = repr(points.index[points.index.duplicated()][0])
            raise NetworkError(fault("points with unique ids", f"{twice} twice", "give every point an id of its own"))
        return self.snapper.attach(points)


def router_of(network: RoadNetwork, key: ReachKey, *, settings: NetworkSettings = DEFAULT_SETTINGS) -> Router:
    """Return a network made ready for questions by one mode, cost and direction.

    Raises
    ------
    NetworkError
        If the roads were not read for the mode, or the key means straight lines.
    """
    if key.mode == STRAIGHT or key.cost_kind == "radius_m":
        do = "use `reaches`, which measures straight lines too"
        raise NetworkError(fault("distance_m or travel_time_s by a mode of the roads", f"{key.cost_kind}", do))
    roads = roads_of(network, key.mode, mode_view(network, key.mode, key.cost_kind), key.direction)
    return Router(
        network=network, key=key, settings=settings, snapper=Snapper(network, key.mode, settings), roads=roads
    )
