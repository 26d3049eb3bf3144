from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from planner.errors import InputError, LayerError
from planner.land import LandException, LandSettings, RuleSettings, built_in_rules, rules_in_effect
from planner.layers import ExclusionSource

DATE = dt.date(2025, 3, 1)


def _layer(rule_id: str, source: str = "") -> ExclusionSource:
    return ExclusionSource(path=Path("x.gpkg"), rule_id=rule_id, source=source)


def _exception(rule_id: str) -> LandException:
    return LandException(site_id="a", rule_id=rule_id, granted_by="省自然资源厅", document="示例〔2025〕1号", date=DATE)


def test_only_farmland_excludes_outright() -> None:
    """Every other rule of the package knows an exception, is a condition, is told, or is of the option templates."""
    outright = {rule.rule_id for rule in built_in_rules() if rule.effect == "exclude" and rule.measure != "template"}
    assert outright == {"basic-farmland"}
    boundary = next(rule for rule in built_in_rules() if rule.rule_id == "urban-growth-boundary")
    assert (boundary.effect, boundary.measure) == ("condition", "outside")


def test_a_rule_without_a_source_is_of_the_study() -> None:
    """Whoever has no document says so: the strength is the study's own, exactly where the source is empty."""
    ours = [rule for rule in built_in_rules() if rule.measure != "template"]
    assert all((rule.strength == "study") == (not rule.source) for rule in ours)


def test_the_study_must_cite_what_we_cannot() -> None:
    """Water-source protection without a document is refused; with one the strength is told."""
    with pytest.raises(LayerError, match="a source of rule 'water-source-1', found none, and we know of none"):
        rules_in_effect(LandSettings(), [_layer("water-source-1")])
    rules = {rule.rule_id: rule for rule in rules_in_effect(LandSettings(), [_layer("water-source-1", "示例批复")])}
    assert (rules["water-source-1"].source, rules["water-source-1"].strength) == ("示例批复", "study")


@pytest.mark.parametrize(
    ("own", "layer", "words"),
    [
        (RuleSettings(id="blue-line", effect="told"), "blue-line", "a source for effect of rule 'blue-line'"),
        (RuleSettings(id="basic-farmland", effect="told", source="x"), "basic-farmland", "永久基本农田 to exclude"),
        (RuleSettings(id="blue-lin", effect="told", source="x"), "blue-lin", "write 'blue-line'"),
        (RuleSettings(id="odour", effect="told", source="x"), "blue-line", "a layer for every rule"),
        (RuleSettings(id="slope", effect="condition", source="x"), "blue-line", "a limit of rule 'slope'"),
        (RuleSettings(id="min-area", limit=3, source="x"), "blue-line", "min_area_m2 of the options"),
    ],
)
def test_what_a_study_cannot_say_is_refused(own: RuleSettings, layer: str, words: str) -> None:
    """A change without a source, a slip in an id, a rule without a layer: one sentence each."""
    with pytest.raises(LayerError) as caught:
        rules_in_effect(LandSettings(rules=(own,)), [_layer(layer)])
    assert words in str(caught.value)


def test_a_distance_needs_a_limit() -> None:
    """How far from the coast nobody here knows; the study says it, with its source."""
    with pytest.raises(LayerError, match="a limit of rule 'coast-setback'"):
        rules_in_effect(LandSettings(), [_layer("coast-setback", "示例")])
    own = RuleSettings(id="coast-setback", limit=200, source="示例办法")
    rules = rules_in_effect(LandSettings(rules=(own,)), [_layer("coast-setback")])
    assert next(rule.limit for rule in rules if rule.rule_id == "coast-setback") == 200


def test_a_rule_of_the_study_excludes_as_before() -> None:
    """An id that is nobody's excludes what it touches, as the study's own."""
    rules = rules_in_effect(LandSettings(), [_layer("farmland")])
    assert [(rule.effect, rule.strength) for rule in rules if rule.rule_id == "farmland"] == [("exclude", "study")]


def test_exceptions_are_of_rules_that_know_them() -> None:
    """Basic farmland knows no exception; an empty citation is none."""
    with pytest.raises(LayerError, match=r"knows exceptions for site 'a' \(basic-farmland\)"):
        rules_in_effect(LandSettings(exceptions=(_exception("basic-farmland"),)), [_layer("basic-farmland")])
    with pytest.raises(InputError, match="document of the exception"):
        LandException(site_id="a", rule_id="ecological-red-line", granted_by="省厅", document=" ", date=DATE)
