"""Settings of the room: where the roads are, and how points attach to them."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from planner.errors import NetworkError, fault


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadSource:
    """A file of roads.

    Attributes
    ----------
    path
        A local file.
    kind
        ``"osm"``: OpenStreetMap data (PBF or XML, EPSG:4326). ``"lines"``: a line layer, which says nothing of
        barriers, crossings and turns.
    layer
        Name of the layer, where the file has several. Lines only, as all that follow.
    crs
        Reference system of the coordinates, where the file does not carry one.
    class_column
        Column of road classes.
    class_map
        From the classes of the file to values of the OpenStreetMap key ``highway``. A class that is absent keeps its
        name.
    default_class
        Road class of every line, where the file has no class column; "" where it must have one.
    oneway_column
        Column of one-way streets: ``yes``, ``true``, ``1`` along the line; ``-1`` against it; ``no``, ``false``, ``0``
        or empty for both. A layer without it has two-way streets only.
    speed_column
        Column of speeds in km/h, read by modes with `planner.network.Mode.tagged_speeds`; "" for none.
    zone_column
        Column that says ``urban`` or ``rural`` (or ``town``, ``country``, 城镇, 乡村), whether a road lies in a
        built-up area; "" for none.
    span_column
        Column that says which roads are bridges or tunnels: any value but ``no``, ``false``, ``0`` and none; "" for
        none. (Of OpenStreetMap data the keys ``bridge`` and ``tunnel`` say it.)
    dem
        A local GeoTIFF of elevations, any CRS, of OpenStreetMap data too: slopes then change the speeds of modes with
        `planner.network.Mode.slopes` (`planner.network.slopes`). None for roads without slopes.
    default_zone
        ``"urban"`` or ``"rural"`` where nothing is said, of OpenStreetMap data too; "" for neither.

    Raises
    ------
    NetworkError
        If `kind` is another.
    """

    path: Path
    kind: Literal["lines", "osm"] = "lines"
    layer: str | None = None
    crs: str | None = None
    class_column: str = "road_class"
    class_map: Mapping[str, str] = field(default_factory=dict)
    default_class: str = ""
    oneway_column: str = "oneway"
    speed_column: str = ""
    zone_column: str = ""
    span_column: str = ""
    dem: Path | None = None
    default_zone: Literal["", "urban", "rural"] = ""

    def __post_init__(self) -> None:
        if self.kind not in ("lines", "osm"):
            raise NetworkError(fault('roads of kind "lines" or "osm"', repr(self.kind), "correct the kind"))
        if self.default_zone not in ("", "urban", "rural"):
            do = "correct the setting"
            raise NetworkError(fault('a default_zone "urban" or "rural"', repr(self.default_zone), do))
        object.__setattr__(self, "path", Path(self.path))
        object.__setattr__(self, "dem", None if self.dem is None else Path(self.dem))
        object.__setattr__(self, "class_map", dict(self.class_map))


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """How points attach to the network, and how many threads search it.

    Attributes
    ----------
    max_snap_m
        Metres; points farther from any permitted road are off the network.
    min_component_m
        Metres of road; points do not attach to connected parts of the network with less.
    threads
        Threads that search; 0 for as many as there are processors. Results do not depend on it.

    Raises
    ------
    NetworkError
        If a value is out of range.
    """

    max_snap_m: float = 500.0
    min_component_m: float = 1000.0
    threads: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.max_snap_m) and self.max_snap_m > 0):
            raise NetworkError(fault("metres above 0 for max_snap_m", repr(self.max_snap_m), "correct the setting"))
        if not (math.isfinite(self.min_component_m) and self.min_component_m >= 0):
            raise NetworkError(
                fault("metres from 0 up for min_component_m", repr(self.min_component_m), "correct the setting")
            )
        if self.threads < 0:
            raise NetworkError(fault("0 or more threads", repr(self.threads), "correct the setting"))

    @property
    def thread_count(self) -> int:
        """How many threads to start."""
        if self.threads:
            return self.threads
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
