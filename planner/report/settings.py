"""Settings of the room: language, title, notices, and what may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.errors import InputError, fault

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """How a report presents itself.

    Attributes
    ----------
    language
        Shown first: ``zh`` or ``en``; the other stands beside it.
    title, notice
        Shown at all times. Those of ``[study]`` where a study gives none here.
    map_review_number
        审图号; "" where there is none yet.
    publish_exclusions
        Rule ids whose areas may be drawn; no other is in any output.
    labels
        Id (of a service, group, mandate, land use or rule) -> its Chinese and its English word.
    """

    language: Language = "zh"
    title: str = ""
    notice: str = ""
    map_review_number: str = ""
    publish_exclusions: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.language not in ("zh", "en"):
            raise InputError(fault('language "zh" or "en"', repr(self.language), "choose one of the two"))
