"""The input features: what the network is shown of a point (x1, x2)."""

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


def expand(features: Sequence[str], inputs: FloatArray) -> FloatArray:
    """Compute the features of points.

    Parameters
    ----------
    features : names in FEATURES, at least one
    inputs : float64 (n_samples, 2)

    Returns
    -------
    float64 (n_samples, n_features), in the order of the names
    """
    x1, x2 = inputs[:, 0], inputs[:, 1]
    return np.column_stack([FEATURES[name](x1, x2) for name in features])
