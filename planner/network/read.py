"""Roads in: one file to a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from pyproj import CRS, Geod, Transformer

from planner.errors import LayerError, NetworkError, fault
from planner.layers.log import FaultLog
from planner.network.graph import RoadNetwork
from planner.network.lines import read_line_layer
from planner.network.mode import Mode
from planner.network.noding import WayRules, Ways, build_network, without_repeats
from planner.network.osm import read_osm
from planner.network.rules import RURAL, URBAN
from planner.network.settings import RoadSource
from planner.network.told import tell_oddities

_SAMPLE = 500
"""Edges on which the scale of the study CRS is measured."""

_SCALE_TOLERANCE = 0.01


def read_network(
    source: RoadSource, *, crs: str, modes: Mapping[str, Mode], log: FaultLog | None = None
) -> RoadNetwork:
    """Return the road network of a file.

    Ways are cut where they share a vertex. Roads that no mode may use are left out, and told.

    Parameters
    ----------
    source
        The file, and what is in it.
    crs
        Metric study CRS, e.g. ``"EPSG:4550"``. All lengths are planar lengths in it.
    modes
        Modes by name, e.g. `planner.network.default_modes`.
    log
        Where faults go that do not stop the run.

    Raises
    ------
    NetworkError
        If the file cannot be read, the study CRS is not metric or that of another place, or no road is left.
    """
    if not modes:
        raise NetworkError(fault("modes to read roads for", "none", "give at least one"))
    try:
        if source.kind == "osm":
            ways = read_osm(source.path, crs=crs, modes=modes, log=log)
        else:
            ways = read_line_layer(source, crs=crs, modes=modes, log=log)
    except LayerError as error:
        raise NetworkError(error.faults) from None
    ways, dropped = without_repeats(_zoned(ways, source.default_zone)), len(ways.offsets)
    dropped -= len(ways.offsets)
    if len(ways.offsets) < 2:
        raise NetworkError(fault(f"roads in {source.path.name}", "only lines without length", "check the layer"))
    network = build_network(ways, crs=crs, modes=modes, log=log, layer=source.path.name, dem=source.dem)
    _check_scale(network, source.path.name)
    if log is not None:
        tell_oddities(network, dropped=dropped, layer=source.path.name, log=log)
    return network


def _zoned(ways: Ways, default: Literal["", "urban", "rural"]) -> Ways:
    """Return the ways with a zone where nothing is said of it."""
    if not default:
        return ways
    count = len(ways.offsets) - 1
    unsaid = WayRules(np.arange(count, dtype=np.int64), {}, np.full(count, np.nan), np.zeros(count, dtype=np.int8))
    rules = ways.rules or unsaid
    zone = np.where(rules.zone == 0, URBAN if default == "urban" else RURAL, rules.zone).astype(np.int8)
    return ways._replace(rules=rules._replace(zone=zone))


def _check_scale(network: RoadNetwork, layer: str) -> None:
    """Check on some edges that lengths in the study CRS are those on the ground.

    Raises
    ------
    NetworkError
        If they differ by more than a hundredth: the study CRS is that of another place.
    """
    study = CRS.from_user_input(network.crs)
    chosen = np.linspace(0, network.edge_count - 1, min(network.edge_count, _SAMPLE)).astype(np.int64)
    ends = np.stack((network.u[chosen], network.v[chosen]))
    x, y = network.node_x[ends], network.node_y[ends]
    lon, lat = Transformer.from_crs(study, study.geodetic_crs, always_xy=True).transform(x, y)
    globe = study.get_geod() or Geod(ellps="WGS84")
    ground = float(globe.inv(lon[0], lat[0], lon[1], lat[1])[2].sum()) if np.isfinite(lon).all() else 0.0
    planar = float(np.hypot(x[0] - x[1], y[0] - y[1]).sum())
    if planar > 1 and not abs(planar / max(ground, 1e-9) - 1) <= _SCALE_TOLERANCE:
        found = f"{study.name}, in which 1 km of them reads {planar / max(ground, 1e-9):.3g} km"
        raise NetworkError(fault(f"a study CRS that fits the roads in {layer}", found, "choose the CRS of the place"))
