"""The policy as it is quoted, and what is told of a policy file that is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from planner.errors import MandateError
from planner.mandates import Mandate, Policy, Profile, read_policy
from planner.mandates.capacity import Capacity
from planner.mandates.count_per_unit import CountPerUnit
from planner.mandates.coverage_share import CoverageShare
from planner.mandates.network_roles import NetworkRoles
from planner.mandates.policy import _BUILDERS
from planner.mandates.profile import parse_profile
from planner.mandates.programme_per_year import ProgrammePerYear
from tests.small import facilities, made_of, view_of
from tests.small import options as options_table

TEXT = Path(__file__).parent.parent / "references" / "dazhengfa-2018-28.txt"
BUILT_IN = "dazhengfa-2018-28"

LEAD_DEPARTMENTS = {
    "二(一)": "市教育局牵头",
    "二(二)": "市人社局牵头",
    "二(三)": "市人社局牵头",
    "二(四)": "市卫生计生委、市食品药品监管局分别牵头",
    "二(五)": "市民政局牵头",
    "二(六)": "市国土房屋局、市建委分别牵头",
    "二(七)": "市文广局、市体育局分别牵头",
    "二(八)": "市残联牵头",
}
"""责任单位 of each domain, as read from the text by hand."""

PROFILE = parse_profile(
    {
        "profile": {"id": "p"},
        "standard": [
            {
                "id": name,
                "service": service,
                "mode": "straight",
                "cost": "radius_m",
                "direction": "toward",
                "targets": targets,
                "limit": "1 km",
                **more,
            }
            for name, service, targets, more in (
                ("seen", "school", "demand", {"confirmed": True}),
                ("unseen", "school", "demand", {"confirmed": False}),
                ("made-up", "school", "demand", {"confirmed": True, "invented": True}),
                ("depot.township", "disaster_depot", "anchor", {"confirmed": False}),
                ("depot.village", "disaster_depot", "anchor", {"confirmed": True}),
            )
        ],
        "number": [
            {"id": "school.class_size_limit", "service": "primary_school", "value": 55, "unit": "人/班"},
            {"id": "seen.size", "service": "primary_school", "value": 45, "unit": "人/班", "confirmed": True},
        ],
    },
    where="p",
)

ENTRY = """
[[mandate]]
id = "a"
quote = "q"
section = "s"
strength = "hard"
lead_department = "l"
service = "school"
"""
COUNT = ENTRY + 'predicate = "COUNT_PER_UNIT"\nunit_set = "townships"\n'
ROLES = ENTRY + 'predicate = "NETWORK_ROLES"\n'
SHARE = ENTRY + 'predicate = "COVERAGE"\nunit_set = "townships"\nshare = 0.9\n'


class Paragraph(NamedTuple):
    """One dashed paragraph of the text, under its heading, with who is responsible for its domain."""

    section: str
    text: str
    domain: str


def _paragraphs() -> list[Paragraph]:
    """Read the text by its headings (二、 then (一) then 1. then --义务教育)."""
    found, chapter, domain, part = [], "", "", ""
    for line in (raw.strip() for raw in TEXT.read_text("utf-8").splitlines()):
        if match := re.match(r"^([一二三])、", line):
            chapter, domain, part = match[1], "", ""
        elif match := re.match(r"^\(([一二三四五六七八])\)", line):
            domain, part = f"{chapter}({match[1]})", ""
        elif match := re.match(r"^([12])\.", line):
            part = match[1]
        elif match := re.match(r"^--([^。]+)。", line):
            found.append(Paragraph(f"{domain}{part} {match[1]}", line, domain))
    return found


def _responsible() -> dict[str, str]:
    """Return by domain the 责任单位 that stands at its end."""
    found, domain = {}, ""
    for line in (raw.strip() for raw in TEXT.read_text("utf-8").splitlines()):
        if match := re.match(r"^\(([一二三四五六七八])\)", line):
            domain = f"二({match[1]})"
        elif match := re.match(r"^\(责任单位:(.+?),其他有关部门按职责分工负责\)$", line):
            found[domain] = match[1]
    return found


def _built_in(profile: Profile = PROFILE, **more: object) -> Policy:
    return read_policy(BUILT_IN, profile=profile, years=(2026, 2027), **more)  # type: ignore[arg-type]


def _mandate(name: str, **more: object) -> Mandate:
    return _built_in(only=[name], **more).mandates[0]


def _read(folder: Path, text: str, **more: object) -> Policy:
    (folder / "policy.toml").write_text(text, "utf-8")
    return read_policy("policy.toml", profile=PROFILE, years=(2026,), folder=folder, **more)  # type: ignore[arg-type]


def _faults(folder: Path, text: str, **more: object) -> tuple[str, ...]:
    with pytest.raises(MandateError) as raised:
        _read(folder, text, **more)
    for sentence in raised.value.faults:
        assert re.fullmatch(r"expected [^\n]+, found [^\n]*: [^\n]+\.", sentence)
    return raised.value.faults


@pytest.mark.parametrize("mandate", _built_in().mandates, ids=lambda mandate: mandate.mandate_id)
def test_a_quote_stands_word_for_word_where_it_is_said_to(mandate: Mandate) -> None:
    """The quote is an exact part of the paragraph under the heading that `section` names."""
    holding = [paragraph for paragraph in _paragraphs() if mandate.quote in paragraph.text]
    assert [paragraph.section for paragraph in holding] == [mandate.section]


@pytest.mark.parametrize("mandate", _built_in().mandates, ids=lambda mandate: mandate.mandate_id)
def test_the_lead_department_is_that_of_the_domain(mandate: Mandate) -> None:
    """Who leads is what the text says at the end of the domain, and what was read from it by hand."""
    domain = mandate.section.split(")")[0] + ")"
    assert mandate.lead_department == LEAD_DEPARTMENTS[domain] == _responsible()[domain]


def test_the_reference_is_the_whole_text() -> None:
    """Every domain has its responsible department there, and the title and date are those of the policy file."""
    assert _responsible() == LEAD_DEPARTMENTS
    text = TEXT.read_text("utf-8")
    policy = _built_in()
    assert "大连市人民政府关于大连市推进基本公共服务均等化的实施意见" in text
    assert policy.title == "大连市人民政府关于大连市推进基本公共服务均等化的实施意见(大政发〔2018〕28号)"
    assert (policy.policy_id, policy.issued, policy.horizon) == (BUILT_IN, "2018-07-30", 2020)
    assert text.rstrip().endswith("2018年7月30日")


def test_the_text_names_no_radius_and_no_class_size() -> None:
    """It leaves them open, so that they come from a profile and never from a quote."""
    text = TEXT.read_text("utf-8")
    assert not re.search(r"\d+\s*(米|公里|千米|分钟|人/班|人以上)", text)


def test_the_five_mandates_are_read_as_they_should_be() -> None:
    """Each is bound to its predicate, strength and unit set; 乡镇 is not 街道(乡镇)."""
    found = {mandate.mandate_id: mandate for mandate in _built_in().mandates}
    told = {
        name: (mandate.strength, mandate.predicate_name, type(mandate.predicate)) for name, mandate in found.items()
    }
    assert told == {
        "kindergarten.township-central": ("hard", "COUNT_PER_UNIT", CountPerUnit),
        "health-center.township-standardised": ("hard", "COUNT_PER_UNIT", CountPerUnit),
        "school.no-large-class": ("hard", "CAPACITY", Capacity),
        "school.planning-class-size": ("soft", "CAPACITY", Capacity),
        "fitness-park.per-year": ("hard", "PROGRAMME_PER_YEAR", ProgrammePerYear),
        "disaster-depot.roles": ("network", "NETWORK_ROLES", NetworkRoles),
    }
    central = found["kindergarten.township-central"].predicate
    assert isinstance(central, CountPerUnit)
    assert (central.unit_set.name, central.minimum, dict(central.where)) == (
        "townships",
        1,
        {"owner": "public", "rank": "central"},
    )
    parks = found["fitness-park.per-year"].predicate
    assert isinstance(parks, ProgrammePerYear)
    assert (parks.minimum, parks.years, parks.unit_set.name) == (5, (2026, 2027), "city")
    depots = found["disaster-depot.roles"].predicate
    assert isinstance(depots, NetworkRoles)
    assert [(level.level, level.role, level.unit_set.name) for level in depots.levels] == [
        ("city", "required", "city"),
        ("county", "required", "counties_and_leading_zones"),
        ("township", "required_or_covered", "streets_and_townships"),
        ("village", "covered", "communities_and_villages"),
    ]


def test_a_reading_that_goes_beyond_the_words_is_flagged() -> None:
    """What is interpretive says so and why."""
    for mandate in _built_in().mandates:
        assert bool(mandate.note) or not mandate.interpretive
    assert _mandate("disaster-depot.roles").interpretive
    assert not _mandate("kindergarten.township-central").interpretive


def test_a_study_may_take_some_mandates() -> None:
    """`only` keeps the order of the file; an id that the policy has not is told."""
    names = ["fitness-park.per-year", "kindergarten.township-central"]
    assert [mandate.mandate_id for mandate in _built_in(only=names).mandates] == names[::-1]
    with pytest.raises(MandateError, match=r"found kindergarten\.townships: correct \[mandates\] only"):
        _built_in(only=["kindergarten.townships"])


def test_a_soft_mandate_is_never_a_row() -> None:
    """Siting never spends money on what is only reported."""
    with pytest.raises(ValueError, match="soft mandates are never rows"):
        _mandate("school.planning-class-size").rows(view_of(made_of(facilities()), options_table()))


def test_rows_carry_the_name_of_their_mandate() -> None:
    """Two mandates of one predicate stay apart."""
    rows = _mandate("kindergarten.township-central").rows(view_of(made_of(facilities()), options_table()))
    assert set(rows.findings["mandate_id"]) == {"kindergarten.township-central"}


def test_a_number_that_the_profile_lacks_is_told_as_missing() -> None:
    """Under a profile without numbers the mandate is bound, and says why it cannot be evaluated."""
    empty = parse_profile({}, where="empty")
    capacity = _mandate("school.no-large-class", profile=empty).predicate
    assert isinstance(capacity, Capacity)
    assert (capacity.class_size, capacity.missing_number) == (None, "standard_missing")
    depots = _mandate("disaster-depot.roles", profile=empty).predicate
    assert isinstance(depots, NetworkRoles)
    assert [level.missing_standard for level in depots.levels] == ["", "", "standard_missing", "standard_missing"]


def test_unconfirmed_numbers_may_be_forbidden(tmp_path: Path) -> None:
    """An unconfirmed or invented number is then no number; a confirmed one still is; by default all are used."""
    refused = _mandate("school.no-large-class", forbid_unconfirmed=True).predicate
    assert isinstance(refused, Capacity)
    assert refused.missing_number == "standard_unconfirmed"
    depots = _mandate("disaster-depot.roles", forbid_unconfirmed=True).predicate
    assert isinstance(depots, NetworkRoles)
    assert [level.missing_standard for level in depots.levels] == ["", "", "standard_unconfirmed", ""]
    for name, expected in {"seen": "", "unseen": "standard_unconfirmed", "made-up": "standard_unconfirmed"}.items():
        text = SHARE + f'standard = "{name}"\n'
        strict = _read(tmp_path, text, forbid_unconfirmed=True).mandates[0].predicate
        free = _read(tmp_path, text).mandates[0].predicate
        assert isinstance(strict, CoverageShare)
        assert isinstance(free, CoverageShare)
        assert (strict.missing_standard, free.missing_standard) == (expected, "")


def test_a_policy_of_ones_own_may_name_its_own_units(tmp_path: Path) -> None:
    """A unit set of levels and kinds, with its words, beside the built-in ones."""
    councils = '[unit_sets.councils]\nlabel = "council"\nlevels = ["township"]\nkinds = ["council"]\n'
    text = '[policy]\nid = "mine"\n' + councils
    policy = _read(tmp_path, text + COUNT.replace("townships", "councils"))
    predicate = policy.mandates[0].predicate
    assert isinstance(predicate, CountPerUnit)
    assert (predicate.unit_set.levels, predicate.unit_set.kinds) == (("township",), ("council",))
    assert policy.mandates[0].raw["unit_set"]["label"] == "council"
    assert (policy.policy_id, policy.horizon) == ("mine", None)


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    """At least one facility, whatever its attributes; the record of the run holds what was meant."""
    mandate = _read(tmp_path, COUNT).mandates[0]
    assert isinstance(mandate.predicate, CountPerUnit)
    assert (mandate.predicate.minimum, dict(mandate.predicate.where)) == (1, {})
    assert (mandate.raw["minimum"], mandate.raw["where"], mandate.raw["unit_set"]["name"]) == (1, {}, "townships")


def test_every_predicate_has_a_record(tmp_path: Path) -> None:
    """Each kind can be read from a file, and its raw entry says with which units."""
    more = {
        "COUNT_PER_UNIT": 'unit_set = "streets"',
        "PROGRAMME_PER_YEAR": 'unit_set = "city"\nminimum = 2',
        "CAPACITY": 'class_size = "seen.size"\ngroup = "age_6_11"',
        "NETWORK_ROLES": 'levels = [{ role = "required", level = "city", unit_set = "city" }]',
        "COVERAGE": 'unit_set = "counties"\nstandard = "seen"\nshare = 0.8',
    }
    assert set(more) == set(_BUILDERS)
    for kind, text in more.items():
        mandate = _read(tmp_path, ENTRY + f'predicate = "{kind}"\n{text}\n').mandates[0]
        assert mandate.predicate_name == kind
        assert mandate.raw["id"] == "a"


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """Unknown predicate, unit set, key; missing keys; wrong share, wrong strength; an id twice: a sentence each."""
    text = "".join(
        (
            ENTRY.replace('"a"', '"b"') + 'predicate = "COUNT_PER_UNITS"\n',
            COUNT.replace('"a"', '"c"').replace("townships", "parishes"),
            COUNT.replace('"a"', '"d"') + "minimun = 2\n",
            '[[mandate]]\nid = "e"\nservice = "school"\nstrength = "hard"\npredicate = "CAPACITY"\n',
            SHARE.replace('"a"', '"f"').replace("0.9", "90") + 'standard = "seen"\n',
            COUNT.replace('"a"', '"g"').replace('"hard"', '"firm"'),
            COUNT.replace('"a"', '"h"'),
            COUNT.replace('"a"', '"h"'),
        )
    )
    told = _faults(tmp_path, text)
    assert len(told) == 7
    missing = "no lead_department, quote, section"
    for piece in ("COUNT_PER_UNITS", "parishes", "minimun", missing, "90", "firm", "unique"):
        assert sum(piece in sentence for sentence in told) == 1


@pytest.mark.parametrize("share", ["0", "-0.1", "1.1", "true", '"0.9"', "nan"])
def test_a_share_is_above_zero_and_up_to_one(tmp_path: Path, share: str) -> None:
    """90 or a text is no share; nothing is guessed."""
    assert len(_faults(tmp_path, SHARE.replace("0.9", share) + 'standard = "seen"\n')) == 1


def test_a_level_of_a_network_needs_its_role(tmp_path: Path) -> None:
    """A role or a level that is not known is told, each of them."""
    wrong_role = '{ role = "nice", level = "city", unit_set = "city" }'
    wrong_level = '{ role = "required", level = "region", unit_set = "city" }'
    told = _faults(tmp_path, ROLES + f"levels = [{wrong_role}, {wrong_level}]\n")
    assert len(told) == 2


def test_a_file_that_is_not_there_or_no_toml_is_told(tmp_path: Path) -> None:
    """One sentence that names the built-in policies, or the place in the file."""
    with pytest.raises(MandateError, match=r"expected a policy \(dazhengfa-2018-28\) or a TOML file, found neither"):
        read_policy("nowhere.toml", profile=PROFILE, years=(2026,), folder=tmp_path)
    assert len(_faults(tmp_path, "[[mandate\n")) == 1
    (tmp_path / "gbk.toml").write_bytes('id = "乡镇"'.encode("gbk"))
    with pytest.raises(MandateError, match="correct the file"):
        read_policy("gbk.toml", profile=PROFILE, years=(2026,), folder=tmp_path)


HOSTILE = {
    "a mandate that is one table": COUNT.replace("[[mandate]]", "[mandate]"),
    "mandates that are a number": "mandate = 3",
    "mandates that are numbers": "mandate = [1]",
    "unit sets that are a number": "unit_sets = 3\n" + COUNT,
    "a head that is a number": "policy = 3\n" + COUNT,
    "a minimum in words": COUNT + 'minimum = "two"\n',
    "a minimum of nothing": COUNT + "minimum = 0\n",
    "a minimum of a part": COUNT + "minimum = 1.9\n",
    "attributes that are a text": COUNT + 'where = "public"\n',
    "an id that is a number": COUNT.replace('"a"', "5"),
    "an empty quote": COUNT.replace('"q"', '""'),
    "no as a text": COUNT + 'interpretive = "no"\n',
    "a network without levels": ROLES,
    "levels that are numbers": ROLES + "levels = [1]\n",
    "an unknown key in a level": ROLES
    + 'levels = [{ role = "covered", level = "city", unit_set = "city", standrad = "seen" }]\n',
    "a unit set without levels": '[unit_sets.mine]\nlevel = ["township"]\n' + COUNT.replace("townships", "mine"),
    "a unit set of an unknown level": '[unit_sets.mine]\nlevels = ["parish"]\n' + COUNT.replace("townships", "mine"),
    "a misspelt table": COUNT.replace("[[mandate]]", "[[mandates]]"),
    "a standard for another service": SHARE.replace('"school"', '"park"') + 'standard = "seen"\n',
    "a standard of anchors where people are counted": SHARE.replace('"school"', '"disaster_depot"')
    + 'standard = "depot.village"\n',
    "two faults in one entry": COUNT.replace("townships", "parishes").replace('"hard"', '"firm"'),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_else_may_be_wrong_in_a_policy_file(tmp_path: Path, text: str) -> None:
    """Other shapes of a wrong file end in sentences too, never in a traceback and never in silence."""
    assert len(_faults(tmp_path, text)) == (2 if "parishes" in text else 1)
