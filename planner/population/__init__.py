"""People: whole persons with the totals of units kept, age groups, people of units spread over where they live."""

from planner.population.apportion import apportion as apportion
from planner.population.areas import area_points as area_points
from planner.population.by_year import PeopleByYear as PeopleByYear
from planner.population.by_year import Span as Span
from planner.population.by_year import people_by_year as people_by_year
from planner.population.catchments import with_catchments as with_catchments
from planner.population.cohort import Cohorts as Cohorts
from planner.population.cohort import cohorts as cohorts
from planner.population.nesting import parents as parents
from planner.population.people import RECORD as RECORD
from planner.population.people import read_people as read_people
from planner.population.settings import YearSettings as YearSettings
from planner.population.spread import spread as spread
from planner.population.whole import whole_persons as whole_persons
from planner.population.words import population_record as population_record

__all__ = [
    "RECORD",
    "Cohorts",
    "PeopleByYear",
    "Span",
    "YearSettings",
    "apportion",
    "area_points",
    "cohorts",
    "parents",
    "people_by_year",
    "population_record",
    "read_people",
    "spread",
    "whole_persons",
    "with_catchments",
]
