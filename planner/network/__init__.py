"""Roads in, costs out: graph, attaching points, shortest paths, reach."""

from planner.network.full import full_reach as full_reach
from planner.network.graph import RoadNetwork as RoadNetwork
from planner.network.modes import DRIVE as DRIVE
from planner.network.modes import STRAIGHT as STRAIGHT
from planner.network.modes import WALK as WALK
from planner.network.modes import Mode as Mode
from planner.network.modes import default_modes as default_modes
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
from planner.network.settings import NetworkSettings as NetworkSettings
from planner.network.settings import RoadSource as RoadSource
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
    "Attachments",
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
    "Snapper",
    "StoredReach",
    "combined",
    "default_modes",
    "full_reach",
    "grow_nearest",
    "load_reach",
    "open_reach",
    "pairs",
    "reaches",
    "read_network",
    "restricted",
    "router_of",
    "routes",
    "save_reach",
    "streamed_reach",
    "sums_within",
    "transposed",
    "tree_edges",
    "why_unreached",
]
