"""Roads in, costs out: graph, attaching points, shortest paths, reach."""

from planner.network.closures import with_closures as with_closures
from planner.network.critical import critical_edges as critical_edges
from planner.network.full import full_reach as full_reach
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
from planner.network.pairs import pairs as pairs
from planner.network.reach import Nearest as Nearest
from planner.network.reach import Need as Need
from planner.network.reach import Reach as Reach
from planner.network.reach import Reaches as Reaches
from planner.network.reach import ReachKey as ReachKey
from planner.network.reach import ReachLabel as ReachLabel
from planner.network.reach_files import load_reach as load_reach
from planner.network.reach_files import save_reach as save_reach
from planner.network.reaches import grow_nearest as grow_nearest
from planner.network.reaches import reaches as reaches
from planner.network.read import read_network as read_network
from planner.network.rearranging import combined as combined
from planner.network.rearranging import restricted as restricted
from planner.network.rearranging import transposed as transposed
from planner.network.reasons import REASONS as REASONS
from planner.network.reasons import why_unreached as why_unreached
from planner.network.router import Router as Router
from planner.network.router import router_of as router_of
from planner.network.service_areas import AreaShape as AreaShape
from planner.network.service_areas import service_areas as service_areas
from planner.network.service_areas import service_lines as service_lines
from planner.network.settings import NetworkSettings as NetworkSettings
from planner.network.settings import RoadSource as RoadSource
from planner.network.simplify import Simplification as Simplification
from planner.network.simplify import simplified as simplified
from planner.network.snapping import Attachments as Attachments
from planner.network.snapping import Snapper as Snapper
from planner.network.streaming import StoredReach as StoredReach
from planner.network.streaming import open_reach as open_reach
from planner.network.streaming import streamed_reach as streamed_reach
from planner.network.sums import sums_within as sums_within
from planner.network.tree import routes as routes
from planner.network.tree import tree_edges as tree_edges

__all__ = [
    "DRIVE",
    "REASONS",
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
    "Router",
    "Simplification",
    "Snapper",
    "StoredReach",
    "combined",
    "critical_edges",
    "default_modes",
    "from_networkx",
    "full_reach",
    "grow_nearest",
    "load_network",
    "load_reach",
    "network_key",
    "open_reach",
    "pairs",
    "reaches",
    "read_network",
    "restricted",
    "router_of",
    "routes",
    "save_network",
    "save_reach",
    "service_areas",
    "service_lines",
    "simplified",
    "streamed_reach",
    "sums_within",
    "transposed",
    "tree_edges",
    "why_unreached",
    "with_closures",
]
