"""Standards profiles: the numbers that a policy text leaves open, each with its source."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from planner.coverage.request import CoverageRequest
from planner.coverage.standard import ReachStandard
from planner.errors import Faults, MandateError, fault
from planner.mandates.shapes import ANY, REMARK, TABLE, TABLES, TEXT, TEXTS, TRUTH, Shape, fits, part
from planner.network.reach import ReachKey
from planner.units import parse_limit

_PROVENANCE = {
    "modal": REMARK,
    "area": REMARK,
    "source": REMARK,
    "note": REMARK,
    "confirmed": TRUTH,
    "invented": TRUTH,
}
_STANDARD = {
    "id": TEXT, "service": TEXT, "mode": TEXT, "cost": TEXT, "direction": TEXT, "targets": TEXT, "limit": ANY,
}  # fmt: skip
_NUMBER = {"id": TEXT, "service": TEXT, "value": ANY, "unit": TEXT}
_COVERAGE = {"standard": TEXT, "groups": TEXTS, "where": TABLE}
_DOCUMENT = {"profile": TABLE, "standard": TABLES, "number": TABLES, "coverage": TABLES}
_COST_KINDS = ("radius_m", "distance_m", "travel_time_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One number of a profile.

    Attributes
    ----------
    entry_id
        Its name.
    text
        The number with its unit, as written.
    value
        The number where it is no limit of a cost, else None.
    reach
        The reach standard where it limits a cost, else None.
    modal, area, source, note
        Modal word (宜, 应, 必须), where it applies, where it is from.
    confirmed, invented
        Whether the wording was seen at its source; whether it is made up for a sample.
    """

    entry_id: str
    text: str
    value: float | None = None
    reach: ReachStandard | None = None
    modal: str = ""
    area: str = "any"
    source: str = ""
    note: str = ""
    confirmed: bool = False
    invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A versioned set of standards.

    Attributes
    ----------
    profile_id, version, note
        Which profile.
    entries
        By id.
    coverage
        Coverage tables that the profile asks for.
    raw
        The file's content, for the record of a run.
    """

    profile_id: str
    version: str
    note: str
    entries: Mapping[str, Entry]
    coverage: tuple[CoverageRequest, ...]
    raw: Mapping[str, Any] = field(default_factory=dict)


def read_profile(name: str, *, folder: Path | None = None) -> Profile:
    """Read a built-in profile by name, or a TOML file by path.

    Parameters
    ----------
    name
        ``"dalian-2018"`` or another built-in, else a path, relative to `folder`.
    folder
        Where relative paths start.

    Raises
    ------
    MandateError
        With all faults of the file at once.
    """
    return parse_profile(read_toml(name, "profiles", folder=folder, kind="standards profile"), where=name)


def read_toml(name: str, built_in: str, *, folder: Path | None, kind: str) -> dict[str, Any]:
    """Return the content of a built-in TOML file, or of one at a path."""
    shipped = resources.files("planner.mandates").joinpath(built_in, f"{name}.toml")
    path = Path(name) if folder is None else folder / name
    known = sorted(
        item.name.removesuffix(".toml")
        for item in resources.files("planner.mandates").joinpath(built_in).iterdir()
        if item.name.endswith(".toml")
    )
    if not shipped.is_file() and not path.is_file():
        raise MandateError(
            fault(
                f"a {kind} ({', '.join(known)}) or a TOML file", f"neither at {name!r}", "correct the name or the path"
            )
        )
    try:
        return tomllib.loads(shipped.read_text("utf-8") if shipped.is_file() else path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MandateError(fault(f"a {kind} in TOML at {name!r}", str(error), "correct the file there")) from error


def parse_profile(content: Mapping[str, Any], *, where: str) -> Profile:
    """Return the profile that a TOML document holds; `where` names it in faults."""
    faults = Faults()
    fits(content, _DOCUMENT, where, faults)
    head = part(content, "profile", TABLE, {})
    entries: dict[str, Entry] = {}
    for table in part(content, "standard", TABLES, []):
        _add(entries, _reach_entry(table, faults, where), faults, where)
    for table in part(content, "number", TABLES, []):
        _add(entries, _number_entry(table, faults, where), faults, where)
    coverage = tuple(
        filter(None, (_request(table, entries, faults, where) for table in part(content, "coverage", TABLES, [])))
    )
    counted = [request.standard.standard_id for request in coverage]
    if twice := sorted({name for name in counted if counted.count(name) > 1}):
        faults.add(f"each standard once in the coverage tables of {where}", f"{', '.join(twice)} twice",
                   "give the second one a standard of its own")  # fmt: skip
    faults.raise_if_any(MandateError)
    return Profile(
        profile_id=str(head.get("id", where)),
        version=str(head.get("version", "")),
        note=str(head.get("note", "")),
        entries=MappingProxyType(entries),
        coverage=coverage,
        raw=content,
    )


def _add(entries: dict[str, Entry], entry: Entry | None, faults: Faults, where: str) -> None:
    if entry is None:
        return
    if entry.entry_id in entries:
        faults.add(f"unique ids in {where}", f"{entry.entry_id!r} twice", "rename one")
    entries[entry.entry_id] = entry


def _complete(table: Mapping[str, Any], shapes: Mapping[str, Shape], faults: Faults, where: str) -> bool:
    name = table.get("id", "an entry without id")
    return fits(table, {**shapes, **_PROVENANCE}, f"{name} of {where}", faults, required=shapes)


def _provenance(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: table[key] for key in _PROVENANCE if key in table}


def _reach_entry(table: Mapping[str, Any], faults: Faults, where: str) -> Entry | None:
    if not _complete(table, _STANDARD, faults, where):
        return None
    before = len(faults)
    name = table["id"]
    for key, allowed in (
        ("cost", _COST_KINDS),
        ("direction", ("toward", "from")),
        ("targets", ("demand", "place", "anchor")),
    ):
        if table[key] not in allowed:
            faults.add(f"{key} of {name} in {where} to be one of {', '.join(allowed)}", repr(table[key]), "choose one")
    if (table["mode"] == "straight") != (table["cost"] == "radius_m"):
        faults.add(
            f"mode straight with radius_m, and only with it, in {name} of {where}",
            f"{table['mode']} with {table['cost']}",
            "correct one",
        )
    if len(faults) > before:
        return None
    try:
        limit = parse_limit(str(table["limit"]), cost_kind=table["cost"])
    except ValueError as error:
        faults.add(
            f"a limit with its unit in {name} of {where}", f"{table['limit']!r} ({error})", "write a number and a unit"
        )
        return None
    if limit <= 0:
        faults.add(f"a limit above 0 in {name} of {where}", repr(table["limit"]), "correct it")
        return None
    measured = ReachKey(table["mode"], table["cost"], table["direction"])
    reach = ReachStandard(
        standard_id=name, service=table["service"], key=measured, targets=table["targets"], limit=limit
    )
    return Entry(entry_id=name, text=str(table["limit"]), reach=reach, **_provenance(table))


def _number_entry(table: Mapping[str, Any], faults: Faults, where: str) -> Entry | None:
    if not _complete(table, _NUMBER, faults, where):
        return None
    value = table["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        faults.add(f"a positive number as value of {table['id']} in {where}", repr(value), "write the number")
        return None
    return Entry(entry_id=table["id"], text=f"{value} {table['unit']}", value=float(value), **_provenance(table))


def _request(
    table: Mapping[str, Any], entries: Mapping[str, Entry], faults: Faults, where: str
) -> CoverageRequest | None:
    if not fits(table, _COVERAGE, f"a coverage table of {where}", faults, required=("standard",)):
        return None
    entry = entries.get(table["standard"])
    if entry is None or entry.reach is None or entry.reach.targets != "demand":
        faults.add(
            f"a standard of {where} with targets demand in each coverage table", repr(table.get("standard")), "name one"
        )
        return None
    groups = tuple(table.get("groups", ("people",)))
    return CoverageRequest(standard=entry.reach, groups=groups, where=table.get("where", {}))
