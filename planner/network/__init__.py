"""Roads in, costs out: graph, attaching points, shortest paths, reach."""

from planner.network.closures import with_closures as with_closures
from planner.network.critical import critical_edges as critical_edges
from planner.network.graph import RoadNetwork as RoadNetwork
from planner.network.interop import FromGraph as FromGraph
from planner.network.interop import from_networkx as from_networkx
from planner.network.modes import DRIVE as DRIVE
from planner.network.modes import STRAIGHT as STRAIGHT
from planner.network.modes import WALK as WALK
from planner.network.modes import Mode as Mode
from planner.network.modes import default_modes as default_modes
from planner.network.network_file import load_network as load_network
from planner.network.network_file import network_key as network_key
from planner.network.network_file import save_network as save_network
from planner.network.reach import Nearest as Nearest
from planner.network.reach import Need as Need
from planner.network.reach import Reach as Reach
from planner.network.reach import Reaches as Reaches
from planner.network.reach import ReachKey as ReachKey
from planner.network.reach import ReachLabel as ReachLabel
from planner.network.reaches import grow_nearest as grow_nearest
from planner.network.reaches import reaches as reaches
from planner.network.read import read_network as read_network
from planner.network.service_areas import AreaShape as AreaShape
from planner.network.service_areas import service_areas as service_areas
from planner.network.service_areas import service_lines as service_lines
from planner.network.settings import NetworkSettings as NetworkSettings
from planner.network.settings import RoadSource as RoadSource
from planner.network.simplify import Simplification as Simplification
from planner.network.simplify import simplified as simplified
from planner.network.snapping import Attachments as Attachments
from planner.network.snapping import Snapper as Snapper

__all__ = [
    "DRIVE",
    "STRAIGHT",
    "WALK",
    "AreaShape",
    "Attachments",
    "FromGraph",
    "Mode",
    "Nearest",
    "Need",
    "NetworkSettings",
    "Reach",
    "ReachKey",
    "ReachLabel",
    "Reaches",
    "RoadNetwork",
    "RoadSource",
    "Simplification",
    "Snapper",
    "critical_edges",
    "default_modes",
    "from_networkx",
    "grow_nearest",
    "load_network",
    "network_key",
    "reaches",
    "read_network",
    "save_network",
    "service_areas",
    "service_lines",
    "simplified",
    "with_closures",
]
