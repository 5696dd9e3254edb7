"""The input features: what the network is shown of a point (x1, x2), or of a row of a table."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# TensorFlow Playground's seven and the two cosines. Each is what its name says, though our plane,
# about -1 to 1, shows less of a wave than theirs, -6 to 6.
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


def column_names(n_columns: int) -> tuple[str, ...]:
    """Return the features that are the columns of the inputs as they are: x1, x2, x3, ..."""
    return tuple(f"x{number}" for number in range(1, n_columns + 1))


def expand(features: Sequence[str], inputs: FloatArray) -> FloatArray:
    """Compute the features of points.

    Parameters
    ----------
    features : names in FEATURES, at least one, or the `column_names` of inputs of any width
    inputs : float64 (n_samples, 2), or (n_samples, n_columns)

    Returns
    -------
    float64 (n_samples, n_features), in the order of the names; the inputs themselves if the
    features are all of their columns
    """
    if tuple(features) == column_names(inputs.shape[1]):
        return inputs
    x1, x2 = inputs[:, 0], inputs[:, 1]
    return np.column_stack([FEATURES[name](x1, x2) for name in features])
