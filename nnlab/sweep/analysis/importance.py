"""Which axis of a sweep matters: permutation importance over a small random forest.

It is how much worse a forest's predictions become when one column's values are shuffled among the
runs: Breiman, L. (2001), Random Forests, Machine Learning 45, section 10.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance

from nnlab.data.datasets import FloatArray
from nnlab.sweep.analysis.columns import Column

FEW_RUNS = 30  # with fewer, a forest has little to learn from
LEAST_RUNS = 8
TREES = 50
REPEATS = 5  # of each shuffle


class Importance(NamedTuple):
    """How much each axis matters to a metric.

    Attributes
    ----------
    names : of the axes
    means, spreads : float64 (n_axes,), mean and standard deviation of the drop of R² over REPEATS
        shuffles of an axis
    explained : R² of the predictions for runs that a tree has not seen (out of bag); at or below 0
        the forest has learned nothing
    runs : number of runs that it was computed from
    """

    names: list[str]
    means: FloatArray
    spreads: FloatArray
    explained: float
    runs: int


def importance(axes: Sequence[Column], metric: Column) -> Importance | None:
    """Fit a forest to the coordinates of the runs that have the metric, and shuffle each axis.

    Returns None with fewer than LEAST_RUNS runs, without an axis that varies, or if all values of
    the metric are equal.
    """
    known = ~np.isnan(metric.values)
    target = metric.coordinates[known]
    if len(target) < LEAST_RUNS or np.ptp(target) == 0:
        return None
    varied = [axis for axis in axes if np.ptp(axis.coordinates[known])]
    if not varied:
        return None
    inputs = np.column_stack([axis.coordinates[known] for axis in varied])
    forest = RandomForestRegressor(TREES, oob_score=True, random_state=0).fit(inputs, target)
    drops = permutation_importance(forest, inputs, target, n_repeats=REPEATS, random_state=0)
    means, spreads = drops.importances_mean, drops.importances_std
    names = [axis.name for axis in varied]
    return Importance(names, means, spreads, float(forest.oob_score_), len(target))
