"""The nearest open facility of every target, without a cutoff."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner.coverage.situation import Situation
from planner.coverage.standard import ReachStandard


def nearest_open(
    situation: Situation, standard: ReachStandard, where: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Return the nearest open facility's place of every target of a standard.

    Returns
    -------
    pandas.DataFrame
        Indexed by target id: place_id ("" where none), cost (int, millimetres or milliseconds, -1 where
        none), ``known`` (bool): False where the list of nearest places ran out before an open one was met,
        so that the answer needs a longer list (`planner.network.grow_nearest`).
    """
    table = situation.reaches.nearest[standard.label]
    stands = table.place_ids.isin(situation.open_facilities(standard.service, where)["place_id"])
    listed = table.place >= 0
    is_open = np.append(stands, False)[table.place]  # -1, where nothing is listed, picks the last
    first = np.where(is_open.any(axis=1), is_open.argmax(axis=1), -1)
    at = np.arange(len(table.target_ids))
    found = first >= 0
    place = np.where(found, table.place[at, np.maximum(first, 0)], -1)
    names = table.place_ids.to_numpy(dtype=object)
    ran_out = ~found & listed.all(axis=1) & (not table.complete)
    return pd.DataFrame(
        {
            "place_id": pd.array(
                np.where(found, names[np.maximum(place, 0)], "") if len(names) else [""] * len(at), dtype="str"
            ),
            "cost": np.where(found, table.costs[at, np.maximum(first, 0)], -1),
            "known": ~ran_out,
        },
        index=table.target_ids,
    )
