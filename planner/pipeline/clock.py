"""Progress and timing of a run."""

from __future__ import annotations

import time
from collections.abc import Callable

_SHARES = {
    "layers": 0.0,
    "unserved": 0.08,
    "reach": 0.1,
    "findings": 0.35,
    "siting": 0.4,
    "measuring again": 0.65,
    "report": 0.75,
    "done": 1.0,
}
"""Where each part of a run begins, as a share of its usual time."""


class Clock:
    """Tells progress and keeps the seconds of each part.

    Parameters
    ----------
    progress
        Told the name of a part or stage, and the share done; None tells nobody.
    """

    def __init__(self, progress: Callable[[str, float], None] | None) -> None:
        self._progress = progress
        self._part, self._begun = "", time.perf_counter()
        self._seconds: dict[str, float] = {}

    def enter(self, part: str) -> None:
        """Begin the next part."""
        self._close()
        self._part = part
        self.tell(part)

    def tell(self, name: str) -> None:
        """Tell the part that runs, or a stage within it."""
        if self._progress is not None:
            self._progress(name, _SHARES[self._part])

    def so_far(self) -> dict[str, float]:
        """Return the seconds of every part, the present one so far, and their total."""
        self._close()
        return {**self._seconds, "total": sum(self._seconds.values())}

    def _close(self) -> None:
        now = time.perf_counter()
        if self._part:
            self._seconds[self._part] = self._seconds.get(self._part, 0.0) + now - self._begun
        self._begun = now
