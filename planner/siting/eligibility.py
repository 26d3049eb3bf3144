"""Which sites a service may use: land-use class, area, what the screening says, and whether a parcel is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.siting.settings import OptionTemplate

Flags = npt.NDArray[np.bool_]

VERDICTS = ("usable", "other_land_use", "excluded", "needs_plan_adjustment", "too_small", "parcel_unknown")
SUPPLIED = "supplied"
COLUMNS = (
    "template_id", "service", "site_id", "verdict", "usable", "land_use", "land_uses", "area_m2", "min_area_m2",
    "because", "reason", "reason_en",
)  # fmt: skip
_REASONS = {
    "usable": ("可用", "may be used"),
    "other_land_use": ("用地类别不符", "another land-use class"),
    "excluded": ("被排除：{0}", "excluded: {0}"),
    "needs_plan_adjustment": ("需调整规划：{0}", "needs a plan adjustment: {0}"),
    "too_small": ("面积不足", "too small"),
    "parcel_unknown": ("需落实地块：地类、面积未知", "no parcel yet: land use and area are unknown"),
}
_ALLOWED = {
    "needs_plan_adjustment": ("需调整规划：{0}；研究允许采用", "needs a plan adjustment: {0}; the study allows it"),
    "parcel_unknown": ("需落实地块；研究允许采用", "no parcel yet; the study allows it"),
}


def site_services(templates: Sequence[OptionTemplate], sites: pd.DataFrame) -> pd.DataFrame:
    """Return for each build template what it may do with each site.

    Parameters
    ----------
    templates
        Of the study.
    sites
        Indexed by site_id, screened.

    Returns
    -------
    DataFrame
        `COLUMNS`; one row per template and site. ``verdict`` is one of `VERDICTS`, the first that applies in the order
        land use, exclusion, plan, area, parcel; ``usable`` says whether the option is made: a plan adjustment and an
        unknown parcel only where the template allows it.
    """
    parts = [_of(template, sites) for template in templates if template.action == "build"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    return table[list(COLUMNS)]


def usable(template: OptionTemplate, sites: pd.DataFrame) -> Flags:
    """Return which sites a build template may use."""
    return _usable(template, _verdicts(template, sites))


def site_services_summary(templates: Sequence[OptionTemplate], table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per build template: how many sites of each verdict (``fitting``: usable as they are), and usable.

    Parameters
    ----------
    templates, table
        Of the study; as `site_services` gives.
    """
    rows: list[dict[str, object]] = []
    for template in templates:
        if template.action == "build":
            mine = table[table["template_id"] == template.id]
            counts = mine["verdict"].value_counts()
            stated: dict[str, object] = {"template_id": template.id, "service": template.service,
                      "land_uses": ";".join(template.land_uses), "min_area_m2": template.min_area_m2}  # fmt: skip
            counted: dict[str, object] = {word: int(counts.get(word, 0)) for word in VERDICTS[1:]}
            may = int(mine["usable"].astype(bool).sum())
            rows.append({**stated, "fitting": int(counts.get("usable", 0)), **counted, "usable": may})
    names = ["template_id", "service", "land_uses", "min_area_m2", "fitting", *VERDICTS[1:], "usable"]
    return pd.DataFrame(rows, columns=names)


def _of(template: OptionTemplate, sites: pd.DataFrame) -> pd.DataFrame:
    verdict = _verdicts(template, sites)
    may = _usable(template, verdict)
    because = _because(template, sites, verdict)
    words = [_words(*row) for row in zip(verdict, may, because, strict=True)]
    return pd.DataFrame(
        {
            "template_id": template.id, "service": template.service, "site_id": sites.index, "verdict": verdict,
            "usable": may, "land_use": sites["land_use"].to_numpy(), "land_uses": ";".join(template.land_uses),
            "area_m2": sites["area_m2"].to_numpy(), "min_area_m2": template.min_area_m2, "because": because,
            "reason": [zh for zh, _ in words], "reason_en": [en for _, en in words],
        }
    )  # fmt: skip


def _verdicts(template: OptionTemplate, sites: pd.DataFrame) -> npt.NDArray[np.str_]:
    parcel = _texts(sites, "origin").isin([SUPPLIED, ""]).to_numpy(dtype=bool)
    fitting = sites["land_use"].isin(list(template.land_uses)).to_numpy(dtype=bool) | (not template.land_uses)
    other = parcel & ~fitting
    small = parcel & ~(sites["area_m2"].fillna(0).to_numpy(dtype=np.float64) >= template.min_area_m2)
    out = sites["excluded"].to_numpy(dtype=bool) | _speaks_of(template, sites, "excluded_for")
    adjust = (_texts(sites, "adjustment_by") != "").to_numpy(dtype=bool) | _speaks_of(template, sites, "adjustment_for")
    return np.select([other, out, adjust, small, ~parcel], list(VERDICTS[1:]), default=VERDICTS[0])


def _usable(template: OptionTemplate, verdict: npt.NDArray[np.str_]) -> Flags:
    allowed = ["usable"]
    allowed += ["needs_plan_adjustment"] if template.plan_adjustment else []
    allowed += ["parcel_unknown"] if template.generated else []
    return np.isin(verdict, allowed)


def _because(template: OptionTemplate, sites: pd.DataFrame, verdict: npt.NDArray[np.str_]) -> list[str]:
    """Return the rules behind an exclusion or an unmet condition."""
    out, adjust = _texts(sites, "excluded_by"), _texts(sites, "adjustment_by")
    return [
        (one or template.service) if said == "excluded" else (two or template.service) if said == VERDICTS[3] else ""
        for one, two, said in zip(out, adjust, verdict, strict=True)
    ]


def _words(verdict: str, may: bool, because: str) -> tuple[str, str]:  # noqa: FBT001
    zh, en = (_ALLOWED if may and verdict in _ALLOWED else _REASONS)[verdict]
    return zh.format(because), en.format(because)


def _speaks_of(template: OptionTemplate, sites: pd.DataFrame, column: str) -> Flags:
    return np.array([template.service in text.split(";") for text in _texts(sites, column)], dtype=bool)


def _texts(sites: pd.DataFrame, column: str) -> pd.Series:
    return sites[column].fillna("") if column in sites.columns else pd.Series("", index=sites.index, dtype="str")
