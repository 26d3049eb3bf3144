"""Proposed sites where the people are whom nothing serves yet: weighted k-means, put on land or among residents."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from planner.land.proposed import INWARD_M
from planner.land.settings import GenerateSettings
from planner.layers.locate import unit_codes_xy

F64 = npt.NDArray[np.float64]
_STARTS = 10
_ROUNDS = 1000


def unserved_clusters(
    settings: GenerateSettings,
    unserved: pd.DataFrame,
    boundaries: gpd.GeoDataFrame,
    *,
    seed: int,
    region: shapely.Geometry | None = None,
) -> pd.DataFrame:
    """Return a site for each of `count` clusters of people whom a standard does not cover.

    scikit-learn's KMeans, weighted by people, the best of ten seeded starts, run until no point changes its cluster,
    in one thread: the same for any number of cores and any order of rows. The centre is then moved to the
    nearest permitted land, a metre inside it, or, without a region, to the cluster's residential point nearest to it.

    Parameters
    ----------
    settings
        Id and count; fewer sites where there are fewer points.
    unserved
        Indexed by demand_id: unit_code, x, y, people (more than 0).
    boundaries
        In whose units the sites lie.
    seed
        Of the study.
    region
        As `permitted_region` gives; None where there is none.

    Returns
    -------
    DataFrame
        Indexed by site_id (``<id>-1`` has most people): name, unit_code, x, y, origin, proposed_by, unserved (persons
        of the cluster), centre_x, centre_y (metres). A site in no polygon has the unit of
        its cluster's most central residents.
    """
    ordered = unserved.sort_index()
    xy, people = ordered[["x", "y"]].to_numpy(dtype=np.float64), ordered["people"].to_numpy(dtype=np.float64)
    names = ["name", "unit_code", "x", "y", "origin", "proposed_by", "unserved", "centre_x", "centre_y"]
    if not len(xy):
        return pd.DataFrame(columns=names, index=pd.Index([], name="site_id", dtype="str"))
    labels = _labels(xy, people, min(settings.count or 1, len(np.unique(xy, axis=0))), seed)
    rows = [
        (*_spot(ordered[labels == label], boundaries, region), people[labels == label].sum(),
         *_mean(xy, people, labels, int(label)))
        for label in np.unique(labels)
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row[3], row[0], row[1]))
    table = pd.DataFrame(rows, columns=["x", "y", "unit_code", "unserved", "centre_x", "centre_y"])
    index = pd.Index([f"{settings.id}-{number}" for number in range(1, len(table) + 1)], name="site_id", dtype="str")
    words = [f"未覆盖人口聚集点 {number}" for number in range(1, len(table) + 1)]
    named = table.set_axis(index).assign(name=words, origin=settings.method, proposed_by=settings.id)
    return named[names].astype({"name": "str", "unit_code": "str"})


def _labels(xy: F64, people: F64, count: int, seed: int) -> npt.NDArray[np.int64]:
    method = KMeans(n_clusters=count, n_init=_STARTS, max_iter=_ROUNDS, tol=0.0, random_state=seed)
    with threadpool_limits(limits=1):
        return np.asarray(method.fit(xy - xy.mean(axis=0), sample_weight=people).labels_, dtype=np.int64)


def _mean(xy: F64, people: F64, labels: npt.NDArray[np.int64], label: int) -> tuple[float, float]:
    """Return the centre of a cluster, to the millimetre."""
    inside = labels == label
    x, y = np.round(np.average(xy[inside], axis=0, weights=people[inside]), 3)
    return float(x), float(y)


def _spot(
    cluster: pd.DataFrame, boundaries: gpd.GeoDataFrame, region: shapely.Geometry | None
) -> tuple[float, float, str]:
    """Return where the site of a cluster is put, and in which unit."""
    xy = cluster[["x", "y"]].to_numpy(dtype=np.float64)
    centre = np.average(xy, axis=0, weights=cluster["people"].to_numpy(dtype=np.float64))
    row = int(np.argmin(np.rint(np.hypot(*(xy - centre).T) * 1000)))
    resident = str(cluster["unit_code"].iloc[row])
    if region is None:
        return float(np.round(xy[row, 0], 3)), float(np.round(xy[row, 1], 3)), resident
    inner = shapely.buffer(region, -INWARD_M)
    land = region if shapely.is_empty(inner) else inner
    point = shapely.get_point(shapely.shortest_line(land, shapely.Point(centre)), 0)
    x, y = np.round([point.x, point.y], 3)
    return float(x), float(y), str(unit_codes_xy(np.array([x]), np.array([y]), boundaries)[0]) or resident
