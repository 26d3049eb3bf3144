"""Made-up results over the made-up city: coverage by straight lines, findings to fit."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from tests.report.synthetic_land import SERVICES


def covered(demand: pd.DataFrame, facilities: pd.DataFrame, options: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return which points are within each standard."""
    found = {}
    for service, limit in SERVICES.items():
        places = pd.concat([table.loc[table["service"] == service, ["x", "y"]] for table in (facilities, options)])
        distance, _ = cKDTree(places.to_numpy()).query(demand[["x", "y"]].to_numpy())
        found[f"{service}.near"] = distance <= limit
    return found


def coverage(boundaries: gpd.GeoDataFrame, demand: pd.DataFrame, covered: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return coverage by unit and group."""
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
    words = "standard_id service cost_kind limit mode direction unit_code unit_name unit_level group"
    return pd.DataFrame(rows, columns=[*words.split(), "total", "covered", "share", "uncovered"])


def gaps(demand: pd.DataFrame, facilities: pd.DataFrame, covered: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return one gap area per township."""
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


def findings(
    boundaries: gpd.GeoDataFrame, demand: pd.DataFrame, facilities: pd.DataFrame, options: pd.DataFrame
) -> pd.DataFrame:
    """Return findings of four kinds."""
    rows = []
    names = boundaries.set_index("code")["name"]
    people = demand.groupby("unit_code")["people"].sum()
    present = pd.concat([facilities[["service", "unit_code"]], options[["service", "unit_code"]]])

    def add(mandate, unit, level, status, measured, required, measure, reason, *, year=pd.NA, **more: object):
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


def effects(
    plan: pd.DataFrame,
    findings: dict[str, pd.DataFrame],
    demand: pd.DataFrame,
    covered: dict[str, dict[str, np.ndarray]],
) -> pd.DataFrame:
    """Return what each option does."""
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


def causes(after: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return why some findings stay unmet."""
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


def budget(plan: pd.DataFrame) -> pd.DataFrame:
    """Return money by year."""
    years = range(2026, 2031)
    spent = [int(plan.loc[plan["complete_year"] == year, "cost_yuan"].sum()) for year in years]
    return pd.DataFrame({"year": list(years), "budget_yuan": 50_000_000, "spent_yuan": spent, "carried_yuan": 0})


def screening(sites: pd.DataFrame) -> pd.DataFrame:
    """Return what excluded each site."""
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
