"""Once more what a site needs before it can be built on, where nobody states it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

_SURVEY = {
    "farm": "01 02 03 0401 0403 1006 1103 1104 1107 1202 1203",
    "built": "05 06 07 08 09 1001 1002 1003 1004 1005 1007 1008 1009 1109 1201",
    "unused": "0404 1101 1102 1204 1205 1206 1207",
    "open": "0303 0304 0306 0402",
}
_PLANNING = {
    "farm": "01 02 03 0401 0402",
    "built": "07 08 09 10 11 12 13 14 15",
    "unused": "0403",
    "open": "05 06 16 17 23",
}
_SCHEMES = {"国土调查": [_SURVEY], "用地用海": [_PLANNING]}
"""First two or four digits of codes; the four go first."""


def needs_again(sites: pd.DataFrame) -> pd.DataFrame:
    """Return site_id, conversion_needed, expropriation_needed as text, "" where nothing states or implies them."""
    rows = [
        {
            "site_id": site["site_id"],
            "conversion_needed": _stated(site["conversion_needed"]) or _conversion(site),
            "expropriation_needed": _stated(site["expropriation_needed"]) or _expropriation(site),
        }
        for site in sites.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["site_id", "conversion_needed", "expropriation_needed"])


def _stated(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(bool(value))  # noqa: PLR0124


def _conversion(site: Mapping[str, Any]) -> str:
    code = site["current_use"] or ""
    schemes = _SCHEMES.get(site["current_use_scheme"] or "", [_SURVEY, _PLANNING])
    found = {said for scheme in schemes if (said := _class(code, scheme))}
    return str(found == {"farm"}) if len(found) == 1 and found != {"open"} else ""


def _class(code: str, scheme: Mapping[str, str]) -> str:
    for digits in (4, 2):
        for said, prefixes in scheme.items():
            if code[:digits] in prefixes.split():
                return said
    return ""


def _expropriation(site: Mapping[str, Any]) -> str:
    tenure, mode = site["tenure"] or "", site["supply_mode"] or ""
    if tenure == "国有":
        return "False"
    if tenure != "集体":
        return ""
    return {"集体使用": "False"}.get(mode, "True" if mode in ("划拨", "出让", "租赁", "作价出资") else "")
