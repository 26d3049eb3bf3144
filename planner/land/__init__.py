"""Land: rules with their sources, screening, what a site needs before it can be built on, proposed sites."""

from planner.land.needs import with_needs as with_needs
from planner.land.rules import LandRule as LandRule
from planner.land.rules import built_in_rules as built_in_rules
from planner.land.rules import measured_from as measured_from
from planner.land.rules import rules_frame as rules_frame
from planner.land.rules import rules_in_effect as rules_in_effect
from planner.land.screened import screened_rules as screened_rules
from planner.land.screening import screen_sites as screen_sites
from planner.land.settings import GenerateSettings as GenerateSettings
from planner.land.settings import LandException as LandException
from planner.land.settings import LandSettings as LandSettings
from planner.land.settings import RuleSettings as RuleSettings
from planner.land.slope import Slopes as Slopes
from planner.land.slope import site_slopes as site_slopes

__all__ = [
    "GenerateSettings",
    "LandException",
    "LandRule",
    "LandSettings",
    "RuleSettings",
    "Slopes",
    "built_in_rules",
    "measured_from",
    "rules_frame",
    "rules_in_effect",
    "screen_sites",
    "screened_rules",
    "site_slopes",
    "with_needs",
]
