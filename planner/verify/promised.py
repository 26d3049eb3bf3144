"""Where something is under way or approved already: nothing of its service may be proposed there again."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import shapely

from planner.errors import fault
from planner.verify.files import Run
from planner.verify.world import PROMISED

_SAME_PLACE_M = 1.0
_REMEDY = "run the study again, and report it if it comes back"


def promised_there(run: Run, sites: gpd.GeoDataFrame) -> dict[tuple[str, str], str]:
    """Return by site and service the facility that is under way or approved there.

    Parameters
    ----------
    run
        Its table of facilities says what is promised, and where.
    sites
        site_id and geometry (metres).
    """
    table = run.tables["facilities"]
    found: dict[tuple[str, str], str] = {}
    for one in table[table["status"].isin(PROMISED)].to_dict("records"):
        point = shapely.Point(float(one["x"]), float(one["y"]))
        near = shapely.distance(sites.geometry.to_numpy(), point) <= _SAME_PLACE_M
        here = near | (sites["site_id"] == one.get("place_id", "")).to_numpy(dtype=bool)
        for site in sites.loc[here, "site_id"]:
            found.setdefault((str(site), str(one["service"])), str(one["facility_id"]))
    return found


def promised_twice(run: Run, promised: dict[tuple[str, str], str]) -> Iterator[str]:
    """Give a fault for every build of a service on land where a facility of it is under way or approved."""
    for row in run.tables["plan_options"].to_dict("records"):
        there = promised.get((row["place_id"], row["service"])) if row["action"] == "build" else None
        if there is not None:
            yield fault(f"nothing built again where {there} is promised", row["option_id"], _REMEDY)
