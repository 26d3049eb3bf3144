from __future__ import annotations

import pandas as pd
import pytest

from tests.data.sample import AGES, SAMPLE, outside_their_cell, table

DEMAND = "population/demand.csv"


def test_there_are_thirty_to_sixty_thousand_points():
    """The ids are unique, and there are 30,000 to 60,000 of them."""
    ids = table(DEMAND)["demand_id"]
    assert ids.is_unique
    assert 30_000 <= len(ids) <= 60_000


def test_people_add_up_to_the_county_totals():
    """Every county has exactly the people of the source."""
    demand = table(DEMAND)
    given = pd.read_csv(SAMPLE / "source" / "dalian_county_population.csv", dtype={"code": str}).set_index("code")
    counted = demand.groupby(demand["unit_code"].str[:6])["people"].sum()
    assert counted.to_dict() == given["population_2020_approx"].to_dict()


def test_ages_add_up_to_people():
    """At every point the ages are whole, none negative, and sum to the people."""
    demand = table(DEMAND)
    assert (demand[AGES].dtypes == "int64").all()
    assert (demand[AGES] >= 0).all().all()
    assert (demand[AGES].sum(axis=1) == demand["people"]).all()


def test_the_city_has_the_quoted_shares_of_ages():
    """11.65 % are under 15 and 24.71 % are 60 and over, and the country is older than the town."""
    sums = table(DEMAND)[["people", *AGES]].sum()
    assert sums[AGES[:4]].sum() / sums["people"] == pytest.approx(0.1165, abs=1e-4)
    assert sums["age_60_plus"] / sums["people"] == pytest.approx(0.2471, abs=1e-4)
    county = table(DEMAND).groupby(table(DEMAND)["unit_code"].str[:6])[["people", "age_60_plus"]].sum()
    elderly = county["age_60_plus"] / county["people"]
    assert elderly["210283"] > elderly["210202"] + 0.02


def test_every_village_has_residential_points():
    """Each of the 1,832 committees has at least one point, and no point has another code."""
    assert set(table(DEMAND)["unit_code"]) == set(table("boundaries/villages.csv")["code"])


def test_points_lie_in_their_township_cell():
    """The polygon of a point agrees with its code."""
    assert not outside_their_cell(DEMAND).any()


def test_catchments_have_schools_and_stay_in_their_unit():
    """Every catchment of a point has a school, every school a catchment with people, in one township-level unit."""
    demand, facilities = table(DEMAND), table("facilities/facilities.csv")
    schools = facilities[facilities["service"] == "primary_school"]
    assert set(demand["catchment_primary_school"]) == set(schools["catchment_id"])
    assert (demand["catchment_primary_school"].str[3:12] == demand["unit_code"].str[:9]).all()
