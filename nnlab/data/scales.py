"""The scales of points: whether a network can learn from them, and the same points standardised."""

import numpy as np
from numpy.typing import NDArray

from nnlab.data.points import FloatArray, Points

LARGE = 10.0  # standardised values hardly ever reach this
UNEVEN = 3.0


def are_inputs_unscaled(points: Points) -> bool:
    """Say whether the inputs' scales hinder the training.

    That is where a value exceeds LARGE, or the standard deviation of one input exceeds UNEVEN times
    that of the other, unless one is constant. Gradient descent needs a learning rate below 2 / the
    largest curvature, and a number of iterations proportional to the ratio of the largest to the
    smallest one. For a linear unit the curvatures are the mean squares of the inputs. So values
    beyond 10 need rates below 0.02 or so, and a ratio of 3 means 9 times as many iterations (LeCun
    et al. 1998, Efficient BackProp, sections 4.3 and 5).
    """
    low, high = np.sort(_deviations(points.inputs)).tolist()
    return _is_large(points.inputs) or 0 < UNEVEN * low < high


def are_targets_unscaled(points: Points) -> bool:
    """Say whether a target exceeds LARGE, so that the errors, and with them the steps, do, too."""
    return _is_large(points.targets)


def need_scaling(points: Points, problem: str) -> bool:
    """Say whether inputs or, in a regression, targets should be standardised."""
    targets = problem == "regression" and are_targets_unscaled(points)
    return targets or are_inputs_unscaled(points)


def standardized(values: FloatArray) -> FloatArray:
    """Return columns with mean 0 and standard deviation 1, float64 (n,) or (n, k).

    A constant column becomes 0. The deviation divides by n, not n - 1, as in scikit-learn's
    StandardScaler.
    """
    if not len(values):
        return values
    centered, _ = _centered(values)
    deviation = np.sqrt(np.mean(centered**2, axis=0))
    return np.where(_is_constant(values), 0.0, centered / np.where(deviation > 0, deviation, 1.0))


def standardized_points(points: Points, problem: str) -> Points:
    """Return the points with standardised inputs and, in a regression, targets."""
    targets = standardized(points.targets) if problem == "regression" else points.targets
    return Points(standardized(points.inputs), targets)


def mean_and_deviation(values: FloatArray) -> tuple[float, float]:
    """Return the mean and the standard deviation of values (n,), which may be as large as 1e308."""
    if not len(values):
        return 0.0, 0.0
    _, power = _centered(values)
    return float(np.ldexp(np.ldexp(values, -power).mean(), power)), float(_deviations(values))


def _is_large(values: FloatArray) -> bool:
    return bool(np.abs(values).max(initial=0.0) > LARGE)


def _deviations(values: FloatArray) -> FloatArray:
    """Return the standard deviation of each column."""
    if not len(values):
        return np.zeros(values.shape[1:])
    centered, power = _centered(values)
    deviations = np.ldexp(np.sqrt(np.mean(centered**2, axis=0)), power)
    return np.where(_is_constant(values), 0.0, deviations)


def _is_constant(values: FloatArray) -> NDArray[np.bool_]:
    """Say which columns hold one value only; rounding can give them a deviation above 0."""
    return np.asarray(values.min(axis=0) == values.max(axis=0))


def _centered(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return columns divided by a power of 2, with mean 0, and the exponents of these powers.

    They are scaled below 1, so that sums and squares of 1e308 and 1e-308 stay in range.
    """
    power = np.frexp(np.abs(values).max(axis=0))[1]
    scaled = np.ldexp(values, -power)
    scaled = scaled - scaled.mean(axis=0)
    return scaled - scaled.mean(axis=0), power  # the second removes what rounding left
