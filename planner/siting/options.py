"""Options: every action a plan may choose, made from templates, sites and facilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.coverage.situation import EXISTING_STATUS, matches
from planner.siting.eligibility import usable
from planner.siting.settings import OptionTemplate

OPTION_DTYPES = {
    "place_id": "str", "service": "str", "action": "str", "facility_id": "str", "unit_code": "str", "name": "str",
    "x": "float64", "y": "float64", "owner": "str", "rank": "str", "level": "str", "standardised": "boolean",
    "demonstration": "boolean", "capacity": "Float64", "classes": "Int64", "catchment_id": "str",
    "cost_yuan": "Int64", "yearly_cost_yuan": "Int64", "payer": "str", "land_m2": "Float64",
    "earliest_year": "int64", "build_years": "int64", "exclusive_group": "str", "template_id": "str",
}  # fmt: skip
OPTION_COLUMNS = tuple(OPTION_DTYPES)


def known_costs(options: pd.DataFrame) -> npt.NDArray[np.float64] | None:
    """Return what each option costs, yuan; None where nobody has supplied it (of all or of none, as settings prove)."""
    costs = options["cost_yuan"]
    return None if costs.isna().any() else costs.to_numpy(dtype=np.float64)


def make_options(
    templates: Sequence[OptionTemplate], sites: pd.DataFrame, facilities: pd.DataFrame, *, first_year: int
) -> pd.DataFrame:
    """Return the options of a study.

    A build stands on a site that its template may use (`planner.siting.eligibility`); an upgrade or
    expansion acts on an existing facility. One site takes one build, one facility one action.

    Parameters
    ----------
    templates
        What may be done, with its cost.
    sites
        Indexed by site_id, screened (``excluded``).
    facilities
        Indexed by facility_id.
    first_year
        The first year of the plan; nothing starts before it.

    Returns
    -------
    pandas.DataFrame
        Indexed by option_id (template:place), sorted.
    """
    parts = [
        _builds(template, sites, first_year) if template.action == "build" else _acts(template, facilities, first_year)
        for template in templates
    ]
    filled = [part for part in parts if len(part)]
    table = pd.concat(filled) if filled else pd.DataFrame(columns=list(OPTION_DTYPES))
    for column, dtype in OPTION_DTYPES.items():
        if column not in table:
            table[column] = "" if dtype == "str" else pd.NA
        if dtype == "str":
            table[column] = table[column].fillna("")
    extra = [column for column in table.columns if column not in OPTION_DTYPES]
    table.index = pd.Index(table.index, dtype="str", name="option_id")
    return table.astype(OPTION_DTYPES)[[*OPTION_DTYPES, *extra]].sort_index()


def earliest_completion(options: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the first year in which each option can be complete."""
    return np.asarray((options["earliest_year"] + options["build_years"]).to_numpy(dtype=np.int64))


def _common(template: OptionTemplate, table: pd.DataFrame, first_year: int) -> pd.DataFrame:
    fixed = {
        "service": template.service, "action": template.action, "cost_yuan": template.cost_yuan,
        "yearly_cost_yuan": template.yearly_cost_yuan, "payer": template.payer, "template_id": template.id,
        "earliest_year": max(template.earliest_year or first_year, first_year), "build_years": template.build_years,
        "capacity": template.capacity, "classes": template.classes, **template.set,
    }  # fmt: skip
    frame = table.assign(**{name: value for name, value in fixed.items() if value is not None})
    return frame.set_axis([f"{template.id}:{name}" for name in table.index])


def _builds(template: OptionTemplate, sites: pd.DataFrame, first_year: int) -> pd.DataFrame:
    chosen = sites[usable(template, sites)]
    table = pd.DataFrame(
        {
            "place_id": chosen.index, "facility_id": "", "unit_code": chosen["unit_code"], "name": chosen["name"],
            "x": chosen["x"], "y": chosen["y"], "land_m2": chosen["area_m2"], "exclusive_group": "site:" + chosen.index,
        },
        index=chosen.index,
    )  # fmt: skip
    if "catchment_id" in chosen:
        table["catchment_id"] = chosen["catchment_id"]
    return _common(template, table, first_year)


def _acts(template: OptionTemplate, facilities: pd.DataFrame, first_year: int) -> pd.DataFrame:
    standing = ((facilities["service"] == template.service) & (facilities["status"] == EXISTING_STATUS)).to_numpy()
    standing = standing & (facilities["closed_year"].isna().to_numpy() & matches(facilities, template.where))
    if template.add_classes:
        standing = standing & (facilities["classes"].notna().to_numpy())
    chosen = facilities[standing]
    table = pd.DataFrame(
        {
            "place_id": chosen["place_id"], "facility_id": chosen.index, "unit_code": chosen["unit_code"],
            "name": chosen["name"], "x": chosen["x"], "y": chosen["y"], "exclusive_group": "facility:" + chosen.index,
        },
        index=chosen.index,
    )  # fmt: skip
    result = _common(template, table, first_year)
    if template.add_classes:
        result["classes"] = (chosen["classes"] + template.add_classes).to_numpy()
    return result
