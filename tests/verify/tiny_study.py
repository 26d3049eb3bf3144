"""A run so small that every figure in it was worked out by hand.

Roads (metres from the origin; all residential, C to E one way)::

                  E (2000, 1000)
                  ^  `.
                  |    `.
    A ---- B ---- C ---- D
    0    1000   2000   3000

T1 (a town) holds d1 at 100, T2 (a township) d2 at 1500, S1 (a street) d3 at 2900 and d4 at 900 up from C;
each stands 10 m beside its road. K1 holds T1 and T2, K2 holds S1, the leading zone Z holds T2 and K2.
Kindergartens: k1 (public, central) at 0, k2 (private) at 2500. Walked: d1 120 m to k1, d2 1,020 m and d3
420 m to k2, d4 1,420 m. Depots: dep2 (township level) at 0; dep1 (city level) near D, from where d4 is
203 s away along the one-way street (163 s if it were not one).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

EAST, NORTH = 500_000.0, 4_300_000.0
CRS = "EPSG:4550"

BOUNDARIES = """level,code,name,kind,parent_code
city,C,市,city,
county,K1,甲县,county,C
county,K2,乙区,district,C
township,T1,一镇,town,K1
township,T2,二乡,township,K1
township,S1,三街道,subdistrict,K2
village,V1,一村,village,T1
"""
ZONES = "zone_code,zone_name,unit_code\nZ,先导区,T2\nZ,先导区,K2\n"
DEMAND = """demand_id,unit_code,x,y,people,age_6_11,catchment_primary_school
d1,V1,100,10,100,30,z1
d2,T2,1500,10,40,12,z1
d3,S1,2900,-10,60,20,z2
d4,S1,2010,900,80,25,z2
"""
_FACILITY = (
    "facility_id,service,unit_code,x,y,status,opened_year,owner,rank,level,"
    "demonstration,classes,largest_class,catchment_id"
)
FACILITIES = f"""{_FACILITY}
k1,kindergarten,T1,0,10,现状,,public,central,,,,,
k2,kindergarten,S1,2500,-10,现状,,private,central,,,,,
s1,primary_school,V1,200,10,现状,,public,,,,1,40,z1
s2,primary_school,S1,2800,-10,现状,,public,,,,1,56,z2
p1,fitness_park,T1,50,10,在建,2026,public,,,True,,,
p2,fitness_park,T1,60,10,规划,2027,public,,,True,,,
dep1,disaster_depot,S1,3000,10,现状,,public,,city,,,,
dep2,disaster_depot,T1,0,-10,现状,,public,,township,,,,
"""
_OPTION = (
    "option_id,place_id,service,action,facility_id,unit_code,x,y,owner,rank,demonstration,classes,"
    "cost_yuan,earliest_year,build_years,exclusive_group"
)
OPTIONS = f"""{_OPTION}
kg:site1,site1,kindergarten,build,,T2,1500,20,public,central,,,100,2026,0,g1
kg:site3,site3,kindergarten,build,,S1,2500,20,public,central,,,100,2026,0,g1
more:s2,s2,primary_school,expand,s2,S1,2800,-10,,,,2,50,2026,1,
park:site2,site2,fitness_park,build,,T2,1400,20,public,,True,,60,2026,0,
"""
TAKEN = {"kg:site1": "2026,2026", "more:s2": "2026,2027", "park:site2": "2027,2027"}
SITES = """site_id,unit_code,x,y,land_use,area_m2
site1,T2,1500,20,A33,3000
site2,T2,1400,20,G1,5000
site3,S1,2500,20,A33,3000
"""
FARMLAND = [[2400, 15], [2600, 15], [2600, 200], [2400, 200], [2400, 15]]
BUDGET = "year,budget_yuan,spent_yuan,carried_yuan\n2026,160,150,10\n2027,55,60,5\n"

FINDINGS_BEFORE = """mandate_id,unit_code,year,status,measured,required
central,T1,,met,1.0,1.0
central,T2,,gap,0.0,1.0
central,K2,,not_evaluable,,
class,z1,,met,40.0,55.0
class,z2,,gap,56.0,55.0
park,C,2026,met,1.0,1.0
park,C,2027,gap,0.0,1.0
depots,C,,met,1.0,1.0
depots,K1,,gap,0.0,1.0
depots,K2,,gap,0.0,1.0
depots,Z,,gap,0.0,1.0
depots,T1,,met,1.0,1.0
depots,T2,,met,2.0,1.0
depots,S1,,gap,0.0,1.0
depots,V1,,met,1.0,1.0
near,K1,,gap,0.7142857142857143,0.9
near,K2,,gap,0.0,0.9
"""
FINDINGS_AFTER = (
    FINDINGS_BEFORE.replace("central,T2,,gap,0.0", "central,T2,,met,1.0")
    .replace("class,z2,,gap,56.0", "class,z2,,met,23.0")
    .replace("park,C,2027,gap,0.0", "park,C,2027,met,1.0")
    .replace("near,K1,,gap,0.7142857142857143", "near,K1,,met,1.0")
)
_PEOPLE = {"C": (280, 4), "K1": (140, 2), "K2": (140, 2), "T1": (100, 1), "T2": (40, 1), "S1": (140, 2), "Z": (180, 3)}
_WALKED = {"C": (200, 3), "K1": (140, 2), "K2": (60, 1), "T1": (100, 1), "T2": (40, 1), "S1": (60, 1), "Z": (100, 2)}
_CIRCLED = {"C": (160, 2), "K1": (100, 1), "K2": (60, 1), "T1": (100, 1), "T2": (0, 0), "S1": (60, 1), "Z": (60, 1)}


def _coverage(by_standard: Mapping[str, Mapping[str, tuple[int, int]]]) -> str:
    lines = ["standard_id,unit_code,group,total,covered,share"]
    for standard, covered in by_standard.items():
        for unit, (people, places) in covered.items():
            for group, total, part in (("people", _PEOPLE[unit][0], people), ("places", _PEOPLE[unit][1], places)):
                lines.append(f"{standard},{unit},{group},{total},{part},{part / total!r}")
    return "\n".join(lines) + "\n"


def _moved(text: str, **more: Callable[[Mapping[str, str]], str]) -> str:
    """Return a table with its positions in the study CRS and further columns."""
    rows = list(csv.DictReader(text.splitlines()))
    lines = [",".join([*rows[0], *more])]
    for row in rows:
        at = {"x": str(EAST + float(row["x"])), "y": str(NORTH + float(row["y"]))}
        lines.append(",".join([*(row | at).values(), *(value(row) for value in more.values())]))
    return "\n".join(lines) + "\n"


def _geojson(features: Sequence[tuple[str, Sequence[Any], Mapping[str, str]]]) -> str:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4550"}}
    drawn = [
        {"type": "Feature", "properties": said, "geometry": {"type": kind, "coordinates": coordinates}}
        for kind, coordinates, said in features
    ]
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": drawn})


def _at(corners: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[EAST + x, NORTH + y] for x, y in corners]


def _roads() -> str:
    ends = {"A": (0, 0), "B": (1000, 0), "C": (2000, 0), "D": (3000, 0), "E": (2000, 1000)}
    lines = (("ABCD", ""), ("CE", "yes"), ("ED", "no"))
    return _geojson(
        [
            ("LineString", _at([ends[name] for name in line]), {"road_class": "residential", "oneway": oneway})
            for line, oneway in lines
        ]
    )


def _facilities_table() -> str:
    """Return the facility table as the run writes it: place and other columns filled in."""
    blank = {"name": lambda _row: "", "closed_year": lambda _row: ""}
    return _moved(FACILITIES, place_id=lambda row: row["facility_id"], **blank)


def _plan_table() -> str:
    head, *rows = _moved(OPTIONS).splitlines()
    taken = [f"{row},{TAKEN[name]}" for row in rows if (name := row.partition(",")[0]) in TAKEN]
    return "\n".join([f"{head},start_year,complete_year", *taken]) + "\n"


def _sites_table() -> str:
    excluded = {True: "True", False: "False"}
    return _moved(
        SITES,
        excluded=lambda row: excluded[row["site_id"] == "site3"],
        excluded_by=lambda row: "farmland" if row["site_id"] == "site3" else "",
    )


INPUTS = {
    "boundaries.csv": BOUNDARIES,
    "zones.csv": ZONES,
    "facilities.csv": _moved(FACILITIES),
    "population.csv": _moved(DEMAND),
    "sites.csv": _moved(SITES),
    "farmland.geojson": _geojson([("Polygon", [_at(FARMLAND)], {})]),
    "roads.geojson": _roads(),
}
"""Input files, by name."""

TABLES = {
    "facilities": _facilities_table(),
    "options": _moved(OPTIONS),
    "sites": _sites_table(),
    "plan_options": _plan_table(),
    "plan_budget": BUDGET,
    "findings_before": FINDINGS_BEFORE,
    "findings_after": FINDINGS_AFTER,
    "coverage_before": _coverage({"walk": _WALKED, "circle": _CIRCLED}),
    "coverage_after": _coverage(
        {"walk": _WALKED, "circle": _CIRCLED | {"C": (200, 3), "K1": (140, 2), "T2": (40, 1), "Z": (100, 2)}}
    ),
}
"""Tables of the run, by name."""
