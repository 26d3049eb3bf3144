"""Names that may be meant: by edit distance, offered and never applied."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

MOST_EDITS = 2
_SUFFIXES = ("街道办事处", "社区居委会", "村委会", "居委会", "街道", "社区", "镇", "乡", "村", "区", "县", "市")


def edit_distance(one: str, other: str) -> int:
    """Return how many letters must be inserted, deleted or replaced to make one text of the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        diagonal, row[0] = row[0], at
        for place, opposite in enumerate(other, start=1):
            diagonal, row[place] = row[place], min(
                row[place] + 1, row[place - 1] + 1, diagonal + (letter != opposite)
            )  # fmt: skip
    return row[-1]


def similar(name: str, names: Iterable[str]) -> list[str]:
    """Return the nearest names within `MOST_EDITS` that share at least half of the letters before their suffix, sorted.

    街道, 镇, 村 and the like say nothing of a name: 南沙街道 is near 南沙河口街道, not near 春柳街道.
    """
    near = {other: _distance(name, other) for other in set(names) - {name}}
    close = {other: far for other, far in near.items() if far <= MOST_EDITS}
    return sorted(other for other, far in close.items() if far == min(close.values()))


def _distance(one: str, other: str) -> int:
    """Return the edits between two names; more than `MOST_EDITS` where they have too little in common."""
    (stem, suffix), (other_stem, other_suffix) = _parts(one), _parts(other)
    if abs(len(stem) - len(other_stem)) > MOST_EDITS:
        return MOST_EDITS + 1
    edits = edit_distance(stem, other_stem)
    return (
        edits + edit_distance(suffix, other_suffix) if 2 * edits <= max(len(stem), len(other_stem)) else MOST_EDITS + 1
    )


def _parts(name: str) -> tuple[str, str]:
    suffix = next((end for end in _SUFFIXES if name.endswith(end) and len(name) > len(end)), "")
    return name.removesuffix(suffix), suffix


def folded(name: str) -> str:
    """Return a name as it is compared: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
