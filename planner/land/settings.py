"""Settings of the room: rules of the study's own, exceptions that were granted, sites to be proposed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from planner.errors import Faults, InputError, fault, shortened

EFFECTS = ("exclude", "exclude_unless_exception", "condition", "told")
MEASURES = ("overlap", "outside", "inside", "distance", "slope_mean", "slope_max")
METHODS = ("village_centres", "unserved_clusters", "grid")
Effect = Literal["exclude", "exclude_unless_exception", "condition", "told"]
Measure = Literal["overlap", "outside", "inside", "distance", "slope_mean", "slope_max"]
Method = Literal["village_centres", "unserved_clusters", "grid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """What a study says of a rule: one of the package's, or its own.

    Attributes
    ----------
    id
        ``rule_id``.
    name, name_en, effect, measure, limit, services
        As `planner.land.rules.LandRule`; those not given stay as they are.
    source
        Document; needed where effect, measure, limit or services differ from the package's.

    Raises
    ------
    InputError
        With everything that is wrong.
    """

    id: str
    name: str = ""
    name_en: str = ""
    effect: Effect | None = None
    measure: Measure | None = None
    limit: float | None = None
    services: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        faults = Faults()
        if not self.id or set(self.id) & set(";:,"):
            faults.add("an id without ';', ':' and ',' for every rule of [[land.rules]]", repr(self.id), "rename it")
        if self.limit is not None and self.limit < 0:
            faults.add(f"0 or more as limit of rule {self.id!r}", f"{self.limit:g}", "correct it")
        faults.raise_if_any(InputError)


@dataclass(frozen=True, slots=True, kw_only=True)
class LandException:
    """An exception that somebody granted to a site: who, by which document, when.

    Raises
    ------
    InputError
        If one of them is empty.
    """

    site_id: str
    rule_id: str
    granted_by: str
    document: str
    date: dt.date

    def __post_init__(self) -> None:
        empty = [name for name in ("site_id", "rule_id", "granted_by", "document") if not getattr(self, name).strip()]
        if empty:
            expected = f"{', '.join(empty)} of the exception for site {self.site_id!r}"
            raise InputError(fault(expected, "none", "cite who granted it, and the document"))

    @property
    def cited(self) -> str:
        """The exception in one line."""
        return f"{self.granted_by}，{self.document}，{self.date.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateSettings:
    """Sites that the planner proposes, where no parcel is known yet.

    Attributes
    ----------
    id
        Ids of the sites begin with it and ``-``.
    method
        ``village_centres``: one in every unit of `level` without a supplied site. ``unserved_clusters``: `count`
        centres of the people of `group` whom `standard` does not cover at present. ``grid``: points `spacing_m` apart
        on the land of ``[[layers.permitted_land]]``.
    level
        Of the units; village centres only.
    standard, group, count
        Clusters only.
    spacing_m
        Grid only.
    land_uses
        Only this permitted land; any where empty. Grid and clusters.

    Raises
    ------
    InputError
        With everything that is wrong.
    """

    id: str
    method: Method
    level: Literal["county", "township", "village"] = "village"
    standard: str = ""
    group: str = "people"
    count: int | None = None
    spacing_m: float | None = None
    land_uses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults, name = Faults(), f"[[land.generate]] {self.id!r}"
        if not self.id or set(self.id) & set(";:"):
            faults.add("an id without ';' and ':' for every [[land.generate]]", repr(self.id), "rename it")
        clusters, grid = self.method == "unserved_clusters", self.method == "grid"
        if clusters and not (self.standard and self.count is not None and self.count >= 1):
            faults.add(f"standard and count (1 or more) of {name}", "none", "state both")
        if grid and not (self.spacing_m is not None and self.spacing_m >= 1):
            faults.add(f"spacing_m (1 or more) of {name}", f"{self.spacing_m}", "state it")
        unused = {"standard": self.standard and not clusters, "count": self.count is not None and not clusters,
                  "spacing_m": self.spacing_m is not None and not grid,
                  "land_uses": self.land_uses and self.method == "village_centres"}  # fmt: skip
        for key, wrong in unused.items():
            if wrong:
                faults.add(f"no {key} for {name}", f"one, and {self.method} does not use it", "remove it")
        faults.raise_if_any(InputError)


@dataclass(frozen=True, slots=True, kw_only=True)
class LandSettings:
    """What a study says of its land.

    Attributes
    ----------
    dem
        GeoTIFF of elevations, for the rule ``slope``; None where there is none.
    rules
        Changes of the package's rules, and rules of the study's own.
    exceptions
        That were granted to single sites.
    generate
        Sites to be proposed.

    Raises
    ------
    InputError
        If an id is there twice.
    """

    dem: Path | None = None
    rules: tuple[RuleSettings, ...] = ()
    exceptions: tuple[LandException, ...] = ()
    generate: tuple[GenerateSettings, ...] = ()

    def __post_init__(self) -> None:
        faults = Faults()
        pairs = [f"{one.site_id} {one.rule_id}" for one in self.exceptions]
        for what, names in (
            ("id of [[land.rules]]", [one.id for one in self.rules]),
            ("id of [[land.generate]]", [one.id for one in self.generate]),
            ("site and rule of [[land.exceptions]]", pairs),
        ):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                faults.add(f"each {what} once", f"{shortened(twice)} twice", "keep one of them")
        faults.raise_if_any(InputError)
