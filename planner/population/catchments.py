"""Who belongs to which school: catchments to the columns of people and schools that mandates read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from planner.errors import Faults, LayerError, shortened
from planner.layers.demand import CATCHMENT
from planner.layers.log import FaultLog
from planner.layers.unit_people import above_of
from planner.population.cut import tell_cut_units

LAYER = "catchments"
_UNITS, _ESTATES, _POLYGON = 1, 2, 0  # what wins where they disagree: estates over units over polygons


class Fault(NamedTuple):
    """Words of a fault that is told, Chinese and English, and the remedy."""

    zh: str
    en: str
    remedy: str


_TOLD = {
    "catchment_no_school": Fault("学区 {0} 没有学校", "Catchment {0} has no school", "请补充 schools"),
    "catchment_unknown_school": Fault(
        "学区 {0} 的学校 {1} 不在设施表中（或不是 {2}）",
        "School {1} of catchment {0} is not among the facilities, or no {2}",
        "请核对设施编号",
    ),
    "catchment_unknown_feeds": Fault(
        "学区 {0} 的对口学校 {1} 不在设施表中", "School {1} that catchment {0} feeds is not among the facilities",
        "请核对设施编号",
    ),
    "catchment_kind": Fault(
        "学区 {0} 写作 {1}，却有 {2} 所学校", "Catchment {0} is called {1}, with {2} schools", "请核对划片方式"
    ),
    "catchment_unknown_unit": Fault(
        "学区 {0} 的单位 {1} 不在名单内", "Unit {1} of catchment {0} is not in the list of units", "请核对区划代码"
    ),
    "catchment_unknown_estate": Fault(
        "学区 {0} 的小区 {1} 不在人口表中", "Estate {1} of catchment {0} is not among the residential points",
        "请核对编号或名称",
    ),
    "catchment_overlap": Fault(
        "{0} 同属 {2} 的学区 {1}，未计入任何一个（{3} 人）",
        "{0} is in the catchments {1} of {2}; counted in none ({3} people)",
        "请改正，使每个居（村）委会在一个学段只属一个学区",
    ),
    "catchment_none": Fault(
        "{0} 不属于 {1} 的任何学区（{2} 人）", "{0} is in no catchment of {1} ({2} people)", "请补充 unit_codes"
    ),
    "school_no_catchment": Fault("{0} 没有学区（{1}）", "{0} is a school without a catchment ({1})", "请补充其学区"),
    "catchment_differs": Fault(
        "{0} 的 {1} 文件中为 {2}，学区表为 {3}；采用学区表",
        "{1} of {0} is {2} in its file and {3} by the table of catchments, which is taken",
        "请改正其中之一",
    ),
    "catchment_feeds_elsewhere": Fault(
        "学区 {0} 对口 {1}，但其中 {2} 人的 {3} 学区是 {4}",
        "Catchment {0} feeds {1}, but {2} people in it are in catchment {4} of {3}",
        "请核对两个学段的学区",
    ),
}  # fmt: skip


def with_catchments(
    catchments: pd.DataFrame, demand: pd.DataFrame, facilities: pd.DataFrame, boundaries: pd.DataFrame, *, log: FaultLog
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return people and schools with their catchments.

    Parameters
    ----------
    catchments
        As `planner.layers.catchments.read_catchments` gives.
    demand, facilities
        Tables of the study.
    boundaries
        As `read_boundaries` gives.
    log
        Gets a line for whatever does not fit together.

    Returns
    -------
    demand
        With ``catchment_<service>``: that of the estate, else of the unit or a unit it lies in, else of the polygon
        that holds the point. Where two catchments of a service claim the same, none; "" where none does.
    facilities
        With ``catchment_id`` of the schools that a catchment names. Several schools of a catchment share its pupils.

    Raises
    ------
    LayerError
        If a school is in two catchments of its service, or the name of an estate may mean estates of two units.
    """
    if catchments.empty:
        return demand, facilities
    faults = Faults()
    estates = _Estates(demand, faults)
    schools = _schools(catchments, facilities, faults, log)
    columns: dict[str, pd.Series] = {}
    for service, rows in catchments.groupby("service", sort=True):
        claims = list(_claims(rows, demand, boundaries, estates, log))
        columns[f"{CATCHMENT}{service}"] = _decided(str(service), claims, demand, log)
    faults.raise_if_any(LayerError)
    tell_cut_units(catchments, boundaries, log)
    filled = {name: _filled(demand, name, values, log) for name, values in columns.items()}
    given = _filled(facilities, "catchment_id", schools.reindex(facilities.index).fillna(""), log)
    people = demand.assign(**filled)
    assigned = facilities.assign(catchment_id=given)
    _tell_schools(catchments, assigned, log)
    _tell_feeds(catchments, people, assigned, log)
    return people, assigned


def _tell(log: FaultLog, row: str, code: str, *words: object) -> None:
    said = _TOLD[code]
    log.add(LAYER, row, code, said.zh.format(*words), said.en.format(*words), said.remedy)


class _Estates:
    """Residential points by their ids and names."""

    def __init__(self, demand: pd.DataFrame, faults: Faults) -> None:
        self._faults = faults
        self._demand = demand
        self._ids = {str(name): number for number, name in enumerate(demand.index)}
        names = demand["name"] if "name" in demand.columns else pd.Series("", index=demand.index)
        numbers = pd.Series(np.arange(len(demand)), index=names.astype("str").str.strip())
        self._names = {str(name): rows.to_numpy() for name, rows in numbers.groupby(level=0) if name}

    def find(self, text: str) -> npt.NDArray[np.int64]:
        """Return the rows of an estate; a name that stands in two units is a fault."""
        if text in self._ids:
            return np.array([self._ids[text]], dtype=np.int64)
        rows = np.asarray(self._names.get(text, []), dtype=np.int64)
        units = sorted(set(self._demand["unit_code"].iloc[rows]))
        if len(units) > 1:
            do = "write the ids of the residential points that are meant"
            self._faults.add(f"estate {text!r} of a catchment in one unit", shortened(units), do)
        return rows


def _schools(catchments: pd.DataFrame, facilities: pd.DataFrame, faults: Faults, log: FaultLog) -> pd.Series:
    """Return by facility the catchment that names it."""
    service = facilities["service"].to_dict()
    found: dict[str, str] = {}
    for row in catchments.itertuples():
        for school in row.schools:
            if service.get(school) != row.service:
                _tell(log, row.catchment_id, "catchment_unknown_school", row.catchment_id, school, row.service)
            elif found.setdefault(school, row.catchment_id) != row.catchment_id:
                do = "write one catchment with several schools, or correct one of them"
                other = f"{found[school]} and {row.catchment_id}"
                faults.add(f"school {school} in one catchment of {row.service}", other, do)
        for school in row.feeds:
            if school not in service:
                _tell(log, row.catchment_id, "catchment_unknown_feeds", row.catchment_id, school)
        if (row.kind == "single" and len(row.schools) > 1) or (row.kind == "multiple" and len(row.schools) == 1):
            _tell(log, row.catchment_id, "catchment_kind", row.catchment_id, row.kind, len(row.schools))
    return pd.Series(found, dtype="str")


def _claims(
    rows: pd.DataFrame, demand: pd.DataFrame, boundaries: pd.DataFrame, estates: _Estates, log: FaultLog
) -> Iterator[tuple[int, str, npt.NDArray[np.int64]]]:
    """Give what each catchment claims: how strongly, its id, rows of the demand."""
    parents = dict(zip(boundaries["code"], boundaries["parent_code"], strict=True))
    above = {str(code): {str(code), *above_of(str(code), parents)} for code in demand["unit_code"].unique()}
    own = demand["unit_code"].to_numpy(dtype=object)
    points = shapely.points(demand["x"], demand["y"])
    for row in rows.itertuples():
        for code in row.unit_codes:
            if code not in parents:
                _tell(log, row.catchment_id, "catchment_unknown_unit", row.catchment_id, code)
        held = {code for code, chain in above.items() if chain & set(row.unit_codes)}
        yield _UNITS, row.catchment_id, np.flatnonzero(np.isin(own, list(held)))
        for text in row.estates:
            at = estates.find(text)
            if not len(at):
                _tell(log, row.catchment_id, "catchment_unknown_estate", row.catchment_id, text)
            yield _ESTATES, row.catchment_id, at
        if row.geometry is not None:
            shapely.prepare(row.geometry)
            yield _POLYGON, row.catchment_id, np.flatnonzero(shapely.intersects(row.geometry, points))


def _decided(
    service: str, claims: Sequence[tuple[int, str, npt.NDArray[np.int64]]], demand: pd.DataFrame, log: FaultLog
) -> pd.Series:
    """Return by residential point its catchment: that of the strongest claim, "" where two are equal, or none."""
    names = sorted({name for _, name, _ in claims})
    taken = np.full(len(demand), -1, dtype=np.int64)
    rivals: dict[int, set[int]] = {}
    for strength in (_POLYGON, _UNITS, _ESTATES):
        held = np.zeros((len(names), len(demand)), dtype=bool)
        for of, name, rows in claims:
            if of == strength:
                held[names.index(name), rows] = True
        count = held.sum(axis=0)
        taken[count > 0] = held.argmax(axis=0)[count > 0]
        for row in np.flatnonzero(count > 0):
            rivals.pop(int(row), None)
        rivals |= {int(row): set(np.flatnonzero(held[:, row]).tolist()) for row in np.flatnonzero(count > 1)}
    contested = np.array(sorted(rivals), dtype=np.int64)
    taken[contested] = -1
    _tell_contested(service, rivals, names, demand, log)
    lacking = np.setdiff1d(np.flatnonzero(taken < 0), contested)
    for unit, people in _people_by_unit(demand.iloc[lacking]).items():
        _tell(log, unit, "catchment_none", unit, service, people)
    return pd.Series(np.array([*names, ""], dtype=object)[taken], index=demand.index, dtype="str")


def _tell_contested(
    service: str, rivals: Mapping[int, set[int]], names: Sequence[str], demand: pd.DataFrame, log: FaultLog
) -> None:
    by_rivals: dict[tuple[int, ...], list[int]] = {}
    for row, of in rivals.items():
        by_rivals.setdefault(tuple(sorted(of)), []).append(row)
    for several, rows in sorted(by_rivals.items()):
        words = "、".join(names[one] for one in several)
        for unit, people in _people_by_unit(demand.iloc[sorted(rows)]).items():
            _tell(log, unit, "catchment_overlap", unit, words, service, people)


def _people_by_unit(demand: pd.DataFrame) -> dict[str, int]:
    """Return by unit the people of the first group that the demand has."""
    counted = next(
        name for name in ("people", *demand.select_dtypes("number").columns.drop(["x", "y"])) if name in demand
    )
    return {str(unit): round(people) for unit, people in demand.groupby("unit_code")[counted].sum().items()}


def _filled(table: pd.DataFrame, name: str, values: pd.Series, log: FaultLog) -> pd.Series:
    """Return a column filled from the table of catchments, which wins where the file says something else."""
    before = table[name].fillna("").astype("str") if name in table.columns else pd.Series("", index=table.index)
    other = (before != "") & (values != "") & (before != values)
    for row in table.index[other.to_numpy()]:
        _tell(log, str(row), "catchment_differs", row, name, before[row], values[row])
    return values.where(values != "", before).astype("str")


def _tell_schools(catchments: pd.DataFrame, facilities: pd.DataFrame, log: FaultLog) -> None:
    """Tell of catchments without a school, and of schools without a catchment."""
    for service, rows in catchments.groupby("service", sort=True):
        schools = facilities[facilities["service"] == service]
        for name in sorted(set(rows["catchment_id"]) - set(schools["catchment_id"])):
            _tell(log, str(name), "catchment_no_school", name)
        for school in schools.index[(schools["catchment_id"] == "").to_numpy()]:
            _tell(log, str(school), "school_no_catchment", school, service)


def _tell_feeds(catchments: pd.DataFrame, demand: pd.DataFrame, facilities: pd.DataFrame, log: FaultLog) -> None:
    """Tell where people of a catchment are in another catchment of the next stage than that of the school it feeds."""
    known = facilities[facilities["catchment_id"] != ""]
    for row in catchments.itertuples():
        inside = demand[demand[f"{CATCHMENT}{row.service}"] == row.catchment_id]
        fed = known[known.index.isin(row.feeds)]
        for service, schools in fed.groupby("service"):
            column = f"{CATCHMENT}{service}"
            if column not in demand.columns:
                continue
            away = inside[(inside[column] != "") & ~inside[column].isin(schools["catchment_id"])]
            for other, rows in away.groupby(column):
                people = sum(_people_by_unit(rows).values())
                told = "、".join(schools.index)
                _tell(
                    log, row.catchment_id, "catchment_feeds_elsewhere", row.catchment_id, told, people, service, other
                )
