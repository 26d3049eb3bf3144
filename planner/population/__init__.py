"""People: whole persons with the totals of units kept, age groups, people of units spread over where they live."""

from planner.population.ages import Ages as Ages
from planner.population.ages import ages_of as ages_of
from planner.population.ages import parents as parents
from planner.population.apportion import apportion as apportion
from planner.population.whole import whole_persons as whole_persons

__all__ = ["Ages", "ages_of", "apportion", "parents", "whole_persons"]
