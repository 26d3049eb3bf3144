"""How people of years that no table states are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.errors import InputError, fault


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSettings:
    """Rules for people by year.

    Attributes
    ----------
    between
        For years between those that a table states, and the base year: ``"step"`` (the last stated number holds) or
        ``"linear"``. After the last stated year its number holds.
    survival
        Share of the people of an age who are there a year later, in (0, 1]; used with single ages only.
    survival_source
        Document that it comes from; needed where it is not 1.
    ages
        Group -> ``[first, last]`` age, both included, or ``[first]`` without an end; used with single ages only,
        where the group's name does not say them (``age_3_5``, ``age_60_plus`` do).
    """

    between: Literal["step", "linear"] = "step"
    survival: float = 1.0
    survival_source: str = ""
    ages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = []
        if not 0 < self.survival <= 1:
            wrong.append(fault("a survival above 0 and up to 1", f"{self.survival}", "correct it in [years_of_people]"))
        if self.survival != 1 and not self.survival_source:
            do = "write survival_source, or take survival out"
            wrong.append(fault("a source of survival in [years_of_people]", "none", do))
        for group, ages in self.ages.items():
            if len(ages) not in (1, 2) or min(ages) < 0 or list(ages) != sorted(ages):
                do = f"write for example {group} = [3, 5], or [60]"
                wrong.append(fault(f"first and last age of {group} in [years_of_people]", f"{list(ages)}", do))
        if wrong:
            raise InputError(wrong)
