from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.population import apportion

FEW = st.integers(0, 40).map(lambda tenths: tenths / 10)
ROWS = st.lists(st.tuples(st.sampled_from("abc"), FEW | st.floats(0, 1e6, allow_subnormal=False)), max_size=25)


def _half_up(total: Fraction) -> int:
    return math.floor(total + Fraction(1, 2))


def _nano(value: float) -> Fraction:
    return math.floor(value) + Fraction(round((value - math.floor(value)) * 10**9), 10**9)


def _largest_remainder(units: list[str], values: list[float], ids: list[str]) -> list[int]:
    """Return the same by the textbook, one person at a time."""
    out = [math.floor(_nano(value)) for value in values]
    for unit in set(units):
        rows = [row for row, of in enumerate(units) if of == unit]
        rows.sort(key=lambda row: (out[row] - _nano(values[row]), ids[row]))
        lacking = _half_up(sum((_nano(values[row]) for row in rows), Fraction(0))) - sum(out[row] for row in rows)
        for row in rows[:lacking]:
            out[row] += 1
    return out


@given(rows=ROWS, seed=st.integers(0, 9))
def test_every_unit_keeps_its_total(rows: list[tuple[str, float]], seed: int) -> None:
    """Units have their rounded totals, values are floors or ceilings, as the textbook has it, in any order."""
    units, values = [unit for unit, _ in rows], [value for _, value in rows]
    ids = [f"r{number:02d}" for number in np.random.default_rng(7).permutation(len(rows))]
    whole = apportion(values, units=units, ids=ids)
    assert whole.dtype == np.int64
    totals: dict[str, Fraction] = defaultdict(Fraction)
    given_out: dict[str, int] = defaultdict(int)
    for unit, value, persons in zip(units, values, whole, strict=True):
        totals[unit] += _nano(value)
        given_out[unit] += int(persons)
        assert math.floor(value) <= persons <= math.ceil(value)
    assert given_out == {unit: _half_up(total) for unit, total in totals.items()}
    assert whole.tolist() == _largest_remainder(units, values, ids)
    mixed = np.random.default_rng(seed).permutation(len(rows))
    again = apportion(np.array(values)[mixed], units=np.array(units)[mixed], ids=np.array(ids)[mixed])
    assert again.tolist() == whole[mixed].tolist()


@given(rows=st.lists(st.tuples(st.sampled_from("ab"), FEW, st.integers(0, 10)), max_size=25))
def test_a_part_never_exceeds_the_whole(rows: list[tuple[str, float, int]]) -> None:
    """With a wider group's whole persons as ceilings, totals are kept still and no row is above its ceiling."""
    units, ids = [unit for unit, _, _ in rows], list(range(len(rows)))
    wide = [value for _, value, _ in rows]
    narrow = [value * tenths / 10 for _, value, tenths in rows]
    outer = apportion(wide, units=units, ids=ids)
    inner = apportion(narrow, units=units, ids=ids, ceiling=outer)
    assert (inner <= outer).all()
    assert (inner >= np.floor(np.array(narrow) + 1e-9)).all()
    for unit in set(units):
        of = [row for row in ids if units[row] == unit]
        assert inner[of].sum() == _half_up(sum((_nano(narrow[row]) for row in of), Fraction(0)))


def test_a_unit_without_room_uses_other_rows() -> None:
    """Where the row with the only child lost its only person, the child is counted at the first row with room."""
    people = apportion([0.55, 5.8, 2.0], units=["u"] * 3, ids=[1, 2, 3])
    assert people.tolist() == [0, 6, 2]
    assert apportion([0.55, 0.0, 0.0], units=["u"] * 3, ids=[1, 2, 3], ceiling=people).tolist() == [0, 1, 0]


def test_equal_fractions_go_to_the_lowest_ids() -> None:
    """Two halves: the row with the lower id has the person; halves of a total are rounded up."""
    assert apportion([0.5, 0.5], units=["u", "u"], ids=["b", "a"]).tolist() == [0, 1]
    assert apportion([0.5, 0.5], units=["u", "v"], ids=["b", "a"]).tolist() == [1, 1]
    assert apportion([0.1] * 5, units=["u"] * 5, ids=range(5)).tolist() == [1, 0, 0, 0, 0]
    assert apportion([], units=[], ids=[]).tolist() == []


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), 2.0**53])
def test_what_is_no_number_of_persons_is_refused(value: float) -> None:
    """Values that persons cannot have, ids that repeat and ceilings that are too low raise."""
    with pytest.raises(ValueError, match="0 or more"):
        apportion([value], units=["u"], ids=["a"])
    with pytest.raises(ValueError, match="unique"):
        apportion([1, 1], units=["u", "u"], ids=["a", "a"])
    with pytest.raises(ValueError, match="ceilings"):
        apportion([0.6], units=["u"], ids=["a"], ceiling=[0])


def test_two_million_rows() -> None:
    """A country's raster is shared out in seconds: two million rows in two thousand units."""
    chance = np.random.default_rng(3)
    values, units = chance.gamma(0.7, 4.0, 2_000_000), chance.integers(0, 2_000, 2_000_000)
    whole = apportion(values, units=units, ids=np.arange(2_000_000))
    exact = np.bincount(units, weights=values)
    assert np.abs(np.bincount(units, weights=whole) - exact).max() <= 0.5 + 1e-6
    assert np.abs(whole - values).max() < 1
