"""Policy files: clauses with their exact quotes, bound to predicates, unit sets and standards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.coverage.standard import ReachStandard
from planner.errors import Faults, MandateError
from planner.mandates.capacity import Capacity
from planner.mandates.count_per_unit import CountPerUnit
from planner.mandates.coverage_share import CoverageShare
from planner.mandates.every_institution import EveryInstitution
from planner.mandates.mandate import Mandate, Predicate
from planner.mandates.network_roles import LEVELS, NetworkRoles, RoleLevel
from planner.mandates.profile import Entry, Profile, read_toml
from planner.mandates.programme_per_year import ProgrammePerYear
from planner.mandates.shapes import ANY, COUNT, REMARK, TABLE, TABLES, TEXT, TEXTS, TRUTH, fits, part
from planner.mandates.unit_sets import BUILT_IN, UnitSet, own_unit_set

_REQUIRED = ("id", "quote", "section", "strength", "lead_department", "service")
_COMMON = {
    **dict.fromkeys((*_REQUIRED, "predicate"), TEXT),
    "label": TEXTS,
    "interpretive": TRUTH,
    "note": REMARK,
}
_KEYS = {
    "COUNT_PER_UNIT": {"unit_set": TEXT, "where": TABLE, "minimum": COUNT},
    "PROGRAMME_PER_YEAR": {"unit_set": TEXT, "where": TABLE, "minimum": COUNT, "accepted": TRUTH},
    "CAPACITY": {"group": TEXT, "class_size": TEXT},
    "NETWORK_ROLES": {"levels": TABLES},
    "COVERAGE": {"unit_set": TEXT, "where": TABLE, "standard": TEXT, "group": TEXT, "share": ANY},
}
_LEVEL = {"role": TEXT, "level": TEXT, "unit_set": TEXT, "standard": TEXT}
_DOCUMENT = {"policy": TABLE, "unit_sets": TABLE, "mandate": TABLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy and the mandates that a study takes from it.

    Attributes
    ----------
    policy_id, title, issued, horizon
        Which text; the last year it speaks of (None where it names none).
    mandates
        Bound to a profile, ready to be evaluated.
    """

    policy_id: str
    title: str
    issued: str
    horizon: int | None
    mandates: tuple[Mandate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Binding:
    """What the entries of a policy file are bound to."""

    profile: Profile
    unit_sets: Mapping[str, UnitSet]
    years: tuple[int, ...]
    forbid_unconfirmed: bool
    faults: Faults
    where: str

    def unit_set(self, entry: Mapping[str, Any], owner: str, *, institutions: bool = False) -> UnitSet:
        """Return the unit set that an entry names; `institutions` only where the predicate can speak of them."""
        name = str(entry.get("unit_set", ""))
        if name not in self.unit_sets:
            self.faults.add(
                f"unit_set of {owner} to be one of {', '.join(sorted(self.unit_sets))}", repr(name), "name one"
            )
        found = self.unit_sets.get(name, BUILT_IN["city"])
        if found.of_institutions and not institutions:
            what = f"units of an area in {owner}, as only COUNT_PER_UNIT speaks of every institution"
            self.faults.add(what, repr(name), "name another unit_set, or take COUNT_PER_UNIT")
        return found

    def standard(self, name: str | None, *, service: str, targets: str, owner: str) -> tuple[ReachStandard | None, str]:
        """Return a reach standard of the profile, and the reason code where it cannot be used."""
        entry = self.profile.entries.get(name or "")
        if entry is None or entry.reach is None:
            return None, "standard_missing"
        if (entry.reach.service, entry.reach.targets) != (service, targets):
            self.faults.add(
                f"a standard of {service} with targets {targets} in {owner}",
                f"{name} of {entry.reach.service} with targets {entry.reach.targets}",
                "name another one",
            )
        return entry.reach, self._refusal(entry)

    def number(self, name: str) -> tuple[float | None, str]:
        """Return a number of the profile, and the reason code where it cannot be used."""
        entry = self.profile.entries.get(name)
        if entry is None or entry.value is None:
            return None, "standard_missing"
        return entry.value, self._refusal(entry)

    def _refusal(self, entry: Entry) -> str:
        trusted = entry.confirmed and not entry.invented
        return "standard_unconfirmed" if self.forbid_unconfirmed and not trusted else ""


def read_policy(
    name: str,
    *,
    profile: Profile,
    years: Sequence[int],
    only: Sequence[str] = (),
    forbid_unconfirmed: bool = False,
    folder: Path | None = None,
) -> Policy:
    """Read a built-in policy by name, or a TOML file by path, and bind it to a profile.

    Parameters
    ----------
    name
        ``"dazhengfa-2018-28"``, else a path relative to `folder`.
    profile
        Where the numbers come from.
    years
        Years of programmes.
    only
        Ids of the mandates to take; all when empty.
    forbid_unconfirmed
        Whether a number that is not confirmed makes a finding not evaluable.

    Raises
    ------
    MandateError
        With all faults of the file at once.
    """
    content = read_toml(name, "policies", folder=folder, kind="policy")
    faults = Faults()
    fits(content, _DOCUMENT, name, faults)
    sets = part(content, "unit_sets", TABLE, {})
    own = {key: own_unit_set(key, entry, faults, name) for key, entry in sets.items()}
    binding = _Binding(profile=profile, unit_sets={**BUILT_IN, **own}, years=tuple(years),
                       forbid_unconfirmed=forbid_unconfirmed, faults=faults, where=name)  # fmt: skip
    listed = part(content, "mandate", TABLES, [])
    entries = [entry for entry in listed if not only or entry.get("id") in only]
    unknown = set(only) - {entry.get("id") for entry in entries}
    if unknown:
        faults.add(f"mandates of {name}", ", ".join(sorted(unknown)), "correct [mandates] only")
    ids = [entry.get("id") for entry in entries]
    if len(set(ids)) < len(ids):
        faults.add(f"unique mandate ids in {name}", "repeated ones", "rename them")
    mandates = [_mandate(entry, binding) for entry in entries]
    faults.raise_if_any(MandateError)
    head = part(content, "policy", TABLE, {})
    return Policy(
        policy_id=str(head.get("id", name)),
        title=str(head.get("title", "")),
        issued=str(head.get("issued", "")),
        horizon=head.get("horizon"),
        mandates=tuple(mandate for mandate in mandates if mandate is not None),
    )


def _label(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Return what people call the mandate, in Chinese and in English; its id where the file says nothing."""
    label = entry.get("label")
    pair = label if isinstance(label, list) and len(label) == 2 else (entry["id"], entry["id"])
    return str(pair[0]), str(pair[1])


def _mandate(entry: Mapping[str, Any], binding: _Binding) -> Mandate | None:
    owner = f"mandate {entry.get('id', 'without id')} of {binding.where}"
    kind = str(entry.get("predicate"))
    before = len(binding.faults)
    shapes = {**_COMMON, **_KEYS.get(kind, dict.fromkeys(entry, ANY))}
    readable = fits(entry, shapes, owner, binding.faults, required=_REQUIRED)
    if kind not in _BUILDERS:
        binding.faults.add(
            f"predicate of {owner} to be one of {', '.join(sorted(_BUILDERS))}", repr(kind), "choose one"
        )
    if TEXT.fits(entry.get("strength")) and entry["strength"] not in ("hard", "network", "soft"):
        binding.faults.add(f"strength of {owner} to be hard, network or soft", repr(entry["strength"]), "choose one")
    if not readable or kind not in _BUILDERS:
        return None
    predicate, resolved = _BUILDERS[kind](entry, binding, owner)
    if len(binding.faults) > before:
        return None
    return Mandate(
        mandate_id=entry["id"], quote=entry["quote"], section=entry["section"],
        lead_department=entry["lead_department"], strength=entry["strength"], predicate_name=kind,
        predicate=predicate, service=entry["service"], interpretive=bool(entry.get("interpretive", False)),
        label=_label(entry), note=str(entry.get("note", "")),
        raw={"where": {}, **entry, **resolved},
    )  # fmt: skip


def _count_per_unit(entry: Mapping[str, Any], binding: _Binding, owner: str) -> tuple[Predicate, dict[str, Any]]:
    units = binding.unit_set(entry, owner, institutions=True)
    minimum, where = entry.get("minimum", 1), entry.get("where", {})
    resolved = {"unit_set": units.described, "minimum": minimum}
    if not units.of_institutions:
        return CountPerUnit(service=entry["service"], where=where, unit_set=units, minimum=minimum), resolved
    if minimum != 1:
        binding.faults.add(f"a minimum of 1 in {owner}, as an institution is one", repr(minimum), "leave it out")
    if not where:
        binding.faults.add(f"what every institution must have as where in {owner}", "nothing", "name an attribute")
    return EveryInstitution(service=entry["service"], where=where), resolved


def _programme(entry: Mapping[str, Any], binding: _Binding, owner: str) -> tuple[Predicate, dict[str, Any]]:
    units = binding.unit_set(entry, owner)
    minimum = entry.get("minimum", 1)
    accepted = bool(entry.get("accepted", False))
    predicate = ProgrammePerYear(
        service=entry["service"],
        where=entry.get("where", {}),
        unit_set=units,
        minimum=minimum,
        years=binding.years,
        accepted=accepted,
    )
    return predicate, {"unit_set": units.described, "minimum": minimum, "years": list(binding.years)}


def _capacity(entry: Mapping[str, Any], binding: _Binding, owner: str) -> tuple[Predicate, dict[str, Any]]:
    del owner
    name = str(entry.get("class_size", ""))
    value, missing = binding.number(name)
    size = None if value is None else int(value)
    predicate = Capacity(
        service=entry["service"],
        group=str(entry.get("group", "people")),
        class_size=size,
        number_id=name,
        missing_number=missing,
    )
    return predicate, {
        "catchment_service": entry["service"],
        "unit_set": None,
        "class_size": name,
        "group": predicate.group,
    }


def _network_roles(entry: Mapping[str, Any], binding: _Binding, owner: str) -> tuple[Predicate, dict[str, Any]]:
    levels, described = [], []
    if not entry.get("levels"):
        binding.faults.add(f"levels in {owner}", "none", "say which level has which role")
    for level in entry.get("levels", []):
        if not fits(level, _LEVEL, f"a level of {owner}", binding.faults):
            continue
        units = binding.unit_set(level, owner)
        if level.get("role") not in ("required", "required_or_covered", "covered") or level.get("level") not in LEVELS:
            binding.faults.add(
                f"a role and a level in each level of {owner}",
                f"{level.get('role')!r}, {level.get('level')!r}",
                "correct them",
            )
            continue
        standard, missing = (None, "")
        if level["role"] != "required":
            standard, missing = binding.standard(
                level.get("standard"), service=entry["service"], targets="anchor", owner=owner
            )
        levels.append(
            RoleLevel(
                role=level["role"], level=level["level"], unit_set=units, standard=standard, missing_standard=missing
            )
        )
        described.append({**level, "unit_set": units.described, "standard": level.get("standard")})
    return NetworkRoles(service=entry["service"], levels=tuple(levels)), {"levels": described}


def _coverage(entry: Mapping[str, Any], binding: _Binding, owner: str) -> tuple[Predicate, dict[str, Any]]:
    units = binding.unit_set(entry, owner)
    share = entry.get("share")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        binding.faults.add(f"a share above 0 and up to 1 in {owner}", repr(share), "write for example 0.9")
        share = 1.0
    standard, missing = binding.standard(entry.get("standard"), service=entry["service"], targets="demand", owner=owner)
    predicate = CoverageShare(
        service=entry["service"], where=entry.get("where", {}), standard=standard,
        group=str(entry.get("group", "people")), share=float(share), unit_set=units, missing_standard=missing,
    )  # fmt: skip
    return predicate, {"unit_set": units.described, "group": predicate.group, "standard": entry.get("standard")}


_BUILDERS: dict[str, Callable[[Mapping[str, Any], _Binding, str], tuple[Predicate, dict[str, Any]]]] = {
    "COUNT_PER_UNIT": _count_per_unit,
    "PROGRAMME_PER_YEAR": _programme,
    "CAPACITY": _capacity,
    "NETWORK_ROLES": _network_roles,
    "COVERAGE": _coverage,
}
