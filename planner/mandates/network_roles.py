"""NETWORK_ROLES: a network of levels, where each level has a role of its own.

required: a facility of the level stands in the unit (依托). required_or_covered: one stands there, or one of
this or a higher level is within the limit of the unit's anchor (辅助). covered: one of this or a higher level
is within the limit (补充).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from planner.coverage.incidence import at_most_one, selection, weighted_columns
from planner.coverage.nearest import nearest_open
from planner.coverage.situation import Situation
from planner.coverage.standard import ReachStandard
from planner.coverage.territory import Territory
from planner.mandates.absent import absent_units
from planner.mandates.counting import add_count_rows
from planner.mandates.effects import deltas
from planner.mandates.findings import GAP, MET, NOT_EVALUABLE, core_table, evidence, joined, not_evaluable, people_of
from planner.mandates.row_builder import RowBuilder
from planner.mandates.rows import PlanView, Rows
from planner.mandates.unit_sets import UnitSet

LEVELS = ("village", "township", "county", "city")
"""From the lowest to the highest."""

Role = Literal["required", "required_or_covered", "covered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLevel:
    """The role of one level.

    Attributes
    ----------
    role, level
        What is asked of which level.
    unit_set
        The units of this level.
    standard
        The limit to the anchor; None for ``required``, and where the profile gives none.
    missing_standard
        Reason code when the standard is asked for but cannot be used, "" otherwise.
    """

    role: Role
    level: str
    unit_set: UnitSet
    standard: ReachStandard | None = None
    missing_standard: str = ""

    @property
    def or_higher(self) -> list[str]:
        """The level and all above it."""
        return list(LEVELS[LEVELS.index(self.level) :])

    @property
    def counts_standing(self) -> bool:
        """Whether a facility that stands in the unit is enough."""
        return self.role != "covered"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRoles:
    """Every unit of every level has what its level's role asks.

    Attributes
    ----------
    service
        Whose network.
    levels
        One role per level.
    """

    service: str
    levels: tuple[RoleLevel, ...]

    def evaluate(self, situation: Situation) -> pd.DataFrame:
        """Return one finding per unit of each level, and one per county that has no such unit and no finding yet."""
        found = joined([_evaluate_level(self.service, level, situation) for level in self.levels])
        sets = [level.unit_set for level in self.levels]
        return joined([found, absent_units(sets, situation.territory, told=found["unit_code"].tolist())])

    def reach_standard(self, unit_code: str, territory: Territory) -> ReachStandard | None:
        """Return the limit of the unit's level."""
        return next((level.standard for level in self.levels if unit_code in level.unit_set.codes(territory)), None)

    def rows(self, view: PlanView) -> Rows:
        """Return one counting row per unit that options could leave unmet."""
        builder = RowBuilder()
        for level in self.levels:
            if not level.missing_standard:
                _add_level_rows(builder, self.service, level, view)
        return builder.build()


def _evaluate_level(service: str, level: RoleLevel, situation: Situation) -> pd.DataFrame:
    units = level.unit_set.codes(situation.territory)
    if level.missing_standard:
        return not_evaluable(units, level.missing_standard)
    hits, ids = _hits(service, level, situation, units)
    count = np.asarray(hits.sum(axis=1)).ravel()
    met = count >= 1
    unknown = ~met & ~_evaluable(level, situation, units)
    reason = np.where(met, "", np.where(unknown, "no_data", _why(level, situation, units)))
    people = people_of(situation, units)
    return core_table(
        {
            "unit_code": units,
            "status": np.where(met, MET, np.where(unknown, NOT_EVALUABLE, GAP)),
            "measured": count,
            "required": 1,
            "unit_of_measure": "facilities",
            "shortfall": np.where(met, 0, 1),
            "people_affected": np.where(met, 0, people),
            "evidence": [
                evidence(ids[hits.indices[hits.indptr[n] : hits.indptr[n + 1]]].tolist()) for n in range(len(units))
            ],
            "reason_code": reason,
            "standard_id": level.standard.standard_id if level.standard else "",
        },
        count=len(units),
    )


def _hits(
    service: str, level: RoleLevel, situation: Situation, units: pd.Index
) -> tuple[sp.csr_array, npt.NDArray[np.object_]]:
    """Return units x open facilities: which count for which unit; and the facility ids."""
    standing = situation.open_facilities(service, {"level": level.or_higher})
    own = (standing["level"] == level.level).to_numpy()
    hits = sp.csr_array((len(units), len(standing)), dtype=np.int64)
    if level.counts_standing:
        inside = situation.territory.membership(units, standing["unit_code"]).astype(np.int64)
        hits = hits + weighted_columns(inside, own.astype(np.int64))
    if level.standard is not None:
        hits = hits + _anchor_cover(level.standard, situation, units, standing["place_id"])
    return at_most_one(hits), standing.index.to_numpy(dtype=object)


def _anchor_cover(standard: ReachStandard, situation: Situation, units: pd.Index, place_ids: pd.Series) -> sp.csr_array:
    """Return units x places: is the unit's anchor within the limit of the place."""
    cover = situation.covers(standard)
    columns = np.asarray(cover.target_ids.get_indexer(units), dtype=np.int64)
    return sp.csr_array(selection(columns, len(cover.target_ids)) @ cover.from_places(place_ids).T)


def _evaluable(level: RoleLevel, situation: Situation, units: pd.Index) -> npt.NDArray[np.bool_]:
    if level.standard is None:
        return np.ones(len(units), dtype=bool)
    return np.asarray(units.isin(situation.anchors.index), dtype=bool)


def _why(level: RoleLevel, situation: Situation, units: pd.Index) -> npt.NDArray[np.object_]:
    if level.standard is None:
        return np.full(len(units), "missing_facility", dtype=object)
    cost = nearest_open(situation, level.standard, {"level": level.or_higher})["cost"].reindex(units)
    return np.where(cost.fillna(-1).to_numpy() >= 0, "beyond_limit", "unreachable").astype(object)


def _add_level_rows(builder: RowBuilder, service: str, level: RoleLevel, view: PlanView) -> None:
    situation = view.situation
    units = level.unit_set.codes(situation.territory)
    if not level.counts_standing:
        units = units[_evaluable(level, situation, units)]
    base = np.asarray(_hits(service, level, situation, units)[0].sum(axis=1)).ravel().astype(np.int64)
    after, before = _option_hits(service, level, view, units)
    add_count_rows(builder, units, base=base, change=sp.csr_array(after - before), minimum=1)


def _option_hits(service: str, level: RoleLevel, view: PlanView, units: pd.Index) -> tuple[sp.csr_array, sp.csr_array]:
    """Return units x options: does the resulting facility count for the unit, did the one acted upon."""
    own = deltas(view, service, {"level": [level.level]})
    higher = deltas(view, service, {"level": level.or_higher})
    shape = (len(units), len(view.options))
    after, before = sp.csr_array(shape, dtype=np.int64), sp.csr_array(shape, dtype=np.int64)
    if level.counts_standing:
        inside = view.situation.territory.membership(units, own.after["unit_code"]).astype(np.int64)
        after = after + weighted_columns(inside, own.counts_after.astype(np.int64))
        before = before + weighted_columns(inside, own.counted_before.astype(np.int64))
    if level.standard is not None:
        near = _anchor_cover(level.standard, view.situation, units, own.after["place_id"])
        after = after + weighted_columns(near, higher.counts_after.astype(np.int64))
        before = before + weighted_columns(near, higher.counted_before.astype(np.int64))
    return at_most_one(after), at_most_one(before)
