"""The whole story of a run, and its steps one by one for notebooks."""

from planner.pipeline.check import check as check
from planner.pipeline.checked import Check as Check
from planner.pipeline.inputs import Inputs as Inputs
from planner.pipeline.inputs import read_inputs as read_inputs
from planner.pipeline.measure import Rules as Rules
from planner.pipeline.measure import present_situation as present_situation
from planner.pipeline.measure import read_rules as read_rules
from planner.pipeline.measure import siting_problem as siting_problem
from planner.pipeline.measure import study_options as study_options
from planner.pipeline.outcome import Outcome as Outcome
from planner.pipeline.run import run as run

__all__ = [
    "Check",
    "Inputs",
    "Outcome",
    "Rules",
    "check",
    "present_situation",
    "read_inputs",
    "read_rules",
    "run",
    "siting_problem",
    "study_options",
]
