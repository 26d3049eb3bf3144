"""Every error this package raises on purpose.

PlannerError
├── InputError          (ValueError)    one or many faults of an input; exit code 2
│   ├── StudyError                      the study file
│   ├── LayerError                      a layer: file, column, row, geometry, coordinates
│   ├── NetworkError                    roads
│   └── MandateError                    clauses, predicates, standards profiles
├── SolverError         (RuntimeError)  the solver failed or contradicted itself
├── OutputError         (OSError)       an output could not be written; the previous one is untouched
└── VerificationError   (RuntimeError)  a finished run could not be re-measured

A fault is one sentence: what was expected, what was found, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable


class PlannerError(Exception):
    """Base of all errors raised on purpose."""


class InputError(PlannerError, ValueError):
    """Faults of an input, all of them at once.

    Parameters
    ----------
    faults
        One sentence each.
    """

    def __init__(self, faults: str | Iterable[str]) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[str, ...]]]:
        """Keep the faults apart on the way to another process."""
        return type(self), (self.faults,)


class StudyError(InputError):
    """The study file is wrong."""


class LayerError(InputError):
    """A layer is wrong."""


class NetworkError(InputError):
    """The roads are wrong."""


class MandateError(InputError):
    """A policy file or a standards profile is wrong."""


class SolverError(PlannerError, RuntimeError):
    """The solver failed, or its answer did not survive the check."""


class OutputError(PlannerError, OSError):
    """An output could not be written; what stood there before is untouched."""


class VerificationError(PlannerError, RuntimeError):
    """A finished run could not be re-measured."""


def fault(expected: str, found: str, do: str) -> str:
    """Return the one sentence that describes a fault.

    Parameters
    ----------
    expected, found, do
        Phrases that continue "expected …", "found …" and name the remedy.
    """
    return f"expected {expected}, found {found}: {do}."


def shortened(names: Iterable[object], *, limit: int = 3) -> str:
    """Return up to `limit` names and how many more there are."""
    listed = [str(name) for name in names]
    head = ", ".join(listed[:limit])
    return head if len(listed) <= limit else f"{head} and {len(listed) - limit} more"


class Faults:
    """Collects faults, so that all of an input are told at once."""

    def __init__(self) -> None:
        self._sentences: list[str] = []

    def __len__(self) -> int:
        return len(self._sentences)

    def add(self, expected: str, found: str, do: str) -> None:
        """Add one fault."""
        self._sentences.append(fault(expected, found, do))

    def extend(self, error: InputError) -> None:
        """Add all faults of an error that was caught."""
        self._sentences.extend(error.faults)

    def raise_if_any(self, kind: type[InputError] = InputError) -> None:
        """Raise `kind` with everything collected, if anything was."""
        if self._sentences:
            raise kind(self._sentences)
