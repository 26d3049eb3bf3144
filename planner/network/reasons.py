"""Why a target is not reached: in words, never in a number."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import NetworkError, fault
from planner.network.compiled import MAX_CUTOFF
from planner.network.reach import Reach
from planner.network.snapping import ATTACHED, ON_FRAGMENT, Attachments

REASONS: Final = (
    "reached",
    "place_off_network",
    "place_on_fragment",
    "off_network",
    "on_fragment",
    "other_component",
    "no_way",
    "beyond_cutoff",
)
"""Why there is no cost between a place and a target.

``place_off_network``, ``place_on_fragment``, ``off_network``, ``on_fragment``: the place, or the target, does not
attach (see `Attachments.status`). ``other_component``: both attach, to parts of the network that nothing joins.
``no_way``: to one part, and without a cutoff no path was found: one-way streets or forbidden turns prevent it.
``beyond_cutoff``: to one part, and no path was found up to the cutoff; whether there is a longer one was not asked.
"""

_REACHED, _PLACE_OFF, _PLACE_FRAGMENT, _OFF, _FRAGMENT, _COMPONENT, _NO_WAY, _BEYOND = range(len(REASONS))


def reasons_of(places: Attachments, targets: Attachments, *, unbounded: bool) -> npt.NDArray[np.int64]:
    """Return positions in `REASONS`: why place i does not reach target i, given that it does not."""
    reason = np.full(len(places.ids), _NO_WAY if unbounded else _BEYOND, dtype=np.int64)
    reason[places.component != targets.component] = _COMPONENT
    lost = targets.status != ATTACHED
    reason[lost] = np.where(targets.status[lost] == ON_FRAGMENT, _FRAGMENT, _OFF)
    lost = places.status != ATTACHED
    reason[lost] = np.where(places.status[lost] == ON_FRAGMENT, _PLACE_FRAGMENT, _PLACE_OFF)
    return reason


def why_unreached(reach: Reach, *, places: pd.DataFrame, targets: pd.DataFrame) -> pd.Series:
    """Return, for every target of a reach, why no place reaches it.

    Parameters
    ----------
    reach
        What is asked about.
    places, targets
        How they attach: tables of `Reaches.access`.

    Returns
    -------
    pandas.Series
        Indexed by target id, named ``reason``: ``reached`` where a place reaches it; ``off_network`` or ``on_fragment``
        where the target does not attach; ``other_component`` where no place is in its part of the network; else
        ``beyond_cutoff``, or ``no_way`` where the reach has no cutoff.

    Raises
    ------
    NetworkError
        If a table lacks some of the ids.
    """
    for ids, table in ((reach.place_ids, places), (reach.target_ids, targets)):
        if not ids.isin(table.index).all():
            do = "give the access tables that belong to the reach"
            raise NetworkError(fault("every place and target in the tables", "some missing", do))
    here, there = places.loc[reach.place_ids], targets.loc[reach.target_ids]
    served = set(here.loc[here["status"] == "attached", "component"])
    reason = np.where(there["component"].isin(served), "beyond_cutoff", "other_component").astype(object)
    if reach.cutoff == MAX_CUTOFF:
        reason[reason == "beyond_cutoff"] = "no_way"
    attached = (there["status"] == "attached").to_numpy()
    reason[~attached] = there["status"].to_numpy()[~attached]
    reason[np.unique(reach.indices)] = "reached"
    return pd.Series(pd.array(reason, dtype="str"), index=reach.target_ids, name="reason")
