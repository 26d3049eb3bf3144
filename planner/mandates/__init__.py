"""Clauses, predicates, unit sets, standards profiles, findings; a mandate as rows."""

from planner.mandates.evaluation import count_statuses as count_statuses
from planner.mandates.evaluation import evaluate as evaluate
from planner.mandates.evaluation import finding_keys as finding_keys
from planner.mandates.lacking import empty_sets as empty_sets
from planner.mandates.lacking import group_readings as group_readings
from planner.mandates.lacking import missing_numbers as missing_numbers
from planner.mandates.mandate import Mandate as Mandate
from planner.mandates.mandate import Predicate as Predicate
from planner.mandates.needs import anchor_levels as anchor_levels
from planner.mandates.needs import needs as needs
from planner.mandates.needs import readings as readings
from planner.mandates.needs import standards_of as standards_of
from planner.mandates.policy import Policy as Policy
from planner.mandates.policy import read_policy as read_policy
from planner.mandates.profile import Profile as Profile
from planner.mandates.profile import read_profile as read_profile
from planner.mandates.reasons import REASONS as REASONS
from planner.mandates.rows import PlanView as PlanView
from planner.mandates.rows import Rows as Rows
from planner.mandates.unit_sets import UnitSet as UnitSet

__all__ = [
    "REASONS",
    "Mandate",
    "PlanView",
    "Policy",
    "Predicate",
    "Profile",
    "Rows",
    "UnitSet",
    "anchor_levels",
    "count_statuses",
    "empty_sets",
    "evaluate",
    "finding_keys",
    "group_readings",
    "missing_numbers",
    "needs",
    "read_policy",
    "read_profile",
    "readings",
    "standards_of",
]
