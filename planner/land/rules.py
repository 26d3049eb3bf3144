"""The rules of land: what each layer does to a site, with its source. Data: ``rules.csv``, and the study's own.

The texts of the review forms and standards were seen in stored copies (``seen``), or only as somebody quotes them
(``quoted``); where neither is so, the rule has no source of ours (``study``), and a study that uses it must give one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal

import pandas as pd

from planner.errors import Faults, LayerError, shortened
from planner.land.settings import EFFECTS, LandSettings, RuleSettings
from planner.layers.source import ExclusionSource

FARMLAND = "basic-farmland"
TOLERANCE_M2 = 1.0  # an overlap up to this is a matter of drawing, not of land
_SLOPES = ("slope_mean", "slope_max")
_NEAR = 0.9  # as like a known rule as this, an id of the study's own is taken for a slip

Strength = Literal["seen", "quoted", "study"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LandRule:
    """One rule.

    Attributes
    ----------
    rule_id, name, name_en
        Id and words.
    effect
        ``exclude``; ``exclude_unless_exception`` (of the site, cited); ``condition`` (unmet: the plan must be
        adjusted first); ``told``.
    measure
        ``overlap`` or ``outside`` (m2), ``inside`` (m2), ``distance`` (m), ``slope_mean`` or ``slope_max``
        (degrees), ``template`` (by each option template).
    limit
        What is permitted: m2 at most, degrees at most, metres at least. None where nobody states it.
    unit
        Of measure and limit.
    services
        Which it is about; all where empty.
    supports
        A condition that is met on this land, too.
    source
        Document.
    strength
        ``seen``, ``quoted``, or ``study``: of the study's own.
    note
        What else is to be known.
    """

    rule_id: str
    name: str
    name_en: str
    effect: str
    measure: str
    limit: float | None = TOLERANCE_M2
    unit: str = "m2"
    services: tuple[str, ...] = ()
    supports: str = ""
    source: str = ""
    strength: Strength = "study"
    note: str = ""


@cache
def built_in_rules() -> tuple[LandRule, ...]:
    """Return the rules of the package, in the order of the file."""
    text = files("planner.land").joinpath("rules.csv").read_text(encoding="utf-8")
    return tuple(_rule(row) for row in csv.DictReader(text.splitlines()))


def _rule(row: Mapping[str, str]) -> LandRule:
    texts = {name: row[name] for name in ("name", "name_en", "effect", "measure", "unit", "supports", "source", "note")}
    strength: Strength = "seen" if row["strength"] == "seen" else "quoted" if row["strength"] == "quoted" else "study"
    return LandRule(
        rule_id=row["rule_id"],
        limit=float(row["limit"]) if row["limit"] else None,
        services=tuple(row["services"].split("|")) if row["services"] else (),
        strength=strength,
        **texts,
    )


def rules_in_effect(settings: LandSettings, layers: Sequence[ExclusionSource]) -> tuple[LandRule, ...]:
    """Return the package's rules with what a study says, and those of its own.

    Parameters
    ----------
    settings
        Of the study: ``[[land.rules]]``.
    layers
        ``[[layers.exclusions]]``; an id that is nobody's is a rule of the study's own, which excludes.

    Raises
    ------
    LayerError
        With every fault: an id that is nearly a known one, a rule in use without a source or a limit, an
        effect or a limit changed without a source.
    """
    faults = Faults()
    known = {rule.rule_id: rule for rule in built_in_rules()}
    for own in settings.rules:
        _check_near(own.id, known, faults)
        known[own.id] = _changed(known[own.id], own, faults) if own.id in known else _own(own)
    for layer in layers:
        if layer.rule_id not in known:
            _check_near(layer.rule_id, known, faults)
            known[layer.rule_id] = _named(layer)
        known[layer.rule_id] = _with_words(known[layer.rule_id], layer)
    used = dict.fromkeys(layer.rule_id for layer in layers)
    _check_used([known[name] for name in used], layers, settings, faults)
    _check_exceptions(settings, known, faults)
    faults.raise_if_any(LayerError)
    return tuple(known.values())


def measured_from(rules: Iterable[LandRule]) -> frozenset[str]:
    """Return the rules from whose land a distance is kept: points and lines count, too."""
    return frozenset(rule.rule_id for rule in rules if rule.measure == "distance")


def rules_frame(rules: Sequence[LandRule]) -> pd.DataFrame:
    """Return the rules as a table, services joined with ";", limit NaN where none is stated."""
    rows = [
        {name: getattr(rule, name) for name in LandRule.__dataclass_fields__} | {"services": ";".join(rule.services)}
        for rule in rules
    ]
    return pd.DataFrame(rows).astype({"limit": "float64"})


def _check_near(name: str, known: Mapping[str, LandRule], faults: Faults) -> None:
    if name not in known and (near := get_close_matches(name, known, n=1, cutoff=_NEAR)):
        faults.add("a rule of land, or an id unlike any", repr(name), f"write {near[0]!r}, or another id of your own")


def _changed(rule: LandRule, own: RuleSettings, faults: Faults) -> LandRule:
    """Return a rule of the package as a study changes it; what it does is then the study's word."""
    given = {key: value for key in ("name", "name_en", "effect", "measure", "limit", "services", "source")
             if (value := getattr(own, key)) not in (None, "", ())}  # fmt: skip
    decides = {"effect", "measure", "limit", "services"} & given.keys()
    if rule.measure == "template":
        faults.add(f"no [[land.rules]] for {own.id}", "one", "state it in land_uses and min_area_m2 of the options")
    if decides and not own.source:
        faults.add(f"a source for {', '.join(sorted(decides))} of rule {own.id!r}", "none", "cite the document")
    if rule.rule_id == FARMLAND and own.effect not in (None, "exclude"):
        faults.add("永久基本农田 to exclude", repr(own.effect), "remove the effect: no exception is known")
    if "measure" in given:
        given["unit"] = unit_of(str(given["measure"]))
    return replace(rule, **given, strength="study" if decides or own.source else rule.strength)


def _own(own: RuleSettings) -> LandRule:
    measure = own.measure or "overlap"
    return LandRule(
        rule_id=own.id,
        name=own.name or own.id,
        name_en=own.name_en or own.name or own.id,
        effect=own.effect or "exclude",
        measure=measure,
        limit=own.limit if own.limit is not None else TOLERANCE_M2 if unit_of(measure) == "m2" else None,
        unit=unit_of(measure),
        services=own.services,
        source=own.source,
    )


def _named(layer: ExclusionSource) -> LandRule:
    name = layer.rule_name or layer.rule_id
    return LandRule(
        rule_id=layer.rule_id, name=name, name_en=name, effect="exclude", measure="overlap", source=layer.source
    )


def _with_words(rule: LandRule, layer: ExclusionSource) -> LandRule:
    """Return a rule with the document of its layer where it has none."""
    return rule if rule.source else replace(rule, source=layer.source)


def unit_of(measure: str) -> str:
    """Return the unit of a measure."""
    return "m" if measure == "distance" else "degrees" if measure in _SLOPES else "m2"


def _check_used(
    used: Sequence[LandRule], layers: Sequence[ExclusionSource], settings: LandSettings, faults: Faults
) -> None:
    """Check that what a study uses can be measured, and rests on a document."""
    ours = {rule.rule_id for rule in built_in_rules()} | {own.id for own in settings.rules}
    for rule in used:
        if rule.measure == "template" or rule.measure in _SLOPES:
            do = "give the elevations as dem in [land]" if rule.measure in _SLOPES else "remove the layer"
            faults.add(f"no layer of areas for rule {rule.rule_id!r}", "one", do)
        elif rule.limit is None:
            faults.add(f"a limit of rule {rule.rule_id!r}", "none", "state limit and source in [[land.rules]]")
        if not rule.source and rule.rule_id in ours:
            do = "state source in its [[layers.exclusions]] or in [[land.rules]]"
            faults.add(f"a source of rule {rule.rule_id!r}", "none, and we know of none", do)
    slope = next((own for own in settings.rules if own.id == "slope"), None)
    if slope is not None and slope.effect not in (None, "told") and slope.limit is None:
        faults.add("a limit of rule 'slope'", "none", "state limit (degrees) and source in [[land.rules]]")
    if settings.rules and not settings.dem and slope is not None:
        faults.add("elevations for rule 'slope'", "no dem", "give dem in [land], or remove the rule")
    idle = [own.id for own in settings.rules if own.id != "slope" and own.id not in {one.rule_id for one in layers}]
    if idle:
        do = "add [[layers.exclusions]] with that rule_id, or remove the rule"
        faults.add("a layer for every rule of [[land.rules]]", f"none for {shortened(idle)}", do)


def _check_exceptions(settings: LandSettings, known: Mapping[str, LandRule], faults: Faults) -> None:
    for one in settings.exceptions:
        rule = known.get(one.rule_id)
        if rule is None or rule.effect != EFFECTS[1]:
            found = "no such rule" if rule is None else f"{rule.effect}"
            expected = f"a rule that knows exceptions for site {one.site_id!r} ({one.rule_id})"
            faults.add(expected, found, "remove the exception, or correct its rule_id")
