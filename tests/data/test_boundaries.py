from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from tests.data.sample import SAMPLE, layer, table

LEVELS = ("city.csv", "counties.geojson", "townships.geojson", "villages.csv")


def _units(name: str) -> pd.DataFrame:
    return layer(f"boundaries/{name}") if name.endswith("json") else table(f"boundaries/{name}")


def test_units_are_all_there():
    """One city, 10 counties, 152 township-level units (47 of them 乡 or 镇), 1,832 committees."""
    assert [len(_units(name)) for name in LEVELS] == [1, 10, 152, 1832]
    kinds = _units("townships.geojson")["kind"].value_counts().to_dict()
    assert kinds == {"subdistrict": 102, "town": 33, "township": 14, "other": 3}
    assert set(_units("villages.csv")["kind"]) == {"community", "village"}


def test_names_and_codes_are_the_sources():
    """No code or name differs from the declared source."""
    units = pd.read_csv(SAMPLE / "source" / "dalian_units.csv", dtype=str).set_index("code")["name"]
    cells = layer("boundaries/townships.geojson").set_index("code")["name"]
    assert cells.to_dict() == units.to_dict()
    committees = pd.read_csv(SAMPLE / "source" / "dalian_villages.csv", dtype=str).set_index("code")
    villages = table("boundaries/villages.csv").set_index("code")
    assert villages["name"].to_dict() == committees["name"].to_dict()
    assert villages["parent_code"].to_dict() == committees["unit_code"].to_dict()


def test_units_nest():
    """Every parent is a unit of the level above, and a code begins with its parent's."""
    for above, below in pairwise(LEVELS):
        parents = set(_units(above)["code"].astype(str))
        lower = _units(below)
        assert set(lower["parent_code"]) <= parents
    for name, digits in (("townships.geojson", 6), ("villages.csv", 9)):
        assert (_units(name)["code"].str[:digits] == _units(name)["parent_code"]).all()


def test_cells_tile_their_county_without_overlap():
    """Township cells are valid single polygons, share their edges exactly and fill each county outline."""
    cells = layer("boundaries/townships.geojson")
    assert cells.geometry.is_valid.all()
    assert set(cells.geom_type) == {"Polygon"}
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    for county in layer("boundaries/counties.geojson").itertuples():
        own = shapely.union_all(cells.geometry[cells["parent_code"] == county.code].to_numpy())
        assert own.symmetric_difference(county.geometry).area < 1e-5 * county.geometry.area


def test_islands_of_changhai_are_polygons_of_their_own():
    """The five towns of 长海县 touch no other cell."""
    cells = layer("boundaries/townships.geojson")
    islands = cells[cells["parent_code"] == "210224"]
    for island in islands.itertuples():
        assert not cells.geometry[cells["code"] != island.code].intersects(island.geometry).any()
    assert len(islands) == 5


def test_coordinates_have_six_decimals():
    """Every township vertex is a multiple of a millionth of a degree, so that neighbours stay exactly equal."""
    vertices = shapely.get_coordinates(layer("boundaries/townships.geojson").geometry.to_numpy())
    assert np.array_equal(vertices, np.round(vertices, 6))


def test_leading_zones_overlap_counties_and_are_unconfirmed():
    """高新区 lies in two counties; 金普新区 is every 街道 of 金州区; no membership is confirmed."""
    zones = table("boundaries/leading_zones.csv")
    members = zones.groupby("zone_code")["unit_code"].agg(list)
    assert members["LZ-GX"] == ["210211016", "210211021", "210212006"]
    assert members["LZ-CXD"] == ["210281009", "210281011"]
    assert members["LZ-HYK"] == ["210283005"]
    cells = layer("boundaries/townships.geojson")
    assert set(members["LZ-JP"]) == set(cells.loc[cells["parent_code"] == "210213", "code"])
    assert not zones["confirmed"].any()
    assert zones["source"].str.contains("未经官方文件核对").all()
