from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.units import from_cost, lengths_mm, parse_limit, to_cost, travel_times_ms

METRES = {"500 m": 500.0, "500米": 500.0, "1.5 km": 1500.0, "2公里": 2000.0, " 3 千米 ": 3000.0, "0.25km": 250.0}
SECONDS = {"90 s": 90.0, "90秒": 90.0, "15 min": 900.0, "15分钟": 900.0, "1 h": 3600.0, "0.5 小时": 1800.0}


@pytest.mark.parametrize(("text", "metres"), METRES.items())
@pytest.mark.parametrize("cost_kind", ["radius_m", "distance_m"])
def test_a_length_is_read_with_its_unit(text: str, metres: float, cost_kind: str) -> None:
    """Every unit of length, Chinese or Latin, becomes metres, for a radius as for a distance."""
    assert parse_limit(text, cost_kind=cost_kind) == metres


@pytest.mark.parametrize(("text", "seconds"), SECONDS.items())
def test_a_time_is_read_with_its_unit(text: str, seconds: float) -> None:
    """Every unit of time, Chinese or Latin, becomes seconds."""
    assert parse_limit(text, cost_kind="travel_time_s") == seconds


@pytest.mark.parametrize("text", ["", "500", "m", "-500 m", "+5 m", "1e3 m", "1,000 m", "500 M", "500 m m", "1..5 km"])
def test_what_is_no_number_with_a_unit_is_told(text: str) -> None:
    """A limit without a unit, without a number, or written in another way is refused, never guessed."""
    with pytest.raises(ValueError, match=r"^expected a number and a unit .* found .*: write for example"):
        parse_limit(text, cost_kind="distance_m")


@pytest.mark.parametrize(
    ("text", "cost_kind"), [("15 min", "distance_m"), ("15分钟", "radius_m"), ("500 m", "travel_time_s")]
)
def test_a_unit_of_the_other_dimension_is_told(text: str, cost_kind: str) -> None:
    """Minutes are no length and metres are no time."""
    with pytest.raises(ValueError, match=r"expected a number and a unit"):
        parse_limit(text, cost_kind=cost_kind)


@given(st.integers(0, 2**45), st.sampled_from(["radius_m", "distance_m", "travel_time_s"]))
def test_a_cost_survives_being_told_in_metres_or_seconds(cost: int, cost_kind: str) -> None:
    """An integer cost told as metres or seconds comes back as the same integer."""
    assert to_cost(from_cost(cost, cost_kind=cost_kind), cost_kind=cost_kind) == cost


@given(st.lists(st.floats(0, 1e9), min_size=1))
def test_one_rounding_for_limits_and_lengths(metres: list[float]) -> None:
    """A limit of so many metres and an edge of so many metres are the same integer, so that equal means equal."""
    assert lengths_mm(metres).tolist() == [to_cost(length, cost_kind="distance_m") for length in metres]


def test_halves_are_rounded_to_even() -> None:
    """Half a millimetre goes to the even neighbour."""
    assert lengths_mm([0.0005, 0.0015, 0.0025]).tolist() == [0, 2, 2]


@given(st.integers(0, 10**11), st.integers(1, 200))
def test_a_travel_time_is_exact_to_half_a_millisecond(length: int, speed: int) -> None:
    """The integer milliseconds differ from length / speed in exact fractions by no more than one half."""
    told = int(travel_times_ms(np.array([length]), speed)[0])
    assert abs(told - Fraction(length) * Fraction(18, 5) / speed) <= Fraction(1, 2) + Fraction(1, 10**4)


def test_ten_metres_at_sixty_take_six_tenths_of_a_second() -> None:
    """The speed may differ from edge to edge; one kilometre per hour is 1/3.6 millimetre per millisecond."""
    assert travel_times_ms(np.array([10_000, 1_000_000]), np.array([60.0, 3.6])).tolist() == [600, 1_000_000]
