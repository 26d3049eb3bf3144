"""A made-up study for the tests of the report: three counties, 36 townships, five services, a plan.

Nothing here comes from the other rooms; coverage is counted by straight lines, and findings are made up to fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, MultiPoint, Point, box

from planner.report import Material

CRS = "EPSG:4550"
ORIGIN = np.array([380_000.0, 4_318_000.0])
COUNTIES = ("滨海区", "青山县", "河口市")
FIRST, SECOND = "东西南北上下新古长平安和", "山河岭屯湾台城泉林坪岛桥"
HOSTILE = (
    "<script>alert(1)</script>",
    "${alert(1)}",
    '=HYPERLINK("x","y")',
    "@SUM(1+1)",
    "مدرسة الأطفال \u202eabc",
    "👩‍🏫🏫" * 4,
    "很长的名称" * 60,
    "<img src=x onerror=alert(1)>\u2028`\\",
)
SERVICES = {"kindergarten": 1500.0, "fitness_park": 3000.0, "disaster_depot": 5000.0}


@dataclass(frozen=True)
class Size:
    """How big the made-up study is."""

    points: int = 2_000
    blocks: int = 6
    sites: int = 60


def synthetic(*, seed: int = 7, hostile: bool = False, size: Size | None = None, language: str = "zh") -> Material:
    """Return a whole material; `hostile` gives the first facilities, sites and units names that attack."""
    size = size or Size()
    rng = np.random.default_rng(seed)
    centres = _centres(rng)
    boundaries = _boundaries(centres)
    townships = boundaries[boundaries["level"] == "township"].reset_index(drop=True)
    demand = _demand(rng, centres, townships, size.points)
    facilities, sites = _facilities(rng, centres, townships), _sites(rng, centres, townships, size.sites)
    if hostile:
        facilities.loc[facilities.index[: len(HOSTILE)], "name"] = list(HOSTILE)
        sites.loc[sites.index[: len(HOSTILE)], "name"] = list(HOSTILE)
        boundaries.loc[boundaries.index[4 : 4 + len(HOSTILE)], "name"] = list(HOSTILE)
    options = _options(sites, townships)
    requests = [
        {
            "standard_id": f"{service}.near",
            "service": service,
            "label": f"{service} {limit:g} m",
            "limit": f"{limit:g} m",
        }
        for service, limit in SERVICES.items()
    ]
    covered = {
        side: _covered(demand, facilities, options if side == "after" else options[:0]) for side in ("before", "after")
    }
    coverage = {side: _coverage(boundaries, demand, flags) for side, flags in covered.items()}
    gaps = {side: _gaps(demand, facilities, flags) for side, flags in covered.items()}
    findings = {
        side: _findings(boundaries, demand, facilities, options if side == "after" else options[:0]) for side in covered
    }
    plan = options.assign(start_year=[2026 + i % 4 for i in range(len(options))])
    plan["complete_year"] = plan["start_year"] + 1
    return Material(
        title="滨海三县基本公共服务设施布局研究",
        notice="示例数据：全部虚构，不得作为规划依据",
        language=language,
        crs=CRS,
        base_year=2025,
        years=(2026, 2027, 2028, 2029, 2030),
        boundaries=boundaries,
        roads=_roads(rng, centres, size.blocks),
        facilities=facilities,
        sites=sites,
        exclusions=_exclusions(centres),
        publish_exclusions=("water",),
        demand=demand,
        findings_before=findings["before"],
        findings_after=findings["after"],
        coverage_before=coverage["before"],
        coverage_after=coverage["after"],
        covered_before=covered["before"],
        covered_after=covered["after"],
        coverage_requests=requests,
        gap_areas_before=gaps["before"],
        gap_areas_after=gaps["after"],
        plan_options=plan,
        plan_effects=_effects(plan, findings, demand, covered),
        plan_causes=_causes(findings["after"], sites),
        plan_budget=_budget(plan),
        stages=pd.DataFrame(
            [{"name": "2030.hard_count", "status": "optimal", "objective": 3, "bound": 3.0, "gap": 0.0, "seconds": 0.4}]
        ),
        screening=_screening(sites),
        data_faults=pd.DataFrame(
            [["facilities", "f1", "duplicate_name", "名称重复：得胜街道", "duplicate name", "=按代码连接"]],
            columns=["layer", "row_id", "code", "message", "message_en", "remedy"],
        ),
        options=options,
        run={
            "planner": "0.1.0",
            "inputs": [{"path": "roads.gpkg", "sha256": "0" * 64, "bytes": 1234, "rows": np.int64(5)}],
            "nan": float("nan"),
        },
    )


def _centres(rng: np.random.Generator) -> np.ndarray:
    grid = np.stack(np.meshgrid(np.arange(6), np.arange(6)), axis=-1).reshape(-1, 2) * 9_000.0
    return np.asarray(ORIGIN + grid + rng.uniform(-2_600, 2_600, size=grid.shape))


def _boundaries(centres: np.ndarray) -> gpd.GeoDataFrame:
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


def _unit_of(points: np.ndarray, townships: gpd.GeoDataFrame) -> np.ndarray:
    tree = shapely.STRtree(townships.geometry.to_numpy())
    nearest = tree.nearest(shapely.points(points))
    return np.asarray(townships["code"].to_numpy()[nearest])


def _demand(rng: np.random.Generator, centres: np.ndarray, townships: gpd.GeoDataFrame, points: int) -> pd.DataFrame:
    home = rng.choice(len(centres), points, p=np.linspace(1, 4, len(centres)) / np.linspace(1, 4, len(centres)).sum())
    spread = np.where(rng.random(points) < 0.6, 900.0, 3_000.0)
    where = centres[home] + rng.normal(size=(points, 2)) * spread[:, None]
    people = rng.integers(5, 400, points)
    return pd.DataFrame(
        {
            "unit_code": _unit_of(where, townships),
            "x": where[:, 0],
            "y": where[:, 1],
            "people": people,
            "age_3_5": np.round(people * 0.03, 1),
        },
        index=pd.Index([f"d{number}" for number in range(points)], name="demand_id"),
    )


def _facilities(rng: np.random.Generator, centres: np.ndarray, townships: gpd.GeoDataFrame) -> pd.DataFrame:
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
    table["unit_code"] = _unit_of(table[["x", "y"]].to_numpy(), townships)
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


def _sites(rng: np.random.Generator, centres: np.ndarray, townships: gpd.GeoDataFrame, count: int) -> pd.DataFrame:
    home = np.arange(count) % len(centres)
    where = centres[home] + rng.normal(size=(count, 2)) * 1_500
    table = pd.DataFrame(
        {
            "name": [f"候选地块{number + 1}号" for number in range(count)],
            "unit_code": _unit_of(where, townships),
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


def _options(sites: pd.DataFrame, townships: gpd.GeoDataFrame) -> pd.DataFrame:
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


def _covered(demand: pd.DataFrame, facilities: pd.DataFrame, options: pd.DataFrame) -> dict[str, np.ndarray]:
    found = {}
    for service, limit in SERVICES.items():
        places = pd.concat([table.loc[table["service"] == service, ["x", "y"]] for table in (facilities, options)])
        distance, _ = cKDTree(places.to_numpy()).query(demand[["x", "y"]].to_numpy())
        found[f"{service}.near"] = distance <= limit
    return found


def _coverage(boundaries: gpd.GeoDataFrame, demand: pd.DataFrame, covered: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = []
    for standard, flags in covered.items():
        service = standard.split(".")[0]
        for unit in boundaries[boundaries["level"] != "village"].itertuples():
            inside = (
                demand["unit_code"].str.startswith(unit.code)
                if unit.level != "city"
                else pd.Series(True, index=demand.index)
            ).to_numpy()
            for group in ("people", "age_3_5", "places"):
                weight = np.ones(len(demand)) if group == "places" else demand[group].to_numpy(dtype=float)
                total, part = weight[inside].sum(), weight[inside & flags].sum()
                rows.append(
                    (
                        standard,
                        service,
                        "radius_m",
                        SERVICES[service],
                        "straight",
                        "toward",
                        unit.code,
                        unit.name,
                        unit.level,
                        group,
                        total,
                        part,
                        part / total if total else np.nan,
                        total - part,
                    )
                )
    columns = "standard_id service cost_kind limit mode direction unit_code unit_name unit_level group total covered share uncovered"
    return pd.DataFrame(rows, columns=columns.split())


def _gaps(demand: pd.DataFrame, facilities: pd.DataFrame, covered: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = []
    for standard, flags in covered.items():
        near = facilities[facilities["service"] == standard.split(".")[0]]
        for unit, part in demand[~flags].groupby("unit_code"):
            if len(part) < 5:
                continue
            x, y = np.average(part[["x", "y"]], axis=0, weights=part["people"])
            distance = np.hypot(near["x"] - x, near["y"] - y)
            rows.append(
                (
                    f"{standard}:{unit}",
                    standard,
                    x,
                    y,
                    int(part["people"].sum()),
                    len(part),
                    unit,
                    distance.idxmin(),
                    round(distance.min(), 1),
                    "beyond_limit",
                )
            )
    return pd.DataFrame(
        rows, columns="gap_id standard_id x y people points unit_code nearest_facility_id nearest_cost reason".split()
    )


def _findings(
    boundaries: gpd.GeoDataFrame, demand: pd.DataFrame, facilities: pd.DataFrame, options: pd.DataFrame
) -> pd.DataFrame:
    rows = []
    names = boundaries.set_index("code")["name"]
    people = demand.groupby("unit_code")["people"].sum()
    present = pd.concat([facilities[["service", "unit_code"]], options[["service", "unit_code"]]])

    def add(mandate, unit, level, status, measured, required, measure, reason, *, year=pd.NA, **more):
        parent = unit[:6] if level in ("township", "village") else ""
        rows.append(
            {
                "mandate_id": mandate,
                "unit_code": unit,
                "unit_name": names.get(unit, f"{unit}学区"),
                "unit_level": level,
                "county_code": parent,
                "county_name": names.get(parent, ""),
                "year": year,
            }
            | {
                "status": status,
                "measured": measured,
                "required": required,
                "unit_of_measure": measure,
                "shortfall": max(0.0, required - measured) if status == "gap" else 0.0,
            }
            | {
                "people_affected": int(people.get(unit, 0)) if status == "gap" else 0,
                "evidence": "",
                "reason_code": "" if status == "met" else reason,
                "reason": "" if status == "met" else f"{names.get(unit, unit)}缺少设施",
                "reason_en": "" if status == "met" else "no facility",
            }
            | {
                "estimated": False,
                "strength": "hard",
                "predicate": "COUNT_PER_UNIT",
                "service": "kindergarten",
                "quote": "保证每个乡镇至少有1所公办中心幼儿园",
                "section": "二(一)1 普惠性学前教育",
                "lead_department": "市教育局",
            }
            | {"standard_id": "", "standard_confirmed": pd.NA, "standard_limit": ""}
            | more
        )

    for unit in boundaries.itertuples():
        if unit.level == "township":
            has = (present["service"].eq("kindergarten") & present["unit_code"].eq(unit.code)).sum()
            status = "not_evaluable" if unit.kind == "subdistrict" else "met" if has else "gap"
            add(
                "kindergarten.township-central", unit.code, "township", status, has, 1, "facilities", "missing_facility"
            )
        if unit.level in ("township", "village"):
            has = (present["service"].eq("disaster_depot") & present["unit_code"].eq(unit.code[:9])).sum()
            far = unit.level == "village" and int(unit.code[-1]) % 2 == 1
            more = {
                "service": "disaster_depot",
                "strength": "network",
                "quote": "加强市、区市县（先导区）、街道（乡镇）和社区（村）四级救灾物资储备库（点）建设",
                "section": "二(五)3",
                "lead_department": "市应急局",
                "standard_id": "disaster_depot.near",
                "standard_confirmed": False,
                "standard_limit": "5000 m",
            }
            add(
                "disaster-depot.roles",
                unit.code,
                unit.level,
                "met" if has and not far else "gap",
                has,
                1,
                "facilities",
                "beyond_limit",
                **more,
            )
    for facility in facilities[facilities["service"] == "primary_school"].itertuples():
        add(
            "school.no-large-class",
            facility.catchment_id,
            "catchment",
            "gap" if facility.Index.endswith("5") else "met",
            56,
            55,
            "persons_per_class",
            "class_too_large",
            service="primary_school",
            quote="消除义务教育大班额",
            section="二(一)2",
            evidence=facility.Index,
            shortfall=1.0,
            county_code=facility.unit_code[:6],
        )
    for year in range(2026, 2031):
        done = options["service"].eq("fitness_park").sum() if len(options) else 0
        add(
            "fitness-park.per-year",
            "210200",
            "city",
            "met" if done and year > 2027 else "gap",
            done,
            5,
            "facilities",
            "not_completed",
            year=year,
            service="fitness_park",
            quote="每年创建5个市级示范健身公园",
            section="二(七)2",
            lead_department="市体育局",
        )
    table = pd.DataFrame(rows)
    table["year"] = table["year"].astype("Int64")
    table["standard_confirmed"] = table["standard_confirmed"].astype("boolean")
    table["measured"], table["required"], table["shortfall"] = (
        table[name].astype("Float64") for name in ("measured", "required", "shortfall")
    )
    table["people_affected"] = table["people_affected"].astype("Int64")
    return table.sort_values(["mandate_id", "unit_code", "year"], ignore_index=True)


def _effects(
    plan: pd.DataFrame,
    findings: dict[str, pd.DataFrame],
    demand: pd.DataFrame,
    covered: dict[str, dict[str, np.ndarray]],
) -> pd.DataFrame:
    rows = []
    for option in plan.itertuples():
        standard = f"{option.service}.near"
        near = np.hypot(demand["x"] - option.x, demand["y"] - option.y).to_numpy() <= SERVICES[option.service]
        gained = near & covered["after"][standard] & ~covered["before"][standard]
        closes = f"kindergarten.township-central|{option.unit_code}|" if option.service == "kindergarten" else ""
        rows += [
            (
                option.Index,
                closes,
                int(demand.loc[gained, group].sum()),
                int(demand.loc[gained, group].sum() * 0.8),
                standard,
                group,
            )
            for group in ("age_3_5", "people")
        ]
    return pd.DataFrame(rows, columns="option_id closes people_gained people_only standard_id group".split())


def _causes(after: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    open_gaps = after[after["status"] == "gap"].head(6)
    kinds = ("no_option", "capacity", "budget")
    rows = [
        {
            "mandate_id": gap.mandate_id,
            "unit_code": gap.unit_code,
            "year": gap.year,
            "cause": kinds[number % 3],
            "reason": "该单元内没有可用地块",
            "reason_en": "no usable site",
            "verified": True,
        }
        | {
            "nearest_site_id": sites.index[number],
            "nearest_m": 1234.5 * (number + 1),
            "cheapest_yuan": 3_500_000.0 if number % 3 == 2 else np.nan,
            "left_yuan": 120_000.0,
        }
        for number, gap in enumerate(open_gaps.itertuples())
    ]
    return pd.DataFrame(rows)


def _budget(plan: pd.DataFrame) -> pd.DataFrame:
    years = range(2026, 2031)
    spent = [int(plan.loc[plan["complete_year"] == year, "cost_yuan"].sum()) for year in years]
    return pd.DataFrame({"year": list(years), "budget_yuan": 50_000_000, "spent_yuan": spent, "carried_yuan": 0})


def _screening(sites: pd.DataFrame) -> pd.DataFrame:
    out = sites[sites["excluded"]]
    return pd.DataFrame(
        {
            "site_id": out.index,
            "rule_id": "farmland",
            "rule_name": "永久基本农田",
            "layer": "exclusions",
            "source": "示例",
            "overlap_m2": 120.5,
            "excluded": True,
        }
    )


def _exclusions(centres: np.ndarray) -> gpd.GeoDataFrame:
    shapes = [Point(centres[8] + 2_500).buffer(1_500), Point(centres[21] - 2_500).buffer(2_000)]
    return gpd.GeoDataFrame(
        {"rule_id": ["water", "farmland"], "rule_name": ["水域", "永久基本农田（涉密）"], "source": "示例"},
        geometry=shapes,
        crs=CRS,
    )


def _roads(rng: np.random.Generator, centres: np.ndarray, blocks: int) -> gpd.GeoDataFrame:
    lines, classes = [], []
    for centre in centres:
        half = blocks * 100.0
        for step in np.arange(-half, half + 1, 200.0):
            wobble = rng.normal(scale=20, size=(3, 2))
            along = np.linspace(-half, half, 3)
            lines += [
                LineString(centre + np.column_stack([along, np.full(3, step)]) + wobble),
                LineString(centre + np.column_stack([np.full(3, step), along]) + wobble),
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
