"""Settings of the room: which policy, which standards profile."""

from __future__ import annotations

from dataclasses import dataclass

from planner.errors import InputError, fault, shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardsSettings:
    """Where the numbers come from.

    Attributes
    ----------
    profile
        Name of a built-in profile, or path of a TOML file, relative to the study file.
    forbid_unconfirmed
        Whether a number that is not confirmed makes a finding not evaluable.
    """

    profile: str
    forbid_unconfirmed: bool = False

    def __post_init__(self) -> None:
        _check_named("profile", self.profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateSettings:
    """What the law demands.

    Attributes
    ----------
    policy
        Name of a built-in policy, or path of a TOML file, relative to the study file.
    only
        Ids of the mandates to take; all where empty.
    """

    policy: str
    only: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_named("policy", self.policy)
        if twice := sorted({name for name in self.only if self.only.count(name) > 1}):
            raise InputError(fault("each mandate once in 'only'", f"{shortened(twice)} twice", "remove one of them"))


def _check_named(key: str, value: str) -> None:
    if not value.strip():
        raise InputError(fault(f"the name of a built-in {key}, or a path", "nothing", f"write {key} = …"))
