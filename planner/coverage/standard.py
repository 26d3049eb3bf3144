"""A reach standard: how far is near enough."""

from __future__ import annotations

from dataclasses import dataclass

from planner.network.reach import ReachKey, ReachLabel, TargetKind
from planner.units import to_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachStandard:
    """A limit on a cost, as a standards profile gives it.

    Attributes
    ----------
    standard_id
        Its name in the profile.
    service
        Whose places are meant.
    key
        Mode, cost kind, direction.
    targets
        What must be within the limit: demand points, places or unit anchors.
    limit
        Metres or seconds, as `key.cost_kind` says.
    """

    standard_id: str
    service: str
    key: ReachKey
    targets: TargetKind
    limit: float

    @property
    def label(self) -> ReachLabel:
        """The label of the reach this standard reads."""
        return ReachLabel(self.key, self.targets, self.service)

    @property
    def limit_cost(self) -> int:
        """The limit as an integer cost."""
        return to_cost(self.limit, cost_kind=self.key.cost_kind)
