"""Who is served: covers, covered share, gap areas."""

from planner.coverage.anchors import anchors as anchors
from planner.coverage.gaps import GapAreas as GapAreas
from planner.coverage.gaps import gap_areas as gap_areas
from planner.coverage.gaps import unreachable as unreachable
from planner.coverage.nearest import nearest_open as nearest_open
from planner.coverage.rates import coverage_by_unit as coverage_by_unit
from planner.coverage.request import CoverageRequest as CoverageRequest
from planner.coverage.situation import Cover as Cover
from planner.coverage.situation import Situation as Situation
from planner.coverage.situation import is_committed as is_committed
from planner.coverage.situation import is_undated as is_undated
from planner.coverage.standard import ReachStandard as ReachStandard
from planner.coverage.territory import Territory as Territory
from planner.coverage.territory import territory as territory

__all__ = [
    "Cover",
    "CoverageRequest",
    "GapAreas",
    "ReachStandard",
    "Situation",
    "Territory",
    "anchors",
    "coverage_by_unit",
    "gap_areas",
    "is_committed",
    "is_undated",
    "nearest_open",
    "territory",
    "unreachable",
]
