from __future__ import annotations

import pandas as pd
import pytest

from tests.data.sample import SAMPLE, excluded_sites, facility, layer, points, site_point, table, traps

WALK_LIMIT_M = 1000.0
CLASS_LIMIT = 55
LARGEST_EXPANSION = 12


def _facilities(service: str) -> pd.DataFrame:
    facilities = table("facilities/facilities.csv")
    return facilities[facilities["service"] == service]


def _pupils(catchment: str) -> int:
    demand = table("population/demand.csv")
    return int(demand.loc[demand["catchment_primary_school"] == catchment, "age_6_11"].sum())


@pytest.mark.parametrize("trap", sorted(set(traps()) - {"off_network_points", "on_fragment_points"}))
def test_every_trap_is_described(trap: str):
    """Each id of a trap stands in the README."""
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert [name for name in traps()[trap] if f"`{name}`" not in text] == []


def test_private_central_kindergarten():
    """It is central and private, and its township has no public central one."""
    trap = facility(traps()["private_central_kindergarten"][0])
    assert (trap["owner"], trap["rank"]) == ("private", "central")
    own = _facilities("kindergarten")[lambda rows: rows["unit_code"] == trap["unit_code"]]
    assert not ((own["owner"] == "public") & (own["rank"] == "central")).any()


def test_kindergarten_under_construction():
    """It opens in 2027 and is the only public central one of its township."""
    trap = facility(traps()["kindergarten_under_construction"][0])
    assert (trap["status"], trap["opened_year"], trap["owner"], trap["rank"]) == ("在建", 2027, "public", "central")


def test_closed_kindergarten():
    """It closed before the base year."""
    assert facility(traps()["closed_kindergarten"][0])["closed_year"] < 2025


def test_class_of_56():
    """Its largest class is 56 although its catchment has seats enough."""
    school = facility(traps()["class_of_56"][0])
    assert school["largest_class"] == CLASS_LIMIT + 1
    assert _pupils(school["catchment_id"]) <= CLASS_LIMIT * school["classes"]


def test_crowded_catchments_can_be_mended_but_one():
    """Each is above the limit; six or twelve more classes suffice everywhere but in one, where both together fail."""
    schools = _facilities("primary_school")
    beyond = traps()["catchment_beyond_every_option"]
    for catchment in traps()["crowded_catchments"]:
        own = schools[schools["catchment_id"] == catchment]
        missing = -(-_pupils(catchment) // CLASS_LIMIT) - own["classes"].sum()
        assert own["largest_class"].max() > CLASS_LIMIT
        assert (own["expansion"] == "可扩12班").all()
        assert (missing > LARGEST_EXPANSION + 6) == (catchment in beyond)
        assert missing <= LARGEST_EXPANSION or catchment in beyond


def test_two_schools_in_one_catchment():
    """Both schools name the same catchment."""
    both = [facility(school)["catchment_id"] for school in traps()["two_schools_one_catchment"]]
    assert len(both) == 2
    assert len(set(both)) == 1


def test_obvious_site_lies_in_farmland():
    """The excluded site is larger and nearer to the town's middle than the one that must be taken."""
    trap, other = traps()["farmland_site"][0], traps()["farmland_site_alternative"][0]
    assert trap in excluded_sites()
    assert other not in excluded_sites()
    areas = table("sites/sites.csv").set_index("site_id")["area_m2"]
    assert areas[trap] > areas[other]


def test_island_town_without_an_option():
    """The only kindergarten site of the town is excluded, and no kindergarten there can be converted."""
    trap = traps()["no_option_kindergarten_site"][0]
    sites = table("sites/sites.csv")
    unit = sites.set_index("site_id").at[trap, "unit_code"]
    own = sites[(sites["unit_code"] == unit) & (sites["land_use"] == "080404")]
    assert list(own["site_id"]) == [trap]
    assert trap in excluded_sites()
    standing = _facilities("kindergarten")[lambda rows: rows["unit_code"] == unit]
    assert standing["conversion"].isna().all()


def test_island_town_with_a_costly_remedy():
    """The town has no health centre and one site, of the land use that only the costly option asks for."""
    sites = table("sites/sites.csv")
    unit = sites.set_index("site_id").at[traps()["costly_health_site"][0], "unit_code"]
    assert unit not in set(_facilities("township_health_centre")["unit_code"])
    uses = sites.loc[sites["unit_code"] == unit, "land_use"]
    assert "080602" not in set(uses)
    assert list(sites.loc[sites["land_use"] == "080601", "unit_code"]) == [unit]


def test_lone_kindergarten_serves_its_own_township_only():
    """It is alone in its town, even the straight-line circle holds no point of a neighbour, and sites can mend it."""
    name = traps()["lone_kindergarten"][0]
    unit = facility(name)["unit_code"]
    kindergartens = table("facilities/facilities.csv")["service"] == "kindergarten"
    everywhere = points("facilities/facilities.csv")
    spot = everywhere[(table("facilities/facilities.csv")["facility_id"] == name).to_numpy()].iloc[0]
    demand = table("population/demand.csv")
    near = demand[(points("population/demand.csv").distance(spot) <= WALK_LIMIT_M + 10).to_numpy()]
    assert set(near["unit_code"].str[:9]) == {unit}
    assert near["people"].sum() > 1000
    assert (everywhere[kindergartens.to_numpy()].distance(spot) < 2 * WALK_LIMIT_M).sum() == 1
    for site in traps()["lone_kindergarten_sites"]:
        assert site not in excluded_sites()
        assert site_point(site).distance(spot).iloc[0] < WALK_LIMIT_M


def test_unfinished_parks():
    """One demonstration park is under construction, one approved, one only planned."""
    found = [facility(traps()[name][0]) for name in ("park_under_construction", "park_approved", "park_only_planned")]
    assert [(park["status"], park["opened_year"]) for park in found] == [
        ("在建", 2026),
        ("已批未建", 2028),
        ("规划", 2026),
    ]
    assert all(str(park["demonstration"]).lower() == "true" for park in found)


def test_duplicate_names_have_facilities_in_both():
    """得胜街道 and 新华街道 exist twice, and facilities stand in all four."""
    cells = layer("boundaries/townships.geojson")
    twice = cells[cells["name"].isin(["得胜街道", "新华街道"])]
    assert len(twice) == 4
    assert set(twice["code"]) <= set(table("facilities/facilities.csv")["unit_code"].str[:9])


def test_jinzhou_and_pulandian_have_no_townships():
    """金州区 and 普兰店区 have 街道 only."""
    cells = layer("boundaries/townships.geojson")
    assert set(cells.loc[cells["parent_code"].isin(["210213", "210214"]), "kind"]) == {"subdistrict"}
