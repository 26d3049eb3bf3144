"""To which years of a programme a facility counts as completed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.verify.outcome import plain
from planner.verify.world import PROMISED


def completed(row: Mapping[str, Any], years: list[str], *, accepted: bool) -> tuple[list[str], list[str]]:
    """Return the years to which a facility counts as completed, and those to which it may."""
    year = plain(row.get("completed", ""))[:4] or plain(row["opened_year"])
    if row["status"] in PROMISED:
        return ([year], []) if year else ([], years)
    said = plain(row.get("accepted", ""))
    if not accepted or said == "True":
        return [year], []
    return ([], []) if said == "False" else ([], [year])
