"""Give each health facility of the list a service and the code of its unit, and write placed.csv.

The list has names of counties and townships, no codes, and names alone decide nothing: 得胜街道 stands twice in
Dalian. A row gets the code of a unit only if its position lies in a county that agrees with the area it reports, and
that county has a unit of its name, or of a name in aliases.csv. A row whose position lies elsewhere loses its
position: the planner then leaves it out, and says so. A row whose name is not in the county's list keeps its
position alone, and is counted for its county.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

HERE = Path(__file__).parent
LIST = Path("dalian-facilities-2022") / "dalian_covid_points_2022.csv"
COUNTIES = Path("dalian-districts") / "dalian_districts_amap_wgs84.geojson"
SERVICES = ("township_health_centre", "community_health_service")
# Areas of the list that are no counties, and the counties over which they lie.
ZONES = {"金普新区": {"金州区", "普兰店区"}, "高新区": {"甘井子区", "旅顺口区"}, "长兴岛": {"瓦房店市"}}


def placed(folder: Path) -> pd.DataFrame:
    """Return the rows of the list that are health centres or services, with unit codes.

    Parameters
    ----------
    folder
        Holds the two folders of real layers, units.csv and aliases.csv.

    Returns
    -------
    pandas.DataFrame
        facility_id, name, service, unit_code ("" where not known), lon, lat ("" where not trusted), and what
        the list says: area_reported, township.
    """
    listed = pd.read_csv(folder / LIST, dtype="str", keep_default_na=False)
    listed = listed[(listed["layer"] == "medical_public") & listed["kind_guess"].isin(SERVICES)].reset_index(drop=True)
    counties = gpd.read_file(folder / COUNTIES).astype({"district_adcode": "str"})[
        ["district_adcode", "district_name", "geometry"]
    ]
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(listed["wgs84_lng"].astype(float), listed["wgs84_lat"].astype(float), crs=4326)
    )
    at = points.sjoin(counties, how="left", predicate="intersects").sort_values("district_adcode")
    at = at[~at.index.duplicated()].sort_index().fillna({"district_adcode": "", "district_name": ""})
    reported = [ZONES.get(area, {area}) for area in listed["area_reported"]]
    trusted = pd.Series([name in areas for name, areas in zip(at["district_name"], reported, strict=True)])
    codes = _codes(folder)
    keys = zip(at["district_adcode"], listed["township"], strict=True)
    return pd.DataFrame(
        {
            "facility_id": listed["id"],
            "name": listed["name"],
            "service": listed["kind_guess"],
            "unit_code": pd.Series([codes.get(key, "") for key in keys]).where(trusted, ""),
            "lon": listed["wgs84_lng"].where(trusted, ""),
            "lat": listed["wgs84_lat"].where(trusted, ""),
            "area_reported": listed["area_reported"],
            "township": listed["township"],
        }
    )


def _codes(folder: Path) -> dict[tuple[str, str], str]:
    """Return the code of a unit by the code of its county and its name there."""
    units = pd.read_csv(folder / "units.csv", dtype="str", keep_default_na=False)
    aliases = pd.read_csv(folder / "aliases.csv", dtype="str", keep_default_na=False)
    names = [*zip(units["parent_code"], units["name"], strict=True)]
    names += [*zip(aliases["county_code"], aliases["name_in_list"], strict=True)]
    if len(set(names)) < len(names):
        raise ValueError("expected each name once in a county, found one twice: correct units.csv or aliases.csv")
    return dict(zip(names, [*units["code"], *aliases["code"]], strict=True))


if __name__ == "__main__":
    table = placed(HERE)
    table.to_csv(HERE / "placed.csv", index=False, encoding="utf-8", lineterminator="\n")
    known, lost = (table["unit_code"] != "").sum(), (table["lon"] == "").sum()
    print(
        f"{len(table)} rows: {known} with a unit code, {len(table) - known - lost} by county, {lost} without position"
    )
