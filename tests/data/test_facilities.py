from __future__ import annotations

import numpy as np

from tests.data.sample import excluded_sites, layer, outside_their_cell, table

FACILITIES, SITES = "facilities/facilities.csv", "sites/sites.csv"


def test_five_services_stand():
    """Every service has facilities, ids are unique and begin with the service's letters and the unit's code."""
    facilities = table(FACILITIES)
    assert facilities["facility_id"].is_unique
    counts = facilities["service"].value_counts()
    assert set(counts.index) == {
        "kindergarten",
        "township_health_centre",
        "primary_school",
        "fitness_park",
        "disaster_depot",
    }
    assert counts.min() >= 60
    assert (facilities["facility_id"].str.split("-").str[1] == facilities["unit_code"]).all()


def test_invented_things_are_labelled():
    """Every facility and every site bears a name that begins with 示例."""
    assert table(FACILITIES)["name"].str.startswith("示例").all()
    assert table(SITES)["name"].str.startswith("示例").all()


def test_facilities_and_sites_lie_in_their_cell():
    """The polygon of a facility or site agrees with its code."""
    assert not outside_their_cell(FACILITIES).any()
    assert not outside_their_cell(SITES).any()


def test_depots_have_levels():
    """There is one city depot, and depots of the three levels below; no other service has a level."""
    facilities = table(FACILITIES)
    levels = facilities.loc[facilities["service"] == "disaster_depot", "level"].value_counts()
    assert levels["city"] == 1
    assert set(levels.index) == {"city", "county", "township", "village"}
    assert facilities.loc[facilities["service"] != "disaster_depot", "level"].isna().all()


def test_schools_have_classes_that_agree_with_their_pupils():
    """No stated largest class is below the average of its catchment."""
    facilities, demand = table(FACILITIES), table("population/demand.csv")
    schools = facilities[facilities["service"] == "primary_school"]
    pupils = demand.groupby("catchment_primary_school")["age_6_11"].sum()
    by_catchment = schools.groupby("catchment_id").agg(classes=("classes", "sum"), largest=("largest_class", "max"))
    average = np.ceil(pupils.reindex(by_catchment.index) / by_catchment["classes"])
    assert (by_catchment["largest"] >= average).all()


def test_gaps_are_realistic_in_number():
    """Of 47 townships about a dozen lack a public central kindergarten and about eight a standardised health centre."""
    facilities, cells = table(FACILITIES), layer("boundaries/townships.geojson")
    townships = set(cells.loc[cells["kind"].isin(["town", "township"]), "code"])
    now = facilities[(facilities["status"] == "现状") & facilities["closed_year"].isna()]
    central = now[(now["service"] == "kindergarten") & (now["owner"] == "public") & (now["rank"] == "central")]
    assert 10 <= len(townships - set(central["unit_code"])) <= 14
    centres = now[(now["service"] == "township_health_centre") & (now["owner"] == "government")]
    standardised = set(centres.loc[centres["standardised"].astype(str).str.lower() == "true", "unit_code"])
    assert 7 <= len(townships - standardised) <= 10


def test_sites_have_land_use_and_area():
    """There are 800 to 1,500 sites, with the codes that the study's options ask for, and others."""
    sites = table(SITES)
    assert sites["site_id"].is_unique
    assert 800 <= len(sites) <= 1500
    assert {"080404", "080602", "080601", "1401", "1102", "080403", "16"} <= set(sites["land_use"])
    assert (sites["area_m2"] > 0).all()


def test_some_sites_are_excluded_and_most_are_not():
    """Exclusion areas hold between 3 and 10 % of the sites."""
    assert 0.03 < len(excluded_sites()) / len(table(SITES)) < 0.10


def test_exclusion_areas_are_valid():
    """Every exclusion area is a valid polygon."""
    for name in ("basic_farmland", "ecological_red_line"):
        areas = layer(f"exclusions/{name}.geojson")
        assert areas.geometry.is_valid.all()
        assert set(areas.geom_type) == {"Polygon"}
