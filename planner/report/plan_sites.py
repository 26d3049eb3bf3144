"""The land that the plan builds on: one row per project on a site, with what the land-use review asks of it."""

from __future__ import annotations

import pandas as pd

from planner.report.catalogue import word
from planner.report.material import Material, with_id
from planner.report.sheets import Column, Sheet, block, records, speak
from planner.report.zone_coordinates import zone_coordinates

ATTRIBUTES = (
    "land_use", "area_m2", "origin", "parcel_no", "tenure", "current_use", "current_use_scheme", "supply_status",
    "supply_mode", "conversion_needed", "conversion_basis", "expropriation_needed", "expropriation_basis",
    "village_plan", "eligibility", "adjustment_by",
)  # fmt: skip
COLUMNS = (
    Column("option_id", width=40),
    Column("site_id", width=22),
    Column("name", width=26),
    Column("service", width=20),
    Column("eligibility", width=16),
    Column("remark", "long", 40),
    Column("land_use", width=11),
    Column("area_m2", "number", 14),
    Column("origin", width=14),
    Column("parcel_no", width=20),
    Column("tenure", width=9),
    Column("current_use", width=11),
    Column("supply_status", width=12),
    Column("supply_mode", width=11),
    Column("conversion_needed", "flag", 13),
    Column("conversion_basis", "long", 22),
    Column("expropriation_needed", "flag", 11),
    Column("expropriation_basis", "long", 22),
    Column("village_plan", "long", 22),
    Column("zone_crs", width=13),
    Column("zone_easting_m", "number", 16),
    Column("zone_northing_m", "number", 16),
)


def plan_sites(material: Material) -> pd.DataFrame:
    """Return one row per project that is built on a site.

    Returns
    -------
    DataFrame
        option_id, site_id, name, service, unit_code, x, y, `ATTRIBUTES` (absent where nobody states them), the
        coordinates of `planner.report.zone_coordinates`, ``remark``
        and ``remark_en``: what stands between the site and a permit, as the screening and the templates say it.
    """
    options = with_id(material.plan_options, "option_id")
    built = options[options["action"] == "build"]
    sites = with_id(material.sites, "site_id").set_index("site_id")
    kept = [name for name in ATTRIBUTES if name in sites.columns]
    place = built["place_id"] if "place_id" in built.columns else built["option_id"].str.partition(":")[2]
    head = built[["option_id", "name", "service", "unit_code", "x", "y"]].assign(site_id=place.to_numpy())
    table = head[head["site_id"].isin(sites.index)].reset_index(drop=True)
    table = table.assign(**{name: sites[name].reindex(table["site_id"]).array for name in kept})
    table = table.assign(**zone_coordinates(table["x"], table["y"], crs=material.crs))
    pairs = zip(table["option_id"], table["site_id"], strict=True)
    remarks = [_remarks(material, str(option), str(site)) for option, site in pairs]
    table = table.assign(remark=[zh for zh, _ in remarks], remark_en=[en for _, en in remarks])
    return table.sort_values("option_id", kind="stable", ignore_index=True)


def plan_sites_sheet(material: Material) -> Sheet:
    """Return the sheet of the sites that the plan builds on."""
    rows = records(plan_sites(material))
    for row in rows:
        row["remark"] = row["remark" if material.language == "zh" else "remark_en"]
        for key, section in (("conversion_basis", "bases"), ("expropriation_basis", "bases"),
                             ("eligibility", "eligibilities"), ("origin", "origins")):  # fmt: skip
            row[key] = row.get(key) or ""
            speak(row, material, **{section: key})
        speak(row, material, services="service")
    return Sheet("plan_sites", (block("", COLUMNS, rows),), frozen=3)


def _remarks(material: Material, option: str, site: str) -> tuple[str, str]:
    """Return what the templates and the screening say of a site, in both languages."""
    services, log = material.site_services, material.screening
    template = option.partition(":")[0]
    fits = services[(services["site_id"] == site) & (services["template_id"] == template)]
    zh = [text for text in fits.get("reason", ()) if text != "可用"]
    en = [text for text in fits.get("reason_en", ()) if text != "may be used"]
    told = log[(log["site_id"] == site) & log.get("outcome", pd.Series("", index=log.index)).isin(_TOLD)]
    for row in told.to_dict("records"):
        outcomes = (word("outcomes", row["outcome"], "zh"), word("outcomes", row["outcome"], "en"))
        more = row["exception"] or row["note"], row["exception"] or row["note_en"]
        zh.append(f"{row['rule_name']}：{outcomes[0]}{f'（{more[0]}）' if more[0] else ''}")
        en.append(f"{row['rule_name']}: {outcomes[1]}{f' ({more[1]})' if more[1] else ''}")
    return "\n".join(zh), "\n".join(en)


_TOLD = ("exception", "not_met", "met_elsewhere", "told", "unknown")
