from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.population.series import Stated, target

ROWS = [Stated(2027, 200, "births", "a"), Stated(2029, 100, "projection", "b")]
BASE = (2025, 101)


@pytest.mark.parametrize(
    ("between", "year", "expected"),
    [
        ("step", 2026, None),
        ("linear", 2026, (151, "interpolated", "births")),
        ("step", 2027, (200, "stated", "births")),
        ("linear", 2027, (200, "stated", "births")),
        ("step", 2028, (200, "held", "births")),
        ("linear", 2028, (150, "interpolated", "projection")),
        ("linear", 2035, (100, "held", "projection")),
        ("step", 2035, (100, "held", "projection")),
    ],
)
def test_years_between_after_and_before(between: str, year: int, expected: tuple[int, str, str] | None) -> None:
    """Stated years are exact; between them the rule holds; after the last its number; before the first nothing."""
    found = target(ROWS, year, base=BASE, between=between)  # type: ignore[arg-type]
    assert (found and (found.persons, found.basis, found.kind)) == expected


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 30), st.data())
def test_a_line_is_the_exact_one_rounded_half_up(low: int, high: int, span: int, data: st.DataObject) -> None:
    """Any two numbers, any year between: the fraction on the line, rounded half up."""
    year = data.draw(st.integers(0, span - 1))
    found = target([Stated(2025 + span, high, "", "")], 2025 + year, base=(2025, low), between="linear")
    assert found is not None
    assert found.persons == floor(low + Fraction((high - low) * year, span) + Fraction(1, 2))
