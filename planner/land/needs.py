"""What a site needs before it can be built on: conversion of farmland, expropriation; stated, derived or unknown.

Conversion follows from the present use: agricultural land needs it, construction and unused land does not. Which codes
are which says ``use_classes.csv``, written from memory of the classifications and not checked against their text;
whatever is derived is marked so. Two classifications are in use, and give some codes different meanings: where the
scheme is not stated, only codes are believed that mean the same class in both.

Expropriation: land of the state needs none. Collective land needs it where the state will supply it (划拨, 出让, 租赁,
作价出资), none where the collective uses it itself; where the way of supply is open, so is this.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import geopandas as gpd
import pandas as pd

SUPPLIED_BY_STATE = ("划拨", "出让", "租赁", "作价出资")
BASES = (
    "stated", "derived", "no_current_use", "unknown_code", "scheme_open", "class_open", "no_tenure", "supply_open",
)  # fmt: skip
"""Why a need is known, or is not."""


@cache
def _classes() -> dict[str, dict[str, str]]:
    text = files("planner.land").joinpath("use_classes.csv").read_text(encoding="utf-8")
    schemes: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(text.splitlines()):
        schemes.setdefault(row["scheme"], {})[row["prefix"]] = row["class"]
    return schemes


def use_class(code: str, scheme: str = "") -> tuple[str, str]:
    """Return the class of a present use: agricultural, construction, unused or "", and why it is not known.

    Parameters
    ----------
    code
        Two digits or more; letters after them (08H2) do not count.
    scheme
        国土调查, 用地用海, or "" where it is not stated.
    """
    if not code:
        return "", "no_current_use"
    schemes = [_classes()[scheme]] if scheme else list(_classes().values())
    found = [said for one in schemes if (said := _longest(code, one)) is not None]
    if not found:
        return "", "unknown_code"
    if len(set(found)) > 1:
        return "", "scheme_open"
    return found[0], "" if found[0] else "class_open"


def _longest(code: str, classes: dict[str, str]) -> str | None:
    known = [prefix for prefix in classes if code.startswith(prefix)]
    return classes[max(known, key=len)] if known else None


def with_needs(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites with what they need, and how that is known.

    Returns
    -------
    GeoDataFrame
        Same rows; ``conversion_needed`` and ``expropriation_needed`` (nullable boolean), ``conversion_basis`` and
        ``expropriation_basis`` (of `BASES`).
    """
    conversion = [_conversion(*row) for row in zip(*_columns(sites, "current_use", "current_use_scheme"), strict=True)]
    taking = [_expropriation(*row) for row in zip(*_columns(sites, "tenure", "supply_mode"), strict=True)]
    out = sites
    for name, derived in (("conversion", conversion), ("expropriation", taking)):
        stated = sites[f"{name}_needed"].astype("boolean")
        if f"{name}_basis" in sites.columns:  # looked at before: what was derived then is not stated
            stated = stated.where(sites[f"{name}_basis"] == "stated")
        known = pd.array([need for need, _ in derived], dtype="boolean")
        basis = pd.Series([why for _, why in derived], index=sites.index, dtype="str")
        out = out.assign(
            **{
                f"{name}_needed": stated.where(stated.notna(), pd.Series(known, index=sites.index)),
                f"{name}_basis": basis.mask(stated.notna(), "stated"),
            }
        )
    return out


def _columns(sites: gpd.GeoDataFrame, *names: str) -> list[list[str]]:
    return [sites[name].fillna("").tolist() for name in names]


def _conversion(code: str, scheme: str) -> tuple[bool | None, str]:
    said, why = use_class(code, scheme)
    return (None, why) if why else (said == "agricultural", "derived")


def _expropriation(tenure: str, mode: str) -> tuple[bool | None, str]:
    if tenure == "国有" or (tenure == "集体" and mode == "集体使用"):
        return False, "derived"
    if tenure == "集体" and mode in SUPPLIED_BY_STATE:
        return True, "derived"
    return None, "supply_open" if tenure else "no_tenure"
