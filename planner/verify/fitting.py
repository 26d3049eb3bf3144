"""Once more what each build template may do with each site, and whether just those options were made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.errors import fault, shortened
from planner.verify.files import Run
from planner.verify.outcome import Verification, compare, of_faults, plain, together

_REMEDY = "run the study again, and report it if it comes back"


def check_fitting(run: Run, sites: pd.DataFrame, promised: Mapping[tuple[str, str], str]) -> Verification:
    """Return whether site_services.csv and the build options are what templates and screening allow.

    Parameters
    ----------
    run
        A finished run with that table.
    sites
        site_id, land_use, area_m2, the verdict of the screening, and origin where sites were proposed.
    promised
        By site and service, what is under way or approved there: no option is made of it.
    """
    templates = [one for one in run.settings["siting"]["options"] if one["action"] == "build"]
    rows = [
        {"template_id": template["id"], "site_id": site["site_id"], **_fits(template, site)}
        for template in templates
        for site in sites.to_dict("records")
    ]
    again = pd.DataFrame(rows, columns=["template_id", "site_id", "verdict", "usable"])
    listed = again[again["verdict"] != "other_land_use"]
    same = compare(
        "site_services", run.tables["site_services"], listed, keys=["template_id", "site_id"],
        figures=["verdict", "usable"],
    )  # fmt: skip
    may = again[again["usable"].astype(bool)]
    service = {template["id"]: template["service"] for template in templates}
    pairs = zip(may["template_id"], may["site_id"], strict=True)
    wanted = {f"{template}:{site}" for template, site in pairs if (site, service[template]) not in promised}
    options = run.tables["options"]
    made = set(options["option_id"][options["action"] == "build"]) if len(options) else set()
    wrong = [
        fault(f"{what} in options.csv", f"{shortened(sorted(names))}", _REMEDY)
        for what, names in (("options only where a site may be used", made - wanted),
                            ("an option wherever a site may be used", wanted - made))
        if names
    ]  # fmt: skip
    return together([same, of_faults(wrong, checks=2)])


def _fits(template: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    proposed = site.get("origin", "supplied") not in ("supplied", "")
    verdict = _verdict(template, site, proposed=proposed)
    may = (
        verdict == "usable"
        or (verdict == "parcel_unknown" and bool(template.get("generated")))
        or (verdict == "needs_plan_adjustment" and bool(template.get("plan_adjustment")))
    )
    return {"verdict": verdict, "usable": may}


def _verdict(template: Mapping[str, Any], site: Mapping[str, Any], *, proposed: bool) -> str:
    service, uses = template["service"], [plain(use) for use in template.get("land_uses") or ()]
    if uses and not proposed and plain(site["land_use"]) not in uses:
        return "other_land_use"
    if site["excluded"] or service in str(site["excluded_for"]).split(";"):
        return "excluded"
    if site["adjustment_by"] or service in str(site["adjustment_for"]).split(";"):
        return "needs_plan_adjustment"
    if proposed:
        return "parcel_unknown"
    area = float(site["area_m2"])
    return "usable" if not math.isnan(area) and area >= float(template.get("min_area_m2") or 0) else "too_small"
