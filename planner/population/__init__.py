"""People: whole persons with the totals of units kept, age groups, people of units spread over where they live."""

from planner.population.ages import Ages as Ages
from planner.population.ages import ages_of as ages_of
from planner.population.ages import parents as parents
from planner.population.apportion import apportion as apportion
from planner.population.areas import area_points as area_points
from planner.population.by_year import PeopleByYear as PeopleByYear
from planner.population.by_year import Span as Span
from planner.population.by_year import people_by_year as people_by_year
from planner.population.cohort import Cohorts as Cohorts
from planner.population.cohort import cohorts as cohorts
from planner.population.settings import YearSettings as YearSettings
from planner.population.whole import whole_persons as whole_persons

__all__ = [
    "Ages",
    "Cohorts",
    "PeopleByYear",
    "Span",
    "YearSettings",
    "ages_of",
    "apportion",
    "area_points",
    "cohorts",
    "parents",
    "people_by_year",
    "whole_persons",
]
