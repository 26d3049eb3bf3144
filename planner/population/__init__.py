"""People: whole persons with the totals of units kept, age groups, people of units spread over where they live."""

from planner.population.apportion import apportion as apportion
from planner.population.catchments import with_catchments as with_catchments
from planner.population.nesting import parents as parents
from planner.population.people import RECORD as RECORD
from planner.population.people import read_people as read_people
from planner.population.spread import spread as spread
from planner.population.whole import whole_persons as whole_persons
from planner.population.words import population_record as population_record

__all__ = [
    "RECORD",
    "apportion",
    "parents",
    "population_record",
    "read_people",
    "spread",
    "whole_persons",
    "with_catchments",
]
