"""Settings of the room: what may be done, at what cost, within which budget, and what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.errors import Faults, InputError, shortened

Action = Literal["build", "upgrade", "expand"]
ACTIONS: tuple[Action, ...] = ("build", "upgrade", "expand")

# Columns of an option that follow from the template and the place; `set` is for attributes of the facility.
_FIXED = frozenset(
    {"option_id", "place_id", "service", "action", "facility_id", "unit_code", "name", "x", "y", "cost_yuan",
     "yearly_cost_yuan", "payer", "land_m2", "earliest_year", "build_years", "exclusive_group", "template_id",
     "capacity", "classes"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTemplate:
    """One kind of action; applied to every fitting site or facility it gives the options.

    Attributes
    ----------
    id
        Unique; an option's id is ``"<id>:<site or facility>"``.
    action
        ``build`` on a site, ``upgrade`` or ``expand`` a facility.
    service
        What is built, or the service of the facilities acted on.
    land_uses, min_area_m2
        Build only: permitted land-use codes (any, where empty), least area of the site in square metres.
    generated, plan_adjustment
        Build only: whether it may use sites that the planner proposes, whose parcel is not known; and sites that
        need an adjustment of the plan first.
    where
        Upgrade and expand only: attributes that the facility must have.
    set
        Attributes of the resulting facility, e.g. owner, rank, level, standardised.
    capacity
        Persons the resulting facility can serve.
    classes, add_classes
        Classes of the resulting facility: in all, or added to those it has (expand only).
    cost_yuan, yearly_cost_yuan
        Once; every year. None where nobody has supplied it: that is not 0.
    payer
        Who pays.
    earliest_year
        First year in which work can begin; the first year of the plan where None.
    build_years
        Years from the beginning until it counts.

    Raises
    ------
    InputError
        With everything that is wrong.
    """

    id: str
    action: Action
    service: str
    land_uses: tuple[str, ...] = ()
    min_area_m2: float = 0.0
    generated: bool = False
    plan_adjustment: bool = False
    where: Mapping[str, object] = field(default_factory=dict)
    set: Mapping[str, object] = field(default_factory=dict)
    capacity: float | None = None
    classes: int | None = None
    add_classes: int | None = None
    cost_yuan: int | None = None
    yearly_cost_yuan: int | None = None
    payer: str = ""
    earliest_year: int | None = None
    build_years: int = 1

    def __post_init__(self) -> None:
        faults = Faults()
        name = f"option {self.id!r}"
        if not self.id or set(self.id) & set(":;"):
            faults.add("an id without ':' and ';' for every option", repr(self.id), "rename it")
        if self.action not in ACTIONS:
            faults.add(f"one of {', '.join(ACTIONS)} as action of {name}", repr(self.action), "choose one of them")
        for key in ("cost_yuan", "yearly_cost_yuan", "min_area_m2", "capacity", "build_years"):
            if (getattr(self, key) or 0) < 0:
                faults.add(f"0 or more for {key} of {name}", f"{getattr(self, key)}", "correct it")
        for key in ("classes", "add_classes"):
            if (value := getattr(self, key)) is not None and value <= 0:
                faults.add(f"1 or more for {key} of {name}", f"{value}", "correct it or leave it out")
        _check_fitting(self, name, faults)
        faults.raise_if_any(InputError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What is asked for beyond the mandates.

    Attributes
    ----------
    kind
        ``people_covered``: as many people as possible within a standard.
    standard
        Id in the standards profile.
    group
        Whose people.
    """

    kind: Literal["people_covered"]
    standard: str
    group: str = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class SitingSettings:
    """What a plan may do and spend.

    Attributes
    ----------
    budget_yuan
        Year -> yuan; what is not spent carries over. Empty where the study states none.
    max_options
        How many options a plan may take; any number where None.
    max_yuan_per_person
        What one more covered person may cost; no limit where None.
    objectives
        Beyond the mandates, most important first.
    options
        Templates; none means that nothing may be done.

    Raises
    ------
    InputError
        With everything that is wrong.
    """

    budget_yuan: Mapping[int, int] = field(default_factory=dict)
    max_options: int | None = None
    max_yuan_per_person: float | None = None
    objectives: tuple[Objective, ...] = ()
    options: tuple[OptionTemplate, ...] = ()

    def __post_init__(self) -> None:
        faults = Faults()
        for year, yuan in self.budget_yuan.items():
            if yuan < 0:
                faults.add(f"0 or more yuan as budget of {year}", f"{yuan}", "correct it")
        if self.max_options is not None and self.max_options < 0:
            faults.add("0 or more for max_options", f"{self.max_options}", "correct it or leave it out")
        if self.max_yuan_per_person is not None and self.max_yuan_per_person <= 0:
            faults.add(
                "more than 0 for max_yuan_per_person", f"{self.max_yuan_per_person:g}", "correct it or leave it out"
            )
        self._check_costs(faults)
        ids = [template.id for template in self.options]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            faults.add("each id of [[siting.options]] once", f"{shortened(twice)} twice", "rename one of them")
        faults.raise_if_any(InputError)

    def _check_costs(self, faults: Faults) -> None:
        """Check that costs are known of all options, or of none where no money is spoken of.

        An option of unknown cost beside others would be taken for the cheapest.
        """
        unknown = [template.id for template in self.options if template.cost_yuan is None]
        spoken_of = bool(self.budget_yuan) or self.max_yuan_per_person is not None
        if unknown and (spoken_of or len(unknown) < len(self.options)):
            expected = "cost_yuan of every option" if spoken_of else "cost_yuan of every option, or of none"
            do = "supply it" + ("" if spoken_of else ", or leave it out everywhere: then the fewest options are taken")
            faults.add(expected, f"none of {shortened(unknown)}", do)


def _check_fitting(template: OptionTemplate, name: str, faults: Faults) -> None:
    """Check that a template says only what its action can use."""
    build = template.action == "build"
    unused = {"where": template.where, "add_classes": template.add_classes} if build else {
        "land_uses": template.land_uses, "min_area_m2": template.min_area_m2,
        "generated": template.generated, "plan_adjustment": template.plan_adjustment}  # fmt: skip
    for key, value in unused.items():
        if value:
            faults.add(f"no {key} for {name}", f"one, and {template.action} does not use it", "remove it")
    if template.action == "expand" and template.capacity is template.classes is template.add_classes is None:
        faults.add(f"capacity, classes or add_classes for {name}", "none of them", "say what the expansion adds")
    if template.classes is not None and template.add_classes is not None:
        faults.add(f"classes or add_classes for {name}", "both", "remove one of them")
    if fixed := sorted(_FIXED & set(template.set)):
        faults.add(
            f"attributes of a facility in 'set' of {name}", shortened(fixed), "remove it or write it beside 'set'"
        )
