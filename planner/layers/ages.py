"""Ages that a group of people counts, and the columns of a file that count people by age."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from planner.errors import InputError, fault

Sex = Literal["f", "m"]
OLDEST = 150
"""A year of age that nobody reaches: an open band ends before it."""

_NAME = re.compile(r"^(?:(?P<sex>women|men)_|age_)(?P<first>\d{1,3})(?:_(?P<last>\d{1,3})|_plus)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """Whole years of age, both ends included.

    Attributes
    ----------
    first
        Youngest.
    last
        Oldest; None where the group has no end (60 and more).
    sex
        ``"f"``, ``"m"``, or None for both.
    """

    first: int = 0
    last: int | None = None
    sex: Sex | None = None

    def __post_init__(self) -> None:
        last = OLDEST - 1 if self.last is None else self.last
        if not 0 <= self.first <= last < OLDEST:
            found = f"from {self.first} to {'the oldest' if self.last is None else self.last}"
            raise InputError(fault(f"ages from 0 to {OLDEST - 1}, the youngest first", found, "correct from and to"))

    @property
    def end(self) -> int:
        """The first year of age that is not counted any more."""
        return OLDEST if self.last is None else self.last + 1

    def holds(self, other: Ages) -> bool:
        """Whether everybody whom another group counts is counted here."""
        return self.first <= other.first and other.end <= self.end and self.sex in (None, other.sex)


EVERYBODY = Ages()


def ages_of(group: str) -> Ages | None:
    """Return the ages that the name of a group says, None where it says none.

    ``age_3_5``, ``age_60_plus``, ``age_7``, ``women_15_49``, ``men_60_plus``; ``people`` is everybody.
    """
    if group == "people":
        return EVERYBODY
    said = _NAME.match(group)
    if said is None:
        return None
    first, open_end = int(said["first"]), group.endswith("_plus")
    last = None if open_end else int(said["last"] or first)
    if first >= OLDEST or (last is not None and not first <= last < OLDEST):
        return None
    return Ages(first=first, last=last, sex={"women": "f", "men": "m"}.get(said["sex"]))  # type: ignore[arg-type]


_KEYS = ("from", "to", "sex")


def stated_ages(group: str, entry: Mapping[str, object]) -> Ages:
    """Return the ages that a study states for a group as ``{from = 3, to = 5, sex = "f"}``.

    Raises
    ------
    InputError
        If a key is unknown, or a value of another kind.
    """
    strange = [key for key in entry if key not in _KEYS]
    first, last, sex = (entry.get(key) for key in _KEYS)
    whole = all(isinstance(year, int) and not isinstance(year, bool) for year in (first, last) if year is not None)
    if strange or first is None or not whole or sex not in ("f", "m", None):
        do = 'write for example { from = 15, to = 49, sex = "f" }'
        raise InputError(fault(f"from, to (whole years) and sex (f, m) as ages of {group!r}", f"{dict(entry)}", do))
    return Ages(first=first, last=last, sex=sex)  # type: ignore[arg-type]


_SEXES = {"f": ("女性", "女", "female", "women", "f"), "m": ("男性", "男", "male", "men", "m")}
_OF_PEOPLE = r"(?:人口|人数|儿童|幼儿|老人|老年人|老年人口|数)*"
_ONE = re.compile(rf"^(?:age_?(\d{{1,3}})|(\d{{1,3}})周?岁{_OF_PEOPLE})$")
_BAND = re.compile(rf"^(?:age_?)?(\d{{1,3}})(?:周?岁)?[-~—–_至到](\d{{1,3}})(?:周?岁)?{_OF_PEOPLE}$")
_OPEN = re.compile(rf"^(?:age_?)?(\d{{1,3}})(?:_plus|\+|周?岁(?:及以上|以上)|周?岁\+){_OF_PEOPLE}$")


def age_column(name: str) -> Ages | None:
    """Return the ages that a column counts by its header, None where the header says none.

    0岁, age_0, 0-4岁, 0-4, age_0_4, 85岁及以上, 85+, age_85_plus; of one sex with 男 or 女, male or female,
    m or f before or behind: 女15-19岁, f_15_19.
    """
    text = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    for sex, words in _SEXES.items():
        for word in words:
            rest = text.removeprefix(word) if text.startswith(word) else text.removesuffix(word)
            if rest != text and (found := _ages_in(rest.strip("_-()"))) is not None:
                return Ages(first=found.first, last=found.last, sex=sex)  # type: ignore[arg-type]
    return _ages_in(text)


def _ages_in(text: str) -> Ages | None:
    one, band, above = _ONE.match(text), _BAND.match(text), _OPEN.match(text)
    if one:
        first = last = int(one[1] or one[2])
    elif band:
        first, last = int(band[1]), int(band[2])
    elif above and int(above[1]) < OLDEST:
        return Ages(first=int(above[1]))
    else:
        return None
    return Ages(first=first, last=last) if first <= last < OLDEST else None


def composed(wanted: Ages, counted: Mapping[str, Ages]) -> dict[str, float] | None:
    """Return which share of each column makes up a group, None where the columns do not cover its ages.

    Parameters
    ----------
    wanted
        Ages of the group.
    counted
        Column -> ages that it counts. Of columns that hold the same year of age the narrowest is taken.

    Returns
    -------
    dict or None
        Column -> share in (0, 1]: 1 where all its ages are wanted; less where a band is cut, as if its people
        were spread evenly over its years. A band without an end is never cut. Both sexes are the columns of both
        together where no columns count both at once.
    """
    same = {name: ages for name, ages in counted.items() if ages.sex == wanted.sex}
    found = _covering(wanted, same)
    if found is not None or wanted.sex is not None:
        return found
    halves = [
        _covering(wanted, {name: ages for name, ages in counted.items() if ages.sex == sex}) for sex in ("f", "m")
    ]
    return None if halves[0] is None or halves[1] is None else {**halves[0], **halves[1]}


def _covering(wanted: Ages, counted: Mapping[str, Ages]) -> dict[str, float] | None:
    years: dict[str, int] = {}
    for year in range(wanted.first, wanted.end):
        holding = [(ages.end - ages.first, name) for name, ages in counted.items() if ages.first <= year < ages.end]
        if not holding:
            return None
        name = min(holding)[1]
        years[name] = years.get(name, 0) + 1
    shares = {name: count / (counted[name].end - counted[name].first) for name, count in years.items()}
    cut_open = any(share < 1 and counted[name].last is None for name, share in shares.items())
    return None if cut_open else shares


def age_columns(names: Iterable[object]) -> dict[str, Ages]:
    """Return the columns of a file that count people by age."""
    found = {str(name): age_column(str(name)) for name in names}
    return {name: ages for name, ages in found.items() if ages is not None}
