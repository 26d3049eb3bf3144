from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from planner.errors import MandateError
from planner.mandates import read_profile
from planner.mandates.profile import parse_profile
from planner.network.reach import Direction, ReachKey, ReachLabel
from planner.units import CostKind

STANDARD = """
[[standard]]
id = "s"
service = "school"
mode = "walk"
cost = "distance_m"
direction = "toward"
targets = "demand"
limit = "1 km"
"""
NUMBER = '[[number]]\nid = "n"\nservice = "school"\nvalue = 55\nunit = "人/班"\n'
COVERAGE = '[[coverage]]\nstandard = "s"\n'


def _parsed(text: str) -> Any:
    return parse_profile(tomllib.loads(text), where="p.toml")


def _faults(text: str) -> tuple[str, ...]:
    with pytest.raises(MandateError) as raised:
        _parsed(text)
    for sentence in raised.value.faults:
        assert re.fullmatch(r"expected [^\n]+, found [^\n]*: [^\n]+\.", sentence)
    return raised.value.faults


@pytest.mark.parametrize(
    ("mode", "cost", "limit", "expected"),
    [
        ("walk", "distance_m", "1.5 km", 1500.0),
        ("drive", "travel_time_s", "15 min", 900.0),
        ("drive", "travel_time_s", "20 分钟", 1200.0),
        ("straight", "radius_m", "500 m", 500.0),
    ],
)
def test_a_standard_becomes_a_limit_on_one_kind_of_cost(mode: str, cost: CostKind, limit: str, expected: float) -> None:
    """Its number is in metres or seconds, and as it was written it stays beside."""
    text = STANDARD.replace('"walk"', f'"{mode}"').replace("distance_m", cost).replace("1 km", limit)
    entry = _parsed(text).entries["s"]
    assert (entry.reach.key, entry.reach.limit) == (ReachKey(mode, cost, "toward"), expected)
    assert (entry.reach.service, entry.reach.targets, entry.text, entry.value) == ("school", "demand", limit, None)


@pytest.mark.parametrize("direction", ["toward", "from"])
def test_a_standard_names_its_reach(direction: Direction) -> None:
    """Mode, cost kind, direction and targets of the reach that is read are those of the entry."""
    table = {"id": "s", "service": "depot", "mode": "drive", "cost": "travel_time_s", "direction": direction,
             "targets": "anchor", "limit": "10 min"}  # fmt: skip
    found = parse_profile({"standard": [table]}, where="p").entries["s"].reach
    assert found is not None
    assert found.label == ReachLabel(ReachKey("drive", "travel_time_s", direction), "anchor", "depot")


def test_a_number_keeps_its_unit() -> None:
    """It has a value and no reach, and is printed with its unit."""
    entry = _parsed(NUMBER).entries["n"]
    assert (entry.value, entry.text, entry.reach) == (55.0, "55 人/班", None)


def test_where_a_number_comes_from_stays_with_it() -> None:
    """Modal word, area, source and note are kept; unless said, a number is not confirmed and not invented."""
    said = 'modal = "宜"\narea = "urban"\nsource = "GB 1"\nnote = "x"\nconfirmed = true\ninvented = true\n'
    entry = _parsed(STANDARD + said).entries["s"]
    assert (entry.modal, entry.area, entry.source, entry.note) == ("宜", "urban", "GB 1", "x")
    assert (entry.confirmed, entry.invented) == (True, True)
    bare = _parsed(STANDARD).entries["s"]
    assert (bare.confirmed, bare.invented) == (False, False)


def test_coverage_tables_are_asked_for_by_standard() -> None:
    """Groups and attributes are kept in their order; without groups people are counted."""
    text = STANDARD + COVERAGE + 'groups = ["age_3_5", "people"]\nwhere = { owner = ["public"] }\n'
    request = _parsed(text).coverage[0]
    assert request.standard.standard_id == "s"
    assert (request.groups, request.where) == (("age_3_5", "people"), {"owner": ["public"]})
    assert _parsed(STANDARD + COVERAGE).coverage[0].groups == ("people",)


def test_all_faults_of_a_profile_are_told_at_once() -> None:
    """Missing and unknown keys, wrong words, no unit, no number, an id twice, no such standard: a sentence each."""
    text = "".join(
        (
            STANDARD.replace('limit = "1 km"', 'limitt = "1 km"').replace('"s"', '"a"'),
            STANDARD.replace("distance_m", "distance").replace("toward", "to").replace("demand", "people"),
            STANDARD.replace("1 km", "1000").replace('"s"', '"c"'),
            STANDARD.replace('"walk"', '"straight"').replace('"s"', '"d"'),
            STANDARD.replace('"s"', '"e"'),
            STANDARD.replace('"s"', '"e"'),
            NUMBER.replace("55", '"55"'),
            COVERAGE.replace('"s"', '"nowhere"'),
        )
    )
    told = _faults(text)
    words = ["'distance'", "'to'", "'people'", "straight"]
    pieces = ["no limit", "limitt", *words, "1000", "'e' twice", "'55'", "nowhere"]
    assert len(told) == len(pieces)
    for piece in pieces:
        assert sum(piece in sentence for sentence in told) == 1


@pytest.mark.parametrize("value", ["0", "-1", "true", '"55"'])
def test_a_number_is_above_zero(value: str) -> None:
    """Zero, a negative number, a truth and a text are refused."""
    assert len(_faults(NUMBER.replace("55", value))) == 1


@pytest.mark.parametrize(
    ("mode", "cost"), [("straight", "distance_m"), ("straight", "travel_time_s"), ("walk", "radius_m")]
)
def test_a_straight_line_is_no_road(mode: str, cost: str) -> None:
    """A radius is measured straight, and nothing else is."""
    text = STANDARD.replace('"walk"', f'"{mode}"').replace("distance_m", cost)
    assert len(_faults(text.replace("1 km", "1 min" if cost == "travel_time_s" else "1 km"))) == 1


@pytest.mark.parametrize(
    ("cost", "limit"), [("travel_time_s", "1 km"), ("distance_m", "15 min"), ("distance_m", "1000")]
)
def test_a_limit_has_a_unit_of_its_kind(cost: str, limit: str) -> None:
    """A distance in minutes, a time in kilometres, a number without unit: nothing is guessed."""
    assert len(_faults(STANDARD.replace("distance_m", cost).replace("1 km", limit))) == 1


def test_a_limit_is_a_text_with_its_unit() -> None:
    """A bare number in the file is told like a text without unit."""
    assert len(_faults(STANDARD.replace('"1 km"', "1000"))) == 1


def test_only_demand_points_have_coverage_tables() -> None:
    """A standard over anchors, or a number, counts no people."""
    assert len(_faults(STANDARD.replace("demand", "anchor") + COVERAGE)) == 1
    assert len(_faults(NUMBER + COVERAGE.replace('"s"', '"n"'))) == 1


def test_a_standard_has_one_coverage_table() -> None:
    """Two tables of one standard could not be told apart by its id."""
    assert len(_faults(STANDARD + COVERAGE + COVERAGE)) == 1


def test_the_policys_own_profile_holds_no_numbers() -> None:
    """The text names no radius, no class size and no time, and neither does the profile that is made from it."""
    profile = read_profile("dalian-2018")
    assert (profile.profile_id, profile.version) == ("dalian-2018", "1")
    assert (dict(profile.entries), profile.coverage) == ({}, ())


def test_the_samples_numbers_are_all_labelled_invented(checkout: Path) -> None:
    """No number of the sample can be taken for a citation: each is invented, unconfirmed, and says so as its source."""
    profile = read_profile("data/standards/sample-invented.toml", folder=checkout)
    assert profile.raw["profile"]["invented"] is True
    assert profile.entries
    for entry in profile.entries.values():
        assert (entry.invented, entry.confirmed) == (True, False)
        assert "虚构" in entry.source


def test_a_file_is_found_beside_the_study(tmp_path: Path) -> None:
    """A path is relative to the given folder; what is neither a name nor a file, or no TOML, is one sentence."""
    (tmp_path / "mine.toml").write_text('[profile]\nid = "mine"\nversion = 2\n' + NUMBER, "utf-8")
    profile = read_profile("mine.toml", folder=tmp_path)
    assert (profile.profile_id, profile.version, list(profile.entries)) == ("mine", "2", ["n"])
    with pytest.raises(MandateError, match=r"profile \(dalian-2018\) or a TOML file, found neither at 'other'"):
        read_profile("other", folder=tmp_path)
    (tmp_path / "broken.toml").write_text("[[standard\n", "utf-8")
    with pytest.raises(MandateError, match=r"in TOML at 'broken\.toml'"):
        read_profile("broken.toml", folder=tmp_path)


def test_a_profile_cannot_be_changed() -> None:
    """What was read is what a run records."""
    with pytest.raises(TypeError):
        _parsed(NUMBER).entries["n"] = None


HOSTILE = {
    "standards that are a number": "standard = 3",
    "a standard that is one table": STANDARD.replace("[[standard]]", "[standard]"),
    "a head that is a number": "profile = 3",
    "a misspelt table": STANDARD.replace("[[standard]]", "[[standards]]"),
    "an id that is a number": STANDARD.replace('"s"', "5"),
    "no number at all": NUMBER.replace("55", "nan"),
    "a number without end": NUMBER.replace("55", "inf"),
    "false as a text": NUMBER + 'confirmed = "false"\n',
    "coverage tables that are numbers": "coverage = [1]",
    "a standard that is a list": STANDARD + '[[coverage]]\nstandard = ["s"]\n',
    "a misspelt key in a coverage table": STANDARD + COVERAGE + 'grups = ["people"]\n',
    "groups that are a text": STANDARD + COVERAGE + 'groups = "people"\n',
    "no groups": STANDARD + COVERAGE + "groups = []\n",
    "a group twice": STANDARD + COVERAGE + 'groups = ["people", "people"]\n',
    "attributes that are a text": STANDARD + COVERAGE + 'where = "public"\n',
    "a limit of nothing": STANDARD.replace("1 km", "0 m"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_else_may_be_wrong_in_a_profile(text: str) -> None:
    """Other shapes of a wrong file end in one sentence too, never in a traceback and never in silence."""
    assert len(_faults(text)) == 1
