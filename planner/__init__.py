"""From a policy's obligations, layers and roads to what is missing, for whom, and where to build.

Every public name is listed here and found in its room on first use (PEP 562), so that importing the
package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.coverage import CoverageRequest as CoverageRequest
    from planner.coverage import ReachStandard as ReachStandard
    from planner.coverage import Situation as Situation
    from planner.coverage import anchors as anchors
    from planner.coverage import coverage_by_unit as coverage_by_unit
    from planner.coverage import gap_areas as gap_areas
    from planner.coverage import nearest_open as nearest_open
    from planner.coverage import territory as territory
    from planner.coverage import unreachable as unreachable
    from planner.errors import InputError as InputError
    from planner.errors import OutputError as OutputError
    from planner.errors import PlannerError as PlannerError
    from planner.errors import SolverError as SolverError
    from planner.errors import VerificationError as VerificationError
    from planner.land import screen_sites as screen_sites
    from planner.layers import FaultLog as FaultLog
    from planner.layers import LayerSource as LayerSource
    from planner.layers import read_boundaries as read_boundaries
    from planner.layers import read_demand as read_demand
    from planner.layers import read_exclusions as read_exclusions
    from planner.layers import read_facilities as read_facilities
    from planner.layers import read_leading_zones as read_leading_zones
    from planner.layers import read_lines as read_lines
    from planner.layers import read_sites as read_sites
    from planner.mandates import Mandate as Mandate
    from planner.mandates import Policy as Policy
    from planner.mandates import Profile as Profile
    from planner.mandates import count_statuses as count_statuses
    from planner.mandates import evaluate as evaluate
    from planner.mandates import needs as needs
    from planner.mandates import read_policy as read_policy
    from planner.mandates import read_profile as read_profile
    from planner.network import Mode as Mode
    from planner.network import Need as Need
    from planner.network import NetworkSettings as NetworkSettings
    from planner.network import Reach as Reach
    from planner.network import ReachKey as ReachKey
    from planner.network import ReachLabel as ReachLabel
    from planner.network import RoadNetwork as RoadNetwork
    from planner.network import RoadSource as RoadSource
    from planner.network import default_modes as default_modes
    from planner.network import reaches as reaches
    from planner.network import read_network as read_network
    from planner.pipeline import Check as Check
    from planner.pipeline import Inputs as Inputs
    from planner.pipeline import Outcome as Outcome
    from planner.pipeline import Rules as Rules
    from planner.pipeline import present_situation as present_situation
    from planner.pipeline import read_inputs as read_inputs
    from planner.pipeline import read_rules as read_rules
    from planner.pipeline import siting_problem as siting_problem
    from planner.pipeline import study_options as study_options
    from planner.pipeline.check import check as check
    from planner.pipeline.run import run as run
    from planner.report import Material as Material
    from planner.report import write_report as write_report
    from planner.sample import sample_study as sample_study
    from planner.siting import Plan as Plan
    from planner.siting import SitingProblem as SitingProblem
    from planner.siting import make_options as make_options
    from planner.siting import solve as solve
    from planner.study import Study as Study
    from planner.study import read_study as read_study
    from planner.verify import Verification as Verification
    from planner.verify import verify as verify_run

__version__ = "0.1.0"

_HOMES = {
    "Check": "planner.pipeline:Check",
    "CoverageRequest": "planner.coverage:CoverageRequest",
    "FaultLog": "planner.layers:FaultLog",
    "InputError": "planner.errors:InputError",
    "Inputs": "planner.pipeline:Inputs",
    "LayerSource": "planner.layers:LayerSource",
    "Mandate": "planner.mandates:Mandate",
    "Material": "planner.report:Material",
    "Mode": "planner.network:Mode",
    "Need": "planner.network:Need",
    "NetworkSettings": "planner.network:NetworkSettings",
    "Outcome": "planner.pipeline:Outcome",
    "OutputError": "planner.errors:OutputError",
    "Plan": "planner.siting:Plan",
    "PlannerError": "planner.errors:PlannerError",
    "Policy": "planner.mandates:Policy",
    "Profile": "planner.mandates:Profile",
    "Reach": "planner.network:Reach",
    "ReachKey": "planner.network:ReachKey",
    "ReachLabel": "planner.network:ReachLabel",
    "ReachStandard": "planner.coverage:ReachStandard",
    "RoadNetwork": "planner.network:RoadNetwork",
    "RoadSource": "planner.network:RoadSource",
    "Rules": "planner.pipeline:Rules",
    "SitingProblem": "planner.siting:SitingProblem",
    "Situation": "planner.coverage:Situation",
    "SolverError": "planner.errors:SolverError",
    "Study": "planner.study:Study",
    "Verification": "planner.verify:Verification",
    "VerificationError": "planner.errors:VerificationError",
    "anchors": "planner.coverage:anchors",
    "check": "planner.pipeline.check:check",
    "count_statuses": "planner.mandates:count_statuses",
    "coverage_by_unit": "planner.coverage:coverage_by_unit",
    "default_modes": "planner.network:default_modes",
    "evaluate": "planner.mandates:evaluate",
    "gap_areas": "planner.coverage:gap_areas",
    "make_options": "planner.siting:make_options",
    "nearest_open": "planner.coverage:nearest_open",
    "needs": "planner.mandates:needs",
    "present_situation": "planner.pipeline:present_situation",
    "reaches": "planner.network:reaches",
    "read_boundaries": "planner.layers:read_boundaries",
    "read_demand": "planner.layers:read_demand",
    "read_exclusions": "planner.layers:read_exclusions",
    "read_facilities": "planner.layers:read_facilities",
    "read_inputs": "planner.pipeline:read_inputs",
    "read_leading_zones": "planner.layers:read_leading_zones",
    "read_lines": "planner.layers:read_lines",
    "read_network": "planner.network:read_network",
    "read_policy": "planner.mandates:read_policy",
    "read_profile": "planner.mandates:read_profile",
    "read_rules": "planner.pipeline:read_rules",
    "read_sites": "planner.layers:read_sites",
    "read_study": "planner.study:read_study",
    "run": "planner.pipeline.run:run",
    "sample_study": "planner.sample:sample_study",
    "screen_sites": "planner.land:screen_sites",
    "siting_problem": "planner.pipeline:siting_problem",
    "solve": "planner.siting:solve",
    "study_options": "planner.pipeline:study_options",
    "territory": "planner.coverage:territory",
    "unreachable": "planner.coverage:unreachable",
    "verify_run": "planner.verify:verify",  # the room itself is planner.verify
    "write_report": "planner.report:write_report",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
