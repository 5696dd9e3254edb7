"""The scales of points: whether a network can learn from them, and the same points standardized."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.data.points import FloatArray, Points

LARGE = 10.0  # standardized values hardly ever reach this
UNEVEN = 3.0


class ColumnScale(NamedTuple):
    """What the network's numbers mean: `mean + deviation * number` in the unit of their column."""

    name: str
    mean: float = 0.0
    deviation: float = 1.0


Scales = tuple[ColumnScale, ...]  # of x1, x2 and, in a regression, the target


def are_large(values: FloatArray) -> bool:
    """Say whether values (n,) or columns (n, k) are too large to learn from.

    That is where a value is beyond ±LARGE and the root mean square of its column above UNEVEN, so
    that standardized values are never large, even with one far out. For a linear unit, the mean
    square of its input is the curvature of the loss, and gradient descent needs a learning rate
    below 2 / curvature (LeCun et al. 1998, Efficient BackProp, section 5). A target sets the scale
    of the errors, and with them of the steps.
    """
    if not len(values):
        return False
    far = np.abs(values).max(axis=0) > LARGE
    with np.errstate(over="ignore"):  # an infinite square is large
        return bool((far & (np.mean((values / UNEVEN) ** 2, axis=0) > 1)).any())


def are_uneven(inputs: FloatArray) -> bool:
    """Say whether one column varies more than UNEVEN times as much as another.

    Columns that are constant do not count. The curvatures of the loss then differ by the square of
    UNEVEN, 9, and gradient descent needs 9 times as many iterations as for columns of the same
    scale (LeCun et al. 1998, sections 4.3 and 5).
    """
    varying = [spread for spread in _deviations(inputs).tolist() if spread > 0]
    return bool(varying) and max(varying) > UNEVEN * min(varying)


def need_scaling(points: Points, problem: str) -> bool:
    """Say whether inputs or, in a regression, targets should be standardized."""
    inputs = are_large(points.inputs) or are_uneven(points.inputs)
    return inputs or (problem == "regression" and are_large(points.targets))


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
    """Return the points with standardized inputs and, in a regression, targets."""
    targets = standardized(points.targets) if problem == "regression" else points.targets
    return Points(standardized(points.inputs), targets)


def moments(values: FloatArray) -> tuple[float, float]:
    """Return the mean and the standard deviation of values (n,)."""
    if not len(values):
        return 0.0, 0.0
    _, power = _centered(values)
    mean = np.ldexp(np.ldexp(values, -power).mean(), power)
    return float(mean), float(_deviations(values))


def mean_and_deviation(values: FloatArray) -> tuple[str, str]:
    """Return the mean and the standard deviation of values (n,) as texts of three digits."""
    mean, deviation = moments(values)
    return _short(mean), _short(deviation)


def _short(number: float) -> str:
    rounded = float(f"{number:.3g}")
    return f"{rounded:,.0f}" if 1000 <= abs(rounded) < 1e6 else f"{rounded:g}"


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
