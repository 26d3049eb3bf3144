"""Service areas: the roads within a cutoff of places, and the land along them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.errors import NetworkError, fault
from planner.network.cutting import Pieces, piece_lines, without_pieces
from planner.network.graph import RoadNetwork
from planner.network.legs import Roads, roads_of
from planner.network.margins import Margins
from planner.network.reach import ReachKey, ReachLabel
from planner.network.settings import NetworkSettings
from planner.network.snapping import ATTACHED, STATUSES, Attachments, Snapper
from planner.network.stretches import Spread, joined, reached_pieces, spreads_of
from planner.network.views import mode_view
from planner.units import MM_PER_M, to_cost

_BLOCK = 64
"""Places whose costs are held at one time."""

_BUFFER_EXCESS = 1.01
"""GEOS straightens lines before it buffers them, by up to a hundredth of the distance (BufferParameters.h:
``DEFAULT_SIMPLIFY_FACTOR = 0.01``); what it returns may be that much wider than asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaShape:
    """How land along reached roads is drawn.

    Attributes
    ----------
    buffer_m
        Metres: no point of an area is farther than this from a road within the cutoff, in a straight line.
    simplify_m
        Metres by which outlines may be straightened. They are straightened within `buffer_m`: the buffer is drawn as
        much narrower.

    Raises
    ------
    NetworkError
        If `buffer_m` is not above `simplify_m`, or that not from 0 up.
    """

    buffer_m: float = 50.0
    simplify_m: float = 5.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.buffer_m) and 0 <= self.simplify_m < self.buffer_m):
            found = f"buffer_m = {self.buffer_m!r}, simplify_m = {self.simplify_m!r}"
            raise NetworkError(fault("metres with 0 <= simplify_m < buffer_m", found, "correct the settings"))

    @property
    def drawn_m(self) -> float:
        """Metres by which lines are buffered, so that what is drawn stays within `buffer_m`."""
        return (self.buffer_m - self.simplify_m) / _BUFFER_EXCESS

    @property
    def straighten_m(self) -> float:
        """Metres by which outlines are straightened each of two times: of groups of roads, and of the whole area."""
        return self.simplify_m / 2


DEFAULT_SHAPE = AreaShape()
DEFAULT_SETTINGS = NetworkSettings()


_Row = tuple[str, str, float, float, float]
"""place_id, status, beyond, cutoff, road_m."""


class _Ring(NamedTuple):
    """What one place, or all together, reach between one cutoff and the next."""

    place_id: str
    status: str
    beyond: float
    cutoff: float
    pieces: Pieces
    """Up to the cutoff."""
    added: Pieces
    """Beyond the cutoff before."""


def service_lines(
    network: RoadNetwork,
    places: pd.DataFrame,
    *,
    key: ReachKey,
    cutoffs: Sequence[float],
    bands: bool = False,
    together: bool = False,
    settings: NetworkSettings = DEFAULT_SETTINGS,
) -> gpd.GeoDataFrame:
    """Return the roads within cutoffs of places, every edge cut where the cutoff is reached.

    Access legs of the places count; one-way streets are obeyed in the direction of `key`. Cuts are exact to the
    millimetre, rounded so that nothing beyond the cutoff is held.

    Parameters
    ----------
    network
        Roads.
    places
        Indexed by unique ids, with x, y in metres of the network's CRS.
    key
        Mode, cost kind (``"distance_m"`` or ``"travel_time_s"``) and direction: ``"toward"`` for people who come to
        the place, ``"from"`` for vehicles that leave it.
    cutoffs
        Metres or seconds, as the cost kind says.
    bands
        Whether each row holds only what lies beyond the cutoff before.
    together
        Whether all places count as one: a road is held once, at the cost from the nearest.
    settings
        How places attach; threads.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per place and cutoff, ascending: place_id ("" for all together), status ("attached", "off_network",
        "on_fragment"), beyond_m and cutoff_m (or beyond_s and cutoff_s), road_m (metres of road, both directions
        counted once), geometry (MultiLineString, empty where nothing is reached).

    Raises
    ------
    NetworkError
        If the mode is unknown, the cost kind is no cost along roads, a coordinate is missing, or there is no cutoff
        or one that is not a number from 0 up.
    """
    lines = network.lines()
    table: list[_Row] = []
    drawn: list[shapely.MultiLineString] = []
    for block in _blocks(network, places, key, cutoffs, together, settings):
        for ring in chain.from_iterable(block):
            pieces = ring.added if bands else ring.pieces
            table.append(_row(ring, pieces, bands))
            drawn.append(shapely.MultiLineString(list(piece_lines(network, lines, pieces))))
    return _frame(table, drawn, key, network.crs)


def service_areas(
    network: RoadNetwork,
    places: pd.DataFrame,
    *,
    key: ReachKey,
    cutoffs: Sequence[float],
    bands: bool = False,
    together: bool = False,
    shape: AreaShape = DEFAULT_SHAPE,
    settings: NetworkSettings = DEFAULT_SETTINGS,
) -> gpd.GeoDataFrame:
    """Return the land along the roads within cutoffs of places.

    Never overstated: whoever stands in an area is at most `AreaShape.buffer_m` in a straight line from a point of a
    road that costs at most the cutoff. Land farther from any road is in no area, also where roads surround it.

    Parameters
    ----------
    network, places, key, cutoffs, together, settings
        As for `service_lines`. Together, areas that overlap are one.
    bands
        Whether each row holds only the land beyond the cutoff before, so that no two rows of a place overlap.
    shape
        How far beside roads, and how simple.

    Returns
    -------
    geopandas.GeoDataFrame
        As `service_lines`, with buffer_m (metres), area_m2 (planar), and geometry (MultiPolygon).

    Raises
    ------
    NetworkError
        As `service_lines`.
    """
    margins = Margins(network, key.mode, shape.drawn_m, straighten_m=shape.straighten_m)

    def draw(rings: list[_Ring]) -> list[shapely.MultiPolygon]:
        areas = _areas([margins.of(ring.pieces) for ring in rings], shape)
        return [_polygons(area) for area in (_differences(areas) if bands else areas)]

    table: list[_Row] = []
    drawn: list[shapely.MultiPolygon] = []
    with ThreadPoolExecutor(max_workers=settings.thread_count) as executor:
        for block in _blocks(network, places, key, cutoffs, together, settings):
            rings = list(chain.from_iterable(block))
            table.extend(_row(ring, ring.added if bands else ring.pieces, bands) for ring in rings)
            drawn.extend(chain.from_iterable(executor.map(draw, block)))
    frame = _frame(table, drawn, key, network.crs)
    frame.insert(frame.columns.get_loc("geometry"), "buffer_m", shape.buffer_m)
    frame.insert(frame.columns.get_loc("geometry"), "area_m2", frame.geometry.area)
    return frame


def _blocks(
    network: RoadNetwork,
    places: pd.DataFrame,
    key: ReachKey,
    cutoffs: Sequence[float],
    together: bool,  # noqa: FBT001 - passed on
    settings: NetworkSettings,
) -> Iterator[list[list[_Ring]]]:
    """Yield blocks of places (or one of all together) and of each what is reached, cutoff by cutoff."""
    limits = _limits(key, cutoffs)
    costs = [to_cost(limit, cost_kind=key.cost_kind) for limit in limits]
    attached = Snapper(network, key.mode, settings).attach(places)
    roads = roads_of(network, key.mode, mode_view(network, key.mode, key.cost_kind), key.direction)
    label = ReachLabel(key, "place", "")
    blocks = (slice(first, first + _BLOCK) for first in range(0, len(places), _BLOCK))
    held: list[Spread] = []
    for block in blocks:
        part = attached.take(np.arange(len(places))[block])
        spreads = spreads_of(label, network, roads, part, cutoff=costs[-1], threads=settings.thread_count)
        if together:
            held = [joined([*held, *spreads])]
            continue
        names = zip(part.ids.astype(str), (STATUSES[status] for status in part.status), strict=True)
        yield [
            _rings(network, roads, spread, (name, status, limits, costs))
            for spread, (name, status) in zip(spreads, names, strict=True)
        ]
    if together and held:
        yield [_rings(network, roads, held[0], ("", _status_of_all(attached), limits, costs))]


def _status_of_all(attached: Attachments) -> str:
    return STATUSES[ATTACHED if (attached.status == ATTACHED).any() else int(attached.status.max())]


def _limits(key: ReachKey, cutoffs: Sequence[float]) -> list[float]:
    if key.cost_kind == "radius_m":
        do = "use distance_m or travel_time_s"
        raise NetworkError(fault("a cost along roads for service areas", "radius_m", do))
    limits = sorted({float(limit) for limit in cutoffs})
    if not limits or not all(math.isfinite(limit) and limit >= 0 for limit in limits):
        raise NetworkError(fault("cutoffs from 0 up, one or more", repr(list(cutoffs)), "correct the cutoffs"))
    return limits


def _rings(
    network: RoadNetwork,
    roads: Roads,
    spread: Spread,
    row: tuple[str, str, list[float], list[int]],
) -> list[_Ring]:
    place_id, status, limits, costs = row
    rings: list[_Ring] = []
    for limit, cost in zip(limits, costs, strict=True):
        pieces = reached_pieces(network, roads, spread, cost)
        added = without_pieces(pieces, rings[-1].pieces) if rings else pieces
        beyond = rings[-1].cutoff if rings else 0.0
        rings.append(_Ring(place_id, status, beyond, limit, pieces, added))
    return rings


def _row(ring: _Ring, pieces: Pieces, bands: bool) -> _Row:  # noqa: FBT001 - passed on
    road_m = int((pieces.stop_mm - pieces.start_mm).sum()) / MM_PER_M
    return ring.place_id, ring.status, ring.beyond if bands else 0.0, ring.cutoff, road_m


def _frame(table: list[_Row], drawn: Sequence[object], key: ReachKey, crs: str) -> gpd.GeoDataFrame:
    unit = "s" if key.cost_kind == "travel_time_s" else "m"
    columns = ["place_id", "status", f"beyond_{unit}", f"cutoff_{unit}", "road_m"]
    frame = pd.DataFrame(table, columns=columns).astype({"place_id": "str", "status": "str"})
    numbers = dict.fromkeys(columns[2:], "float64")
    return gpd.GeoDataFrame(frame.astype(numbers), geometry=np.array(drawn, dtype=object), crs=crs)


def _areas(lands: list[shapely.Geometry], shape: AreaShape) -> list[shapely.Geometry]:
    """Return the land within cutoff after cutoff: each holds the one before."""
    areas: list[shapely.Geometry] = []
    for land in lands:
        simple = shapely.simplify(land, shape.straighten_m) if shape.simplify_m else land
        areas.append(shapely.union(simple, areas[-1]) if areas else simple)
    return areas


def _differences(areas: list[shapely.Geometry]) -> list[shapely.Geometry]:
    return [areas[0], *(shapely.difference(area, before) for before, area in pairwise(areas))]


def _polygons(area: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygons of an area; lines and points, where two areas merely touch, are none."""
    parts = shapely.get_parts(shapely.normalize(area))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon" and not part.is_empty])
