"""Clauses about every institution of a service, asked of one facility after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from planner.verify.outcome import plain
from planner.verify.world import of_kind


def each_institution(
    standing: pd.DataFrame, mandate: Mapping[str, Any]
) -> Iterator[tuple[str, str, float | None, float | None]]:
    """Yield id, status, measured and required of every facility that a clause speaks of.

    Parameters
    ----------
    standing
        The open facilities of the service, indexed by id; text.
    mandate
        ``service``, ``where``: what each must have. One known value that is another one decides; else one that is
        not known leaves it open.
    """
    for name, facility in zip(standing.index, standing.to_dict("records"), strict=True):
        doubtful = False
        for attribute, value in mandate["where"].items():
            if plain(facility[attribute]) == "":
                doubtful = True
            elif not of_kind(facility, mandate["service"], {attribute: value}):
                yield str(name), "gap", 0, 1
                break
        else:
            yield (str(name), "not_evaluable", None, None) if doubtful else (str(name), "met", 1, 1)
