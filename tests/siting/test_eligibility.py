from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.errors import InputError
from planner.siting import site_services, site_services_summary
from planner.siting.options import make_options
from planner.siting.settings import OptionTemplate


def _sites() -> pd.DataFrame:
    rows = {
        "fine": ("A", 900.0, "supplied", "", "", "", ""),
        "other": ("B", 900.0, "supplied", "", "", "", ""),
        "small": ("A", 10.0, "supplied", "", "", "", ""),
        "farmland": ("A", 900.0, "supplied", "basic-farmland", "", "", ""),
        "flooded": ("A", 900.0, "supplied", "", "", "disaster_depot", ""),
        "outside": ("A", 900.0, "supplied", "", "urban-growth-boundary", "", ""),
        "village": ("", np.nan, "village_centres", "", "", "", ""),
    }
    names = ["land_use", "area_m2", "origin", "excluded_by", "adjustment_by", "excluded_for", "adjustment_for"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("site_id")
    return table.assign(excluded=table["excluded_by"] != "", name=table.index, unit_code="T", x=0.0, y=0.0)


def _template(**given: object) -> OptionTemplate:
    common = {"id": "b", "action": "build", "service": "disaster_depot", "land_uses": ("A",), "min_area_m2": 100.0}
    return OptionTemplate(**{**common, **given})


def test_each_site_has_one_verdict_per_template() -> None:
    """Land use, exclusion (of this service), plan, area, parcel: the first that applies is told."""
    table = site_services([_template()], _sites()).set_index("site_id")
    assert table["verdict"].to_dict() == {
        "fine": "usable", "other": "other_land_use", "small": "too_small", "farmland": "excluded",
        "flooded": "excluded", "outside": "needs_plan_adjustment", "village": "parcel_unknown",
    }  # fmt: skip
    assert table.index[table["usable"].astype(bool)].to_list() == ["fine"]
    assert table.loc["outside", "reason"] == "需调整规划：urban-growth-boundary"
    assert table.loc["flooded", "because"] == "disaster_depot"


def test_another_service_is_not_flooded() -> None:
    """A rule of one service does not bar another."""
    table = site_services([_template(service="kindergarten")], _sites()).set_index("site_id")
    assert table.loc["flooded", "verdict"] == "usable"


def test_what_the_study_allows_is_used_and_still_told() -> None:
    """A plan adjustment and an unknown parcel are options where the template says so, with the same verdict."""
    template = _template(generated=True, plan_adjustment=True)
    table = site_services([template], _sites()).set_index("site_id")
    assert table.index[table["usable"].astype(bool)].to_list() == ["fine", "outside", "village"]
    assert table.loc["outside", "reason"].endswith("研究允许采用")
    none = pd.DataFrame(columns=["service", "status", "closed_year"])
    options = make_options([template], _sites(), none, first_year=2026)
    assert options["place_id"].to_list() == ["fine", "outside", "village"]
    counted = site_services_summary([template], site_services([template], _sites())).iloc[0]
    assert (counted["fitting"], counted["usable"], counted["too_small"]) == (1, 3, 1)


def test_only_builds_may_be_allowed_to() -> None:
    """An upgrade stands on no site."""
    with pytest.raises(InputError, match="no generated for option 'u'"):
        OptionTemplate(id="u", action="upgrade", service="s", generated=True)
