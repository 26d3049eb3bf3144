"""Attempts: go on after a fault, so that all of them are told at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from planner.errors import InputError

T = TypeVar("T")


class Attempts:
    """Runs steps and keeps the faults of those that fail."""

    def __init__(self) -> None:
        self._errors: list[InputError] = []

    def __call__(self, step: Callable[[], T]) -> T | None:
        """Return what a step gives, None where an input is wrong."""
        try:
            return step()
        except InputError as error:
            self._errors.append(error)
            return None

    @property
    def sound(self) -> bool:
        """Whether no step failed."""
        return not self._errors

    @property
    def faults(self) -> tuple[str, ...]:
        """One sentence each, in the order of the steps, each once."""
        return tuple(dict.fromkeys(sentence for error in self._errors for sentence in error.faults))

    def join(self, others: Attempts) -> None:
        """Take over the faults of other attempts."""
        self._errors += others._errors

    def raise_if_any(self) -> None:
        """Raise all faults together: as their common kind where they have one, else as `InputError`."""
        if self._errors:
            kinds = {type(error) for error in self._errors}
            raise (kinds.pop() if len(kinds) == 1 else InputError)(self.faults)
