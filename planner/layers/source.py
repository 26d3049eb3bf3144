"""Where a layer comes from: file, coordinate reference system, which columns mean what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from planner.errors import InputError, fault, shortened
from planner.layers.ages import Ages, ages_of, stated_ages
from planner.layers.datum import DATUMS, Datum

Basis = Literal["resident", "registered", "enrolled"]
Level = Literal["city", "county", "township", "village"]
LEVELS: tuple[Level, ...] = ("city", "county", "township", "village")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSource:
    """One file, or one layer of a file.

    Attributes
    ----------
    path
        An existing local file: .csv, .xlsx, .geojson, .json, .gpkg, .shp, .gdb (a folder), .zip (of a Shapefile
        or .gdb), .parquet, .tif, .osm.pbf.
    layer
        Layer of a GeoPackage, FileGDB or archive, sheet of a workbook; the first where not given.
    crs
        Coordinate reference system: a code (``"EPSG:4490"``), well-known text, or the path of a .prj file;
        needed, unless `datum` says enough, where the file carries none.
    datum
        ``"wgs84"``, ``"cgcs2000"``, ``"gcj02"`` (Amap, Tencent) or ``"bd09"`` (Baidu). Alone: the coordinates are
        degrees in it. Beside a crs: whose degrees those are, or were before they were projected.
    named_unit
        Column of the file in which rows name their unit, by code or name; where not given, the column is
        taken in which most rows name a unit with a polygon. Positions are compared with it, never moved.
    units
        Name in that column -> name or code of the unit that is meant, or a list of them (a leading zone).
    x, y
        Columns of a table that hold the coordinates (east or longitude, north or latitude); ``"x"`` and
        ``"y"`` where not given.
    encoding
        Of a CSV or Shapefile; UTF-8, then GB18030 are tried where it is not given.
    columns
        Our column name -> the column's name in the file.
    values
        Our column name -> one value for all rows (wins over a column of that name).
    where
        Column of the file -> the value, or list of values, that a row must have.
    osm
        For .osm.pbf only. Tag -> ``true`` (any value), a value, or a list of values; a feature must match
        all of them.
    """

    path: Path
    layer: str | None = None
    crs: str | None = None
    datum: Datum | None = None
    x: str | None = None
    y: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    where: Mapping[str, object] = field(default_factory=dict)
    osm: Mapping[str, object] = field(default_factory=dict)
    named_unit: str | None = None
    units: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = [
            *_not_a_datum(self.datum),
            *_not_scalars("units", self.units, lists=True),
            *_not_scalars("values", self.values, lists=False),
            *_not_scalars("where", self.where, lists=True),
            *_not_scalars("osm", self.osm, lists=True),
        ]
        if wrong:
            raise InputError(wrong)

    @property
    def name(self) -> str:
        """What faults call this layer: file name, and the layer or the tags in it where they are given."""
        part = self.layer if self.layer is not None else ",".join(self.osm)
        return f"{self.path.name}:{part}" if part else self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundarySource(LayerSource):
    """Administrative units of one level.

    Attributes
    ----------
    level
        Of all units in it.
    kind
        Of all units in it, where the file has no column ``kind``.
    expected
        CSV with ``code`` or ``name`` or both: units that the layer should hold; absent ones are told.
    """

    level: Level
    kind: str = ""
    expected: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadSource(LayerSource):
    """Where in their units people live: buildings, a grid, a raster.

    Attributes
    ----------
    weight
        Column by which people are shared out (``"floor_area_m2"``, dwellings, persons of a grid). Where neither
        it nor `covariates` is given: the area of polygons, the first band of a raster, and points are equal.
    covariates
        Instead of `weight`: columns of numbers from which the weight is learned, as the people per unit of each
        that the units' totals speak for.
    """

    weight: str | None = None
    covariates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        LayerSource.__post_init__(self)
        if self.weight is not None and self.covariates:
            do = "remove one of them: weights are given, or learned"
            raise InputError(fault("'weight' or 'covariates' in 'spread'", "both", do))
        if len(set(self.covariates)) < len(self.covariates):
            raise InputError(fault("each of 'covariates' in 'spread' once", "one twice", "remove one"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSource(LayerSource):
    """People at residential points, or in units.

    A table without coordinates counts the people of units: they are spread where `spread` says, else they stand at
    a point inside their unit.

    Attributes
    ----------
    groups
        Columns that hold persons, e.g. ``("people", "age_3_5")``. A group whose ages are known and for which the
        file has no column is made from its columns by age (0岁, 0-4岁, 女15-19岁 …).
    ages
        Group -> ``{from = 3, to = 5}``, both included; without ``to`` no end; ``sex = "f"`` or ``"m"``. Needed
        where the name does not say them (``age_3_5``, ``age_60_plus``, ``women_15_49`` do).
    basis
        Whom the file counts: ``"resident"`` (常住), ``"registered"`` (户籍), ``"enrolled"`` (在校).
    structure
        Shares of ages by unit, with their source: groups that the file counts by no column are derived from
        ``people`` with them, and marked derived.
    spread
        Where in their units people live.
    """

    groups: tuple[str, ...] = ("people",)
    ages: Mapping[str, Mapping[str, int | str]] = field(default_factory=dict)
    basis: Basis | None = None
    structure: LayerSource | None = None
    spread: SpreadSource | None = None

    def __post_init__(self) -> None:
        LayerSource.__post_init__(self)
        if not self.groups or len(set(self.groups)) < len(self.groups):
            found = "none" if not self.groups else "a group twice"
            raise InputError(
                fault("each group of people once in 'groups'", found, 'write for example groups = ["people"]')
            )
        strange = [name for name in self.ages if name not in self.groups]
        if strange:
            do = "add the group to 'groups', or remove its ages"
            raise InputError(fault("groups of 'groups' in 'ages'", shortened(strange), do))
        self.known_ages()
        if self.structure is not None and "people" not in self.groups:
            raise InputError(fault("'people' in 'groups' beside 'structure'", "none", "shares are shares of people"))

    def known_ages(self) -> dict[str, Ages]:
        """Return the ages of the groups whose ages are stated, or said by their names."""
        stated = {name: stated_ages(name, entry) for name, entry in self.ages.items()}
        named = {name: said for name in self.groups if (said := ages_of(name)) is not None}
        return {**named, **stated}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionSource(LayerSource):
    """Land on which a rule decides what may be built: excluded, on conditions, or told.

    Attributes
    ----------
    rule_id, rule_name
        What the layer is: a rule of `planner.land`, or one of the study's own, which excludes; the words that
        people use for it.
    source
        Document or plan the areas come from.
    code_means
        Code in the names or columns of the layer (CZKFBJ) -> the rule that it means here, where somebody has
        looked. A code that contradicts `rule_id`, or has been seen to mean two things, is asked about.
    """

    rule_id: str
    rule_name: str = ""
    source: str = ""
    code_means: Mapping[str, str] = field(default_factory=dict)


def _not_scalars(key: str, mapping: Mapping[str, object], *, lists: bool) -> list[str]:
    """Return a fault for every value of another type than text, number, true or false."""
    allowed = "a text, a number, true, false or a list of these" if lists else "a text, a number, true or false"
    return [
        fault(f"{allowed} for '{name}' in '{key}'", _kind(value), "write one of these")
        for name, value in mapping.items()
        if not _is_scalar(value) and not (lists and _is_list(value))
    ]


def _not_a_datum(datum: str | None) -> list[str]:
    if datum is None or datum in DATUMS:
        return []
    expected = f"one of {', '.join(DATUMS)} as 'datum'"
    return [fault(expected, repr(datum), "correct it; for Xian80 and Beijing54 the survey office must convert")]


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and all(_is_scalar(item) for item in value)


def _kind(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list that is empty or nested" if not _is_list(value) else "a list"
    return f"{value!r}"
