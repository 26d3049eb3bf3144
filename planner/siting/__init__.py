"""Problem, options, stages, schedule, plan, explanation."""

from planner.siting.committed import not_proposed as not_proposed
from planner.siting.committed import taken_sites as taken_sites
from planner.siting.eligibility import site_services as site_services
from planner.siting.eligibility import site_services_summary as site_services_summary
from planner.siting.options import make_options as make_options
from planner.siting.plan import Plan as Plan
from planner.siting.problem import PeopleCovered as PeopleCovered
from planner.siting.problem import SitingProblem as SitingProblem
from planner.siting.solve import solve as solve
from planner.siting.stages import Stage as Stage

__all__ = [
    "PeopleCovered",
    "Plan",
    "SitingProblem",
    "Stage",
    "make_options",
    "not_proposed",
    "site_services",
    "site_services_summary",
    "solve",
    "taken_sites",
]
