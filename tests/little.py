"""A little study that runs: two towns, one of them without a kindergarten, and a site there."""

from __future__ import annotations

STUDY = """
[study]
name = "little"
base_year = 2025
years = [2026, 2027]
crs = "EPSG:4550"
[[layers.boundaries]]
path = "units.csv"
level = "county"
where = { level = "county" }
[[layers.boundaries]]
path = "towns.geojson"
level = "township"
kind = "town"
[[layers.facilities]]
path = "facilities.csv"
crs = "EPSG:4326"
x = "lon"
y = "lat"
[[layers.population]]
path = "people.csv"
crs = "EPSG:4326"
x = "lon"
y = "lat"
groups = ["people"]
[[layers.sites]]
path = "sites.csv"
crs = "EPSG:4326"
x = "lon"
y = "lat"
[standards]
profile = "dalian-2018"
[mandates]
policy = "dazhengfa-2018-28"
only = ["kindergarten.township-central"]
[[siting.options]]
id = "build"
action = "build"
service = "kindergarten"
set = { owner = "public", rank = "central" }
cost_yuan = 1000
build_years = 0
"""
TOWN = (
    '{{"type":"Feature","properties":{{"code":"{code}","name":"{code}","parent_code":"K"}},"geometry":{{"type":"Polygon",'
    '"coordinates":[[[{w},39.0],[{e},39.0],[{e},39.1],[{w},39.1],[{w},39.0]]]}}}}'
)
FILES = {
    "units.csv": "level,code,name,kind,parent_code\ncounty,K,county,county,\n",
    "towns.geojson": '{"type":"FeatureCollection","features":['
    + ",".join((TOWN.format(code="T1", w="121.6", e="121.7"), TOWN.format(code="T2", w="121.7", e="121.8")))
    + "]}",
    "facilities.csv": "facility_id,service,lon,lat,owner,rank\nk1,kindergarten,121.65,39.05,public,central\n",
    "people.csv": "demand_id,lon,lat,people\nd1,121.64,39.04,100\nd2,121.74,39.06,50\n",
    "sites.csv": "site_id,lon,lat,land_use,area_m2\ns2,121.75,39.05,080404,3000\n",
}
