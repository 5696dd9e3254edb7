"""The input features: the functions of a point (x1, x2) that the network gets as its inputs."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from nnlab.data.points import FloatArray

# TensorFlow Playground's seven, and the two cosines. Most data sets reach from about -1 to 1, and
# show less of a wave than TensorFlow Playground's own, which reach from -6 to 6.
FEATURES: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1^2": lambda x1, x2: x1 * x1,
    "x2^2": lambda x1, x2: x2 * x2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(x1)": lambda x1, x2: np.sin(x1),
    "sin(x2)": lambda x1, x2: np.sin(x2),
    "cos(x1)": lambda x1, x2: np.cos(x1),
    "cos(x2)": lambda x1, x2: np.cos(x2),
}


@cache
def column_names(n_columns: int) -> tuple[str, ...]:
    """Return the names of unchanged columns: x1, x2, x3, ..."""
    return tuple(f"x{number}" for number in range(1, n_columns + 1))


def expand(features: Sequence[str], inputs: FloatArray) -> FloatArray:
    """Compute the features of points.

    Parameters
    ----------
    features : one or more names in FEATURES, or the `column_names` of inputs of any width
    inputs : float64 (n_samples, 2), or (n_samples, n_columns)

    Returns
    -------
    float64 (n_samples, n_features), in the order of the names; the inputs themselves if the
    features are exactly their columns
    """
    if tuple(features) == column_names(inputs.shape[1]):
        return inputs
    x1, x2 = inputs[:, 0], inputs[:, 1]
    return np.column_stack([FEATURES[name](x1, x2) for name in features])
