"""A made-up city: units, people, facilities, sites, roads."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, MultiPoint, Point, box

CRS = "EPSG:4550"
ORIGIN = np.array([380_000.0, 4_318_000.0])
COUNTIES = ("滨海区", "青山县", "河口市")
FIRST, SECOND = "东西南北上下新古长平安和", "山河岭屯湾台城泉林坪岛桥"
SERVICES = {"kindergarten": 1500.0, "fitness_park": 3000.0, "disaster_depot": 5000.0}


def centres(rng: np.random.Generator) -> np.ndarray:
    """Return where the townships are."""
    grid = np.stack(np.meshgrid(np.arange(6), np.arange(6)), axis=-1).reshape(-1, 2) * 9_000.0
    return np.asarray(ORIGIN + grid + rng.uniform(-2_600, 2_600, size=grid.shape))


def boundaries(centres: np.ndarray) -> gpd.GeoDataFrame:
    """Return city, counties, townships, villages."""
    hull = shapely.buffer(MultiPoint(centres).convex_hull, 5_500).simplify(900)
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(centres), extend_to=box(*hull.bounds)))
    cells = np.array([next(cell for cell in cells if cell.contains(Point(centre))) for centre in centres])
    cells = shapely.intersection(cells, hull)
    county = np.minimum((centres[:, 0] - ORIGIN[0]) // 17_000, 2).astype(int).clip(0, 2)
    rows: list[dict[str, object]] = [
        {"code": "210200", "name": "滨海市", "level": "city", "kind": "city", "parent_code": "", "geometry": None}
    ]
    for number, name in enumerate(COUNTIES):
        rows.append(
            {
                "code": f"21020{number + 1}",
                "name": name,
                "level": "county",
                "kind": "county",
                "parent_code": "210200",
                "geometry": shapely.union_all(cells[county == number]),
            }
        )
    for number, cell in enumerate(cells):
        kind = ("镇", "乡", "街道")[number % 3]
        parent = f"21020{county[number] + 1}"
        name = f"{FIRST[number % 12]}{SECOND[(number * 5 + number // 12) % 12]}{kind}"
        rows.append(
            {
                "code": f"{parent}{number:03d}",
                "name": name,
                "level": "township",
                "kind": {"镇": "town", "乡": "township", "街道": "subdistrict"}[kind],
                "parent_code": parent,
                "geometry": cell,
            }
        )
        rows += [
            {
                "code": f"{parent}{number:03d}{village:03d}",
                "name": f"{name}{village}村",
                "level": "village",
                "kind": "village",
                "parent_code": f"{parent}{number:03d}",
                "geometry": None,
            }
            for village in range(3)
        ]
    rows.sort(key=lambda row: ("city", "county", "township", "village").index(str(row["level"])))
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def unit_of(points: np.ndarray, townships: gpd.GeoDataFrame) -> np.ndarray:
    """Return the township of each point."""
    tree = shapely.STRtree(townships.geometry.to_numpy())
    nearest = tree.nearest(shapely.points(points))
    return np.asarray(townships["code"].to_numpy()[nearest])


def demand(rng: np.random.Generator, centres: np.ndarray, townships: gpd.GeoDataFrame, points: int) -> pd.DataFrame:
    """Return residential points around the townships."""
    home = rng.choice(len(centres), points, p=np.linspace(1, 4, len(centres)) / np.linspace(1, 4, len(centres)).sum())
    spread = np.where(rng.random(points) < 0.6, 900.0, 3_000.0)
    where = centres[home] + rng.normal(size=(points, 2)) * spread[:, None]
    people = rng.integers(5, 400, points)
    return pd.DataFrame(
        {
            "unit_code": unit_of(where, townships),
            "x": where[:, 0],
            "y": where[:, 1],
            "people": people,
            "age_3_5": np.round(people * 0.03, 1),
        },
        index=pd.Index([f"d{number}" for number in range(points)], name="demand_id"),
    )


def facilities(rng: np.random.Generator, centres: np.ndarray, townships: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return facilities of five services."""
    rows = []
    for service, share in (
        ("kindergarten", 0.6),
        ("primary_school", 0.8),
        ("township_health_centre", 0.7),
        ("fitness_park", 0.2),
        ("disaster_depot", 0.3),
    ):
        for number in np.flatnonzero(rng.random(len(centres)) < share):
            where = centres[number] + rng.normal(size=2) * 700
            rows.append((f"{FIRST[number % 12]}{SECOND[(number * 5 + number // 12) % 12]}", service, *where))
    table = pd.DataFrame(rows, columns=["name", "service", "x", "y"])
    words = {
        "kindergarten": "幼儿园",
        "primary_school": "小学",
        "township_health_centre": "卫生院",
        "fitness_park": "健身公园",
        "disaster_depot": "物资库",
    }
    table["name"] = table["name"] + table["service"].map(words)
    table["place_id"] = table.index.map("f{}".format)
    table["unit_code"] = unit_of(table[["x", "y"]].to_numpy(), townships)
    table["status"] = np.where(np.arange(len(table)) % 11 == 3, "在建", "现状")
    table["opened_year"] = pd.array(np.where(table["status"] == "在建", 2027, 2010), dtype="Int64")
    table["closed_year"] = pd.array([pd.NA] * len(table), dtype="Int64")
    table["owner"] = np.where(np.arange(len(table)) % 5 == 0, "private", "public")
    table["rank"] = np.where(np.arange(len(table)) % 2 == 0, "central", "")
    table["level"], table["catchment_id"] = "township", ""
    table["classes"] = pd.array(np.where(table["service"] == "primary_school", 12, pd.NA), dtype="Int64")
    table["largest_class"] = pd.array(np.where(table["service"] == "primary_school", 56, pd.NA), dtype="Int64")
    table.loc[table["service"] == "primary_school", "catchment_id"] = [
        f"c{number}" for number in range((table["service"] == "primary_school").sum())
    ]
    table.index = pd.Index(table["place_id"], name="facility_id")
    return table


def sites(rng: np.random.Generator, centres: np.ndarray, townships: gpd.GeoDataFrame, count: int) -> pd.DataFrame:
    """Return candidate sites."""
    home = np.arange(count) % len(centres)
    where = centres[home] + rng.normal(size=(count, 2)) * 1_500
    table = pd.DataFrame(
        {
            "name": [f"候选地块{number + 1}号" for number in range(count)],
            "unit_code": unit_of(where, townships),
            "x": where[:, 0],
            "y": where[:, 1],
        }
    )
    table["land_use"], table["area_m2"] = (
        np.where(np.arange(count) % 2, "0804", "1401"),
        rng.uniform(2_000, 20_000, count).round(),
    )
    table["excluded"] = np.arange(count) % 7 == 0
    table["excluded_by"] = np.where(table["excluded"], "farmland", "")
    table.index = pd.Index([f"s{number:04d}" for number in range(count)], name="site_id")
    return table


def options(sites: pd.DataFrame, townships: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the plan: the first sites that nothing excludes."""
    chosen = sites[~sites["excluded"]].iloc[:14]
    services = [list(SERVICES)[number % 3] for number in range(len(chosen))]
    table = pd.DataFrame(
        {
            "place_id": chosen.index,
            "service": services,
            "action": ["build" if number % 4 else "upgrade" for number in range(len(chosen))],
            "facility_id": "",
            "unit_code": chosen["unit_code"].to_numpy(),
            "cost_yuan": [8_000_000 + 250_000 * number for number in range(len(chosen))],
            "yearly_cost_yuan": pd.array([600_000, pd.NA] * (len(chosen) // 2), dtype="Int64"),
            "payer": "county",
            "name": chosen["name"].to_numpy(),
            "x": chosen["x"].to_numpy(),
            "y": chosen["y"].to_numpy(),
        }
    )
    table.index = pd.Index(
        [f"{service}.new:{site}" for service, site in zip(services, chosen.index, strict=True)], name="option_id"
    )
    return table


def exclusions(centres: np.ndarray) -> gpd.GeoDataFrame:
    """Return one area that may be published and one that may not."""
    shapes = [Point(centres[8] + 2_500).buffer(1_500), Point(centres[21] - 2_500).buffer(2_000)]
    return gpd.GeoDataFrame(
        {"rule_id": ["water", "farmland"], "rule_name": ["水域", "永久基本农田（涉密）"], "source": "示例"},
        geometry=shapes,
        crs=CRS,
    )


def roads(rng: np.random.Generator, centres: np.ndarray, blocks: int) -> gpd.GeoDataFrame:
    """Return town grids and roads between them."""
    lines, classes = [], []
    for centre in centres:
        half = blocks * 100.0
        along = np.arange(-half, half + 1, 200.0)
        for step in along:
            wobble = rng.normal(scale=15, size=(len(along), 2))
            across = np.full(len(along), step)
            lines += [
                LineString(centre + np.column_stack([along, across]) + wobble),
                LineString(centre + np.column_stack([across, along]) + wobble),
            ]
            classes += ["tertiary" if abs(step) < 1 else "residential"] * 2
    tree = cKDTree(centres)
    _, near = tree.query(centres, k=4)
    for start, others in enumerate(near):
        for rank, end in enumerate(others[1:]):
            bend = (centres[start] + centres[end]) / 2 + rng.normal(scale=500, size=2)
            lines.append(LineString([centres[start], bend, centres[end]]))
            classes.append(("primary", "secondary", "trunk")[rank])
    return gpd.GeoDataFrame({"road_class": classes}, geometry=lines, crs=CRS)
