"""Weights learned from what stands in each place: the people per unit of each covariate that units' totals speak for.

The model is additive, people = Σ coefficient × covariate with no coefficient below 0, because it must hold at two
scales: what it says of the places of a unit adds up to what it says of the unit, so it can be learned from units and
used on buildings. Weights of squares are those of counts (variance as large as the mean, iterated), so that large
units do not decide alone. Nothing in it is random but the folds, which are seeded; no result depends on threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, LeaveOneOut

from planner.errors import LayerError, fault
from planner.layers.log import FaultLog

LEAST_UNITS = 10
UNITS_PER_COVARIATE = 5
"""Fewer units than these cannot tell covariates apart: a rule of thumb for regressions (10 to 20 events per variable)
at its lower end, since the error on units left out is measured and told."""

_ROUNDS = 10
_ONE_BY_ONE = 60  # units up to which each is left out in turn; beyond, ten folds
_FOLDS = 10

Floats = npt.NDArray[np.float64]


def learned(
    points: pd.DataFrame, totals: pd.Series, covariates: Sequence[str], *, layer: str, seed: int, log: FaultLog
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return points with the weight that their covariates speak for, and how well that predicts units left out.

    Parameters
    ----------
    points
        ``unit`` and the covariates, 0 or more.
    totals
        People by unit.
    covariates
        Columns.
    layer
        What faults call the people.
    seed
        Of the folds.
    log
        Gets a line where the model predicts units no better than the number of points does.

    Returns
    -------
    points
        With ``weight``.
    record
        coefficients, units, left_out ("each unit" or "ten folds"), and errors on units that were left out: the
        median of |predicted - counted| / counted, the sum of |predicted - counted| / the sum counted, and that
        sum for the number of points alone (``even``).

    Raises
    ------
    LayerError
        If there are too few units to learn from.
    """
    sums = points.groupby("unit", sort=True)[list(covariates)].sum()
    counted = totals.reindex(sums.index).to_numpy(dtype=np.float64)
    least = max(LEAST_UNITS, UNITS_PER_COVARIATE * len(covariates))
    if len(sums) < least:
        do = "give a column as 'weight', use fewer covariates, or supply people of smaller units"
        raise LayerError(fault(f"at least {least} units to learn weights from in {layer}", f"{len(sums)}", do))
    scale = np.maximum(sums.max().to_numpy(dtype=np.float64), np.finfo(np.float64).tiny)
    inputs = sums.to_numpy(dtype=np.float64) / scale
    coefficients = _fitted(inputs, counted)
    points_there = points.groupby("unit", sort=True).size().to_numpy(dtype=np.float64)[:, None]
    guessed, plain = (_left_out(one, counted, seed) for one in (inputs, points_there / points_there.max()))
    error, even = (float(np.abs(one - counted).sum() / counted.sum()) for one in (guessed, plain))
    some = counted > 0
    middle = float(np.median(np.abs(guessed[some] - counted[some]) / counted[some]))
    _tell(error, even, middle, len(sums), layer, log)
    weight = (points[list(covariates)].to_numpy(dtype=np.float64) / scale) @ coefficients
    record = {
        "coefficients": {name: float(f"{one:.6g}") for name, one in zip(covariates, coefficients / scale, strict=True)},
        "units": len(sums),
        "left_out": "each unit" if len(sums) <= _ONE_BY_ONE else "ten folds",
        "median_error_share": round(middle, 4),
        "error_share": round(error, 4),
        "even_error_share": round(even, 4),
    }  # fmt: skip
    return points.assign(weight=np.maximum(weight, 0.0)), record


def _fitted(inputs: Floats, counted: Floats) -> Floats:
    """Return coefficients of 0 or more by least squares, weighted by what the last round expected."""
    expected = np.full(len(counted), max(counted.mean(), 1.0))
    coefficients = np.zeros(inputs.shape[1])
    for _ in range(_ROUNDS):
        model = LinearRegression(fit_intercept=False, positive=True)
        model.fit(inputs, counted, sample_weight=1.0 / np.maximum(expected, 1.0))
        coefficients = np.asarray(model.coef_, dtype=np.float64)
        expected = inputs @ coefficients
    return coefficients


def _left_out(inputs: Floats, counted: Floats, seed: int) -> Floats:
    """Return what each unit is predicted to hold by a model that has not seen it."""
    few = len(counted) <= _ONE_BY_ONE
    folds = LeaveOneOut() if few else KFold(_FOLDS, shuffle=True, random_state=seed)
    guessed = np.zeros(len(counted))
    for seen, unseen in folds.split(inputs):
        guessed[unseen] = inputs[unseen] @ _fitted(inputs[seen], counted[seen])
    return guessed


def _tell(error: float, even: float, middle: float, units: int, layer: str, log: FaultLog) -> None:
    if error >= even:
        log.add(
            layer, "", "learned_no_better",
            f"由协变量学得的权重对未参与学习的单位并不更准（误差 {error:.0%}，按点数平均分配 {even:.0%}）",
            f"The learned weights predict units left out no better ({error:.0%}) than the number of points "
            f"({even:.0%})",
            "请换用其他协变量，或写明 weight",
        )  # fmt: skip
        return
    log.note(
        layer, "weights_learned",
        f"分配权重由 {units} 个单位学得：留出单位的总误差 {error:.0%}、中位误差 {middle:.0%}"
        f"（按点数平均分配为 {even:.0%}）",
        f"Weights were learned from {units} units: error on units left out {error:.0%} in all, median {middle:.0%} "
        f"(by the number of points: {even:.0%})",
        "单位总数不变；单位内的分布是估计",
    )  # fmt: skip
